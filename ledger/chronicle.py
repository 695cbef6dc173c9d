"""Some items through time: in which state each entry left them, and who had a part in them then.

The projections know what is; this is the same fold (``ledger.custody``) over the entries that bear
on a few items and on all containers that they were ever in, remembering every state on the way.
What an entry does with other items is left out, as in ``ledger.replay``. A correction changes what
is from the entry on by which it took effect; what was seen before stays what was seen.
``ledger.view`` makes horizons of it. Example::

    chronicle = Chronicle([chip, pallet])
    for placed in entries:
        chronicle.take(placed)
    chronicle.state(chip, 9).custody.holder
    horizon(chronicle.history(chip), reader)
"""

from bisect import bisect_right
from collections.abc import Hashable, Iterable, Iterator

from ledger import custody
from ledger.holding import Holdings, ItemState, Step, commit, containers_of, effective
from ledger.replay import PUTS_IN, Placed, restricted
from ledger.view import EVERYTHING, Horizon, Part, parties_to


class Chronicle:
    """The fold. *scope*: the items asked for, and all that any of them was ever in."""

    def __init__(self, scope: Iterable[str]) -> None:
        self._scope = frozenset(scope)
        self._holdings = Holdings()
        self._starts: dict[str, list[int]] = {}
        self._states: dict[str, list[ItemState | None]] = {}

    def take(self, placed: Placed) -> None:
        """Take the next entry; indexes ascend."""
        step = self._fold(self._holdings, placed)
        for move in step.moves:
            for item in self._scope.intersection(move.items):
                self._note(item, placed.index, move.state)

    def revise(self, start: int, acts: Iterable[Placed]) -> None:
        """From entry *start* on it is as if all before had been *acts*, in this order."""
        before, self._holdings = self._holdings.states, Holdings()
        for placed in acts:
            self._fold(self._holdings, placed)
        for item in self._scope:
            state = self._holdings.states.get(item)
            if state != before.get(item):
                self._note(item, start, state)

    def state(self, item: str, until: Horizon) -> ItemState | None:
        """The effective state of *item* after entry *until*, None if it had none."""
        return effective(self._at(item, until), item)

    def around(self, item: str, until: Horizon) -> tuple[str, ...]:
        """The containers around *item* after entry *until*, inmost first."""
        return tuple(containers_of(self._at(item, until), item))

    def course(self, item: str) -> Hashable:
        """What *item* went through: the same of any two of which everything here is the same."""
        return *self._starts.get(item, ()), *map(id, self._states.get(item, ()))

    def history(self, item: str) -> tuple[Part, ...]:
        """Who had a part in *item*, from each entry on that changed it or what it was in."""
        parts = []
        for start in sorted(set(self._changes(item, 0, EVERYTHING))):
            state = self.state(item, start)
            parts.append(Part(start, frozenset() if state is None else parties_to(state)))
        return tuple(parts)

    def _fold(self, holdings: Holdings, placed: Placed) -> Step:
        act = restricted(placed.act, self._scope)
        if act is None or (act.kind in PUTS_IN and act.parent not in self._scope):
            return Step()  # nothing here was ever in that container: this did not put it there
        index, recorded_at = placed.index, placed.recorded_at
        step = custody.apply(holdings, act, placed.facts, index=index, recorded_at=recorded_at)
        commit(holdings, step)
        return step

    def _note(self, item: str, start: int, state: ItemState | None) -> None:
        self._starts.setdefault(item, []).append(start)
        self._states.setdefault(item, []).append(state)

    def _at(self, item: str, until: Horizon) -> Holdings:
        """*item* and all around it after entry *until*."""
        states: dict[str, ItemState] = {}
        inner: str | None = item
        while inner is not None and inner not in states:
            count = bisect_right(self._starts.get(inner, ()), until)
            state = self._states[inner][count - 1] if count else None
            if state is None:
                break
            states[inner] = state
            inner = state.parent
        return Holdings(states)

    def _changes(self, item: str, start: int, stop: int) -> Iterator[int]:
        """The entries in [start, stop) that changed *item* or what it was in."""
        waiting = [(item, start, stop)]
        while waiting:  # containers nest to any depth
            around, start, stop = waiting.pop()
            starts, states = self._starts.get(around, []), self._states.get(around, ())
            stops = [*starts[1:], EVERYTHING] if starts else []
            for begun, ended, state in zip(starts, stops, states, strict=True):
                if start <= begun < stop:
                    yield begun
                first, last = max(begun, start), min(ended, stop)
                if state is not None and state.parent is not None and first < last:
                    waiting.append((state.parent, first, last))
