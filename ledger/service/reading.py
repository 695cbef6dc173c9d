"""The stored tree as ``ledger.tree`` reads it: tiles, roots of past sizes, proofs."""

from collections.abc import Callable

from ledger import merkle
from ledger.merkle import HASH_SIZE
from ledger.registry import Registry
from ledger.service.rows import leaf_of_row
from ledger.store import log
from ledger.store.database import Connection
from ledger.tiles import TILE_WIDTH
from ledger.tree import Tree


def tile_reader(connection: Connection, registry: Registry) -> Callable[[int, int, int], bytes]:
    """A function (level, index, width) -> ``32 * width`` bytes of that tile.

    A full tile is stored; the edge is recomputed from entries and from the roots of full tiles.
    """

    def read(level: int, index: int, width: int) -> bytes:
        full = log.load_tile(connection, level, index)
        if full is not None:
            return full[: width * HASH_SIZE]
        start = index * TILE_WIDTH
        if level:
            return b"".join(log.load_tile_roots(connection, level - 1, start, width))
        rows = log.load_entries(connection, start, start + width)
        return b"".join(merkle.leaf_hash(leaf_of_row(row, registry)) for row in rows)

    return read


def open_tree(connection: Connection, registry: Registry, size: int) -> Tree:
    """The tree of the first *size* entries, read through its tiles."""
    return Tree(size, tile_reader(connection, registry))


def root_at(connection: Connection, registry: Registry, current: int, size: int) -> bytes:
    """The root of the first *size* of *current* entries; as signed where it was signed."""
    stored = log.load_checkpoint_root(connection, size)
    if stored is not None:
        return stored
    return open_tree(connection, registry, current).root(size)
