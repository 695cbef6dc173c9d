"""What can still be read of a damaged SQLite file: row by row, and what cannot is passed over.

Only a copy is opened: the file is evidence, and its log is folded in where it lies beside it. Half
a file is read as far as it goes. Nothing that is read here is believed.

    with Wreck.opened(Path("damaged.sqlite3")) as wreck:
        for row in wreck.entries(start=660): ...
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ledger.store import log
from ledger.store.log import EntryRow
from schemas.errors import CannotOpen, IntegrityError

MAGIC = b"SQLite format 3\x00"
# No entry takes less of the file: what a flipped bit says is the last index may be anything.
_LEAST_ENTRY = 137


class Wreck:
    """A copy of a damaged file, open; *size* is that of the file in bytes."""

    def __init__(self, connection: sqlite3.Connection, size: int) -> None:
        self._connection, self._size = connection, size

    @classmethod
    @contextmanager
    def opened(cls, path: Path) -> Iterator["Wreck"]:
        """A copy of the file at *path*, gone at the end.

        Raises: CannotOpen.
        """
        with TemporaryDirectory() as folder:
            copy = Path(folder) / "wreck.sqlite3"
            try:
                shutil.copy(path, copy)
                if (beside := Path(f"{path}-wal")).exists():
                    shutil.copy(beside, f"{copy}-wal")
            except OSError as exc:
                raise CannotOpen(f"{exc.filename}: {exc.strerror}") from exc
            with closing(sqlite3.connect(copy)) as connection:
                # Else a file that is shorter than it says is not opened at all.
                connection.execute("PRAGMA writable_schema=ON")
                yield cls(connection, copy.stat().st_size)

    def entries(self, start: int) -> Iterator[EntryRow]:
        """The entries from index *start* on that can be read."""
        stop = min(self._end(), start + self._size // _LEAST_ENTRY)
        for idx in range(start, stop):
            if (row := self.entry(idx)) is not None:
                yield row

    def entry(self, idx: int) -> EntryRow | None:
        """The entry at *idx*, None where it cannot be read."""
        fields = ", ".join(EntryRow._fields)
        rows = self._rows(f"SELECT {fields} FROM entry WHERE idx = ?", idx)
        try:
            return log.entry_of(rows[0]) if rows else None
        except IntegrityError:
            return None

    def lists(self, idx: int) -> dict[str, tuple[bytes, list[str]]]:
        """(seed, ids) by field of the entry *idx*."""
        rows = self._rows("SELECT field, seed, ids FROM item_list WHERE idx = ?", idx)
        wanted = [str, bytes, str]
        return {row[0]: (row[1], row[2].split("\n")) for row in rows if _types(row) == wanted}

    def disclosures(self, idx: int) -> list[str]:
        """What was disclosed of the entry *idx* and not erased."""
        rows = self._rows("SELECT body FROM disclosure WHERE idx = ?", idx)
        return [row[0] for row in rows if _types(row) == [str]]

    def heads(self) -> Iterator[tuple[int, bytes, bytes]]:
        """(size, root, signature) of the checkpoints that can be read, the newest first."""
        rows = self._rows("SELECT size, root, signature FROM checkpoint ORDER BY size DESC")
        return ((row[0], row[1], row[2]) for row in rows if _types(row) == [int, bytes, bytes])

    def _end(self) -> int:
        """One more than the last index that anything speaks of."""
        queries = ("SELECT max(idx) + 1 FROM entry", "SELECT max(size) FROM checkpoint")
        said = [row[0] for query in queries for row in self._rows(query)]
        return max([size for size in said if isinstance(size, int)], default=0)

    def _rows(self, query: str, *values: int) -> list[tuple[Any, ...]]:
        """The rows up to the first that cannot be read."""
        found = []
        try:
            for row in self._connection.execute(query, values):
                found.append(row)  # noqa: PERF402 - those before the error count
        except sqlite3.Error:
            pass
        return found


def _types(row: tuple[Any, ...]) -> list[type]:
    return [type(value) for value in row]
