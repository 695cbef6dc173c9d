"""Where an event says that things were: every form of it, read in one place.

An EPCIS event has several members for that; what is withheld may have been disclosed since. In the
order in which they are believed::

    chiptrail:location   {"latitude": 1.29, "longitude": 103.85, "accuracyM": 50, ...}
    readPoint            {"id": "geo:1.29,103.85;u=50"} (RFC 5870), or a URI that names a place
    sensorElementList    reports with the component latitude and longitude, in degrees (CBV 2.0,
                         7.9), or with members named so
    bizLocation          as readPoint: where things are afterwards

    read_places(event)[0] -> Place(latitude=1.29, longitude=103.85, accuracy_m=50.0, ...)
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from schemas.event import Event
from schemas.formats import parse_time
from schemas.geo import parse_geo

NAMES = frozenset({"chiptrail:location", "readPoint", "bizLocation"})
"""The members that may be withheld and say where things were."""


# A tuple: what was worked out of places is looked up by them, for every claim on every item.
class Place(NamedTuple):
    """A place as it was said: coordinates in degrees, or a *uri* that names one; None is not said.

    *accuracy_m* is a radius in metres, *country* a code of two capitals, *seen_at* when it was so
    if that is not the time of the event.
    """

    latitude: float | None = None
    longitude: float | None = None
    accuracy_m: float | None = None
    country: str | None = None
    uri: str | None = None
    seen_at: datetime | None = None

    @property
    def point(self) -> tuple[float, float] | None:
        """Latitude and longitude; None if it is only named."""
        if self.latitude is None or self.longitude is None:
            return None
        return self.latitude, self.longitude


def read_places(event: Event) -> tuple[Place, ...]:
    """The places of *event*, the best first; of what it withheld, those that were filled in."""
    return tuple(_places(event))


def is_place_withheld(event: Event) -> bool:
    """Whether it commits to a place that was not filled in."""
    names = event.commitments.keys() & NAMES if event.commitments else ()
    return any(name not in event.body for name in names)


def _places(event: Event) -> Iterator[Place]:
    location: Any = event.body.get("chiptrail:location")
    if isinstance(location, dict):
        yield _location(location)
    if event.read_point is not None:
        yield place_of_uri(event.read_point)
    elements = event.body.get("sensorElementList")
    if elements and isinstance(elements, list):
        yield from filter(None, map(_sensed, elements))
    if event.biz_location not in (None, event.read_point):
        yield place_of_uri(event.biz_location or "")


def _location(said: Mapping[str, Any]) -> Place:
    return Place(
        latitude=said["latitude"],
        longitude=said["longitude"],
        accuracy_m=said["accuracyM"],
        country=said.get("countryCode"),
        seen_at=_time(said.get("observedAt")),
    )


def _time(text: str | None) -> datetime | None:
    try:
        return None if text is None else parse_time(text)
    except ValueError:  # a leap second, a year that no calendar here has
        return None


@lru_cache(maxsize=4096)
def place_of_uri(uri: str) -> Place:
    """The place that *uri* is, if it gives coordinates; else the one that it names."""
    try:
        return Place(*parse_geo(uri))
    except ValueError:
        return Place(uri=uri)


# Sensors ------------------------------------------------------------------------------------------


def _sensed(element: Any) -> Place | None:  # noqa: ANN401 - free on foreign event types
    if not isinstance(element, dict):
        return None
    found: dict[str, float] = {}
    reports = element.get("sensorReport")
    for report in reports if isinstance(reports, list) else ():
        if isinstance(report, dict):
            found |= dict(_coordinates(report))
    if not (-90 <= found.get("latitude", 91) <= 90 and -180 <= found.get("longitude", 181) <= 180):
        return None
    metadata = element.get("sensorMetadata")
    at = metadata.get("time") if isinstance(metadata, dict) else None
    return Place(found["latitude"], found["longitude"], seen_at=_time(at))


def _coordinates(report: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    component = _word(str(report.get("component", "")))
    is_in_degrees = report.get("uom", "DD") == "DD"
    named = [(component, report.get("value"))] if is_in_degrees else []
    for name, value in (*named, *[(_word(name), member) for name, member in report.items()]):
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if name in _COORDINATES and is_number:
            yield name, float(value)


_COORDINATES = frozenset({"latitude", "longitude"})


def _word(name: str) -> str:
    return re.split("[:/#-]", name)[-1].lower()
