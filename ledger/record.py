"""What a bundle shows of custody: acts, corrections, and what was said of them; in which order.

Source: docs/formats.md, "Bundle". Acts and the statements about them are put down in the order of
the log. In which order they count is the operator's word (``Taking``: which corrections took
effect, by which entry), held against all that the entries themselves say of it: ``Record.check``,
and who would have had to agree, ``ledger.agreement``. Then they are folded: ``Refold``. Every
correction shown that none of the takings lets take effect waits. Example::

    record.check(takings)
    refold = Refold(record, takings, replay)
    refold.told(chip).view.docket.findings
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from ledger.act import Act, ActKind
from ledger.consignment import Consignment, Made, legs, waiting
from ledger.dealing import Dealing
from ledger.finding import WITHOUT_EFFECT, Closing, Code, Finding
from ledger.holding import Step
from ledger.judge import Docket
from ledger.notebook import Bearing
from ledger.order import Correction, Placing, ordinal, placements
from ledger.registry import Registry
from ledger.replay import Placed, Replay, Told
from ledger.view import EVERYTHING, Horizon, signer_of
from ledger.wording import phrase
from schemas.bundle_statement import Taking
from schemas.errors import VerificationFailed
from schemas.statement import Concurrence, Resolution, Statement


@dataclass(frozen=True, slots=True)
class Heard:
    """Statement *index* of *party* is about entry *about*.

    *closes* is the code of the findings of that entry that it settles, on *items* or, if there are
    none, on all; None if it settles nothing.
    """

    index: int
    party: str
    about: int
    closes: Code | None = None
    items: tuple[str, ...] = ()


class Settled(NamedTuple):
    """What entry *entry* found with *code* its party agreed to, by entry *at*."""

    entry: int
    code: Code
    at: int


class Record:
    """*acts* by index, and what is *heard* about them; nothing after entry *until* counts.

    *registry* is what the statements shown come to.
    """

    def __init__(self, until: Horizon = EVERYTHING) -> None:
        self.until, self.registry = until, Registry()
        self.acts: dict[int, Placed] = {}
        self.heard: list[Heard] = []
        self._indexes: dict[bytes, int] = {}
        self._events: dict[tuple[str, str], list[int]] = {}
        self._agreed: dict[bytes, dict[str, int]] = {}
        self._identities: dict[int, bytes] = {}

    def take(self, placed: Placed, identity: bytes) -> None:
        """Put down the next act, in the order of the log."""
        act = placed.act
        self.acts[placed.index] = placed
        self._indexes[identity], self._identities[placed.index] = placed.index, identity
        if act.kind is not ActKind.CORRECT:
            self._events.setdefault((act.actor, act.event_id), []).append(placed.index)

    def identity(self, index: int) -> bytes:
        """Of the act at *index*."""
        return self._identities[index]

    def hear(self, statement: Statement, index: int, registry: Registry) -> None:
        """Put down a statement, if it is about one of the acts; *registry* is as of its entry."""
        party, self.registry = statement.party, registry
        match statement:
            case Concurrence():
                about = self._indexes.get(statement.correction)
                self._agreed.setdefault(statement.correction, {}).setdefault(party, index)
                if about is not None:
                    self.heard.append(Heard(index, party, about))
            case Resolution():
                about = self._indexes.get(statement.entry)
                if about is not None:
                    accused = self.acts[about].act
                    is_heard = registry.may_resolve(party, accused.actor, accused.principal)
                    code = Code(statement.code) if statement.code in set(Code) else None
                    closes = code if is_heard else None
                    self.heard.append(Heard(index, party, about, closes, statement.items))
            case _:
                pass

    # Corrections ---------------------------------------------------------------------------------

    def corrections(self) -> Iterator[int]:
        """The corrections shown, in the order of the log."""
        return (i for i, one in self.acts.items() if one.act.kind is ActKind.CORRECT)

    def target(self, correction: int) -> int | None:
        """The entry that it corrects: an event of the same party, no correction; else None.

        What an agent signed for somebody else it takes back only while it still may sign that.
        """
        said = self.acts[correction]
        target = None if said.act.corrects is None else self._indexes.get(said.act.corrects)
        if target is None or target >= correction:
            return None
        wrong = self.acts[target]
        if wrong.act.actor != said.act.actor or wrong.act.kind is ActKind.CORRECT:
            return None
        whose = {signer_of(wrong.act, one.facts, one.recorded_at) for one in (wrong, said)}
        return target if len(whose) == 1 else None

    def correctives(self, correction: int) -> tuple[int, ...]:
        """The events shown that it puts in the place of its target, in the order of the log."""
        act, target = self.acts[correction].act, self.target(correction)
        named = [self._events.get((act.actor, one), ()) for one in act.correctives]
        return tuple(sorted({index for some in named for index in some} - {target}))

    def agreed(self, correction: int, until: int) -> frozenset[str]:
        """Who agreed with it by entry *until*."""
        agreed = self._agreed.get(self._identities[correction], {})
        return frozenset([party for party, index in agreed.items() if index <= until])

    def check(self, takings: Iterable[Taking]) -> None:
        """That *takings* are of corrections by those who signed what they take out and put in.

        Raises: VerificationFailed.
        """
        known: dict[tuple[int, bool], Taking] = {}
        for taking in takings:
            name, older = f"entry {taking.entry}", known.get((taking.entry, taking.waits))
            placed = self.acts.get(taking.entry)
            if placed is None or placed.act.kind is not ActKind.CORRECT:
                raise VerificationFailed(f"{name} is no correction that is shown")
            if self.target(taking.entry) != taking.target:
                raise VerificationFailed(f"{name} corrects no entry {taking.target} of its party's")
            foreign = set(taking.correctives).difference(self.correctives(taking.entry))
            if foreign:
                raise VerificationFailed(f"{name} does not put entry {min(foreign)} in its place")
            had = set() if older is None else set(older.correctives)
            if taking.waits and not had.isdisjoint(taking.correctives):
                raise VerificationFailed(f"{name} holds back what it does already")
            if not taking.waits and older is not None and not had < set(taking.correctives):
                raise VerificationFailed(f"{name} takes effect again, with nothing more")
            known[taking.entry, taking.waits] = taking

    def named_by(self, index: int) -> frozenset[str]:
        """What the story of which entry *index* belongs to: of a correction, all that it moves."""
        act = self.acts[index].act
        if act.kind is not ActKind.CORRECT:
            return frozenset(act.names())
        target = self.target(index)
        moved = self.correctives(index) if target is None else (target, *self.correctives(index))
        return frozenset(act.names()).union(*[self.acts[one].act.names() for one in moved])


def placings(takings: Iterable[Taking]) -> dict[int, Placing]:
    """Where entries stand that do not stand where they were recorded, or count no more."""
    last: dict[int, Correction] = {}
    for one in takings:
        made = last.get(one.entry) or Correction(one.entry, one.target, is_taken=False)
        if one.waits:
            made = replace(made, held=(*made.held, *one.correctives))
        else:
            made = replace(made, correctives=one.correctives, is_taken=True)
        last[one.entry] = made
    return placements(last.values())


class Refold:
    """The fold of a *record* in the order that *takings* give it.

    *steps* is what each entry that counts did to subjects and containers. *settled* is what those
    agreed to who concurred. *look* is shown each entry right when it has been folded.
    """

    def __init__(  # noqa: PLR0913 - the last two are for ``ledger.agreement``
        self,
        record: Record,
        takings: Sequence[Taking],
        replay: Replay,
        settled: Sequence[Settled] = (),
        *,
        until: int | None = None,
        look: Callable[[int, Act, Step], None] | None = None,
    ) -> None:
        self._record, self._takings, self._replay = record, takings, replay
        self._settled = settled
        self.steps: dict[int, Step] = {}
        self._placed = placings(takings)
        stand = [(self._ordinal(i), i) for i in record.acts if until is None or i <= until]
        said = {one.index: one for one in record.heard if until is None and one.items}
        for at, index in sorted([*stand, *[(ordinal(i), i) for i in said]]):
            if index in said:
                self._settle(said[index])
            elif self._counts(index):
                step = self.steps[index] = replay.take(record.acts[index], at)
                if look is not None:
                    look(index, record.acts[index].act, step)
            else:
                replay.pass_over(index, record.named_by(index))

    def _ordinal(self, index: int) -> int:
        placing = self._placed.get(index)
        return ordinal(index) if placing is None else placing.ordinal

    def _counts(self, index: int) -> bool:
        is_out = self.corrected_by(index) is not None
        return not is_out and self._record.acts[index].act.kind is not ActKind.CORRECT

    def corrected_by(self, index: int) -> int | None:
        """The correction that took entry *index* out, None if it counts."""
        placing = self._placed.get(index)
        return None if placing is None else placing.corrected_by

    def about(self, index: int) -> int | None:
        """The entry that *index* corrects, settles or agrees with; None if it does not."""
        placed = self._record.acts.get(index)
        if placed is None:
            return next((one.about for one in self._record.heard if one.index == index), None)
        is_correction = placed.act.kind is ActKind.CORRECT
        return self._record.target(index) if is_correction else None

    def _settle(self, said: Heard) -> None:
        closing = () if said.closes is None else (_closing(said, said.items),)
        self._replay.pass_over(said.index, said.items, closing)

    # What came of it -----------------------------------------------------------------------------

    def told(self, subject: str) -> Told:
        """What was made of *subject*, with what corrections and statements say of it."""
        told = self._replay.told(subject)
        borne = {bearing.index for bearing in told.bearings}
        findings, closings = list(told.view.docket.findings), list(told.view.docket.closings)
        for correction in self._record.corrections():
            for found, closed_by in self._waiting(correction, told, borne):
                findings.append(found)
                if closed_by is not None:
                    closing = Closing(found.code, closed_by, (subject,), found.index)
                    closings.append(closing)
        heard = [one for one in self._record.heard if self._is_about(one, borne)]
        closings += [_closing(one, (subject,)) for one in heard if one.closes and not one.items]
        agreed = [one for one in self._settled if one.entry in borne]
        closings += [Closing(one.code, one.at, (subject,), one.entry) for one in agreed]
        more = {one.index for one in heard} - borne
        bearings = [*told.bearings, *[Bearing(index, None) for index in sorted(more)]]
        docket = Docket(tuple(findings), tuple(closings))
        view = told.view._replace(docket=docket, consignments=self._consignments(told))
        return replace(told, view=view, bearings=tuple(bearings))

    def _consignments(self, told: Told) -> tuple[Consignment, ...]:
        """How the subject was sent, as far as the entries show it."""
        subject, dockets = told.view.item, (told.view.docket, *told.view.containers)
        every = [found for docket in dockets for found in docket.findings]
        failed = [found for found in every if found.code in WITHOUT_EFFECT]
        idle = {(found.index, item) for found in failed for item in found.items}
        story: dict[int, Dealing] = {}
        for bearing in told.bearings:
            placed = self._record.acts.get(bearing.index)
            is_idle = (bearing.index, bearing.through or subject) in idle
            if placed and placed.dealing and self._counts(bearing.index) and not is_idle:
                story[bearing.index] = placed.dealing
        around = frozenset([one.through for one in told.bearings if one.through is not None])
        made = Made(self._record.registry, self._record.until, is_partial=True, hides=True)
        sent = legs(story.items(), waiting(told.view.state))
        return made.consignments(sent, around, is_container=told.is_container)

    def _is_about(self, said: Heard, borne: set[int]) -> bool:
        """Whether a statement that lists no items is in the story that the entries *borne* make."""
        if said.items:
            return False
        return said.about in borne or self.about(said.about) in borne

    def _waiting(
        self, correction: int, told: Told, borne: set[int]
    ) -> Iterator[tuple[Finding, int | None]]:
        """When it waited, or some corrective of its; each with the entry that ended that."""
        act, target = self._record.acts[correction].act, self._record.target(correction)
        subject = told.view.item
        if target is None:
            if any(b.index == correction and _lists(act, b, subject) for b in told.bearings):
                message = phrase(
                    "%(who)s declared an entry wrong that is none of its own shown here",
                    who=act.actor,
                )
                code, on_it = Code.CORRECTION_OPEN, (subject,)
                found = Finding(code, message, correction, on_it, on_items=False)
                yield found, None
            return
        if target not in borne:
            return
        message = phrase(
            "%(who)s declared entry %(entry)s wrong, but others built on it; it waits until they"
            " concur",
            who=act.actor,
            entry=target,
        )
        for start, stop in self._spans(correction, target):
            cites = (target,) if start == correction else (correction, target)
            yield Finding(Code.CORRECTION_OPEN, message, start, (subject,), cites), stop

    def _spans(self, correction: int, target: int) -> Iterator[tuple[int, int | None]]:
        """From which entry to which it waited, None if it waits still."""
        takings = [one for one in self._takings if not one.waits]
        taken = [one for one in takings if one.entry == correction]
        later = [i for i in self._record.corrections() if i > correction]
        if not taken:
            again = (i for i in later if self._record.target(i) == target)
            yield correction, next(again, None)
            return
        if taken[0].since > correction:
            yield correction, taken[0].since
        placed = set(taken[0].correctives)
        for taking in taken[1:]:
            first = min(set(taking.correctives) - placed)
            if taking.since > first:
                yield first, taking.since
            placed.update(taking.correctives)
        rest = [i for i in self._record.correctives(correction) if i not in placed]
        if rest:
            over = [t.since for t in takings if t.target == target and t.entry > correction]
            yield rest[0], next((at for at in over if at >= rest[0]), None)


def _lists(act: Act, bearing: Bearing, subject: str) -> bool:
    """Whether *act* bears on *subject* by naming it, or what it is in, as one of its items."""
    return (subject if bearing.through is None else bearing.through) in act.items


def _closing(said: Heard, items: tuple[str, ...]) -> Closing:
    return Closing(said.closes, said.index, items, said.about)
