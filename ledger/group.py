"""Items of one act that share a state, so that a lot is decided once.

Example::

    case.group(items, own).whereabouts     # "by entry 7 it is in the hands of urn:...:alpha"
"""

from dataclasses import dataclass

from ledger.holding import ItemState, Phase
from ledger.wording import phrase


@dataclass(slots=True)
class Group:
    """Items of one act that share the state *own*; *now* is what it is effectively.

    *is_signed*: they were only delivered to the actor, who signs for them by this act; *own* and
    *now* are as of then.
    """

    items: tuple[str, ...]
    own: ItemState
    now: ItemState
    is_signed: bool = False

    @property
    def whereabouts(self) -> str:
        """Where the record has the items, in words."""
        custody, entry = self.now.custody, self.now.last
        if custody.phase is Phase.HELD:
            return phrase(
                "by entry %(entry)s it is in the hands of %(holder)s",
                entry=entry,
                holder=custody.holder,
            )
        return phrase(
            "by entry %(entry)s it is on its way from %(sender)s to %(consignee)s",
            entry=entry,
            sender=custody.holder,
            consignee=custody.consignee,
        )
