"""Correcting an entry of one's own: what was said beside what was meant, and what is to be signed.

The event that was meant is signed first, then the correction that puts it in its place
(``ledger.service.redress``). Fields are shown as one types them (``web.pages.spelling``) where that
is the whole of them, else as they stand in the event: a text as it is, the rest as JSON. Example::

    amendment = Amendment.of(index, sent())
    amendment.changes            # [Change(name="chiptrail:dueBy", old="2026-...", new="2027-...")]
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from flask import Response, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from ledger.retraction import leave_out, lists_anything
from ledger.service.entry import load_entry
from ledger.service.redress import Redress, submitted
from ledger.service.stock import sort_out
from schemas import strict_json
from schemas.draft import Draft
from schemas.errors import MalformedJson, MalformedParameter, NotFound, Refusal
from schemas.extension import LIST_FIELDS
from schemas.formats import format_time
from schemas.item import split_pasted
from schemas.spelling import read_moment
from web.access import caller, ledger, reader
from web.pages import fields
from web.pages.desk import desk
from web.pages.doubts import told
from web.pages.filling import Fault
from web.pages.foresight import foresee_prepared
from web.pages.frame import page
from web.pages.naming import called, reason
from web.pages.preparing import author
from web.pages.sent import Sent, sent
from web.pages.spelling import HINTS, PARTS, meant, spelled

REASONS: Mapping[str, object] = {
    "incorrect_data": _("It happened, but not as the entry says"),
    "did_not_occur": _("It did not happen at all"),
}
# What an event has besides its items, in the order in which it is shown; the first always.
LABELS: Mapping[str, object] = {
    "eventTime": _("When it happened"),
    "chiptrail:dueBy": _("Due"),
    "bizTransactionList": _("Papers"),
    "chiptrail:location": _("Place"),
    "destinationList": _("To"),
    "sourceList": _("From"),
    "chiptrail:via": _("By way of"),
    "chiptrail:authorisations": _("Authorisations"),
    "chiptrail:customs": _("Facts for customs"),
    "chiptrail:identities": _("Numbers on the items"),
    "chiptrail:final": _("Nothing more comes"),
    "chiptrail:evidence": _("Files as evidence"),
    "parentID": _("Container"),
    "disposition": _("State"),
    "bizStep": _("What happens"),
    "ilmd": _("Product"),
}
_ALWAYS = 4
_ASKABLE: Mapping[str, tuple[str, ...]] = {
    "shipping": ("destinationList", "chiptrail:customs"),
    "commissioning": ("ilmd",),
}
_TIMES = frozenset({"eventTime", "chiptrail:dueBy"})
_FIXED = frozenset(
    {"@context", "type", "action", "eventTimeZoneOffset", "recordTime", *LIST_FIELDS}
)
_TEXT_LIMIT = 1 << 20


class Change(NamedTuple):
    """In field *name*, *new* stands for *old*, as texts."""

    name: str
    old: str
    new: str


@dataclass(frozen=True)
class Amendment:
    """What the *form* makes of entry *index*, which is the *plain* event."""

    index: int
    form: Sent
    redress: Redress
    plain: Draft
    withheld: tuple[str, ...]
    faults: list[Fault] = field(default_factory=list)

    @classmethod
    def of(cls, index: int, form: Sent) -> "Amendment":
        """Entry *index*, which is the caller's.

        Raises: NotFound.
        """
        found = load_entry(ledger(), str(index)) if index < ledger().head.size else None
        if found is None or found.party != caller().party or found.is_correction:
            raise NotFound(gettext("entry %(index)s is none that you can correct", index=index))
        redress = Redress(submitted(ledger(), index), author(), ledger().clock.now())
        plain = redress.plain()
        return cls(index, form, redress, plain.event, plain.withheld)

    @cached_property
    def texts(self) -> dict[str, Mapping[str, str]]:
        """What stands in each field of the event, by the fields of the form.

        Who shipped it, or made it, can also say what was left out.
        """
        there = [name for name in self.plain if name not in _FIXED]
        wanted = {*there, *list(LABELS)[:_ALWAYS], *self._askable}
        shown = [name for name in LABELS if name in wanted]
        shown += [name for name in there if name not in LABELS]
        return {name: self._texts(name) for name in shown}

    @property
    def _askable(self) -> tuple[str, ...]:
        """Of ``PARTS`` those of which the event may say more than it does."""
        return _ASKABLE.get(self.plain.get("bizStep", ""), ())

    def _texts(self, name: str) -> Mapping[str, str]:
        value = self.plain.get(name)
        texts = spelled(name, value) if name in HINTS or name in PARTS else None
        if texts is None:
            return {name: _text(value)}
        if name not in PARTS or name in self._askable:
            return texts
        return {part: text for part, text in texts.items() if text}

    @property
    def rows(self) -> list[Change]:
        """The fields as they stand in the form, side by side."""
        shown = [field for texts in self.texts.values() for field in texts.items()]
        return [self._row(name, text) for name, text in shown]

    def _row(self, name: str, old: str) -> Change:
        sent = self.form.value(name).replace("\r\n", "\n").strip()
        return Change(name, old, sent if name in self.form.said else old)

    @property
    def changes(self) -> list[Change]:
        """Those that are not as they were."""
        return [row for row in self.rows if row.old != row.new]

    @property
    def items(self) -> list[str]:
        """All items that the event lists."""
        return [item for name in LIST_FIELDS for item in self.plain.get(name, ())]

    @property
    def reason(self) -> str:
        """What was wrong."""
        return self.form.value("reason")

    @cached_property
    def gone(self) -> tuple[str, ...]:
        """The items that are left out."""
        found = sort_out(ledger(), split_pasted(self.form.value("without")), reader())
        for row in found.doubtful:
            why = gettext("%(where)s: %(why)s", where=row.text, why=told(row, called))
            self.faults.append(Fault("without", why))
        return found.items

    def rights(self) -> list[Draft]:
        """What was meant; nothing where it did not happen."""
        if self.reason not in REASONS:
            self.faults.append(Fault("reason", gettext("Say what was wrong")))
        if self.reason == "did_not_occur":
            return []
        event, gone = dict(self.plain), self.gone
        for name, texts in self.texts.items():
            new = {part: self._row(part, text).new for part, text in texts.items()}
            if new != texts:
                self._put(event, name, new)
        if any(change.name == "eventTime" for change in self.changes):
            event.pop("eventTimeZoneOffset", None)
        if not self.changes and not gone and not self.faults:
            self.faults.append(Fault("eventTime", gettext("Change what was wrong")))
        try:
            event = leave_out(event, gone)
        except MalformedParameter as exc:
            self.faults.append(Fault("without", reason(exc.message)))
        if gone and not lists_anything(event):
            said = gettext("nothing is left of it: say that it did not happen at all")
            self.faults.append(Fault("without", said))
        return [event]

    def _put(self, event: dict[str, Any], name: str, texts: Mapping[str, str]) -> None:
        text = texts.get(name, "")
        try:
            if not any(texts.values()) and "to" not in texts:
                event.pop(name, None)
            elif name in _TIMES:
                event[name] = format_time(read_moment(text, ledger().clock.now()))
            elif isinstance(self.plain.get(name), str):
                event[name] = text
            elif (name in HINTS or name not in texts) and not text.startswith(("{", "[")):
                event[name], faults = meant(name, texts)
                self.faults.extend(faults)
            else:
                event[name] = strict_json.load(text.encode(), limit=_TEXT_LIMIT)
        except (MalformedParameter, MalformedJson) as exc:
            why = gettext("%(where)s: %(why)s", where=label_of(name), why=reason(exc.message))
            self.faults.append(Fault(name, why))


def label_of(name: str) -> str:
    """What to call field *name* of an event."""
    return str(LABELS[name]) if name in LABELS else fields.label_of(name)


def _text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else strict_json.dump(value).decode()


# The page ----------------------------------------------------------------------------------------


def corrected(index: int) -> Response:
    """The form to correct entry *index*; or what was filled in, to be signed."""
    if request.method != "POST":
        return _form_page(Amendment.of(index, Sent({})))
    amendment = Amendment.of(index, sent())
    if amendment.form.step == "edit":
        return _form_page(amendment)
    rights = amendment.rights()
    if amendment.faults:
        return _form_page(amendment)
    try:
        prepared = amendment.redress.prepared(amendment.reason, rights, amendment.withheld)
        ahead = foresee_prepared(prepared)
        # What the entry withheld the ledger has: it is shown to who signs, and not sent again.
        ahead.lines[-1]["shown"] = [*amendment.redress.disclosures]
    except Refusal as exc:
        amendment.faults.append(
            Fault("eventTime", f"{exc.pointer or ''} {reason(exc.message)}".strip())
        )
        return _form_page(amendment)
    return page(
        "making/corrected.html",
        one=amendment,
        form=amendment.form,
        gone=amendment.gone if rights else (),
        ahead=ahead,
        label_of=label_of,
        word_of=fields.word_of,
        reasons=REASONS,
    )


def _form_page(amendment: Amendment) -> Response:
    faults, facts = (
        list(dict.fromkeys(amendment.faults)),
        amendment.texts.get("chiptrail:customs", {}),
    )
    return page(
        "making/correct.html",
        400 if faults else 200,
        one=amendment,
        form=amendment.form,
        faults=faults,
        wrong=dict(reversed([(fault.field, fault.text) for fault in faults])),
        label_of=label_of,
        word_of=fields.word_of,
        hints=HINTS,
        called=desk().called,
        fields=fields.FIELDS,
        untold=[part for part in fields.CUSTOMS if not facts.get(part, part)],
        reasons=REASONS,
    )
