"""The things that a form lists: typed, scanned or pasted, uploaded, or counted up from a serial.

Whatever way they come, they end up as one list, a line for each, which is what the form shows when
it comes back: nothing that was typed or uploaded is lost. A table whose column of serials is not
known by its heading travels along until one is chosen. Example::

    listed = read_listed(said, upload)
    listed.texts                    # ["A-0001", "A-0002", ...]
    told(row, desk)                 # "A-9: nothing is recorded by that name, or not for you"
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from ledger.service.stock import Doubt, Row
from schemas.errors import MalformedParameter, MalformedTable, TooLarge
from schemas.item import HEADINGS, split_pasted
from schemas.spelling import series
from web.pages.fields import label_of
from web.pages.filling import Desk, Fault
from web.tables import CSV, XLSX, kind_of, read_rows, write_table

MOST = 10_000
"""Things that one form takes."""
TABLE_LIMIT = 8 << 20
_HEADED = HEADINGS | {"text"}


class Table(NamedTuple):
    """A table whose column of serials is to be chosen by its heading; *text* is it as CSV."""

    headings: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Listed:
    """All *texts* in order; *faults* are what is wrong with how they were given."""

    texts: tuple[str, ...]
    table: Table | None
    faults: tuple[Fault, ...]


def read_listed(said: Mapping[str, Sequence[str]], upload: FileStorage | None) -> Listed:
    """What ``units``, ``first`` and ``count``, ``file``, or ``table`` and ``column`` list."""
    texts = split_pasted(_one(said, "units"))
    faults: list[Fault] = []
    table: Table | None = None
    try:
        texts += _counted(_one(said, "first"), _one(said, "count"))
    except MalformedParameter as exc:
        faults.append(Fault("first", f"{label_of('first')}: {exc.message}"))
    try:
        more, table = _uploaded(said, upload)
        texts += more
    except (MalformedTable, TooLarge) as exc:
        faults.append(Fault("file", f"{label_of('file')}: {exc.message}"))
    if table is not None:
        faults.append(Fault("column", _("Say which column has the serials")))
    if len(texts) > MOST:
        said_most = _("%(count)s lines, of at most %(most)s", count=len(texts), most=MOST)
        faults.append(Fault("units", f"{label_of('units')}: {said_most}"))
    return Listed(tuple(texts[:MOST]), table, tuple(faults))


def _one(said: Mapping[str, Sequence[str]], name: str) -> str:
    return next(iter(said.get(name, ())), "")


def _counted(first: str, count: str) -> list[str]:
    """The serials from *first* on.

    Raises: MalformedParameter.
    """
    if not first.strip() and not count.strip():
        return []
    number = count.strip()
    if not (number.isdecimal() and 1 <= int(number) <= MOST):
        raise MalformedParameter(_("say how many, from 1 to %(most)s", most=MOST))
    return series(first, int(number))


# Files -------------------------------------------------------------------------------------------


def _uploaded(
    said: Mapping[str, Sequence[str]], upload: FileStorage | None
) -> tuple[list[str], Table | None]:
    """The serials of the file *upload*, or of the table that came along; or that table again.

    Raises: MalformedTable, TooLarge.
    """
    kept = _one(said, "table")
    data = read_upload(upload)
    if not data:
        return _of_column(_rows(CSV, kept.encode()), _one(said, "column")) if kept else ([], None)
    kind = kind_of(data)
    rows = _rows(kind, data)
    if kind == CSV and len(rows[0]) < 2 and rows[0][0].strip().casefold() not in _HEADED:
        return split_pasted("\n".join(cell for row in rows for cell in row)), None
    return _of_column(rows, "")


def read_upload(upload: FileStorage | None) -> bytes:
    """What is in the file *upload*; nothing where none was chosen.

    Raises: TooLarge.
    """
    data = b"" if upload is None else upload.stream.read(TABLE_LIMIT + 1)
    if len(data) > TABLE_LIMIT:
        raise TooLarge(_("the file has over %(limit)s MiB", limit=TABLE_LIMIT >> 20))
    return data


def _rows(kind: str, data: bytes) -> list[list[str]]:
    """The rows of a table in which something stands.

    Raises: MalformedTable.
    """
    rows = [row for row in read_rows(kind, data) if any(cell.strip() for cell in row)]
    if not rows:
        raise MalformedTable(_("the file is empty"))
    return rows


def _of_column(rows: list[list[str]], wanted: str) -> tuple[list[str], Table | None]:
    """The column headed *wanted*, else the first whose heading is known; or all as a table."""
    headings = [cell.strip() for cell in rows[0]]
    known = [n for n, name in enumerate(headings) if name.casefold() in _HEADED]
    chosen = [headings.index(wanted)] if wanted in headings and wanted else known
    if not chosen:
        text = write_table(CSV, headings, rows[1:]).decode()
        return [], Table(tuple(name for name in headings if name), text)
    cells = [row[chosen[0]].strip() for row in rows[1:] if len(row) > chosen[0]]
    return [cell for cell in cells if cell], None


# What is doubtful ---------------------------------------------------------------------------------


def told(row: Row, desk: Desk) -> str:
    """What is doubtful about *row*, and what to do about it."""
    match row.doubt:
        case Doubt.UNREADABLE:
            said = row.about
        case Doubt.SEVERAL:
            said = _("several things bear this serial; give the full id: %(ids)s", ids=row.about)
        case Doubt.REPEATED:
            said = _("the same as row %(number)s", number=row.about)
        case Doubt.ELSEWHERE:
            said = _("not in your holdings: %(party)s has it", party=desk.name_of(row.about))
        case Doubt.ENDED:
            said = _("it exists no more")
        case Doubt.UNKNOWN if row.about:
            said = _("not in your holdings, but %(one)s is: capitals count", one=row.about)
        case _:
            said = _("not in your holdings: nothing is recorded by that name, or not for you")
    return str(said)


def faults_rows(rows: Sequence[Row], desk: Desk) -> list[list[object]]:
    """The doubtful *rows*, for a file that can be mended and uploaded again."""
    return [[row.number, row.text, told(row, desk)] for row in rows]


FAULT_COLUMNS = ("row", "serial", "what")
KINDS = {"csv": CSV, "xlsx": XLSX}
