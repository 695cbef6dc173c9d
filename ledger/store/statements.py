"""Statements as the driver runs them; SQLAlchemy has the connections, and ends the transactions.

Of every result SQLAlchemy makes out names and types of the columns. That takes longer than most
statements of the store do, and one entry takes forty. They are written as SQLite reads them::

    fetch(connection, "SELECT idx FROM entry WHERE idx < ?", (3,))     # [(0,), (1,), (2,)]
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy
from sqlalchemy import Connection

from ledger.store import postgresql


def run(connection: Connection, statement: str, values: Sequence[object] = ()) -> None:
    """Run *statement*, which gives no rows."""
    with driving(connection, statement) as driver:
        driver.execute(_spelled(connection, statement), values)


def fetch(
    connection: Connection, statement: str, values: Sequence[object] = ()
) -> list[tuple[Any, ...]]:
    """All rows of *statement*."""
    with driving(connection, statement) as driver:
        rows: list[tuple[Any, ...]]
        rows = driver.execute(_spelled(connection, statement), values).fetchall()
        return rows


def fetch_one(
    connection: Connection, statement: str, values: Sequence[object] = ()
) -> tuple[Any, ...] | None:
    """The first row of *statement*, None if there is none."""
    rows = fetch(connection, statement, values)
    return rows[0] if rows else None


def fetch_number(connection: Connection, statement: str, values: Sequence[object] = ()) -> int:
    """The one number that *statement* gives."""
    return int(fetch(connection, statement, values)[0][0])


@contextmanager
def driving(connection: Connection, statement: str) -> Iterator[Any]:
    """The driver's own connection; its errors are those that SQLAlchemy makes of them."""
    driver, dialect = connection.connection.driver_connection, connection.dialect
    error: Any = dialect.loaded_dbapi.Error
    try:
        yield driver
    except error as exc:
        is_gone = dialect.is_disconnect(exc, connection.connection, None)
        if is_gone:
            connection.invalidate(exc)
        raise sqlalchemy.exc.DBAPIError.instance(
            statement,
            None,
            exc,
            error,
            hide_parameters=True,
            connection_invalidated=is_gone,
            dialect=dialect,
        ) from exc


def _spelled(connection: Connection, statement: str) -> str:
    is_other = connection.dialect.name == postgresql.NAME
    return postgresql.spell(statement) if is_other else statement
