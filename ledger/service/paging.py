"""Pages of a list: what is given after what was given last, however much came since.

Lists go from the newest to the oldest. A cursor says where a page ended, by a number that never
changes: of an item, a shipment, a statement. To those who get it it is a word without meaning,
good for the list that it came from::

    page.next and encode_cursor("items", page.next)    # aXRlbXMvMTgxLzA
    parse_cursor("items", "aXRlbXMvMTgxLzA")           # Cursor(181, 0)
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

from schemas.errors import MalformedParameter
from schemas.formats import decode_base64url, encode_base64url

T = TypeVar("T")

MOST = 1000
"""Lines of a page."""
_NUMBER = "(0|[1-9][0-9]{0,18})"
_CURSOR = re.compile(f"([a-z]+)/{_NUMBER}/{_NUMBER}", re.ASCII)


class Cursor(NamedTuple):
    """Go on below *number*; *given* lines of what comes first were given already."""

    number: int = 1 << 62
    given: int = 0


START = Cursor()


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some *lines* of a list, and where to go on; *next* None: that was all.

    It may be short, or empty, and there is more all the same: then much was gone through in vain.
    It is of a log of *size* entries, judged as of *as_of*.
    """

    lines: tuple[T, ...]
    next: Cursor | None
    size: int
    as_of: datetime


def encode_cursor(kind: str, cursor: Cursor) -> str:
    """*cursor* of the list *kind*, for those who ask for the next page."""
    return encode_base64url(f"{kind}/{cursor.number}/{cursor.given}".encode())


def parse_cursor(kind: str, text: str) -> Cursor:
    """Where the list *kind* goes on.

    Raises: MalformedParameter.
    """
    try:
        said = decode_base64url(text).decode("ascii")
    except ValueError:
        said = ""
    found = _CURSOR.fullmatch(said)
    if found is None or found[1] != kind:
        raise MalformedParameter("cursor: want what a page of this list gave as next, as it is")
    return Cursor(min(int(found[2]), START.number), int(found[3]))


def cut_page(
    numbered: Iterable[tuple[int, T]], after: Cursor, limit: int
) -> tuple[tuple[T, ...], Cursor | None]:
    """Lines and where to go on, of a list that is short enough to be at hand, in any order."""
    rest = sorted([one for one in numbered if one[0] < after.number], key=_number, reverse=True)
    shown = rest[:limit]
    more = Cursor(shown[-1][0]) if len(rest) > limit else None
    return tuple([line for _, line in shown]), more


def _number(numbered: tuple[int, object]) -> int:
    return numbered[0]
