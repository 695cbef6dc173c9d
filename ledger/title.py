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
