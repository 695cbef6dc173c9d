"""Proofs read from tiles are those of the list of leaves, at every edge and with little reading."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.frontier import Frontier
from ledger.merkle import (
    EMPTY_ROOT,
    path_in,
    root_of,
    rows_of,
    verify_consistency,
    verify_inclusion,
)
from ledger.tiles import TileAddress, tiles_of
from ledger.tree import TileCache, Tree
from schemas.errors import IntegrityError
from tests.logs import consistency_path

LEAVES = [sha256(b"%d" % i).digest() for i in range(65537)]
EDGES = [255, 256, 257, 511, 512, 513, 600]
LONG_EDGES = [65535, 65536, 65537]


class Shelf:
    """The tiles of one tree as a server has them; counts what is read and knows no other tile."""

    def __init__(self, size):
        frontier = Frontier()
        full = frontier.append(LEAVES[:size])
        self.size = size
        self.reads = []
        self._tiles = {(tile.level, tile.index): tile.hashes for tile in full}
        for one in tiles_of(size):
            if one.width < 256:
                self._tiles[one.level, one.index] = b"".join(frontier.partial(one.level))

    def read(self, level, index, width):
        assert TileAddress(level, index, width) in set(tiles_of(self.size))
        self.reads.append((level, index, width))
        return self._tiles[level, index]


def tree_of(size):
    return Tree(size, Shelf(size).read)


def test_every_proof_up_to_130_is_that_of_the_list():
    tree = tree_of(130)
    for size in range(1, 131):
        rows = rows_of(LEAVES[:size])
        assert tree.root(size) == rows[-1][0]
        for index in range(size):
            assert tree.inclusion_proof(index, size) == path_in(rows, index)
            proof = tree.consistency_proof(index, size)
            assert proof == consistency_path(LEAVES[:size], index)


@pytest.mark.parametrize("size", [*EDGES, *LONG_EDGES])
def test_every_edge_gives_the_proofs_of_the_list(size):
    tree, rows = tree_of(size), rows_of(LEAVES[:size])
    indexes = {0, 1, 254, size // 2, size - 257, size - 2, size - 1, *range(0, size, 4099)}

    assert tree.root() == rows[-1][0]
    for index in indexes & set(range(size)):
        assert tree.inclusion_proof(index) == path_in(rows, index)


@pytest.mark.parametrize("size", EDGES)
def test_every_edge_proves_every_older_edge(size):
    tree = tree_of(size)
    for old_size in [n for n in [0, 1, 2, 3, *EDGES] if n <= size]:
        proof = tree.consistency_proof(old_size)

        assert proof == consistency_path(LEAVES[:size], old_size)


@given(st.integers(1, 65537), st.data())
def test_proofs_for_older_sizes_verify(size, data):
    old_size = data.draw(st.integers(1, size))
    index = data.draw(st.integers(0, old_size - 1))
    old_root, root = LONG.root(old_size), LONG.root(size)

    path = LONG.inclusion_proof(index, old_size)
    verify_inclusion(index, old_size, LEAVES[index], path, old_root)
    verify_consistency(old_size, size, old_root, root, LONG.consistency_proof(old_size, size))


LONG = tree_of(65537)


@given(st.integers(0, 17), st.data())
def test_a_full_subtree_has_the_root_of_its_leaves(height, data):
    index = data.draw(st.integers(0, 65537 >> height))
    leaves = LEAVES[index << height : (index + 1) << height]
    if len(leaves) < 1 << height:
        with pytest.raises(ValueError, match="no full subtree"):
            LONG.hash_at(height, index)
        return

    assert LONG.hash_at(height, index) == root_of(leaves)


def test_an_empty_tree_has_the_empty_root_and_reads_nothing():
    tree = tree_of(0)

    assert tree.root() == EMPTY_ROOT
    assert tree.consistency_proof(0) == []


def test_a_tree_of_one_reads_its_only_tile():
    tree = tree_of(1)

    assert (tree.root(), tree.inclusion_proof(0)) == (LEAVES[0], [])


def test_a_warm_cache_reads_nothing():
    shelf, cache = Shelf(600), TileCache()
    Tree(600, shelf.read, cache).inclusion_proof(300)
    first = len(shelf.reads)
    Tree(600, shelf.read, cache).inclusion_proof(301)

    assert (first, len(shelf.reads)) == (3, 3)


def test_a_cache_drops_the_tile_not_used_for_longest():
    cache = TileCache(2)
    cache.keep(0, 0, 256, [[b"a"]])
    cache.keep(0, 1, 256, [[b"b"]])
    cache.find(0, 0, 256)
    cache.keep(0, 2, 256, [[b"c"]])

    assert [cache.find(0, n, 256) is not None for n in range(3)] == [True, False, True]


def test_a_partial_tile_is_not_taken_for_the_full_one():
    cache = TileCache()
    roots = [Tree(n, Shelf(n).read, cache).root() for n in (257, 300, 512, 600)]

    assert roots == [root_of(LEAVES[:n]) for n in (257, 300, 512, 600)]


@pytest.mark.parametrize("change", [-1, 1, -32, 32])
def test_a_tile_of_another_length_stops_the_log(change):
    def read(level, index, width):
        return bytes(32 * width + change)

    with pytest.raises(IntegrityError):
        Tree(3, read).root()


@pytest.mark.parametrize(
    "ask",
    [
        lambda tree: tree.root(601),
        lambda tree: tree.root(-1),
        lambda tree: tree.inclusion_proof(600),
        lambda tree: tree.inclusion_proof(-1),
        lambda tree: tree.inclusion_proof(300, 300),
        lambda tree: tree.inclusion_proof(0, 601),
        lambda tree: tree.consistency_proof(601),
        lambda tree: tree.consistency_proof(300, 299),
        lambda tree: tree.consistency_proof(-1),
    ],
)
def test_there_is_no_proof_outside_the_tree(ask):
    with pytest.raises(ValueError, match="want one in"):
        ask(tree_of(600))
