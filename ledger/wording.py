"""What the ledger says, as phrases that can be said in other languages too.

Whatever is told to people is made of phrases: a fixed text with names of what goes in. ``make
words`` collects the texts, and pages find in a sentence that was made the phrases it is made of.
Example::

    phrase("%(who)s signed that it %(did)s this item", who=act.actor, did=DID[act.kind])
"""

from collections.abc import Mapping
from datetime import datetime

from ledger.act import ActKind

DID: Mapping[ActKind, str] = {
    ActKind.COMMISSION: "made",
    ActKind.REGISTER: "holds",
    ActKind.TRANSFORM: "made something else of",
    ActKind.PACK: "packed",
    ActKind.UNPACK: "unpacked",
    ActKind.INSTALL: "installed",
    ActKind.REMOVE: "removed",
    ActKind.SHIP: "shipped",
    ActKind.CARRY: "carried",
    ActKind.DELIVER: "delivered",
    ActKind.RECEIVE: "received",
    ActKind.REFUSE: "refused",
    ActKind.VOID: "took back",
    ActKind.TRANSFER: "gave away",
    ActKind.ACCEPT: "accepted",
    ActKind.DECLARE: "saw",
    ActKind.INSPECT: "inspected",
    ActKind.DETAIN: "detained",
    ActKind.SEIZE: "seized",
    ActKind.RELEASE: "released",
    ActKind.REPORT: "reported on",
    ActKind.CLEAR: "cleared",
    ActKind.REPLACE: "gave new numbers to",
    ActKind.DESTROY: "destroyed",
    ActKind.DECOMMISSION: "decommissioned",
}
"""Every kind of act that is judged, as what its signer says that it did."""

ENDED: Mapping[ActKind, str] = {
    ActKind.DESTROY: "destroyed",
    ActKind.DECOMMISSION: "taken out of use",
    ActKind.TRANSFORM: "made into something else",
}
"""How an item can have ended."""


def phrase(text: str, **values: object) -> str:
    """The words *text*, where ``%(name)s`` stands for the value of that name.

    A value may be a phrase itself. *text* is written where this is called, for translators.
    """
    return text % values


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
