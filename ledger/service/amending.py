"""What a correction changes, written into the projections; one statement a table.

The rows of an entry that also tells of items outside the scope keep what they say of these: only
what the entry comes to on the items that are written is put in its place. What was there before is
kept for whoever has seen it (``ledger.store.amendments``).

    amend(connection, history, placings, at, target, agreed)
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from ledger.act import Act
from ledger.consent import Settled, settled
from ledger.correction import Difference, Retold
from ledger.custody import Needs
from ledger.finding import Closing, Code, Finding
from ledger.order import Placing, ordinal
from ledger.service.history import History
from ledger.store import corrections, events, items, stakes, stays
from ledger.store.amendments import (
    Change,
    Kind,
    changed,
    row_of_closing,
    row_of_finding,
    save_changes,
)
from ledger.store.database import Connection
from ledger.store.events import ItemEvent, ReceiptRow
from ledger.store.stays import Stay
from ledger.timeline import Told
from ledger.view import parties_to


def amend(  # noqa: PLR0913, PLR0917 - what moves where, by what, at whose word
    connection: Connection,
    history: History,
    placings: Mapping[int, Placing],
    at: int,
    target: int,
    agreed: Collection[str],
) -> list[Settled]:
    """Put everything where *placings* say, with all that follows from it, by entry *at*.

    *target* is what is taken back. Gives what that brings upon the parties that *agreed*.
    """
    changes = _placed(connection, placings, at)
    corrections.save_placings(connection, placings.items())
    told: Mapping[int, Told] = {}
    found: list[Settled] = []
    if history.retelling is not None:
        difference = history.retelling.difference()
        amendment = _Amendment(connection, history, difference, at)
        amendment.save()
        changes += amendment.changes
        told = difference.moved
        written = history.scope.written
        found += settled(history.retelling, difference.retold, agreed, written)
    gone, new = _bearings(history, placings, told, target)
    corrections.delete_item_events(connection, [(row.item, row.ordinal) for row in gone])
    events.insert_item_events(connection, sorted(new))
    changes += [bearing_change(at, row, is_new=False) for row in sorted(gone)]
    changes += [bearing_change(at, row, is_new=True) for row in sorted(new)]
    save_changes(connection, changes)
    return found


def _placed(connection: Connection, placings: Mapping[int, Placing], at: int) -> list[Change]:
    changes = []
    for index, row in sorted(events.load_events(connection, placings).items()):
        now = placings[index]
        new = None if now.ordinal == ordinal(index) else now.ordinal, now.corrected_by
        changes += changed(at, Kind.PLACING, index, [(row.ordinal, row.corrected_by)], [new])
    return changes


def bearing_change(at: int, row: ItemEvent, *, is_new: bool) -> Change:
    """By entry *at* something bears on an item, or no more."""
    return Change(at, Kind.BEARING, row.item, is_new, (row.ordinal, row.named, row.idx))


def _bearings(
    history: History,
    placings: Mapping[int, Placing],
    told: Mapping[int, Told],
    target: int,
) -> tuple[set[ItemEvent], set[ItemEvent]]:
    """What bears on nothing where it did any more, and what does anew.

    An entry stands elsewhere in the stories of its items. One that is out stays in them: the
    *target* in all, any other in those of what it names.
    """
    old: dict[int, set[ItemEvent]] = {index: set() for index in placings}
    for index, row in history.rows:
        if index in old:
            old[index].add(row)
    gone, new = set[ItemEvent](), set[ItemEvent]()
    for index, there in old.items():
        entry = history.entries[index]
        names = {history.ids[name] for name in entry.names() if name in history.ids}
        is_whole = index == target or entry.before is None
        # Where it settles something, it is in the stories of more items, which do not move.
        rows = {row for row in there if row.idx is not None} or {
            row for row in there if entry.before is not None or row.item in names
        }
        bears = {row.item: row.named for row in rows if is_whole or row.item in names}
        if index in told:
            bears = {history.ids[item]: named for item, named in told[index].bears.items()}
        place = placings[index].ordinal
        shown = None if place == ordinal(index) else index
        kept = {ItemEvent(item, place, named, shown) for item, named in bears.items()}
        gone |= rows - kept
        new |= kept - rows
    return gone, new


class _Amendment:
    """The difference, a table at a time."""

    def __init__(
        self, connection: Connection, history: History, difference: Difference, at: int
    ) -> None:
        self._connection, self._history, self._at = connection, history, at
        self._difference, self._ids = difference, history.ids
        self._written = history.scope.written
        self.changes: list[Change] = []

    def save(self) -> None:
        """Write all of it."""
        self._save_states()
        self._save_stays()
        self._save_bearings()
        self._save_told()
        self._save_receipts()
        bound = [
            (one.index, one.after.step.bound or None)
            for one in self._difference.retold
            if one.before.step.bound != one.after.step.bound
        ]
        bound += [(i, told.step.bound or None) for i, told in self._difference.moved.items()]
        corrections.save_bound(self._connection, bound)
        for index, is_bound in bound:
            was = self._history.entries[index].is_bound
            row = (bool(is_bound),)
            self.changes += changed(self._at, Kind.BOUND, index, [(was,)], [row])

    def _save_states(self) -> None:
        states = {item: state for item, state in self._difference.states.items() if state}
        void = self._difference.states.keys() - states.keys()
        needs = Needs(frozenset(self._difference.states), frozenset())
        before, _ = items.load_holdings(self._connection, needs)
        begun = [stakes.Begun(parties_to(state), (item,)) for item, state in states.items()]
        begun += [stakes.Begun(stakes.parties_around(before, i), (i,)) for i in needs.items]
        items.save_items(self._connection, (), states, self._ids)
        stakes.save_stakes(self._connection, begun, self._ids)
        items.clear_states(self._connection, sorted([self._ids[item] for item in void]))

    def _save_stays(self) -> None:
        gone, rows = [], []
        for (item, start), stay in self._difference.stays.items():
            if stay is None:
                gone.append((self._ids[item], start))
            else:
                rows.append(Stay(self._ids[item], start, stay.stop, self._ids[stay.parent]))
        keys = {*gone, *[(row.item, row.start) for row in rows]}
        known = stays.load_stays(self._connection, {item for item, _ in keys})
        for row in known:
            if (row.item, row.start) in keys:
                self._note_stay(row, is_new=False)
        for row in rows:
            self._note_stay(row, is_new=True)
        corrections.delete_stays(self._connection, gone)
        items.save_containments(self._connection, rows)

    def _note_stay(self, row: Stay, *, is_new: bool) -> None:
        item, start, stop, parent = row
        self.changes += [
            Change(self._at, Kind.STAY, item, is_new, (start, stop, parent)),
            Change(self._at, Kind.INSIDE, parent, is_new, (item, start, stop)),
        ]

    def _save_bearings(self) -> None:
        """What an emptying took out is not in the entry's list, and may be something else now."""
        gone, new = [], []
        for one in self._difference.retold:
            at = self._history.entries[one.index].after
            assert at is not None
            shown = None if at == ordinal(one.index) else one.index
            old, now = one.before.bears, one.after.bears
            gone += [
                ItemEvent(self._ids[item], at, old[item], shown)
                for item in self._ours(sorted(old.keys() - now.keys()))
            ]
            new += [
                ItemEvent(self._ids[item], at, now[item], shown)
                for item in self._ours(sorted(now.keys() - old.keys()))
            ]
        corrections.delete_item_events(self._connection, [(row.item, row.ordinal) for row in gone])
        events.insert_item_events(self._connection, sorted(new))
        self.changes += [bearing_change(self._at, row, is_new=False) for row in gone]
        self.changes += [bearing_change(self._at, row, is_new=True) for row in new]

    def _ours(self, listed: Iterable[str]) -> list[str]:
        return [item for item in listed if item in self._written]

    # What entries found and closed --------------------------------------------------------------

    def _save_told(self) -> None:
        retold, moved = self._difference.retold, self._difference.moved
        out = {i for i, entry in self._history.entries.items() if entry.before != entry.after}
        indexes = sorted(out | {one.index for one in retold})
        findings = events.load_findings(self._connection, indexes)
        closings = events.load_closings(self._connection, indexes)
        corrections.delete_told(self._connection, indexes)
        found: list[Finding] = []
        closed: list[Closing] = []
        for index in moved:
            found += moved[index].step.findings
            closed += moved[index].step.closings
        for one in retold:
            found += self._merged(one, findings.get(one.index, ()))
            closed += self._merged_closings(one, closings.get(one.index, ()))
        events.insert_findings(self._connection, sorted(found, key=lambda one: one.index))
        events.insert_closings(self._connection, sorted(closed, key=lambda one: one.index))
        self._note_told(indexes, findings, found)
        self._note_closed(indexes, closings, closed)

    def _note_told(
        self, indexes: Iterable[int], old: Mapping[int, list[Finding]], new: Iterable[Finding]
    ) -> None:
        for index in indexes:
            had = [row_of_finding(f) for f in old.get(index, ()) if f.code not in _OF_CORRECTIONS]
            has = [row_of_finding(found) for found in new if found.index == index]
            self.changes += changed(self._at, Kind.FINDING, index, had, has)

    def _note_closed(
        self, indexes: Iterable[int], old: Mapping[int, list[Closing]], new: Iterable[Closing]
    ) -> None:
        for index in indexes:
            had = [row_of_closing(one) for one in old.get(index, ()) if one.entry is None]
            has = [row_of_closing(closing) for closing in new if closing.index == index]
            self.changes += changed(self._at, Kind.CLOSING, index, had, has)

    def _merged(self, one: Retold, stored: Sequence[Finding]) -> list[Finding]:
        """What the entry finds: *stored* of items outside, the new of those that are written."""
        listed: dict[Finding, list[str]] = {}
        bare: dict[Finding, None] = {}  # of the entry itself, which lists nothing
        told = [(found, one.act, False) for found in stored if found.code not in _OF_CORRECTIONS]
        told += [(found, one.named, True) for found in one.after.step.findings]
        for found, act, is_new in told:
            named = found.items or act.items
            if named:
                some = [item for item in named if (item in self._written) is is_new]
                listed.setdefault(replace(found, items=()), []).extend(some)
            else:
                bare[found] = None
        spelled = [replace(f, items=_spelled(one.act, some)) for f, some in listed.items() if some]
        return _mend_dates([*bare, *spelled])

    def _merged_closings(self, one: Retold, stored: Sequence[Closing]) -> Iterator[Closing]:
        listed: dict[Closing, list[str]] = {}
        for closing in stored:
            rest = [item for item in closing.items or one.act.items if item not in self._written]
            if closing.entry is None:
                listed.setdefault(replace(closing, items=()), []).extend(rest)
        for closing in one.after.step.closings:
            ours = self._ours(closing.items or one.named.items)
            listed.setdefault(replace(closing, items=()), []).extend(ours)
        for closing, some in listed.items():
            if some:
                yield replace(closing, items=_spelled(one.act, some))

    # What arrived -------------------------------------------------------------------------------

    def _save_receipts(self) -> None:
        """Counts change by what the items that are written add or no longer do."""
        counts = Counter(self._difference.arrivals)
        pairs = {(shipment, index) for shipment, index, _ in counts}
        stored = events.load_receipts(self._connection, {shipment for shipment, _ in pairs})
        old = [row for row in chain.from_iterable(stored.values()) if row[:2] in pairs]
        for row in old:
            counts[row.shipment, row.idx, bool(row.is_final)] += row.items
        corrections.delete_receipts(self._connection, sorted(pairs))
        rows = [ReceiptRow(*key, count) for key, count in sorted(counts.items()) if count]
        events.insert_receipts(self._connection, rows)
        for is_new, some in ((False, sorted(old)), (True, rows)):
            self.changes += [
                Change(
                    self._at,
                    Kind.RECEIPT,
                    row.shipment,
                    is_new,
                    (row.idx, bool(row.is_final), row.items),
                )
                for row in some
            ]


# What corrections themselves found and closed is no matter of the fold.
_OF_CORRECTIONS = frozenset({Code.CORRECTION_OPEN})


def _mend_dates(findings: Sequence[Finding]) -> list[Finding]:
    """A date in the future counts against what the entry moved; if nothing, against itself."""
    dates = [found for found in findings if found.code is Code.FUTURE]
    is_moved = any(found.on_items for found in dates)
    kept = [found for found in findings if found not in dates or found.on_items is is_moved]
    return [
        replace(found, items=()) if found in dates and not found.on_items else found
        for found in kept
    ]


def _spelled(act: Act, some: Iterable[str]) -> tuple[str, ...]:
    """*some* items of an entry as its findings list them: () for all that it names as such."""
    chosen = set(some)
    if chosen == set(act.items):
        return ()
    return (*[i for i in act.items if i in chosen], *sorted(chosen.difference(act.items)))
