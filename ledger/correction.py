"""Corrections: history told twice, as it stands and as it would stand, and who has a say in it.

Source: docs/custody.md, "Corrections". State is the fold of the acts that count, in their order
(``ledger.order``), so a correction changes nothing but which acts count and where. What follows is
worked out by folding twice: with the acts where they stand, and where they would stand. Both folds
are ``ledger.custody``'s, on a few items, beginning with their first act. Steps:

(1) ``ledger.reach``: whose history can differ. (2) ``Retelling``: both folds. (3)
``Retelling.against``: the parties that built on what would fall. An act of another party had effect
on an item, itself or through its container; if it would not have that effect any more, that party
has to concur, or the correction waits. Claims that ask for no standing (a place, a look) build on
nothing. (4) ``Retelling.difference``: what to write. Example::

    retelling = Retelling(entries, scope)
    retelling.against("urn:chiptrail:party:alpha")     # {"urn:chiptrail:party:beta": 12}: not yet
"""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from ledger.act import Act, ActKind
from ledger.facts import Facts
from ledger.holding import Holdings, ItemState, Move, containers_of
from ledger.reach import Entry, Scope
from ledger.replay import MOVED_NOTHING, restricted
from ledger.timeline import Stay, Timeline, Told, Turn

CLAIMS = frozenset({ActKind.DECLARE, ActKind.INSPECT, ActKind.RECORD})


@dataclass(slots=True)
class _Telling:
    """One fold from ``Scope.start`` on. *effects*: the items on which each entry had effect.

    *changes*: every new state of each item, with the ordinal. *answered*: who received what, by the
    entry of a receipt that had waited for the shipment.
    """

    timeline: Timeline
    told: dict[int, Told] = field(default_factory=dict)
    effects: dict[int, frozenset[str]] = field(default_factory=dict)
    changes: dict[str, list[tuple[int, ItemState]]] = field(default_factory=dict)
    answered: dict[int, tuple[str, frozenset[str]]] = field(default_factory=dict)

    def take(self, turn: Turn) -> None:
        told = self.timeline.take(turn)
        self.told[turn.entry] = told
        for move in told.step.moves:
            for item in move.items:
                self.changes.setdefault(item, []).append((turn.ordinal, move.state))
            self._answer(move)
        if turn.act.kind not in CLAIMS:
            self.effects[turn.entry] = _effect(turn.act, told, self.timeline.holdings)

    def _answer(self, move: Move) -> None:
        waited = () if move.before is None else move.before.pending
        for receipt in waited:
            if receipt not in move.state.pending and move.state.custody.is_held_by(receipt.party):
                _, before = self.answered.get(receipt.index, (receipt.party, _NOTHING))
                self.answered[receipt.index] = receipt.party, before.union(move.items)

    def coupled(self) -> Iterator[int]:
        """The entries that did to a container what depended on its contents."""
        return (index for index, told in self.told.items() if told.step.bound)


def _effect(act: Act, told: Told, holdings: Holdings) -> frozenset[str]:
    """The items on which the act had effect, with all that is inside them after it."""
    blocked = {
        item
        for found in told.step.findings
        if found.code in MOVED_NOTHING
        for item in found.items or act.items
    }
    reached = {item for item in told.bears if item not in blocked}
    waiting = list(reached)
    while waiting:
        inside = holdings.contents.get(waiting.pop(), _NOTHING) - reached
        reached |= inside
        waiting += inside
    return frozenset(reached)


_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Retold:
    """What unchanged entry *index* comes to, *before* and *after*, on the items that are written.

    *act* is the whole act, *named* what it says of the scope.
    """

    index: int
    act: Act
    named: Act
    before: Told
    after: Told


@dataclass(frozen=True, slots=True)
class Difference:
    """What the correction changes of the items that are written.

    *states*: None for what was not entered any more. *stays* by item and start: None for those that
    never were. *retold* are the entries that stay where they are and come to something else;
    *moved* what those come to that have another place, or one at all. *arrivals* is by how many
    items more or less came out of a shipment: by shipment, entry and whether that was the last.
    """

    states: Mapping[str, ItemState | None]
    stays: Mapping[tuple[str, int], Stay | None]
    retold: tuple[Retold, ...]
    moved: Mapping[int, Told]
    arrivals: Mapping[tuple[int, int, bool], int]


