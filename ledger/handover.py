"""From hand to hand: ship, carry, deliver, receive, refuse, void.

Source: docs/custody.md. A sender answers for what it sent until the consignee signs. While the
goods are on their way the sender may send them elsewhere, which everybody sees; a delivery that
the consignee did not sign for gives it the goods by the sender's word only, until it signs or does
something with them. A receipt recorded before its shipment waits for it. Example::

    ship(case)      # urn:...:alpha to urn:...:beta, who signed that it has 2 of 3 already
    case.step().received == (case.index,)
"""

from dataclasses import replace
from datetime import datetime

from ledger.act import Condition
from ledger.case import Case
from ledger.finding import Code
from ledger.group import Group
from ledger.holding import Custody, ItemState, Pending, Phase, held_by
from ledger.wording import phrase

# Sending -----------------------------------------------------------------------------------------


def ship(case: Case) -> None:
    """A holder sends items on their way, or a sender what is on its way to somebody else."""
    act = case.act
    transit = Custody(
        Phase.IN_TRANSIT,
        act.actor,
        act.counterparty,
        act.via,
        case.index,
        False,
        act.owner,
        act.user,
    )
    for group in case.known(act.items):
        custody = group.now.custody
        is_sent = custody.phase is Phase.IN_TRANSIT and custody.holder == act.actor
        if is_sent and group.own.parent is None:
            _redirect(case, group, transit)
        elif case.is_held(group):
            _send(case, group, transit)


def _send(case: Case, group: Group, transit: Custody) -> bool:
    """Put *group* in *transit*; whether it is there, and was not received before."""
    act, owner = case.act, group.now.owner if case.act.owner else None
    if act.owner is not None and owner not in (act.actor, act.owner):
        message = phrase(
            "%(who)s named %(named)s as the owner of this item from its receipt on, but by the"
            " record it is %(owner)s who owns it",
            who=act.actor,
            named=act.owner,
            owner=owner,
        )
        case.find(Code.NOT_OWNER, message, group.items)
    receipt = _receipt_for(case, group) if group.own.pending else None
    if receipt is None:
        case.move(group, group.own.loose(transit, case.index, case.at))
        return True
    rest = tuple([other for other in group.own.pending if other is not receipt])
    sent = replace(group.own, custody=transit, pending=rest)
    case.move(group, arrived(sent, receipt.party, case.index, receipt.event_at))
    case.close(Code.PENDING_SHIPMENT, group.items)
    case.receive(case.index, final=receipt.final)
    return False


def _receipt_for(case: Case, group: Group) -> Pending | None:
    """The receipt that came before this shipment, unless the item has done anything since."""
    live = group.own.live_receipts()
    return next((one for one in live if one.party == case.act.counterparty), None)


def _redirect(case: Case, group: Group, transit: Custody) -> None:
    was = group.now.custody
    onward = replace(transit, via=transit.via or was.via, departed=was.departed, redirected=True)
    if _send(case, group, onward):
        message = phrase(
            "%(who)s sent this item on to %(consignee)s, while it was on its way to %(former)s"
            " (entry %(entry)s)",
            who=case.act.actor,
            consignee=transit.consignee,
            former=was.consignee,
            entry=was.shipment,
        )
        cites = () if was.shipment is None else (was.shipment,)
        case.find(Code.REDIRECTED, message, group.items, cites=cites)
    if was.consignee == was.holder:
        case.close(Code.REFUSED, group.items)


def carry(case: Case) -> None:
    """Somebody who has to do with the goods says that they are under way, or there."""
    for group in case.known(case.act.items):
        custody = group.now.custody
        if not custody.involves(case.act.actor):
            is_held = custody.phase is Phase.HELD
            code = Code.NOT_IN_TRANSIT if is_held else Code.NOT_HOLDER
            _find_not_carrier(case, group, code)
        elif custody.phase is Phase.IN_TRANSIT and not custody.departed and not group.own.parent:
            case.amend(group, replace(group.own, custody=replace(custody, departed=True)))


def void(case: Case) -> None:
    """A sender calls off what has not left."""
    act = case.act
    for group in case.known(act.items):
        custody = group.now.custody
        is_held = custody.phase is Phase.HELD
        if custody.holder != act.actor and not is_held:
            message = phrase(
                "%(did)s, but did not send it: %(where)s", did=case.did, where=group.whereabouts
            )
            case.object(group, Code.NOT_HOLDER, message)
        elif custody.holder != act.actor or custody.departed:
            message = phrase(
                "%(did)s, but it has left already: %(where)s",
                did=case.did,
                where=group.whereabouts,
            )
            case.object(group, Code.VOID_AFTER_DEPARTURE, message)
        elif is_held:
            _find_not_in_transit(case, group)
        elif case.is_loose(group):
            case.move(group, group.now.loose(held_by(act.actor), case.index, case.at))
            _settle(case, group)


# Arriving ----------------------------------------------------------------------------------------


def arrived(now: ItemState, party: str, index: int, at: datetime) -> ItemState:
    """What is in *now* once its consignee *party* has signed for it in entry *index*."""
    state = now.loose(held_by(party), index, at)
    if now.custody.owner is None and now.custody.user is None:
        return state
    return replace(state, gifts=now.gifts_on_arrival(index))


