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
from ledger.names import Names, moment, party_name, place_name
from ledger.sighting import Claim
from ledger.wording import later, phrase
from schemas.formats import format_time
from schemas.strict_json import JSON

NOBODY = "nobody has signed where it is"

_SIGNED = {
    Level.DECLARED: later("declared by %(who)s"),
    Level.INSPECTED: later("inspected by %(who)s"),
}


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
        who = party_name(appraisal.withheld.who, names)
        return phrase("place withheld by %(who)s", who=who)
    if appraisal.latest is None:
        return ""
    latest = appraisal.latest
    place, ago = _where(latest.claim), _ago(latest.claim, as_of)
    told = phrase(
        "at %(place)s; %(signed)s, %(ago)s", place=place, signed=_signed(latest, names), ago=ago
    )
    return _borne_out(told, latest, names)


def _told(standing: Standing, names: Names, as_of: datetime) -> str:
    claim, by = standing.claim, standing.by
    entry = "" if by is None else f" (entry {by.index})"
    told = f"{_where(claim)}; {_signed(standing, names)}, {_when(claim, as_of)}"
    return f"{_borne_out(told, standing, names)}{entry}"


def _signed(standing: Standing, names: Names) -> str:
    level = Level.INSPECTED if standing.level is Level.INSPECTED else Level.DECLARED
    return phrase(_SIGNED[level], who=party_name(standing.claim.who, names))


def _borne_out(told: str, standing: Standing, names: Names) -> str:
    if standing.reach is not None:
        # What was measured is the distance of a machine, and never the place.
        told = phrase(
            "%(told)s, measured within %(far)s km of the landmark %(name)s",
            told=told,
            far=f"{standing.reach.circle.radius_m / 1000:,.0f}",
            name=standing.reach.measured.name,
        )
    if standing.by is None:
        return told
    who = party_name(standing.by.who, names)
    return phrase("%(told)s, countersigned by %(who)s", told=told, who=who)


def _where(claim: Claim) -> str:
    place = claim.place
    if place is None:
        return phrase("a place that is withheld")
    if place.accuracy_m is None:
        return place_name(place)
    radius = f"{place.accuracy_m:,.0f}"
    return phrase("%(place)s, within %(radius)s m", place=place_name(place), radius=radius)


def _when(claim: Claim, as_of: datetime) -> str:
    return f"{moment(claim.at)} UTC, {_ago(claim, as_of)} (entry {claim.index})"


def _ago(claim: Claim, as_of: datetime) -> str:
    days = (as_of - claim.at) // timedelta(days=1)
    if days < 1:
        return phrase("less than a day ago")
    return phrase("a day ago") if days == 1 else phrase("%(count)s days ago", count=f"{days:,}")


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
