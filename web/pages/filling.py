"""What is said in a form, or in a row of a spreadsheet, read as what an event says.

Everything is read before anything is refused: what is wrong is kept with the field that it is in,
so that a form comes back with all of it at once, and as it was typed. Example::

    filled = Filling(said, desk)
    draft = short_form.ship(items, desk.party, filled.party("to"), filled.details())
    filled.faults                              # [("due", "Due: got 'soon', want a time ...")]
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property, partial
from typing import Any, NamedTuple, TypeVar

from flask_babel import gettext as _

from ledger.gazetteer import Spot, resolve_place
from ledger.names import document_name, item_name, party_meant
from ledger.service.stock import Doubt, new_items
from schemas import strict_json
from schemas.errors import (
    MalformedEvent,
    MalformedJson,
    MalformedParameter,
    NotFound,
    ParseError,
    Refusal,
)
from schemas.extension import FIELDS, check_customs
from schemas.item import split_pasted
from schemas.short_form import Details
from schemas.spelling import (
    AUTHORISATIONS,
    class_of,
    read_authorisation,
    read_document,
    read_end,
    read_moment,
)
from schemas.strict_json import JSON
from web.pages.desk import Desk
from web.pages.doubts import told
from web.pages.fields import PRODUCT, label_of, word_of
from web.pages.figures import CUSTOMS, count_in, metres_in
from web.pages.naming import reason
from web.pages.sent import Said

T = TypeVar("T")

_EVIDENCE_LIMIT = 16 << 10
_MOST = 1 << 53


class Fault(NamedTuple):
    """What is wrong with the field of that id."""

    field: str
    text: str

    @classmethod
    def of(cls, name: str, why: str) -> "Fault":
        """*why* field *name* is wrong, told with its name."""
        return cls(name, _("%(where)s: %(why)s", where=label_of(name), why=why))


def split_by_blank(text: str) -> str:
    """What to say where a blank parts new serials in *text*, empty if none does.

    Of things that are recorded the serials show which was meant; of new ones nothing would.
    """
    for part in re.split("[\n,;\t]", text):
        if len(split_pasted(part)) > 1:
            asked = _(
                "%(text)s has a blank inside: put each serial on a line of its own; one that has a"
                " blank itself is given by its full id",
                text=repr(part.strip()),
            )
            return str(asked)
    return ""


class Filling:
    """What *said* has, by the names of the fields, as values."""

    def __init__(self, said: Said, desk: Desk, numbers: Sequence[dict[str, JSON]] = ()) -> None:
        """*numbers* are ``chiptrail:identities`` of the things that it is about."""
        self.said, self.desk, self.numbers = said, desk, numbers
        self.faults: list[Fault] = []
        self.answers: dict[str, list[object]] = {}

    def fault(self, name: str, why: str) -> None:
        """Keep that *why* is wrong with field *name*."""
        self.faults.append(Fault.of(name, why))

    def text(self, name: str, *, required: bool = False) -> str:
        """What is said in field *name*, empty for nothing."""
        text = next(iter(self.said.get(name, ())), "").strip()
        if required and not text:
            self.fault(name, _("missing"))
        return text

    def shown(self, name: str) -> str:
        """The same, which is an answer as it stands."""
        text = self.text(name)
        if text:
            self.answers[name] = [text]
        return text

    def several(self, name: str) -> list[str]:
        """All that is said in field *name*: in fields of that name, or parted by semicolons."""
        texts = [
            part for text in self.said.get(name, ()) for part in text.replace("\n", ";").split(";")
        ]
        return [text.strip() for text in texts if text.strip()]

    def ticked(self, name: str) -> bool:
        """Whether box *name* is ticked, or says so in words."""
        text = self.text(name).casefold()
        if text not in _YES | _NO:
            self.fault(name, _("got %(text)s, want yes or nothing", text=repr(text)))
        if text in _YES:
            self.answers[name] = [_("yes")]
        return text in _YES

    # Values ---------------------------------------------------------------------------------------

    @property
    def acting(self) -> str:
        """Whose act it is: the party's, or that of whom it signs for."""
        return self.principal or self.desk.party

    @cached_property
    def principal(self) -> str | None:
        """For whom the party signs, if for another."""
        return self.party("on_behalf_of")

    def thing(self, name: str) -> str:
        """The one thing, which may be new, that field *name* means."""
        text = self.text(name, required=True)
        (row,) = self.desk.sorted(text).rows if text else (None,)
        if row is None or row.item is None:
            if row is not None:
                why = told(row, self.desk.name_of)
                if row.doubt is Doubt.UNKNOWN:
                    why = _("%(why)s; a new box is named by its SSCC or full id", why=why)
                self.fault(name, why)
            return ""
        self.answers[name] = [item_name(row.item)]
        return row.item

    def new_items(self, name: str) -> tuple[str, ...]:
        """The things that field *name* lists, which may be new."""
        for text in self.several(name):
            if split := split_by_blank(text):
                self.fault(name, split)
        found = new_items(split_pasted("\n".join(self.several(name))), self.item_class())
        for row in found.doubtful:
            why = told(row, self.desk.name_of)
            self.fault(name, _("%(where)s: %(why)s", where=row.text, why=why))
        if not found.rows:
            self.fault(name, _("missing"))
        self.answers[name] = [item_name(item) for item in found.items]
        return found.items

    def item_class(self) -> str | None:
        """The beginning of the ids of new things: that of a class, or of a trade item number."""
        return self._class

    @cached_property
    def _class(self) -> str | None:
        return self._read("under", self.text("under"), class_of)

    def party(self, name: str, *, required: bool = False) -> str | None:
        """The party that field *name* means."""
        return self._party(name, self.text(name, required=required))

    def somebody(self, name: str) -> str:
        """The same, where somebody must be said."""
        return self.party(name, required=True) or ""

    def parties(self, name: str) -> list[str]:
        """The parties that field *name* lists."""
        found = [self._party(name, one) for one in self.several(name)]
        return [one for one in dict.fromkeys(found) if one is not None]

    def _party(self, name: str, text: str) -> str | None:
        def read(one: str) -> str:
            try:
                return party_meant(one, self.desk.called)
            except NotFound as exc:
                said = _("no party %(name)s is enrolled; choose one of the list", name=repr(one))
                raise NotFound(said) from exc

        return self._read(name, text, read, self.desk.name_of)

    def anyone(self, text: str) -> str:
        """The party that *text* means, or *text* itself: a name of somebody who is not enrolled."""
        try:
            return party_meant(text, self.desk.called)
        except (NotFound, MalformedParameter):
            return text

    def whole(self, name: str) -> int | None:
        """The whole number of field *name*, from 1 on."""
        text = self.text(name)
        number = count_in(text)
        if text and (number is None or not 0 < number < _MOST):
            self.fault(name, _("got %(text)s, want a whole number", text=repr(text)))
            return None
        return number

    def moment(self, name: str, *, is_end: bool = False) -> datetime | None:
        """The time of field *name*; *is_end*: a day alone is its end."""
        read = partial(read_end if is_end else read_moment, now=self.desk.now)
        return self._read(name, self.text(name), read, lambda at: at)

    def documents(self) -> list[str]:
        """The URIs of the papers it goes by."""
        pairs = zip(self.said.get("paper-kind", ()), self.said.get("paper", ()), strict=False)
        texts = [
            text.strip() if kind == "uri" else f"{kind}:{text.strip()}"
            for kind, text in pairs
            if text.strip()
        ]
        texts += self.several("document")
        found = [self._read("paper", text, read_document, document_name) for text in texts]
        return [one for one in dict.fromkeys(found) if one is not None]

    def authorisations(self) -> list[dict[str, str]]:
        """What it goes under: licences that were ticked, others as they are typed."""
        pairs = zip(self.said.get("other-kind", ()), self.said.get("other", ()), strict=False)
        typed = [("other", kind, text.strip()) for kind, text in pairs if text.strip()]
        typed += [(kind, kind, text) for kind in AUTHORISATIONS for text in self.several(kind)]
        found = []
        for name, kind, text in typed:
            if kind not in AUTHORISATIONS:
                self.fault(name, _("say of which kind it is"))
                continue
            one = self._read(name, text, partial(read_authorisation, kind), _named)
            if one is not None and one not in found:
                found.append(one)
        return found

    def location(self) -> dict[str, JSON] | None:
        """Where it is, as ``chiptrail:location``."""
        country, metres = self.text("place_country").upper(), self.text("place_accuracy")
        text = self.text("place")
        if not text:
            if country or metres:
                self.fault("place", _("say which place that is"))
            return None
        radius_m = self._read("place_accuracy", metres, metres_in)

        def read(one: str) -> Spot:
            known = self.desk.places
            return resolve_place(one, known, country=country or None, accuracy_m=radius_m)

        spot = self._read("place", text, read, _where)
        return None if spot is None else spot.location()

    def withheld(self) -> tuple[str, ...]:
        """The fields that are committed to in place of being told."""
        return ("chiptrail:location",) if self.ticked("place_withheld") else ()

    def evidence(self) -> list[dict[str, JSON]]:
        """The files that were hashed: a JSON object each."""
        found: list[dict[str, JSON]] = []
        for text in self.said.get("evidence", ()):
            try:
                one = strict_json.load_object(text.encode(), limit=_EVIDENCE_LIMIT)
                FIELDS["chiptrail:evidence"]([one])
                found.append(one)
                self.answers.setdefault("evidence", []).append(str(one["name"]))
            except (MalformedEvent, MalformedJson) as exc:
                self.fault("evidence", reason(exc.message))
        return found

    def product(self) -> dict[str, JSON]:
        """What the maker says of new things, as an event has it."""
        return {name: text for name, field in PRODUCT.items() if (text := self.shown(field))}

    def customs(self) -> dict[str, JSON]:
        """What customs is told, as ``chiptrail:customs``."""
        found: dict[str, JSON] = {}
        before = len(self.faults)
        for name, read in CUSTOMS.items():
            text = self.text(name)
            try:
                if text:
                    found[name] = read(text)
                    self.answers[name] = [str(word_of(name, text))]
            except ValueError:
                self.fault(name, _("got %(text)s, want a number", text=repr(text)))
        ends = ("loading", "discharge")
        ports: dict[str, JSON] = {end: text for end in ends if (text := self.text(end))}
        if ports:
            found["ports"] = ports
            self.answers |= {end: [str(text)] for end, text in ports.items()}
        if len(self.faults) > before:
            return found
        try:
            check_customs(found)
        except MalformedEvent as exc:
            name, *rest = (exc.pointer or "/itn").strip("/").split("/")
            self.fault(rest[-1] if name == "ports" and rest else name, reason(exc.message))
        return found

    def details(self, **more: Any) -> Details:  # noqa: ANN401 - fields of Details
        """What is said of any event, and *more*."""
        return Details(
            event_at=self.moment("at"),
            location=self.location(),
            documents=self.documents(),
            evidence=self.evidence(),
            on_behalf_of=self.principal,
            **more,
        )

    def _read(
        self, name: str, text: str, read: Callable[[str], T], show: Callable[[T], object] = str
    ) -> T | None:
        """What *read* makes of *text*, kept as *show* tells it; None where it is none, or wrong."""
        if not text:
            return None
        try:
            value = read(text)
        except (ParseError, Refusal, OverflowError) as exc:
            why = exc.message if isinstance(exc, Refusal) else _("out of range")
            self.fault(name, reason(why.removeprefix(f"{name}: ")))
            return None
        self.answers.setdefault(name, []).append(show(value))
        return value


def _named(authorisation: Mapping[str, str]) -> str:
    """``EAR licence D1234567``."""
    parts = ("regime", "kind", "code", "number")
    return " ".join([authorisation[part] for part in parts if part in authorisation])


def _where(spot: Spot) -> str:
    country = f", {spot.country}" if spot.country else ""
    hint = f" ({spot.hint})" if spot.hint else ""
    return f"{spot.name}{country}{hint}"


_YES = frozenset({"yes", "y", "1", "true", "on", "x"})
_NO = frozenset({"", "no", "n", "0", "false", "-"})
