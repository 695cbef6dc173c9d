"""Who may own and use an item without having it: transfer and accept.

Source: docs/custody.md, "Owning and using". The owner offers, whoever it names accepts; only then
does anything change, and custody never does. A thing nobody said anything of is its holder's, or
in transit its sender's: who sends goods that stay its own says so in the shipment. Example::

    accept(case)       # by urn:...:bank, of a rack that urn:...:shop had transferred to it
    case.step().moves[0].state.owner == "urn:...:bank"
"""

from dataclasses import replace

from ledger.case import Case
from ledger.containment import gifts_around
from ledger.finding import Code
from ledger.group import Group
from ledger.holding import ItemState
from ledger.title import Gift, Offer, with_gift
from ledger.wording import phrase


def transfer(case: Case) -> None:
    """The owner offers items to another owner, or user."""
    act = case.act
    for group in case.known(act.items):
        owner = group.now.owner
        if owner != act.actor:
            message = phrase(
                "%(did)s, but does not own it: by the record %(owner)s does",
                did=case.did,
                owner=owner,
            )
            case.object(group, Code.NOT_HOLDER, message)
        else:
            _offer(case, group)


def _offer(case: Case, group: Group) -> None:
    act = case.act
    offers = list(group.own.offers)
    for taker, is_user in ((act.owner, False), (act.user, True)):
        if taker is not None:
            offers = [offer for offer in offers if offer.is_user is not is_user]
            offers += [Offer(act.actor, taker, case.index, is_user)] if taker != act.actor else []
    state = replace(group.own, offers=tuple(offers))
    owner = act.owner if act.owner == act.actor else None
    user = act.user if act.user == act.actor else None
    if owner is not None or user is not None:  # nobody needs its own consent
        state = _given(case, group, state, owner, user)
    case.amend(group, state)


def accept(case: Case) -> None:
    """Whoever was offered items takes them, as their owner or user."""
    actor = case.act.actor
    for group in case.known(case.act.items):
        now = group.now
        mine = [o for o in group.own.offers if o.taker == actor and o.giver == now.owner]
        if mine:
            _take(case, group, mine)
        elif actor not in (now.owner, *(now.title or ())):
            message = phrase(
                "%(did)s, but %(owner)s, who owns it, did not offer it to it",
                did=case.did,
                owner=now.owner,
            )
            case.object(group, Code.NOT_CONSIGNEE, message)
        else:
            message = phrase(
                "%(did)s, which it %(has)s already and nobody offered to it since",
                did=case.did,
                has=phrase("owns") if actor == now.owner else phrase("uses"),
            )
            case.find_idle(Code.NOT_CONSIGNEE, message, group)


def _take(case: Case, group: Group, mine: list[Offer]) -> None:
    actor = case.act.actor
    is_owner = any(not offer.is_user for offer in mine)
    is_user = any(offer.is_user for offer in mine)
    rest = () if is_owner else tuple([o for o in group.own.offers if o not in mine])
    state = replace(group.own, offers=rest)
    owner, user = actor if is_owner else None, actor if is_user else None
    case.amend(group, _given(case, group, state, owner, user))
    if is_owner:
        case.close(Code.NOT_OWNER, group.items)


def _given(
    case: Case, group: Group, state: ItemState, owner: str | None, user: str | None
) -> ItemState:
    """*state* with a new owner or user, and all that was given along with its containers."""
    now, parent = group.now, group.own.parent
    gift = Gift(case.index, owner, user, now.owner, now.answers)
    around = () if parent is None else gifts_around(case.holdings, parent)
    return replace(state, gifts=with_gift(now.gifts, gift), since_gifts=around)
