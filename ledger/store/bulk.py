"""Bulk statements: one per table and batch, never a row at a time.

``executemany`` gives the interpreter lock away per row and costs ten times as much beside working
threads (docs/adr/0001). One statement of many rows does not: SQLite takes them as VALUES,
PostgreSQL as one array a column, or as a COPY where they are many. Table and column names are this
package's own constants; every value is bound.

    insert(connection, "item_event", ("item", "idx"), [(7, 41), (8, 41)])
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, compress
from typing import Any, TypeAlias

from sqlalchemy import Connection, Dialect, Row

from ledger.store import driver, postgresql, projections, statements, tables

# SQLite binds at most 32,766 values a statement.
_MOST_VALUES = 8_192
_A_FEW = 8
# A COPY takes two round trips; of so many rows it is faster all the same.
_COPY_FROM = 100
# The type in PostgreSQL of a column of ``need``, by its first value that is not None.
_TYPES = {bool: "boolean", int: "bigint", float: "double precision", str: "text", bytes: "bytea"}

Values: TypeAlias = tuple[object, ...]


def insert(
    connection: Connection, table: str, columns: Sequence[str], rows: Sequence[Values]
) -> None:
    """Insert *rows*, each with one value a column."""
    _insert(connection, table, columns, rows, "")


def insert_new(
    connection: Connection, table: str, columns: Sequence[str], rows: Sequence[Values]
) -> None:
    """Insert those of *rows* that are not there yet."""
    _insert(connection, table, columns, rows, " ON CONFLICT DO NOTHING")


def upsert(
    connection: Connection,
    table: str,
    key: str,
    columns: Sequence[str],
    rows: Sequence[Values],
) -> None:
    """Insert *rows*, or where *key* exists set the other columns; no key is there twice."""
    keys = key.split(", ")
    sets = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in keys)
    _insert(connection, table, columns, rows, f" ON CONFLICT ({key}) DO UPDATE SET {sets}")


def _insert(
    connection: Connection,
    table: str,
    columns: Sequence[str],
    rows: Sequence[Values],
    tail: str,
) -> None:
    if not rows:
        return
    rows, columns = _without_empty(rows, columns)
    if len(rows) >= _COPY_FROM and not tail and connection.dialect.name == postgresql.NAME:
        types = _types_of(connection.dialect, table, tuple(columns))
        driver.send(connection)
        with driver.driving(connection, f"COPY {table}") as driven:
            postgresql.copy(driven, table, columns, types, rows)
        return
    head = f"INSERT INTO {table} ({', '.join(columns)}) "
    for source, values in _sources(connection, rows, table, columns):
        statements.run(connection, head + source + tail, values)


def _without_empty(
    rows: Sequence[Values], columns: Sequence[str]
) -> tuple[Sequence[Values], Sequence[str]]:
    """*rows* without the columns that have no value in any of them: to bind a None is dear."""
    used = [not all(value is None for value in column) for column in zip(*rows, strict=True)]
    if all(used):
        return rows, columns
    return [tuple(compress(row, used)) for row in rows], list(compress(columns, used))


def select(
    connection: Connection, query: str, columns: Sequence[str], rows: Sequence[Values]
) -> Iterator[tuple[Any, ...]]:
    """Rows of *query*, which reads the wanted *rows* as the table ``need`` with *columns*."""
    for need, values in _needs(connection, columns, rows):
        yield from statements.fetch(connection, f"{need} {query}", values)


def run(
    connection: Connection, statement: str, columns: Sequence[str], rows: Sequence[Values]
) -> None:
    """Run *statement*, which reads *rows* as the table ``need``; for updates."""
    for need, values in _needs(connection, columns, rows):
        statements.run(connection, f"{need} {statement}", values)


def stream(
    connection: Connection, query: str, values: Values = ()
) -> Iterator[Row[*tuple[Any, ...]]]:
    """Rows of *query*, which may be more than memory holds: they are fetched as they are read."""
    streamed = {"stream_results": True}
    with connection.exec_driver_sql(query, values, execution_options=streamed) as rows:
        yield from rows


def _needs(
    connection: Connection, columns: Sequence[str], rows: Sequence[Values]
) -> Iterator[tuple[str, Values]]:
    head = f"WITH RECURSIVE need ({', '.join(columns)}) AS ("
    for source, values in _sources(connection, rows):
        yield f"{head}{source})", values


def _sources(
    connection: Connection, rows: Sequence[Values], table: str = "", columns: Sequence[str] = ()
) -> Iterator[tuple[str, Values]]:
    """*rows* as SQL that gives them, in parts, and what it binds.

    They are of the types that the *columns* of *table* have, else as their values are.
    """
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        for values, count in _chunks(rows, len(rows[0])):
            yield f"VALUES {_marks(len(rows[0]), count)}", values
    else:
        arrays = tuple(map(list, zip(*rows, strict=True)))
        types = _types_of(connection.dialect, table, tuple(columns)) if table else ()
        marks = ", ".join(f"?::{name}[]" for name in types or map(_type_of, arrays))
        yield f"SELECT * FROM unnest({marks})", arrays


# SQLite ----------------------------------------------------------------------------------------


def _chunks(rows: Sequence[Values], width: int) -> Iterator[tuple[Values, int]]:
    """*rows* by powers of two, so that a table has a dozen statements, prepared once.

    Preparing a statement of a thousand rows costs more than running it. A few rows are one.
    """
    most = 1 << (_MOST_VALUES // width).bit_length() - 1
    start, end = 0, len(rows)
    while start < end:
        left = end - start
        count = left if left <= _A_FEW else min(most, 1 << left.bit_length() - 1)
        yield tuple(chain.from_iterable(rows[start : start + count])), count
        start += count


@lru_cache(maxsize=256)
def _marks(width: int, count: int) -> str:
    return ", ".join([f"({', '.join('?' * width)})"] * count)


# PostgreSQL ------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def _types_of(dialect: Dialect, table: str, columns: tuple[str, ...]) -> tuple[str, ...]:
    made = {**tables.truth.tables, **projections.projections.tables}[table].columns
    return tuple(made[name].type.compile(dialect).partition(" COLLATE")[0] for name in columns)


def _type_of(values: list[object]) -> str:
    """The type of a column of ``need``; one of None alone is of numbers, as most are."""
    first = next((value for value in values if value is not None), 0)
    return next(name for kind, name in _TYPES.items() if isinstance(first, kind))


def singles(values: Iterable[object]) -> list[Values]:
    """*values* as rows of one column."""
    return [(value,) for value in values]
