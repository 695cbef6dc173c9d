"""Symbols to print: QR codes and DataMatrix as SVG, and what stands on an item's label.

A GS1 id goes as a GS1 DataMatrix (ECC 200, FNC1 first) and as a Digital Link in a QR code; any
other id as text, and as the address of its page. Both are read back by ``schemas.item``::

    label("https://id.gs1.org/01/09506000134352/21/A-0042", page).lines
    -> (("GTIN", "09506000134352"), ("", "(01)09506000134352(21)A-0042"))

Sources: GS1 General Specifications, 5.6 (DataMatrix), GS1 Digital Link; quiet zones of 4 modules
(ISO/IEC 18004) and of 1, doubled (ISO/IEC 16022).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any

import segno
import zxingcpp

from schemas.gs1 import decode_percent, split_key
from schemas.item import CHIP_PREFIX, plain_serial

QR_QUIET, MATRIX_QUIET = 4, 2
_NAMES = {"01": "GTIN", "00": "SSCC", "8003": "GRAI", "8004": "GIAI"}


@dataclass(frozen=True, slots=True)
class Label:
    """What is printed of *item*: its *serial* large, *lines* of name and value, two symbols."""

    item: str
    serial: str
    lines: tuple[tuple[str, str], ...]
    qr: str
    datamatrix: str


def label(item: str, page: str) -> Label:
    """The label of the canonical id *item*, whose page has the address *page*."""
    return Label(
        item, plain_serial(item), tuple(_lines(item)), qr(link_of(item, page)), datamatrix(item)
    )


def link_of(item: str, page: str) -> str:
    """What the QR code of *item* opens: its Digital Link, else *page*."""
    return item if split_key(item) else page


def element_string(item: str) -> str:
    """``(01)09506000134352(21)A-0042`` of a GS1 id; "" of another."""
    return "".join(f"({ai}){value}" for ai, value in split_key(item))


def _lines(item: str) -> Iterator[tuple[str, str]]:
    elements = split_key(item)
    if elements:
        ai, value = elements[0]
        if ai == "01":
            yield _NAMES[ai], value
        yield "", element_string(item)
    elif item.startswith(CHIP_PREFIX):
        maker, part, _ = map(decode_percent, item.removeprefix(CHIP_PREFIX).split(":"))
        yield "", f"{maker} {part}"
        yield "", item
    else:
        yield "", item


# Symbols ------------------------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def qr(text: str) -> str:
    """The QR code of *text* as an SVG."""
    modules = segno.make(text, error="m", micro=False).matrix
    return _svg([[bool(cell) for cell in row] for row in modules], QR_QUIET)


@lru_cache(maxsize=1024)
def datamatrix(item: str) -> str:
    """The square DataMatrix of *item* as an SVG: GS1 element strings, or the id as text."""
    # In square brackets, which no value of GS1 can have: "(7)" may be of a serial.
    elements = "".join(f"[{ai}]{value}" for ai, value in split_key(item))
    made = _matrix(elements, gs1=True) if elements else None
    return _svg(made or _matrix(item) or (), MATRIX_QUIET)


def _matrix(text: str, *, gs1: bool = False) -> Sequence[Sequence[bool]] | None:
    """The modules of *text*; None if it is not what the tables of GS1 have of its elements."""
    try:
        made = zxingcpp.create_barcode(text, zxingcpp.DataMatrix, force_square=True, gs1=gs1)
    except ValueError:
        return None
    image: Any = made.to_image(scale=1, add_quiet_zones=False)  # a buffer of two dimensions
    rows: Any = memoryview(image).tolist()
    return [[not cell for cell in row] for row in rows]


def _svg(modules: Sequence[Sequence[bool]], quiet: int) -> str:
    """Dark *modules* on white, whatever the theme: scanners need it."""
    size = len(modules) + 2 * quiet
    path = "".join(
        f"M{x} {y}h{width}v1h-{width}z"
        for y, row in enumerate(modules, quiet)
        for x, width in _runs(row, quiet)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}"'
        ' shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{size}v{size}H0z"/><path d="{path}"/></svg>'
    )


def _runs(row: Sequence[bool], start: int) -> Iterator[tuple[int, int]]:
    """Where dark modules begin in *row*, and how many."""
    for is_dark, run in groupby(row):
        width = len(list(run))
        if is_dark:
            yield start, width
        start += width
