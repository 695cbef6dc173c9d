"""A scrub: an old row that was tampered with is found before anything is signed on top of it."""

import hashlib
import random

import pytest

from ledger import leaf
from ledger.frontier import Frontier
from ledger.note import first_signature
from ledger.service import scrub as scrub_module
from ledger.service import sequencer
from ledger.service.capture import Receipt, capture
from ledger.service.ledger import Tip
from ledger.service.query import check
from ledger.service.scrub import scrub
from ledger.store import log
from ledger.store.log import Head
from schemas.envelope import PayloadType, encode_submission
from schemas.errors import IntegrityError, ReadOnly
from schemas.statement import Role
from tests.databases import lift_triggers
from tests.ledger.service.tampering import copy_of, opened, tamper
from tests.world import CHIPS, World

# The lot is entry 6, the only one that commits to a list; tile 0/0 is the only full one.
LOT, OLD, SIZE = 6, 100, 307


@pytest.fixture(scope="module")
def pristine(tmp_path_factory):
    """A lot of twenty chips, then three hundred declarations in two batches."""
    world = World(tmp_path_factory.mktemp("pristine"), checking=False)
    world.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    world.commission("fab", world.chips(20))
    for start in (0, 150):
        lines = [line(world, f"urn:other:{start + number}") for number in range(150)]
        assert {Receipt} == set(map(type, capture(world.ledger, lines, actor="test")))
    return world


def line(world, item):
    said = {"action": "OBSERVE", "bizStep": "storing"}
    return encode_submission(world.submission("fab", "ObjectEvent", {"epcList": [item]}, **said))


@pytest.fixture
def directory(pristine, tmp_path):
    """A copy of the pristine ledger, to tamper with."""
    return copy_of(pristine, tmp_path / "data")


def written(ledger):
    """How much there is of everything that signing writes."""
    tables = ("entry", "item_list", "tile", "checkpoint", "activity", "event", "item")
    with ledger.database.reading() as connection:
        counts = [
            connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()
            for table in tables
        ]
    return counts, ledger.directory.checkpoint.read_bytes()


def test_the_pristine_ledger_is_signed_on(pristine, directory):
    ledger = opened(directory, pristine)

    assert (SIZE, (1, SIZE)) == (ledger.head.size, tiles_and_entries(ledger))
    assert isinstance(capture(ledger, [line(pristine, "urn:new:1")], actor="test")[0], Receipt)


def tiles_and_entries(ledger):
    with ledger.database.reading() as connection:
        return log.count_tiles(connection), log.count_entries(connection)


