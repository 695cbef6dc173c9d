"""PostgreSQL: the settings that durability rests on, its transactions, its own words.

The store writes its SQL once, as SQLite reads it; ``spell`` turns it into PostgreSQL's on the way
to the driver. Writers wait for each other at an advisory lock of the database, whatever directories
and hosts they run on (docs/architecture.md, invariant 5).

    engine = make_engine(make_url("postgresql://chiptrail@db.example/chiptrail"))

Source: PostgreSQL 15 manual, 20.5 "Write Ahead Log", 13.3.5 "Advisory Locks".
"""

import math
import select
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from typing import Any

import sqlalchemy
from sqlalchemy import URL, Connection, Dialect, Engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from ledger.store import driver, tables
from schemas.errors import CannotOpen, IntegrityError

NAME = "postgresql"
# Without one of the first three, a power cut takes what was acknowledged, or tears a page.
_WANTED = {
    "fsync": ("on",),
    "full_page_writes": ("on",),
    "synchronous_commit": ("on", "remote_apply"),
    "server_encoding": ("UTF8",),
}
BUSY_S = 60
# As many as a server has threads, opened as they are needed and kept: to open one takes the server
# longer than to answer ten requests.
CONNECTIONS = 32
# After so long unused a connection is asked whether it is there still.
IDLE_S = 5
_USED = "chiptrail_used"
# "chiptrail" in ASCII, cut to 63 bits: advisory locks belong to one database.
_LOCK = int.from_bytes(b"chiptrai") >> 1
_UNIQUE_VIOLATION = "23505"
_READS = "chiptrail_read"
READING: dict[str, object] = {
    _READS: True,
    "isolation_level": "REPEATABLE READ",  # one snapshot
    "postgresql_readonly": True,
}
GLANCING: dict[str, object] = {_READS: True, "isolation_level": "AUTOCOMMIT"}
# Its function is part of a trigger. "O" fires for everybody, "D" is switched off.
TRIGGERS = """
SELECT t.tgname, c.relname, concat_ws(' ', pg_get_triggerdef(t.oid, true), t.tgenabled::text,
       replace(array_to_string(p.proconfig, ' '), n.nspname, ''), p.prosrc)
FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_proc AS p ON p.oid = t.tgfoid
WHERE NOT t.tgisinternal AND n.nspname = current_schema()
"""
_BROKEN_INDEXES = """
SELECT i.indexrelid::regclass::text FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND NOT (i.indisvalid AND i.indisready)
"""


def make_engine(url: URL) -> Engine:
    """An engine whose every connection has its settings read back.

    Raises: CannotOpen when the driver is not installed; on connecting, for a wrong setting.
    """
    url = url.set(drivername="postgresql+psycopg")
    try:
        # An error must never quote what was bound: payloads, ids, signatures.
        engine = sqlalchemy.create_engine(
            url,
            hide_parameters=True,
            pool_use_lifo=True,  # the last one used has its statements prepared
            pool_size=CONNECTIONS,
            max_overflow=0,
        )
    except ImportError as exc:
        raise CannotOpen(
            "the PostgreSQL driver is not installed; run pip install 'chiptrail[postgresql]'"
        ) from exc
    event.listen(engine, "connect", _configure)
    event.listen(engine, "checkout", partial(_demand_alive, engine.dialect))
    event.listen(engine, "checkin", _note_use)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "before_cursor_execute", _spell_ours, retval=True)
    return engine


@lru_cache(maxsize=1024)
def spell(statement: str) -> str:
    """*statement* of the store as PostgreSQL and its driver read it.

    ``CROSS JOIN x ON`` is how SQLite is told the order of a join; PostgreSQL finds it itself. The
    columns of ``ledger.store.bulk``, which have a type, go as they are: as text each value would
    be escaped.
    """
    marked = statement.replace("%", "%%").replace("?::", "%b::").replace("?", "%s")
    return marked.replace("CROSS JOIN", "JOIN")


def copy(
    driven: Any,  # noqa: ANN401 - the driver's connection
    table: str,
    columns: Sequence[str],
    types: Sequence[str],
    rows: Sequence[Sequence[object]],
) -> None:
    """Insert *rows* into *table*, whose *columns* are of *types*, at half the cost of an INSERT."""
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)"
    with driven.cursor() as cursor, cursor.copy(statement) as writing:
        writing.set_types([name.lower() for name in types])
        for row in rows:
            writing.write_row(row)


def explain(error: BaseException) -> str:
    """What the driver's *error* says without its DETAIL, which quotes values of the row."""
    if str(getattr(error, "sqlstate", None) or "").startswith("22"):  # "invalid input: <the value>"
        return type(error).__name__
    diag = getattr(error, "diag", None)
    if getattr(error, "sqlstate", None) == _UNIQUE_VIOLATION and diag is not None:
        name = diag.constraint_name.removeprefix(f"{diag.table_name}_").removesuffix("_key")
        return f"{diag.table_name}: {name} is there already"
    primary = getattr(diag, "message_primary", None)
    return primary or " ".join(str(error).split())  # of the driver itself: it cannot connect


