"""What inspectors do to goods: detain, seize, release.

Source: docs/custody.md. Detained goods stay where they are, and their clock stands still; who moves
them all the same is found. Seized goods are the inspector's to hold, out of any container; where
they were taken from is remembered. Only the inspector that held goods back releases them. Then
they are where they were, unless the inspector has given them to somebody else since. Example::

    release(case)       # of a chip out of a seized crate, which was on its way
    case.step().moves[0].state.custody.phase is Phase.IN_TRANSIT
"""

from collections.abc import Sequence
from dataclasses import replace

from ledger.act import Status
from ledger.case import Case
from ledger.containment import gifts_around
from ledger.finding import Code
from ledger.group import Group
from ledger.holding import HELD_BACK, NO_TIME, Custody, Mark, Phase, containers_of, held_by
from ledger.status import FOUND, close_marks
from ledger.title import Gift
from ledger.wording import any_of, phrase


def detain(case: Case) -> None:
    """An inspector wants items kept where they are."""
    actor = case.act.actor
    mark = Mark(Status.DETAINED, actor, case.index, case.at)
    for group in _inspected(case):
        if all((old.word, old.party) != (mark.word, actor) for old in group.own.marks):
            case.amend(group, replace(group.own, marks=(*group.own.marks, mark)))
            message = phrase("%(who)s detained this item", who=actor)
            case.find(Code.DETAINED, message, group.items)


def seize(case: Case) -> None:
    """An inspector takes items."""
    actor = case.act.actor
    for group in _inspected(case):
        now = group.now
        earlier = [m for m in now.marks if (m.word, m.party) == (Status.SEIZED, actor)]
        if earlier and now.custody.is_held_by(actor):
            continue
        kept = earlier[0].kept if earlier else now.custody
        mark = Mark(Status.SEIZED, actor, case.index, case.at, kept)
        marks = (*[m for m in now.marks if m not in earlier], mark)
        state = now.loose(held_by(actor), case.index, case.at)
        if now.title is None or now.title.owner is None:  # what an inspector holds is not its own
            owned = Gift(case.index, now.owner, None, now.owner, now.answers)
            state = replace(state, gifts=(*now.gifts, owned))
        case.move(group, replace(state, marks=marks))
        message = phrase("%(who)s seized this item", who=actor)
        case.find(Code.SEIZED, message, group.items, cites=(now.last,))


def release(case: Case) -> None:
    """An inspector lets items go that it detained or seized."""
    words = case.act.status_unset & HELD_BACK
    for group in _inspected(case):
        held = [mark for mark in group.now.marks if mark.word in words]
        is_along = _goes_along(case, group)
        if is_along:  # with its container, so only what is its own is left to say
            held = [mark for mark in held if mark in group.own.marks]
        mine = [mark for mark in held if mark.party == case.act.actor]
        if mine:
            _let_go(case, group, mine)
        elif held:
            message = phrase(
                "%(did)s, which %(who)s holds back (entry %(entry)s)",
                did=case.did,
                who=held[0].party,
                entry=held[0].entry,
            )
            case.find_idle(Code.NOT_HOLDER, message, group)
        elif not is_along:
            done = any_of([FOUND[word][1] for word in sorted(words)]) or phrase("held back")
            message = phrase("%(did)s, which nobody has %(done)s", did=case.did, done=done)
            case.find_idle(Code.NOT_HOLDER, message, group)


def _let_go(case: Case, group: Group, mine: Sequence[Mark]) -> None:
    """Out of its container if that is held back, and back to where it was taken from."""
    now, kept = group.now, [mark.kept for mark in mine if mark.kept is not None]
    marks = [mark for mark in now.marks if mark not in mine]
    custody = now.custody
    is_returned = bool(kept) and custody.is_held_by(case.act.actor)
    if kept and is_returned:
        custody = kept[0]
    if not any(mark.word in HELD_BACK for mark in marks):
        custody = _resumed(case, group, custody)
    if is_returned or not set(mine) <= set(group.own.marks):
        state = now.loose(custody, case.index, case.at)
        gifts = _without(now.gifts, mine)
        case.move(group, replace(state, marks=tuple(marks), gifts=gifts))
    else:
        own = group.own
        there = custody if own.parent is None else own.custody
        left = tuple([mark for mark in own.marks if mark not in mine])
        state = replace(own, custody=there, marks=left)
        gifts = _without(own.gifts, mine)
        if gifts != own.gifts and own.parent is not None:
            # What was given with the container while it was seized was not given to begin with.
            state = replace(state, since_gifts=gifts_around(case.holdings, own.parent))
        case.amend(group, replace(state, gifts=gifts))
    close_marks(case, group, list(mine), marks)


def _without(gifts: tuple[Gift, ...], mine: Sequence[Mark]) -> tuple[Gift, ...]:
    """*gifts* without those by which seizures kept the owner, unless others came after."""
    seizures = [mark.entry for mark in mine]
    while gifts and gifts[-1].entry in seizures:
        gifts = gifts[:-1]
    return gifts


def _resumed(case: Case, group: Group, custody: Custody) -> Custody:
    """*custody* with the time added for which the clock of the shipment stood still."""
    stopped_at = group.now.stopped_at
    assert stopped_at is not None
    if custody.phase is Phase.HELD:
        return custody
    return replace(custody, paused=custody.paused + max(case.at - stopped_at, NO_TIME))


def _inspected(case: Case) -> Sequence[Group]:
    """The groups that an inspector's measure can be about; others' are found."""
    groups = case.known(case.act.items)
    if case.is_inspector():
        return groups
    for group in groups:
        message = phrase("%(did)s, but is no inspector", did=case.did)
        case.find(Code.NOT_HOLDER, message, group.items, on_items=False)
    return ()


def _goes_along(case: Case, group: Group) -> bool:
    around = containers_of(case.holdings, group.items[0])
    return not set(around).isdisjoint(case.act.items)
