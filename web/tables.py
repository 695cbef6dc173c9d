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
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

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
_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")
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
    return write_book({"Chiptrail": (columns, *rows)})


def write_book(sheets: Mapping[str, Iterable[Row]]) -> bytes:
    """A workbook of *sheets* by their titles, which are of at most 31 plain letters."""
    from openpyxl import Workbook  # noqa: PLC0415 - takes 0.2 s, and few ask for it

    book = Workbook(write_only=True)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append([_cell(sheet, value) for value in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _cell(sheet: object, value: object) -> Any:  # noqa: ANN401 - as openpyxl has it
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - as above

    if not isinstance(value, str):
        return WriteOnlyCell(sheet, value)
    cell = WriteOnlyCell(sheet, _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", value))
    cell.data_type = "s"
    return cell


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
    try:
        _demand_small(data)
        cells = list(_cells(data, data_only=True))
        rows = [_filled([_text(cell) for cell in row]) for row in cells]
        blank = _uncalculated(data, cells)
    except TooLarge:
        raise
    except Exception as exc:
        raise MalformedTable("want a workbook (.xlsx) whose first sheet is a table") from exc
    if any(rows[_MOST_ROWS:]) or any(len(row) > _MOST_COLUMNS for row in rows):
        raise TooLarge(f"want at most {_MOST_ROWS:,} rows and {_MOST_COLUMNS} columns")
    if blank:
        raise MalformedTable(
            f"cell {blank} is a formula, and the file does not say what comes of it: open it in a"
            " spreadsheet program, save it there, and send it again"
        )
    yield from rows


def _cells(data: bytes, *, data_only: bool) -> Iterator[Sequence[Any]]:
    """The cells of the first sheet; *data_only*: of formulas what came of them."""
    from openpyxl import load_workbook  # noqa: PLC0415 - takes 0.2 s, and few send it

    book = load_workbook(io.BytesIO(data), read_only=True, data_only=data_only, keep_links=False)
    sheet = book.worksheets[0]
    sheet.reset_dimensions()  # what it says of its size need not be so
    yield from sheet.iter_rows(max_row=_MOST_ROWS + 1, max_col=_MOST_COLUMNS + 1)


def _text(cell: Any) -> str:  # noqa: ANN401 - openpyxl has several kinds of cells
    return "" if cell.value is None else str(cell.value)


def _uncalculated(data: bytes, cells: Sequence[Sequence[Any]]) -> str:
    """The name of a cell whose formula nobody has calculated, empty for none.

    Some programs write formulas alone. That nothing came of one is text without a letter.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        sheets = [name for name in package.namelist() if name.startswith("xl/worksheets/")]
        if not any(_FORMULA.search(package.read(name)) for name in sheets):
            return ""
    for formulas, results in zip(_cells(data, data_only=False), cells, strict=True):
        for formula, result in zip(formulas, results, strict=True):
            is_blank = result.value is None and result.data_type != "str"
            if formula.data_type == "f" and is_blank:
                return str(formula.coordinate)
    return ""


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