class Retelling:
    """The two folds over all *entries* that bear on *scope*; *facts* by index, as of each entry."""

    def __init__(self, entries: Iterable[Entry], scope: Scope, facts: Mapping[int, Facts]) -> None:
        self._entries = {entry.index: entry for entry in entries if entry.latest >= 0}
        self._scope, self._facts = scope, facts
        base = Timeline(Holdings())
        for turn in self._turns(before=True, late=False):
            base.take(turn)
        self._before = self._tell(base, before=True)
        self._after = self._tell(base, before=False)

    def _turns(self, *, before: bool, late: bool) -> list[Turn]:
        items, start = self._scope.items, self._scope.start
        turns = []
        for entry in self._entries.values():
            at = entry.before if before else entry.after
            act = None if at is None or (at >= start) is not late else restricted(entry.act, items)
            if at is not None and act is not None:
                facts = self._facts[entry.index]
                turns.append(Turn(at, entry.index, entry.recorded_at, act, facts))
        return sorted(turns, key=lambda turn: turn.ordinal)

    def _tell(self, base: Timeline, *, before: bool) -> _Telling:
        telling = _Telling(base.branch())
        for turn in self._turns(before=before, late=True):
            telling.take(turn)
        return telling

    def scope(self) -> Scope:
        """The scope, and what the two folds have shown to belong to it."""
        old, new = self._before, self._after
        differing = [
            item for item in self._scope.around if old.changes.get(item) != new.changes.get(item)
        ]
        coupled = [self._entries[index].names() for index in (*old.coupled(), *new.coupled())]
        return self._scope.with_written((*differing, *frozenset().union(*coupled)))

    def against(self, party: str) -> dict[str, int]:
        """The parties but *party* whose acts would lose effect, each with the first such entry."""
        found: dict[str, int] = {}
        for turn in self._turns(before=True, late=True):
            entry = self._entries[turn.entry]
            who = turn.act.who
            if who == party or entry.before != entry.after or who in found:
                continue
            had = self._before.effects.get(turn.entry, _NOTHING)
            if not had <= self._after.effects.get(turn.entry, _NOTHING):
                found[who] = turn.entry
        return found | self._unanswered(party, found)

    def _unanswered(self, party: str, found: Mapping[str, int]) -> dict[str, int]:
        """The same of receipts that came before their shipment: they had effect with it."""
        missing: dict[str, int] = {}
        for index, (who, items) in self._before.answered.items():
            _, still = self._after.answered.get(index, (who, _NOTHING))
            had = still | self._after.effects.get(index, _NOTHING)
            if who != party and who not in found and not items <= had:
                missing.setdefault(who, index)
        return missing

    def departed(self, index: int) -> frozenset[str]:
        """What entry *index* had effect on through a container that it has left since."""
        holdings, told = self._before.timeline.holdings, self._before.told.get(index)
        if told is None:
            return _NOTHING
        return frozenset(
            [
                item
                for item in self._before.effects.get(index, _NOTHING) - told.bears.keys()
                if told.bears.keys().isdisjoint(containers_of(holdings, item))
            ]
        )

    def difference(self) -> Difference:
        """What changes."""
        moved = {i for i, entry in self._entries.items() if entry.before != entry.after}
        return Difference(
            states=dict(self._states()),
            stays=dict(self._stays()),
            retold=tuple(self._retold(moved)),
            moved={i: told for i, told in sorted(self._after.told.items()) if i in moved},
            arrivals=_arrivals(self._before, self._after),
        )

    def _retold(self, moved: AbstractSet[int]) -> Iterator[Retold]:
        before, after, items = self._before.told, self._after.told, self._scope.items
        for index in sorted(before.keys() & after.keys() - moved):
            named = restricted(self._entries[index].act, items)
            if named is not None and _differ(before[index], after[index]):
                act = self._entries[index].act
                yield Retold(index, act, named, before[index], after[index])

    def _states(self) -> Iterator[tuple[str, ItemState | None]]:
        old, new = self._before.timeline.holdings.states, self._after.timeline.holdings.states
        touched = self._before.changes.keys() | self._after.changes.keys()
        for item in sorted(touched & self._scope.written):
            if old.get(item) != new.get(item):
                yield item, new.get(item)

    def _stays(self) -> Iterator[tuple[tuple[str, int], Stay | None]]:
        old, new = self._before.timeline.stays, self._after.timeline.stays
        for key in sorted(old.keys() | new.keys()):
            item, start = key
            if item not in self._scope.written or old.get(key) == new.get(key):
                continue
            # One that began before is ended in one fold only: in the other it lasts.
            is_older = start < self._scope.start
            lasting = Stay(None, old[key].parent) if is_older and key in old else None
            yield key, new.get(key, lasting)


def _differ(one: Told, other: Told) -> bool:
    return (
        one.bears != other.bears
        or one.arrivals != other.arrivals
        or one.step.findings != other.step.findings
        or one.step.closings != other.step.closings
        or one.step.bound != other.step.bound
    )


def _arrivals(before: _Telling, after: _Telling) -> dict[tuple[int, int, bool], int]:
    counts: dict[tuple[int, int, bool], int] = {}
    for telling, sign in ((before, -1), (after, 1)):
        for index, told in telling.told.items():
            for one in told.arrivals:
                key = one.shipment, index, one.is_final
                counts[key] = counts.get(key, 0) + sign * one.items
    return {key: count for key, count in counts.items() if count}
