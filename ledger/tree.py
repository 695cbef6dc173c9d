"""Reading the log's tree out of its tiles: roots and proofs for any size up to the stored one.

Source: RFC 6962 section 2.1 and C2SP tlog-tiles. A node at height h is found in the tile of level
h // 8: a tile, once read, is expanded to the seven rows above its hashes (254 hashes, about 0.1 ms)
and kept, so that a proof with all tiles at hand is a few look-ups a level.

Where tiles lie is the caller's: *read_tile(level, index, width)* gives ``32 * width`` bytes, and is
asked for no tile that ``ledger.tiles.tiles_of(size)`` does not list. Example::

    tree = Tree(checkpoint.size, read_tile, cache)
    path = tree.inclusion_proof(index)
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeAlias

from ledger.merkle import EMPTY_ROOT, HASH_SIZE, last_subtree, node_hash, parent_row, root_of
from ledger.tiles import TILE_HEIGHT, TILE_WIDTH, tile_path, tile_width
from schemas.errors import IntegrityError

# Row j of a tile of level l holds its nodes of height 8 * l + j.
Rows: TypeAlias = Sequence[Sequence[bytes]]
_NO_ROWS: Rows = ((),) * TILE_HEIGHT


class TileCache:
    """The *capacity* most recently used tiles, expanded: about 40 KB each.

    One cache serves one log, and only trees whose entries are committed: a tile read inside a
    transaction that is rolled back would be found again, under the same address, for other entries.
    """

    def __init__(self, capacity: int = 256) -> None:
        self._capacity = capacity
        self._rows: OrderedDict[tuple[int, int, int], Rows] = OrderedDict()

    # Threads share a cache without a lock: each step is one call into C, and a tile that another
    # thread drops between two steps is no loss.

    def find(self, level: int, index: int, width: int) -> Rows | None:
        """The rows of a tile, or None if it is not here."""
        key = (level, index, width)
        rows = self._rows.get(key)
        if rows is not None:
            with suppress(KeyError):
                self._rows.move_to_end(key)
        return rows

    def keep(self, level: int, index: int, width: int, rows: Rows) -> None:
        """Hold the *rows* of a tile, in place of the one not used for longest."""
        self._rows[level, index, width] = rows
        with suppress(KeyError):
            while len(self._rows) > self._capacity:
                self._rows.popitem(last=False)


class Tree:
    """The tree of *size* leaves whose tiles *read_tile* gives.

    Every method that takes a *size* answers for the tree of the first *size* leaves; None is all.
    Any of them raises IntegrityError when a tile has another length than its width asks for.
    """

    def __init__(
        self,
        size: int,
        read_tile: Callable[[int, int, int], bytes],
        cache: TileCache | None = None,
    ) -> None:
        self.size = size
        self._read_tile = read_tile
        self._cache = TileCache() if cache is None else cache
        self._edges: dict[int, list[bytes]] = {}

    def root(self, size: int | None = None) -> bytes:
        """The root hash.

        Raises: ValueError unless 0 <= size <= the tree's.
        """
        size = self._size(size)
        return self._edge(size)[-1] if size else EMPTY_ROOT

    def hash_at(self, height: int, index: int) -> bytes:
        """The root of the full subtree over the leaves [index << height, (index + 1) << height).

        Raises: ValueError when not all of them are in the tree.
        """
        if height < 0 or index < 0 or index + 1 << height > self.size:
            raise ValueError(f"no full subtree {index} of height {height} in {self.size} leaves")
        level, row = divmod(height, TILE_HEIGHT)
        rows = self._tile(level, index >> TILE_HEIGHT - row)
        return rows[row][index & (TILE_WIDTH - 1 >> row)]

    def verify_tile(self, level: int, index: int, data: bytes) -> None:
        """Check that the full tile in *data* gives its hash in the tile above it.

        It is as good then as that tile is; all hashes of partial tiles go into the root.

        Raises: IntegrityError that names the tile.
        """
        if root_of(_hashes_in(data)) != self.hash_at(TILE_HEIGHT * (level + 1), index):
            path = tile_path(level, index)
            raise IntegrityError(f"{path} does not give the hash in the tile above it")

    def inclusion_proof(self, index: int, size: int | None = None) -> list[bytes]:
        """The path from leaf *index* to the root, the leaf's sibling first.

        Raises: ValueError unless 0 <= index < size <= the tree's.
        """
        size = self._size(size)
        if not 0 <= index < size:
            raise ValueError(f"got index {index}, want one in [0, {size})")
        return self._siblings(0, index, size)

    def consistency_proof(self, old_size: int, size: int | None = None) -> list[bytes]:
        """The proof that the tree of *size* extends the one of *old_size*.

        Empty for an *old_size* of 0 or *size*.

        Raises: ValueError unless 0 <= old_size <= size <= the tree's.
        """
        size = self._size(size)
        if not 0 <= old_size <= size:
            raise ValueError(f"got old size {old_size}, want one in [0, {size}]")
        if old_size in (0, size):
            return []
        height, index = last_subtree(old_size)
        first = [self.hash_at(height, index)] if index else []
        return first + self._siblings(height, index, size)

    def _size(self, size: int | None) -> int:
        if size is None:
            return self.size
        if not 0 <= size <= self.size:
            raise ValueError(f"got size {size}, want one in [0, {self.size}]")
        return size

    def _siblings(self, height: int, index: int, size: int) -> list[bytes]:
        last, edge, path = size - 1 >> height, self._edge(size), list[bytes]()
        while last:
            # The siblings of up to eight heights stand in one tile.
            row = height % TILE_HEIGHT
            rows = self._tile(height // TILE_HEIGHT, index >> TILE_HEIGHT - row)
            for j in range(row, TILE_HEIGHT):
                sibling = index ^ 1
                if sibling < last:
                    path.append(rows[j][sibling & (TILE_WIDTH - 1 >> j)])
                elif sibling == last:
                    path.append(edge[height])
                # Else the node has no right neighbour and is carried up.
                index, last, height = index >> 1, last >> 1, height + 1
        return path

    def _edge(self, size: int) -> list[bytes]:
        """By height, the last node of the tree of *size* > 0: full or not; the root comes last."""
        if size not in self._edges:
            edge, last = [self.hash_at(0, size - 1)], size - 1
            while last:
                # A last node without left neighbour is carried up.
                left = self.hash_at(len(edge) - 1, last - 1) if last & 1 else b""
                edge.append(node_hash(left, edge[-1]) if left else edge[-1])
                last >>= 1
            self._edges[size] = edge
        return self._edges[size]

    def _tile(self, level: int, index: int) -> Rows:
        width = tile_width(level, index, self.size)
        if width == 0:
            return _NO_ROWS
        rows = self._cache.find(level, index, width)
        if rows is None:
            rows = self._read(level, index, width)
            self._cache.keep(level, index, width, rows)
        return rows

    def _read(self, level: int, index: int, width: int) -> Rows:
        data = self._read_tile(level, index, width)
        if len(data) != HASH_SIZE * width:
            raise IntegrityError(f"tile {level}/{index} has {len(data)} bytes, want {32 * width}")
        rows = [_hashes_in(data)]
        while len(rows) < TILE_HEIGHT:
            rows.append(parent_row(rows[-1]))
        return rows


def _hashes_in(tile: bytes) -> list[bytes]:
    return [tile[i : i + HASH_SIZE] for i in range(0, len(tile), HASH_SIZE)]
