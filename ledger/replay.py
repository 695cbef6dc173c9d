"""Custody refolded from the few entries that a bundle shows: what they make of its subjects.

An entry in a bundle names the subjects and the containers they were in, and of other items at most
that there were some. That is enough: every item is decided for itself, and contents have the
custody of their container (``ledger.custody``). What an entry does with a container that no subject
was ever in does nothing to them and is passed over: all but a packing by somebody who had the thing
in hand. It looks as if it took effect, so from there on nothing is told of the thing and of all
inside it. Whoever makes a bundle runs the same fold (``ledger.service.bundling``), and knows from
it what a reader will find. Example::

    replay = Replay(subjects=[chip], containers=[pallet])
    for placed in entries:
        replay.take(placed)
    replay.told(chip).view.state.custody.holder
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from ledger import custody
from ledger.act import Act, ActKind
from ledger.facts import Facts
from ledger.finding import Closing, Finding
from ledger.holding import Holdings, ItemState, Phase, Step, commit, containers_of, effective
from ledger.judge import Docket, Shipment, View, judge
from ledger.rules import RulePack

# Where an entry names only items of others: an unpacking that lists nothing takes out everything.
# It has the form of a committed list, so it can be no item's id.
OTHERS = "urn:chiptrail:items:others"
_PUTS_IN = frozenset({ActKind.PACK, ActKind.INSTALL})


@dataclass(frozen=True, slots=True)
class Placed:
    """*act* as entry *index*, as far as it is shown; *facts* are as of the entry."""

    index: int
    recorded_at: datetime
    act: Act
    facts: Facts


@dataclass(frozen=True, slots=True)
class Bearing:
    """Entry *index* bears on a subject; *through* is the container it names, None if itself."""

    index: int
    through: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """What the entries make of one subject: as ``ledger.judge`` reads it, and entry by entry.

    *is_container*: something was to go into it. What is in it now, and whether it is still awaited
    then, is known to the ledger only: the view has no shipment. *untold_since* is the entry that
    seems to put it, or what it was in, into something that is no container here, None if none
    does; what came of it after that is not told, and the view has no state.
    """

    view: View
    bearings: tuple[Bearing, ...]
    is_container: bool
    untold_since: int | None = None


def judged(
    told: Told, pack: RulePack, as_of: datetime, *, is_arrival_asserted: bool
) -> tuple[Finding, ...]:
    """Everything that the entries show against the subject, or for it, at *as_of*.

    Each is about the subject, also where a container brought it on. *is_arrival_asserted*: whoever
    knows the whole ledger says what arrived of its shipment, so the entries do not.

    Raises: UnknownRule, MalformedRules.
    """
    view = replace(told.view, shipment=None) if is_arrival_asserted else told.view
    return tuple([about(view.item, found) for found in judge(view, pack, as_of)])


def about(subject: str, finding: Finding) -> Finding:
    """*finding* as it stands against *subject* alone, each entry cited once."""
    return replace(finding, items=(subject,), cites=tuple(dict.fromkeys(finding.cites)))


@dataclass(slots=True)
class _Docket:
    findings: list[Finding] = field(default_factory=list)
    closings: list[Closing] = field(default_factory=list)

    def closed(self) -> Docket:
        return Docket(tuple(self.findings), tuple(self.closings))


@dataclass(slots=True)
class _Notes:
    """About one subject; *stays* by container and the entry at which the stay in it began."""

    own: _Docket = field(default_factory=_Docket)
    stays: dict[tuple[str, int], _Docket] = field(default_factory=dict)
    bearings: list[Bearing] = field(default_factory=list)


class Replay:
    """The fold. *containers* are all that any of *subjects* was ever in, to any depth."""

    def __init__(self, subjects: Iterable[str], containers: Iterable[str]) -> None:
        self._notes = {subject: _Notes() for subject in subjects}
        self._scope = frozenset((*self._notes, *containers))
        self._holdings = Holdings()
        self._due: dict[int, datetime | None] = {}
        self._received: dict[int, list[int]] = {}
        self._closed: dict[int, int] = {}
        self._boxes: set[str] = set()
        self._untold: dict[str, int] = {}

    def take(self, placed: Placed) -> Step:
        """Take the next entry; indexes ascend. Gives what it did to subjects and containers."""
        self._due[placed.index] = placed.act.due_at
        act = _restricted(placed.act, self._scope)
        if act is None:
            return _NOTHING
        before = {subject: self._stays_of(subject) for subject in self._notes}
        step = self._fold(act, placed)
        self._note_all(_named(act, step), before, step, placed.index)
        return step

    def told(self, subject: str) -> Told:
        """What was made of *subject*, so far."""
        notes = self._notes[subject]
        untold_since = self._untold.get(subject)
        state = None if untold_since is not None else effective(self._holdings, subject)
        stays = tuple([docket.closed() for docket in notes.stays.values()])
        is_container = subject in self._boxes
        shipment = None if is_container else self._shipment(state)
        view = View(subject, state, notes.own.closed(), stays, shipment)
        return Told(view, tuple(notes.bearings), is_container, untold_since)

    # One entry ------------------------------------------------------------------------------------

    def _fold(self, act: Act, placed: Placed) -> Step:
        """What *act* does to that of which something is told still."""
        if act.kind in _PUTS_IN and act.parent is not None:
            self._boxes.add(act.parent)
        told = self._scope - self._untold.keys() if self._untold else self._scope
        known = _restricted(act, told)
        if known is None:
            return _NOTHING
        if known.parent is not None and known.parent not in told:
            self._lose(known, placed.index)
            return _NOTHING
        step = custody.apply(
            self._holdings, known, placed.facts, index=placed.index, recorded_at=placed.recorded_at
        )
        commit(self._holdings, step)
        self._note_receipts(step, placed.index)
        return self._ours(step, known)

    def _lose(self, act: Act, index: int) -> None:
        """Nothing more is told of what *act*, entry *index*, may have put out of sight."""
        if act.kind not in _PUTS_IN:
            return
        states = self._holdings.states
        gone = {item for item in act.items if _is_at_hand(states.get(item), act.actor)}
        if not gone:
            return
        for item in self._scope:
            if item in gone or not gone.isdisjoint(containers_of(self._holdings, item)):
                self._untold.setdefault(item, index)

    def _stays_of(self, subject: str) -> frozenset[tuple[str, int]]:
        """The containers around *subject*, each with the entry since when it is in it."""
        state = self._holdings.states.get(subject)
        if state is None or state.parent is None:
            return _NOWHERE
        return frozenset(_stays(self._holdings.states, subject))

    def _note_receipts(self, step: Step, index: int) -> None:
        for shipment in step.received:
            self._received.setdefault(shipment, []).append(index)
        for shipment in step.closed:
            self._closed.setdefault(shipment, index)

    def _ours(self, step: Step, act: Act) -> Step:
        """*step* with its lists spelled out and cut to subjects and containers."""
        if not step.findings and not step.closings:
            return step

        def ours(items: tuple[str, ...]) -> tuple[str, ...]:
            return tuple([item for item in items or act.items if item in self._scope])

        return Step(
            step.moves,
            tuple([replace(f, items=ours(f.items)) for f in step.findings if ours(f.items)]),
            tuple([replace(c, items=ours(c.items)) for c in step.closings if ours(c.items)]),
        )

    def _note_all(
        self,
        named: frozenset[str],
        before: Mapping[str, frozenset[tuple[str, int]]],
        step: Step,
        index: int,
    ) -> None:
        """Entry *index* bears on what it has *named*, and on what was inside and still is."""
        for subject, notes in self._notes.items():
            if subject in named:
                notes.bearings.append(Bearing(index, None))
                _write(notes.own, subject, step)
            around = before[subject]
            for container, start in sorted(around & self._stays_of(subject)) if around else ():
                if container in named:
                    notes.bearings.append(Bearing(index, container))
                    docket = notes.stays.setdefault((container, start), _Docket())
                    _write(docket, container, step)

    # What came of it ------------------------------------------------------------------------------

    def _shipment(self, state: ItemState | None) -> Shipment | None:
        if state is None or state.custody.phase is not Phase.IN_TRANSIT:
            return None
        index = state.custody.shipment
        if index is None or index not in self._due:
            return None
        received = tuple(self._received.get(index, ()))
        return Shipment(index, self._due[index], received, self._closed.get(index))


_NOTHING = Step()
_NOWHERE: frozenset[tuple[str, int]] = frozenset()


def _restricted(act: Act, scope: frozenset[str]) -> Act | None:
    """*act* with what it says of the items in *scope*; None if that is nothing."""
    if scope.issuperset(act.items) and (act.items or act.parent in scope):
        return act
    items = tuple([item for item in act.items if item in scope])
    if not items and act.parent not in scope:
        return None
    return act._replace(items=items or (OTHERS,))


def _is_at_hand(state: ItemState | None, actor: str) -> bool:
    """Whether *actor* can pack it, whatever becomes of that by the state of the container."""
    if state is None or state.parent is not None or state.ended is not None:
        return False
    return state.custody.is_handled_by(actor)


def _stays(states: Mapping[str, ItemState], subject: str) -> Iterator[tuple[str, int]]:
    inner, start, seen = states.get(subject), -1, {subject}
    while inner is not None and inner.parent is not None and inner.parent not in seen:
        assert inner.since is not None
        start = max(start, inner.since)
        yield inner.parent, start
        seen.add(inner.parent)
        inner = states.get(inner.parent)


def _named(act: Act, step: Step) -> frozenset[str]:
    """What an act bears on: the items it names, its parent, and what it took out or put in."""
    moved = [item for move in step.moves for item in move.items]
    return frozenset((*act.items, *moved, *(() if act.parent is None else (act.parent,))))


def _write(docket: _Docket, item: str, step: Step) -> None:
    docket.findings += [
        replace(found, items=(item,)) for found in step.findings if item in found.items
    ]
    docket.closings += [
        replace(closing, items=(item,)) for closing in step.closings if item in closing.items
    ]
