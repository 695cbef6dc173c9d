"""Where goods may be since they arrived: what the licences that they were sent under are for.

Source: docs/location.md, "What licences ask". Each licence binds by itself. On the way nothing is
asked: the route of the shipment is ``ledger.whereabouts``'s. Example::

    check_bounds(claims, terms, atlas, papers.bounds)
    -> [Finding(Code.OUTSIDE_DESTINATION, "... EAR licence D1, under which it was sent, is for NO")]
"""

from collections.abc import Iterator, Sequence
from itertools import islice

from ledger.atlas import Atlas
from ledger.finding import Code, Finding
from ledger.geodesy import Circle, gap_km, is_gap_over
from ledger.location import Claims, Terms, circles, newest
from ledger.papers import Bound
from ledger.wording import countries_named, listed, phrase, spot_name


def check_bounds(
    claims: Claims, terms: Terms, atlas: Atlas, bounds: Sequence[Bound]
) -> Iterator[Finding]:
    """Claims since it arrived that lie where a licence is not for; the newest if nobody can tell.

    One finding a claim, by the first of *bounds*.
    """
    latest = newest(claims).latest
    for number, circle in islice(enumerate(circles(claims, terms)), claims.leg_start, None):
        claim = claims.made[number]
        if circle is None or not claims.is_credible(claim):
            continue
        possible = atlas.countries(*circle)
        outside = next(filter(None, [_outside(one, circle, possible) for one in bounds]), None)
        if outside is None and number == latest:
            outside = next(filter(None, [_straddles(one, possible) for one in bounds]), None)
        if outside is not None:
            code, words, said_in = outside
            message = phrase(
                "%(seen)s at %(place)s, %(words)s (entry %(entry)s)",
                seen=claim.seen,
                place=spot_name(*circle),
                words=words,
                entry=said_in,
            )
            yield Finding(code, message, claim.index, cites=(said_in,))


_Told = tuple[Code, str, int]


def _outside(bound: Bound, circle: Circle, possible: frozenset[str]) -> _Told | None:
    """That *circle*, which lies in one of the *possible* countries, is out of *bound*."""
    if bound.countries and possible and possible.isdisjoint(bound.countries):
        words = phrase(
            "which lies in %(countries)s; %(why)s",
            countries=countries_named(possible),
            why=_is_for(bound),
        )
        return Code.OUTSIDE_DESTINATION, words, bound.said_in
    if bound.sites and all(is_gap_over(circle, site, 0.0) for site in bound.sites):
        away_km = min(gap_km(circle, site) for site in bound.sites)
        words = phrase(
            "at least %(distance)s km from every site that %(licence)s is for",
            distance=f"{away_km:,.1f}",
            licence=bound.name,
        )
        return Code.OUTSIDE_DESTINATION, words, bound.said_in
    return None


def _straddles(bound: Bound, possible: frozenset[str]) -> _Told | None:
    if not bound.countries or possible <= bound.countries:
        return None
    words = phrase(
        "which may lie in %(countries)s, and nobody can tell which; %(why)s",
        countries=countries_named(possible),
        why=_is_for(bound),
    )
    return Code.CANNOT_TELL, words, bound.said_in


def _is_for(bound: Bound) -> str:
    return phrase(
        "%(licence)s, under which it was sent, is for %(countries)s",
        licence=bound.name,
        countries=countries_named(bound.countries, listed),
    )
