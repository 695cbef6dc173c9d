"""What is said of items where they are: declared, inspected, reported, given new numbers.

Source: docs/custody.md. None of it moves anything. What is reported stays said until it is taken
back: by whoever said it, by who has the item in hand, or by an inspector; a recall only by whoever
said it, or an inspector. Example::

    report(case)       # urn:...:carrier reports 3 trays stolen
    case.step().moves[0].state.status == {"stolen"}
"""

from collections.abc import Mapping
from dataclasses import replace

from ledger.act import Condition, Status
from ledger.case import Case
from ledger.finding import Code
from ledger.group import Group
from ledger.holding import Mark
from ledger.wording import phrase

FOUND: Mapping[str, tuple[Code, str]] = {
    Status.STOLEN: (Code.STOLEN, phrase("stolen")),
    Status.LOST: (Code.LOST, phrase("lost")),
    Status.TAMPERED: (Code.TAMPERED, phrase("tampered with")),
    Status.RECALLED: (Code.RECALLED, phrase("recalled")),
    Status.DETAINED: (Code.DETAINED, phrase("detained")),
    Status.SEIZED: (Code.SEIZED, phrase("seized")),
}
"""What can be said of an item: what it is found as, and in words."""

_REPORTED = frozenset({Status.STOLEN, Status.LOST, Status.TAMPERED, Status.RECALLED})


def declare(case: Case) -> None:
    """Somebody says where items are."""
    for group in case.known(case.act.items):  # moves nothing, but the unknown and ended are found
        _hear(case, group)


def inspect(case: Case) -> None:
    """Somebody looked whether items are what their numbers say."""
    act = case.act
    is_inspector = case.is_inspector()
    found = act.condition & {Condition.MISMATCH_INSTANCE, Condition.NON_CONFORMANT}
    for group in case.known(act.items):
        _hear(case, group)
        # A holder's own quality check says nothing of the identity, a swapped label does.
        heard = group.now.custody.involves(act.actor) and Condition.MISMATCH_INSTANCE in found
        if heard or (is_inspector and found):
            message = phrase(
                "%(who)s inspected this item, and it is not what its number says", who=act.actor
            )
            case.find(Code.IDENTITY_MISMATCH, message, group.items)
        elif is_inspector and Condition.CONFORMANT in act.condition:
            case.close(Code.IDENTITY_MISMATCH, group.items)


def _hear(case: Case, group: Group) -> None:
    """Anybody may look and say what it saw; numbers count from those who have to do with it."""
    if case.act.numbers and not case.has_part(group):
        message = phrase(
            "%(who)s gave numbers of this item, in which it has no part", who=case.act.actor
        )
        case.find(Code.IDENTITY_UNHEARD, message, group.items, on_items=False)


def replace_numbers(case: Case) -> None:
    """A maker, or a holder until an inspector has looked, gives items other numbers."""
    act = case.act
    for group in case.known(act.items):
        if group.own.has_origin(act.actor):
            continue
        if group.now.custody.is_held_by(act.actor):
            message = phrase(
                "%(who)s gave this item new numbers; neither its maker nor an inspector has signed"
                " that it is the same",
                who=act.actor,
            )
            case.find(Code.IDENTITY_MISMATCH, message, group.items)
        else:
            case.object_to_no_holder(group)


# Reports -----------------------------------------------------------------------------------------


def report(case: Case) -> None:
    """Somebody reports items, or takes a report back."""
    unsaid = case.act.status_unset & _REPORTED
    said = (case.act.status_set & _REPORTED) - unsaid
    for group in case.known(case.act.items):
        there = [mark for mark in group.own.marks if mark.word in unsaid]
        gone = [mark for mark in there if _may_clear(case, group, mark)]
        if not _is_concerned(case, group, said, gone):
            message = phrase(
                "%(did)s, but is no party to its custody: %(where)s",
                did=case.did,
                where=group.whereabouts,
            )
            case.object(group, Code.NOT_HOLDER, message)
        elif there and not gone:
            message = phrase(
                "%(did)s, but neither reported it nor has it in hand: %(where)s",
                did=case.did,
                where=group.whereabouts,
            )
            case.object(group, Code.NOT_HOLDER, message)
        elif not (said or there):
            case.find_idle(Code.NOT_HOLDER, _unreported(case, group, unsaid), group)
        else:
            _note(case, group, said, gone)


def _unreported(case: Case, group: Group, unsaid: frozenset[str]) -> str:
    """Why there is nothing to take back."""
    around = [mark for mark in group.now.marks if mark.word in unsaid]
    if around:
        return phrase(
            "%(did)s, which is reported with what it is in (entry %(entry)s); clear that",
            did=case.did,
            entry=around[0].entry,
        )
    return phrase("%(did)s, of which nothing of the kind is reported", did=case.did)


def _note(case: Case, group: Group, said: frozenset[str], gone: list[Mark]) -> None:
    act = case.act
    marks = [mark for mark in group.own.marks if mark not in gone]
    for word in sorted(said - {mark.word for mark in marks if mark.party == act.actor}):
        code, words = FOUND[word]
        marks.append(Mark(word, act.actor, case.index, case.at))
        message = phrase("%(who)s reported this item %(status)s", who=act.actor, status=words)
        case.find(code, message, group.items)
    close_marks(case, group, gone, marks)
    if tuple(marks) != group.own.marks:
        case.amend(group, replace(group.own, marks=tuple(marks)))


def close_marks(case: Case, group: Group, gone: list[Mark], left: list[Mark]) -> None:
    """Close what is found of *gone*, unless somebody else says the same of *group* still."""
    for word in sorted({mark.word for mark in gone} - {mark.word for mark in left}):
        case.close(FOUND[word][0], group.items)


def _is_concerned(case: Case, group: Group, said: frozenset[str], gone: list[Mark]) -> bool:
    actor = case.act.actor
    if group.now.custody.involves(actor) or group.now.owner == actor:
        return True
    if said:
        return group.own.has_origin(actor) and said == {Status.RECALLED}
    return bool(gone) or case.is_inspector()


def _may_clear(case: Case, group: Group, mark: Mark) -> bool:
    if mark.party == case.act.actor or case.is_inspector():
        return True
    return mark.word != Status.RECALLED and group.now.custody.is_held_by(case.act.actor)
