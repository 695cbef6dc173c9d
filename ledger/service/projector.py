"""From acts to projections: what custody decides, written one statement per table.

The same code runs in a capture and in a rebuild, so that projections rebuilt from truth are the
same rows (docs/architecture.md, invariant 7). Acts are decided in stretches. One ends with every
correction, with every event that one awaits and before every statement: what these change is
worked out (``ledger.service.correcting``) when all before them is written. What is disclosed of an
event later, or erased, is projected anew.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import NamedTuple, TypeAlias

from ledger import custody
from ledger.act import Act, ActKind
from ledger.atlas import Atlas
from ledger.dealing import SENDS, may_draw
from ledger.facts import Facts, FactsOf
from ledger.finding import Code, Finding
from ledger.order import key_of, ordinal
from ledger.registry import Registry
from ledger.rules import RulePack
from ledger.service import identities
from ledger.service.correcting import Correcting
from ledger.service.drawing import Drawing
from ledger.service.history import Sources
from ledger.service.resolving import resolve
from ledger.service.sight import Sight
from ledger.sighting import Saying, Signed, read_claim, read_route
from ledger.store import corrections, draws, events, items, stakes
from ledger.store.claims import SightingRow, insert_claims
from ledger.store.database import Connection
from ledger.store.draws import DealingRow
from ledger.store.events import EventRow, ReceiptRow
from ledger.timeline import Timeline, Told, Turn
from ledger.view import (
    EVERYTHING,
    NOTHING,
    Answers,
    Horizon,
    Reader,
    has_part_in_all,
    parties_in,
    signer_of,
)
from schemas.statement import Concurrence, Licence, Resolution, Statement


@dataclass(frozen=True, slots=True)
class PlacedAct:
    """An act at its place in the log, the documents that its event names, the places it says.

    *dealing* is what ``ledger.dealing`` keeps of it, None if nothing.
    """

    index: int
    recorded_at: datetime
    act: Act
    documents: tuple[str, ...]
    saying: Saying | None = None
    dealing: str | None = None


class Replaced(NamedTuple):
    """Correction *correction* had declared entry *entry* wrong already."""

    entry: int
    correction: int


_Keyed: TypeAlias = tuple[PlacedAct, int]


class Projector:
    """Queues acts and projects them together; ``findings`` has what the signer of each is told.

    ``judgeable`` are the acts whose signers are to be told more than the rules of custody find:
    they say something of places or of numbers, or send goods. ``replaced`` has the last correction
    of the same entry before each correction that has one. *truth* has the entries, *target* gets
    the projections. *answers* says what each signer may be told; None if nobody asks, as in a
    rebuild, where *target* need not have the log.
    """

    def __init__(
        self,
        truth: Connection,
        target: Connection,
        pack: RulePack,
        atlas: Atlas,
        answers: Answers | None = None,
    ) -> None:
        self._truth, self._target = truth, target
        self._pack, self._atlas = pack, atlas
        self._queue: list[PlacedAct] = []
        self._answers = answers
        self._awaited: set[int] = set()
        self._start: int | None = None
        self.findings: dict[int, tuple[Finding, ...]] = {}
        self.replaced: dict[int, Replaced] = {}
        self.judgeable: dict[int, Act] = {}

    def take(self, placed: PlacedAct) -> None:
        """Queue one act; indexes ascend."""
        if self._start is None:
            self._start = placed.index
        self._queue.append(placed)

    def enter(self, statement: Statement, index: int, registry: Registry) -> None:
        """What *statement*, entry *index*, does to items; *registry* has it, nothing is queued."""
        match statement:
            case Concurrence():
                Correcting(self.sources(registry)).agreed(statement.correction, index)
            case Resolution():
                resolve(self.sources(registry), statement, index)
            case Licence():
                number = statement.regime, statement.number
                Drawing(self.sources(registry)).recount(number, index)
            case _:
                pass

    def flush(self, registry: Registry) -> None:
        """Decide and write everything queued. *registry* is as of the first act queued.

        What was queued must be in truth.
        """
        queue, self._queue = self._queue, []
        if not queue:
            return
        facts = FactsOf(registry, self._pack)
        self._awaited.clear()
        for acts in self._stretches(queue):
            stretch = _Stretch(self._target, facts, self._answers, acts)
            stretch.save()
            identities.project(self._truth, self._target, {p.index: p.act for p, _ in acts})
            self._draw(stretch, acts, registry)
            self.findings.update(stretch.findings)
            self.judgeable.update(stretch.judgeable)
            self._correct(acts[-1][0], registry)

    def renew(self, indexes: Iterable[int], registry: Registry) -> None:
        """What was disclosed of the events at *indexes*, or erased, counts from now on.

        Nothing is queued, and they were projected before.
        """
        acts = self.sources(registry).load_acts(indexes)
        identities.project(self._truth, self._target, {i: act for i, (_, act) in acts.items()})

    def _draw(self, stretch: "_Stretch", acts: Iterable[_Keyed], registry: Registry) -> None:
        """What was shipped under licences draws on them."""
        if stretch.drawing:
            sources = self.sources(registry)
            sources.acts.update({one.index: (one.recorded_at, one.act) for one, _ in acts})
            Drawing(sources).count(stretch.drawing, max(stretch.drawing))

    def _correct(self, last: PlacedAct, registry: Registry) -> None:
        """What the end of a stretch changes, if it is a correction or was awaited by one."""
        correcting = Correcting(self.sources(registry))
        if last.act.kind is ActKind.CORRECT:
            correcting.recorded(last.index, last.act)
        elif last.index in self._awaited:
            correcting.arrived(last.index, last.act)
        else:
            return
        if self._answers is None:
            return
        if last.act.kind is ActKind.CORRECT:
            self._note_replaced(last.index)
        until = self._until(last, correcting.touched, registry)
        sees = max(correcting.targets, default=0) <= until
        opened = correcting.opened(until)
        if sees:
            self._tell_anew(last, correcting.moved)
        told = self.findings.pop(last.index, ())
        told = self._answers.corrected(told, opened, sees=sees)
        if told:
            self.findings[last.index] = told

    def _until(self, last: PlacedAct, touched: Collection[str], registry: Registry) -> Horizon:
        """Up to which entry the signer of *last* saw all that is *touched* by a correction."""
        assert self._answers is not None
        needs = custody.Needs(frozenset(touched), frozenset())
        holdings, _ = items.load_holdings(self._target, needs)
        if not touched or not self._answers.is_open(holdings, touched):
            return NOTHING
        facts = FactsOf(registry, self._pack).on(last.recorded_at)
        if has_part_in_all(last, facts, holdings, touched):
            return EVERYTHING
        party = signer_of(last.act, facts, last.recorded_at)
        reader = Reader(party, facts.roles.get(party, frozenset()))
        seen = Sight(self._target, registry, self._pack, reader, last.recorded_at).outlooks(touched)
        return min([seen[item].horizon if item in seen else NOTHING for item in touched])

    def _tell_anew(self, last: PlacedAct, moved: Iterable[int]) -> None:
        """What is found of entries that came along with a correction is what is so with it."""
        assert self._start is not None
        ours = [index for index in moved if self._start <= index <= last.index]
        found = events.load_findings(self._target, ours)
        self.findings.update({index: tuple(found.get(index, ())) for index in ours})
        # What it takes back it was told of when it was signed.
        own = self.findings.get(last.index, ())
        self.findings[last.index] = tuple([f for f in own if f.code is not Code.UNCONFIRMED])

    def _note_replaced(self, correction: int) -> None:
        made = corrections.load_corrections(self._target, [correction])[correction]
        targets = [] if made.target is None else [made.target]
        for row in corrections.find_of_targets(self._target, targets):
            if row.idx < correction:
                self.replaced[correction] = Replaced(targets[0], row.idx)

    def sources(self, registry: Registry) -> Sources:
        """What is written so far, and what is read to decide more."""
        return Sources(self._truth, self._target, self._pack, self._atlas, registry)

    def _stretches(self, queue: list[PlacedAct]) -> Iterator[list[_Keyed]]:
        keyed = [(placed, key_of(placed.act.actor, placed.act.event_id)) for placed in queue]
        awaited = corrections.load_awaited(self._target, [key for _, key in keyed])
        stretch: list[_Keyed] = []
        for placed, key in keyed:
            stretch.append((placed, key))
            act = placed.act
            if act.kind is ActKind.CORRECT:
                awaited.update([key_of(act.actor, named) for named in act.correctives])
            elif key in awaited:
                self._awaited.add(placed.index)
            else:
                continue
            yield stretch
            stretch = []
        if stretch:
            yield stretch


class _Stretch:
    """Some acts in a row, decided together."""

    def __init__(
        self, connection: Connection, facts: FactsOf, answers: Answers | None, acts: list[_Keyed]
    ) -> None:
        self._connection, self._facts, self._answers = connection, facts, answers
        needs = custody.needs(placed.act for placed, _ in acts)
        made = chain.from_iterable(placed.act.outputs for placed, _ in acts)
        needs = replace(needs, items=needs.items.union(made))  # whether they have ids already
        holdings, self._ids = items.load_holdings(connection, needs)
        more = custody.more_needs([placed.act for placed, _ in acts], holdings)
        if more.contents:
            items.load_more(connection, more, holdings, self._ids)
        inside = {state.since for state in holdings.states.values() if state.since is not None}
        self._timeline = Timeline(holdings, corrections.load_ordinals(connection, inside))
        self._told: dict[int, Told] = {}
        self._documents = [
            (uri, placed.index) for placed, _ in acts for uri in dict.fromkeys(placed.documents)
        ]
        self._sightings: list[SightingRow] = []
        self._dealings = [
            DealingRow(
                placed.index,
                placed.act.kind.value,
                placed.act.who,
                items.milliseconds(placed.act.event_at),
                placed.dealing,
            )
            for placed, _ in acts
            if placed.dealing is not None
        ]
        self.findings: dict[int, tuple[Finding, ...]] = {}
        self.judgeable: dict[int, Act] = {}
        self._begun: list[stakes.Begun] = []
        self._events = [self._decide(placed, key) for placed, key in acts]

    @property
    def drawing(self) -> list[int]:
        """The entries that may draw on a licence, or give back."""
        return [row.idx for row in self._dealings if may_draw(row.kind, row.said)]

    def _decide(self, placed: PlacedAct, key: int) -> EventRow:
        index, recorded_at, act = placed.index, placed.recorded_at, placed.act
        turn = Turn(ordinal(index), index, recorded_at, act, self._facts.on(recorded_at))
        step = self._timeline.decide(turn)
        if self._answers is not None:
            told = self._answers.told(step, placed, self._timeline.holdings, turn.facts)
            if told:
                self.findings[index] = told
        self._begun += stakes.parts_begun(step, self._timeline.holdings)
        self._told[index] = self._timeline.enter(turn, step)
        if placed.saying is not None or act.kind is ActKind.SHIP:
            self._note_places(placed, turn.facts)
        if self._answers is not None and (act.numbers or act.kind in SENDS):
            self.judgeable[index] = act
        due_at = None
        if act.kind is ActKind.SHIP and act.due_at is not None:
            due_at = items.milliseconds(act.due_at)
        bound, parties = step.bound or None, " ".join(parties_in(act)) or None
        return EventRow(index, act.kind.value, act.actor, due_at, key, None, None, bound, parties)

    def _note_places(self, placed: PlacedAct, facts: Facts) -> None:
        index, saying = placed.index, placed.saying
        signed = Signed(index, placed.recorded_at, placed.act, saying)
        claim, route = read_claim(signed, facts), read_route(signed, facts)
        if claim is not None or route is not None:
            has_digests = saying is not None and saying.has_digests
            self._sightings.append(SightingRow(index, claim, route, has_digests))
        if claim is not None and self._answers is not None:
            self.judgeable[index] = placed.act

    def save(self) -> None:
        """Write all of it, one statement a table."""
        connection, ids, told = self._connection, self._ids, self._told
        named = dict.fromkeys(chain.from_iterable(one.bears for one in told.values()))
        items.save_items(connection, named, self._timeline.states, ids)
        items.save_containments(
            connection,
            [
                (ids[item], start, stay.stop, ids[stay.parent])
                for (item, start), stay in self._timeline.stays.items()
            ],
        )
        stakes.save_stakes(connection, self._begun, ids)
        events.insert_events(connection, self._events)
        stakes.save_sendings(connection, self._events)
        events.insert_documents(connection, self._documents)
        insert_claims(connection, self._sightings)
        draws.insert_dealings(connection, self._dealings)
        events.insert_receipts(
            connection,
            [
                ReceiptRow(one.shipment, index, one.is_final, one.items)
                for index, what in told.items()
                for one in what.arrivals
            ],
        )
        # Plain tuples: a lot has as many rows as items.
        rows = [
            (ids[item], at, is_named, None)
            for at, what in [(ordinal(index), what) for index, what in told.items()]
            for item, is_named in what.bears.items()
        ]
        events.insert_item_events(connection, sorted(rows))
        steps = [one.step for one in told.values()]
        events.insert_findings(connection, [found for step in steps for found in step.findings])
        events.insert_closings(connection, [one for step in steps for one in step.closings])
