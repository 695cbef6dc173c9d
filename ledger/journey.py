"""Where an item was said to be, one place after the other, and which ways cannot be.

Claims one after the other that are of one place are one stop. A way that nothing covers in that
time is suspect; so are places that others contradict. Example::

    journey_of(claims, terms, findings).stops[0].number      # 1, as on the map and in the list

Strangers' claims are stops as well, with no way to them or from them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from ledger.finding import Code, Finding
from ledger.geodesy import Circle, gap_km
from ledger.location import Claims, Level, Standing, Terms, standings
from schemas.place import Place

_SUSPECT = frozenset({Code.IMPOSSIBLE_TRAVEL, Code.CONTRADICTED})
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Stop:
    """Stop *number*, from 1 on: where the entries *indexes* say that it was.

    *circle* None: it is only named. *level* is the best of them; *who* said it first. *is_held*: by
    somebody with a part in the custody, or an inspector; else a stranger said it.
    """

    number: int
    place: Place
    circle: Circle | None
    level: Level
    who: str
    begins_at: datetime
    ends_at: datetime
    indexes: tuple[int, ...]
    is_held: bool


@dataclass(frozen=True, slots=True)
class Way:
    """From one stop to another: at least *distance_km* in *hours*.

    *is_suspect*: a finding that is open says that it cannot be.
    """

    start: Stop
    end: Stop
    distance_km: float
    hours: float
    is_suspect: bool

    @property
    def speed_km_h(self) -> float | None:
        """How fast at least; None if there was no time at all."""
        return self.distance_km / self.hours if self.hours else None


@dataclass(frozen=True, slots=True)
class Journey:
    """All *stops* in the order of time, and the *ways* between them.

    *withheld* are the entries whose place is not shown.
    """

    stops: tuple[Stop, ...] = ()
    ways: tuple[Way, ...] = ()
    withheld: tuple[int, ...] = ()


def journey_of(claims: Claims, terms: Terms, findings: Iterable[Finding] = ()) -> Journey:
    """The journey that *claims* tell, and *findings* doubt."""
    stops: list[Stop] = []
    for standing in standings(claims, terms):
        stop = _stop(len(stops) + 1, standing, terms, is_held=claims.is_credible(standing.claim))
        if stops and _is_there_still(stops[-1], stop):
            stops[-1] = _longer(stops[-1], stop)
        else:
            stops.append(stop)
    withheld = tuple(claim.index for claim in claims.made if claim.place is None)
    return Journey(tuple(stops), tuple(_ways(stops, findings)), withheld)


def _stop(number: int, standing: Standing, terms: Terms, *, is_held: bool) -> Stop:
    claim, place = standing.claim, standing.claim.place
    assert place is not None  # standings are of claims that can be read
    at, circle = claim.at, terms.circle(place)
    entries = (claim.index,)
    return Stop(number, place, circle, standing.level, claim.who, at, at, entries, is_held)


def _is_there_still(stop: Stop, after: Stop) -> bool:
    if stop.is_held is not after.is_held:
        return False
    if stop.circle is None or after.circle is None:
        return stop.place.uri == after.place.uri and stop.circle is after.circle
    return gap_km(stop.circle, after.circle) == 0


def _longer(stop: Stop, after: Stop) -> Stop:
    level = max(stop.level, after.level, key=lambda level: level.rank)
    indexes = stop.indexes + after.indexes
    return replace(stop, level=level, ends_at=after.ends_at, indexes=indexes)


def _ways(stops: Iterable[Stop], findings: Iterable[Finding]) -> Iterator[Way]:
    """The ways from stop to stop, and those that findings doubt wherever they are."""
    placed = [stop for stop in stops if stop.circle is not None]
    by_entry = {index: stop for stop in placed for index in stop.indexes}
    doubted = {
        (one.number, other.number): (one, other)
        for finding in findings
        if finding.is_open and finding.code in _SUSPECT
        for one, other in pairwise(_named(finding, by_entry))
    }
    for one, other in pairwise([stop for stop in placed if stop.is_held]):
        is_suspect = doubted.pop((one.number, other.number), None) is not None
        yield _way(one, other, is_suspect=is_suspect)
    for one, other in doubted.values():
        yield _way(one, other, is_suspect=True)


def _named(finding: Finding, by_entry: dict[int, Stop]) -> list[Stop]:
    """The stops that *finding* names, in the order of time."""
    indexes = (finding.index, *finding.cites)
    found = {by_entry[i].number: by_entry[i] for i in indexes if i in by_entry}
    return [found[number] for number in sorted(found)]


def _way(one: Stop, other: Stop, *, is_suspect: bool) -> Way:
    assert one.circle is not None  # only what has coordinates is on a way
    assert other.circle is not None
    hours = max(0.0, (other.begins_at - one.ends_at) / _HOUR)
    return Way(one, other, gap_km(one.circle, other.circle), hours, is_suspect)
