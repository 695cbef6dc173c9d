"""SQLite: the settings that durability rests on, its transactions, its own words.

Every statement of the store is written as SQLite reads it: nothing is spelled anew here. What the
other database does instead is in ``ledger.store.postgresql``, under the same names.

    engine = make_engine(make_url("sqlite:///ledger.sqlite3"))
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy
from sqlalchemy import URL, Connection, Engine, event

from schemas.errors import CannotOpen

_PRAGMAS = {
    "journal_mode": ("WAL", "wal"),
    "synchronous": ("FULL", 2),
    "recursive_triggers": ("ON", 1),
    "foreign_keys": ("ON", 1),
    "secure_delete": ("ON", 1),  # what was erased is in no free page
}
PAGE_SIZE = 8192
BUSY_MS = 60_000
# Of statements, a connection: a capture runs more kinds and sizes of them than the usual 128.
PREPARED = 512
# Of pages, a connection: more would be read faster, and held by each that has read so much.
CACHE_KB = 16_384
_BROKEN = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_WAY_OUT = (
    "it is damaged, or no ledger's: move it away and keep it, restore a backup, then run chiptrail"
    " recover with the damaged file among its sources"
)
READING: dict[str, object] = {"chiptrail_read": True}
GLANCING = READING  # which begins nothing where none is asked for
TRIGGERS = "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'"


# As many as a server has threads, kept: each is set up, and read back, once.
CONNECTIONS = 32


def make_engine(url: URL) -> Engine:
    """An engine whose every connection has its settings read back.

    Raises (on connecting): CannotOpen.
    """
    # An error must never quote what was bound: payloads, ids, signatures.
    engine = sqlalchemy.create_engine(
        url,
        hide_parameters=True,
        pool_size=CONNECTIONS,
        pool_use_lifo=True,  # the last one used has its pages and statements at hand
        connect_args={"cached_statements": PREPARED},
    )
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


def explain(error: BaseException) -> str:
    """What the driver's *error* says without values: Python's quotes a text it cannot read."""
    said = str(error).partition(" with text ")[0]
    # The low byte is the primary code: https://www.sqlite.org/rescode.html
    is_broken = getattr(error, "sqlite_errorcode", 0) & 0xFF in _BROKEN
    return f"{said}; {_WAY_OUT}" if is_broken else said


def is_full(error: BaseException) -> bool:
    """Whether the disk has no room: a write failed for it, and the transaction with the write."""
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL


def is_damage(error: BaseException) -> bool:
    """Whether an operational error is of what is stored: text that is no UTF-8, says the driver."""
    return "decode" in str(error)


class UndecodableText(bytes):
    """What a column of text holds that is no UTF-8: no column of a table is of this type."""


@contextmanager
def examining(connection: Connection) -> Iterator[None]:
    """Text that is no UTF-8 is read as ``UndecodableText``; the driver would stop at its row."""
    driver: Any = connection.connection.driver_connection
    driver.text_factory = _decode
    try:
        yield
    finally:
        driver.text_factory = str


def _decode(data: bytes) -> str | UndecodableText:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return UndecodableText(data)


def demand_sound(_connection: Connection) -> None:
    """Nothing: what SQLite is told to commit it commits, or says that it did not."""


def check_pages(connection: Connection) -> list[str]:
    """What SQLite's own check of pages and indexes finds."""
    rows = connection.exec_driver_sql("PRAGMA integrity_check").all()
    return [row[0] for row in rows if row[0] != "ok"]


def reindex(connection: Connection) -> None:
    """Every index, those of projections too: what is damaged is not read to drop it."""
    connection.exec_driver_sql("REINDEX")


@contextmanager
def lifted(connection: Connection, table: str) -> Iterator[None]:
    """The triggers of *table* are away while the block runs, in its transaction."""
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?"
    triggers = connection.exec_driver_sql(query, (table,)).all()
    for name, _ in triggers:
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    yield
    for _, made in triggers:
        connection.exec_driver_sql(made)


@contextmanager
def scratch(_engine: Engine) -> Iterator[Connection]:
    """A database in memory, gone at the end."""
    engine = sqlalchemy.create_engine("sqlite://")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def _configure(connection: Any, _record: object) -> None:  # noqa: ANN401 - DBAPI connection
    """Set and read back what durability rests on, on every new connection."""
    # SQLAlchemy begins transactions itself; the driver's own implicit BEGIN would hide them.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA page_size={PAGE_SIZE}")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
    cursor.execute(f"PRAGMA cache_size=-{CACHE_KB}")
    for name, (wanted, _) in _PRAGMAS.items():
        cursor.execute(f"PRAGMA {name}={wanted}")
    for name, (wanted, expected) in _PRAGMAS.items():
        got = cursor.execute(f"PRAGMA {name}").fetchone()[0]
        if got != expected:
            raise CannotOpen(f"SQLite {name}: got {got}, want {wanted}")
    cursor.close()


def _begin(connection: Connection) -> None:
    reads = connection.get_execution_options().get("chiptrail_read", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
