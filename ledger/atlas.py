"""Which countries a place may lie in: a point and a radius to country codes, without a network.

The borders are those of the time zones of OpenStreetMap, which tzfpy carries; tzdata's zone.tab
says whose a zone is. Two of them are cut further by lines of our own: northern Vietnam shares a
zone with Thailand, Kosovo one with Serbia. Of the open sea the answer is empty. It is never one
country at a border, and a wider radius never has fewer::

    atlas = Atlas(zone_tab)                          # the bytes of tzdata's zone.tab
    atlas.countries(22.532, 114.117, 1000)           # frozenset({"CN", "HK"})
    atlas.countries(21.03, 105.85, 0)                # frozenset({"VN"})

Source: docs/location.md, "From a point to countries".
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from functools import lru_cache
from hashlib import sha256
from itertools import pairwise
from math import asin, atan2, cos, degrees, hypot, pi, radians, sin

import tzfpy

EARTH_M = 6_371_008.8
"""Mean radius of the Earth (IUGG, R1)."""
BORDERS_M = 200
"""How far a border may lie from where tzfpy draws it: its lines are simplified by 0.001 degrees."""
_BEARINGS = 24

# The radii that are looked at: ten to the decade, of the series of preferred numbers R10 (ISO 3).
_PREFERRED = (1.0, 1.25, 1.6, 2.0, 2.5, 3.15, 4.0, 5.0, 6.3, 8.0)
_RADII = tuple(
    radius
    for power in range(2, 8)
    for preferred in _PREFERRED
    if BORDERS_M <= (radius := preferred * 10**power) <= pi * EARTH_M
)

Line = tuple[tuple[float, float], ...]
"""Points as longitude and latitude in degrees."""


class Atlas:
    """Point and radius to countries; *version* names all data that an answer depends on."""

    def __init__(self, zone_tab: bytes) -> None:
        """*zone_tab*: lines of country, place, zone, comment, with tabs between."""
        self.zones = _parse(zone_tab)
        self.version = _version(self.zones)

    def countries(self, latitude: float, longitude: float, radius_m: float) -> frozenset[str]:
        """The countries (ISO 3166-1, and ``XK``) that a place within *radius_m* may lie in.

        Degrees on WGS 84. Looked at are the point and rings around it, up to the first radius of
        a fixed series that is not below *radius_m*, at most a quarter above it.
        """
        return _within(self, latitude, longitude, radius_m)

    def at(self, latitude: float, longitude: float) -> frozenset[str]:
        """The countries that have the very point: several where it is claimed by several."""
        found: set[str] = set()
        for zone in tzfpy.get_tzs((longitude + 180) % 360 - 180, latitude):
            cut = _CUTS.get(zone)
            if cut is None:
                found |= self.zones.get(zone, _NONE)
            else:
                found |= cut(latitude, longitude)
        return frozenset(found)


_NONE: frozenset[str] = frozenset()


@lru_cache(maxsize=8192)
def _within(atlas: Atlas, latitude: float, longitude: float, radius_m: float) -> frozenset[str]:
    step = min(bisect_left(_RADII, max(radius_m, BORDERS_M)) + 1, len(_RADII))
    return _countries(atlas, latitude, longitude, step)


@lru_cache(maxsize=8192)
def _countries(atlas: Atlas, latitude: float, longitude: float, step: int) -> frozenset[str]:
    """What the rings up to *step* touch, which includes all that those before it do."""
    if step == 0:
        return atlas.at(latitude, longitude)
    found = set(_countries(atlas, latitude, longitude, step - 1))
    for point in _ring(latitude, longitude, _RADII[step - 1], step % 2 / 2):
        found |= atlas.at(*point)
    return frozenset(found)


def _ring(
    latitude: float, longitude: float, radius_m: float, turn: float
) -> Iterator[tuple[float, float]]:
    """Points at *radius_m* on a sphere; *turn* is where the first one is, in parts of a step."""
    angle, north = radians(radius_m / EARTH_M * 180 / pi), radians(latitude)
    for number in range(_BEARINGS):
        bearing = 2 * pi * (number + turn) / _BEARINGS
        sine = sin(north) * cos(angle) + cos(north) * sin(angle) * cos(bearing)
        there = asin(min(1.0, max(-1.0, sine)))
        east = atan2(sin(bearing) * sin(angle) * cos(north), cos(angle) - sin(north) * sin(there))
        yield degrees(there), longitude + degrees(east)


def _parse(zone_tab: bytes) -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for line in zone_tab.decode().splitlines():
        if line and not line.startswith("#"):
            country, _, zone = line.split("\t")[:3]
            found[zone] = found.get(zone, _NONE) | {country}
    return found


# Zones that two countries share -----------------------------------------------------------------

# Through Laos, which has a zone of its own: to the west of it Asia/Bangkok is Thailand, to the east
# Vietnam north of the 17th parallel. No island of the zone comes near it (tests/ledger/test_atlas).
_THROUGH_LAOS: Line = ((101.6, 24.0), (101.6, 21.5), (105.2, 17.5), (106.0, 16.5), (106.0, 5.0))
# The border of Kosovo with Serbia from Montenegro to North Macedonia, to about 5 km.
_KOSOVO: Line = (
    (20.25, 42.80),
    (20.50, 42.88),
    (20.63, 43.20),
    (20.82, 43.27),
    (20.95, 43.13),
    (21.15, 43.07),
    (21.27, 42.91),
    (21.44, 42.86),
    (21.63, 42.68),
    (21.78, 42.68),
    (21.66, 42.44),
    (21.55, 42.33),
    (21.57, 42.25),
)
_KOSOVO_M = 10_000


def _thailand_or_vietnam(latitude: float, longitude: float) -> frozenset[str]:
    return _VIETNAM if _is_east(_THROUGH_LAOS, latitude, longitude) else _THAILAND


def _serbia_or_kosovo(latitude: float, longitude: float) -> frozenset[str]:
    if _distance_m(_KOSOVO, latitude, longitude) <= _KOSOVO_M:
        return _KOSOVO_OR_SERBIA
    return _XK if _is_inside(_KOSOVO, latitude, longitude) else _SERBIA


_VIETNAM, _THAILAND = frozenset({"VN"}), frozenset({"TH"})
_XK, _SERBIA = frozenset({"XK"}), frozenset({"RS"})
_KOSOVO_OR_SERBIA = _XK | _SERBIA
_CUTS = {"Asia/Bangkok": _thailand_or_vietnam, "Europe/Belgrade": _serbia_or_kosovo}


def _is_east(line: Line, latitude: float, longitude: float) -> bool:
    """Whether the point is east of *line*, which runs from north to south."""
    for (lon, lat), (lon_after, lat_after) in pairwise(line):
        if lat >= latitude >= lat_after:
            return longitude > lon + (lat - latitude) / (lat - lat_after) * (lon_after - lon)
    return longitude > line[-1][0]


def _is_inside(line: Line, latitude: float, longitude: float) -> bool:
    """Whether the point is within *line* closed from its end to its beginning (even-odd rule)."""
    is_inside = False
    for (lon, lat), (lon_after, lat_after) in pairwise((*line, line[0])):
        if (lat > latitude) != (lat_after > latitude):
            crossing = lon + (latitude - lat) / (lat_after - lat) * (lon_after - lon)
            is_inside ^= longitude < crossing
    return is_inside


def _distance_m(line: Line, latitude: float, longitude: float) -> float:
    """How far the point is from *line*, on a plane: good to a percent over 100 km."""
    metres = radians(1) * EARTH_M
    east = metres * cos(radians(latitude))
    points = [((lon - longitude) * east, (lat - latitude) * metres) for lon, lat in line]
    return min(_from_origin(start, end) for start, end in pairwise(points))


def _from_origin(start: tuple[float, float], end: tuple[float, float]) -> float:
    along = (end[0] - start[0], end[1] - start[1])
    part = -(start[0] * along[0] + start[1] * along[1]) / (along[0] ** 2 + along[1] ** 2)
    part = min(1.0, max(0.0, part))
    return hypot(start[0] + part * along[0], start[1] + part * along[1])


def _version(zones: Mapping[str, frozenset[str]]) -> str:
    """The version of the borders, and a digest of all else: it changes with any answer."""
    said = [f"{zone}={','.join(sorted(zones.get(zone, _NONE)))}" for zone in tzfpy.timezonenames()]
    facts = (sorted(said), _THROUGH_LAOS, _KOSOVO, _KOSOVO_M, _RADII, _BEARINGS, BORDERS_M)
    return f"tzfpy {tzfpy.data_version()}, zones {sha256(repr(facts).encode()).hexdigest()[:8]}"
