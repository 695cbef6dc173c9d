"""How items end: destroyed, taken out of use, made into something else.

Source: docs/custody.md. A transformation ends its inputs and begins its outputs, all of it or
nothing. What was made keeps what clings to that of which it was made: what was reported of it, who
detained it, and whose it was; else making it into something else would wash it clean. Example::

    transform(case)     # 40 dies of urn:...:alpha, at urn:...:packer, into 10 modules
    case.step().moves[-1].state.title.owner == "urn:...:alpha"
"""

from collections.abc import Sequence
from dataclasses import replace

from ledger.act import ActKind
from ledger.beginning import enter
from ledger.case import Case
from ledger.finding import Code
from ledger.group import Group
from ledger.holding import ItemState, Mark, held_by
from ledger.status import FOUND
from ledger.title import Gift
from ledger.wording import phrase


def end(case: Case) -> None:
    """The holder destroys items, or takes them out of use."""
    for group in case.known(case.act.items):
        if case.is_held(group):
            state = group.own.loose(group.own.custody, case.index, case.at)
            case.move(group, replace(state, ended=case.act.kind))


def transform(case: Case) -> None:
    """The holder of the inputs made the outputs of them."""
    act = case.act
    case.bound = True
    inputs = [group for group in case.known(act.items) if case.is_held(group)]
    owners = {group.now.owner for group in inputs} - {act.actor}
    if len(owners) > 1:
        for group in inputs:
            message = phrase(
                "%(did)s, but of things of several owners: this is %(owner)s's",
                did=case.did,
                owner=group.now.owner,
            )
            case.object(group, Code.NOT_HOLDER, message)
    elif sum([len(group.items) for group in inputs]) == len(act.items):
        for group in inputs:
            _use_up(case, group)
        _make(case, inputs, owners.pop() if owners else None)


def _use_up(case: Case, group: Group) -> None:
    outputs = frozenset(case.act.outputs)
    kept = tuple([item for item in group.items if item in outputs])
    gone = tuple([item for item in group.items if item not in outputs])
    state = group.own.loose(group.own.custody, case.index, case.at)
    if kept:
        case.move(replace(group, items=kept), state)
    if gone:
        case.move(replace(group, items=gone), replace(state, ended=ActKind.TRANSFORM))


def _make(case: Case, inputs: Sequence[Group], owner: str | None) -> None:
    act = case.act
    new = tuple([item for item in act.outputs if item not in act.items])
    if not new:
        return
    users = {group.now.title and group.now.title.user for group in inputs}
    user = users.pop() if len(users) == 1 else None
    gift = Gift(case.index, owner, user, None, act.actor)
    clinging = [mark._replace(kept=None) for group in inputs for mark in group.now.marks]
    marks = tuple(dict.fromkeys(clinging))
    made = ItemState(
        held_by(act.actor),
        case.index,
        case.at,
        marks=marks,
        origin=act.actor,
        gifts=() if owner is None and user is None else (gift,),
    )
    begun = enter(case, new, made)
    for mark in marks if begun else ():
        _find_mark(case, mark, begun)


def _find_mark(case: Case, mark: Mark, items: tuple[str, ...]) -> None:
    code, words = FOUND[mark.word]
    message = phrase(
        "%(who)s made this item out of something that was %(status)s (entry %(entry)s)",
        who=case.act.actor,
        status=words,
        entry=mark.entry,
    )
    case.find(code, message, items, cites=(mark.entry,))
