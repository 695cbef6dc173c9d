"""Codes in pictures: what a camera or a scanner's photo shows, as texts that name items.

A picture is a JPEG or PNG; its size in pixels is known from its head before anything of it is
decoded. What is no such picture is refused; one without codes has none::

    read_codes(picture) -> (Code(text="(01)09506000134352(21)A-0042", format="DataMatrix"),)

A code of GS1 is told with its elements in brackets, as people know them, where that reads back as
the same item; else as its Digital Link.
"""

import io
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import atan2, cos, dist, radians, sin
from statistics import median

import zxingcpp
from PIL import Image

from schemas.errors import MalformedItems, MalformedPicture, TooLarge
from schemas.item import parse_query
from web.symbols import element_string

BYTES_LIMIT = 8 << 20
PIXELS_LIMIT = 16_000_000
"""A photo of a telephone has 12 million, and our pages send no larger ones."""
# Noise of that size takes seconds of a core, and 64 MB.
_AT_ONCE = threading.BoundedSemaphore(2)
_FORMATS = ("JPEG", "PNG")
_FNC1 = "\x1d"


@dataclass(frozen=True, slots=True)
class Code:
    """A code that was read: *text* as it is typed, and the kind of symbol."""

    text: str
    format: str


@dataclass(frozen=True, slots=True)
class Picture:
    """An image that was opened and not decoded yet; *pixels* is how many it will have."""

    image: Image.Image
    pixels: int


def open_picture(data: bytes) -> Picture:
    """The picture in *data*.

    Raises: MalformedPicture, TooLarge (more bytes or pixels than are looked at).
    """
    if len(data) > BYTES_LIMIT:
        raise TooLarge(f"a picture has at most {BYTES_LIMIT >> 20} MiB; send a smaller one")
    try:
        image = Image.open(io.BytesIO(data), formats=_FORMATS)
        pixels = image.width * image.height
    except Image.DecompressionBombError:  # Pillow's own limit lies above ours
        pixels = PIXELS_LIMIT + 1
    except Exception as exc:  # whatever Pillow raises, from a dozen modules, is the file's fault
        raise MalformedPicture("this is no JPEG or PNG") from exc
    if pixels > PIXELS_LIMIT:
        raise TooLarge(f"looked at are pictures of {PIXELS_LIMIT:,} pixels; send a smaller one")
    return Picture(image, pixels)


def read_codes(picture: Picture) -> tuple[Code, ...]:
    """The codes in *picture*, each once, line by line as one reads.

    Raises: MalformedPicture.
    """
    with _AT_ONCE:
        try:
            picture.image.draft("L", picture.image.size)  # a JPEG has its grey apart
            grey = picture.image.convert("L")
        except Exception as exc:  # as above
            raise MalformedPicture("the picture is damaged") from exc
        found = [one for one in zxingcpp.read_barcodes(grey, text_mode=_PLAIN) if one.valid]
    codes = [Code(_told(one), str(one.format)) for one in _in_lines(found)]
    return tuple(dict.fromkeys(code for code in codes if code.text))


_PLAIN = zxingcpp.TextMode.Plain


def _in_lines(found: Sequence[zxingcpp.Barcode]) -> Iterator[zxingcpp.Barcode]:
    """*found* line by line, the picture being turned as the codes on it are."""
    if not found:
        return
    turns = [radians(one.orientation) for one in found]
    turn = atan2(sum(map(sin, turns)), sum(map(cos, turns)))
    size = median(dist(_corner(one, "top_left"), _corner(one, "bottom_right")) for one in found)
    at = {id(one): _turned(one, turn) for one in found}
    rest = sorted(found, key=lambda one: at[id(one)][1])
    while rest:
        # Who begins a line is its highest; in it is whoever is not lower by half of a code.
        line = [one for one in rest if at[id(one)][1] <= at[id(rest[0])][1] + size / 3]
        rest = rest[len(line) :]
        yield from sorted(line, key=lambda one: at[id(one)][0])


def _corner(one: zxingcpp.Barcode, name: str) -> tuple[int, int]:
    corner = getattr(one.position, name)
    return corner.x, corner.y


def _turned(one: zxingcpp.Barcode, turn: float) -> tuple[float, float]:
    """The middle of a code after the picture was turned back by *turn*."""
    (left, top), (right, bottom) = _corner(one, "top_left"), _corner(one, "bottom_right")
    x, y = (left + right) / 2, (top + bottom) / 2
    return x * cos(turn) + y * sin(turn), y * cos(turn) - x * sin(turn)


def _told(one: zxingcpp.Barcode) -> str:
    """The text of a code as it stands in a line of its own."""
    text = one.text
    if one.content_type == zxingcpp.ContentType.GS1:
        text = _told_elements(text)
    return " ".join(text.replace(_FNC1, "\N{SYMBOL FOR GROUP SEPARATOR}").split())


def _told_elements(text: str) -> str:
    item = _item(f"{_GS1}{text}")
    if item is None:
        return text
    bracketed = element_string(item)
    # A serial may hold what looks like the next element: "A(10)7".
    return bracketed if _item(bracketed) == item else item


_GS1 = "]d2"


def _item(text: str) -> str | None:
    try:
        return parse_query(text).item
    except MalformedItems:
        return None
