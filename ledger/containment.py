"""What goes into a container and what comes out: pack, unpack, install, remove.

Source: docs/custody.md. Who has a thing in hand may pack it: its holder, in transit a ``via``
party. Contents share the custody of their container, so only things in the same hands go
together. A container nobody has seen begins with its first packing, held by the packer; when it is
a carrier who packs goods in transit, a container that is new or in the carrier's own hands
takes over their shipment, so that the consignee may sign for it. Otherwise no container depends on
its contents. One that was emptied, and has neither maker nor registration, begins anew with
whoever packs it next: pallets go round; one with a number that a stranger uses, with the owner of
the range (``ledger.claim``). Nesting has any depth; what would make a circle moves
nothing. Example::

    pack(case)      # urn:...:carrier packs 40 chips, in transit to urn:...:beta, into a new carton
    case.step().moves[0].state.custody.consignee == "urn:...:beta"
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ledger.case import Case
from ledger.claim import begun_with, claim, yields
from ledger.finding import Code
from ledger.group import Group
from ledger.holding import (
    Custody,
    Holdings,
    ItemState,
    Move,
    Phase,
    containers_of,
    effective,
    held_by,
)
from ledger.wording import phrase


def pack(case: Case) -> None:
    """Put items into a container, board or rack."""
    parent = case.act.parent
    assert parent is not None
    box = _container(case, parent)
    if box is not None and _is_to_be_claimed(case, box):
        claim(case, box)
    elif box is not None and not _is_open(case, box):
        message = phrase(
            "%(did)s, but may put nothing into %(container)s", did=case.did, container=parent
        )
        case.find(Code.OUTSIDE_CONTAINER, message, case.act.items, on_items=False)
        return
    groups = [group for group in _groups(case, parent) if _is_free(case, group, parent)]
    custody = _begin(case, box, parent, groups)
    gifts = gifts_around(case.holdings, parent)
    if box is not None and box.is_signed:  # what it is given by that is none of the contents'
        gifts += (case.index,)
    for group in groups:
        if group.now.custody.goes_with(custody):
            case.move(group, group.own.inside(parent, case.index, case.at, gifts))
        else:
            message = phrase(
                "%(did)s, but %(container)s is in other hands: %(where)s",
                did=case.did,
                container=parent,
                where=group.whereabouts,
            )
            case.object(group, Code.OUTSIDE_CONTAINER, message)


def unpack(case: Case) -> None:
    """Take items out of their container; without any listed, all of its contents."""
    parent = case.act.parent
    assert parent is not None
    box = _container(case, parent)
    if box is None:
        case.find_unknown((parent,))
    elif _is_in_hand(case, box):
        contents = case.act.items or tuple(sorted(case.holdings.contents.get(parent, ())))
        for group in case.known(contents):
            _leave(case, group, parent)
        _open(case, box)


def _leave(case: Case, group: Group, parent: str) -> None:
    if group.own.parent != parent:
        message = phrase(
            "%(did)s, but it is not recorded as being in %(container)s: %(where)s",
            did=case.did,
            container=parent,
            where=group.whereabouts,
        )
        case.object(group, Code.OUTSIDE_CONTAINER, message)
    else:
        case.move(group, group.now.loose(group.now.custody, case.index, case.at))


def _open(case: Case, box: Group) -> None:
    """Whoever opens what was only delivered to it has it; what is emptied may begin anew."""
    is_emptied = not case.act.items and _began_by_packing(box.own)
    if box.is_signed and box.own.parent is None:
        opened = box.own.loose(box.own.custody, case.index, case.at)
        case.move(box, replace(opened, emptied=is_emptied))
    elif is_emptied and not box.own.emptied:
        case.amend(box, replace(box.own, emptied=True))


def gifts_around(holdings: Holdings, parent: str) -> tuple[int, ...]:
    """The gifts by which whatever goes into *parent* now does not change its owner."""
    around = [holdings.states.get(box) for box in (parent, *containers_of(holdings, parent))]
    return tuple([gift.entry for box in around if box is not None for gift in box.gifts])


def _container(case: Case, parent: str) -> Group | None:
    own = case.holdings.states.get(parent)
    return None if own is None else case.group((parent,), own)


def _began_by_packing(own: ItemState) -> bool:
    return own.origin is None and not own.registered


# What a packing finds -----------------------------------------------------------------------------


def _is_open(case: Case, box: Group) -> bool:
    return not case.has_ended(box) and (_is_anybodys(box) or _is_in_hand(case, box))


def _is_to_be_claimed(case: Case, box: Group) -> bool:
    """Whether a stranger uses a number of the packer's range."""
    is_free = _is_anybodys(box) and box.now.ended is None
    if is_free or box.now.custody.is_handled_by(case.act.actor):
        return False
    return box.items[0].startswith(case.ranges) and yields(case, box)


def _is_anybodys(box: Group) -> bool:
    is_free = box.own.emptied and box.own.parent is None and not box.own.marks
    return is_free and _began_by_packing(box.own)


def _groups(case: Case, parent: str) -> Iterator[Group]:
    around = (parent, *containers_of(case.holdings, parent))
    circle = tuple([item for item in around if item in case.act.items])
    if not circle:
        yield from case.known(case.act.items)
        return
    yield from case.known(tuple([item for item in case.act.items if item not in circle]))
    for group in case.known(circle):
        message = phrase(
            "%(did)s, but %(container)s is in it, or is it", did=case.did, container=parent
        )
        if _is_in_hand(case, group):
            case.object(group, Code.OUTSIDE_CONTAINER, message)


def _is_free(case: Case, group: Group, parent: str) -> bool:
    if group.own.parent == parent or not _is_in_hand(case, group):
        return False
    if group.own.parent is not None:
        message = phrase(
            "%(did)s, but it is in %(container)s", did=case.did, container=group.own.parent
        )
        case.object(group, Code.OUTSIDE_CONTAINER, message)
    return group.own.parent is None


def _is_in_hand(case: Case, group: Group) -> bool:
    if group.now.custody.is_handled_by(case.act.actor):
        return True
    message = phrase(
        "%(did)s, but does not have it in hand: %(where)s", did=case.did, where=group.whereabouts
    )
    case.object(group, Code.NOT_HOLDER, message)
    return False


def _begin(case: Case, box: Group | None, parent: str, groups: Sequence[Group]) -> Custody:
    """The custody inside the container, which begins or takes over a shipment if it has to."""
    first = groups[0].now.custody if groups else None
    carried = first if first is not None and first.phase is Phase.IN_TRANSIT else None
    if box is None or not box.now.custody.is_handled_by(case.act.actor):
        case.bound = carried is not None
        custody = carried or held_by(case.act.actor)
        fresh = ItemState(custody, case.index, case.at, begun=begun_with(case, parent))
        case.moves.append(Move((parent,), fresh, None if box is None else box.own))
        return custody
    if box.own.parent is not None:
        around = effective(case.holdings, parent)
        assert around is not None
        if box.own.emptied:
            case.amend(box, replace(box.own, emptied=False))
        return around.custody  # not signed for by packing something into a part of it
    is_taken_over = carried is not None and box.own.custody.phase is Phase.HELD
    if carried is not None and is_taken_over:
        case.bound = True
        case.move(box, replace(box.own.loose(carried, case.index, case.at), emptied=False))
        return carried
    if box.is_signed:
        opened = box.own.loose(box.own.custody, case.index, case.at)
        case.move(box, replace(opened, emptied=False))
    elif box.own.emptied:
        case.amend(box, replace(box.own, emptied=False))
    return box.own.custody
