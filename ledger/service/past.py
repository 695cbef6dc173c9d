"""The projections as they were after some entry, for who saw them then.

Rows that ordinary entries wrote are there from these on. What corrections changed since is taken
back (``ledger.store.amendments``), so that a past party is told what it was told when its part
ended. Example::

    past = Past(connection)
    past.bearings({number: h})[number]      # what bore on the item after entry h
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ledger.finding import Closing, Finding
from ledger.order import ordinal
from ledger.store import corrections, events, items, stays
from ledger.store.amendments import (
    Change,
    Kind,
    Row,
    before,
    closing_of_row,
    finding_of_row,
    load_changes,
    row_of_closing,
    row_of_finding,
)
from ledger.store.database import Connection
from ledger.store.events import Bearing, ItemEvent, ReceiptRow
from ledger.store.stays import EVER, Stay
from ledger.view import Horizon


class Past:
    """What *connection* knew."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # What bore on items ---------------------------------------------------------------------------

    def amended(
        self, wanted: Mapping[int, Horizon], bearings: Mapping[int, Sequence[Bearing]]
    ) -> dict[int, Horizon]:
        """Those of *wanted*, horizons by item, whose *bearings* of today are others than then."""
        subjects = {number: {b.subject for b in bearings.get(number, ())} for number in wanted}
        keys = {*wanted, *[one for some in subjects.values() for one in some]}
        last: dict[int, int] = {}
        for kind in (Kind.BEARING, Kind.STAY):
            for key, changes in load_changes(self._connection, kind, keys).items():
                last[key] = max(changes[0].at, last.get(key, -1))
        return {
            number: horizon
            for number, horizon in wanted.items()
            if any(last.get(key, -1) > horizon for key in (number, *subjects[number]))
        }

    def bearings(self, wanted: Mapping[int, Horizon]) -> dict[int, list[Bearing]]:
        """What bore on each item after the entry that is its value, in order within an item."""
        known = _Known(self._connection, wanted)
        return {number: known.bearings(number, horizon) for number, horizon in wanted.items()}

    def ever_around(self, numbers: Iterable[int]) -> set[tuple[int, int]]:
        """(item, container): what each was ever directly inside of, also if it is said no more."""
        return stays.load_stays_of(self._connection, numbers) | self.misplaced(numbers)

    def misplaced(self, numbers: Iterable[int]) -> set[tuple[int, int]]:
        """(item, container) of the stays that corrections changed."""
        found = load_changes(self._connection, Kind.STAY, numbers)
        return {(number, one.row[2]) for number, changes in found.items() for one in changes}

    # What was inside ------------------------------------------------------------------------------

    def ever_inside(self, container: int) -> set[int]:
        """What was ever directly inside *container*, also if it is said no more."""
        changes = load_changes(self._connection, Kind.INSIDE, [container]).get(container, ())
        was = {change.row[0] for change in changes}
        return was.union([s.item for s in stays.load_contents(self._connection, [container])])

    def filled(self, wanted: Mapping[int, Horizon]) -> dict[int, list[tuple[int, int]]]:
        """The spans in which there was something in each container, by their start."""
        found = {}
        for number, rows in self._contents(wanted).items():
            spans = {(start, EVER if stop is None else stop) for _, start, stop in rows}
            found[number] = sorted(spans)
        return found

    def inside(self, wanted: Mapping[int, Horizon]) -> dict[int, list[str]]:
        """What was inside each container, at any depth; those with nothing are missing."""
        found: dict[int, set[int]] = {number: set() for number in wanted}
        waiting = {(number, number) for number in wanted}  # what is inside, of what
        while waiting:
            new: set[tuple[int, int]] = set()
            by_horizon: dict[Horizon, set[int]] = {}
            for container, root in waiting:
                by_horizon.setdefault(wanted[root], set()).add(container)
            there = {at: self._at(some, at) for at, some in by_horizon.items()}
            for container, root in waiting:
                more = there[wanted[root]].get(container, set()) - found[root]
                found[root] |= more
                new |= {(item, root) for item in more}
            waiting = new
        names = items.load_names(self._connection, set().union(*found.values()))
        return {root: [names[i] for i in sorted(some)] for root, some in found.items() if some}

    def _at(self, containers: Iterable[int], horizon: Horizon) -> dict[int, set[int]]:
        """What was directly inside *containers* after entry *horizon*."""
        end = ordinal(horizon + 1)
        return {
            container: {item for item, _, stop in rows if stop is None or stop >= end}
            for container, rows in self._contents(dict.fromkeys(containers, horizon)).items()
        }

    def _contents(self, wanted: Mapping[int, Horizon]) -> dict[int, list[Row]]:
        """(item, start, stop) of everything that was in each container by then."""
        rows: dict[int, list[Row]] = {number: [] for number in wanted}
        for item, start, stop, parent in stays.load_contents(self._connection, wanted):
            rows[parent].append((item, start, stop))
        changes = load_changes(self._connection, Kind.INSIDE, wanted)
        return {
            number: [
                row
                for row in before(rows[number], changes.get(number, ()), horizon, _stay_of_item)
                if row[1] < ordinal(horizon + 1)
            ]
            for number, horizon in wanted.items()
        }

    # What came of entries -------------------------------------------------------------------------

    def corrected_by(self, indexes: Iterable[int], horizon: Horizon) -> dict[int, int]:
        """By which correction each entry had been taken back after entry *horizon*."""
        stored = events.load_events(self._connection, indexes)
        changes = load_changes(self._connection, Kind.PLACING, stored)
        found = {}
        for index, row in stored.items():
            now = (row.ordinal, row.corrected_by)
            ((_, by),) = before([now], changes.get(index, ()), horizon)
            if by is not None:
                found[index] = by
        return found