FORGED = leaf.leaf_of(0, bytes(32), PayloadType.EVENT, b"{}", bytes(64)).identity.hex()
# What was done: (the statement, how the reason begins).
TAMPERED = {
    "a byte of a payload": (
        (
            "UPDATE entry SET payload = CAST(replace(payload, 'storing', 'loading') AS BLOB) "
            f"WHERE idx = {OLD}"
        ),
        "entry 100: identity is not that of the stored payload",
    ),
    "a statement": (
        "UPDATE entry SET payload = CAST(replace(payload, 'Fab', 'Fob') AS BLOB) WHERE idx = 4",
        "entry 4: identity is not that of the stored payload",
    ),
    "an identity": (
        f"UPDATE entry SET identity = zeroblob(32) WHERE idx = {OLD}",
        "entry 100: identity is not that of the stored payload",
    ),
    "a payload with its identity": (
        f"UPDATE entry SET payload = X'7B7D', identity = X'{FORGED}' WHERE idx = {OLD}",
        "entry 100: not what tile 0/0 holds",
    ),
    "a signature": (
        f"UPDATE entry SET signature = zeroblob(64) WHERE idx = {OLD}",
        "entry 100: not what tile 0/0 holds",
    ),
    "a signature cut short": (
        f"UPDATE entry SET signature = zeroblob(63) WHERE idx = {OLD}",
        "entry 100: want a signature of 64 bytes",
    ),
    "a time": (
        f"UPDATE entry SET recorded_at = recorded_at + 1 WHERE idx = {OLD}",
        "entry 100: not what tile 0/0 holds",
    ),
    "the key of an entry": (
        f"UPDATE entry SET key_idx = 3 WHERE idx = {OLD}",
        "entry 100: not what tile 0/0 holds",
    ),
    "a key that nobody enrolled": (
        f"UPDATE entry SET key_idx = 99 WHERE idx = {OLD}",
        "entry 100 names a key that is not enrolled",
    ),
    "a missing entry": (
        f"DELETE FROM entry WHERE idx = {OLD}",
        "entry 100: not what tile 0/0 holds",
    ),
    "an item of a list": (
        f"UPDATE item_list SET ids = replace(ids, 'A0002', 'A9999') WHERE idx = {LOT}",
        "entry 6: /lists/epcList: seed and ids do not give the root that was signed",
    ),
    "a seed of a list": (
        f"UPDATE item_list SET seed = zeroblob(32) WHERE idx = {LOT}",
        "entry 6: /lists/epcList: seed and ids do not give the root that was signed",
    ),
    "a missing list": (
        f"DELETE FROM item_list WHERE idx = {LOT}",
        "entry 6: /lists: the list of epcList is missing",
    ),
    "a tile": (
        "UPDATE tile SET hashes = zeroblob(8192)",
        "tile 0/0: root is not that of its hashes",
    ),
    "a missing tile": (
        "DELETE FROM tile",
        "level 1 has no 1 hashes from 0",
    ),
    "a tile's root": (
        "UPDATE tile SET root = zeroblob(32)",
        f"stored entries and tiles do not give the root of size {SIZE}",
    ),
    "an old checkpoint's root": (
        "UPDATE checkpoint SET root = zeroblob(32) WHERE size = 157",
        "checkpoint 157: the stored signature is not the log key's",
    ),
    "an old checkpoint's signature": (
        "UPDATE checkpoint SET signature = zeroblob(64) WHERE size = 157",
        "checkpoint 157: the stored signature is not the log key's",
    ),
    "an old checkpoint's size": (
        "UPDATE checkpoint SET size = 150 WHERE size = 157",
        "checkpoint 150: the stored signature is not the log key's",
    ),
    "the newest checkpoint's root": (
        f"UPDATE checkpoint SET root = zeroblob(32) WHERE size = {SIZE}",
        f"checkpoint {SIZE}: the stored signature is not the log key's",
    ),
}


@pytest.mark.parametrize("dry_run", [False, True], ids=["for good", "dry run"])
@pytest.mark.parametrize("what", TAMPERED)
def test_nothing_is_signed_over_what_was_tampered_with(pristine, directory, what, dry_run):
    statement, reason = TAMPERED[what]
    tamper(directory, statement)
    ledger = opened(directory, pristine)
    before = written(ledger)

    with pytest.raises((IntegrityError, ReadOnly), match=f"^{reason}.*; run chiptrail audit$"):
        capture(ledger, [line(pristine, "urn:new:1")], actor="test", dry_run=dry_run)
    assert before == written(ledger)


def test_nothing_is_signed_over_another_checkpoint_file(pristine, directory):
    directory.checkpoint.write_bytes(pristine.ledger.sign(157, bytes(32)))
    ledger = opened(directory, pristine)
    before = written(ledger)

    with pytest.raises(ReadOnly, match="another root for 157 entries than was signed"):
        capture(ledger, [line(pristine, "urn:new:1")], actor="test")
    assert before == written(ledger)


def test_a_ledger_that_was_found_damaged_stays_stopped_and_can_be_read(pristine, directory):
    tamper(directory, TAMPERED["a signature"][0])
    ledger = opened(directory, pristine)
    for refusal in (IntegrityError, ReadOnly):
        with pytest.raises(refusal, match="entry 100: "):
            capture(ledger, [line(pristine, "urn:new:1")], actor="test")

    assert "entry 100: not what tile 0/0 holds; run chiptrail audit" == ledger.stopped
    assert "clear" == check(ledger, pristine.chips(1), as_of=pristine.now).lines[0].verdict


def test_a_ledger_is_scrubbed_once_an_opening(pristine, directory, monkeypatch):
    scrubbed = []
    monkeypatch.setattr(sequencer, "scrub", lambda ledger, _: scrubbed.append(ledger))
    ledgers = [opened(directory, pristine), opened(directory, pristine)]
    for number in range(4):
        capture(ledgers[number % 2], [line(pristine, f"urn:new:{number}")], actor="test")

    assert ledgers == scrubbed


