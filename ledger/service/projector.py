"""From acts to projections: what custody decides, written one statement per table.

The same code runs in a capture and in a rebuild, so that projections rebuilt from truth are the
same rows (docs/architecture.md, invariant 7).
"""

from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

from ledger import custody
from ledger.act import Act, ActKind
from ledger.facts import FactsOf
from ledger.finding import Closing, Finding
from ledger.holding import Holdings, ItemState, Move, Step, commit
from ledger.registry import Registry
from ledger.rules import RulePack
from ledger.store import events, items
from ledger.store.database import Connection
from ledger.store.events import EventRow


@dataclass(frozen=True, slots=True)
class PlacedAct:
    """An act at its place in the log, and the documents that its event names."""

    index: int
    recorded_at: datetime
    act: Act
    documents: tuple[str, ...]


class Projector:
    """Queues acts and projects them together; ``findings`` has what each index gave."""

    def __init__(self, connection: Connection, pack: RulePack) -> None:
        self._connection, self._pack = connection, pack
        self._queue: list[PlacedAct] = []
        self.findings: dict[int, tuple[Finding, ...]] = {}

    def take(self, placed: PlacedAct) -> None:
        """Queue one act; indexes ascend."""
        self._queue.append(placed)

    def flush(self, registry: Registry) -> None:
        """Decide and write everything queued. *registry* is as of the first act queued."""
        queue, self._queue = self._queue, []
        if queue:
            facts = FactsOf(registry, self._pack)
            _Run(self._connection, facts, queue).save(self.findings)


class _Run:
    """One stretch of acts between two barriers."""

    def __init__(self, connection: Connection, facts: FactsOf, queue: list[PlacedAct]) -> None:
        self._connection = connection
        needs = custody.needs(placed.act for placed in queue)
        made = chain.from_iterable(placed.act.outputs for placed in queue)
        needs = replace(needs, items=needs.items.union(made))  # whether they have ids already
        holdings, self._ids = items.load_holdings(connection, needs)
        self._changed: dict[str, ItemState] = {}
        self._stays: dict[tuple[str, int], tuple[int | None, str]] = {}
        self._bearings: list[tuple[int, dict[str, bool]]] = []
        self._receipts: dict[int, tuple[int, int | None]] = {}
        self._closings: list[Closing] = []
        self._findings: dict[int, tuple[Finding, ...]] = {}
        self._documents = [
            (uri, placed.index) for placed in queue for uri in dict.fromkeys(placed.documents)
        ]
        self._events = [self._decide(holdings, placed, facts) for placed in queue]

    def _decide(self, holdings: Holdings, placed: PlacedAct, facts: FactsOf) -> EventRow:
        index, recorded_at, act = placed.index, placed.recorded_at, placed.act
        step = custody.apply(
            holdings, act, facts.on(recorded_at), index=index, recorded_at=recorded_at
        )
        self._bearings.append((index, _named(act, step)))
        for move in step.moves:
            self._note_stays(move, index)
            self._changed.update(dict.fromkeys(move.items, move.state))
        commit(holdings, step)
        if step.findings:
            self._findings[index] = step.findings
        self._closings += step.closings
        for shipment in step.received:
            first, final = self._receipts.get(shipment, (index, None))
            self._receipts[shipment] = first, index if shipment in step.closed else final
        due_at = None
        if act.kind is ActKind.SHIP and act.due_at is not None:
            due_at = items.milliseconds(act.due_at)
        return EventRow(
            index, str(act.kind), act.actor, items.milliseconds(act.event_at), due_at, None, None
        )

    def _note_stays(self, move: Move, index: int) -> None:
        """A stay begins when an item enters a container, and ends when it is in it no more."""
        old, new = move.before, move.state
        if new.parent is None and (old is None or old.parent is None):
            return
        if old is not None and old.parent is not None and old.since != new.since:
            assert old.since is not None
            self._stays.update({(item, old.since): (index, old.parent) for item in move.items})
        if new.parent is not None and (old is None or old.since != new.since):
            assert new.since is not None
            self._stays.update({(item, new.since): (None, new.parent) for item in move.items})

    def save(self, findings: dict[int, tuple[Finding, ...]]) -> None:
        connection, ids = self._connection, self._ids
        named = dict.fromkeys(chain.from_iterable(named for _, named in self._bearings))
        items.save_items(connection, named, self._changed, ids)
        items.save_containments(
            connection,
            [
                (ids[item], start, stop, ids[parent])
                for (item, start), (stop, parent) in self._stays.items()
            ],
        )
        events.insert_events(connection, self._events)
        events.insert_documents(connection, self._documents)
        events.note_receipts(
            connection, [(shipment, *seen) for shipment, seen in self._receipts.items()]
        )
        events.insert_item_events(
            connection,
            sorted(
                [
                    (ids[item], index, is_named)
                    for index, bears_on in self._bearings
                    for item, is_named in bears_on.items()
                ]
            ),
        )
        events.insert_findings(
            connection, [found for group in self._findings.values() for found in group]
        )
        events.insert_closings(connection, self._closings)
        findings.update(self._findings)


def _named(act: Act, step: Step) -> dict[str, bool]:
    """What an event bears on; true for the items it names, false for what it moves beside them.

    What comes out of a transformation is in no hands by it, but has it in its story.
    """
    named = dict.fromkeys(act.items, True)
    for move in step.moves:
        if move.items is not act.items:
            for item in move.items:
                named.setdefault(item, False)
    if act.parent is not None:
        named.setdefault(act.parent, False)
    for item in act.outputs:
        named.setdefault(item, False)
    return named
