"""Custody refolded from the few entries that a bundle shows: what they make of its subjects.

Entries come in the order in which they count (``ledger.order``); what a correction took out is in
the story and moves nothing. An entry in a bundle names the subjects and the containers they were
in, and of other items at most that there were some. That is enough: every item is decided for
itself, and contents have the custody of their container (``ledger.custody``). What an entry does
with a container that no subject was ever in does nothing to them and is passed over: all but a
packing by somebody who had the thing in hand. It looks as if it took effect, so from there on
nothing is told of the thing and of all inside it, unless the operator says of that packing that it
failed. Whoever makes a bundle runs the same fold (``ledger.service.selection``), and knows from it
what a reader will find. Example::

    replay = Replay(subjects=[chip], containers=[pallet])
    for placed in entries:
        replay.take(placed)
    replay.told(chip).view.state.custody.holder
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from ledger import custody
from ledger.act import Act, ActKind
from ledger.arrival import Shipment
from ledger.dealing import Dealing
from ledger.facts import Facts
from ledger.finding import WITHOUT_EFFECT, Closing, Code
from ledger.holding import Holdings, ItemState, Phase, Step, commit, containers_of, effective
from ledger.identity import Identities
from ledger.judge import View, idle_entries
from ledger.location import gather
from ledger.notebook import Bearing, Notes
from ledger.order import ordinal
from ledger.sighting import Entry, Saying, Signed, read_entry
from schemas.event import Identity

# Where an entry names only items of others: an unpacking that lists nothing takes out everything.
# It has the form of a committed list, so it can be no item's id.
OTHERS = "urn:chiptrail:items:others"
PUTS_IN = frozenset({ActKind.PACK, ActKind.INSTALL})


@dataclass(frozen=True, slots=True)
class Placed:
    """*act* as entry *index*, as far as it is shown; *facts* are as of the entry.

    *identities* are what it gives of the numbers of items, None if that is withheld; *saying* is
    what it says of places, *dealing* what of it is for ``ledger.authorisation``.
    """

    index: int
    recorded_at: datetime
    act: Act
    facts: Facts
    identities: tuple[Identity, ...] | None = ()
    saying: Saying | None = None
    dealing: Dealing | None = None

    @property
    def signed(self) -> Signed:
        """The same for ``ledger.sighting``."""
        return Signed(self.index, self.recorded_at, self.act, self.saying)


@dataclass(frozen=True, slots=True)
class Told:
    """What the entries make of one subject: as ``ledger.judge`` reads it, and entry by entry.

    *is_container*: something was to go into it. What is in it now, and whether it is still awaited
    then, is known to the ledger only: the view has no shipment. *untold_since* is the entry that
    seems to put it, or what it was in, into something that is no container here, None if none
    does; what came of it after that is not told, and the view has no state. *failed* are the
    entries that seem to, and did not by the operator's word.
    """

    view: View
    bearings: tuple[Bearing, ...]
    is_container: bool
    untold_since: int | None = None
    failed: frozenset[int] = frozenset()


class Replay:
    """The fold. *containers* are all that any of *subjects* was ever in, to any depth.

    *failed* are entries that put nothing into anything, whatever it looks like.
    """

    def __init__(
        self, subjects: Iterable[str], containers: Iterable[str], failed: Iterable[int] = ()
    ) -> None:
        self._notes = {subject: Notes() for subject in subjects}
        self._scope = frozenset((*self._notes, *containers))
        self._holdings = Holdings()
        self._due: dict[int, datetime | None] = {}
        self._received: dict[int, list[int]] = {}
        self._closed: dict[int, int] = {}
        self._boxes: set[str] = set()
        self._untold: dict[str, int] = {}
        self._failed = frozenset(failed)
        self._relied: dict[str, frozenset[int]] = {}
        self._ordinals: dict[int, int] = {}
        self._entries: dict[int, Entry] = {}

    def take(self, placed: Placed, at: int | None = None) -> Step:
        """Take the next entry. Gives what it did to subjects and containers.

        *at* is its ordinal, None where it was recorded; ordinals ascend.
        """
        if at is not None and at != ordinal(placed.index):
            self._ordinals[placed.index] = at
        self._due[placed.index] = placed.act.due_at
        act = restricted(placed.act, self._scope)
        if act is None:
            return _NOTHING
        self._entries[placed.index] = read_entry(placed.signed, placed.facts)
        before = {subject: self._stays_of(subject) for subject in self._notes}
        step = self._fold(act, placed)
        self._note_all(_named(act, step), before, step, placed.index)
        if act.numbers:
            for subject in self._notes.keys() & {*act.items, *act.outputs}:
                self._notes[subject].read(subject, placed.index, act, placed.identities)
        return step

    def pass_over(
        self, index: int, things: Iterable[str], closings: tuple[Closing, ...] = ()
    ) -> None:
        """Entry *index* is in the story of *things* and moves nothing; it may settle something."""
        named = self._scope.intersection(things)
        stays = {subject: self._stays_of(subject) for subject in self._notes}
        self._note_all(named, stays, Step(closings=closings), index)

    def reached(self, act: Act, step: Step) -> frozenset[str]:
        """The subjects of which something is told and which *act*, the last one, had effect on."""
        blocked = {i for f in step.findings if f.code in MOVED_NOTHING for i in f.items}
        named = _named(act, step) - blocked
        return frozenset(
            [
                subject
                for subject in self._notes
                if subject not in self._untold
                and (subject in named or not named.isdisjoint(self._around(subject)))
            ]
        )

    def _around(self, subject: str) -> Iterator[str]:
        return containers_of(self._holdings, subject)

    def is_told(self, subject: str) -> bool:
        """Whether *subject* was not lost out of sight."""
        return subject not in self._untold

    def told(self, subject: str) -> Told:
        """What was made of *subject*, so far."""
        notes = self._notes[subject]
        untold_since = self._untold.get(subject)
        state = None if untold_since is not None else effective(self._holdings, subject)
        stays = tuple([docket.closed() for docket in notes.stays.values()])
        is_container = subject in self._boxes
        shipment = None if is_container else self._shipment(state)
        own = notes.own.closed()
        identities = Identities(tuple(notes.readings or ()))
        bearing = [bearing.index for bearing in notes.bearings]
        claims = gather(self._entries, bearing, idle_entries((own, *stays)))
        numbers = self._ordinals, identities, claims
        view = View(subject, state, own, stays, shipment, False, *numbers)
        relied = self._relied.get(subject, frozenset())
        return Told(view, tuple(notes.bearings), is_container, untold_since, relied)

    # One entry ------------------------------------------------------------------------------------

    def _fold(self, act: Act, placed: Placed) -> Step:
        """What *act* does to that of which something is told still."""
        if act.kind in PUTS_IN and act.parent is not None:
            self._boxes.add(act.parent)
        told = self._scope - self._untold.keys() if self._untold else self._scope
        known = restricted(act, told)
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
        if act.kind not in PUTS_IN:
            return
        states = self._holdings.states
        gone = {item for item in act.items if _is_at_hand(states.get(item), act)}
        if not gone:
            return
        for item in self._scope:
            if item not in gone and gone.isdisjoint(containers_of(self._holdings, item)):
                continue
            if index in self._failed:
                self._relied[item] = self._relied.get(item, frozenset()) | {index}
            else:
                self._untold.setdefault(item, index)

    def _stays_of(self, subject: str) -> frozenset[tuple[str, int]]:
        """The containers around *subject*, each with the ordinal since when it is in it."""
        state = self._holdings.states.get(subject)
        if state is None or state.parent is None:
            return _NOWHERE
        return frozenset(self._all_stays(subject))

    def _all_stays(self, subject: str) -> Iterator[tuple[str, int]]:
        states, start, seen = self._holdings.states, -1, {subject}
        inner = states.get(subject)
        while inner is not None and inner.parent is not None and inner.parent not in seen:
            assert inner.since is not None
            start = max(start, self._ordinals.get(inner.since, ordinal(inner.since)))
            yield inner.parent, start
            seen.add(inner.parent)
            inner = states.get(inner.parent)

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
                notes.own.take(subject, step)
            around = before[subject]
            for container, start in sorted(around & self._stays_of(subject)) if around else ():
                if container in named:
                    notes.bearings.append(Bearing(index, container))
                    notes.stay(container, start).take(container, step)

    # What came of it ------------------------------------------------------------------------------

    def _shipment(self, state: ItemState | None) -> Shipment | None:
        if state is None or state.custody.phase is not Phase.IN_TRANSIT:
            return None
        index = state.custody.shipment
        if index is None or index not in self._due:
            return None
        received = tuple(self._received.get(index, ()))
        return Shipment(index, self._due[index], received, self._closed.get(index))


# A receipt that waits for its shipment has moved nothing yet.
MOVED_NOTHING = WITHOUT_EFFECT | {Code.PENDING_SHIPMENT}
_NOTHING = Step()
_NOWHERE: frozenset[tuple[str, int]] = frozenset()


def restricted(act: Act, scope: frozenset[str]) -> Act | None:
    """*act* with what it says of the items in *scope*; None if that is nothing.

    A transformation is taken to have had in hand what is not shown of it.
    """
    if act.kind is ActKind.TRANSFORM:
        inputs = tuple([item for item in act.items if item in scope])
        outputs = tuple([item for item in act.outputs if item in scope])
        return act._replace(items=inputs, outputs=outputs) if inputs or outputs else None
    if scope.issuperset(act.items) and (act.items or act.parent in scope):
        return act
    items = tuple([item for item in act.items if item in scope])
    if not items and act.parent not in scope:
        return None
    return act._replace(items=items or (OTHERS,))


def _is_at_hand(state: ItemState | None, act: Act) -> bool:
    """Whether its signer can pack it, whatever becomes of that by the state of the container."""
    if state is None or state.parent is not None or state.ended is not None:
        return False
    parties = (act.who, act.actor)
    return any(state.custody.is_handled_by(party) for party in parties)


def _named(act: Act, step: Step) -> frozenset[str]:
    """What an act bears on: the items it names, its parent, and what it took out or put in."""
    moved = [item for move in step.moves for item in move.items]
    return frozenset((*act.names(), *moved))
