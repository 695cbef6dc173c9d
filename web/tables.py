"""Tables as files: CSV (RFC 4180) and XLSX, that no spreadsheet takes for a program, and back.

A cell of text that begins with one of ``= + - @``, a tab or a line end would be run as a formula by
a spreadsheet that opens a CSV. It is written with an apostrophe before it, and so is one that
begins with apostrophes and then one of these: reading takes one away again, so that every text
comes back as it was. In XLSX a cell says that it is text. Example::

    data = write_table(CSV, ["text", "answer"], [["=1+1", "unknown"]])    # text,answer / '=1+1,...
    read_column(CSV, data, {"text"})                                      # ["=1+1"]
"""

import codecs
import csv
import io
import re
import zipfile
from collections.abc import Collection, Iterable, Iterator, Sequence

from schemas.errors import MalformedTable, TooLarge

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS = {"csv": CSV, "xlsx": XLSX}
"""By how the names of files end."""
SUFFIXES = {kind: suffix for suffix, kind in KINDS.items()}

_RISKY = re.compile(
    "'*[=+\\-@\t\r\n\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}"
    "\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}]"
)
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")  # in no XML
_MOST_ROWS = 100_000
_MOST_COLUMNS = 100
_MOST_UNPACKED = 64 << 20
_CHUNK = 64 << 10

Row = Sequence[object]


def write_table(kind: str, columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    """*columns* and *rows* as a file of *kind*; a cell is text, a number, or None for nothing."""
    return (_write_xlsx if kind == XLSX else _write_csv)(columns, rows)


def stream_csv(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[bytes]:
    """*columns* and *rows* as CSV, some lines at a time, while rows come."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_quoted(cell) for cell in row])
        if text.tell() > _CHUNK:
            yield text.getvalue().encode(errors="replace")
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode(errors="replace")


def _write_csv(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    return b"".join(stream_csv(columns, rows))


def _quoted(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and _RISKY.match(cell) else cell


def _write_xlsx(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    from openpyxl import Workbook  # noqa: PLC0415 - takes 0.2 s, and few ask for it
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - as above

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Chiptrail")
    for row in (columns, *rows):
        cells = []
        for value in row:
            shown = (
                _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", value)
                if isinstance(value, str)
                else value
            )
            cell = WriteOnlyCell(sheet, shown)
            if isinstance(value, str):
                cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


# Reading -----------------------------------------------------------------------------------------


def read_column(kind: str, data: bytes, names: Collection[str]) -> list[str] | None:
    """The texts in the first column that is headed by one of *names*; None if there is none.

    Headings are compared without case and blanks around; empty cells are passed over.
    Raises: MalformedTable, TooLarge.
    """
    rows = read_rows(kind, data)
    heading = next(rows, [])
    found = [n for n, name in enumerate(heading) if name.strip().casefold() in names]
    if not found:
        return None
    texts = [row[found[0]] for row in rows if len(row) > found[0]]
    return [text for text in texts if text.strip()]


def read_rows(kind: str, data: bytes) -> Iterator[list[str]]:
    """All rows of the table in *data*, the heading first, as text.

    Raises: MalformedTable, TooLarge.
    """
    return _read_xlsx(data) if kind == XLSX else _read_csv(data)


def to_text(rows: Sequence[Sequence[str]]) -> str:
    """*rows*, the heading first, as CSV: how a table goes along in a form."""
    return write_table(CSV, rows[0], rows[1:]).decode()


def kind_of(data: bytes) -> str:
    """What *data* is: XLSX, which is a ZIP archive, or else text."""
    return XLSX if data.startswith(b"PK\x03\x04") else CSV


def _read_csv(data: bytes) -> Iterator[list[str]]:
    try:
        is_wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        text = data.decode("utf-16" if is_wide else "utf-8-sig")
    except UnicodeDecodeError as exc:
        raise MalformedTable("want a CSV file in UTF-8") from exc
    # Spreadsheets of half the world part cells by semicolons, and what is copied has tabs.
    head = text.partition("\n")[0]
    mark = next((mark for mark in ";\t" if mark in head), ",")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        for row in reader:
            yield [_bare(cell) for cell in row]
    except csv.Error as exc:
        raise MalformedTable(f"line {reader.line_num}: {exc}") from exc


def _bare(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _RISKY.match(cell) else cell


def _read_xlsx(data: bytes) -> Iterator[list[str]]:
    from openpyxl import load_workbook  # noqa: PLC0415 - takes 0.2 s, and few send it

    try:
        _demand_small(data)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what it says of its size need not be so
        most = {"max_row": _MOST_ROWS + 1, "max_col": _MOST_COLUMNS + 1}
        found = sheet.iter_rows(**most, values_only=True)
        rows = [_filled(["" if value is None else str(value) for value in row]) for row in found]
    except TooLarge:
        raise
    except Exception as exc:
        raise MalformedTable("want a workbook (.xlsx) whose first sheet is a table") from exc
    if any(rows[_MOST_ROWS:]) or any(len(row) > _MOST_COLUMNS for row in rows):
        raise TooLarge(f"want at most {_MOST_ROWS:,} rows and {_MOST_COLUMNS} columns")
    yield from rows


def _filled(row: list[str]) -> list[str]:
    """*row* up to its last cell in which something stands."""
    while row and not row[-1]:
        row.pop()
    return row


def _demand_small(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        unpacked = sum(part.file_size for part in package.infolist())
    if unpacked > _MOST_UNPACKED:
        raise TooLarge(f"the workbook unpacks to over {_MOST_UNPACKED >> 20} MiB")
