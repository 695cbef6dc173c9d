"""Bulk statements: one per table and batch, never a row at a time.

``executemany`` gives the interpreter lock away per row and costs ten times as much beside working
threads (docs/adr/0001); a multi-row VALUES does not. Table and column names are this
package's own constants; every value is bound.

    insert(connection, "item_event", ("item", "idx"), [(7, 41), (8, 41)])
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, TypeAlias

from sqlalchemy import Connection, Row

# SQLite binds at most 32,766 values a statement.
_MOST_VALUES = 8_192

Values: TypeAlias = tuple[object, ...]


def insert(
    connection: Connection, table: str, columns: Sequence[str], rows: Sequence[Values]
) -> None:
    """Insert *rows*, each with one value a column."""
    head = f"INSERT INTO {table} ({', '.join(columns)}) VALUES "
    for values, count in _chunks(rows, len(columns)):
        connection.exec_driver_sql(head + _marks(len(columns), count), values)


def upsert(
    connection: Connection,
    table: str,
    key: str,
    columns: Sequence[str],
    rows: Sequence[Values],
) -> None:
    """Insert *rows*, or where *key* exists set the other columns."""
    sets = ", ".join(f"{name} = excluded.{name}" for name in columns if name != key)
    head = f"INSERT INTO {table} ({', '.join(columns)}) VALUES "
    tail = f" ON CONFLICT ({key}) DO UPDATE SET {sets}"
    for values, count in _chunks(rows, len(columns)):
        connection.exec_driver_sql(head + _marks(len(columns), count) + tail, values)


def select(
    connection: Connection, query: str, columns: Sequence[str], rows: Sequence[Values]
) -> Iterator[Row[*tuple[Any, ...]]]:
    """Rows of *query*, which reads the wanted *rows* as the table ``need`` with *columns*."""
    head = _need(columns)
    for values, count in _chunks(rows, len(columns)):
        statement = f"{head}{_marks(len(columns), count)}) {query}"
        yield from connection.exec_driver_sql(statement, values).all()


def run(
    connection: Connection, statement: str, columns: Sequence[str], rows: Sequence[Values]
) -> None:
    """Run *statement*, which reads *rows* as the table ``need``; for updates."""
    head = _need(columns)
    for values, count in _chunks(rows, len(columns)):
        marks = _marks(len(columns), count)
        connection.exec_driver_sql(f"{head}{marks}) {statement}", values)


def _need(columns: Sequence[str]) -> str:
    return f"WITH RECURSIVE need ({', '.join(columns)}) AS (VALUES "


def _chunks(rows: Sequence[Values], width: int) -> Iterator[tuple[tuple[object, ...], int]]:
    """*rows* by powers of two, so that a table has a dozen statements, prepared once.

    Preparing a statement of a thousand rows costs more than running it.
    """
    most = 1 << (_MOST_VALUES // width).bit_length() - 1
    start, end = 0, len(rows)
    while start < end:
        count = min(most, 1 << (end - start).bit_length() - 1)
        yield tuple(chain.from_iterable(rows[start : start + count])), count
        start += count


@lru_cache(maxsize=256)
def _marks(width: int, count: int) -> str:
    return ", ".join([f"({', '.join('?' * width)})"] * count)


def singles(values: Iterable[object]) -> list[Values]:
    """*values* as rows of one column."""
    return [(value,) for value in values]
