"""What an event says for people to read that decides nothing: places, products, lots.

EPCIS keeps these in free-form members, so they are looked up here and nowhere else; what does not
have the expected shape is passed over, since it was recorded all the same. Example::

    {"readPoint": {"id": "geo:1.29,103.85;u=50"}, ...}
    -> Place(latitude=1.29, longitude=103.85, accuracy_m=50.0, country=None, uri=None)
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from schemas.event import Event
from schemas.strict_json import JSON

_GEO = re.compile(r"geo:(-?\d{1,3}(?:\.\d+)?),(-?\d{1,3}(?:\.\d+)?)(?:.*;u=(\d+(?:\.\d+)?))?.*")
_END_USER = "urn:chiptrail:sdt:end_user"
_CONSIGNEE = "urn:chiptrail:sdt:ultimate_consignee"


@dataclass(frozen=True, slots=True)
class Place:
    """A place as it was said: coordinates in degrees, or a *uri* that names one; None is not said.

    *accuracy_m* is a radius in metres, *country* a code of two capitals.
    """

    latitude: float | None = None
    longitude: float | None = None
    accuracy_m: float | None = None
    country: str | None = None
    uri: str | None = None


@dataclass(frozen=True, slots=True)
class Particulars:
    """*ends* maps end_user, ultimate_consignee, location, owning_party to who or where.

    *lot* and *product* are the maker's words; None is not said. *licences* are authorisations as
    ``EAR licence D1234567``.
    """

    place: Place | None
    ends: Mapping[str, str]
    lot: str | None
    product: str | None
    licences: tuple[str, ...]


def read_particulars(event: Event) -> Particulars:
    """What *event* says in the open."""
    ends = {kind.rpartition(":")[2]: end for kind, end in event.destinations if kind in _NAMED_ENDS}
    ilmd = event.body.get("ilmd")
    facts: Mapping[str, JSON] = ilmd if isinstance(ilmd, dict) else {}
    return Particulars(
        place=_place(event),
        ends=ends,
        lot=_fact(facts, "lotNumber"),
        product=_fact(facts, "productName"),
        licences=_licences(event),
    )


_NAMED_ENDS = frozenset({_END_USER, _CONSIGNEE, "location", "owning_party"})


def _licences(event: Event) -> tuple[str, ...]:
    entries: Any = event.body.get("chiptrail:authorisations", ())
    return tuple(
        " ".join(entry[name] for name in ("regime", "kind", "number", "code") if name in entry)
        for entry in entries
    )


def _fact(facts: Mapping[str, JSON], name: str) -> str | None:
    """The member of that local name, whatever prefix its vocabulary has."""
    for key, value in facts.items():
        if re.split("[:/#]", key)[-1] == name and isinstance(value, str):
            return value
    return None


def _place(event: Event) -> Place | None:
    said: Any = event.body.get("chiptrail:location")
    if isinstance(said, dict):
        return Place(
            latitude=said["latitude"],
            longitude=said["longitude"],
            accuracy_m=said["accuracyM"],
            country=said.get("countryCode"),
        )
    uri = event.read_point or event.biz_location
    if uri is None:
        return None
    found = _GEO.fullmatch(uri)
    if found is None:
        return Place(uri=uri)
    radius = None if found[3] is None else float(found[3])
    return Place(latitude=float(found[1]), longitude=float(found[2]), accuracy_m=radius)
