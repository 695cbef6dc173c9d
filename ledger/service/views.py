"""What the projections know of some items, as the ``View`` that ``ledger.judge`` reads.

One statement per table for any number of items, cut to what the reader may see of each
(``ledger.service.sight``): to a reader whose part has ended all is as it was then.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple, TypeVar

from ledger.act import ActKind
from ledger.arrival import Shipment
from ledger.consignment import Consignment, waiting
from ledger.finding import WITHOUT_EFFECT, Closing, Finding
from ledger.holding import ItemState, Phase
from ledger.identity import UNIQUE, is_same
from ledger.judge import Docket, View, bound_to
from ledger.order import ordinal
from ledger.service.dealings import Dealings
from ledger.service.identities import Numbers
from ledger.service.past import Dockets, Past, story_start
from ledger.service.sight import Outlook, Sight
from ledger.service.sightings import Sightings
from ledger.store import events, identities, items, log, stays
from ledger.store.events import Bearing, EventRow, ReceiptRow
from ledger.store.said import load_said
from ledger.view import EVERYTHING, Horizon

_ITEM = attrgetter("item")
_Found = TypeVar("_Found", Finding, Closing)


class Seen(NamedTuple):
    """A view, and by which events it came about: in log order, through what each bears on it.

    *horizon* is the last entry that the reader may see of it, recorded at *ended_at*; None if it
    may see all. *told* as in ``Outlook``. *around* are the containers that it lies in, the inmost
    first.
    """

    view: View
    bearings: tuple[Bearing, ...]
    subjects: Mapping[int, str]
    number: int
    horizon: Horizon
    ended_at: datetime | None
    around: tuple[str, ...]
    told: Horizon

    def judged_at(self, as_of: datetime) -> datetime:
        """*as_of*, but not after what the reader may see has ended."""
        return as_of if self.ended_at is None else min(as_of, self.ended_at)


def load_views(
    sight: Sight,
    wanted: Collection[str],
    until: Horizon = EVERYTHING,
    *,
    disclose: bool = True,
) -> dict[str, Seen]:
    """The view of each of *wanted* that any entry names and *sight* may see.

    Others are missing from the result. Nothing after entry *until* is seen. *disclose*: with the
    withheld places that the ledger was shown.
    """
    seen = _load(sight, wanted, until, disclose=disclose)
    return seen | _sharing(sight, seen)


def _load(
    sight: Sight, wanted: Collection[str], until: Horizon, *, disclose: bool = True
) -> dict[str, Seen]:
    return _Loader(sight, sight.outlooks(wanted, until), disclose=disclose).views()


def look_at(sight: Sight, outlooks: Mapping[str, Outlook]) -> dict[str, Seen]:
    """The views of what is seen as *outlooks* say."""
    seen = _Loader(sight, outlooks, disclose=True).views()
    return seen | _sharing(sight, seen)


class _Loader:
    def __init__(self, sight: Sight, outlooks: Mapping[str, Outlook], *, disclose: bool) -> None:
        connection = sight.connection
        self._sees_all, self._outlooks = sight.reader.sees_all, outlooks
        self._known = sight.known
        self._wanted = {item: sight.ids[item] for item in outlooks}
        self._filled = stays.load_filled(connection, self._wanted.values())
        loaded = events.load_bearings(connection, self._wanted.values())
        self._bearings: dict[int, Sequence[Bearing]] = {
            number: tuple(group) for number, group in groupby(loaded, key=_ITEM)
        }
        horizons = {self._wanted[item]: outlook.horizon for item, outlook in outlooks.items()}
        ended = {number: at for number, at in horizons.items() if at != EVERYTHING}
        self._look_back(Past(connection), ended)
        every = [bearing for group in self._bearings.values() for bearing in group]
        indexes = {bearing.idx for bearing in every}
        through = [bearing for bearing in every if bearing.subject != bearing.item]
        self._inside = {bearing.item for bearing in through}
        subjects = {bearing.subject for bearing in through}
        # Where an entry was recorded, no other is ever put.
        places = {bearing.ordinal for bearing in every}
        self._has_moved = not places.issubset(map(ordinal, indexes))
        self._subjects = {number: item for item, number in self._wanted.items()}
        self._subjects |= items.load_names(connection, subjects - self._subjects.keys())
        shipments = set(_shipments(outlook.state for outlook in outlooks.values()))
        said = load_said(connection, indexes | shipments)
        self._said = said
        self._dockets = Dockets(connection, indexes, shipments, has_past=bool(ended))
        self._numbers = Numbers(connection, self._wanted.values())
        bear = {index: one for index, one in said.items() if index in indexes}
        self._sightings = Sightings(sight, bear, disclose=disclose)
        self._dealings = Dealings(sight, bear, disclose=disclose)
        # Where what is known ends, no part does.
        ends = {one.horizon for one in outlooks.values() if one.horizon < sight.known}
        self._ended_at = log.load_recorded_at(connection, sorted(ends))

    def _look_back(self, past: Past, ended: Mapping[int, Horizon]) -> None:
        """To whose part has *ended* it is told as it was then, whatever was corrected since."""
        if ended:
            self._bearings |= past.bearings(past.amended(ended, self._bearings))
            self._filled |= past.filled(ended)

    def views(self) -> dict[str, Seen]:
        seen = {item: self._see(item, number) for item, number in self._wanted.items()}
        if self._known == EVERYTHING:
            return seen
        return {item: one for item, one in seen.items() if one.bearings}

    def _see(self, item: str, number: int) -> Seen:
        outlook = self._outlooks[item]
        bearings = self._bearings_on(number, outlook)
        indexes = [bearing.idx for bearing in bearings]
        known = self._dockets.told
        told = [bearing for bearing in bearings if bearing.idx in known]
        by_stay: dict[tuple[int, int], list[Bearing]] = {(number, -1): []}
        for bearing in told:
            by_stay.setdefault((bearing.subject, bearing.stay), []).append(bearing)
        own, *containers = (self._docket(stay, outlook.horizon) for stay in by_stay.values())
        ended_at = self._ended_at.get(outlook.horizon)
        # By position, as in ``ledger.store.items``: names would take twice as long.
        view = View(
            item,
            outlook.state,
            own,
            tuple(containers),
            self._shipment(outlook),
            _is_empty(self._filled.get(number, ()), outlook.horizon),
            _moved(bearings) if self._has_moved else {},
            self._numbers.of(number, bearings, outlook.horizon, outlook.told),
            self._sightings.claims(indexes, (own, *containers), outlook.horizon, outlook.told),
            self._consignments(number, outlook, bearings, told),
        )
        return Seen(
            view,
            bearings,
            self._subjects,
            number,
            outlook.horizon,
            None if ended_at is None else items.moment(ended_at),
            outlook.around,
            outlook.told,
        )

    def _bearings_on(self, number: int, outlook: Outlook) -> tuple[Bearing, ...]:
        """What bears on the item, as far as it is seen."""
        bearings = self._bearings.get(number, ())
        if self._sees_all:
            if outlook.horizon == EVERYTHING:
                return tuple(bearings)
            return tuple([b for b in bearings if b.idx <= outlook.horizon])
        start, state = 0, outlook.state
        if state is not None and _may_be_another(state):
            start = story_start(self._filled.get(number, ()), outlook.horizon)
        return tuple([b for b in bearings if b.idx <= outlook.horizon and b.ordinal >= start])

    # What was found ------------------------------------------------------------------------------

    def _docket(self, stay: Sequence[Bearing], horizon: Horizon) -> Docket:
        if not stay:
            return _NOTHING_FOUND
        return Docket(
            findings=self._about(stay, self._dockets.findings, horizon),
            closings=self._about(stay, self._dockets.closings, horizon),
        )

    def _about(
        self,
        bearings: Iterable[Bearing],
        told: Callable[[int, Horizon], Sequence[_Found]],
        horizon: Horizon,
    ) -> tuple[_Found, ...]:
        about: list[_Found] = []
        for bearing in bearings:
            every = told(bearing.idx, horizon)
            if not every:
                continue
            subject = self._subjects[bearing.subject]
            found = [one for one in every if _is_on(one, subject, bearing)]
            if not self._sees_all:
                # Nothing of the other items that they are about, neither names nor order.
                found = sorted([replace(one, items=(subject,)) for one in found], key=_by_code)
            about += found
        return tuple(about)

    # How it was sent -----------------------------------------------------------------------------

    def _consignments(
        self,
        number: int,
        outlook: Outlook,
        bearings: Sequence[Bearing],
        told: Iterable[Bearing],
    ) -> tuple[Consignment, ...]:
        dealings = self._dealings.indexes
        idle = {b for b in told if b.idx in dealings and self._is_idle(b, outlook.horizon)}
        way = tuple([b.idx for b in bearings if b.idx in dealings and b not in idle])
        if not way:
            return ()
        others = bearings if number in self._inside else ()
        around = frozenset([self._subjects[b.subject] for b in others if b.subject != number])
        return self._dealings.consignments(
            way,
            outlook.horizon,
            outlook.told,
            around,
            waiting(outlook.state),
            is_container=number in self._filled,
        )

    def _is_idle(self, bearing: Bearing, horizon: Horizon) -> bool:
        """Whether the entry did nothing to what it names, so that it sent nothing."""
        subject = self._subjects[bearing.subject]
        return any(
            one.code in WITHOUT_EFFECT and _is_on(one, subject, bearing)
            for one in self._dockets.findings(bearing.idx, horizon)
        )

    def _shipment(self, outlook: Outlook) -> Shipment | None:
        state = outlook.state
        if state is None or state.custody.phase is not Phase.IN_TRANSIT:
            return None
        said = self._said.get(state.custody.shipment or -1)
        if said is None:
            return None
        row = said.event
        return _shipment_of(row, self._dockets.receipts(row.idx, outlook.horizon))


_NOTHING_FOUND = Docket()


def _moved(bearings: Iterable[Bearing]) -> dict[int, int]:
    """The ordinals of the entries that stand elsewhere than where they were recorded."""
    return {b.idx: b.ordinal for b in bearings if b.ordinal != ordinal(b.idx)}


def _is_on(found: Finding | Closing, subject: str, bearing: Bearing) -> bool:
    """An empty list is every item that the entry names as such."""
    return subject in found.items if found.items else bool(bearing.named)


def _by_code(found: Finding | Closing) -> tuple[str, str]:
    return found.code or "", found.message if isinstance(found, Finding) else ""


def _shipments(states: Iterable[ItemState | None]) -> Iterable[int]:
    for state in states:
        if state is not None and state.custody.shipment is not None:
            yield state.custody.shipment


def _shipment_of(row: EventRow, receipts: Sequence[ReceiptRow]) -> Shipment:
    """The shipment that the event *row* began, and what came of it so far."""
    final = next((receipt.idx for receipt in receipts if receipt.is_final), None)
    received = dict.fromkeys([receipt.idx for receipt in receipts[:1]])
    if final is not None:
        received[final] = None
    return Shipment(
        index=row.idx,
        due_at=None if row.due_at is None else items.moment(row.due_at),
        received=tuple(received),
        closed_by=final,
    )


# Containers --------------------------------------------------------------------------------------


def _may_be_another(state: ItemState) -> bool:
    """Whether it may be a box that serves one load after the other: each is a story of its own.

    Such a one began with a packing. What is still said against it is part of every story.
    """
    return state.origin is None and not state.registered and not state.marks


def _is_empty(filled: Sequence[tuple[int, int]], horizon: Horizon) -> bool:
    """Whether there was something inside up to *horizon*, and is not any more."""
    end = ordinal(horizon + 1)
    before = [stop for start, stop in filled if start < end]
    return bool(before) and max(before) < end


# Numbers that no two things bear ------------------------------------------------------------------


def _sharing(sight: Sight, seen: Mapping[str, Seen]) -> dict[str, Seen]:
    """Those of *seen* that are bound to a number to which another item in view is bound too."""
    said = {one.number: item for item, one in seen.items() if one.view.identities.readings}
    found: dict[str, Seen] = {}
    pairs = identities.find_shared(sight.connection, said)
    for horizon in {seen[said[number]].horizon for number, _ in pairs}:
        some = [pair for pair in pairs if seen[said[pair[0]]].horizon == horizon]
        names = items.load_names(sight.connection, {other for _, other in some})
        # What a reader is told as it was then rests on nothing that came later.
        others = _load(sight.at(horizon), names.values(), horizon)
        for number, other in some:
            one = found.get(said[number], seen[said[number]])
            if names[other] in others:
                found[one.view.item] = _shared(one, others[names[other]].view)
    return found


def _shared(one: Seen, other: View) -> Seen:
    """*one*, with what it shares with the *other* item."""
    view, is_remade = one.view, _is_made_over(one.view) or _is_made_over(other)
    ours, theirs = bound_to(view), bound_to(other)
    kinds = [kind for kind in UNIQUE if kind in ours and kind in theirs and not is_remade]
    shared = {kind for kind in kinds if is_same(ours[kind].number, theirs[kind].number)}
    said = replace(view.identities, shared=view.identities.shared | shared)
    return one._replace(view=view._replace(identities=said))


def _is_made_over(view: View) -> bool:
    """Whether the thing is another item by now, which has its numbers."""
    return view.state is not None and view.state.ended is ActKind.TRANSFORM
