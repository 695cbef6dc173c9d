"""What became of the units of shipments, as far as their reader sees.

What came out of a unit on its own while that was under way - received, refused, seized by itself -
is one of the shipment's, too: a pallet that waits with one chip left is no pallet that waits.
Example::

    Fates(ledger, sight, {41: act}, day).of(41)      # {pallet: End(Fate.OUTSTANDING), chip: ...}
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ledger.act import Act, ActKind
from ledger.finding import Code
from ledger.holding import Phase
from ledger.judge import ARRIVAL, idle_entries, judge
from ledger.order import ordinal
from ledger.service.ledger import Ledger
from ledger.service.sight import Sight
from ledger.service.views import Seen, load_views
from ledger.store import events, stays
from ledger.store.amendments import Kind, before, load_changes
from ledger.view import Horizon


class Fate(StrEnum):
    """What became of one unit of a shipment."""

    OUTSTANDING = "outstanding"
    RECEIVED = "received"
    DELIVERED = "delivered"
    REFUSED = "refused"
    REDIRECTED = "redirected"
    SEIZED = "seized"
    ENDED = "ended"
    VOID = "void"


_FATES: Mapping[str, Fate] = {
    ActKind.RECEIVE: Fate.RECEIVED,
    ActKind.DELIVER: Fate.DELIVERED,
    ActKind.REFUSE: Fate.REFUSED,
    ActKind.SHIP: Fate.REDIRECTED,
    ActKind.SEIZE: Fate.SEIZED,
    ActKind.VOID: Fate.VOID,
    ActKind.DESTROY: Fate.ENDED,
    ActKind.DECOMMISSION: Fate.ENDED,
    ActKind.TRANSFORM: Fate.ENDED,
}


@dataclass(frozen=True, slots=True)
class End:
    """A unit came to *fate* by entry *by*, None while it is outstanding.

    *codes* are then the open findings that are of its arrival.
    """

    fate: Fate
    by: int | None
    codes: frozenset[Code] = frozenset()


class Fates:
    """The fates of what the shipments *sent*, acts by entry, name and *sight* saw go."""

    def __init__(
        self, ledger: Ledger, sight: Sight, sent: Mapping[int, Act], day: datetime
    ) -> None:
        self._ledger, self._sight, self._day = ledger, sight, day
        self._views: dict[str, Seen] = {}
        self._events = events.load_events(sight.connection, sent)
        self._changes = load_changes(sight.connection, Kind.PLACING, sent)
        self._look({unit for act in sent.values() for unit in act.items})
        self._ends = {index: self._ends_of(index, act.items) for index, act in sent.items()}
        self._add_apart(sent)

    def of(self, index: int) -> Mapping[str, End]:
        """How each unit of shipment *index* ended, by its id; none if the reader saw none go."""
        return self._ends[index]

    def is_told(self, index: int) -> bool:
        """Whether the reader is told what was disclosed of shipment *index*."""
        return any(self._views[unit].told >= index for unit in self._ends[index])

    def _look(self, wanted: Collection[str]) -> None:
        views = load_views(self._sight, wanted)
        known = self._events.keys()
        new = {bearing.idx for seen in views.values() for bearing in seen.bearings} - known
        self._views |= views
        self._events |= events.load_events(self._sight.connection, new)
        self._changes |= load_changes(self._sight.connection, Kind.PLACING, new)

    def _ends_of(self, index: int, units: Collection[str]) -> dict[str, End]:
        found = {unit: self._end(index, self._views.get(unit)) for unit in units}
        return {unit: end for unit, end in found.items() if end is not None}

    # What came out of a unit on its own ---------------------------------------------------------

    def _add_apart(self, sent: Mapping[int, Act]) -> None:
        """Add what left a unit and came to another end; it takes the place of an emptied one."""
        spans = {
            (self._views[unit].number, self._place(index)): (index, self._stop(index, unit))
            for index, act in sent.items()
            for unit in act.items
            if unit in self._views
        }
        wanted = [(*start, stop) for start, (_, stop) in spans.items()]
        rows = stays.load_apart(self._sight.connection, wanted)
        self._look({thing for *_, thing, _ in rows})
        apart: dict[int, dict[str, str]] = {}
        for number, start, thing, around in rows:
            apart.setdefault(spans[number, start][0], {})[thing] = around
        for index, things in apart.items():
            ends = self._ends[index]
            known = ends | self._ends_of(index, things)
            emptied = {box for box in things.values() if self._is_emptied(index, box)}
            for thing, around in things.items():
                if thing in known and (around in emptied or known[thing] != known.get(around)):
                    ends[thing] = known[thing]
            for box in emptied.intersection([things[one] for one in ends.keys() & things.keys()]):
                ends.pop(box, None)

    def _is_emptied(self, index: int, box: str) -> bool:
        seen = self._views.get(box)
        return seen is not None and seen.view.is_empty_container and _is_under_way(index, seen)

    def _stop(self, index: int, unit: str) -> int:
        """The ordinal from which on it does not matter to shipment *index* what leaves *unit*.

        There is none as long as it is under way, nor for a box whose present story is another.
        """
        end = self._ends[index].get(unit)
        if end is None or end.by is None or _is_under_way(index, self._views[unit]):
            return stays.EVER
        return self._place(end.by)

    def _place(self, index: int) -> int:
        row = self._events.get(index)
        return ordinal(index) if row is None or row.ordinal is None else row.ordinal

    # How one ended ------------------------------------------------------------------------------

    def _end(self, index: int, seen: Seen | None) -> End | None:
        """What became of a unit of shipment *index*; None if it never went, or nobody saw it."""
        if seen is None or seen.horizon < index:
            return None
        idle = idle_entries((seen.view.docket, *seen.view.containers))
        counted = [
            bearing.idx
            for bearing in seen.bearings
            if bearing.idx not in idle and not self._is_taken(bearing.idx, seen.horizon)
        ]
        if index not in counted:
            return None
        if _is_under_way(index, seen):
            shipped = seen.view.shipment
            # A box that was emptied at its end is waited for by nobody.
            if seen.view.is_empty_container and shipped is not None and shipped.received:
                return End(Fate.RECEIVED, shipped.received[0])
            return End(Fate.OUTSTANDING, None, self._late(index, seen))
        for later in counted[counted.index(index) + 1 :]:
            fate = _FATES.get(self._events[later].kind) if later in self._events else None
            if fate is not None:
                return End(fate, later)
        return End(Fate.RECEIVED, index)  # the receipt was there first, and waited for it

    def _is_taken(self, index: int, horizon: Horizon) -> bool:
        """Whether a correction had taken entry *index* back by then."""
        row = self._events.get(index)
        if row is None:
            return False
        now = [(row.ordinal, row.corrected_by)]
        ((_, by),) = before(now, self._changes.get(index, ()), horizon)
        return by is not None

    def _late(self, index: int, seen: Seen) -> frozenset[Code]:
        pack, atlas = self._ledger.pack, self._ledger.atlas
        found = judge(seen.view, pack, atlas, seen.judged_at(self._day))
        late = [f.code for f in found if f.code in ARRIVAL and f.is_open and f.index == index]
        return frozenset(late)


def _is_under_way(index: int, seen: Seen) -> bool:
    state = seen.view.state
    if state is None or state.ended is not None:
        return False
    return (state.custody.phase, state.custody.shipment) == (Phase.IN_TRANSIT, index)