def deliver(case: Case) -> None:
    """A sender or carrier shows that it handed the goods to the consignee, who signs nothing."""
    act = case.act
    for group in case.known(act.items):
        custody = group.now.custody
        if custody.phase is Phase.HELD:
            _find_not_in_transit(case, group)
        elif act.actor != custody.holder and act.actor not in custody.via:
            _find_not_carrier(case, group, Code.NOT_HOLDER)
        elif custody.consignee != act.counterparty:
            message = phrase(
                "%(did)s, but it was not sent to %(consignee)s: %(where)s",
                did=case.did,
                consignee=act.counterparty,
                where=group.whereabouts,
            )
            case.object(group, Code.NOT_CONSIGNEE, message)
        elif not act.evidence:
            message = phrase(
                "%(did)s, but names no evidence of it: %(where)s",
                did=case.did,
                where=group.whereabouts,
            )
            case.find(Code.NOT_COUNTERSIGNED, message, group.items, on_items=False)
        else:
            _hand_over(case, group)


def _hand_over(case: Case, group: Group) -> None:
    custody = group.now.custody
    assert custody.consignee is not None
    there = replace(
        custody,
        phase=Phase.HELD,
        holder=custody.consignee,
        consignee=None,
        departed=True,
        sender=custody.holder,
    )
    case.move(group, group.now.loose(there, case.index, case.at))
    case.receive(custody.shipment, final=False)
    message = phrase(
        "%(did)s to %(consignee)s, who has not signed for it", did=case.did, consignee=there.holder
    )
    case.find(Code.NOT_COUNTERSIGNED, message, group.items)


def receive(case: Case) -> None:
    """A consignee signs that it has the items listed."""
    act = case.act
    for group in case.known(act.items):
        custody = group.now.custody
        is_there = custody.sender is not None and custody.holder == act.actor
        if is_there or (custody.phase is Phase.IN_TRANSIT and custody.consignee == act.actor):
            case.move(group, arrived(group.now, act.actor, case.index, case.at))
            case.receive(custody.shipment, final=act.final)
            _settle(case, group)
            _find_damage(case, group)
        elif custody.phase is Phase.HELD:
            _receive_early(case, group)
        else:
            _find_not_consignee(case, group)


def _receive_early(case: Case, group: Group) -> None:
    act = case.act
    if group.now.custody.holder == act.actor:  # said twice, which is nothing against the item
        message, cites = _not_in_transit(case, group), (group.now.last,)
        case.find(Code.NOT_IN_TRANSIT, message, group.items, cites=cites, on_items=False)
    elif case.is_loose(group):
        message = phrase(
            "%(did)s before anybody signed that it was sent: %(where)s",
            did=case.did,
            where=group.whereabouts,
        )
        last, is_party = (group.now.last,), case.has_part(group)
        case.find(Code.PENDING_SHIPMENT, message, group.items, cites=last, on_items=is_party)
        _find_damage(case, group)
        live = group.own.live_receipts()
        if all(receipt.party != act.actor for receipt in live):
            receipt = Pending(act.actor, case.index, case.at, act.final)
            case.amend(group, replace(group.own, pending=(*live, receipt)))


def refuse(case: Case) -> None:
    """A consignee does not take the goods: they go back to their sender."""
    for group in case.known(case.act.items):
        custody = group.now.custody
        is_there = custody.sender is not None and custody.holder == case.act.actor
        if custody.phase is Phase.HELD and not is_there:
            _find_not_in_transit(case, group)
        elif not is_there and custody.consignee != case.act.actor:
            _find_not_consignee(case, group)
        elif case.is_loose(group):
            _send_back(case, group)


def _send_back(case: Case, group: Group) -> None:
    was = group.now.custody
    sender = was.sender or was.holder
    back = Custody(
        Phase.IN_TRANSIT,
        sender,
        sender,
        was.via,
        case.index,
        departed=True,
        redirected=was.redirected,
    )
    case.move(group, group.now.loose(back, case.index, case.at))
    message = phrase(
        "%(who)s refused this item; it goes back to %(sender)s", who=case.act.actor, sender=sender
    )
    case.find(Code.REFUSED, message, group.items, cites=(group.now.last,))
    if was.sender is not None:
        case.close(Code.NOT_COUNTERSIGNED, group.items)


# What is found -----------------------------------------------------------------------------------


def _settle(case: Case, group: Group) -> None:
    """Close what was open until the goods of *group* are in hands again."""
    custody = group.now.custody
    if custody.holder in (custody.consignee, custody.sender):  # it was refused, and is back
        case.close(Code.REFUSED, group.items)
    if custody.redirected:
        case.close(Code.REDIRECTED, group.items)
    if custody.sender is not None:
        case.close(Code.NOT_COUNTERSIGNED, group.items)


def _find_not_in_transit(case: Case, group: Group) -> None:
    case.object(group, Code.NOT_IN_TRANSIT, _not_in_transit(case, group))


def _not_in_transit(case: Case, group: Group) -> str:
    return phrase(
        "%(did)s, which was not in transit: %(where)s", did=case.did, where=group.whereabouts
    )


def _find_not_carrier(case: Case, group: Group, code: Code) -> None:
    message = phrase(
        "%(did)s, but was not to carry it: %(where)s", did=case.did, where=group.whereabouts
    )
    case.object(group, code, message)


def _find_not_consignee(case: Case, group: Group) -> None:
    message = phrase(
        "%(did)s, but it was not sent to it: %(where)s", did=case.did, where=group.whereabouts
    )
    case.object(group, Code.NOT_CONSIGNEE, message)


def _find_damage(case: Case, group: Group) -> None:
    if Condition.DAMAGED in case.act.condition:
        message = phrase("%(who)s found this item damaged", who=case.act.actor)
        case.find(Code.DAMAGED, message, group.items)
