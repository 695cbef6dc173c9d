"""What is published verifies against the published checkpoint by itself, and only grows."""

import pytest

from ledger import keys, merkle, tiles
from ledger.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from ledger.service.publish import publish
from ledger.tree import Tree
from schemas.errors import CannotOpen, IntegrityError, ReadOnly
from schemas.statement import Role
from tests.ledger.service.tampering import copy_of, opened, tamper
from tests.world import CHIPS, World


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    made = World(tmp_path_factory.mktemp("published"), checking=False)
    made.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    for number in range(260):
        made.declare("fab", [f"urn:other:{number}"])
    return made


def files(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_published_tiles_give_the_root_of_the_published_checkpoint(world, tmp_path):
    list(publish(world.ledger, tmp_path))

    signed = open_checkpoint((tmp_path / "checkpoint").read_bytes(), world.ledger.verifier)
    tree = Tree(
        signed.size,
        lambda level, index, width: (tmp_path / tiles.tile_path(level, index, width)).read_bytes(),
    )
    assert (world.ledger.head.size, signed.root) == (signed.size, tree.root())


def test_published_leaves_hash_to_the_published_tiles(world, tmp_path):
    list(publish(world.ledger, tmp_path, entries=True))

    records = tiles.parse_entry_bundle((tmp_path / "tile/entries/000").read_bytes())
    hashes = b"".join(merkle.leaf_hash(record) for record in records)
    assert (tmp_path / "tile/0/000").read_bytes() == hashes


def test_entries_are_published_only_when_asked_for(world, tmp_path):
    list(publish(world.ledger, tmp_path))

    assert not (tmp_path / "tile/entries").exists()


def test_nothing_that_is_published_names_an_item(world, tmp_path):
    list(publish(world.ledger, tmp_path, entries=True))

    assert not any(b"urn:other" in data for data in files(tmp_path).values())


def test_publishing_again_after_new_entries_only_adds(world, tmp_path):
    list(publish(world.ledger, tmp_path))
    before = files(tmp_path)
    world.declare("fab", ["urn:other:more"])

    list(publish(world.ledger, tmp_path))
    after = files(tmp_path)
    assert before["checkpoint"] != after["checkpoint"]
    assert {k: v for k, v in before.items() if k != "checkpoint"}.items() <= after.items()


def test_progress_ends_with_everything_done(world, tmp_path):
    steps = list(publish(world.ledger, tmp_path, entries=True))

    assert steps[-1].done == steps[-1].total == len(steps)


def test_a_folder_that_cannot_be_written_is_said(world, tmp_path):
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(CannotOpen, match="file"):
        list(publish(world.ledger, tmp_path / "file"))


# Never over another log ---------------------------------------------------------------------------


def test_the_checkpoint_of_another_log_is_not_written_over(world, tmp_path):
    other = World(tmp_path / "other", seed="other", checking=False)
    list(publish(other.ledger, tmp_path / "public"))
    before = files(tmp_path / "public")

    with pytest.raises(CannotOpen, match="is no checkpoint of ledger"):
        list(publish(world.ledger, tmp_path / "public"))
    assert files(tmp_path / "public") == before


SIGNERS = {"another key": keys.private_key(bytes(32)), "another name": None}


@pytest.mark.parametrize("key", SIGNERS.values(), ids=SIGNERS)
def test_a_checkpoint_that_the_log_did_not_sign_is_not_written_over(world, tmp_path, key):
    origin = world.ledger.origin if key else "ledger.example/elsewhere"
    forged = Checkpoint(origin, 5, bytes(32))
    (tmp_path / "checkpoint").write_bytes(sign_checkpoint(forged, key or world.ledger.log_key))

    with pytest.raises(CannotOpen, match="another folder"):
        list(publish(world.ledger, tmp_path))
    assert list(files(tmp_path)) == ["checkpoint"]


@pytest.mark.parametrize(("size", "words"), [(5, "another root"), (10_000, "the ledger has")])
def test_another_history_of_the_log_is_not_written_over(world, tmp_path, size, words):
    signed = Checkpoint(world.ledger.origin, size, bytes(32))
    (tmp_path / "checkpoint").write_bytes(sign_checkpoint(signed, world.ledger.log_key))

    with pytest.raises(IntegrityError, match=words):
        list(publish(world.ledger, tmp_path))
    assert list(files(tmp_path)) == ["checkpoint"]


def test_tiles_of_another_log_get_no_checkpoint(world, tmp_path):
    list(publish(world.ledger, tmp_path))
    (tmp_path / "checkpoint").unlink()
    next(tmp_path.glob("tile/1/000.p/*")).write_bytes(bytes(32))

    with pytest.raises(IntegrityError, match="not this log's"):
        list(publish(world.ledger, tmp_path))
    assert not (tmp_path / "checkpoint").exists()


# Nothing that is wrong ----------------------------------------------------------------------------


@pytest.fixture
def tampered(world, tmp_path):
    """Opens a copy of the ledger in which somebody with the file in hand has done something."""

    def tampered(statement):
        directory = copy_of(world, tmp_path / "data")
        tamper(directory, statement)
        return opened(directory, world)

    return tampered


TAMPERED = {
    "a tile": ("UPDATE tile SET hashes = zeroblob(8192)", "tile/0/000 does not give"),
    "an entry": (
        "UPDATE entry SET recorded_at = recorded_at + 1 WHERE idx = 9",
        "tile/entries/000 does not"),
}  # fmt: skip


@pytest.mark.parametrize(("statement", "words"), TAMPERED.values(), ids=TAMPERED)
def test_what_was_tampered_with_is_not_published(tampered, tmp_path, statement, words):
    with pytest.raises(IntegrityError, match=words):
        list(publish(tampered(statement), tmp_path / "public", entries=True))

    left = files(tmp_path / "public")
    assert (words.partition(" ")[0] in left, "checkpoint" in left) == (False, False)


def test_a_tree_that_does_not_give_its_root_is_not_published(world, tampered, tmp_path):
    ledger = tampered("UPDATE tile SET root = zeroblob(32)")
    ledger.tip = world.ledger.tip  # it was opened before that

    with pytest.raises(IntegrityError, match="do not give the root"):
        list(publish(ledger, tmp_path / "public"))
    assert not (tmp_path / "public").exists()


def test_a_log_that_was_rolled_back_is_not_published(world, tmp_path, monkeypatch):
    """The checkpoint file knows of more than the database has."""
    ahead = tmp_path / "ahead"
    ahead.write_bytes(world.ledger.sign(world.ledger.head.size + 1, bytes(32)))
    monkeypatch.setattr(world.ledger.directory, "checkpoint", ahead)

    with pytest.raises(ReadOnly, match="old copy"):
        list(publish(world.ledger, tmp_path / "public"))
    assert {} == files(tmp_path / "public")


@pytest.mark.parametrize("where", [".", ".."])
def test_the_log_is_not_published_where_the_keys_are(world, where):
    target = world.ledger.directory.path / where

    with pytest.raises(CannotOpen, match="its keys is in there"):
        list(publish(world.ledger, target))
