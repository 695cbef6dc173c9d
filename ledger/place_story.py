"""Where an item is said to be, in plain words: the place, how well evidenced, how old.

Nothing is told as verified that is only declared. Example::

    tell_place(appraisal, names, as_of)
    -> [("last place", "1.29 N, 103.85 E, SG, within 50 m; declared by Kestrel, 3 Mar 2026 09:12
         UTC, 2 days ago (entry 12)")]
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from ledger.landmark import Reach
from ledger.location import Appraisal, Level, Standing
from ledger.names import Names, moment, party_name
from ledger.sighting import Claim
from ledger.wording import phrase
from schemas.formats import format_time
from schemas.gs1 import CANONICAL
from schemas.place import Place
from schemas.strict_json import JSON

NOBODY = "nobody has signed where it is"


def tell_place(appraisal: Appraisal, names: Names, as_of: datetime) -> Iterator[tuple[str, str]]:
    """What is known of the place, as labels and words; nothing where nobody signed any."""
    latest, best, weakest = appraisal.latest, appraisal.best, appraisal.weakest
    if appraisal.withheld is not None:
        hidden = appraisal.withheld
        yield "last place", f"withheld by {party_name(hidden.who, names)}, {_when(hidden, as_of)}"
    if latest is None:
        return
    label = "last place" if appraisal.withheld is None else "before that"
    is_old = appraisal.leg > latest.claim.index and best is None
    since = f"; nobody has said since entry {appraisal.leg}" if is_old else ""
    yield label, f"{_told(latest, names, as_of)}{since}"
    if best is not None and best.level.rank > latest.level.rank:
        yield "best evidence", _told(best, names, as_of)
    if weakest is not None and weakest.level.rank < latest.level.rank:
        words = f"{weakest.level} only, by {party_name(weakest.claim.who, names)}"
        yield "weakest link", f"{words} (entry {weakest.claim.index})"


def short_place(appraisal: Appraisal, names: Names, as_of: datetime) -> str:
    """The same in a line, without dates; "" where nobody signed any."""
    if appraisal.withheld is not None:
        return f"place withheld by {party_name(appraisal.withheld.who, names)}"
    if appraisal.latest is None:
        return ""
    latest = appraisal.latest
    ago = _ago(latest.claim, as_of)
    borne_out = f"{_measured(latest)}{_borne_out(latest, names)}"
    return f"at {_where(latest.claim)}; {_signed(latest, names)}, {ago}{borne_out}"


def place_name(place: Place) -> str:
    """``1.29 N, 103.85 E, SG``, or the URI or number that names the place."""
    if place.latitude is None or place.longitude is None:
        uri = place.uri or phrase("somewhere")
        return f"GLN {uri.rsplit('/', 1)[1]}" if uri.startswith(f"{CANONICAL}414/") else uri
    spot = f"{_degrees(place.latitude, 'NS')}, {_degrees(place.longitude, 'EW')}"
    if place.country is None:
        return spot
    return phrase("%(spot)s, %(country)s", spot=spot, country=place.country)


def _degrees(value: float, signs: str) -> str:
    return f"{abs(value):.2f} {signs[value < 0]}"


def _told(standing: Standing, names: Names, as_of: datetime) -> str:
    claim, by = standing.claim, standing.by
    entry = "" if by is None else f" (entry {by.index})"
    signed = f"{_signed(standing, names)}, {_when(claim, as_of)}"
    return f"{_where(claim)}; {signed}{_measured(standing)}{_borne_out(standing, names)}{entry}"


def _signed(standing: Standing, names: Names) -> str:
    level = Level.INSPECTED if standing.level is Level.INSPECTED else Level.DECLARED
    return f"{level} by {party_name(standing.claim.who, names)}"


def _borne_out(standing: Standing, names: Names) -> str:
    by = standing.by
    return "" if by is None else f", countersigned by {party_name(by.who, names)}"


def _measured(standing: Standing) -> str:
    """What was measured is the distance of a machine, and never the place."""
    reach = standing.reach
    if reach is None:
        return ""
    within_km = reach.circle.radius_m / 1000
    return f", measured within {within_km:,.0f} km of the landmark {reach.measured.name}"


def _where(claim: Claim) -> str:
    place = claim.place
    if place is None:
        return "a place that is withheld"
    radius = "" if place.accuracy_m is None else f", within {place.accuracy_m:,.0f} m"
    return f"{place_name(place)}{radius}"


def _when(claim: Claim, as_of: datetime) -> str:
    return f"{moment(claim.at)} UTC, {_ago(claim, as_of)} (entry {claim.index})"


def _ago(claim: Claim, as_of: datetime) -> str:
    days = (as_of - claim.at) // timedelta(days=1)
    if days < 1:
        return "less than a day ago"
    return "a day ago" if days == 1 else f"{days:,} days ago"


# For programs -------------------------------------------------------------------------------------


def place_to_json(appraisal: Appraisal | None, as_of: datetime) -> JSON:
    """Level and claims; null where nothing is told of the item."""
    if appraisal is None:
        return None
    return {
        "level": appraisal.level.value,
        "latest": _standing_to_json(appraisal.latest, as_of),
        "best": _standing_to_json(appraisal.best, as_of),
        "weakest": _standing_to_json(appraisal.weakest, as_of),
        "withheld": None if appraisal.withheld is None else appraisal.withheld.index,
        "since": None if appraisal.leg < 0 else appraisal.leg,
    }


def _standing_to_json(standing: Standing | None, as_of: datetime) -> JSON:
    if standing is None:
        return None
    claim, place = standing.claim, standing.claim.place
    assert place is not None
    return {
        "level": standing.level.value,
        "index": claim.index,
        "signedBy": claim.who,
        "at": format_time(claim.at),
        "ageSeconds": max(0, int((as_of - claim.at).total_seconds())),
        "latitude": place.latitude,
        "longitude": place.longitude,
        "accuracyM": place.accuracy_m,
        "countryCode": place.country,
        "name": place.uri,
        "countersignedBy": None if standing.by is None else standing.by.index,
        "measured": None if standing.reach is None else _reach_to_json(standing.reach),
    }


def _reach_to_json(reach: Reach) -> JSON:
    return {
        "landmark": reach.measured.said_in,
        "name": reach.measured.name,
        "roundTripMs": reach.measured.round_trip_ms,
        "withinM": round(reach.circle.radius_m),
    }