def is_full(error: BaseException) -> bool:
    """Whether the server's disk has no room (SQLSTATE 53100): the statement was taken back."""
    return getattr(error, "sqlstate", None) == "53100"


def is_damage(_error: BaseException) -> bool:
    """No operational error of PostgreSQL is of what is stored: those of damage are internal."""
    return False


@contextmanager
def examining(_connection: Connection) -> Iterator[None]:
    """Nothing: whatever its types, a row that PostgreSQL gives can be read."""
    yield


def demand_sound(connection: Connection) -> None:
    """PostgreSQL answers the COMMIT of a failed transaction by rolling back, and says no word.

    Raises: IntegrityError when it would.
    """
    driver.send(connection)
    driven = connection.connection.driver_connection
    if driven is not None and driven.info.transaction_status.name == "INERROR":
        raise IntegrityError("a statement of this transaction failed, so it cannot be committed")


def check_pages(connection: Connection) -> list[str]:
    """Indexes that are not valid, and pages whose checksums failed, where the server keeps any."""
    rows = connection.exec_driver_sql(_BROKEN_INDEXES).all()
    failed = connection.exec_driver_sql(
        "SELECT coalesce(checksum_failures, 0) FROM pg_stat_database"
        " WHERE datname = current_database()"
    ).scalar_one()
    pages = [f"{failed} pages failed their checksum"] if failed else []
    return [f"index {row[0]} is not valid" for row in rows] + pages


def reindex(connection: Connection) -> None:
    """The indexes of the tables of truth; those of projections are dropped with their tables."""
    for name in tables.truth.tables:
        connection.exec_driver_sql(f"REINDEX TABLE {name}")


@contextmanager
def lifted(connection: Connection, table: str) -> Iterator[None]:
    """The triggers of *table* are off while the block runs, in its transaction."""
    connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield
    connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@contextmanager
def scratch(engine: Engine) -> Iterator[Connection]:
    """A transaction in an empty schema of the same database, rolled back at the end."""
    unlocked = engine.execution_options(**{_READS: True})
    with unlocked.connect() as connection, connection.begin() as transaction:
        connection.exec_driver_sql("CREATE SCHEMA chiptrail_anew")
        connection.exec_driver_sql("SET LOCAL search_path TO chiptrail_anew")
        yield connection
        transaction.rollback()


def _configure(connection: Any, _record: object) -> None:  # noqa: ANN401 - DBAPI connection
    """Set what a session may set, and read back all that durability rests on."""
    cursor = connection.cursor()
    cursor.execute(f"SET lock_timeout = '{BUSY_S}s'")
    # Compiling a query that runs for a millisecond takes a hundred.
    cursor.execute("SET jit = off")
    cursor.execute(
        "SELECT set_config(name, 'on', false) FROM pg_settings"
        " WHERE name = 'synchronous_commit' AND setting <> 'remote_apply'"
    )
    names = ", ".join(f"'{name}'" for name in _WANTED)
    cursor.execute(f"SELECT name, setting FROM pg_settings WHERE name IN ({names})")
    _check(dict(cursor.fetchall()))
    cursor.close()
    connection.commit()


def _check(settings: Mapping[str, str]) -> None:
    """Raises: CannotOpen."""
    for name, wanted in _WANTED.items():
        if settings.get(name) not in wanted:
            raise CannotOpen(f"PostgreSQL {name}: got {settings.get(name)}, want {wanted[0]}")


def _note_use(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info[_USED] = time.monotonic()


def _demand_alive(
    dialect: Dialect,
    connection: Any,  # noqa: ANN401 - DBAPI connection
    record: ConnectionPoolEntry,
    _lent: object,
) -> None:
    """Have another connection made where the server has ended this one.

    A server that ends says so, or its machine does: there is something to read, though nothing was
    asked. One that was idle for long may have been forgotten on the way: it is asked.
    Raises: InvalidatePoolError, which the pool heeds.
    """
    poll = select.poll()
    try:
        poll.register(connection.pgconn.socket, select.POLLIN)
        is_idle = time.monotonic() - record.info.get(_USED, math.inf) >= IDLE_S
        if is_idle or poll.poll(0):
            dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as exc:
        raise sqlalchemy.exc.InvalidatePoolError from exc


def _begin(connection: Connection) -> None:
    # READ COMMITTED: what the writer before us left is seen by every statement after this one.
    if not connection.get_execution_options().get(_READS, False):
        # With the first statement: that begins when the lock is held.
        connection.execution_options(**driver.later((f"SELECT pg_advisory_xact_lock({_LOCK})", ())))


def _spell_ours(
    connection: Connection,
    _cursor: object,
    statement: str,
    parameters: Any,  # noqa: ANN401 - whatever was bound
    context: Any,  # noqa: ANN401 - SQLAlchemy's
    _many: bool,
) -> tuple[str, Any]:
    """What SQLAlchemy itself put together is PostgreSQL's already. What waits goes before it."""
    driver.send(connection)
    if context is None or context.compiled is None:
        statement = spell(statement)
    return statement, parameters
