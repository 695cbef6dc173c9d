"""The databases that tests run on: SQLite in a file, and one real PostgreSQL server a session.

The server is that of ``CHIPTRAIL_TEST_POSTGRES_URL`` (as a superuser: tests lift triggers), else
one started here from the binaries of the system: its files in memory where there is any, on a
socket in a folder of its own, without a port, with the settings that durability asks for. Root may
not run one, so root runs it as ``postgres`` or ``nobody``. Only what was made here is ended here::

    with serve() as server:
        url = server.create()        # a fresh database, migrated already
"""

import functools
import itertools
import os
import pwd
import shutil
import signal
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from ledger.store.database import Connection, Database

URL = "CHIPTRAIL_TEST_POSTGRES_URL"
SQLITE, POSTGRESQL = "sqlite", "postgresql"
MEMORY = Path("/dev/shm")


def missing() -> str | None:
    """Why there is no PostgreSQL to test with, None when there is."""
    if os.environ.get(URL) or binaries():
        return None
    return f"no PostgreSQL server is installed, and {URL} names none"


def binaries() -> Path | None:
    """The folder of the newest server that is installed."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    if there := shutil.which("postgres"):
        found.append(Path(there).resolve().parent)
    return max(found, key=lambda path: (len(str(path)), str(path)), default=None)


class Files:
    """SQLite: a database is a file in its ledger's folder."""

    def create(self) -> None:
        """None: no URL is needed."""

    @staticmethod
    @functools.cache
    def template() -> bytes:
        """A file with its tables and nothing in them."""
        with tempfile.TemporaryDirectory() as folder:
            database = Database.open(f"sqlite:///{folder}/made")
            with database.writing() as connection:
                database.clear_projections(connection)
            database.dispose()
            return Path(folder, "made").read_bytes()

    def drop(self, url: None) -> None:
        """Nothing: the file goes with its folder."""

    def copy(self, database: Database) -> str:
        """The URL of a copy of *database*."""
        name = database.url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(name)) as source:
            source.execute("VACUUM INTO ?", (f"{name}.copy",))
        return f"{database.url}.copy"


class Server:
    """A server to make databases on, as the role of *url*."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url)
        self._names = (f"chiptrail_test_{os.getpid()}_{n}" for n in itertools.count())
        self._made: list[str] = []
        # Kept: to begin a session takes the server longer than to drop a database in it.
        self._making, self._clearing = connect(url), connect(url)
        self._template = self._new("")
        database = Database.open(self.url_of(self._template))
        with database.writing() as connection:
            database.clear_projections(connection)
        database.dispose()
        # The server takes a tenth of a second to end the sessions of a database: not ours to wait.
        self._dropping = ThreadPoolExecutor(max_workers=1)

    def create(self) -> str:
        """The URL of a fresh database, migrated already."""
        return self.url_of(self._new(f" TEMPLATE {self._template}"))

    def drop(self, url: str) -> None:
        """Drop the database at *url* soon, whoever is connected: each takes 8 MB of memory."""
        name = make_url(url).database
        self._made.remove(name)
        self._dropping.submit(self._drop, name)

    def create_empty(self) -> str:
        """The URL of a fresh database without a table."""
        return self.url_of(self._new(""))

    def copy(self, database: Database) -> str:
        """The URL of a copy of *database*; connections to it are closed."""
        database.dispose()
        return self.url_of(self._new(f" TEMPLATE {make_url(database.url).database}"))

    def url_of(self, name: str) -> str:
        """The URL of the database *name*."""
        return self._url.set(database=name).render_as_string(hide_password=False)

    def _new(self, template: str) -> str:
        name = next(self._names)
        self._making.execute(f"CREATE DATABASE {name}{template}")
        self._made.append(name)
        return name

    def leave(self) -> None:
        """Drop nothing any more: the server goes with all that it has."""
        self._dropping.shutdown(cancel_futures=True)
        self._making.close()
        self._clearing.close()

    def drop_all(self) -> None:
        """Drop every database that was made here, whoever is connected."""
        for name in self._made:
            self._dropping.submit(self._drop, name)
        self._dropping.shutdown()
        self.leave()

    def _drop(self, name: str) -> None:
        self._clearing.execute(f"DROP DATABASE {name} WITH (FORCE)")


def lift_triggers(connection: Connection) -> None:
    """Let this transaction change the truth, as somebody who owns the database can."""
    if connection.dialect.name == POSTGRESQL:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        return
    rows = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    for (name,) in rows.all():
        connection.exec_driver_sql(f"DROP TRIGGER {name}")


def connect(url: str) -> psycopg.Connection:
    """A plain connection to *url*, as another tool would make it, every statement for itself."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain, autocommit=True)


@contextmanager
def serve(*, in_memory: bool = True) -> Iterator[Server]:
    """A server to test on; one that is started here has its files in memory, or on the disk."""
    if url := os.environ.get(URL):
        server = Server(url)
        try:
            yield server
        finally:
            server.drop_all()
        return
    where = str(MEMORY) if in_memory and MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="chiptrail-pg-", dir=where) as folder:
        user = server_user(folder)
        with _started(Path(folder), user):
            server = Server(f"postgresql://chiptrail@/postgres?host={folder}")
            try:
                yield server
            finally:
                server.leave()


def server_user(folder: str) -> dict[str, object]:
    """Whom to run the server as, as ``subprocess`` takes it: ourselves, unless that is root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            user = pwd.getpwnam(name)
            os.chown(folder, user.pw_uid, user.pw_gid)
            return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise RuntimeError("root may not run PostgreSQL, and there is no user postgres or nobody")


@contextmanager
def _started(folder: Path, user: dict[str, object]) -> Iterator[None]:
    programs, data = binaries(), folder / "data"
    assert programs is not None
    asked = {"cwd": folder, "stdin": subprocess.DEVNULL, **user}
    make = [programs / "initdb", "-D", data, "-U", "chiptrail", "-A", "trust", "-E", "UTF8",
            "--locale=C.UTF-8"]  # fmt: skip
    with (folder / "log").open("wb") as log:
        subprocess.run(make, check=True, stdout=log, stderr=log, **asked)
        run = [programs / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses=",
               "-c", "max_connections=200"]  # fmt: skip
        process = subprocess.Popen(run, stdout=log, stderr=log, **asked)
        try:
            _await(folder, process)
            yield
        finally:
            process.send_signal(signal.SIGQUIT)
            process.wait(60)


def _await(folder: Path, process: subprocess.Popen) -> None:
    """Return when the server answers: it writes ``ready`` into its pid file."""
    pid_file = folder / "data" / "postmaster.pid"
    while process.poll() is None:
        with suppress(FileNotFoundError, psycopg.OperationalError):
            if "ready" in pid_file.read_text():
                return
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
    raise RuntimeError((folder / "log").read_text())
