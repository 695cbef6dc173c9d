"""What each reader may see: an item up to a horizon, and of an entry what its signer may be told.

Source: docs/custody.md, "Who sees what". Who has a part in an item (holds, sent, awaits, carries,
owns or uses it) sees its whole history. Whoever had one sees it up to the entry that ended that
part, as if the log had stopped there. To everybody else the item does not exist. Acts that moved
nothing give nobody a part. Inspectors and auditors, and the operator itself, see all. Examples::

    horizon([Part(3, {fab}), Part(9, {shop})], Reader(fab))        # 9: it saw the shop receive it
    horizon([Part(3, {fab}), Part(9, {shop})], Reader(stranger))   # NOTHING

    answers = Answers()          # for each entry of a batch, before ``ledger.holding.commit``:
    answers.told(step, placed, holdings, facts)
"""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple, Protocol, TypeAlias

from ledger.act import Act, ActKind
from ledger.facts import Facts
from ledger.finding import Code, Finding
from ledger.holding import Custody, Holdings, ItemState, Step, containers_of, effective
from ledger.wording import later, of_no_range, phrase, some_of

# The last entry that a reader may see of an item.
Horizon: TypeAlias = int
EVERYTHING: Horizon = (1 << 47) - 2
NOTHING: Horizon = -1

