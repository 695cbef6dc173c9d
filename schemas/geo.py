"""``geo:`` URIs (RFC 5870): latitude, longitude, and how far off they may be.

Example::

    parse_geo("geo:1.29,103.85;u=50") -> Geo(latitude=1.29, longitude=103.85, accuracy_m=50.0)
"""

import re
from math import inf
from typing import NamedTuple

SCHEME = "geo:"
SWAPPED = "latitude and longitude look swapped"
_DEGREES = r"(-?[0-9]+(?:\.[0-9]+)?)"
_GEO = re.compile(rf"geo:{_DEGREES},{_DEGREES}(?:,-?[0-9.]+)?((?:;[^;]*)*)", re.IGNORECASE)


class Geo(NamedTuple):
    """Degrees on WGS 84, and a radius in metres; None is not said."""

    latitude: float
    longitude: float
    accuracy_m: float | None


def is_geo(uri: str) -> bool:
    """Whether *uri* is to give coordinates."""
    return uri[: len(SCHEME)].lower() == SCHEME


def parse_geo(uri: str) -> Geo:
    """What the ``geo:`` URI *uri* says.

    Raises: ValueError, with what is wanted.
    """
    found = _GEO.fullmatch(uri)
    if found is None:
        raise ValueError("want geo:<latitude>,<longitude>")
    latitude, longitude = float(found[1]), float(found[2])
    if not -90 <= latitude <= 90:
        hint = f"; {SWAPPED}" if abs(latitude) <= 180 and abs(longitude) <= 90 else ""
        raise ValueError(f"got a latitude of {latitude:g}, want degrees from -90 to 90{hint}")
    if not -180 <= longitude <= 180:
        raise ValueError(f"got a longitude of {longitude:g}, want degrees from -180 to 180")
    options = dict(part.lower().partition("=")[::2] for part in found[3].split(";"))
    if options.get("crs", "wgs84") != "wgs84":
        raise ValueError(f"got coordinates in {options['crs']}, want WGS 84")
    return Geo(latitude, longitude, _metres(options["u"]) if "u" in options else None)


def _metres(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < inf:
        raise ValueError(f"got u={text}, want metres from 0 on")
    return value
