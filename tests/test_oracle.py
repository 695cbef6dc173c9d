"""The oracle sees what it is there to see: every kind of change to a ledger's truth."""

import sqlite3
from pathlib import Path

import nacl.exceptions
import pytest

from ledger import merkle
from schemas.statement import Role
from tests.oracle import Oracle, mth
from tests.world import CHIPS, World


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> World:
    world = World(tmp_path_factory.mktemp("world"))
    world.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    world.commission("fab", world.chips(2), withheld=["bizLocation"], bizLocation={"id": "urn:a:b"})
    return world


@pytest.fixture
def copy(world, tmp_path) -> Path:
    """A copy of the ledger that lets itself be changed."""
    with sqlite3.connect(world.directory.database) as db:
        db.execute("VACUUM INTO ?", (str(tmp_path / "ledger.sqlite3"),))
    db.close()
    (tmp_path / "checkpoint").write_bytes(world.directory.checkpoint.read_bytes())
    change(tmp_path, *triggers(tmp_path))
    return tmp_path


def triggers(directory: Path) -> list[str]:
    with sqlite3.connect(directory / "ledger.sqlite3") as db:
        rows = db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    db.close()
    return [f"DROP TRIGGER {name}" for (name,) in rows]


def change(directory: Path, *statements: str) -> None:
    with sqlite3.connect(directory / "ledger.sqlite3") as db:
        for statement in statements:
            db.execute(statement)
    db.close()


def test_a_sound_ledger_passes(copy):
    assert Oracle(copy).check() is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET payload = CAST(payload || ' ' AS BLOB) WHERE idx = 3",
        "UPDATE entry SET identity = zeroblob(32) WHERE idx = 3",
        "UPDATE entry SET signature = zeroblob(64) WHERE idx = 3",
        "UPDATE entry SET recorded_at = recorded_at + 1 WHERE idx = 3",
        "UPDATE entry SET recorded_at = 0 WHERE idx = 3",
        "DELETE FROM entry WHERE idx = 3",
        "UPDATE checkpoint SET root = zeroblob(32) WHERE size = 3",
        "UPDATE checkpoint SET signature = zeroblob(64) WHERE size = 3",
        "DELETE FROM checkpoint WHERE size = (SELECT max(size) FROM checkpoint)",
        "INSERT INTO tile VALUES (0, 0, zeroblob(32), zeroblob(8192))",
    ],
)
def test_a_changed_row_is_seen(copy, statement):
    change(copy, statement)

    with pytest.raises((AssertionError, nacl.exceptions.BadSignatureError)):
        Oracle(copy).check()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE item_list SET ids = ids || ' '",
        "DELETE FROM disclosure",
        "UPDATE entry SET key_idx = 9 WHERE idx = 0",
    ],
)
def test_what_was_there_before_must_stay(copy, statement):
    oracle = Oracle(copy)
    oracle.check()
    change(copy, statement)

    with pytest.raises(AssertionError):
        oracle.check()


def test_an_old_checkpoint_file_is_seen(copy, world):
    (copy / "checkpoint").write_bytes(world.ledger.sign(1, bytes(32)))

    with pytest.raises(AssertionError):
        Oracle(copy).check()


def test_the_recursive_tree_is_the_iterative_one():
    hashes = [merkle.leaf_hash(b"%d" % n) for n in range(70)]

    assert [mth(tuple(hashes[:n])) for n in range(70)] == [
        merkle.root_of(hashes[:n]) for n in range(70)
    ]
