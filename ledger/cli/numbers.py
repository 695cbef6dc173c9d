"""Numbers of items in a CSV: what is printed on each, or read from it.

The first line names the columns, ``item`` and any of those of ``chiptrail:identities``, however
they are set; a cell may be empty. Semicolons or tabs part columns too. Example::

    item,printedSerial,uuid
    A-0001,1650522012345,GPU-5f3c...
"""

import csv
import sys
from collections.abc import Iterable, Sequence
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from ledger.cli.naming import FILE_LIMIT, decoded
from schemas.errors import MalformedEvent, TooLarge
from schemas.strict_json import JSON

if TYPE_CHECKING:
    from ledger.cli.making import Desk

# The words of ledger.identity, without loading it for --help; a test compares.
COLUMNS = ("printedSerial", "nvmlSerial", "uuid", "pdi", "partNumber", "attestationCertSha256")
numbers_option = click.option(
    "--numbers",
    "numbers_path",
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE",
    help=f"A CSV of what is printed on items or read from them: item, {', '.join(COLUMNS)}.",
)


class Row(NamedTuple):
    """On *line*, *text* names an item that bears *numbers*, by column."""

    line: int
    text: str
    numbers: dict[str, str]


class Numbers:
    """The rows of the CSV at *path*; none where it is None."""

    def __init__(self, path: Path | None) -> None:
        """Raises: CannotOpen, TooLarge, MalformedItems (no text), MalformedEvent."""
        self._name = "standard input" if str(path) == "-" else str(path)
        self._rows = [] if path is None else self._read(_load(path, self._name))

    @property
    def texts(self) -> list[str]:
        """What names the items."""
        return [row.text for row in self._rows]

    def of(self, items: Sequence[str]) -> list[dict[str, JSON]]:
        """``chiptrail:identities``; *items* are what ``texts`` name, each once.

        Raises: MalformedEvent.
        """
        from schemas.extension import check_identities

        if len(items) != len(self._rows):
            raise MalformedEvent(f"{self._name}: two of its lines are about one item")
        said: list[dict[str, JSON]] = [
            {"item": item, **row.numbers} for item, row in zip(items, self._rows, strict=True)
        ]
        try:
            check_identities([dict(one) for one in said])
        except MalformedEvent as exc:
            _, number, *names = (exc.pointer or "/0").split("/")
            raise self._wrong(self._rows[int(number)].line, exc.message, *names) from exc
        return said

    def _read(self, text: str) -> list[Row]:
        first = text.lstrip().partition("\n")[0]
        mark = max(",;\t", key=first.count)  # as spreadsheets of other languages save it
        lines = csv.reader(StringIO(text, newline=""), delimiter=mark, strict=True)
        try:
            rows = [(lines.line_num, [cell.strip() for cell in cells]) for cells in lines]
        except csv.Error as exc:
            raise self._wrong(lines.line_num, str(exc)) from exc
        rows = [(line, cells) for line, cells in rows if any(cells)]
        if not rows:
            raise MalformedEvent(f"{self._name}: it is empty")
        (line, heads), *rest = rows
        columns = [self._column(line, head) for head in heads]
        if "item" not in columns:
            raise self._wrong(line, "want a column item, which says whose numbers they are")
        return [self._row(line, columns, cells) for line, cells in rest]

    def _column(self, line: int, head: str) -> str:
        known = {_folded(name): name for name in ("item", *COLUMNS)}
        if _folded(head) not in known:
            raise self._wrong(line, f"got a column {head!r}, want item, {', '.join(COLUMNS)}")
        return known[_folded(head)]

    def _row(self, line: int, columns: Sequence[str], cells: Sequence[str]) -> Row:
        if len(cells) != len(columns):
            raise self._wrong(line, f"got {len(cells)} columns, want {len(columns)}")
        said = {name: cell for name, cell in zip(columns, cells, strict=True) if cell}
        if "item" not in said:
            raise self._wrong(line, "it names no item")
        return Row(line, said.pop("item"), said)

    def _wrong(self, line: int, message: str, *names: str) -> MalformedEvent:
        column = "".join(f", {name}" for name in names)
        return MalformedEvent(f"{self._name}, line {line}{column}: {message}")


def named(
    desk: "Desk", texts: Iterable[str], path: Path | None
) -> tuple[tuple[str, ...], list[dict[str, JSON]]]:
    """The items that *texts* and the CSV at *path* name, and the numbers that it gives of them.

    Raises: UsageError (none), as ``Numbers`` and ``Desk.items``.
    """
    numbers, texts = Numbers(path), list(texts)
    listed = desk.items(numbers.texts) if numbers.texts else ()
    items = desk.items(texts) if texts or not listed else ()
    return tuple(dict.fromkeys((*items, *listed))), numbers.of(listed)


def _folded(head: str) -> str:
    return "".join(char for char in head.casefold() if char.isalnum())


def _load(path: Path, name: str) -> str:
    from ledger.service import keyring

    data = sys.stdin.buffer.read(FILE_LIMIT + 1) if str(path) == "-" else keyring.read(path)
    if len(data) > FILE_LIMIT:
        raise TooLarge(f"{name}: over {FILE_LIMIT >> 20} MiB")
    return decoded(data, name)
