"""Where goods may be since they arrived: what the licences that they were sent under are for.

Source: docs/location.md, "What licences ask". Each licence binds by itself. On the way nothing is
asked: the route of the shipment is ``ledger.whereabouts``'s. Example::

    check_bounds(claims, terms, atlas, papers.bounds)
    -> [Finding(Code.OUTSIDE_DESTINATION, "... it was sent under EAR licence D1, which is for NO")]
"""

from collections.abc import Iterator, Sequence
from itertools import islice

from ledger.atlas import Atlas
from ledger.finding import Code, Finding
from ledger.geodesy import Circle, is_gap_over
from ledger.location import Claims, Terms, newest, way_of
from ledger.papers import Bound
from ledger.sighting import Claim
from ledger.wording import countries_named, listed, phrase, spot_name


def check_bounds(
    claims: Claims, terms: Terms, atlas: Atlas, bounds: Sequence[Bound]
) -> Iterator[Finding]:
    """Claims since it arrived that lie where a licence is not for; the newest if nobody can tell.

    One finding a claim, by the first of *bounds*.
    """
    latest = newest(claims).latest
    for number, circle in islice(enumerate(way_of(claims, terms).circles), claims.leg_start, None):
        claim = claims.made[number]
        if circle is None or not claims.is_credible(claim):
            continue
        possible = atlas.countries(*circle)
        found = [_outside(one, claim, circle, possible) for one in bounds]
        if number == latest:  # what is certain goes before
            found += [_straddles(one, claim, circle, possible) for one in bounds]
        yield from islice(filter(None, found), 1)


def _outside(
    bound: Bound, claim: Claim, circle: Circle, possible: frozenset[str]
) -> Finding | None:
    """That *circle*, which lies in one of the *possible* countries, is out of *bound*."""
    cites = (bound.said_in,)
    if bound.countries and possible and possible.isdisjoint(bound.countries):
        message = lies(claim, circle, possible, _is_for(bound))
        return Finding(Code.OUTSIDE_DESTINATION, message, claim.index, cites=cites)
    if bound.sites and all(is_gap_over(circle, site, 0.0) for site in bound.sites):
        # How far is not said: it is told to who may not read where the sites are.
        message = phrase(
            "%(seen)s at %(place)s, at none of the sites that %(licence)s is for (entry %(entry)s)",
            seen=claim.seen,
            place=spot_name(*circle),
            licence=bound.name,
            entry=bound.said_in,
        )
        return Finding(Code.OUTSIDE_DESTINATION, message, claim.index, cites=cites)
    return None


def _straddles(
    bound: Bound, claim: Claim, circle: Circle, possible: frozenset[str]
) -> Finding | None:
    if not bound.countries or possible <= bound.countries:
        return None
    message = may_lie(claim, circle, possible, _is_for(bound))
    return Finding(Code.CANNOT_TELL, message, claim.index, cites=(bound.said_in,))


def _is_for(bound: Bound) -> str:
    return phrase(
        "it was sent under %(licence)s, which is for %(countries)s (entry %(entry)s)",
        licence=bound.name,
        countries=countries_named(bound.countries, listed),
        entry=bound.said_in,
    )


# In words ----------------------------------------------------------------------------------------


def lies(claim: Claim, circle: Circle, possible: frozenset[str], why: str) -> str:
    """That what *claim* says, in one of the *possible* countries, is not as it should be."""
    return phrase(
        "%(seen)s at %(place)s, which lies in %(countries)s; %(why)s",
        seen=claim.seen,
        place=spot_name(*circle),
        countries=countries_named(possible),
        why=why,
    )


def may_lie(claim: Claim, circle: Circle, possible: frozenset[str], why: str) -> str:
    """That it may be, or not."""
    return phrase(
        "%(seen)s at %(place)s, which may lie in %(countries)s, and nobody can tell which; %(why)s",
        seen=claim.seen,
        place=spot_name(*circle),
        countries=countries_named(possible),
        why=why,
    )
