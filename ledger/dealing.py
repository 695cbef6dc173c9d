"""What an event says that its authorisation is judged by: to whom, for what use, under what.

Source: docs/rules.md, "What is judged". A *dealing* is a shipment or a transfer in place, with the
authorisations that it names; or what tells about one: an item's classification by its maker, the
departure of goods, a shipment that was called off. Withheld parts count as far as they were
disclosed. Example::

    dealing = read_dealing(event, act)
    dealing.authorisations[0].number, dealing.eccns      # "D1234567", ("3A090.a",)
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from ledger.act import Act, ActKind
from ledger.wording import later, phrase
from schemas import strict_json
from schemas.event import Event
from schemas.strict_json import JSON
from schemas.vocabulary import SOURCE_DEST_TYPES, bare_word

CUSTOMS = "chiptrail:customs"
DESTINATIONS = "destinationList"
SENDS = frozenset({ActKind.SHIP, ActKind.TRANSFER})
_MAKES = frozenset({ActKind.COMMISSION, ActKind.REGISTER})
_TELLS = frozenset({ActKind.CARRY, ActKind.VOID})
_HIDDEN = frozenset({CUSTOMS, DESTINATIONS})
_NAMED: Mapping[str, tuple[str, str, str]] = {
    "licence": (
        later("%(regime)s licence"),
        later("%(regime)s licence %(number)s"),
        later("%(regime)s licence %(code)s %(number)s"),
    ),
    "exception": (
        later("%(regime)s exception"),
        later("%(regime)s exception %(number)s"),
        later("%(regime)s exception %(code)s %(number)s"),
    ),
    "permit": (
        later("%(regime)s permit"),
        later("%(regime)s permit %(number)s"),
        later("%(regime)s permit %(code)s %(number)s"),
    ),
    "nlr": (
        later("%(regime)s nlr"),
        later("%(regime)s nlr %(number)s"),
        later("%(regime)s nlr %(code)s %(number)s"),
    ),
}
_NUMBERS = ((), ("number",), ("code", "number"))
_ENDS: Mapping[str, str] = {
    "possessing_party": "consignee",
    "owning_party": "owner",
    "urn:chiptrail:sdt:end_user": "end user",
    "urn:chiptrail:sdt:ultimate_consignee": "ultimate consignee",
    "urn:chiptrail:sdt:intermediate_consignee": "intermediate consignee",
    "location": "location",
}


@dataclass(frozen=True, slots=True)
class Authorisation:
    """One that a shipment names; *number* and *code* are None where they are not said."""

    regime: str
    kind: str
    number: str | None = None
    code: str | None = None

    @property
    def name(self) -> str:
        """``EAR licence D1234567``, ``EAR exception NAC A123456``, ``EAR nlr``."""
        numbers = [part for part in (self.code, self.number) if part]
        names = _NUMBERS[len(numbers)]
        values = dict(zip(names, numbers, strict=True))
        return phrase(_NAMED[self.kind][len(numbers)], regime=self.regime, **values)


@dataclass(frozen=True, slots=True)
class Dealing:
    """What *sender* said that it did at *at*.

    *ends* are (part, party) in the order said, ``location`` with the place that it names;
    *eccns* how the goods were classified; *hidden* the names of what is withheld still.
    """

    kind: ActKind
    sender: str
    at: datetime
    ends: tuple[tuple[str, str], ...] = ()
    authorisations: tuple[Authorisation, ...] = ()
    eccns: tuple[str, ...] = ()
    hidden: frozenset[str] = frozenset()

    def named(self, *parts: str) -> tuple[str, ...]:
        """The parties that it names as one of *parts*, each once."""
        return tuple(dict.fromkeys([party for part, party in self.ends if part in parts]))

    def disclosed(self, values: Mapping[str, JSON]) -> "Dealing":
        """The same with the withheld fields of which these are the *values*."""
        given: Any = {name: values[name] for name in self.hidden & values.keys()}
        if not given:
            return self
        return replace(
            self,
            ends=(*self.ends, *_ends(given.get(DESTINATIONS, ()))),
            eccns=(*self.eccns, *given.get(CUSTOMS, {}).get("eccn", ())),
            hidden=self.hidden - given.keys(),
        )


def read_dealing(event: Event, act: Act, hidden: Collection[str] | None = None) -> Dealing | None:
    """The dealing in *event*, which is *act*; None if it has nothing to do with any.

    *event* is as what was disclosed of it makes it; *hidden* is what is withheld still, None for
    all that it withholds.
    """
    found = _dealing(event, act)
    if found is None or hidden is None:
        return found
    return replace(found, hidden=_HIDDEN.intersection(hidden))


def _dealing(event: Event, act: Act) -> Dealing | None:
    kind = act.kind
    if kind in _TELLS:
        return Dealing(kind, act.who, act.event_at)
    if kind not in SENDS and kind not in _MAKES:
        return None
    eccns = _eccns(event)
    if kind in _MAKES:
        return Dealing(kind, act.who, act.event_at, eccns=eccns) if eccns else None
    named: Any = event.body.get("chiptrail:authorisations", ())
    return Dealing(
        kind,
        act.who,
        act.event_at,
        tuple(_named_ends(event.destinations)),
        tuple([Authorisation(**one) for one in named]),
        eccns,
        _HIDDEN.intersection(event.commitments),
    )


# As a projection keeps it -------------------------------------------------------------------------


def told_of(event: Event, act: Act) -> str | None:
    """What *event* says of a dealing, as text; None if it has nothing to do with any."""
    found = _dealing(event, act)
    if found is None:
        return None
    return _text(found.ends, found.authorisations, found.eccns, found.hidden)


# Of a lot, and between the same parties, most say the same.
@lru_cache(maxsize=4096)
def _text(
    ends: tuple[tuple[str, str], ...],
    authorisations: tuple[Authorisation, ...],
    eccns: tuple[str, ...],
    hidden: frozenset[str],
) -> str:
    said: dict[str, JSON] = {
        "ends": [list(end) for end in ends],
        "authorisations": [_members(one) for one in authorisations],
        "eccns": list(eccns),
        "hidden": [*sorted(hidden)],
    }
    return strict_json.dump({name: one for name, one in said.items() if one}).decode()


def _members(one: Authorisation) -> dict[str, JSON]:
    said = {"regime": one.regime, "kind": one.kind, "number": one.number, "code": one.code}
    return {name: value for name, value in said.items() if value is not None}


def may_draw(kind: str, said: str) -> bool:
    """Whether a dealing of which ``told_of`` gave *said* draws on a licence, or gives back."""
    return kind == ActKind.VOID or (kind in SENDS and '"authorisations"' in said)


def dealing_of(kind: ActKind, sender: str, at: datetime, said: str) -> Dealing:
    """The dealing of which ``told_of`` gave *said*."""
    return Dealing(kind, sender, at, *_told(said))


@lru_cache(maxsize=4096)
def _told(said: str) -> tuple[Any, ...]:
    """What ``_text`` was made of."""
    told: Any = strict_json.load_object(said.encode())
    return (
        tuple([(part, party) for part, party in told.get("ends", ())]),
        tuple([Authorisation(**one) for one in told.get("authorisations", ())]),
        tuple(told.get("eccns", ())),
        frozenset(told.get("hidden", ())),
    )


def _eccns(event: Event) -> tuple[str, ...]:
    """The classification that a shipment's customs facts give, or the maker's in its ``ilmd``.

    There it is the member ``eccn`` of any vocabulary: a number, or several.
    """
    customs: Any = event.body.get(CUSTOMS, {})
    found = [*customs.get("eccn", ())]
    ilmd = event.body.get("ilmd")
    for name, value in (ilmd if isinstance(ilmd, dict) else {}).items():
        if re.split("[:/#]", name)[-1] == "eccn":
            values = value if isinstance(value, list) else [value]
            found += [one for one in values if isinstance(one, str)]
    return tuple(found)


def _named_ends(ends: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(_ENDS[kind], party) for kind, party in ends if kind in _ENDS]


def _ends(entries: Iterable[Mapping[str, str]]) -> list[tuple[str, str]]:
    """Those of a ``destinationList`` as it was disclosed."""
    kinds = [bare_word(entry["type"], "SDT", SOURCE_DEST_TYPES) for entry in entries]
    return _named_ends(zip(kinds, [entry["destination"] for entry in entries], strict=True))
