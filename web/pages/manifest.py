"""The things that a form lists: typed, scanned or pasted, uploaded, or counted up from a serial.

Whatever way they come, they end up as one list, a line for each, which is what the form shows when
it comes back: nothing that was typed or uploaded is lost. A table whose column of serials is not
known by its heading travels along until one is chosen. Example::

    listed = read_listed(said, upload)
    listed.texts                    # ("A-0001", "A-0002", ...)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from schemas.errors import MalformedParameter, MalformedTable, TooLarge
from schemas.item import split_pasted
from schemas.spelling import series
from web.pages.figures import count_in
from web.pages.filling import Fault, split_by_blank
from web.pages.naming import reason
from web.pages.numbers import HEADED, number_columns, read_numbers
from web.tables import kind_of, read_rows, to_text

MOST = 10_000
"""Things that one form takes."""
TABLE_LIMIT = 8 << 20
_FAULTS_SHOWN = 20


class Table(NamedTuple):
    """A table whose column of serials is to be chosen by its heading; *text* is it as CSV."""

    headings: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Listed:
    """All *texts* in order; *faults* are what is wrong with how they were given.

    *numbers* is the table of what is printed on them, as text; the first *given* texts are not out
    of it.
    """

    texts: tuple[str, ...] = ()
    table: Table | None = None
    faults: tuple[Fault, ...] = ()
    numbers: str = ""
    given: int = 0


def read_listed(
    said: Mapping[str, Sequence[str]],
    upload: FileStorage | None,
    *,
    numbered: bool = False,
    new: bool = False,
) -> Listed:
    """What ``units``, ``first`` and ``count``, ``file``, or ``table`` and ``column`` list.

    *numbered*: so does ``numbers``, in which a file with such columns ends up. *new*: they need not
    be recorded yet.
    """
    texts, numbers = split_pasted(_one(said, "units")), _one(said, "numbers")
    faults: list[Fault] = []
    if new and (split := split_by_blank(_one(said, "units"))):
        faults.append(Fault.of("units", split))
    table: Table | None = None
    try:
        texts += _counted(_one(said, "first"), _one(said, "count"))
    except MalformedParameter as exc:
        faults.append(Fault.of("first", reason(exc.message)))
    try:
        rows, column = _uploaded(said, upload)
        if numbered and not numbers.strip() and rows and number_columns(rows[0]):
            numbers = to_text(rows)
        elif rows:
            more, table = _of_column(rows, column)
            texts += more
    except (MalformedTable, TooLarge) as exc:
        faults.append(Fault.of("file", reason(exc.message)))
    if table is not None:
        faults.append(Fault("column", _("Say which column has the serials")))
    given = len(texts)
    if numbered:
        faults += [Fault.of("numbers", why) for why in _wrong(numbers)]
        texts += _unlisted(numbers, texts)
    if len(texts) > MOST:
        said_most = _("%(count)s lines, of at most %(most)s", count=len(texts), most=MOST)
        faults.append(Fault.of("units", said_most))
    return Listed(tuple(texts[:MOST]), table, tuple(faults), numbers, given)


def _wrong(numbers: str) -> Sequence[str]:
    return read_numbers(numbers).faults[:_FAULTS_SHOWN]


def _unlisted(numbers: str, texts: Sequence[str]) -> list[str]:
    """What the table of numbers names besides *texts*."""
    known = frozenset(texts)
    return [row.text for row in read_numbers(numbers).rows if row.text not in known]


def _one(said: Mapping[str, Sequence[str]], name: str) -> str:
    return next(iter(said.get(name, ())), "")


def _counted(first: str, count: str) -> list[str]:
    """The serials from *first* on.

    Raises: MalformedParameter.
    """
    if not first.strip() and not count.strip():
        return []
    number = count_in(count.strip())
    if number is None or not 1 <= number <= MOST:
        raise MalformedParameter(_("say how many, from 1 to %(most)s", most=MOST))
    return series(first, number)


# Files -------------------------------------------------------------------------------------------


def _uploaded(
    said: Mapping[str, Sequence[str]], upload: FileStorage | None
) -> tuple[list[list[str]], str]:
    """The rows of the file *upload*, or of the table that came along, and the column chosen in it.

    Raises: MalformedTable, TooLarge.
    """
    kept, data = _one(said, "table"), read_upload(upload)
    if data:
        return rows_of(data), ""
    return (rows_of(kept.encode()), _one(said, "column")) if kept else ([], "")


def read_upload(upload: FileStorage | None) -> bytes:
    """What is in the file *upload*; nothing where none was chosen.

    Raises: TooLarge.
    """
    data = b"" if upload is None else upload.stream.read(TABLE_LIMIT + 1)
    if len(data) > TABLE_LIMIT:
        raise TooLarge(_("the file has over %(limit)s MiB", limit=TABLE_LIMIT >> 20))
    return data


def rows_of(data: bytes) -> list[list[str]]:
    """The rows of a table in which something stands, the heading first; lines of plain text too.

    Raises: MalformedTable.
    """
    rows = [row for row in read_rows(kind_of(data), data) if any(cell.strip() for cell in row)]
    if not rows:
        raise MalformedTable(_("the file is empty"))
    if max(map(len, rows)) == 1 and rows[0][0].strip().casefold() not in HEADED:
        return [["serial"], *[[text] for row in rows for text in split_pasted(row[0])]]
    return rows


def _of_column(rows: list[list[str]], wanted: str) -> tuple[list[str], Table | None]:
    """The column headed *wanted*, else the first whose heading is known; or all as a table."""
    headings = [cell.strip() for cell in rows[0]]
    known = [n for n, name in enumerate(headings) if name.casefold() in HEADED]
    chosen = [headings.index(wanted)] if wanted and wanted in headings else known
    if not chosen:
        return [], Table(tuple(name for name in headings if name), to_text(rows))
    cells = [row[chosen[0]].strip() for row in rows[1:] if len(row) > chosen[0]]
    return [cell for cell in cells if cell], None
