"""What is published verifies against the published checkpoint by itself, and only grows."""

import pytest

from ledger import merkle, tiles
from ledger.checkpoint import open_checkpoint
from ledger.service.publish import publish
from ledger.tree import Tree
from schemas.errors import CannotOpen
from schemas.statement import Role
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
