"""What the ledger says, as phrases that can be said in other languages too.

Whatever is told to people is made of phrases: a fixed text with names of what goes in. ``make
words`` collects the texts, and pages find in a sentence that was made the phrases it is made of.
Example::

    phrase("%(who)s signed that it %(did)s this item", who=act.actor, did=DID[act.kind])
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Self

from ledger.act import Act, ActKind


class Phrase(str):
    """Words that know what they are made of: *text*, and what stands for each name in it."""

    __slots__ = ("text", "values")
    text: str
    values: Mapping[str, object]

    def __new__(cls, words: str, text: str, values: Mapping[str, object]) -> Self:
        """*words*, which are those of *text* with *values*, but for the case of the first."""
        made = super().__new__(cls, words)
        made.text, made.values = text, values
        return made

    def __getnewargs__(self) -> tuple[str, str, Mapping[str, object]]:  # type: ignore[override]  # str is made of less
        """What it is made of again in another process."""
        return str(self), self.text, self.values


def phrase(text: str, **values: object) -> str:
    """The words *text*, where ``%(name)s`` stands for the value of that name.

    A value may be a phrase itself. *text* is written where this is called, for translators.
    """
    return Phrase(text % values, text, values)


def later(text: str) -> str:
    """*text*, which is written here and made a phrase elsewhere."""
    return text


def begun(words: str) -> str:
    """*words* as they begin a sentence."""
    return _respelled(words, words[:1].upper())


def went_on(words: str) -> str:
    """*words* as they go on after others."""
    return _respelled(words, words[:1].lower())


def _respelled(words: str, first: str) -> str:
    spelled = first + words[1:]
    return Phrase(spelled, words.text, words.values) if isinstance(words, Phrase) else spelled


DID: Mapping[ActKind, str] = {
    ActKind.COMMISSION: phrase("made"),
    ActKind.REGISTER: phrase("holds"),
    ActKind.TRANSFORM: phrase("made something else of"),
    ActKind.PACK: phrase("packed"),
    ActKind.UNPACK: phrase("unpacked"),
    ActKind.INSTALL: phrase("installed"),
    ActKind.REMOVE: phrase("removed"),
    ActKind.SHIP: phrase("shipped"),
    ActKind.CARRY: phrase("carried"),
    ActKind.DELIVER: phrase("delivered"),
    ActKind.RECEIVE: phrase("received"),
    ActKind.REFUSE: phrase("refused"),
    ActKind.VOID: phrase("took back"),
    ActKind.TRANSFER: phrase("gave away"),
    ActKind.ACCEPT: phrase("accepted"),
    ActKind.DECLARE: phrase("saw"),
    ActKind.INSPECT: phrase("inspected"),
    ActKind.DETAIN: phrase("detained"),
    ActKind.SEIZE: phrase("seized"),
    ActKind.RELEASE: phrase("released"),
    ActKind.REPORT: phrase("reported on"),
    ActKind.CLEAR: phrase("cleared"),
    ActKind.REPLACE: phrase("gave new numbers to"),
    ActKind.DESTROY: phrase("destroyed"),
    ActKind.DECOMMISSION: phrase("decommissioned"),
}
"""Every kind of act that is judged, as what its signer says that it did."""

ENDED: Mapping[ActKind, str] = {
    ActKind.DESTROY: phrase("destroyed"),
    ActKind.DECOMMISSION: phrase("taken out of use"),
    ActKind.TRANSFORM: phrase("made into something else"),
}
"""How an item can have ended."""

ROLES: Mapping[str, str] = {
    "maker": phrase("maker"),
    "packer": phrase("packer"),
    "distributor": phrase("distributor"),
    "exporter": phrase("exporter"),
    "carrier": phrase("carrier"),
    "consignee": phrase("consignee"),
    "end-user": phrase("end-user"),
    "inspector": phrase("inspector"),
    "auditor": phrase("auditor"),
    "operator": phrase("operator"),
    "registrar": phrase("registrar"),
}
"""What a party can be in the custody of chips (``schemas.enrolment.Role``)."""


def signed(act: Act, agent: str | None) -> str:
    """Who signed that it did what *act* says; *agent* signed for it, None if it did so itself."""
    did = DID[act.kind]
    if agent is None:
        return phrase("%(who)s signed that it %(did)s this item", who=act.actor, did=did)
    return phrase(
        "%(agent)s signed for %(who)s that it %(did)s this item",
        agent=agent,
        who=act.actor,
        did=did,
    )


def of_no_range(party: str) -> str:
    """What is said of a number that *party* may not begin."""
    return phrase("%(who)s used a number outside the ranges that are registered for it", who=party)


def listed(words: Sequence[str]) -> str:
    """``a, b and c``; empty for none."""
    if len(words) < 2:
        return words[0] if words else ""
    return phrase("%(most)s and %(last)s", most=with_commas(words[:-1]), last=words[-1])


def with_commas(words: Sequence[str]) -> str:
    """``a, b, c``; empty for none."""
    return _joined(later("%(most)s, %(one)s"), words)


def some_of(words: Sequence[str]) -> str:
    """``a, b, c and 7 more``."""
    shown, more = with_commas(words[:3]), len(words) - 3
    if more <= 0:
        return shown
    return phrase("%(items)s and %(count)s more", items=shown, count=f"{more:,}")


def any_of(words: Sequence[str]) -> str:
    """``a, b or c``; empty for none."""
    if len(words) < 2:
        return words[0] if words else ""
    return phrase("%(most)s or %(last)s", most=with_commas(words[:-1]), last=words[-1])


def chained(words: Sequence[str]) -> str:
    """``a and b and c``, for what may have commas itself."""
    return _joined(later("%(most)s and %(last)s"), words)


def also(*words: str) -> str:
    """``a; b``."""
    return _joined(later("%(most)s; %(one)s"), words)


def _joined(text: str, words: Sequence[str]) -> str:
    """*words* by a *text* of two, halves of halves: each in the next would nest without a bound."""
    if len(words) < 2:
        return words[0] if words else ""
    half = (len(words) + 1) // 2
    sides = _joined(text, words[:half]), _joined(text, words[half:])
    return phrase(text, **dict(zip(_NAMES.findall(text), sides, strict=True)))


_NAMES = re.compile(r"%\((\w+)\)s")


def in_words(at: datetime) -> str:
    """The moment *at*, to the minute."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def spot_name(latitude: float, longitude: float, radius_m: float) -> str:
    """``22.308 N, 113.918 E, within 50 m``; how far off it may be in kilometres from 10 km on."""
    near = f"{radius_m / 1000:,.0f} km" if radius_m >= _KILOMETRES else f"{radius_m:,.0f} m"
    spot = f"{_degrees(latitude, 'NS')}, {_degrees(longitude, 'EW')}"
    return phrase("%(spot)s, within %(radius)s", spot=spot, radius=near)


_KILOMETRES = 10_000


def _degrees(value: float, signs: str) -> str:
    return f"{abs(value):.3f} {signs[value < 0]}"


def countries_named(codes: frozenset[str], said: Callable[[Sequence[str]], str] = any_of) -> str:
    """``CN, HK or MO``."""
    if not codes:
        return phrase("no country, but the open sea")
    if len(codes) > _MOST_NAMED:
        return phrase("any of %(count)s countries", count=len(codes))
    return said(sorted(codes))


_MOST_NAMED = 6
