"""What the ledger says, as phrases that can be said in other languages too.

Whatever is told to people is made of phrases: a fixed text with names of what goes in. ``make
words`` collects the texts, and pages find in a sentence that was made the phrases it is made of.
Example::

    phrase("%(who)s signed that it %(did)s this item", who=act.actor, did=DID[act.kind])
"""

from collections.abc import Mapping, Sequence
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

    def __getnewargs__(self) -> tuple[str, str, Mapping[str, object]]:  # type: ignore[override]
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


def any_of(words: Sequence[str]) -> str:
    """``a, b or c``; empty for none."""
    if len(words) < 2:
        return "".join(words)
    return phrase("%(some)s or %(last)s", some=", ".join(words[:-1]), last=words[-1])


def all_of(words: Sequence[str]) -> str:
    """``a, b and c``; empty for none."""
    if len(words) < 2:
        return "".join(words)
    return phrase("%(some)s and %(last)s", some=", ".join(words[:-1]), last=words[-1])


def in_words(at: datetime) -> str:
    """The moment *at*, to the minute."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def spot_name(latitude: float, longitude: float, radius_m: float) -> str:
    """``22.308 N, 113.918 E, within 50 m``; how far off it may be in kilometres from 10 km on."""
    near = f"{radius_m / 1000:,.0f} km" if radius_m >= _KILOMETRES else f"{radius_m:,.0f} m"
    degrees = f"{_degrees(latitude, 'NS')}, {_degrees(longitude, 'EW')}"
    return f"{degrees}, within {near}"


_KILOMETRES = 10_000


def _degrees(value: float, signs: str) -> str:
    return f"{abs(value):.3f} {signs[value < 0]}"
