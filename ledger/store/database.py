"""The database of a ledger: one engine, two kinds of transaction, settings read back.

``Database.open`` refuses a database that would not keep what it acknowledged: SQLite must run in
WAL with synchronous=FULL (docs/architecture.md, invariant 8; docs/adr/0005).

    database = Database.open("sqlite:///ledger.sqlite3")
    with database.writing() as connection:   # BEGIN IMMEDIATE; commit, or roll back on an error
        ...
    with database.reading() as connection:   # one snapshot
        ...
"""

import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy
from sqlalchemy import Connection, Engine, event

from ledger.store import tables
from schemas.errors import CannotOpen, IntegrityError

__all__ = ["Connection", "Database"]

_PRAGMAS = {
    "journal_mode": ("WAL", "wal"),
    "synchronous": ("FULL", 2),
    "recursive_triggers": ("ON", 1),
    "foreign_keys": ("ON", 1),
}
PAGE_SIZE = 8192
BUSY_MS = 60_000


class Database:
    """An open database whose durability settings were read back."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        # Whoever drops a database without a word leaves no connection open behind it.
        self._finalizer = weakref.finalize(self, engine.dispose)

    @classmethod
    def open(cls, url: str) -> "Database":
        """The database at *url*, migrated to the newest schema, projections at their version.

        Raises: CannotOpen when it cannot be reached or does not keep the durability settings.
        """
        # An error must never quote what was bound: payloads, ids, signatures.
        engine = sqlalchemy.create_engine(url, hide_parameters=True)
        if engine.dialect.name != "sqlite":
            raise CannotOpen(f"got a {engine.dialect.name} URL, want sqlite:///FILE")
        event.listen(engine, "connect", _configure)
        event.listen(engine, "begin", _begin)
        try:
            database = cls(engine)
            database.migrate()
        except sqlalchemy.exc.DatabaseError as exc:
            raise CannotOpen(f"database {engine.url.database}: {exc.orig}") from exc
        return database

    def migrate(self) -> None:
        """Bring the truth tables to the newest schema and make missing projections."""
        with self.reading() as connection:
            if _revision(connection) == tables.SCHEMA_REVISION:
                return
        with self.writing() as connection:
            _upgrade(connection)
            tables.projections.create_all(connection)

    @contextmanager
    def writing(self, *, keep: bool = True) -> Iterator[Connection]:
        """A transaction that holds the write lock from its start; rolled back unless *keep*.

        Raises: CannotOpen when the disk is full or fails, nothing being written; IntegrityError
        when the tables refuse a row, or when the commit itself failed and its outcome is unknown.
        """
        with self._engine.connect() as connection, _explained():
            transaction = connection.begin()
            try:
                yield connection
            except BaseException:
                transaction.rollback()
                raise
            if not keep:
                transaction.rollback()
                return
            try:
                transaction.commit()
            except sqlalchemy.exc.DatabaseError as exc:
                # Neither done nor undone for certain: whoever signs must stop and look again.
                raise IntegrityError(f"the outcome of a commit is unknown: {exc.orig}") from exc

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A snapshot: everything read in it is of one moment.

        Raises: CannotOpen when the disk fails.
        """
        options = {"chiptrail_read": True}
        with (
            self._engine.connect().execution_options(**options) as connection,
            _explained(),
            connection.begin(),
        ):
            yield connection

    def has_current_projections(self, connection: Connection) -> bool:
        """Whether the projections are of the version that this program reads and writes."""
        query = sqlalchemy.select(tables.projection.c.value)
        return connection.execute(query).all() == [(str(tables.PROJECTION_VERSION),)]

    def clear_projections(self, connection: Connection) -> None:
        """Empty projections of the current version, to be filled in the same transaction."""
        tables.projections.drop_all(connection)
        tables.projections.create_all(connection)
        version = tables.projection.insert().values(
            name="version", value=str(tables.PROJECTION_VERSION)
        )
        connection.execute(version)

    @property
    def url(self) -> str:
        """The URL it was opened with."""
        return self._engine.url.render_as_string(hide_password=False)

    def integrity_problems(self) -> list[str]:
        """What SQLite's own check of pages and indexes finds; empty when all is well."""
        with self.reading() as connection:
            rows = connection.exec_driver_sql("PRAGMA integrity_check").all()
        return [row[0] for row in rows if row[0] != "ok"]

    def dispose(self) -> None:
        """Close every pooled connection; the next transaction opens one again."""
        self._engine.dispose()


@contextmanager
def _explained() -> Iterator[None]:
    """Say in our own errors what the machine did wrong (full, failing) or the tables refused."""
    try:
        yield
    except sqlalchemy.exc.OperationalError as exc:
        raise CannotOpen(f"database: {exc.orig}") from exc
    except sqlalchemy.exc.DatabaseError as exc:
        raise IntegrityError(f"database: {exc.orig}") from exc


def _revision(connection: Connection) -> str | None:
    """The schema's revision, None in an empty database."""
    if not sqlalchemy.inspect(connection).has_table("alembic_version"):
        return None
    return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()


def _upgrade(connection: Connection) -> None:
    # Imported here: it takes 0.1 s, and only a new or an old database needs it.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "migrations:")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _configure(connection: Any, _record: object) -> None:  # noqa: ANN401 - DBAPI connection
    """Set and read back what durability rests on, on every new connection."""
    # SQLAlchemy begins transactions itself; the driver's own implicit BEGIN would hide them.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA page_size={PAGE_SIZE}")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
    cursor.execute("PRAGMA cache_size=-65536")
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