def story_start(filled: Sequence[tuple[int, int]], horizon: Horizon) -> int:
    """Where the last load up to *horizon* began to go in; where it was out, if it is; else 0.

    *filled* are the spans of ordinals in which there was something in a box.
    """
    begun, ended = 0, -1
    for start, stop in filled:
        if start < ordinal(horizon + 1):
            begun = start if start > ended else begun
            ended = max(ended, stop)
    return ended if 0 <= ended < ordinal(horizon + 1) else begun


class Dockets:
    """What entries found, closed and received, as told after some entry.

    *told* are those that found or closed anything, ever.
    """

    def __init__(
        self, connection: Connection, indexes: set[int], shipments: set[int], *, has_past: bool
    ) -> None:
        """Read what *indexes* found and closed, what was received out of *shipments*.

        *has_past*: there is somebody to whom it is told as it was.
        """
        self._changes: dict[Kind, Mapping[int, Sequence[Change]]] = {}
        self._findings, self._closings = events.load_docket(connection, indexes)
        self._receipts = events.load_receipts(connection, shipments)
        for kind, keys in (
            (Kind.FINDING, indexes),
            (Kind.CLOSING, indexes),
            (Kind.RECEIPT, shipments),
        ):
            self._changes[kind] = load_changes(connection, kind, keys) if has_past else {}
        was = self._changes[Kind.FINDING].keys() | self._changes[Kind.CLOSING].keys()
        self.told = self._findings.keys() | self._closings.keys() | was

    def findings(self, index: int, horizon: Horizon) -> Sequence[Finding]:
        """What entry *index* had found."""
        now = self._findings.get(index, ())
        changes = self._changes[Kind.FINDING].get(index, ())
        if not _is_later(changes, horizon):
            return now
        rows = before(map(row_of_finding, now), changes, horizon, _spelled)
        return [finding_of_row(index, row) for row in rows]

    def closings(self, index: int, horizon: Horizon) -> Sequence[Closing]:
        """What entry *index* had closed."""
        now = self._closings.get(index, ())
        changes = self._changes[Kind.CLOSING].get(index, ())
        if not _is_later(changes, horizon):
            return now
        rows = before(map(row_of_closing, now), changes, horizon, _spelled)
        return [closing_of_row(index, row) for row in rows]

    def receipts(self, shipment: int, horizon: Horizon) -> Sequence[ReceiptRow]:
        """What had arrived of *shipment*, by the index of the receipt."""
        now = [(one.idx, bool(one.is_final), one.items) for one in self._receipts.get(shipment, ())]
        rows = before(now, self._changes[Kind.RECEIPT].get(shipment, ()), horizon)
        return sorted([ReceiptRow(shipment, *row) for row in rows if row[0] <= horizon])


