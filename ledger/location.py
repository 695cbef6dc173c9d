"""Where things are said to be, and how well that is evidenced.

Source: docs/location.md. A claim of place is not a place: its level follows from who signed what,
never from what it says of itself. From the weakest:

- *none*: nobody has said where it is, or it is withheld from the reader;
- *declared*: somebody signed it;
- *countersigned*: a party of another ultimate parent signed, at about the same time, that it was at
  the same place;
- *measured*: a landmark measured that a machine of its signer was near enough for it to be true;
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
from ledger.landmark import Ranging, Reach, reach_of
from ledger.rules import RulePack
from ledger.sighting import Claim, Entry, Route
from schemas.errors import UnknownRule
from schemas.place import Place


class Level(StrEnum):
    """How well a claim of place is evidenced, the weakest first."""

    NONE = "none"
    DECLARED = "declared"
    COUNTERSIGNED = "countersigned"
    MEASURED = "measured"
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


def gather(
    entries: Mapping[int, Entry], bearing: Iterable[int], idle: Container[int] = ()
) -> Claims:
    """The claims on an item on which the indexes *bearing* bear, in the order that counts.

    Those that are *idle*, or not among *entries*, did nothing to it.
    """
    made: list[Claim] = []
    parties: list[frozenset[str]] = []
    leg, leg_start, route_start = -1, 0, 0
    route, has_arrived = None, False
    for index in dict.fromkeys(bearing):
        entry = entries.get(index)
        if entry is None or index in idle:
            continue
        parties.append(entry.parties)
        if entry.kind in _BEGINS_LEG:
            leg, leg_start = index, len(made)
            has_arrived = entry.kind in _ARRIVALS
            if not has_arrived:
                way, route_start = entry.route, len(made)
                route = way if way is not None and way.destinations else None
        if entry.claim is not None:
            made.append(entry.claim)
    everybody = _all_of(*parties)
    return Claims(tuple(made), everybody, leg, leg_start, route, route_start, has_arrived)


@lru_cache(maxsize=4096)  # most items go from hand to hand among the same few
def _all_of(*parties: frozenset[str]) -> frozenset[str]:
    return frozenset[str]().union(*parties)


# Appraising ---------------------------------------------------------------------------------------


# By what they are: with them is kept what was worked out, and they are looked up for every item.
@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """What the rules say of evidence: see ``location/countersigned`` and ``location/accuracy``.

    *ranging* None: by these rules nothing is measured.
    """

    window: timedelta
    within_m: float
    assumed_m: float
    ranging: Ranging | None = None

    def circle(self, place: Place) -> Circle | None:
        """Where *place* is, None if it is only named."""
        latitude, longitude, radius_m = place.latitude, place.longitude, place.accuracy_m
        if latitude is None or longitude is None:
            return None
        return Circle(latitude, longitude, self.assumed_m if radius_m is None else radius_m)


@lru_cache(maxsize=64)
def terms_of(pack: RulePack, as_of: datetime) -> Terms:
    """The terms in force at *as_of*.

    Raises: UnknownRule, MalformedRules.
    """
    agreed = pack.rule("location/countersigned", as_of)
    assumed_m = pack.rule("location/accuracy", as_of).number("assumed_m")
    return Terms(
        agreed.duration("window_hours"),
        agreed.number("within_m"),
        assumed_m,
        _ranging_of(pack, as_of, assumed_m),
    )


def _ranging_of(pack: RulePack, as_of: datetime, assumed_m: float) -> Ranging | None:
    try:
        rule = pack.rule("location/measured", as_of)
    except UnknownRule:  # a pack of before there was any
        return None
    return Ranging(
        rule.number("speed_km_s"),
        rule.number("within_m"),
        assumed_m,
        rule.duration("window_hours"),
    )


class Standing(NamedTuple):
    """A *claim* at its *level*; *by* is the first claim that bears it out, None if none does.

    *reach* is how near a landmark its signer's machine was measured, None if it is not measured.
    """

    claim: Claim
    level: Level
    by: Claim | None = None
    reach: Reach | None = None


class Appraisal(NamedTuple):
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


# Most items of a lot rest on the same claims; what an item alone has is asked for several times.
_ONCE = lru_cache(maxsize=4096)


@dataclass(frozen=True, slots=True, eq=False)  # by what it is, as ``Terms``
class Way:
    """The *places* of claims, one after the other, None if withheld; *circles* where they are.

    Items that went the same way at other times share it, and all that follows from it.
    """

    places: tuple[Place | None, ...]
    circles: tuple[Circle | None, ...]


@_ONCE
def way_of(claims: Claims, terms: Terms) -> Way:
    """Where each of *claims* has it."""
    return _way(tuple([one.place for one in claims.made]), terms)


@_ONCE
def _way(places: tuple[Place | None, ...], terms: Terms) -> Way:
    circles = tuple([None if place is None else terms.circle(place) for place in places])
    return Way(places, circles)


@_ONCE
def in_time(claims: Claims) -> tuple[int, ...]:
    """The numbers of what was made, by the times of the claims, and as they count."""
    times = [claim.at for claim in claims.made]
    return tuple(sorted(range(len(times)), key=times.__getitem__))


@_ONCE
def newest(claims: Claims) -> Newest:
    """Which of *claims* say where it is now."""
    shown = hidden = None
    for number in reversed(in_time(claims)):
        claim = claims.made[number]
        if claim.place is None:
            hidden = number if hidden is None else hidden
        elif claims.is_credible(claim):
            return Newest(number, hidden)
        elif shown is None:
            shown = number
    return Newest(shown, hidden)


@_ONCE
def appraise(claims: Claims, terms: Terms) -> Appraisal:
    """What *claims* come to."""
    made, now = claims.made, newest(claims)
    order = [n for n in in_time(claims) if n >= claims.leg_start]
    shown = [n for n in order if made[n].place is not None and claims.is_credible(made[n])]
    told = {n: _standing(claims, n, terms) for n in shown}
    of_leg = [*reversed(told.values())]
    ranks = [_LEVELS.index(one.level) for one in of_leg]
    latest = now.latest
    if latest is not None and latest not in told:
        told[latest] = _standing(claims, latest, terms)
    # By position: one is made of every item of a check, and names would take twice as long.
    return Appraisal(
        None if latest is None else told[latest],
        of_leg[ranks.index(max(ranks))] if ranks else None,
        of_leg[ranks.index(min(ranks))] if ranks else None,
        None if now.withheld is None else made[now.withheld],
        # Where nobody ever said anything there may be no claims to read a stretch from.
        claims.leg if made else NO_CLAIMS.leg,
    )


def standings(claims: Claims, terms: Terms) -> tuple[Standing, ...]:
    """Every one of *claims* that can be read, with its level, in the order of their times."""
    made = claims.made
    shown = [n for n in in_time(claims) if made[n].place is not None]
    return tuple([_standing(claims, n, terms) for n in shown])


def _standing(claims: Claims, number: int, terms: Terms) -> Standing:
    """The level of claim *number*, among the others."""
    claim = claims.made[number]
    if claim.is_inspector and claim.who not in claims.parties:
        return Standing(claim, Level.INSPECTED)
    where = way_of(claims, terms).circles
    reach, here = None, where[number]
    by = _borne_out(claim, here, zip(claims.made, where, strict=True), terms)
    if claim.measured and here is not None and terms.ranging is not None:
        reach = reach_of(claim.measured, claim.at, here, terms.ranging)
    if reach is not None:
        return Standing(claim, Level.MEASURED, by, reach)
    return Standing(claim, Level.DECLARED if by is None else Level.COUNTERSIGNED, by)


def _borne_out(
    claim: Claim,
    here: Circle | None,
    spots: Iterable[tuple[Claim, Circle | None]],
    terms: Terms,
) -> Claim | None:
    """The first by a party of another ultimate parent that says the same of the place."""
    most = 2 * terms.within_m / _DEGREE_M
    for further, there in spots:
        if claim.company == further.company:
            continue
        # What tells most apart comes first: nearly all other claims are of other places.
        if here is None or there is None:
            is_same = here is there and _is_named_alike(claim.place, further.place)
        elif abs(here.latitude - there.latitude) > most:
            continue
        else:
            is_same = _agree(here, there, terms)
        if is_same and abs(claim.at - further.at) <= terms.window:
            return further
    return None


_DEGREE_M = 110_000  # of latitude, nowhere shorter: 110.57 km at the equator


def _is_named_alike(one: Place | None, other: Place | None) -> bool:
    return one is not None and other is not None and one.uri == other.uri


@_ONCE  # items go between the same places
def _agree(here: Circle, there: Circle, terms: Terms) -> bool:
    """Whether they meet; a circle so wide that it says little vouches for nothing."""
    is_wide = here.radius_m > terms.within_m or there.radius_m > terms.within_m
    return not is_wide and not is_gap_over(here, there, 0.0)
