"""Lists as pages: filters out of the address, a page at a time, and the whole of it as a file.

A filter that is left blank asks nothing. The address of a page of a list is the list: it can be
kept and sent on. Example::

    asked = filters(shapes.Shipments())
    return list_page("trade/shipments.html", "shipments", load_shipments(asked), asked)
"""

from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Protocol, TypeAlias, TypeVar
from urllib.parse import urlencode

from flask import Response, request, stream_with_context
from flask_babel import gettext as _

from ledger.service import pages
from ledger.service.paging import START, Cursor, Page, encode_cursor, parse_cursor
from schemas.errors import MalformedParameter
from web.pages.frame import page
from web.tables import CSV, KINDS, XLSX, Row, stream_csv, write_table

T = TypeVar("T")
Asked: TypeAlias = Mapping[str, Any]
Load: TypeAlias = Callable[[Asked], Page[T]]

PER_PAGE = 50
# A file is written in larger pages: each is a transaction of its own.
_PER_CHUNK = 500


class Filters(Protocol):
    """What a list can be asked for, as ``web.api.list_shapes`` has it."""

    @property
    def fields(self) -> Mapping[str, object]:
        """By name."""

    def validate(self, data: Mapping[str, Any]) -> Mapping[str, list[str]]:
        """What is wrong, by name."""

    def load(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """The values."""


def filters(known: Filters, **meant: Callable[[str], str]) -> dict[str, Any]:
    """What the address asks for; *meant* are what the words of people are in the ledger's, by name.

    Raises: MalformedParameter.
    """
    said = {name: text.strip() for name, text in request.args.items() if name in known.fields}
    said = {name: text for name, text in said.items() if text}
    said |= {name: read(said[name]) for name, read in meant.items() if name in said}
    wrong = known.validate(said)
    for name in wrong:
        told = _("%(name)s: this list cannot be asked for %(text)s", name=name, text=said[name])
        raise MalformedParameter(told)
    return {**known.load(said), **({} if "limit" in said else {"limit": PER_PAGE})}


def list_page(
    template: str,
    name: str,
    found: Page[T],
    **values: Any,  # noqa: ANN401 - what the template takes
) -> Response:
    """The page that *template* makes of what was *found* of the list *name*."""
    asked = _asked_again()
    is_whole = found.next is None and "cursor" not in request.args
    return page(
        template,
        lines=found.lines,
        now=found.as_of,
        next_url=next_url(name, found),
        first_url=_address(asked) if "cursor" in request.args else None,
        count=len(found.lines) if is_whole else None,
        files={kind: _address(asked, f"{request.path}.{kind}") for kind in KINDS},
        is_filtered=bool(asked),
        asked=request.args,
        **values,
    )


def cursor_of(name: str) -> Cursor:
    """Where in the list *name* the address says that one is.

    Raises: MalformedParameter.
    """
    text = request.args.get("cursor")
    return parse_cursor(name, text) if text else START


def next_url(name: str, found: Page[T]) -> str | None:
    """The address of the page after what was *found* of the list *name*; None for the last."""
    if found.next is None:
        return None
    return _address({**_asked_again(), "cursor": encode_cursor(name, found.next)})


def list_file(of: pages.List[T], kind: str, load: Load[T], asked: Asked) -> Response:
    """All lines of the list that is *asked* for, as in ``table_file``; CSV is sent as it comes."""
    first = load({**asked, "limit": _PER_CHUNK})
    rows = _rows(of, load, asked, first)
    if KINDS[kind] == XLSX:
        return table_file(kind, of.kind, of.columns, rows)
    lines = chain([BOM_UTF8], stream_csv(of.columns, rows))
    answer = Response(stream_with_context(lines), content_type=CSV)
    return as_file(answer, f"{of.kind}.{kind}")


def table_file(kind: str, name: str, columns: Sequence[str], rows: Iterable[Row]) -> Response:
    """*columns* and *rows* as a file, ``csv`` or ``xlsx``, to be kept under *name*.

    CSV begins with the mark by which spreadsheets know UTF-8.
    """
    mark = BOM_UTF8 if KINDS[kind] == CSV else b""
    answer = Response(mark + write_table(KINDS[kind], columns, rows), content_type=KINDS[kind])
    return as_file(answer, f"{name}.{kind}")


def as_file(answer: Response, name: str) -> Response:
    """*answer* to be kept under *name*, which is of letters that need no care."""
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _rows(of: pages.List[T], load: Load[T], asked: Asked, found: Page[T]) -> Iterator[list[object]]:
    yield from of.rows(found)
    while found.next is not None:
        more = {"limit": _PER_CHUNK, "cursor": encode_cursor(of.kind, found.next)}
        found = load({**asked, **more})
        yield from of.rows(found)


def _asked_again() -> dict[str, str]:
    """The filters of the address, without where in the list one is."""
    return {name: text for name, text in request.args.items() if text and name != "cursor"}


def _address(asked: Mapping[str, str], path: str = "") -> str:
    path = path or request.path
    return f"{path}?{urlencode(asked)}" if asked else path
