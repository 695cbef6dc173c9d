"""Worlds in which something has happened already: told once a process, and copied from then on.

Nothing in a world depends on the day or on chance, so telling it again would make the same bytes::

    def enrolled(world):
        world.enroll("fab", Role.MAKER, prefixes=[CHIPS])

    world = opened(tmp_path, enrolled, url=url)
"""

import os
import sqlite3
from collections.abc import Callable, Hashable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ledger.store.files import DataDirectory
from ledger.store.projections import projection, projections
from ledger.store.tables import accounts, truth
from tests import databases
from tests.world import World

# But for the one that a fresh database has a row in already.
_TABLES = {*truth.tables, *accounts.tables, *projections.tables} - {projection.name}


@dataclass(frozen=True, slots=True)
class _Opened:
    """What is left of a telling: what the world remembers, its folder, its database."""

    world: World
    files: Mapping[str, tuple[int, bytes]]
    dump: bytes | Mapping[str, bytes]


_OPENED: dict[Hashable, _Opened] = {}


def opened(
    path: Path, opening: Callable[[World], None], *, url: str | None = None, checking: bool = True
) -> World:
    """A world in *path* in which *opening*, a function of a module, has happened."""
    known = opening, url is None, checking
    if known in _OPENED:
        return _made_of(_OPENED[known], path, url)
    world = World(path, checking=checking, url=url)
    opening(world)
    _OPENED[known] = _kept(world)
    return world


def _kept(world: World) -> _Opened:
    folder = world.directory
    files = {
        found.name: (found.stat().st_mode, found.read_bytes())
        for found in folder.path.iterdir()
        if not found.name.startswith(folder.database.name)
    }
    dump = _dump(world.url) if world.url else _serialized(folder.database)
    return _Opened(world.remembered(), files, dump)


def _made_of(kept: _Opened, path: Path, url: str | None) -> World:
    directory = DataDirectory(path / "data")
    directory.create()
    for name, (mode, data) in kept.files.items():
        made = os.open(directory.path / name, os.O_CREAT | os.O_WRONLY | os.O_EXCL, mode)
        with os.fdopen(made, "wb") as file:
            file.write(data)
    if url is None:
        directory.database.write_bytes(kept.dump)
    else:
        _load(url, kept.dump)
    return kept.world.resumed(directory, url)


def _serialized(database: Path) -> bytes:
    with closing(sqlite3.connect(database)) as connection:
        return connection.serialize()


def _dump(url: str) -> Mapping[str, bytes]:
    """The rows of every table that has any, as PostgreSQL copies them."""
    found = {}
    with databases.connect(url) as connection:
        for name in _TABLES:
            if connection.execute(f'SELECT EXISTS (SELECT FROM "{name}")').fetchone()[0]:
                with connection.cursor().copy(f'COPY "{name}" TO STDOUT (FORMAT BINARY)') as rows:
                    found[name] = b"".join(rows)
    return found


def _load(url: str, dump: Mapping[str, bytes]) -> None:
    """Without triggers: when they were told, the rows came one after the other."""
    with databases.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for name, rows in dump.items():
            with cursor.copy(f'COPY "{name}" FROM STDIN (FORMAT BINARY)') as copied:
                copied.write(rows)
