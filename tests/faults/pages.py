"""Which bytes of a SQLite file hold the rows of a table: a reader of its format, of our own.

Source: https://www.sqlite.org/fileformat2.html, 1.5 "B-tree Pages", 1.6 "Record Format".

    cells = used_bytes(path, "entry")        # ranges of offsets in the file, each with its rowid
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

_LEAF, _INTERIOR = 13, 5


@dataclass(frozen=True, slots=True)
class Cell:
    """One row of a table: the ranges [start, stop) of the file that hold it, header and all."""

    rowid: int
    ranges: tuple[tuple[int, int], ...]


def used_bytes(path: Path, table: str) -> list[Cell]:
    """Every row of *table*, which has rowids. The log beside the file must be empty."""
    with closing(sqlite3.connect(path)) as db:
        query = "SELECT rootpage FROM sqlite_master WHERE name = ? AND type = 'table'"
        (root,) = db.execute(query, (table,)).fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    return list(_Pages(path.read_bytes(), size).cells(root))


class _Pages:
    def __init__(self, data: bytes, size: int) -> None:
        self._data, self._size = data, size
        self._usable = size - data[20]

    def cells(self, number: int) -> Iterator[Cell]:
        """The rows below page *number*."""
        start = (number - 1) * self._size
        head = start + (100 if number == 1 else 0)
        kind, count = self._data[head], self._int(head + 3, 2)
        pointers = head + (12 if kind == _INTERIOR else 8)
        for at in range(pointers, pointers + 2 * count, 2):
            cell = start + self._int(at, 2)
            if kind == _LEAF:
                yield self._cell(cell)
            else:
                yield from self.cells(self._int(cell, 4))
        if kind == _INTERIOR:
            yield from self.cells(self._int(head + 8, 4))

    def _cell(self, at: int) -> Cell:
        """A cell of a leaf: size and rowid as varints, the record, the first page of the rest."""
        size, position = self._varint(at)
        rowid, position = self._varint(position)
        most, least = self._usable - 35, (self._usable - 12) * 32 // 255 - 23
        if size <= most:
            return Cell(rowid, ((at, position + size),))
        local = least + (size - least) % (self._usable - 4)
        local = local if local <= most else least
        ranges = [(at, position + local + 4)]
        left, page = size - local, self._int(position + local, 4)
        while left > 0:
            start = (page - 1) * self._size
            held = min(left, self._usable - 4)
            ranges.append((start, start + 4 + held))
            left, page = left - held, self._int(start, 4)
        return Cell(rowid, tuple(ranges))

    def _int(self, at: int, size: int) -> int:
        return int.from_bytes(self._data[at : at + size])

    def _varint(self, at: int) -> tuple[int, int]:
        """(value, where it ends)."""
        value = 0
        for n in range(9):
            byte = self._data[at + n]
            if n == 8:
                return value << 8 | byte, at + 9
            value = value << 7 | byte & 0x7F
            if byte < 0x80:
                return value, at + n + 1
        raise AssertionError
