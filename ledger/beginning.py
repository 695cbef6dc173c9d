"""How items begin: commission by a maker, register by a present holder.

Source: docs/custody.md. A maker may use the numbers of its own ranges (``itemPrefixes`` of its
``party`` statement). A number outside them is found wanting, exists if nobody had it, and yields to
the owner of the range. A second commission of what exists is a clone. What a holder entered in
mid-life has no origin until its maker commissions it: dated before it was entered, that moves
nothing (``ledger.claim``). Example::

    commission(case)      # by the owner of the range, of a number that a stranger had entered
    case.step().moves[0].state.origin == case.act.actor
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ledger.act import ActKind
from ledger.case import Case
from ledger.claim import begun_with, claim, is_later, yields
from ledger.finding import Code
from ledger.group import Group
from ledger.holding import ItemState, held_by
from ledger.wording import of_no_range, phrase


def commission(case: Case) -> None:
    """A maker enters what it made, or signs for what others entered in mid-life."""
    actor = case.act.actor
    enter(case, case.act.items, ItemState(held_by(actor), case.index, case.at, origin=actor))


def enter(case: Case, items: tuple[str, ...], made: ItemState) -> tuple[str, ...]:
    """*items* begin as *made*, so far as they can; returns those that do."""
    ranges = case.ranges
    unseen, groups = case.split(items)
    ours, foreign = _by_range(unseen, ranges)
    if ours:
        case.begin(ours, made)
    if foreign:
        case.begin(foreign, replace(made, foreign=True))
        _find_foreign(case, foreign, on_items=True)
    claimed = _enter_again(case, groups, ranges, made, items) if groups else ()
    return (*unseen, *claimed)


def _enter_again(
    case: Case,
    groups: Iterable[Group],
    ranges: tuple[str, ...],
    made: ItemState,
    named: tuple[str, ...],
) -> frozenset[str]:
    parts = [part for group in groups for part in _parts(group, ranges)]
    claims = [group for group, is_ours in parts if is_ours and yields(case, group)]
    claimed = frozenset([item for group in claims for item in group.items])
    for group in claims:
        claim(case, group, frozenset(named))  # what is named too comes out in _keep
        case.amend(group, made)
    for group, is_ours in parts:
        if not (is_ours and yields(case, group)):
            _keep(case, group, claimed, is_attested=_is_attested(case, group, is_ours=is_ours))
    return claimed


def _parts(group: Group, ranges: tuple[str, ...]) -> Iterator[tuple[Group, bool]]:
    ours, foreign = _by_range(group.items, ranges)
    if ours:
        yield Group(ours, group.own, group.now), True
    if foreign:
        yield Group(foreign, group.own, group.now), False


def _is_attested(case: Case, group: Group, *, is_ours: bool) -> bool:
    own = group.own
    if case.has_ended(group):
        return False
    is_new = case.act.kind is ActKind.TRANSFORM  # what was made just now was in no hands before
    has_origin = own.origin is not None and not own.foreign
    if is_new or not is_ours or has_origin or is_later(case, group):
        _find_twin(case, group)
        if not is_ours:
            _find_foreign(case, group.items, on_items=False)
        return False
    # Held since mid-life; or made by the actor itself, whom the registrar has given the range.
    case.close(Code.FOREIGN_PREFIX if own.foreign else Code.NO_ORIGIN, group.items)
    return True


def _keep(case: Case, group: Group, claimed: frozenset[str], *, is_attested: bool) -> None:
    """What was there stays, but for its origin, and for a container that is claimed."""
    state = group.own
    if state.parent in claimed:
        state = group.now.loose(group.now.custody, case.index, case.at)
    if is_attested:
        state = replace(state, origin=case.act.actor, foreign=False)
    if state is not group.own:
        case.amend(group, state)


def register(case: Case) -> None:
    """A holder enters what it holds."""
    unseen, groups = case.split(case.act.items)
    entered = ItemState(held_by(case.act.actor), case.index, case.at, registered=True)
    ours, foreign = _by_range(unseen, case.ranges)
    if ours:
        case.begin(ours, entered)
    if foreign:
        case.begin(foreign, replace(entered, begun=begun_with(case, foreign[0])))
    if unseen:
        message = phrase(
            "%(who)s entered this item in mid-life; no maker has signed for it",
            who=case.act.actor,
        )
        case.find(Code.NO_ORIGIN, message, unseen)
    for group in case.live(groups):
        if not group.now.custody.is_held_by(case.act.actor):
            _find_twin(case, group)


def _by_range(
    items: tuple[str, ...], ranges: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    ours = tuple([item for item in items if item.startswith(ranges)])
    if len(ours) == len(items):
        return items, ()
    return ours, tuple([item for item in items if not item.startswith(ranges)])


def _find_foreign(case: Case, items: tuple[str, ...], *, on_items: bool) -> None:
    message = of_no_range(case.act.actor)
    case.find(Code.FOREIGN_PREFIX, message, items, on_items=on_items)


def _find_twin(case: Case, group: Group) -> None:
    message = phrase(
        "%(did)s, but it is in the ledger already: %(where)s",
        did=case.did,
        where=group.whereabouts,
    )
    case.object(group, Code.ALREADY_EXISTS, message)
