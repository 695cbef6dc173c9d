"""The database of a ledger: one engine, two kinds of transaction, settings read back.

``Database.open`` refuses a database that would not keep what it acknowledged (docs/architecture.md,
invariant 8; docs/adr/0005). SQLite and PostgreSQL differ in a module each; all other SQL of the
store is written once, as SQLite reads it.

    database = Database.open("sqlite:///ledger.sqlite3")
    with database.writing() as connection:   # one writer at a time; rolled back on an error
        ...
    with database.reading() as connection:   # one snapshot
        ...
"""

import re
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

import sqlalchemy
from sqlalchemy import URL, Connection, Engine

from ledger.store import driver, postgresql, projections, sqlite, tables
from schemas.errors import CannotOpen, DiskFull, IntegrityError

__all__ = ["Connection", "Database"]


class _Kind(Protocol):
    """What differs between databases: ``ledger.store.sqlite``, ``ledger.store.postgresql``."""

    READING: dict[str, object]  # execution options of a transaction that only reads
    GLANCING: dict[str, object]  # of a statement by itself
    TRIGGERS: str  # a query for (name, table, text) of each trigger

    def make_engine(self, url: URL) -> Engine: ...
    def explain(self, error: BaseException) -> str: ...
    def is_full(self, error: BaseException) -> bool: ...
    def is_damage(self, error: BaseException) -> bool: ...
    def demand_sound(self, connection: Connection) -> None: ...
    def examining(self, connection: Connection) -> AbstractContextManager[None]: ...
    def check_pages(self, connection: Connection) -> list[str]: ...
    def reindex(self, connection: Connection) -> None: ...
    def lifted(self, connection: Connection, table: str) -> AbstractContextManager[None]: ...
    def scratch(self, engine: Engine) -> AbstractContextManager[Connection]: ...


_KINDS: dict[str, _Kind] = {"sqlite": sqlite, "postgresql": postgresql, "postgres": postgresql}
# What a check of pages says of an index alone: "row 9 missing from index item_serial".
_OF_INDEX = re.compile(r"\bindex \w+(?: is not valid)?$")
_WANTED = "sqlite:///FILE or postgresql://USER@HOST/NAME"


