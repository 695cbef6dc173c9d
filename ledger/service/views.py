"""What the projections know of some items, as the ``View`` that ``ledger.judge`` reads.

One statement per table for any number of items.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ledger.custody import Needs
from ledger.holding import ItemState, Phase, effective
from ledger.judge import Docket, Shipment, View
from ledger.store import events, items
from ledger.store.database import Connection
from ledger.store.events import Bearing, EventRow


@dataclass(frozen=True, slots=True)
class Seen:
    """A view, and by which events it came about: in log order, through what each bears on it."""

    view: View
    bearings: tuple[Bearing, ...]
    subjects: Mapping[int, str]
    number: int


def load_views(connection: Connection, wanted: Sequence[str]) -> dict[str, Seen]:
    """The view of each of *wanted* that any entry names; others are missing from the result."""
    return _Loader(connection, wanted).views()


class _Loader:
    def __init__(self, connection: Connection, wanted: Sequence[str]) -> None:
        needs = Needs(frozenset(wanted), frozenset())
        self._holdings, ids = items.load_holdings(connection, needs)
        self._wanted = {item: ids[item] for item in wanted if item in ids}
        self._bearings: dict[int, list[Bearing]] = {}
        for bearing in events.load_bearings(connection, self._wanted.values()):
            self._bearings.setdefault(bearing.item, []).append(bearing)
        indexes = {bearing.idx for group in self._bearings.values() for bearing in group}
        self._findings = events.load_findings(connection, indexes)
        self._closings = events.load_closings(connection, indexes)
        subjects = {bearing.subject for group in self._bearings.values() for bearing in group}
        self._subjects = items.load_names(connection, subjects)
        self._emptied = items.load_emptied(connection, self._wanted.values())
        states = {item: effective(self._holdings, item) for item in self._wanted}
        self._states = states
        self._shipments = events.load_events(connection, set(_shipments(states.values())))

    def views(self) -> dict[str, Seen]:
        return {item: self._see(item, number) for item, number in self._wanted.items()}

    def _see(self, item: str, number: int) -> Seen:
        bearings = self._bearings.get(number, [])
        stays: dict[tuple[int, int], list[Bearing]] = {(number, -1): []}
        for bearing in bearings:
            stays.setdefault((bearing.subject, bearing.stay), []).append(bearing)
        own, *containers = (self._docket(stay) for stay in stays.values())
        state = self._states[item]
        view = View(
            item=item,
            state=state,
            docket=own,
            containers=tuple(containers),
            shipment=self._shipment(state),
            is_empty_container=number in self._emptied,
        )
        return Seen(view, tuple(bearings), self._subjects, number)

    def _docket(self, bearings: Sequence[Bearing]) -> Docket:
        return Docket(
            findings=tuple(
                finding
                for bearing in bearings
                for finding in self._findings.get(bearing.idx, ())
                if self._is_about(finding.items, bearing)
            ),
            closings=tuple(
                closing
                for bearing in bearings
                for closing in self._closings.get(bearing.idx, ())
                if self._is_about(closing.items, bearing)
            ),
        )

    def _is_about(self, listed: tuple[str, ...], bearing: Bearing) -> bool:
        """An empty list is every item that the entry names as such."""
        return self._subjects[bearing.subject] in listed if listed else bool(bearing.named)

    def _shipment(self, state: ItemState | None) -> Shipment | None:
        if state is None or state.custody.phase is not Phase.IN_TRANSIT:
            return None
        row = self._shipments.get(state.custody.shipment or -1)
        return None if row is None else _shipment_of(row)


def _shipments(states: Iterable[ItemState | None]) -> Iterable[int]:
    for state in states:
        if state is not None and state.custody.shipment is not None:
            yield state.custody.shipment


def _shipment_of(row: EventRow) -> Shipment:
    """The shipment that the event *row* began, and what came of it so far."""
    received = dict.fromkeys((row.received_by, row.closed_by))
    return Shipment(
        index=row.idx,
        due_at=None if row.due_at is None else items.moment(row.due_at),
        received=tuple(index for index in received if index is not None),
        closed_by=row.closed_by,
    )
