"""What was filled in in the form of an act: listed, sorted out, checked, prepared to be signed.

``step`` says what it was sent for: to ``check`` it, to ``add`` a file or a series to the list, to
``leave`` out the rows that are in doubt, to ``edit`` it again; ``csv`` and ``xlsx`` give those rows
as a file. Nothing is kept here: what was typed goes along from page to page until it is signed. ::

    handled(ACTS["pack"], "Pack")
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from flask import Response, request
from flask_babel import gettext as _
from flask_babel import ngettext

from ledger.service.licences import Balance, balances
from ledger.service.stock import Doubt, Row, Sorted, new_items, sort_out
from ledger.wallet import drawers
from schemas.errors import Refusal
from schemas.item import split_pasted
from web.pages.acts import Act
from web.pages.desk import Desk, desk
from web.pages.doubts import FAULT_COLUMNS, faults_rows, told
from web.pages.fields import (
    AUTHORISATIONS,
    CUSTOMS,
    FIELDS,
    PAPERS,
    WHEN,
    label_of,
    word_of,
)
from web.pages.filling import Fault, Filling
from web.pages.foresight import Foresight, foresee
from web.pages.frame import page
from web.pages.lists import table_file
from web.pages.manifest import MOST, Listed, read_listed
from web.pages.naming import reason
from web.pages.numbers import read_numbers
from web.pages.sent import Sent, sent
from web.tables import KINDS

_SHOWN = 50
_NOTHING, _UNLISTED = Sorted((), {}, 0), Listed()
_SEPARATING = frozenset(" \t\r\n\f\v,;\"'")


def handled(act: Act, title: str) -> Response:
    """The form of *act*; or what was filled in: in order, or what is wrong with it."""
    if request.method != "POST":
        return form_page(Entered.of_address(act, title))
    return answer(Entered.of_form(act, title))


@dataclass(frozen=True)
class Entered:
    """What was *said* in the form of *act*, what it *listed*, and how that is *sorted* out.

    *respelled* are the items that the table of numbers spells otherwise than the list.
    """

    act: Act
    title: str
    desk: Desk
    form: Sent
    listed: Listed = _UNLISTED
    sorted: Sorted = _NOTHING
    respelled: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_address(cls, act: Act, title: str) -> "Entered":
        """What the address says already."""
        said = {name: tuple(values) for name, values in request.args.lists()}
        units = "\n".join(said.pop("unit", ()))
        return cls(act, title, desk(), Sent(said | {"units": (units,)}))

    @classmethod
    def of_form(cls, act: Act, title: str) -> "Entered":
        """What was sent; rows in doubt are left out, if that is wanted."""
        said = sent().said
        is_numbered = "numbers" in act.fields
        upload, is_new = request.files.get("file"), act.standing is None
        listed = read_listed(said, upload, numbered=is_numbered, new=is_new)
        form = Sent({**said, "numbers": (listed.numbers,)}) if is_numbered else Sent(said)
        entered = cls(act, title, desk(), form, listed)
        entered = entered.sorted_out()
        if form.step == "leave":
            rest = [row.text for row in entered.sorted.rows if row.doubt is None]
            listed = replace(listed, texts=tuple(rest))
            entered = replace(entered, listed=listed, sorted=entered.sort(rest))
        return entered

    def sorted_out(self) -> "Entered":
        """With what is listed sorted out, however the table of numbers spells it."""
        found = self.sort(self.listed.texts)
        given = {str(row.number): row.item for row in found.rows[: self.listed.given] if row.item}
        again = {
            row.text: given[row.about]
            for row in found.rows[self.listed.given :]
            if row.doubt is Doubt.REPEATED and row.about in given
        }
        rows = tuple([row for row in found.rows if row.text not in again])
        return replace(self, sorted=replace(found, rows=rows), respelled=again)

    def sort(self, texts: Sequence[str]) -> Sorted:
        """What *texts* name that the act can be about."""
        if not texts:
            return _NOTHING
        if self.act.standing is None:
            return new_items(texts, Filling(self.form.said, self.desk).item_class())
        return sort_out(self.desk.ledger, texts, self.desk.reader, self.act.standing)

    def filling(self) -> Filling:
        """What was said, to be read."""
        named = {row.text: row.item for row in self.sorted.rows if row.item is not None}
        numbers = read_numbers(self.listed.numbers).of({**named, **self.respelled})
        filling = Filling(self.form.said, self.desk, numbers)
        if numbers:
            said = ngettext("one thing", "%(num)s things", len(numbers))
            filling.answers["numbers"] = [said]
        return filling

    def refused(self, why: Refusal) -> Fault:
        """Why nobody could sign it, beside the first field."""
        name = "units" if self.act.lists_units else self.act.fields[0]
        return Fault(name, f"{reason(why.message)} {why.pointer or ''}".strip())

    @property
    def units_text(self) -> str:
        """The list as it stands in the form, a line for each."""
        if not self.sorted.rows:
            return self.form.value("units")
        return "\n".join(map(_line, self.sorted.rows))


def _line(row: Row) -> str:
    """The text of *row* so that it is read back as one."""
    is_one = _SEPARATING.isdisjoint(row.text) or split_pasted(row.text) == [row.text]
    return row.text if is_one else row.item or row.text


# Answers ------------------------------------------------------------------------------------------


def answer(entered: Entered) -> Response:
    """The form again, the rows in doubt as a file, or all of it, to be checked and signed."""
    if entered.form.step in KINDS:
        called, standing = entered.desk.name_of, entered.act.standing
        rows = faults_rows(entered.sorted.doubtful, called, standing)
        return table_file(entered.form.step, "rows-in-doubt", FAULT_COLUMNS, rows)
    if entered.form.step == "edit":
        return form_page(entered)
    faults = list(entered.listed.faults)
    if entered.form.step == "add":
        return form_page(entered, faults)
    filling = entered.filling()
    if "under" in entered.act.fields:
        filling.item_class()
    draft = entered.act.make(filling, entered.sorted.items)
    faults += [*_of_units(entered), *filling.faults]
    if not faults:
        try:
            ahead = foresee([draft], filling.withheld())
            if not ahead.refusals:
                return check_page(entered, filling, ahead)
            faults += [entered.refused(one) for one in ahead.refusals]
        except Refusal as exc:
            faults.append(entered.refused(exc))
    return form_page(entered, faults)


def check_page(entered: Entered, filling: Filling, ahead: Foresight) -> Response:
    """What was filled in, to be checked, with what would be left of licences; and signed."""
    return page(
        "making/check.html",
        entered=entered,
        form=entered.form,
        answers=filling.answers,
        word_of=word_of,
        ahead=ahead,
        label_of=label_of,
        balances=drawn(ahead),
    )


def form_page(entered: Entered, faults: Sequence[Fault] = ()) -> Response:
    """The form with what was filled in, and what is wrong with it."""
    takes_licences = "authorisations" in entered.act.fields
    some, called = entered.sorted.doubtful[:_SHOWN], entered.desk.name_of
    return page(
        "making/form.html",
        400 if faults else 200,
        entered=entered,
        form=entered.form,
        faults=faults,
        wrong=dict(reversed([(fault.field, fault.text) for fault in faults])),
        doubts=[(row, told(row, called, entered.act.standing)) for row in some],
        doubt_count=len(entered.sorted.doubtful),
        good_count=len(entered.sorted.items),
        takes_licences=takes_licences,
        licences=_licences(entered.desk) if takes_licences else (),
        place_needed=entered.act.name == "declare",
        papers=PAPERS,
        kinds=AUTHORISATIONS,
        fields=FIELDS,
        customs=CUSTOMS,
        when=WHEN,
        label_of=label_of,
        most=MOST,
    )


def _of_units(entered: Entered) -> list[Fault]:
    """What is wrong with the things that are listed."""
    count = len(entered.sorted.doubtful)
    if count:
        said = _(
            "%(count)s of %(all)s rows are in doubt", count=count, all=len(entered.sorted.rows)
        )
        return [Fault.of("units", said)]
    if entered.act.needs_units and not entered.sorted.rows and not entered.listed.faults:
        said = _("say at least one")
        return [Fault.of("units", said)]
    return []


def _licences(desk: Desk) -> list[Balance]:
    """Those that the caller may draw on and that are in force."""
    found = balances(desk.ledger, desk.reader)
    return [
        one
        for one in found
        if desk.party in drawers(one.licence) and one.licence.ends_at > desk.now
    ]


def drawn(ahead: Foresight) -> list[tuple[Balance, int]]:
    """What would be drawn on each licence, and its balance then."""
    return [(one.balance, one.quantity) for receipt in ahead.receipts for one in receipt.drawn]
