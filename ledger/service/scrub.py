"""Scrub: re-hash a bounded share of what is stored, before more is signed on top of it.

A batch verifies the edge that it builds on, and what is shown is verified as it is shown. An old
row that nobody asks for would go on under new signatures until the next audit; so the first batch
after a ledger is opened comes after a scrub. Damage that is found stops the ledger.

(1) the edge of the stored tree gives the newest root;
(2) all tiles above the leaves, from the top down, each against the roots of the tiles below it;
(3) of the tiles of leaves ``ENTRIES // 256`` at random: each against the leaf hashes of its entries
    as they are stored, whose identities must be those of their payloads; with them
(4) the item lists of their events, in random order, against the roots that were signed, and
(5) the signatures of the checkpoints that end among them, both as long as the budget lasts.

A ledger of up to ``ENTRIES`` entries (with up to ``ITEMS`` listed items and ``CHECKPOINTS``
checkpoints) is gone through whole, in about 0.1 s. In a larger one of T tiles of leaves a damaged
entry escapes k scrubs with a probability of (1 - 32 / T) ** k: of 100,000 entries it is found with
99 % within 54 openings, of a million within 560. What is not looked at (signatures of entries,
disclosures, activity, projections, rows too many) is for ``ledger.service.audit``.

    with ledger.snapshot() as (connection, _): scrub(ledger, connection)    # also now and then
"""

from collections.abc import Sequence
from itertools import zip_longest
from random import Random, SystemRandom

from ledger import disclosure, merkle
from ledger.service.ledger import Ledger
from ledger.service.reading import hashes_in, restore_frontier
from ledger.service.rows import leaf_of_row, load_item_lists
from ledger.store import log
from ledger.store.database import Connection
from ledger.store.log import EntryRow
from ledger.tiles import TILE_WIDTH, tile_width, tiles_of
from schemas.errors import IntegrityError, Refusal
from schemas.event import parse_event
from schemas.item import ITEMS_PREFIX

ENTRIES = 8192
ITEMS = 1 << 15
CHECKPOINTS = 256
# Finding and reading the lists of one event costs as much as opening so many items.
PER_EVENT = 64


def scrub(ledger: Ledger, connection: Connection, dice: Random | None = None) -> None:
    """Go through a share of what *connection* sees of *ledger*, chosen by *dice*.

    Raises: IntegrityError that names the entry, tile or checkpoint.
    """
    run = _Scrub(ledger, connection, dice or SystemRandom())
    try:
        run.check_tree()
        run.check_leaves()
    except IntegrityError as exc:
        raise IntegrityError(f"{exc}; run chiptrail audit") from exc


class _Scrub:
    """One scrub, and what is left of its budget."""

    def __init__(self, ledger: Ledger, connection: Connection, dice: Random) -> None:
        self._ledger, self._connection, self._dice = ledger, connection, dice
        self._size = ledger.head.size
        self._items, self._checkpoints = ITEMS, CHECKPOINTS

    def check_tree(self) -> None:
        """Steps (1) and (2)."""
        connection, ledger = self._connection, self._ledger
        restore_frontier(connection, ledger.registry, ledger.head)
        # The tiles above the leaves are those of a tree whose leaves are the full tiles of leaves.
        for tile in reversed([*tiles_of(self._size // TILE_WIDTH)]):
            below = tile.level or 0
            roots = log.load_tile_roots(connection, below, tile.index * TILE_WIDTH, TILE_WIDTH)
            self._check_tile(below + 1, tile.index, roots)

    def check_leaves(self) -> None:
        """Steps (3) to (5)."""
        tiles = -(-self._size // TILE_WIDTH)
        registry = self._ledger.registry
        for index in self._dice.sample(range(tiles), min(tiles, ENTRIES // TILE_WIDTH)):
            start, stop = index * TILE_WIDTH, (index + 1) * TILE_WIDTH
            rows = log.load_entries(self._connection, start, stop)
            self._check_tile(0, index, [merkle.leaf_hash(leaf_of_row(r, registry)) for r in rows])
            self._check_lists(rows)
            self._check_heads(start, stop)

    def _check_tile(self, level: int, index: int, below: Sequence[bytes]) -> None:
        """A full tile over what lies *below* it; a partial one is not stored, but in the root."""
        if tile_width(level, index, self._size) < TILE_WIDTH:
            return
        hashes = hashes_in(log.load_tile(self._connection, level, index) or b"")
        if log.load_tile_roots(self._connection, level, index, 1) != [merkle.root_of(hashes)]:
            raise IntegrityError(f"tile {level}/{index}: root is not that of its hashes")
        for number, (held, found) in enumerate(zip_longest(hashes, below), index * TILE_WIDTH):
            if held != found:
                name = f"tile {level - 1}/{number}" if level else f"entry {number}"
                raise IntegrityError(f"{name}: not what tile {level}/{index} holds")

    def _check_lists(self, rows: Sequence[EntryRow]) -> None:
        events = [r for r in rows if r.kind == log.EVENT and ITEMS_PREFIX.encode() in r.payload]
        for row in self._dice.sample(events, len(events)):
            if self._items <= 0:
                return
            lists = load_item_lists(self._connection, [row.idx]).get(row.idx, {})
            try:
                opened = disclosure.open_items(parse_event(row.payload).lists, lists)
            except Refusal as exc:
                raise IntegrityError(f"entry {row.idx}: {exc}") from exc
            self._items -= PER_EVENT + sum(map(len, opened.values()))

    def _check_heads(self, start: int, stop: int) -> None:
        if self._checkpoints:
            heads = log.load_heads(self._connection, start, min(stop, self._size))
            count = min(self._checkpoints, len(heads))
            for head in self._dice.sample(heads, count):
                self._ledger.verify_head(head)
            self._checkpoints -= count
