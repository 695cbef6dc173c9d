"""The database's own driver, where SQLAlchemy is in the way: its errors, and what goes together.

A statement that gives no rows need not be waited for. In a transaction that writes to PostgreSQL it
goes with the next one that does, or at the end, in one round trip and in order; an error of it
comes then, and the transaction with all of it is over. Example::

    connection.execution_options(**later((lock, ())))
    fetch(connection, "SELECT 1", ())        # the lock, then the rows

Source: PostgreSQL 15 manual, 34.5 "Pipeline Mode".
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy
from sqlalchemy import Connection

_LATER = "chiptrail_later"
# What waits is in memory, here and with the server.
_MOST_WAITING = 32


def later(*waiting: tuple[str, Sequence[object]]) -> dict[str, object]:
    """Execution options of a transaction whose statements may wait, as these do already."""
    return {_LATER: list(waiting)}


def run(connection: Connection, statement: str, values: Sequence[object]) -> None:
    """Run *statement*, which gives no rows, by the next that does."""
    waiting = connection.get_execution_options().get(_LATER)
    if waiting is None:
        with driving(connection, statement) as driver:
            driver.execute(statement, values)
        return
    waiting.append((statement, values))
    if len(waiting) == _MOST_WAITING:
        send(connection)


def fetch(
    connection: Connection, statement: str, values: Sequence[object]
) -> list[tuple[Any, ...]]:
    """All rows of *statement*, after what waits."""
    waiting = connection.get_execution_options().get(_LATER, [])
    with driving(connection, statement) as driver:
        rows: list[tuple[Any, ...]] = _run_all(driver, waiting, (statement, values)).fetchall()
        return rows


def send(connection: Connection) -> None:
    """Let nothing wait any more."""
    if waiting := connection.get_execution_options().get(_LATER):
        with driving(connection, waiting[-1][0]) as driver:
            _run_all(driver, waiting)


def _run_all(driver: Any, waiting: list[Any], *last: Any) -> Any:  # noqa: ANN401 - the driver's
    """The cursor of the last of those that were *waiting*, which wait no more, and *last*."""
    them = [*waiting, *last]
    waiting.clear()
    if len(them) == 1:
        return driver.execute(*them[0])
    with driver.pipeline():
        cursors = [driver.execute(*one) for one in them]
    return cursors[-1]


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