def test_a_share_of_the_tiles_at_a_time_finds_damage_sooner_or_later(
    pristine, directory, monkeypatch
):
    """Of the two tiles of leaves, one a scrub."""
    monkeypatch.setattr(scrub_module, "ENTRIES", 256)
    tamper(directory, TAMPERED["a signature"][0])
    ledger = opened(directory, pristine)

    assert {True, False} == {is_found(ledger, random.Random(seed)) for seed in range(10)}


@pytest.mark.parametrize(
    ("budget", "what"), [("ITEMS", "a missing list"), ("CHECKPOINTS", "an old checkpoint's root")]
)
def test_what_is_beyond_the_budget_is_left_for_another_time(
    pristine, directory, monkeypatch, budget, what
):
    tamper(directory, TAMPERED[what][0])
    ledger = opened(directory, pristine)
    assert is_found(ledger)

    monkeypatch.setattr(scrub_module, budget, 0)
    assert not is_found(ledger)


def is_found(ledger, dice=None):
    with ledger.database.reading() as connection:
        try:
            scrub(ledger, connection, dice)
        except IntegrityError:
            return True
    return False


# Tiles above the first level -------------------------------------------------------------------


class OnlyTheFirst(random.Random):
    """Dice that choose the first of anything."""

    def sample(self, population, k, **_):
        return population[:k]


@pytest.fixture(scope="module")
def tall(pristine, tmp_path_factory):
    """A log of 65,536 + 256 leaves, of which only the first 256 have entries."""
    directory = copy_of(pristine, tmp_path_factory.mktemp("tall") / "data")
    ledger = opened(directory, pristine)
    with ledger.database.reading() as connection:
        first = log.load_tile(connection, 0, 0)
    frontier, count = Frontier(), 65_536 + 256
    leaves = [first[i : i + 32] for i in range(0, len(first), 32)]
    leaves += [hashlib.sha256(b"%d" % number).digest() for number in range(256, count)]
    with ledger.database.writing() as connection:
        log.insert_tiles(connection, frontier.append(leaves)[1:])
    signature = first_signature(ledger.sign(count, frontier.root()))
    ledger.tip = Tip(Head(count, frontier.root(), signature, 0), ledger.registry, frontier)
    return ledger


def test_tiles_of_every_level_agree(tall, monkeypatch):
    monkeypatch.setattr(scrub_module, "ENTRIES", 256)
    with tall.database.reading() as connection:
        scrub(tall, connection, OnlyTheFirst())

        assert 258 == log.count_tiles(connection)


# What was done to which tile, and how the reason begins.
TALL = {
    "hashes of leaves": ("hashes", 0, 0, "tile 0/0: root is not that of its hashes"),
    "a root under a full tile": ("root", 0, 77, "tile 0/77: not what tile 1/0 holds"),
    "a root under the edge": ("root", 0, 256, "stored entries and tiles do not give the root"),
    "hashes above": ("hashes", 1, 0, "tile 1/0: root is not that of its hashes"),
    "a root above": ("root", 1, 0, "stored entries and tiles do not give the root"),
}


@pytest.mark.parametrize("what", TALL)
def test_a_tampered_tile_of_any_level_is_named(tall, monkeypatch, what):
    monkeypatch.setattr(scrub_module, "ENTRIES", 256)
    column, level, n, reason = TALL[what]
    size = 32 if column == "root" else 8192
    with tall.database.writing(keep=False) as connection:
        lift_triggers(connection)
        where = f"SET {column} = zeroblob({size}) WHERE level = {level} AND n = {n}"
        assert 1 == connection.exec_driver_sql(f"UPDATE tile {where}").rowcount

        with pytest.raises(IntegrityError, match=f"^{reason}"):
            scrub(tall, connection, OnlyTheFirst())


# Both kinds of database --------------------------------------------------------------------------


def test_damage_is_found_on_every_kind_of_database(tmp_path, url):
    world = World(tmp_path, url=url)
    world.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    with world.ledger.database.writing() as connection:
        lift_triggers(connection)
        connection.exec_driver_sql("UPDATE checkpoint SET signature = root WHERE size = 4")
    world.ledger.scrubbed = False

    with pytest.raises(IntegrityError, match=r"^checkpoint 4: "):
        world.declare("fab", ["urn:a:b"])
