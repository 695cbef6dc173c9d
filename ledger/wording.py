"""What an act does, in the words of a finding's message.

Example::

    f"{act.actor} signed that it {DID[act.kind]} this item"
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
