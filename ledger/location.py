"""Where things are said to be, and how well that is evidenced.

Source: docs/location.md. A claim of place is not a place: its level follows from who signed what,
never from what it says of itself. From the weakest:

- *none*: nobody has said where it is, or it is withheld from the reader;
- *declared*: somebody signed it;
- *countersigned*: a party of another ultimate parent signed, at about the same time, that it was at
  the same place;
- *inspected*: an inspector signed it that never had a part in the custody of the thing.

    claims = gather(entries, [3, 7, 12])      # those that bear on an item, as they count
    appraise(claims, terms).level             # Level.COUNTERSIGNED
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from ledger.act import ActKind
from ledger.geodesy import Circle, is_gap_over
from ledger.rules import RulePack
from ledger.sighting import Claim, Entry, Route
from schemas.place import Place


class Level(StrEnum):
    """How well a claim of place is evidenced, the weakest first."""

    NONE = "none"
    DECLARED = "declared"
    COUNTERSIGNED = "countersigned"
    INSPECTED = "inspected"

    @property
    def rank(self) -> int:
        """The higher the better."""
        return _LEVELS.index(self)


_LEVELS = tuple(Level)


@dataclass(frozen=True, slots=True, eq=False)
class Claims:
    """All that was *made* on an item, in the order that counts; compared by what it is.

    *parties* had a part in its custody. Entry *leg* began the stretch of custody that it is in, -1
    if none did; *made* from *leg_start* on are of it. *route* is that of the last shipment, None if
    it is on none or came to nothing; *made* from *route_start* on are of it, in transit up to
    *leg_start* where *has_arrived*.
    """

    made: tuple[Claim, ...] = ()
    parties: frozenset[str] = frozenset()
    leg: int = -1
    leg_start: int = 0
    route: Route | None = None
    route_start: int = 0
    has_arrived: bool = False

    def is_credible(self, claim: Claim) -> bool:
        """Whether it is by somebody with a part in the custody, or an inspector; else a stranger's.

        A stranger's words never turn a verdict to stop.
        """
        return claim.is_inspector or claim.who in self.parties


NO_CLAIMS = Claims()


_ARRIVALS = frozenset({ActKind.RECEIVE, ActKind.DELIVER})
_BEGINS_LEG = _ARRIVALS | {
    ActKind.COMMISSION,
    ActKind.REGISTER,
    ActKind.TRANSFORM,
    ActKind.SHIP,
    ActKind.REFUSE,
    ActKind.VOID,
    ActKind.SEIZE,
}
_ENDS_ROUTE = _BEGINS_LEG - _ARRIVALS


def gather(
    entries: Mapping[int, Entry], bearing: Iterable[int], idle: Container[int] = ()
) -> Claims:
    """The claims on an item on which the indexes *bearing* bear, in the order that counts.

    Those that are *idle*, or not among *entries*, did nothing to it.
    """
    made: list[Claim] = []
    parties: set[str] = set()
    leg, leg_start, route_start = -1, 0, 0
    route, has_arrived = None, False
    counted = [i for i in dict.fromkeys(bearing) if i in entries and i not in idle]
    for entry in map(entries.__getitem__, counted):
        parties |= entry.parties
        if entry.kind in _BEGINS_LEG:
            leg, leg_start = entry.index, len(made)
            has_arrived = entry.kind in _ARRIVALS
        if entry.kind in _ENDS_ROUTE:
            way, route_start = entry.route, len(made)
            route = way if way is not None and way.destinations else None
        if entry.claim is not None:
            made.append(entry.claim)
    return Claims(tuple(made), frozenset(parties), leg, leg_start, route, route_start, has_arrived)


# Appraising ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Terms:
    """What the rules say of evidence: see ``location/countersigned`` and ``location/accuracy``."""

    window: timedelta
    within_m: float
    assumed_m: float

    def circle(self, place: Place) -> Circle | None:
        """Where *place* is, None if it is only named."""
        point = place.point
        if point is None:
            return None
        radius = self.assumed_m if place.accuracy_m is None else place.accuracy_m
        return Circle(*point, radius)


@lru_cache(maxsize=64)
def terms_of(pack: RulePack, as_of: datetime) -> Terms:
    """The terms in force at *as_of*.

    Raises: UnknownRule, MalformedRules.
    """
    agreed = pack.rule("location/countersigned", as_of)
    return Terms(
        agreed.duration("window_hours"),
        agreed.number("within_m"),
        pack.rule("location/accuracy", as_of).number("assumed_m"),
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """A *claim* at its *level*; *by* is the first claim that bears it out, None if none does."""

    claim: Claim
    level: Level
    by: Claim | None = None


@dataclass(frozen=True, slots=True)
class Appraisal:
    """What is known of where an item is.

    *latest* is the newest claim that the reader can read, by somebody with a part in the custody or
    an inspector; only where there is none a stranger's. Of the present stretch of custody, which
    entry *leg* began: *best* has the highest level, the newest of equals, *weakest* the lowest;
    None if nothing was claimed in it. *withheld* is the newest claim that is withheld, if nothing
    newer can be read.
    """

    latest: Standing | None
    best: Standing | None
    weakest: Standing | None
    withheld: Claim | None
    leg: int

    @property
    def level(self) -> Level:
        """That of the latest."""
        return Level.NONE if self.latest is None else self.latest.level


class Newest(NamedTuple):
    """*latest* and *withheld* as in ``Appraisal``, by their numbers among the claims made."""

    latest: int | None
    withheld: int | None


def newest(claims: Claims) -> Newest:
    """Which of *claims* say where it is now."""
    made = claims.made
    # The newest last; of one time, what counts last.
    order = sorted(range(len(made)), key=lambda n: (made[n].at, n))
    shown = [n for n in order if made[n].place is not None]
    credible = [n for n in shown if claims.is_credible(made[n])]
    hidden = [n for n in order if made[n].place is None]
    at = order.index(credible[-1]) if credible else -1
    is_hidden = bool(hidden) and order.index(hidden[-1]) > at
    latest = (credible or shown)[-1] if shown else None
    return Newest(latest, hidden[-1] if is_hidden else None)


@lru_cache(maxsize=4096)  # most items of a lot rest on the same claims
def appraise(claims: Claims, terms: Terms) -> Appraisal:
    """What *claims* come to."""
    made, now = claims.made, newest(claims)
    order = sorted(range(claims.leg_start, len(made)), key=lambda n: (made[n].at, n))
    of_leg = [
        _standing(claims, made[n], terms)
        for n in order
        if made[n].place is not None and claims.is_credible(made[n])
    ]
    return Appraisal(
        latest=None if now.latest is None else _standing(claims, made[now.latest], terms),
        best=max(reversed(of_leg), key=_rank, default=None),
        weakest=min(reversed(of_leg), key=_rank, default=None),
        withheld=None if now.withheld is None else made[now.withheld],
        # Where nobody ever said anything there may be no claims to read a stretch from.
        leg=claims.leg if made else NO_CLAIMS.leg,
    )


def _rank(standing: Standing) -> int:
    return standing.level.rank


def _standing(claims: Claims, claim: Claim, terms: Terms) -> Standing:
    """The level of *claim*, among the others."""
    if claim.is_inspector and claim.who not in claims.parties:
        return Standing(claim, Level.INSPECTED)
    by = next((other for other in claims.made if agrees(claim, other, terms)), None)
    return Standing(claim, Level.DECLARED if by is None else Level.COUNTERSIGNED, by)


def agrees(claim: Claim, other: Claim, terms: Terms) -> bool:
    """Whether *other* is by a party of another ultimate parent and says the same of the place.

    The circles have to meet, and a circle so wide that it says little vouches for nothing.
    """
    if claim.company == other.company or claim.place is None or other.place is None:
        return False
    if abs(claim.at - other.at) > terms.window:
        return False
    here, there = terms.circle(claim.place), terms.circle(other.place)
    if here is None and there is None:
        return claim.place.uri == other.place.uri
    if here is None or there is None or max(here.radius_m, there.radius_m) > terms.within_m:
        return False
    return not is_gap_over(here, there, 0.0)
