"""The rules of custody: what an act moves, and what does not fit.

Source: docs/custody.md. Everything is recorded, nothing is refused: an act without standing, or
against custody, moves nothing and is found; the first consistent chain stands. State is the fold
of the acts in the order of the log, and ``apply`` is one step of it. It is pure: it reads the
holdings, and only ``ledger.holding.commit`` writes them. The items of a lot that share a state are
decided as one. This module has the table of the acts, who may act for whom, and the dates; the
rules themselves are one function an act. Example, a batch under the lock::

    holdings = store.load(needs(acts))
    for index, act in enumerate(acts, start=size):
        step = apply(holdings, act, facts, index=index, recorded_at=recorded_at)
        commit(holdings, step)

Plain records move nothing and are not judged; a correction is another fold (docs/custody.md).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ledger import handover, measures, ownership, status
from ledger.act import Act, ActKind
from ledger.beginning import commission, register
from ledger.case import Case
from ledger.containment import pack, unpack
from ledger.ending import end, transform
from ledger.facts import Facts
from ledger.finding import Code
from ledger.holding import Holdings, Step
from ledger.registry import Mandate
from ledger.wording import in_words, phrase


@dataclass(frozen=True, slots=True)
class Needs:
    """What must be loaded before a batch is decided.

    *items* with all containers around them, and everything directly inside *contents* with its
    state. Items and containers that nobody entered have nothing to load.
    """

    items: frozenset[str]
    contents: frozenset[str]


def needs(acts: Iterable[Act]) -> Needs:
    """What ``apply`` will look at to decide *acts*, all of them together."""
    items: set[str] = set()
    contents: set[str] = set()
    for act in acts:
        items.update(act.items)
        if act.outputs:
            items.update(act.outputs)
            contents.update(act.outputs)
        if act.parent is not None:
            items.add(act.parent)
        if act.kind is ActKind.COMMISSION:
            contents.update(act.items)  # see ledger.beginning
        elif act.parent is not None and not act.items:
            contents.add(act.parent)
    return Needs(frozenset(items), frozenset(contents))


def more_needs(acts: Iterable[Act], holdings: Holdings) -> Needs:
    """What else it will look at, once *holdings* have what it needs of the items themselves."""
    claimed = set()
    for act in acts:
        box = holdings.states.get(act.parent or "") if act.kind in _PUTS_IN else None
        if box is not None and (box.foreign or box.begun is not None):
            claimed.add(act.parent or "")  # see ledger.claim
    return Needs(frozenset(), frozenset(claimed))


_PUTS_IN = frozenset({ActKind.PACK, ActKind.INSTALL})


def apply(holdings: Holdings, act: Act, facts: Facts, *, index: int, recorded_at: datetime) -> Step:
    """What *act* does as entry *index*; *holdings* have all that it needs, and stay as they are."""
    rule = _RULES.get(act.kind)
    if rule is None:
        return _NOTHING
    case = Case(holdings, act, facts, index, recorded_at)
    if act.principal is None or act.principal == act.actor or _has_mandate(case, act.principal):
        rule(case)
    _check_date(case)
    return case.step()


_NOTHING = Step()


def _has_mandate(case: Case, principal: str) -> bool:
    """Whether the signer may act for *principal*, whose act it then is; if not, that is found."""
    act = case.act
    mandate = case.facts.mandates.get((principal, act.actor))
    if mandate is not None and mandate.covers(act.kind, case.recorded_at):
        case.agent, case.act = act.actor, act._replace(actor=principal)
        return True
    message = phrase(
        "%(agent)s signed for %(who)s, %(lack)s",
        agent=act.actor,
        who=principal,
        lack=_lack(mandate, act.kind, case.recorded_at),
    )
    cites = () if mandate is None else (mandate.said_in,)
    named = act.items or tuple([item for item in (act.parent,) if item is not None])
    case.find(Code.NOT_HOLDER, message, named, cites=cites, on_items=False)
    return False


def _lack(mandate: Mandate | None, kind: ActKind, recorded_at: datetime) -> str:
    """Why *mandate* lets nobody sign an act of *kind* then, in words."""
    if mandate is None:
        return phrase("which had given it no mandate for that")
    if kind in mandate.acts and mandate.ends_at <= recorded_at:
        return phrase(
            "but its mandate for that (entry %(entry)s) ended on %(date)s",
            entry=mandate.said_in,
            date=in_words(mandate.ends_at),
        )
    return phrase(
        "which had given it no mandate for that (entry %(entry)s gives another)",
        entry=mandate.said_in,
    )


def _check_date(case: Case) -> None:
    late = case.recorded_at - case.act.event_at
    times = case.facts.times
    if late > times.late_after:
        message = phrase(
            "recorded %(days)s days after the date that %(who)s gave it",
            days=late.days,
            who=case.act.actor,
        )
        case.find(Code.LATE_RECORD, message, case.act.items, on_items=False)
    elif -late > times.future_tolerance:
        message = phrase(
            "%(who)s dated it %(date)s, but it was recorded at %(recorded)s",
            who=case.act.actor,
            date=in_words(case.act.event_at),
            recorded=in_words(case.recorded_at),
        )
        effective = [move for move in case.moves if move.state.last == case.index]
        moved = tuple([item for move in effective for item in move.items])
        case.find(Code.FUTURE, message, moved, on_items=bool(moved))


_RULES: Mapping[ActKind, Callable[[Case], None]] = {
    ActKind.COMMISSION: commission,
    ActKind.REGISTER: register,
    ActKind.TRANSFORM: transform,
    ActKind.PACK: pack,
    ActKind.UNPACK: unpack,
    ActKind.INSTALL: pack,
    ActKind.REMOVE: unpack,
    ActKind.SHIP: handover.ship,
    ActKind.CARRY: handover.carry,
    ActKind.DELIVER: handover.deliver,
    ActKind.RECEIVE: handover.receive,
    ActKind.REFUSE: handover.refuse,
    ActKind.VOID: handover.void,
    ActKind.TRANSFER: ownership.transfer,
    ActKind.ACCEPT: ownership.accept,
    ActKind.DECLARE: status.declare,
    ActKind.INSPECT: status.inspect,
    ActKind.DETAIN: measures.detain,
    ActKind.SEIZE: measures.seize,
    ActKind.RELEASE: measures.release,
    ActKind.REPORT: status.report,
    ActKind.CLEAR: status.report,
    ActKind.REPLACE: status.replace_numbers,
    ActKind.DESTROY: end,
    ActKind.DECOMMISSION: end,
}
