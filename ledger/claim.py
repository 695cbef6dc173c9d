"""Who began a number that two parties use: the owner of its range, or who was there before it.

Source: docs/custody.md, "Whose number it is". What a stranger made of a number outside its ranges
yields to their owner. What somebody only entered in mid-life, or began to fill as a container, is
decided by the dates that both signed: dated before that, the owner's word says where the thing is
from, and moves nothing; dated after, both cannot be, and the other yields, unless somebody else
has signed for the thing since. Example::

    yields(case, group)     # a number that urn:...:spy had registered; the maker made it later
    claim(case, group)      # what others did with it is void, and the group may begin anew
"""

from ledger.case import Case
from ledger.finding import Code
from ledger.group import Group
from ledger.holding import Beginning
from ledger.wording import phrase


def begun_with(case: Case, number: str) -> Beginning | None:
    """The actor begins to use *number*, if that is none of its own."""
    is_its_own = number.startswith(case.ranges)
    return None if is_its_own else Beginning(case.act.actor, case.index, case.at)


def yields(case: Case, group: Group) -> bool:
    """Whether *group*, in the range of the actor, is the actor's to begin anew.

    Even what has ended: else a stranger could enter and destroy a number before it is used.
    """
    if group.own.foreign:
        return group.own.origin != case.act.actor
    return is_later(case, group) and _rests_on_one(group)


def is_later(case: Case, group: Group) -> bool:
    """Whether another party began to use the number no later than the act is dated."""
    begun = group.own.begun
    return begun is not None and begun.party != case.act.actor and begun.at <= case.at


def _rests_on_one(group: Group) -> bool:
    """Whether nobody else has signed for *group*; who has given it back is not remembered."""
    begun, now = group.own.begun, group.now
    user = None if now.title is None else now.title.user
    signed = {now.answers, now.owner, user, *[mark.party for mark in now.marks]}
    return begun is not None and signed <= {begun.party, None}


def claim(case: Case, group: Group, beside: frozenset[str] = frozenset()) -> None:
    """What others did with the numbers of *group* is void; whoever claims them begins them anew.

    Contents are not the claimant's: they come out as they are, *beside* some.
    """
    for item in group.items:
        _take_out_all(case, item, beside)
    case.close(None, group.items)
    begun, last = group.own.begun, group.now.last
    who, entry = (group.own.origin, last) if begun is None else (begun.party, begun.entry)
    message = phrase(
        "%(who)s had entered this number, which is of the range of %(owner)s: %(where)s; what it"
        " did with it is void",
        who=who,
        owner=case.act.actor,
        where=group.whereabouts,
    )
    case.find(Code.CHALLENGED, message, group.items, cites=tuple(dict.fromkeys((entry, last))))


def _take_out_all(case: Case, parent: str, beside: frozenset[str]) -> None:
    contents = case.holdings.contents.get(parent, set())
    _, groups = case.split(tuple(sorted(contents.difference(beside))))
    for group in groups:
        case.amend(group, group.now.loose(group.now.custody, case.index, case.at))