class Database:
    """An open database whose durability settings were read back."""

    def __init__(self, engine: Engine, kind: _Kind) -> None:
        self._engine, self._kind = engine, kind
        # Whoever drops a database without a word leaves no connection open behind it.
        self._finalizer = weakref.finalize(self, engine.dispose)

    @classmethod
    def open(cls, url: str) -> "Database":
        """The database at *url*, migrated to the newest schema, projections at their version.

        Raises: CannotOpen when it cannot be reached or does not keep the durability settings.
        """
        try:
            made = sqlalchemy.make_url(url)
        except sqlalchemy.exc.ArgumentError as exc:
            raise CannotOpen(f"got no database URL, want {_WANTED}") from exc
        kind = _KINDS.get(made.get_backend_name())
        if kind is None:
            raise CannotOpen(f"got a {made.get_backend_name()} URL, want {_WANTED}")
        database = cls(kind.make_engine(made), kind)
        try:
            database.migrate()
        except IntegrityError as exc:
            raise CannotOpen(str(exc)) from exc
        return database

    @classmethod
    @contextmanager
    def temporary(cls) -> Iterator[Connection]:
        """Projections alone on disk, to be written in one transaction, and gone at the end."""
        with tempfile.TemporaryDirectory() as folder:
            url = sqlalchemy.make_url(f"sqlite:///{folder}/temporary.sqlite3")
            database = cls(sqlite.make_engine(url), sqlite)
            with database.writing() as connection:
                database.clear_projections(connection)
                yield connection
            database.dispose()

    def migrate(self) -> None:
        """Bring the truth tables to the newest schema and make missing projections."""
        with self.reading() as connection:
            if _revision(connection) == tables.SCHEMA_REVISION:
                return
        with self.writing() as connection:
            driver.send(connection)  # what migrates is no use to two at once
            _upgrade(connection)
            projections.projections.create_all(connection)

    @contextmanager
    def writing(self, *, keep: bool = True) -> Iterator[Connection]:
        """A transaction that holds the write lock from its first statement on.

        It is rolled back unless *keep*, and on an error.

        Raises: DiskFull, or CannotOpen when the disk fails, nothing being written; IntegrityError
        when the tables refuse a row, or when the commit itself failed and its outcome is unknown.
        """
        with self.explained(), self._engine.connect() as connection:
            transaction = connection.begin()
            try:
                yield connection
                self._kind.demand_sound(connection)
            except BaseException:
                transaction.rollback()
                raise
            if not keep:
                transaction.rollback()
                return
            try:
                transaction.commit()
            except sqlalchemy.exc.DBAPIError as exc:
                # To SQLAlchemy it is over; whatever is open still ends with the connection.
                connection.invalidate()
                if self._is_full(exc):
                    # No room for the last frame: the transaction is not there, and never will be.
                    raise
                # Neither done nor undone for certain: whoever signs must stop and look again.
                said = self._say(exc)
                raise IntegrityError(f"the outcome of a commit is unknown: {said}") from exc

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A snapshot: everything read in it is of one moment.

        Raises: CannotOpen when the disk fails.
        """
        with self.explained(), self._engine.connect() as connection:
            connection.execution_options(**self._kind.READING)
            connection.begin()  # taken back when the connection is given back: nothing was written
            yield connection

    @contextmanager
    def examining(self) -> Iterator[Connection]:
        """As ``reading``, for whoever looks at the type of each value: none stops it."""
        with self.reading() as connection, self._kind.examining(connection):
            yield connection

    @contextmanager
    def glancing(self) -> Iterator[Connection]:
        """For one statement that reads: by itself it is of one moment, without a transaction.

        Raises: CannotOpen when the disk fails.
        """
        with self.explained(), self._engine.connect() as connection:
            connection.execution_options(**self._kind.GLANCING)
            yield connection

    def has_current_projections(self, connection: Connection) -> bool:
        """Whether the projections are of the version that this program reads and writes."""
        query = sqlalchemy.select(projections.projection.c.value)
        return connection.execute(query).all() == [(str(projections.PROJECTION_VERSION),)]

    def clear_projections(self, connection: Connection) -> None:
        """Empty projections of the current version, to be filled in the same transaction."""
        projections.projections.drop_all(connection)
        projections.projections.create_all(connection)
        version = projections.projection.insert().values(
            name="version", value=str(projections.PROJECTION_VERSION)
        )
        connection.execute(version)

    def reindex(self, connection: Connection) -> None:
        """Make the indexes of truth anew from its rows; those of projections go with them."""
        self._kind.reindex(connection)

    @contextmanager
    def replacing_tiles(self, connection: Connection) -> Iterator[None]:
        """All tiles are gone, and others can be inserted while the block runs; for a repair."""
        with self._kind.lifted(connection, tables.tile.name):
            connection.execute(tables.tile.delete())
            yield

    @property
    def url(self) -> str:
        """The URL it was opened with."""
        return self._engine.url.render_as_string(hide_password=False)

    def integrity_problems(self) -> list[str]:
        """What the database's own check of its pages and indexes finds; empty when all is well."""
        with self.reading() as connection:
            return self._kind.check_pages(connection)

    @staticmethod
    def is_of_index(problem: str) -> bool:
        """Whether *problem* is of an index alone, which follows from the rows of its table."""
        return _OF_INDEX.search(problem) is not None

    def load_triggers(self, connection: Connection) -> dict[str, tuple[str, str]]:
        """(table, text) of each trigger by its name; the text is for comparing, not for running."""
        rows = connection.exec_driver_sql(self._kind.TRIGGERS)
        return {name: (table, text) for name, table, text in rows}

    def make_triggers(self) -> dict[str, tuple[str, str]]:
        """As ``load_triggers``, of truth tables that are made by this program and taken back."""
        with self.explained(), self._kind.scratch(self._engine) as connection:
            _upgrade(connection)
            return self.load_triggers(connection)

    def dispose(self) -> None:
        """Close every pooled connection; the next transaction opens one again."""
        self._engine.dispose()

    def close(self) -> None:
        """Close a database whose file is to be taken elsewhere: all of it is in that one file.

        Raises: CannotOpen when somebody has it open still, so that it is not.
        """
        self.dispose()
        name = self._engine.url.database
        if Path(f"{name}-wal").exists():
            raise CannotOpen(f"database {name}: is still open")

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Say in our own errors what the machine did wrong, or what the tables refused.

        Raises: DiskFull, CannotOpen; IntegrityError when what is stored cannot be read as it is.
        """
        try:
            yield
        except sqlalchemy.exc.OperationalError as exc:
            if self._is_full(exc):
                raise DiskFull(self._say(exc)) from exc
            if exc.orig is not None and self._kind.is_damage(exc.orig):
                raise IntegrityError(self._say(exc)) from exc
            raise CannotOpen(self._say(exc)) from exc
        except sqlalchemy.exc.DBAPIError as exc:
            raise IntegrityError(self._say(exc)) from exc

    def _is_full(self, error: sqlalchemy.exc.DBAPIError) -> bool:
        return error.orig is not None and self._kind.is_full(error.orig)

    def _say(self, error: sqlalchemy.exc.DBAPIError) -> str:
        said = "" if error.orig is None else self._kind.explain(error.orig)
        return f"database {self._engine.url.database}: {said}"


def _revision(connection: Connection) -> str | None:
    """The schema's revision, None in an empty database."""
    if not sqlalchemy.inspect(connection).has_table("alembic_version"):
        return None
    return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - takes 0.1 s, and few databases need it
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", "migrations:")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
