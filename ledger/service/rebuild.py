"""Rebuild the projections from truth, through the code that made them.

Used when ``PROJECTION_VERSION`` changes and, into a second database, by the audit that compares
them. Memory is bounded by one stretch of entries.
"""

from collections.abc import Iterator

from ledger.atlas import Atlas
from ledger.dealing import told_of
from ledger.registry import Registry
from ledger.rules import RulePack
from ledger.service.progress import Progress
from ledger.service.projector import PlacedAct, Projector
from ledger.service.rows import enter_statement, load_item_lists, read_row
from ledger.sighting import read_saying
from ledger.store import items, log
from ledger.store.database import Connection
from ledger.store.log import EntryRow
from schemas.envelope import ItemList

# What is read at a time: entries, and characters of their lists.
STRETCH = 1000
STRETCH_CHARACTERS = 4 << 20
# Acts and items decided at a time: what one item does meanwhile is loaded and saved once.
HELD = 20_000


class Rebuilding:
    """Projections in the making: takes entries in order, and writes them now and then.

    What corrections touch is read from *source* again.
    """

    def __init__(
        self, source: Connection, target: Connection, pack: RulePack, atlas: Atlas
    ) -> None:
        self._registry = Registry()
        self._projector = Projector(source, target, pack, atlas)
        self._held = 0

    def enter(self, row: EntryRow) -> None:
        """Take a statement: what came before it is decided before it counts.

        Raises: IntegrityError when it could not have been recorded.
        """
        self.flush()
        statement = enter_statement(self._registry, row)
        self._projector.enter(statement, row.idx, self._registry)

    def take(self, placed: PlacedAct) -> None:
        """Take an event."""
        self._projector.take(placed)
        self._held += 1 + len(placed.act.items)
        if self._held >= HELD:
            self.flush()

    def flush(self) -> None:
        """Write what was taken and is not written yet; call it at the end."""
        self._projector.flush(self._registry)
        self._held = 0


def rebuild(
    source: Connection, target: Connection, size: int, pack: RulePack, atlas: Atlas
) -> Iterator[Progress]:
    """Project the first *size* entries of *source* into the empty projections of *target*."""
    rebuilding = Rebuilding(source, target, pack, atlas)
    for start, stop in log.iterate_stretches(source, size, STRETCH, STRETCH_CHARACTERS):
        rows = log.load_entries(source, start, stop)
        lists = load_item_lists(source, [row.idx for row in rows])
        for row in rows:
            if row.kind == log.STATEMENT:
                rebuilding.enter(row)
            else:
                rebuilding.take(_place(row, lists.get(row.idx, {})))
        yield Progress(stop, size)
    rebuilding.flush()


def _place(row: EntryRow, lists: dict[str, ItemList]) -> PlacedAct:
    """The act of a stored event at its place; its lists are checked against what was signed."""
    event, act = read_row(row, lists)
    said = event.documents, read_saying(event), told_of(event, act)
    return PlacedAct(row.idx, items.moment(row.recorded_at), act, *said)
