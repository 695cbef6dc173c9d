"""The outlines of countries for maps: Natural Earth, in three degrees of detail.

What is made of the installed data is kept in a folder, and in memory once it was asked for::

    outline(0.04, folder).within(100, 0, 120, 25)     # what lies in a window, with country codes

Where a folder cannot be written there is no land on maps; what was said is shown all the same.
"""

import logging
import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import shapely  # type: ignore[import-untyped]  # it comes without types

from web.natural_earth import NO_CODE, keep, version

MAPS = "maps"
"""The folder of a ledger's in which they are kept."""
DETAILS = (0.2, 0.04, 0.005)
"""By how many degrees lines may be off: for the world, a continent, a region."""
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outline:
    """The shapes of countries, each with its code of ISO 3166-1 ("" if it has none)."""

    codes: tuple[str, ...]
    shapes: Any  # an array of geometries

    def within(self, west: float, south: float, east: float, north: float) -> Iterator["Piece"]:
        """What of them lies in a window; its longitudes may go beyond 180 on either side."""
        for turn in (-360.0, 0.0, 360.0):
            if west - turn >= 180 or east - turn <= -180:
                continue
            window = max(-180.0, west - turn), south, min(180.0, east - turn), north
            clipped = shapely.clip_by_rect(self.shapes, *window)
            for number in (~shapely.is_empty(clipped)).nonzero()[0]:
                yield Piece(self.codes[number], clipped[number], turn)


@dataclass(frozen=True, slots=True)
class Piece:
    """What of a country lies in a window, to be moved east by *turn* degrees."""

    code: str
    shape: Any
    turn: float

    @property
    def area(self) -> float:
        """In square degrees."""
        return float(shapely.area(self.shape))

    @property
    def wide(self) -> float:
        """In degrees, of the largest part."""
        west, _, east, _ = shapely.bounds(self._largest)
        return float(east - west)

    @property
    def high(self) -> float:
        """In degrees, of the largest part."""
        _, south, _, north = shapely.bounds(self._largest)
        return float(north - south)

    @property
    def inside(self) -> tuple[float, float]:
        """Latitude and longitude of a point well inside the largest part."""
        point = shapely.point_on_surface(self._largest)
        return float(point.y), float(point.x) + self.turn

    @property
    def _largest(self) -> Any:  # noqa: ANN401 - shapely comes without types
        return max(shapely.get_parts(self.shape), key=shapely.area)

    def rings(self, least: float) -> Iterator[Any]:
        """The lines around it, without those of land under *least* degrees.

        Each is an array of its own of longitudes and latitudes.
        """
        parts = shapely.get_parts(self.shape)
        west, south, east, north = shapely.bounds(parts).T
        seen = parts[(east - west >= least) | (north - south >= least)]
        for ring in shapely.get_rings(seen):
            points = shapely.get_coordinates(ring)
            points[:, 0] += self.turn
            yield points


NO_LAND = Outline((), shapely.from_wkt([]))

_made: dict[float, Outline] = {}
_making = threading.Lock()


def outline(detail: float, folder: Path) -> Outline:
    """The outline with one of ``DETAILS``, kept in *folder*; made if it is not there."""
    with _making:
        if detail not in _made:
            path = _path(detail, folder)
            _made[detail] = _load(path) or _make(detail, path) or NO_LAND
        return _made[detail]


def prepare_soon(folder: Path) -> None:
    """Have what *folder* lacks made in the background, when whoever starts a server is served.

    It takes seconds, which the first map need not wait for. A server that ends ends it too.
    """
    timer = threading.Timer(_SETTLED_S, _prepare, [folder])
    timer.daemon = True
    timer.start()


_SETTLED_S = 5.0
# Of 0 to 19: what somebody waits for comes before what nobody may ask for.
_BACKGROUND = 19


def _prepare(folder: Path) -> None:
    for detail in DETAILS:
        with _making:
            path = _path(detail, folder)
            if not path.exists():
                _make(detail, path)


def _path(detail: float, folder: Path) -> Path:
    return folder / f"outline-{version()}-{detail}"


def _make(detail: float, path: Path) -> Outline | None:
    """Made in a process of its own, which takes its memory with it; None if it cannot be."""
    maker = get_context("spawn").Process(target=_keep, args=(detail, path), daemon=True)
    maker.start()
    maker.join()
    if maker.exitcode:
        _LOG.warning("outline=%s exit=%s", path.name, maker.exitcode)
    return _load(path)


def _keep(detail: float, path: Path) -> None:
    os.nice(_BACKGROUND)
    try:
        keep(detail, path)
    except OSError as exc:
        sys.exit(exc.errno or 1)


def _load(path: Path) -> Outline | None:
    """What was kept; None if nothing was, or what is there is no outline."""
    try:
        codes, _, data = path.read_bytes().partition(b"\n")
        shapes = shapely.get_parts(shapely.from_wkb(data))
    except (OSError, ValueError, shapely.errors.ShapelyError):
        return None
    names = tuple(code.replace(NO_CODE, "") for code in codes.decode("latin-1").split(" "))
    return Outline(names, shapes) if len(names) == len(shapes) > 0 else None
