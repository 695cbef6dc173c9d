"""What does not fit in what was signed about where an item is.

Source: docs/findings.md, "Location"; the levels of evidence are ``ledger.location``'s. Most items
of a lot rest on the same entries, so what follows from these alone is worked out once. Example::

    check_location(view.state, view.claims, pack, atlas, as_of)
    -> [Finding(Code.CANNOT_TELL, "... may lie in CN or HK ...", index=12)]
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache

from ledger.atlas import Atlas
from ledger.bounds import check_bounds, lies, may_lie
from ledger.finding import Code, Finding
from ledger.geodesy import Circle
from ledger.holding import ItemState, Phase
from ledger.location import Claims, Terms, Way, newest, terms_of, way_of
from ledger.papers import NO_PAPERS, Bound, Duty, Papers
from ledger.rules import RulePack
from ledger.sighting import Claim, Route
from ledger.travel import check_measured, check_travel
from ledger.wording import also, countries_named, in_words, listed, phrase, spot_name

_NOWHERE: frozenset[str] = frozenset()
_FREE = {"bonded": phrase("bonded"), "ftz": phrase("ftz"), "transit": phrase("transit")}


def check_location(  # noqa: PLR0913, PLR0917 - all that is held against each other
    state: ItemState,
    claims: Claims,
    pack: RulePack,
    atlas: Atlas,
    as_of: datetime,
    papers: Papers = NO_PAPERS,
) -> tuple[Finding, ...]:
    """What is found of the *claims* on an item that is in *state*, not ended, under its *papers*.

    Where a place may lie in a country that is barred or not, nobody can tell.
    Raises: UnknownRule, MalformedRules.
    """
    found = _of_claims(claims, pack, atlas, as_of, papers.barred, papers.bounds)
    is_container = state.origin is None and not state.registered  # it began with a packing
    if is_container or state.custody.phase is not Phase.HELD:
        return found  # nobody asks where an empty box is; what is under way is awaited
    aged = _check_age(state, claims, pack, as_of, papers.duty)
    return found if aged is None else (*found, aged)


@lru_cache(maxsize=4096)
def _of_claims(  # noqa: PLR0913, PLR0917 - as above
    claims: Claims,
    pack: RulePack,
    atlas: Atlas,
    as_of: datetime,
    barred: frozenset[str],
    bounds: tuple[Bound, ...],
) -> tuple[Finding, ...]:
    """What the claims show by themselves."""
    if not claims.made:
        return ()
    terms = terms_of(pack, as_of)
    routed = tuple(_check_route(claims, terms, atlas, barred))
    bound: list[Finding] = []
    if bounds and claims.has_arrived:
        told = {(one.code, one.index) for one in routed}
        found = check_bounds(claims, terms, atlas, bounds)
        bound = [one for one in found if (one.code, one.index) not in told]
    return (
        *check_travel(claims, terms, pack, as_of),
        *check_measured(claims, terms),
        *_check_countries(claims, terms, atlas),
        *routed,
        *bound,
        *_check_withheld(claims),
    )


# Countries ----------------------------------------------------------------------------------------


def _check_countries(claims: Claims, terms: Terms, atlas: Atlas) -> Iterator[Finding]:
    """Claims whose coordinates lie in another country than they say."""
    for number, circle, country, possible in _misplaced(way_of(claims, terms), atlas):
        claim = claims.made[number]
        message = phrase(
            "%(seen)s in %(country)s, but %(place)s lies in %(countries)s",
            seen=claim.seen,
            country=country,
            place=spot_name(*circle),
            countries=countries_named(possible),
        )
        if _is_mirrored(circle, country, atlas):
            message = phrase(
                "%(found)s; with latitude and longitude swapped it would be in %(country)s",
                found=message,
                country=country,
            )
        is_on_it = claims.is_credible(claim)
        yield Finding(Code.COUNTRY_MISMATCH, message, claim.index, on_items=is_on_it)


@lru_cache(maxsize=4096)  # items go the same ways
def _misplaced(way: Way, atlas: Atlas) -> tuple[tuple[int, Circle, str, frozenset[str]], ...]:
    """The numbers of such claims, where they have it, what they say, and what it can be."""
    found = []
    for number, (place, circle) in enumerate(zip(way.places, way.circles, strict=True)):
        if place is None or circle is None or place.country is None:
            continue
        possible = atlas.countries(*circle)
        if place.country not in possible:
            found.append((number, circle, place.country, possible))
    return tuple(found)


def _is_mirrored(circle: Circle, country: str, atlas: Atlas) -> bool:
    """Whether the coordinates lie in *country* once they change places."""
    if abs(circle.longitude) > 90:
        return False
    return country in atlas.countries(circle.longitude, circle.latitude, circle.radius_m)


def _check_route(
    claims: Claims, terms: Terms, atlas: Atlas, barred: frozenset[str]
) -> Iterator[Finding]:
    """Claims that lie where the shipment does not go, and the newest one if nobody can tell."""
    if claims.route is None and not barred:
        return
    latest, start = newest(claims).latest, _start(claims, terms, atlas)
    for number, circle in enumerate(way_of(claims, terms).circles):
        claim = claims.made[number]
        if circle is None or not claims.is_credible(claim):
            continue
        possible = atlas.countries(*circle)
        route = claims.route if number >= claims.route_start else None
        allowed = None if route is None else _allowed(claims, route, start, number)
        if route is not None and allowed is not None and possible and not possible & allowed:
            yield Finding(
                Code.OUTSIDE_DESTINATION,
                lies(claim, circle, possible, _goes(route)),
                claim.index,
                cites=() if route.index == claim.index else (route.index,),
            )
        elif number == latest:
            # It may have been made where it may not be sent.
            is_there = claims.has_arrived and number >= claims.leg_start
            shut = barred if is_there else _NOWHERE
            yield from _cannot_tell(claim, circle, possible, allowed, route, shut)


def _start(claims: Claims, terms: Terms, atlas: Atlas) -> frozenset[str]:
    """Where the shipment set out: by itself, else by the last that was said before it.

    The seat of its sender need not be there, nor be known.
    """
    if claims.route is None:
        return _NOWHERE
    known = [*zip(claims.made, way_of(claims, terms).circles, strict=True)]
    own = [one for one in known[claims.route_start :] if one[0].index == claims.route.index]
    for claim, circle in (*own, *reversed(known[: claims.route_start])):
        if circle is not None and claims.is_credible(claim):
            return atlas.countries(*circle)
    return _NOWHERE


def _allowed(claims: Claims, route: Route, start: frozenset[str], number: int) -> frozenset[str]:
    """Where claim *number* may lie: on the way also where the shipment comes from or through."""
    if claims.has_arrived and number >= claims.leg_start:
        return route.destinations
    return route.destinations | route.through | start


def _cannot_tell(  # noqa: PLR0913, PLR0917 - two questions, and what bears on each
    claim: Claim,
    circle: Circle,
    possible: frozenset[str],
    allowed: frozenset[str] | None,
    route: Route | None,
    barred: frozenset[str],
) -> Iterator[Finding]:
    is_mixed = allowed is not None and not possible <= allowed
    is_close = bool(possible & barred) and not possible <= barred
    if allowed is None and possible and possible <= barred:
        why = phrase("what it was sent under does not let it be there")
        message = lies(claim, circle, possible, why)
        yield Finding(Code.OUTSIDE_DESTINATION, message, claim.index)
    if not is_mixed and not is_close:
        return
    if route is not None and is_mixed:
        why = _goes(route)
    else:
        why = phrase(
            "it must not be in %(countries)s", countries=countries_named(possible & barred)
        )
    yield Finding(
        Code.CANNOT_TELL,
        may_lie(claim, circle, possible, why),
        claim.index,
        cites=() if route is None or route.index == claim.index else (route.index,),
    )


def _goes(route: Route) -> str:
    goes = phrase(
        "shipment %(shipment)s goes to %(countries)s",
        shipment=route.index,
        countries=countries_named(route.destinations),
    )
    others = route.through - route.destinations
    if not others:
        return goes
    return phrase(
        "%(goes)s, by way of %(countries)s",
        goes=goes,
        countries=countries_named(others, listed),
    )


# Age ----------------------------------------------------------------------------------------------


def _check_withheld(claims: Claims) -> Iterator[Finding]:
    number = newest(claims).withheld
    if number is None:
        return
    withheld = claims.made[number]
    others = sum(claim.place is None for claim in claims.made) - 1
    message = phrase(
        "%(who)s signed where it was, and keeps that to itself: its digest is in the entry",
        who=withheld.who,
    )
    if others:
        message = phrase("%(found)s; so do %(count)s earlier entries", found=message, count=others)
    yield Finding(Code.WITHHELD, message, withheld.index, on_items=claims.is_credible(withheld))


def _check_age(
    state: ItemState, claims: Claims, pack: RulePack, as_of: datetime, duty: Duty | None
) -> Finding | None:
    """Nobody has said where it is, or not for long: by the rules, or by a licence."""
    newest = _newest_credible(claims)
    if newest is None:
        asked = duty if _is_over(as_of - state.last_at, duty) else None
        limit = _limit(Code.NO_LOCATION, pack, as_of)
        if asked is None and as_of - state.last_at <= limit:
            return None
        message = phrase(
            "nobody with a part in it has signed where it is, and nothing has happened to it since"
            " %(date)s",
            date=in_words(state.last_at),
        )
        return _by_duty(Finding(Code.NO_LOCATION, message, state.last), asked)
    age = as_of - newest.at
    dwell = _dwell(newest, age, pack, as_of)
    asked = duty if _is_over(age, duty) else None
    limit = _limit(Code.STALE, pack, as_of)
    if dwell is not None or (asked is None and age <= limit):
        return dwell
    message = phrase(
        "%(who)s signed on %(date)s where it was, %(days)s days ago; nobody has since",
        who=newest.who,
        date=in_words(newest.at),
        days=age.days,
    )
    return _by_duty(Finding(Code.STALE, message, newest.index), asked)


def _newest_credible(claims: Claims) -> Claim | None:
    """The first of equals; from the end, where the newest mostly is."""
    newest: Claim | None = None
    for claim in reversed(claims.made):
        if (newest is None or claim.at >= newest.at) and claims.is_credible(claim):
            newest = claim
    return newest


@lru_cache(maxsize=64)
def _limit(code: Code, pack: RulePack, as_of: datetime) -> timedelta:
    return pack.rule(code, as_of).duration("after_days")


def _is_over(age: timedelta, duty: Duty | None) -> bool:
    return duty is not None and age > duty.every


def _by_duty(found: Finding, duty: Duty | None) -> Finding:
    """*found*, with the licence that asks for more than the rules do, if one does."""
    if duty is None:
        return found
    asked = phrase(
        "%(licence)s asks for it every %(days)s days (entry %(entry)s)",
        licence=duty.name,
        days=duty.every.days,
        entry=duty.said_in,
    )
    cites = () if duty.said_in == found.index else (duty.said_in,)
    return replace(found, message=also(found.message, asked), cites=cites)


def _dwell(newest: Claim, age: timedelta, pack: RulePack, as_of: datetime) -> Finding | None:
    """For how long goods that are not cleared may stand in a zone of customs."""
    if newest.regime not in _FREE:
        return None
    if age <= pack.rule(Code.DWELL, as_of).duration("free_zone_days"):
        return None
    message = phrase(
        "under customs control (%(regime)s) since %(date)s, as %(who)s signed; %(days)s days, and"
        " nobody has signed that it was cleared or moved",
        regime=_FREE[newest.regime],
        date=in_words(newest.at),
        who=newest.who,
        days=age.days,
    )
    return Finding(Code.DWELL, message, newest.index)
