"""The audit's two databases of its own, made once for all audits of a run.

An audit makes a schema anew to compare triggers with, and an empty database for projections: half
its time on a small ledger, and nothing that a fault touches. Processes forked from here share them.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from ledger.store.database import Connection, Database


def make_once(folder: Path) -> None:
    """Make both in *folder*, for this process and all that are forked from it."""
    template = folder / "projections.sqlite3"
    database = Database.open(f"sqlite:///{template}")
    triggers = {"sqlite": database.make_triggers()}
    database.dispose()
    make = Database.make_triggers

    def made(database: Database) -> dict[str, tuple[str, str]]:
        return triggers.get(database.url.partition(":")[0]) or make(database)

    @contextmanager
    def beside() -> Iterator[Connection]:
        with TemporaryDirectory() as place:
            shutil.copy(template, place)
            other = Database.open(f"sqlite:///{Path(place) / template.name}")
            with other.writing() as target:
                yield target
            other.dispose()

    Database.make_triggers = made
    Database.temporary = staticmethod(beside)
