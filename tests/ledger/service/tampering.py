"""What somebody with the SQLite file in hand can do to a ledger."""

import sqlite3
from contextlib import closing
from pathlib import Path

from ledger.service.ledger import Ledger
from ledger.store.files import DataDirectory
from tests.world import World


def copy_of(world: World, path: Path) -> DataDirectory:
    """A copy of *world*'s ledger in *path*."""
    path.mkdir()
    directory = DataDirectory(path)
    with (
        closing(sqlite3.connect(world.directory.database)) as source,
        closing(sqlite3.connect(directory.database)) as target,
    ):
        source.backup(target)
    for name in ("log.key", "operator.key", "checkpoint"):
        (path / name).write_bytes((world.directory.path / name).read_bytes())
    return directory


def opened(directory: DataDirectory, world: World) -> Ledger:
    """The ledger in *directory*, at the time of *world*."""
    return Ledger.open(directory, clock=world.ledger.clock)


def tamper(directory: DataDirectory, *statements: str) -> None:
    """Run *statements*, each of which changes something; the triggers are back after it."""
    with closing(sqlite3.connect(directory.database)) as raw, raw:
        raw.execute("PRAGMA ignore_check_constraints = ON")
        rows = raw.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in rows:
            raw.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            assert raw.execute(statement).rowcount
        for _, made in rows:
            raw.execute(made)