_SEE_ALL = frozenset({"inspector", "auditor"})


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks: *party* with its *roles*, None for whoever runs the ledger.

    *is_noted*: where it sees what it has no part in, that it looked is kept.
    """

    party: str | None = None
    roles: frozenset[str] = frozenset()
    is_noted: bool = False

    @property
    def sees_all(self) -> bool:
        """Whether every item that it asks for by name is in its view."""
        return self.party is None or not self.roles.isdisjoint(_SEE_ALL)

    @property
    def browses(self) -> bool:
        """Whether lists show it everything; to others what they have a part in, or ask for."""
        return self.party is None or "auditor" in self.roles


OPERATOR = Reader()


class Part(NamedTuple):
    """From entry *start* on, *parties* have a part in an item."""

    start: int
    parties: frozenset[str]


def parties_to(state: ItemState) -> frozenset[str]:
    """Who has a part in what is in *state*, the effective one.

    Whoever holds, sent, awaits or carries it, owns or uses it or is to; of what was seized also
    those to whom it would be released.
    """
    title, kept = state.title, state.kept
    named = [*_parties_in(state.custody)]
    if title is not None:
        named += (title.owner, title.user)
    if kept is not None:
        named += _parties_in(kept)
    return frozenset([party for party in named if party is not None])


def _parties_in(custody: Custody) -> tuple[str | None, ...]:
    ends = (custody.holder, custody.consignee, custody.sender, custody.owner, custody.user)
    return (*ends, *custody.via)


def parties_in(act: Act) -> tuple[str, ...]:
    """Whom *act* names beside its signer: nobody else gets a part by it."""
    named = {act.counterparty: None, act.principal: None, act.owner: None, act.user: None}
    named.update(dict.fromkeys(act.via))
    named.pop(act.actor, None)
    return tuple([one for one in named if one is not None])


def horizon(history: Iterable[Part], reader: Reader) -> Horizon:
    """How far *reader* sees the item with that *history*, ascending."""
    if reader.sees_all:
        return EVERYTHING
    ended, has_part = NOTHING, False
    for start, parties in history:
        if has_part and reader.party not in parties:
            ended = start
        has_part = reader.party in parties
    return EVERYTHING if has_part else ended


# What a signer is told ---------------------------------------------------------------------------

# Of the entry itself, whatever it names.
_OF_ENTRY = frozenset({Code.LATE_RECORD, Code.FUTURE})
# What is found of one thing in these depends on the others.
_COUPLED = frozenset(
    {
        ActKind.PACK,
        ActKind.UNPACK,
        ActKind.INSTALL,
        ActKind.REMOVE,
        ActKind.TRANSFORM,
        ActKind.CORRECT,
    }
)


class PlacedAct(Protocol):
    """An act at its place in the log."""

    @property
    def index(self) -> int:
        """Of its entry."""
        ...

    @property
    def recorded_at(self) -> datetime:
        """By the log."""
        ...

    @property
    def act(self) -> Act:
        """What was signed."""
        ...


_ENTERS = frozenset({ActKind.COMMISSION, ActKind.REGISTER})
_BEGINS = frozenset({ActKind.PACK, ActKind.INSTALL, ActKind.TRANSFORM})
_FILLS = frozenset({ActKind.PACK, ActKind.INSTALL})
_TAKEN = frozenset({Code.ALREADY_EXISTS, Code.AFTER_TERMINAL, Code.NOT_HOLDER})


def signer_of(act: Act, facts: Facts, recorded_at: datetime) -> str:
    """By whose view *act* is answered: the principal's if a mandate covers it, else the actor's."""
    if act.principal is None:
        return act.actor
    mandate = facts.mandates.get((act.principal, act.actor))
    covered = mandate is not None and mandate.covers(act.kind, recorded_at)
    return act.principal if covered else act.actor


class Answers:
    """What the signers of one batch are told of their entries, in order.

    ``partial`` are the entries of which their signers did not see everything. *is_trial*: nothing
    of it will be recorded. Then what an entry does with things out of its view stays out of view
    for all that follow: else one that nobody is held to would show in the next whether they exist.
    """

    def __init__(self, *, is_trial: bool = False) -> None:
        self._is_trial = is_trial
        self._veiled: set[str] = set()
        self.partial: set[int] = set()
        self._is_over = False

    def told(
        self, step: Step, placed: PlacedAct, holdings: Holdings, facts: Facts
    ) -> tuple[Finding, ...]:
        """The findings of *step* as far as the signer saw, before it, what they are about.

        *holdings* are as they were before *step*. What it saw nothing of is ``UNCONFIRMED``, the
        same whether or not it exists.
        """
        act = placed.act
        if act.kind is ActKind.RECORD:
            return step.findings
        party = act.actor if act.principal is None else signer_of(act, facts, placed.recorded_at)
        roles = facts.roles.get(party)
        if roles and not roles.isdisjoint(_SEE_ALL):
            return step.findings
        unseen, taken = _unseen(holdings, act, party, facts.prefixes.get(party, ()))
        if self._is_over:
            unseen, taken = [*act.names()], []
        elif self._veiled:
            unseen += [item for item in act.names() if self._is_veiled(holdings, item)]
        if not unseen and not taken:
            return step.findings
        self.partial.add(placed.index)
        away = {*act.names()} if unseen and act.kind in _COUPLED else {*unseen}
        if self._is_trial:
            self._veiled |= away
        told = _answer(step.findings, act, placed.index, away.union(taken), {*unseen})
        return (*told, *_of_own_range(step, placed, party, taken)) if taken else told

    def corrected(
        self, told: tuple[Finding, ...], found: Iterable[Finding], *, sees: bool
    ) -> tuple[Finding, ...]:
        """What a signer who was *told* of its entry hears of the correction that it brought about.

        Who *sees* all that it bears on hears whether it waits, and for whom. What a correction
        changes of others' entries is in no receipt; and nothing in a trial tells what follows one,
        since it may rest on that.
        """
        self._is_over = self._is_trial
        opened = [one for one in found if one.code is Code.CORRECTION_OPEN]
        return (*told, *[one for one in opened if sees or not (one.on_items or one.items)])

    def is_open(self, holdings: Holdings, things: Iterable[str]) -> bool:
        """Whether nothing that went before in a trial veils one of *things*."""
        return not self._is_over and not any(self._is_veiled(holdings, one) for one in things)

    def _is_veiled(self, holdings: Holdings, item: str) -> bool:
        around = () if item not in holdings.states else containers_of(holdings, item)
        return item in self._veiled or not self._veiled.isdisjoint(around)


def has_part_in_all(
    placed: PlacedAct, facts: Facts, holdings: Holdings, things: Iterable[str]
) -> bool:
    """Whether the signer of *placed* has a part in each of *things*, or sees all."""
    party = signer_of(placed.act, facts, placed.recorded_at)
    if Reader(party, facts.roles.get(party, frozenset())).sees_all:
        return True
    states = holdings.states
    return all(
        thing in states and _has_part(holdings, thing, states[thing], party) for thing in things
    )


def _unseen(
    holdings: Holdings, act: Act, party: str, ranges: tuple[str, ...]
) -> tuple[list[str], list[str]]:
    """What *act* names that *party* has no part in; apart, its own numbers that others use.

    Numbers of its own *ranges* are its to begin, or to begin to fill.
    """
    unseen: list[str] = []
    taken: list[str] = []
    states, last, is_seen = holdings.states, None, False
    is_beginning = act.kind in _ENTERS
    for item in act.items:
        own = states.get(item)
        if own is None:
            if not (is_beginning and item.startswith(ranges)):
                unseen.append(item)
            continue
        if own is not last:  # most items of a lot share one state
            last, is_seen = own, _has_part(holdings, item, own, party)
        if not is_seen:
            (taken if is_beginning and item.startswith(ranges) else unseen).append(item)
    begun = act.outputs if act.parent is None else (act.parent, *act.outputs)
    is_beginning = act.kind in _BEGINS
    for item in begun:
        own, is_ours = states.get(item), item.startswith(ranges)
        if is_ours if own is None else _has_part(holdings, item, own, party):
            continue
        is_used = own is not None and not own.emptied
        (taken if is_beginning and is_ours and is_used else unseen).append(item)
    return unseen, taken


def _has_part(holdings: Holdings, item: str, own: ItemState, party: str) -> bool:
    outer = own
    if own.parent is not None:
        for container in containers_of(holdings, item):
            outer = holdings.states[container]
    if party in (outer.custody.holder, outer.custody.consignee):
        return True
    now = effective(holdings, item)
    return now is not None and party in parties_to(now)


def _answer(
    findings: Iterable[Finding],
    act: Act,
    index: int,
    away: AbstractSet[str],
    unseen: AbstractSet[str],
) -> tuple[Finding, ...]:
    """*findings* but for what is *away*, as what is *unseen* takes it along."""
    cut = [_outside(found, act, away) for found in findings]
    # In an order that does not depend on what was found of the rest.
    told = sorted([f for f in cut if f is not None], key=lambda f: (f.code, f.message, f.cites))
    if unseen:
        items = tuple([item for item in act.names() if item in unseen])
        text = later("%(who)s has no view of this item that would bear out what it signed")
        if act.kind is ActKind.COMMISSION:  # a number of another's range, whether or not it is used
            message = of_no_range(act.actor)
            told.append(Finding(Code.FOREIGN_PREFIX, message, index, items, on_items=False))
        elif act.kind in _FILLS and unseen == {act.parent}:
            text = later("%(who)s has no view of this container: if it is new, it begins with this")
        said = phrase(text, who=act.actor)
        told.append(Finding(Code.UNCONFIRMED, said, index, items, on_items=False))
    return tuple(told)


def _of_own_range(
    step: Step, placed: PlacedAct, party: str, taken: Sequence[str]
) -> Iterator[Finding]:
    """What *party* is told of numbers of its own range that others use: not who, and not where."""
    gained = {i for move in step.moves if party in parties_to(move.state) for i in move.items}
    attested = {i for move in step.moves if move.state.origin == party for i in move.items}
    kept = {i for f in step.findings if f.code in _TAKEN for i in f.items or placed.act.items}
    for code, items in (
        (Code.CHALLENGED, gained),
        (Code.UNCONFIRMED, attested - gained),
        (Code.ALREADY_EXISTS, kept - attested - gained),
    ):
        named = tuple([item for item in taken if item in items])
        if named:
            message = phrase(_OF_OWN_RANGE[code], who=party, items=some_of(named))
            yield Finding(code, message, placed.index, named, on_items=code != Code.UNCONFIRMED)


_OF_OWN_RANGE = {
    Code.CHALLENGED: later(
        "others had entered %(items)s, of the range of %(who)s. By the date signed here %(who)s"
        " began it later: it begins anew, with %(who)s. If it had left %(who)s by then, %(who)s"
        " corrects the date"
    ),
    Code.UNCONFIRMED: later(
        "others have entered %(items)s, of the range of %(who)s. By the date signed here %(who)s"
        " made it before: this says where it is from, and moves nothing. If %(who)s has it still,"
        " %(who)s signs again, dated now"
    ),
    Code.ALREADY_EXISTS: later(
        "%(who)s used %(items)s, of its range, which is in the ledger already and stays where it"
        " is. If others entered it after it was made, the date has to say so"
    ),
}


def _outside(found: Finding, act: Act, away: AbstractSet[str]) -> Finding | None:
    """*found* as far as it is about something that is not *away*."""
    if found.code in _OF_ENTRY and not found.on_items:
        return found
    named = found.items or act.items
    items = tuple([item for item in named if item not in away])
    if not items:
        return replace(found, items=(), on_items=False) if found.code in _OF_ENTRY else None
    return found if len(items) == len(named) else replace(found, items=items)