def _is_later(changes: Sequence[Change], horizon: Horizon) -> bool:
    return bool(changes) and changes[0].at > horizon


class _Known:
    """The stays and events of some items and of all that they were ever inside of."""

    def __init__(self, connection: Connection, numbers: Iterable[int]) -> None:
        self._stays: dict[int, list[Stay]] = {}
        self._stay_changes: dict[int, list[Change]] = {}
        new = set(numbers)
        while new:
            self._stay_changes |= load_changes(connection, Kind.STAY, new)
            self._stays |= {number: [] for number in new}
            for stay in stays.load_stays(connection, new):
                self._stays[stay.item].append(stay)
            parents = {stay.parent for number in new for stay in self._stays[number]}
            was = [one for number in new for one in self._stay_changes.get(number, ())]
            new = parents.union([change.row[2] for change in was]) - self._stays.keys()
        self._events: dict[int, list[ItemEvent]] = {number: [] for number in self._stays}
        for _, row in corrections.load_item_events(connection, self._stays):
            self._events[row.item].append(row)
        self._changes = load_changes(connection, Kind.BEARING, self._stays)

    def bearings(self, number: int, horizon: Horizon) -> list[Bearing]:
        """What bore on it after entry *horizon*."""
        found = [
            Bearing(number, i, number, named, -1, at) for i, at, named in self._on(number, horizon)
        ]
        for through, start, stop in self._spans(number, horizon):
            found += [
                Bearing(number, index, through, named, start, at)
                for index, at, named in self._on(through, horizon)
                if start < at < stop
            ]
        return sorted(found, key=lambda one: (one.ordinal, one.stay, one.subject))

    def _on(self, number: int, horizon: Horizon) -> Iterator[tuple[int, int, bool]]:
        """(index, ordinal, named) of the entries on the item itself."""
        now = [(row.ordinal, bool(row.named), row.idx) for row in self._events[number]]
        for at, named, shown in before(now, self._changes.get(number, ()), horizon):
            index = at >> 16 if shown is None else shown
            if index <= horizon:
                yield index, at, named

    def _spans(self, number: int, horizon: Horizon) -> set[tuple[int, int, int]]:
        """(container, start, stop) of all that was around it, as ``load_bearings`` has them."""
        found = {
            (parent, start, EVER if stop is None else stop)
            for start, stop, parent in self._stays_at(number, horizon)
        }
        waiting = list(found)
        while waiting:
            through, begun, ended = waiting.pop()
            for start, stop, parent in self._stays_at(through, horizon):
                last = EVER if stop is None else stop
                span = (parent, max(begun, start), min(ended, last))
                if start < ended and last > begun and span not in found:
                    found.add(span)
                    waiting.append(span)
        return found

    def _stays_at(self, number: int, horizon: Horizon) -> list[Row]:
        now = [(stay.start, stay.stop, stay.parent) for stay in self._stays[number]]
        rows = before(now, self._stay_changes.get(number, ()), horizon, _start_of)
        return [row for row in rows if row[0] < ordinal(horizon + 1)]


def _start_of(row: Row) -> int:
    start: int = row[0]
    return start


def _stay_of_item(row: Row) -> tuple[int, int]:
    return row[0], row[1]


def _spelled(row: Row) -> str:
    return repr(row)
