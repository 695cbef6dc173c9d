"""The fold of acts with notes: what each came to, which states changed, who was inside what when.

``ledger.custody`` decides, this writes down what the projections are made of
(``ledger.service.projector``) and what a correction compares (``ledger.correction``). An act bears
on the items that it names and on those it moves beside them, the contents of a container that was
emptied. A stay is a span of ordinals inside one container. Example::

    timeline = Timeline(holdings)
    told = timeline.take(Turn(ordinal(41), 41, recorded_at, act, facts))
    told.bears                       # {chip: True, tray: False}: named as an item, or only moved
    timeline.stays[chip, ordinal(41)]    # Stay(None, tray): it went in, and is inside
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from ledger import custody
from ledger.act import Act, ActKind
from ledger.facts import Facts
from ledger.holding import Holdings, ItemState, Move, Phase, Step, commit, effective
from ledger.order import ordinal


class Turn(NamedTuple):
    """*act*, recorded as *entry*, where it stands; *facts* are as of that entry."""

    ordinal: int
    entry: int
    recorded_at: datetime
    act: Act
    facts: Facts


class Arrival(NamedTuple):
    """So many *items* came out of *shipment*; *is_final*: nothing more is expected."""

    shipment: int
    is_final: bool
    items: int


class Stay(NamedTuple):
    """Inside *parent* up to, not at, the ordinal *stop*; None while it is."""

    stop: int | None
    parent: str


class Told(NamedTuple):
    """What one act came to. *bears*: true for items it names, false for what it moves beside."""

    bears: dict[str, bool]
    step: Step
    arrivals: tuple[Arrival, ...]


class Timeline:
    """*states* and *stays* are what changed since the beginning; *holdings* are the whole.

    *ordinals* are those of correctives, by index: all that put something into a container before.
    """

    def __init__(self, holdings: Holdings, ordinals: Mapping[int, int] | None = None) -> None:
        self.holdings = holdings
        self.states: dict[str, ItemState] = {}
        self.stays: dict[tuple[str, int], Stay] = {}
        self._ordinals = dict(ordinals or {})

    def take(self, turn: Turn) -> Told:
        """Fold the next act; ordinals ascend."""
        step = self.decide(turn)
        return self.enter(turn, step)

    def decide(self, turn: Turn) -> Step:
        """What the next act does; nothing is changed."""
        return custody.apply(
            self.holdings, turn.act, turn.facts, index=turn.entry, recorded_at=turn.recorded_at
        )

    def enter(self, turn: Turn, step: Step) -> Told:
        """Take in the next act, which does *step*."""
        if turn.ordinal != ordinal(turn.entry):
            self._ordinals[turn.entry] = turn.ordinal
        arrivals = tuple(_arrivals(self.holdings, turn, step)) if step.received else ()
        for move in step.moves:
            self._note_stays(move, turn.ordinal)
            self.states.update(dict.fromkeys(move.items, move.state))
        commit(self.holdings, step)
        return Told(bears_on(turn.act, step), step, arrivals)

    def branch(self) -> "Timeline":
        """Another one that goes on from here; what has changed so far is no change of its."""
        inside = {parent: set(items) for parent, items in self.holdings.contents.items()}
        return Timeline(Holdings(dict(self.holdings.states), inside), self._ordinals)

    def start_of(self, since: int) -> int:
        """The ordinal of the entry *since*, which put something into a container."""
        return self._ordinals.get(since, ordinal(since))

    def _note_stays(self, move: Move, at: int) -> None:
        """A stay begins when an item enters a container, and ends when it is in it no more."""
        old, new = move.before, move.state
        if new.parent is None and (old is None or old.parent is None):
            return
        if old is not None and old.parent is not None and old.since != new.since:
            assert old.since is not None
            start, ended = self.start_of(old.since), Stay(at, old.parent)
            self.stays.update({(item, start): ended for item in move.items})
        if new.parent is not None and (old is None or old.since != new.since):
            begun = Stay(None, new.parent)
            self.stays.update({(item, at): begun for item in move.items})


def bears_on(act: Act, step: Step) -> dict[str, bool]:
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


def _arrivals(holdings: Holdings, turn: Turn, step: Step) -> Iterator[Arrival]:
    """What *step* received, before it is committed, by shipment."""
    counts: dict[tuple[int, bool], int] = {}
    for move in step.moves:
        now = effective(holdings, move.items[0])
        if now is None or move.before is None or move.state.last != turn.entry:
            continue
        shipment: int | None = turn.entry
        is_final = _was_final(move)
        if turn.act.kind is not ActKind.SHIP:
            shipment, is_final = now.custody.shipment, turn.act.final
        if shipment in step.received and move.state.custody.phase is Phase.HELD:
            key = shipment, is_final
            counts[key] = counts.get(key, 0) + len(move.items)
    for (shipment, is_final), count in sorted(counts.items()):
        yield Arrival(shipment, is_final, count)


def _was_final(move: Move) -> bool:
    """Whether the receipt that waited for this shipment said that it was all."""
    assert move.before is not None
    holder = move.state.custody.holder
    return any(one.final for one in move.before.pending if one.party == holder)
