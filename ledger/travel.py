"""Claims of place that cannot all be true: too far apart for the time between.

Source: docs/location.md, "Travel". Between the nearest points of two circles, on the ellipsoid, by
the dates of the events: whoever is wrong is given the benefit of every doubt, so what remains is
impossible. Whoever has no part in the goods can contradict them, no more, and so can a landmark::

    check_travel(claims, terms, pack, as_of)
    -> [Finding(Code.IMPOSSIBLE_TRAVEL, "... at least 2,561 km in 1 h 10 min ...", index=7)]
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice, pairwise

from ledger.finding import Code, Finding
from ledger.geodesy import Circle, gap_km, is_gap_over
from ledger.landmark import LIGHT_KM_S
from ledger.location import Claims, Terms, Way, in_time, way_of
from ledger.rules import RulePack
from ledger.sighting import ASKER, Claim
from ledger.wording import in_words, phrase, spot_name

# The longest way on Earth: half a meridian, and a little more.
_LONGEST_KM = 20_040
_DEGREE_KM = 111.7  # the longest degree on WGS 84: of a meridian, at the poles
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, eq=False)  # by what they are, as ``Terms``
class Limits:
    """What no transport does, ``location/impossible-travel``, and ``location/contradicted``.

    Clocks may be off by *tolerance*. Beyond *handling_beyond_km* goods fly, and it takes *handling*
    to hand them over and take them back. Who is elsewhere than others say within *window* must have
    come from there at *road_km_h* at most, give or take *road_km*.
    """

    speed_km_h: float
    tolerance: timedelta
    handling: timedelta
    handling_beyond_km: float
    window: timedelta
    road_km_h: float
    road_km: float

    def reach_km(self, between: timedelta) -> float:
        """How far anything gets in that time."""
        by_any = min((between + self.tolerance) / _HOUR * self.speed_km_h, self.handling_beyond_km)
        by_air = (between + self.tolerance - self.handling) / _HOUR * self.speed_km_h
        return max(by_any, by_air)

    def enough(self, distance_km: float) -> timedelta:
        """After how long two places that far apart contradict each other in no way."""
        return max(self.window, timedelta(hours=distance_km / self.speed_km_h) + self.handling)

    def road_reach_km(self, between: timedelta) -> float:
        """How far a truck gets in that time."""
        return self.road_km + between / _HOUR * self.road_km_h


@lru_cache(maxsize=64)
def limits_of(pack: RulePack, as_of: datetime) -> Limits:
    """The limits in force at *as_of*.

    Raises: UnknownRule, MalformedRules.
    """
    travel = pack.rule(Code.IMPOSSIBLE_TRAVEL, as_of)
    other = pack.rule(Code.CONTRADICTED, as_of)
    return Limits(
        travel.number("speed_km_h"),
        travel.duration("tolerance_minutes"),
        travel.duration("handling_hours"),
        travel.number("handling_beyond_km"),
        other.duration("window_minutes"),
        other.number("speed_km_h"),
        other.number("beyond_km"),
    )


def check_travel(
    claims: Claims, terms: Terms, pack: RulePack, as_of: datetime
) -> Iterator[Finding]:
    """Every pair of *claims* of which one must be wrong, by the entry recorded later."""
    way, made = way_of(claims, terms), claims.made
    where = way.circles
    placed = [(made[n], circle) for n in in_time(claims) if (circle := where[n]) is not None]
    if len(placed) < 2:
        return
    limits = limits_of(pack, as_of)
    longest = _longest(way, limits)
    times = [claim.at for claim, _ in placed]
    soon = [n for n, (one, after) in enumerate(pairwise(times)) if after - one <= longest]
    for number in soon:  # few are
        earlier, here = placed[number]
        for later, there in islice(placed, number + 1, None):
            between = later.at - earlier.at
            if between > longest:
                break
            if between > _enough((here, there), limits):
                continue
            is_held = claims.is_credible(earlier) and claims.is_credible(later)
            found = _compare(_Pair(earlier, later, here, there), limits, is_held=is_held)
            if found is not None:
                yield found


@lru_cache(maxsize=4096)
def _longest(way: Way, limits: Limits) -> timedelta:
    return _enough(way.circles, limits)


@lru_cache(maxsize=4096)  # goods go between the same places
def _enough(around: tuple[Circle | None, ...], limits: Limits) -> timedelta:
    """After how long no two of *around* contradict each other in any way.

    None are farther apart than along a meridian and then along a parallel.
    """
    latitudes = [one.latitude for one in around if one is not None]
    longitudes = [one.longitude for one in around if one is not None]
    degrees = max(latitudes) - min(latitudes) + max(longitudes) - min(longitudes)
    return limits.enough(min(_LONGEST_KM, degrees * _DEGREE_KM))


@dataclass(frozen=True, slots=True)
class _Pair:
    earlier: Claim
    later: Claim
    here: Circle
    there: Circle

    def said(self) -> str:
        said = {
            "seen": self.earlier.seen,
            "here": spot_name(*self.here),
            "date": in_words(self.earlier.at),
            "there": spot_name(*self.there),
            "later": in_words(self.later.at),
        }
        if self.later.who == ASKER:
            return phrase(
                "%(seen)s at %(here)s on %(date)s, and whoever asks says that it is at %(there)s on"
                " %(later)s",
                **said,
            )
        return phrase(
            "%(seen)s at %(here)s on %(date)s, %(who)s that it was at %(there)s on %(later)s",
            who=self.later.who,
            **said,
        )

    def find(self, code: Code, message: str) -> Finding:
        first, last = sorted((self.earlier.index, self.later.index))
        return Finding(code, message, last, cites=() if first == last else (first,))


def _compare(pair: _Pair, limits: Limits, *, is_held: bool) -> Finding | None:
    between = pair.later.at - pair.earlier.at
    reach_km = limits.reach_km(between)
    if is_gap_over(pair.here, pair.there, reach_km):
        message = phrase(
            "%(said)s: for both to be true it would have covered at least %(distance)s km in"
            " %(span)s, and by rule nothing gets farther than %(reach)s km",
            said=pair.said(),
            distance=f"{gap_km(pair.here, pair.there):,.0f}",
            span=_span(between),
            reach=f"{reach_km:,.0f}",
        )
        return pair.find(Code.IMPOSSIBLE_TRAVEL if is_held else Code.CONTRADICTED, message)
    if pair.earlier.who == pair.later.who or between > limits.window:
        return None
    if not is_gap_over(pair.here, pair.there, limits.road_reach_km(between)):
        return None
    message = phrase(
        "%(said)s: at least %(distance)s km apart, %(span)s later",
        said=pair.said(),
        distance=f"{gap_km(pair.here, pair.there):,.1f}",
        span=_span(between),
    )
    return pair.find(Code.CONTRADICTED, message)


def _span(between: timedelta) -> str:
    """``1 h 10 min``, or ``no time at all``."""
    hours, minutes = divmod(between // timedelta(minutes=1), 60)
    if hours and minutes:
        return phrase("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes)
    if hours:
        return phrase("%(hours)s h", hours=hours)
    return phrase("%(minutes)s min", minutes=minutes) if minutes else phrase("no time at all")


# Landmarks ----------------------------------------------------------------------------------------


def check_measured(claims: Claims, terms: Terms) -> Iterator[Finding]:
    """Claims of a place from which a landmark cannot have been answered that fast."""
    ranging = terms.ranging
    if ranging is None:
        return
    measured = [(number, claim) for number, claim in enumerate(claims.made) if claim.measured]
    for number, claim in measured:
        circle = way_of(claims, terms).circles[number]
        for one in claim.measured:
            disc = one.disc(LIGHT_KM_S, ranging.own_m)  # in fibre it would be narrower
            near = one.is_near(claim.at, ranging.window)
            if circle is None or not near or not is_gap_over(circle, disc, 0.0):
                continue
            message = phrase(
                "%(seen)s at %(place)s, but a machine of its own answered the landmark %(name)s"
                " after %(ms)s ms: even at the speed of light it was within %(reach)s km of it, at"
                " least %(distance)s km from there",
                seen=claim.seen,
                place=spot_name(*circle),
                name=one.name,
                ms=f"{one.round_trip_ms:g}",
                reach=f"{disc.radius_m / 1000:,.0f}",
                distance=f"{gap_km(circle, disc):,.0f}",
            )
            is_on_it = claims.is_credible(claim)
            yield Finding(
                Code.CONTRADICTED, message, claim.index, cites=(one.said_in,), on_items=is_on_it
            )
