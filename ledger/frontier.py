"""The growing edge of the log's tree: what is needed to append, and no more.

Source: RFC 6962 section 2.1 and C2SP tlog-tiles. Of a tree of n leaves the frontier keeps the
hashes of each level's partial tile (at most 255 a level) and the roots of the full subtrees that n
falls into (at most one a height). Appending costs one hash per leaf, the root one per set bit of n.
A tile that becomes full is handed out once, with its root, and is then no longer held.

Storing tiles and comparing the root with the last signed checkpoint is the caller's. Example::

    frontier = Frontier()
    tiles = frontier.append([leaf_hash(record) for record in records])
    checkpoint = Checkpoint(origin, frontier.size, frontier.root())
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Self

from ledger.merkle import EMPTY_ROOT, HASH_SIZE, node_hash, parent_row
from ledger.tiles import TILE_HEIGHT, TILE_WIDTH, partial_width
from schemas.errors import IntegrityError


@dataclass(frozen=True, slots=True)
class Tile:
    """A full tile: *hashes* are its 8,192 bytes as served, *root* the hash over all of it.

    That root is hash number *index* of level + 1.
    """

    level: int
    index: int
    hashes: bytes
    root: bytes


@dataclass(slots=True)
class Frontier:
    """The edge of a tree of ``size`` leaves; ``Frontier()`` is that of the empty one.

    Mutable: work on a ``copy`` until what was appended is committed.
    """

    size: int = 0
    # Level -> hashes of its last, partial tile; a level that has had a hash is present.
    _partials: dict[int, list[bytes]] = field(default_factory=dict)
    # Height -> root of the full subtree of 2**height leaves that still waits for its sibling.
    _peaks: dict[int, bytes] = field(default_factory=dict)

    @classmethod
    def restore(cls, size: int, read: Callable[[int, int, int], Sequence[bytes]]) -> Self:
        """The frontier of a stored tree of *size* leaves.

        *read(level, start, count)* gives the hashes [start, start + count) of a level: leaf hashes
        at 0, above it the roots of the full tiles below. It is called once for each level with a
        partial tile, count 1 to 255.

        Raises: IntegrityError when *read* gives another number of hashes or other sizes.
        """
        frontier = cls(size)
        level = 0
        while hashes := size >> TILE_HEIGHT * level:
            width = partial_width(level, size)
            edge = list(read(level, hashes - width, width)) if width else []
            if len(edge) != width or any(len(value) != HASH_SIZE for value in edge):
                raise IntegrityError(f"level {level} has no {width} hashes from {hashes - width}")
            frontier._partials[level] = edge
            frontier._climb(level, edge)
            level += 1
        return frontier

    def append(self, leaf_hashes: Sequence[bytes]) -> list[Tile]:
        """Add leaves; the tiles that became full, by level from the leaves, then by index."""
        level, tiles, nodes = 0, list[Tile](), leaf_hashes
        while nodes:
            first = self.size >> TILE_HEIGHT * (level + 1)
            full = self._fill(level, nodes)
            # Eight heights up are the roots of exactly the tiles that were just filled.
            nodes = self._climb(level, nodes)
            tiles += [
                Tile(level, first + i, hashes, root)
                for i, (hashes, root) in enumerate(zip(full, nodes, strict=True))
            ]
            level += 1
        self.size += len(leaf_hashes)
        return tiles

    def root(self) -> bytes:
        """The root hash of the tree as it stands; ``EMPTY_ROOT`` for none."""
        root = b""
        for _, peak in sorted(self._peaks.items()):
            root = node_hash(peak, root) if root else peak
        return root or EMPTY_ROOT

    def partial(self, level: int) -> list[bytes]:
        """The hashes of the partial tile of *level*, 0 to 255 of them."""
        return list(self._partials.get(level, ()))

    def copy(self) -> "Frontier":
        """A frontier of the same tree that changes by itself."""
        partials = {level: list(hashes) for level, hashes in self._partials.items()}
        return Frontier(self.size, partials, dict(self._peaks))

    def _fill(self, level: int, nodes: Sequence[bytes]) -> list[bytes]:
        """Put *nodes* into the partial tile of *level*; the contents of the tiles filled."""
        hashes = [*self._partials.get(level, ()), *nodes]
        end = len(hashes) - len(hashes) % TILE_WIDTH
        self._partials[level] = hashes[end:]
        return [b"".join(hashes[i : i + TILE_WIDTH]) for i in range(0, end, TILE_WIDTH)]

    def _climb(self, level: int, nodes: Sequence[bytes]) -> Sequence[bytes]:
        """Pair *nodes* of *level* with what waits there; the new hashes of the next level."""
        for height in range(TILE_HEIGHT * level, TILE_HEIGHT * (level + 1)):
            if not nodes:
                break
            if height in self._peaks:
                nodes = [self._peaks.pop(height), *nodes]
            if len(nodes) % 2:
                self._peaks[height] = nodes[-1]
            nodes = parent_row(nodes)
        return nodes
