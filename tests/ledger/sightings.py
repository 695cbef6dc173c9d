"""Claims of place told in short: who saw it where, and when, in hours since the beginning.

    told(made("maker"), shipped("maker", to="buyer", bound="HK", by="CN"),
         seen("carrier", LO_WU, 5, within_m=1000))

Parties: maker, buyer, carrier, each a company of its own; customs, an inspector.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ledger.act import ActKind
from ledger.landmark import Measured
from ledger.location import Claims, gather
from ledger.sighting import Claim, Entry, Route
from schemas.place import Place

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
HONG_KONG, SHENZHEN, LO_WU = (22.30, 114.17), (22.60, 114.06), (22.532, 114.117)
SINGAPORE, HANOI, OSLO, MURMANSK = (1.35, 103.80), (21.03, 105.85), (59.91, 10.75), (68.97, 33.08)
KIRUNA = (67.85, 20.22)


def claim(who, spot, hours=0, *, index=-1, within_m=50, company=None, **more):
    """What *who* signed; *spot* None is withheld."""
    rest = {"is_inspector": who in ("customs", "police"), "country": None, **more}
    country = rest.pop("country")
    place = None if spot is None else Place(*spot, within_m, country)
    return Claim(index, BEGIN + hours * HOUR, who, company or who, place=place, **rest)


def measured(ms, spot, hours=0):
    """What a landmark at *spot* measured then."""
    at = BEGIN + hours * HOUR
    return (Measured(0, "OSL", *spot, ms, at, at),)


def seen(who, spot, hours=0, **more):
    """An entry that gives no part in the custody."""
    return ActKind.DECLARE, (), claim(who, spot, hours, **more), None


def part(*parties, kind=ActKind.COMMISSION, at=None, hours=0, **more):
    """An entry by the first of *parties* that gives all a part in the custody."""
    said = None if at is None else claim(parties[0], at, hours, **more)
    return kind, parties, said, None


def shipped(who, to, *, bound, through="", via=(), at=None, hours=0):
    route = Route(-1, frozenset(bound.split()), frozenset(through.split()))
    said = None if at is None else claim(who, at, hours)
    return ActKind.SHIP, (who, to, *via), said, route


def told(*entries) -> Claims:
    """The claims in *entries*, which have the indexes 0, 1, 2 ..."""
    found = {}
    for index, (kind, parties, said, route) in enumerate(entries):
        placed = None if said is None else said._replace(index=index)
        way = None if route is None else replace(route, index=index)
        found[index] = Entry(kind, frozenset(parties), placed, way)
    return gather(found, found)
