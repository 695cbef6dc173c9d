"""The static files of a log: which tiles a tree has, where they lie, and the bundles of entries.

Source: C2SP tlog-tiles. A tile of level l holds up to 256 hashes, each over 256**l leaves; only the
last of a level may be partial. An entry bundle holds the entries under the level-0 tile of the same
number, each behind its length as big-endian uint16. Paths, under the log's prefix::

    tile/0/005                tile 5 of level 0
    tile/1/x001/x234/067.p/9  tile 1234067 of level 1, partial, 9 hashes wide
    tile/entries/000.p/112    the first bundle while the log has 112 entries

The hashes themselves come from ``ledger.frontier`` (writing) and go to ``ledger.tree`` (reading).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from schemas.errors import MalformedNote

TILE_WIDTH = 256
TILE_HEIGHT = 8
MAX_LEVEL = 63
MAX_ENTRY_SIZE = (1 << 16) - 1

_PATH = re.compile(
    r"tile/(entries|[0-9]{1,2})/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([0-9]{1,3}))?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class TileAddress:
    """One tile or entry bundle: *width* hashes or entries, 1 to 256; 256 is full.

    *level* is 0 to 63, or None for an entry bundle.
    """

    level: int | None
    index: int
    width: int = TILE_WIDTH

    @property
    def path(self) -> str:
        """Where it lies under the log's prefix."""
        if self.level is None:
            return entries_path(self.index, self.width)
        return tile_path(self.level, self.index, self.width)


def tile_path(level: int, n: int, width: int = TILE_WIDTH) -> str:
    """The path of tile *n* of *level*: ``tile/0/x001/067`` or, partial, ``tile/0/x001/067.p/9``.

    Raises: ValueError unless *level* is 0 to 63, *n* >= 0 and *width* 1 to 256.
    """
    if not 0 <= level <= MAX_LEVEL:
        raise ValueError(f"got level {level}, want one in [0, {MAX_LEVEL}]")
    return f"tile/{level}/{_number(n, width)}"


def entries_path(n: int, width: int = TILE_WIDTH) -> str:
    """The path of entry bundle *n*: ``tile/entries/005`` or, partial, ``tile/entries/005.p/9``.

    Raises: ValueError unless *n* >= 0 and *width* is 1 to 256.
    """
    return f"tile/entries/{_number(n, width)}"


def _number(n: int, width: int) -> str:
    if n < 0 or not 1 <= width <= TILE_WIDTH:
        raise ValueError(f"got number {n} and width {width}, want >= 0 and 1 to {TILE_WIDTH}")
    text = f"{n % 1000:03}"
    while n := n // 1000:
        text = f"x{n % 1000:03}/{text}"
    return text if width == TILE_WIDTH else f"{text}.p/{width}"


def parse_tile_path(path: str) -> TileAddress:
    """The address that *path* spells; every address has one spelling.

    Raises: MalformedNote.
    """
    match = _PATH.fullmatch(path)
    if match is None:
        raise MalformedNote("not a tile path")
    level, number, width = match.groups()
    address = TileAddress(
        level=None if level == "entries" else int(level),
        index=int(number.replace("x", "").replace("/", "")),
        width=TILE_WIDTH if width is None else int(width),
    )
    if not 1 <= address.width <= TILE_WIDTH or (address.level or 0) > MAX_LEVEL:
        raise MalformedNote("not a tile path")
    # "x000/005", "tile/00/005" and ".p/256" name an address in a second way.
    if address.path != path:
        raise MalformedNote("not a tile path")
    return address


def partial_width(level: int, tree_size: int) -> int:
    """Number of hashes in the last tile of *level*, 0 when that tile is full.

    *level* 0 holds leaf hashes; *tree_size* counts entries, >= 0.
    Source: C2SP tlog-tiles, "Partial Tiles": floor(s / 256**l) mod 256.
    """
    return (tree_size >> TILE_HEIGHT * level) % TILE_WIDTH


def tile_width(level: int, n: int, tree_size: int) -> int:
    """Number of hashes in tile *n* of *level*: 256, fewer in a partial tile, 0 if there is none."""
    hashes = tree_size >> TILE_HEIGHT * level
    return max(0, min(TILE_WIDTH, hashes - n * TILE_WIDTH))


def tiles_of(tree_size: int) -> Iterator[TileAddress]:
    """All hash tiles of a tree, level by level from the leaves, in order of their numbers."""
    level = 0
    while hashes := tree_size >> TILE_HEIGHT * level:
        for start in range(0, hashes, TILE_WIDTH):
            width = min(TILE_WIDTH, hashes - start)
            yield TileAddress(level, start // TILE_WIDTH, width)
        level += 1


def bundles_of(tree_size: int) -> Iterator[TileAddress]:
    """All entry bundles of a log, in order."""
    for start in range(0, tree_size, TILE_WIDTH):
        yield TileAddress(None, start // TILE_WIDTH, min(TILE_WIDTH, tree_size - start))


def encode_entry_bundle(records: Sequence[bytes]) -> bytes:
    """The bundle of 1 to 256 *records*, each of at most 65,535 bytes.

    Raises: ValueError (number or length of the records).
    """
    if not 1 <= len(records) <= TILE_WIDTH:
        raise ValueError(f"got {len(records)} entries, want 1 to {TILE_WIDTH}")
    if any(len(record) > MAX_ENTRY_SIZE for record in records):
        raise ValueError(f"an entry is over {MAX_ENTRY_SIZE} bytes")
    return b"".join([len(record).to_bytes(2, "big") + record for record in records])


def parse_entry_bundle(data: bytes) -> tuple[bytes, ...]:
    """The records of a bundle, 1 to 256, in order.

    Raises: MalformedNote (cut off, empty, or more than 256 entries).
    """
    records = []
    position = 0
    while position < len(data):
        start = position + 2
        position = start + int.from_bytes(data[position:start], "big")
        if position > len(data):
            raise MalformedNote("the entry bundle is cut off")
        records.append(data[start:position])
        if len(records) > TILE_WIDTH:
            break
    if not 1 <= len(records) <= TILE_WIDTH:
        raise MalformedNote(f"want 1 to {TILE_WIDTH} entries in a bundle")
    return tuple(records)
