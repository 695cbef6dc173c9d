"""The rules of custody: what an act moves, and what does not fit.

Source: docs/custody.md. Everything is recorded, nothing is refused: an act without standing, or
against custody, moves nothing and is found; the first consistent chain stands. State is the fold
of the acts in the order of the log, and ``apply`` is one step of it. It is pure: it reads the
holdings, and only ``ledger.holding.commit`` writes them. The items of a lot that share a state are
decided as one. ``ledger.beginning`` has how items begin, ``ledger.containment`` the containers.
Example, a batch under the lock::

    holdings = store.load(needs(acts))
    for index, act in enumerate(acts, start=size):
        step = apply(holdings, act, facts, index=index, recorded_at=recorded_at)
        commit(holdings, step)

Acts of the next slices (transform, deliver, transfer, accept, detain, seize, release, replace,
correct) and plain records move nothing yet and are not judged.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from ledger.act import Act, ActKind, Condition, Status
from ledger.beginning import commission, register
from ledger.case import Case, Group
from ledger.containment import pack, unpack
from ledger.facts import Facts
from ledger.finding import Code
from ledger.holding import Custody, Holdings, Pending, Phase, Step, held_by

_REPORTED: Mapping[str, tuple[Code, str]] = {
    Status.STOLEN: (Code.STOLEN, "stolen"),
    Status.LOST: (Code.LOST, "lost"),
    Status.TAMPERED: (Code.TAMPERED, "tampered with"),
}


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
        if act.parent is not None:
            items.add(act.parent)
        if act.kind is ActKind.COMMISSION:
            contents.update(act.items)  # see ledger.beginning
        elif act.parent is not None and not act.items:
            contents.add(act.parent)
    return Needs(frozenset(items), frozenset(contents))


def apply(holdings: Holdings, act: Act, facts: Facts, *, index: int, recorded_at: datetime) -> Step:
    """What *act* does as entry *index*; *holdings* have all that it needs, and stay as they are."""
    rule = _RULES.get(act.kind)
    if rule is None:
        return _NOTHING
    case = Case(holdings, act, facts, index, recorded_at)
    rule(case)
    _check_date(case)
    return case.step()


_NOTHING = Step()


def _check_date(case: Case) -> None:
    late = case.recorded_at - case.act.event_at
    times = case.facts.times
    if late > times.late_after:
        message = f"recorded {late.days} days after the date that {case.act.actor} gave it"
        case.find(Code.LATE_RECORD, message, case.act.items, on_items=False)
    elif -late > times.future_tolerance:
        message = (
            f"{case.act.actor} dated it {case.act.event_at:%Y-%m-%d %H:%M} UTC,"
            f" but it was recorded at {case.recorded_at:%Y-%m-%d %H:%M} UTC"
        )
        effective = [move for move in case.moves if move.state.last == case.index]
        moved = tuple([item for move in effective for item in move.items])
        case.find(Code.FUTURE, message, moved, on_items=bool(moved))


# From hand to hand -------------------------------------------------------------------------------


def _is_loose(case: Case, group: Group) -> bool:
    if group.own.parent is None:
        return True
    reason = f"but it is in {group.own.parent} (entry {group.own.since})"
    case.object(group, Code.OUTSIDE_CONTAINER, reason)
    return False


def _is_held(case: Case, group: Group) -> bool:
    if group.now.custody.is_held_by(case.act.actor):
        return _is_loose(case, group)
    case.object(group, Code.NOT_HOLDER, f"but did not hold it: {group.whereabouts}")
    return False


def _ship(case: Case) -> None:
    act = case.act
    transit = Custody(Phase.IN_TRANSIT, act.actor, act.counterparty, act.via, case.index)
    for group in case.known(act.items):
        if not _is_held(case, group):
            continue
        receipt = _receipt_for(case, group) if group.own.pending else None
        if receipt is None:
            case.move(group, group.own.loose(transit, case.index, case.at))
        else:
            _ship_received(case, group, receipt)


def _receipt_for(case: Case, group: Group) -> Pending | None:
    """The receipt that came before this shipment, unless the item has done anything since."""
    for receipt in group.own.pending:
        if receipt.party == case.act.counterparty and receipt.event_at >= group.own.last_at:
            return receipt
    return None


def _ship_received(case: Case, group: Group, receipt: Pending) -> None:
    rest = tuple([other for other in group.own.pending if other is not receipt])
    state = group.own.loose(held_by(receipt.party), case.index, receipt.event_at)
    case.move(group, replace(state, pending=rest))
    case.close(Code.PENDING_SHIPMENT, group.items)
    case.receive(case.index, final=receipt.final)


def _receive(case: Case) -> None:
    act = case.act
    for group in case.known(act.items):
        custody = group.now.custody
        if custody.phase is Phase.HELD:
            _receive_early(case, group)
        elif custody.consignee == act.actor:
            case.move(group, group.now.loose(held_by(act.actor), case.index, case.at))
            case.receive(custody.shipment, final=act.final)
            if custody.consignee == custody.holder:  # it was refused, and is back
                case.close(Code.REFUSED, group.items)
            _find_damage(case, group)
        else:
            _find_not_consignee(case, group)


def _receive_early(case: Case, group: Group) -> None:
    act = case.act
    if group.now.custody.holder == act.actor:  # said twice, which is nothing against the item
        message = f"{case.did}, which was not in transit: {group.whereabouts}"
        case.find(
            Code.NOT_IN_TRANSIT, message, group.items, cites=(group.now.last,), on_items=False
        )
    elif _is_loose(case, group):
        message = f"{case.did} before anybody signed that it was sent: {group.whereabouts}"
        case.find(Code.PENDING_SHIPMENT, message, group.items, cites=(group.now.last,))
        _find_damage(case, group)
        if all(receipt.party != act.actor for receipt in group.own.pending):
            receipt = Pending(act.actor, case.index, case.at, act.final)
            case.amend(group, replace(group.own, pending=(*group.own.pending, receipt)))


def _refuse(case: Case) -> None:
    for group in case.known(case.act.items):
        custody = group.now.custody
        if custody.phase is Phase.HELD:
            _find_not_in_transit(case, group)
        elif custody.consignee != case.act.actor:
            _find_not_consignee(case, group)
        elif _is_loose(case, group):
            back = replace(custody, consignee=custody.holder, shipment=case.index, departed=True)
            case.move(group, group.now.loose(back, case.index, case.at))
            message = f"{case.act.actor} refused this item; it goes back to {custody.holder}"
            case.find(Code.REFUSED, message, group.items, cites=(group.now.last,))


def _void(case: Case) -> None:
    act = case.act
    for group in case.known(act.items):
        custody = group.now.custody
        is_held = custody.phase is Phase.HELD
        if custody.holder != act.actor and not is_held:
            case.object(group, Code.NOT_HOLDER, f"but did not send it: {group.whereabouts}")
        elif custody.holder != act.actor or custody.departed:
            reason = f"but it has left already: {group.whereabouts}"
            case.object(group, Code.VOID_AFTER_DEPARTURE, reason)
        elif is_held:
            _find_not_in_transit(case, group)
        elif _is_loose(case, group):
            case.move(group, group.now.loose(held_by(act.actor), case.index, case.at))


def _carry(case: Case) -> None:
    for group in case.known(case.act.items):
        custody = group.now.custody
        if not custody.involves(case.act.actor):
            is_held = custody.phase is Phase.HELD
            code = Code.NOT_IN_TRANSIT if is_held else Code.NOT_HOLDER
            case.object(group, code, f"but was not to carry it: {group.whereabouts}")
        elif custody.phase is Phase.IN_TRANSIT and not custody.departed and not group.own.parent:
            case.amend(group, replace(group.own, custody=replace(custody, departed=True)))


def _end(case: Case) -> None:
    for group in case.known(case.act.items):
        if _is_held(case, group):
            state = group.own.loose(group.own.custody, case.index, case.at)
            case.move(group, replace(state, ended=case.act.kind))


def _find_not_in_transit(case: Case, group: Group) -> None:
    case.object(group, Code.NOT_IN_TRANSIT, f"which was not in transit: {group.whereabouts}")


def _find_not_consignee(case: Case, group: Group) -> None:
    case.object(group, Code.NOT_CONSIGNEE, f"but it was not sent to it: {group.whereabouts}")


def _find_damage(case: Case, group: Group) -> None:
    if Condition.DAMAGED in case.act.condition:
        case.find(Code.DAMAGED, f"{case.act.actor} found this item damaged", group.items)


# Claims ------------------------------------------------------------------------------------------


def _declare(case: Case) -> None:
    case.known(case.act.items)  # a place moves nothing, but the unknown and the ended are found


def _inspect(case: Case) -> None:
    act = case.act
    is_inspector = case.is_inspector()
    found = act.condition & {Condition.MISMATCH_INSTANCE, Condition.NON_CONFORMANT}
    for group in case.known(act.items):
        # A holder's own quality check says nothing of the identity, a swapped label does.
        heard = group.now.custody.involves(act.actor) and Condition.MISMATCH_INSTANCE in found
        if heard or (is_inspector and found):
            message = f"{act.actor} inspected this item, and it is not what its number says"
            case.find(Code.IDENTITY_MISMATCH, message, group.items)


def _report(case: Case) -> None:
    act = case.act
    for group in case.known(act.items):
        if not group.now.custody.involves(act.actor):
            case.object(
                group, Code.NOT_HOLDER, f"but is no party to its custody: {group.whereabouts}"
            )
            continue
        status = group.own.status | act.status_set & _REPORTED.keys()
        status -= act.status_unset & _REPORTED.keys()
        for word in sorted(status - group.own.status):
            code, words = _REPORTED[word]
            case.find(code, f"{act.actor} reported this item {words}", group.items)
        for word in sorted(group.own.status - status):
            case.close(_REPORTED[word][0], group.items)
        if status != group.own.status:
            case.amend(group, replace(group.own, status=status))


_RULES: Mapping[ActKind, Callable[[Case], None]] = {
    ActKind.COMMISSION: commission,
    ActKind.REGISTER: register,
    ActKind.PACK: pack,
    ActKind.INSTALL: pack,
    ActKind.UNPACK: unpack,
    ActKind.REMOVE: unpack,
    ActKind.SHIP: _ship,
    ActKind.CARRY: _carry,
    ActKind.RECEIVE: _receive,
    ActKind.REFUSE: _refuse,
    ActKind.VOID: _void,
    ActKind.DECLARE: _declare,
    ActKind.INSPECT: _inspect,
    ActKind.REPORT: _report,
    ActKind.CLEAR: _report,
    ActKind.DESTROY: _end,
    ActKind.DECOMMISSION: _end,
}
