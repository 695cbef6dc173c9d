"""Statements as the driver runs them; SQLAlchemy has the connections, and ends the transactions.

Of every result SQLAlchemy makes out names and types of the columns. That takes longer than most
statements of the store do, and one entry takes forty. They are written as SQLite reads them::

    fetch(connection, "SELECT idx FROM entry WHERE idx < ?", (3,))     # [(0,), (1,), (2,)]
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from ledger.store import driver, postgresql


def run(connection: Connection, statement: str, values: Sequence[object] = ()) -> None:
    """Run *statement*, which gives no rows; its error may come with a later one."""
    driver.run(connection, _spelled(connection, statement), values)


def fetch(
    connection: Connection, statement: str, values: Sequence[object] = ()
) -> list[tuple[Any, ...]]:
    """All rows of *statement*."""
    return driver.fetch(connection, _spelled(connection, statement), values)


def fetch_one(
    connection: Connection, statement: str, values: Sequence[object] = ()
) -> tuple[Any, ...] | None:
    """The first row of *statement*, None if there is none."""
    rows = fetch(connection, statement, values)
    return rows[0] if rows else None


def fetch_number(connection: Connection, statement: str, values: Sequence[object] = ()) -> int:
    """The one number that *statement* gives."""
    return int(fetch(connection, statement, values)[0][0])


def _spelled(connection: Connection, statement: str) -> str:
    is_other = connection.dialect.name == postgresql.NAME
    return postgresql.spell(statement) if is_other else statement
