"""Audit names every tampered row, tile and file, and finds nothing wrong where nothing is."""

import sqlite3

import pytest

from ledger.service import audit as audit_module
from ledger.service.audit import AuditReport, audit
from schemas.statement import Role
from tests.world import CHIPS, World


@pytest.fixture(scope="module")
def pristine(tmp_path_factory):
    """A ledger with full tiles, lots, containers and findings."""
    world = World(tmp_path_factory.mktemp("pristine"), checking=False)
    world.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    world.enroll("shop")
    chips = world.chips(20)
    world.commission("fab", chips)
    world.commission("fab", chips[:1])
    world.pack("fab", "urn:pallet:1", chips[:5])
    world.ship("fab", ["urn:pallet:1"], to="shop")
    world.receive("shop", ["urn:pallet:1"])
    for number in range(270):
        world.declare("fab", [f"urn:other:{number}"])
    world.check()
    return world


@pytest.fixture
def world(pristine, tmp_path):
    """A copy to tamper with: (world with its ledger there, a raw connection without triggers)."""
    from ledger.service.ledger import Ledger
    from ledger.store.files import DataDirectory

    path = tmp_path / "data"
    path.mkdir()
    source = sqlite3.connect(pristine.directory.database)
    target = sqlite3.connect(path / "ledger.sqlite3")
    source.backup(target)
    source.close()
    target.close()
    for name in ("log.key", "operator.key", "checkpoint"):
        (path / name).write_bytes((pristine.directory.path / name).read_bytes())
    return Ledger.open(DataDirectory(path), clock=pristine.ledger.clock)


def problems(ledger):
    report = list(audit(ledger))[-1]
    assert isinstance(report, AuditReport)
    return report.problems


def tamper(ledger, *statements):
    """What somebody with the file in hand can do."""
    raw = sqlite3.connect(ledger.directory.database)
    for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        raw.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        assert raw.execute(statement).rowcount
    raw.commit()
    raw.close()


def test_an_untouched_ledger_has_no_problems(world):
    report = list(audit(world))[-1]

    assert (world.head.size, ()) == (report.entries, report.problems)
    assert 1 == report.tiles


TAMPERED = {
    "a payload": (
        """UPDATE entry SET payload = CAST(replace(payload, 'storing', 'loading') AS BLOB)
        WHERE idx = 100""", "entry 100"),
    "a payload of another type": (
        "UPDATE entry SET payload = CAST(payload AS TEXT) WHERE idx = 100", "100"),
    "a statement": (
        "UPDATE entry SET payload = CAST(replace(payload, 'Fab', 'Fob') AS BLOB) WHERE idx = 4",
        "entry 4"),
    "an identity": ("UPDATE entry SET identity = zeroblob(32) WHERE idx = 50", "entry 50"),
    "a signature": ("UPDATE entry SET signature = zeroblob(64) WHERE idx = 50", "entry 50"),
    "a time": ("UPDATE entry SET recorded_at = recorded_at + 1 WHERE idx = 50", ""),
    "a time back": ("UPDATE entry SET recorded_at = 5 WHERE idx = 50", "entry 50"),
    "the key of an entry": ("UPDATE entry SET key_idx = 7 WHERE idx = 50", "entry 50"),
    "a key that nobody enrolled": ("UPDATE entry SET key_idx = 99 WHERE idx = 50", "entry 50"),
    "the last entry": ("DELETE FROM entry WHERE idx = (SELECT max(idx) FROM entry)", ""),
    "an entry in the middle": ("DELETE FROM entry WHERE idx = 20", "entry 20"),
    "a list": (
        "UPDATE item_list SET ids = replace(ids, 'A0002', 'A9999') WHERE idx = 8", "entry 8"),
    "a seed": ("UPDATE item_list SET seed = zeroblob(32) WHERE idx = 8", "entry 8"),
    "a missing list": ("DELETE FROM item_list WHERE idx = 8", "entry 8"),
    "a tile": ("UPDATE tile SET hashes = zeroblob(8192)", "tile 0/0"),
    "a tile's root": ("UPDATE tile SET root = zeroblob(32)", "tile 0/0"),
    "a missing tile": ("DELETE FROM tile", "tile 0/0"),
    "a tile too many": (
        "INSERT INTO tile VALUES (1, 0, zeroblob(32), zeroblob(8192))", "tiles"),
    "an old checkpoint": (
        "UPDATE checkpoint SET root = zeroblob(32) WHERE size = 20", "checkpoint 20"),
    "a checkpoint's signature": (
        "UPDATE checkpoint SET signature = zeroblob(64) WHERE size = 20", "checkpoint 20"),
    "the newest checkpoint": (
        "DELETE FROM checkpoint WHERE size = (SELECT max(size) FROM checkpoint)", ""),
    "where a chip is": (
        "UPDATE holding SET holder = 'urn:chiptrail:party:shop'", "projection item"),
    "what a chip is in": ("UPDATE containment SET stop = NULL, parent = parent + 1", "containment"),
    "a finding": ("DELETE FROM finding", "projection finding"),
    "a chip's history": ("DELETE FROM item_event WHERE idx = 9", "projection item_event"),
    "an event": ("UPDATE event SET actor = 'urn:chiptrail:party:nobody' WHERE idx = 12", "event"),
}  # fmt: skip


@pytest.mark.parametrize("what", TAMPERED)
def test_a_tampered_row_is_named(world, what):
    statement, where = TAMPERED[what]
    tamper(world, statement)

    found = problems(world)
    assert found
    assert where in " ".join(found)


def test_a_tampered_checkpoint_file_is_named(world):
    world.directory.checkpoint.write_bytes(world.sign(5, bytes(32)))

    assert "checkpoint file" in " ".join(problems(world))


def test_a_missing_checkpoint_file_is_named(world):
    world.directory.checkpoint.unlink()

    assert "checkpoint file" in " ".join(problems(world))


def test_a_long_log_is_audited_in_other_processes_with_the_same_result(world, monkeypatch):
    monkeypatch.setattr(audit_module, "PARALLEL_FROM", 10)
    monkeypatch.setattr(audit_module, "STRETCH", 64)
    assert () == problems(world)

    tamper(world, "UPDATE entry SET signature = zeroblob(64) WHERE idx = 150")
    assert "entry 150" in " ".join(problems(world))
