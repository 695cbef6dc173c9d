"""The stored tree, as ``ledger.frontier`` and ``ledger.tree`` read it: edge, tiles, past roots.

And the note that was signed for it, with what witnesses signed beside.
"""

from collections.abc import Callable

from ledger import merkle, note
from ledger.cosignature import encode_cosignature
from ledger.frontier import Frontier
from ledger.merkle import HASH_SIZE
from ledger.registry import Registry
from ledger.service.rows import leaf_of_row
from ledger.store import log
from ledger.store.cosignatures import load_cosignatures
from ledger.store.database import Connection
from ledger.store.log import Head
from ledger.tiles import TILE_WIDTH
from ledger.tree import Tree
from schemas.errors import IntegrityError


def _hash_reader(
    connection: Connection, registry: Registry
) -> Callable[[int, int, int], list[bytes]]:
    """A function (level, start, count) -> those hashes of a level.

    They are recomputed: at level 0 from entries, above it they are the roots of full tiles.
    """

    def read(level: int, start: int, count: int) -> list[bytes]:
        if level:
            return log.load_tile_roots(connection, level - 1, start, count)
        rows = log.load_entries(connection, start, start + count)
        return [merkle.leaf_hash(leaf_of_row(row, registry)) for row in rows]

    return read


def restore_frontier(connection: Connection, registry: Registry, head: Head) -> Frontier:
    """The edge of the stored tree, which gives the root of *head*.

    Raises: IntegrityError when it does not.
    """
    frontier = Frontier.restore(head.size, _hash_reader(connection, registry))
    if frontier.root() != head.root:
        raise IntegrityError(f"stored entries and tiles do not give the root of size {head.size}")
    return frontier


def tile_reader(connection: Connection, registry: Registry) -> Callable[[int, int, int], bytes]:
    """A function (level, index, width) -> ``32 * width`` bytes of that tile.

    A full tile is stored; the edge is recomputed.
    """
    edge = _hash_reader(connection, registry)

    def read(level: int, index: int, width: int) -> bytes:
        full = log.load_tile(connection, level, index)
        if full is not None:
            return full[: width * HASH_SIZE]
        return b"".join(edge(level, index * TILE_WIDTH, width))

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


def hashes_in(tile: bytes) -> list[bytes]:
    """The hashes of a tile, in order."""
    return [tile[i : i + HASH_SIZE] for i in range(0, len(tile), HASH_SIZE)]


def cosigned(connection: Connection, signed: bytes, size: int) -> bytes:
    """The note *signed* for the tree of *size*, with the last cosignature of each witness of it."""
    for row in load_cosignatures(connection, size):
        witness = note.parse_vkey(row.witness)
        data = encode_cosignature(row.at, row.signature)
        line = note.NoteSignature(witness.name, witness.key_id, data)
        signed = note.add_signature(signed, note.encode_signature(line))
    return signed
