"""Who owns a thing and who uses it, as opposed to who has it.

Source: docs/custody.md, "Owning and using". A thing is given by its owner: in place, when the taker
has accepted it, or with a shipment, when the consignee has signed. What lies in a container is
given along with it, if it belonged to whoever gave the container: nobody gives what is another's.
Nothing is written of the contents for that; so what counts is the gifts, in order, of a thing and
of all that it was in, and its title is what they come to. ``ledger.ownership`` has the rules.
Example::

    pallet = Gift(40, owner=bank, user=None, giver=shop, answered=shop)
    title_of([pallet])           # of a chip that nobody had said anything of: now the bank's
    title_of([makers, pallet])   # of one that is its maker's, and stays so
"""

from collections.abc import Iterable
from typing import NamedTuple


class Gift(NamedTuple):
    """From entry *entry* on, *owner* owns a thing and *user* uses it; None leaves it as it was.

    *giver* owned it, None if it does not matter who did. *answered* answered for it, and so owned
    what nobody had said to be anybody's.
    """

    entry: int
    owner: str | None
    user: str | None
    giver: str | None
    answered: str


class Title(NamedTuple):
    """Who is said to own and to use a thing since entry *entry*; None is not said."""

    owner: str | None
    user: str | None
    entry: int


class Offer(NamedTuple):
    """*giver*, the owner, lets *taker* have the item as its owner, or as its user (*is_user*)."""

    giver: str
    taker: str
    entry: int
    is_user: bool = False


def title_of(gifts: Iterable[Gift]) -> Title | None:
    """What *gifts*, in order, come to; None if nothing was given."""
    title: Title | None = None
    for gift in gifts:
        owner, user = (None, None) if title is None else title[:2]
        if gift.giver in (None, owner or gift.answered):
            title = Title(gift.owner or owner, gift.user or user, gift.entry)
    return title


def with_gift(gifts: tuple[Gift, ...], gift: Gift) -> tuple[Gift, ...]:
    """*gifts* and then *gift*, without the one before that it only says again.

    Else who gives a thing to itself again and again would make it grow without end. Nothing else
    comes of it for the thing, nor for anything that went into it at any time.
    """
    if gift.owner not in (None, gift.giver):  # it changes hands
        return (*gifts, gift)
    for at in reversed(range(len(gifts))):
        old = gifts[at]
        if _says(old) == _says(gift):
            return (*gifts[:at], *gifts[at + 1 :], gift)
        if gift.giver is not None and not _is_beside(old, gift):
            break
    return (*gifts, gift)


def _says(gift: Gift) -> tuple[str | None, ...]:
    return (gift.owner, gift.user, gift.giver, gift.giver and gift.answered)


def _is_beside(old: Gift, gift: Gift) -> bool:
    """Whether *old* leaves open whether *gift* counts: it changes no owner but the same one's."""
    if old.giver is None:
        return old.owner is None
    is_same = (old.giver, old.answered) == (gift.giver, gift.answered)
    return is_same and old.owner in (None, old.giver)
