"""Rebuild the projections from truth, through the code that made them.

Used when ``PROJECTION_VERSION`` changes and, into a second database, by the audit that compares
them. Memory is bounded by one stretch of entries.
"""

from collections.abc import Iterator
from datetime import datetime

from ledger import disclosure
from ledger.act import read_act
from ledger.registry import Registry
from ledger.rules import RulePack
from ledger.service.progress import Progress
from ledger.service.projector import PlacedAct, Projector
from ledger.service.rows import enter_statement, load_item_lists
from ledger.store import items, log
from ledger.store.database import Connection
from ledger.store.log import EntryRow
from schemas.envelope import ItemList
from schemas.event import parse_event

STRETCH = 1000


def rebuild(
    source: Connection, target: Connection, size: int, pack: RulePack
) -> Iterator[Progress]:
    """Project the first *size* entries of *source* into the empty projections of *target*."""
    registry = Registry()
    projector = Projector(target, pack)
    for start in range(0, size, STRETCH):
        stop = min(start + STRETCH, size)
        rows = log.load_entries(source, start, stop)
        lists = load_item_lists(source, [row.idx for row in rows])
        for row in rows:
            if row.kind == log.STATEMENT:
                projector.flush(registry)
                enter_statement(registry, row)
            else:
                projector.take(place(row, lists.get(row.idx, {})))
        projector.flush(registry)
        projector.findings.clear()
        yield Progress(stop, size)


def place(row: EntryRow, lists: dict[str, ItemList]) -> PlacedAct:
    """The act of a stored event at its place; its lists are checked against what was signed."""
    event = parse_event(row.payload)
    opened = disclosure.open_items(event.lists, lists)
    recorded_at: datetime = items.moment(row.recorded_at)
    return PlacedAct(row.idx, recorded_at, read_act(event, opened), event.documents)
