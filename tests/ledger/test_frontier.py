"""The growing edge: the same tree and tiles however the leaves arrive."""

import json
from base64 import b64decode
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.frontier import Frontier, Tile
from ledger.merkle import EMPTY_ROOT, leaf_hash, root_of
from schemas.errors import IntegrityError

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "merkle.json").read_text())
LEAVES = [sha256(b"%d" % i).digest() for i in range(65537)]
# Level by level what tiles hold: leaf hashes, then the roots of full tiles of the level below.
LEVELS = [LEAVES]
while len(LEVELS[-1]) >= 256:
    LEVELS.append([root_of(LEVELS[-1][i : i + 256]) for i in range(0, len(LEVELS[-1]) - 255, 256)])
EDGES = [0, 1, 2, 255, 256, 257, 511, 512, 513, 600, 65535, 65536, 65537]


def read(level, start, count):
    return LEVELS[level][start : start + count]


def grown(size):
    frontier = Frontier()
    return frontier, frontier.append(LEAVES[:size])


def tiles_expected(size):
    return [
        Tile(level, i, b"".join(hashes[256 * i : 256 * i + 256]), root_of(hashes[256 * i :][:256]))
        for level, hashes in enumerate(LEVELS)
        for i in range((size >> 8 * level) // 256)
    ]


@pytest.mark.parametrize("size", VECTORS["numbered"]["roots"])
def test_the_numbered_entries_have_the_known_roots(size):
    frontier = Frontier()
    frontier.append([leaf_hash(b"entry %d" % i) for i in range(int(size))])

    assert frontier.root() == b64decode(VECTORS["numbered"]["roots"][size])


GROWN = {(tile.level, tile.index): tile for tile in tiles_expected(65537)}


def end_of(address):
    level, index = address
    return (index + 1) << 8 * (level + 1)


@pytest.mark.parametrize("size", EDGES)
def test_every_edge_has_the_root_and_the_tiles_of_its_leaves(size):
    frontier, tiles = grown(size)

    assert frontier.root() == root_of(LEAVES[:size])
    assert tiles == tiles_expected(size)


@pytest.mark.parametrize("size", EDGES)
def test_a_partial_tile_holds_what_no_full_tile_does(size):
    frontier, _ = grown(size)
    partials = [frontier.partial(level) for level in range(4)]
    rest = [(size >> 8 * level) & 255 for level in range(4)]
    ends = [size >> 8 * level for level in range(4)]

    assert partials == [
        LEVELS[level][end - count : end] if count else []
        for level, (end, count) in enumerate(zip(ends, rest, strict=True))
    ]


@pytest.mark.parametrize("size", EDGES)
def test_a_restored_frontier_is_the_original(size):
    assert Frontier.restore(size, read) == grown(size)[0]


@given(st.lists(st.integers(0, 1400), max_size=5))
def test_any_split_of_the_leaves_gives_the_same_tree(cuts):
    size = max(cuts, default=0)
    frontier, tiles = Frontier(), []
    for start, end in pairwise([0, *sorted(cuts)]):
        tiles += frontier.append(LEAVES[start:end])
    once, tiles_once = grown(size)

    assert frontier == once
    assert frontier.root() == root_of(LEAVES[:size])
    assert sorted(tiles, key=lambda tile: (tile.level, tile.index)) == tiles_once


@given(st.integers(65000, 65535), st.integers(1, 300))
def test_a_restored_frontier_grows_like_the_original(start, count):
    frontier = Frontier.restore(start, read)
    tiles = frontier.append(LEAVES[start : start + count])
    addresses = [(tile.level, tile.index) for tile in tiles]

    assert frontier == Frontier.restore(frontier.size, read)
    assert tiles == [GROWN[address] for address in addresses]
    assert addresses == [one for one in GROWN if start < end_of(one) <= frontier.size]


def test_leaves_one_by_one_give_the_root_of_each_size():
    frontier, roots = Frontier(), [EMPTY_ROOT]
    for leaf in LEAVES[:600]:
        frontier.append([leaf])
        roots.append(frontier.root())

    assert roots == [root_of(LEAVES[:n]) for n in range(601)]


def test_a_copy_changes_by_itself():
    frontier, _ = grown(300)
    copy = frontier.copy()
    copy.append(LEAVES[300:600])

    assert frontier == grown(300)[0]
    assert copy == grown(600)[0]


def test_a_partial_tile_is_handed_out_as_a_copy():
    frontier, _ = grown(3)
    frontier.partial(0).clear()

    assert frontier.partial(0) == LEAVES[:3]


def test_appending_nothing_changes_nothing():
    frontier, _ = grown(300)

    assert frontier.append([]) == []
    assert frontier == grown(300)[0]


BAD_READS = {
    "too few hashes": lambda level, start, count: read(level, start, count - 1),
    "too many hashes": lambda level, start, count: read(level, start, count + 1),
    "a hash of 31 bytes": lambda *where: [b"x" * 31] * where[2],
}


@pytest.mark.parametrize("bad_read", BAD_READS.values(), ids=BAD_READS)
def test_an_edge_that_is_not_there_stops_the_log(bad_read):
    with pytest.raises(IntegrityError):
        Frontier.restore(300, bad_read)
