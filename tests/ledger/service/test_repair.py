"""Tiles and projections are made anew from the entries; entries never are."""

import sqlite3
from contextlib import closing

import pytest

from ledger.service.audit import audit
from ledger.service.capture import capture
from ledger.service.ledger import Ledger
from ledger.service.repair import repair
from ledger.store.log import load_entries
from ledger.store.sqlite import PAGE_SIZE
from schemas.envelope import encode_submission
from schemas.errors import DiskFull, IntegrityError, ReadOnly
from schemas.statement import Role
from tests.ledger.service.keeping import folder_with_keys
from tests.world import CHIPS, World


@pytest.fixture(scope="module")
def pristine(tmp_path_factory, kind):
    """A ledger with a full tile."""
    world = World(tmp_path_factory.mktemp("pristine"), checking=False, url=kind.create())
    world.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    chips = world.chips(3)
    stored = {"action": "OBSERVE", "bizStep": "storing"}
    lines = [
        world.submission("fab", "ObjectEvent", {"epcList": chips}, **stored) for _ in range(260)
    ]
    world.commission("fab", chips)
    capture(world.ledger, list(map(encode_submission, lines)), actor="test")
    return world


@pytest.fixture
def copy(pristine, kind, tmp_path):
    """The ledger on a copy of the database, beside a copy of the checkpoint file."""
    folder = folder_with_keys(pristine, tmp_path / "data", "checkpoint")
    url = kind.copy(pristine.ledger.database)
    ledger = Ledger.open(type(pristine.directory)(folder), url, pristine.ledger.clock)
    yield ledger
    ledger.database.dispose()
    for path in pristine.directory.path.glob("*.copy*"):
        path.unlink()


def change(ledger, table, *statements):
    """What somebody with the database in hand can do to *table*; the triggers are back after it."""
    lifted = ledger.database._kind.lifted
    with ledger.database.writing() as connection, lifted(connection, table):
        for statement in statements:
            connection.exec_driver_sql(statement)


def report(ledger):
    return list(audit(ledger))[-1]


# The first byte of a page of a b-tree that is an index and has no page below it.
LEAF = 10
ZEROS = f"'{'00' * 8192}'"
DERIVED = {
    "a tile's hashes": {
        "sqlite": f"UPDATE tile SET hashes = x{ZEROS}",
        "postgresql": f"UPDATE tile SET hashes = decode({ZEROS}, 'hex')"},
    "a tile too few": "DELETE FROM tile",
    "where a chip is": "UPDATE holding SET holder = 'urn:chiptrail:party:thief'",
    "a chip's history": "DELETE FROM item_event WHERE item = 1",
    "a finding": "DELETE FROM event WHERE idx = 20",
}  # fmt: skip


def flip_in_an_index(path):
    """Flip a bit of the first row of an index of a projection that is one page; its name."""
    with closing(sqlite3.connect(path)) as raw:
        query = (
            "SELECT name, rootpage FROM sqlite_master WHERE tbl_name = 'item' AND type = 'index'"
        )
        found = raw.execute(query).fetchall()
    data = bytearray(path.read_bytes())
    name, page = next(one for one in found if data[(one[1] - 1) * PAGE_SIZE] == LEAF)
    data[page * PAGE_SIZE - 1] ^= 1
    path.write_bytes(data)
    return name


def test_a_flipped_bit_in_an_index_is_mended(tmp_path):
    world = World(tmp_path, checking=False)
    world.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    world.commission("fab", world.chips(3))
    world.ledger.database.dispose()
    name = flip_in_an_index(world.directory.database)
    found = report(world.ledger)
    list(repair(world.ledger))

    assert {f"index {name}"} == {problem[-len(name) - 6 :] for problem in found.problems}
    assert found.problems == found.mendable
    assert () == report(world.ledger).problems


def test_a_full_disk_is_left_alone(copy):
    copy.directory.reserve = 1 << 60

    with pytest.raises(DiskFull):
        list(repair(copy))


@pytest.mark.parametrize("what", DERIVED)
def test_what_follows_from_the_entries_is_made_anew(copy, what):
    statement = DERIVED[what]
    if isinstance(statement, dict):
        statement = statement["postgresql" if "postgresql" in copy.database.url else "sqlite"]
    change(copy, "tile", statement)
    found = report(copy)
    list(repair(copy))

    assert found.problems
    assert found.problems == found.mendable
    assert ((), None) == (report(copy).problems, copy.stopped)


def test_a_stopped_ledger_goes_on_once_it_is_repaired(pristine, copy):
    change(copy, "tile", "DELETE FROM tile")
    again = Ledger.open(copy.directory, copy.database.url, pristine.ledger.clock)
    said = pristine.submission("fab", "ObjectEvent", {"epcList": ["urn:a:b"]}, action="OBSERVE")
    with pytest.raises(ReadOnly, match="audit"):
        capture(again, [encode_submission(said)], actor="test")
    list(repair(again))

    assert capture(again, [encode_submission(said)], actor="test")[0].created
    assert () == report(again).problems
    again.database.dispose()


def test_entries_that_are_not_as_they_were_signed_are_left_as_they_are(copy):
    later = "UPDATE entry SET recorded_at = recorded_at + 1 WHERE idx = 9"
    change(copy, "entry", later, "DELETE FROM item_event")
    with copy.database.reading() as connection:
        before = load_entries(connection, 0, 300)

    with pytest.raises(IntegrityError, match="do not give the root"):
        list(repair(copy))
    assert () == report(copy).mendable
    with copy.database.reading() as connection:
        assert before == load_entries(connection, 0, 300)


def test_the_triggers_are_as_they_were_after_a_repair(copy):
    with copy.database.reading() as connection:
        before = copy.database.load_triggers(connection)
    list(repair(copy))

    with copy.database.reading() as connection:
        assert before == copy.database.load_triggers(connection) == copy.database.make_triggers()
