"""How far the holder of a licence sees what went out under it.

That is what was sent, or transferred in place, by somebody who may draw on the licence; not what
was taken back or called off, nor on what it had no effect. A box is seen as long as its load is
the one that was sent. Example::

    Licensed(connection, registry, holder, known, now).horizons({chip: 7}, boxes=())
    # {chip: EVERYTHING}, as long as the licence is in force
"""

from bisect import bisect_left
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from datetime import datetime

from ledger.consignment import Leg, legs
from ledger.finding import WITHOUT_EFFECT
from ledger.registry import Registry
from ledger.service.past import Dockets, Past, story_start
from ledger.store import draws, events, items, log
from ledger.store.database import Connection
from ledger.store.events import Bearing
from ledger.view import EVERYTHING, Horizon
from ledger.wallet import holder_of, in_force
from schemas.statement import LicenceKind


class Licensed:
    """What *holder* sees for its licences in a log that is *known* up to that entry, at *now*."""

    def __init__(
        self,
        connection: Connection,
        registry: Registry,
        holder: str,
        known: Horizon,
        now: datetime,
    ) -> None:
        self._connection, self._registry = connection, registry
        self._holder, self._known, self._now = holder, known, now
        self._past = Past(connection)
        held = {
            (one.regime, one.number) for one in registry.licences.values() if one.holder == holder
        }
        self._spans = {
            number: spans
            for number in held
            if (spans := in_force(registry, number, holder, known, self._last_before))
        }

    def _last_before(self, at: datetime) -> Horizon:
        if at > self._now:
            return self._known

        def recorded_at(index: int) -> int:
            return log.load_recorded_at(self._connection, [index])[index]

        # The times of the log never go back.
        indexes = range(log.count_entries(self._connection))
        before = bisect_left(indexes, items.milliseconds(at), key=recorded_at)
        return min(before - 1, self._known)

    def horizons(self, wanted: Mapping[str, int], boxes: Container[str]) -> dict[str, Horizon]:
        """The last entry that the holder sees of each of *wanted*, ids by item; some are missing.

        *boxes* are those of them that began with a packing.
        """
        if not self._spans:
            return {}
        bearings = self._bearings(wanted.values())
        story = _Story(self._connection, bearings, self._known)
        filled = self._past.filled({wanted[one]: self._known for one in wanted if one in boxes})
        found: dict[str, Horizon] = {}
        for item, number in wanted.items():
            loads = filled.get(number, ())
            for leg, place in story.legs(bearings.get(number, ())):
                stop = self._stop(leg)
                if stop is not None and place >= story_start(loads, stop):
                    found[item] = max(stop, found.get(item, stop))
        return found

    def _bearings(self, numbers: Collection[int]) -> Mapping[int, Sequence[Bearing]]:
        if self._known != EVERYTHING:
            return self._past.bearings(dict.fromkeys(numbers, self._known))
        found: dict[int, list[Bearing]] = {}
        for bearing in events.load_bearings(self._connection, numbers):
            found.setdefault(bearing.item, []).append(bearing)
        return found

    def _stop(self, leg: Leg) -> Horizon | None:
        """The last entry that is seen of what went out by *leg*, None if it is nothing."""
        sender = leg.dealing.sender
        numbers = {
            (one.regime, one.number or "")
            for one in leg.dealing.authorisations
            if one.kind != LicenceKind.NLR
        }
        ours = [
            number
            for number in numbers & self._spans.keys()
            if holder_of(self._registry, number, sender, leg.index, self._known) == self._holder
        ]
        stops = [stop for number in ours for _, stop in self._spans[number] if stop >= leg.index]
        return max(stops, default=None)


class _Story:
    """The dealings among *bearings*, as they counted after entry *known*."""

    def __init__(
        self,
        connection: Connection,
        bearings: Mapping[int, Sequence[Bearing]],
        known: Horizon,
    ) -> None:
        every = [one for some in bearings.values() for one in some if one.idx <= known]
        dealings = draws.load_dealings(connection, {one.idx for one in every})
        taken = Past(connection).corrected_by(dealings, known)
        self._dealings = {i: one for i, one in dealings.items() if i not in taken}
        dealt = [one for one in every if one.idx in self._dealings]
        self._names = items.load_names(connection, {one.subject for one in dealt})
        has_past = known != EVERYTHING
        self._dockets = Dockets(connection, set(self._dealings), set(), has_past=has_past)
        self._known = known

    def legs(self, bearings: Iterable[Bearing]) -> Iterable[tuple[Leg, int]]:
        """By what an item was sent on which these are the *bearings*, and at which ordinal."""
        dealt = [one for one in bearings if one.idx in self._dealings and not self._is_idle(one)]
        places = {one.idx: one.ordinal for one in dealt}
        way = [(index, self._dealings[index]) for index in places]
        return [(leg, places[leg.index]) for leg in legs(way, None)]

    def _is_idle(self, bearing: Bearing) -> bool:
        """Whether the entry did nothing to what it names."""
        subject = self._names[bearing.subject]
        return any(
            one.code in WITHOUT_EFFECT
            and (subject in one.items if one.items else bool(bearing.named))
            for one in self._dockets.findings(bearing.idx, self._known)
        )
