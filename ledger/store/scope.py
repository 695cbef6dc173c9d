"""What the story of some items rests on: their events, and those of every container around them.

The state of a container when an item goes in is the fold of all that happened to it before, so its
history is read from its beginning to the end of the item's stay, and that of the containers it
was itself in, to any depth.
"""

from collections.abc import Iterable
from typing import NamedTuple

from ledger.order import ordinal
from ledger.store import bulk
from ledger.store.database import Connection
from ledger.store.events import INDEX
from ledger.store.stays import EVER


class ScopedEvent(NamedTuple):
    """Event *idx* bears on *item*; *named* as in ``ledger.store.events.Bearing``."""

    item: int
    idx: int
    named: bool


# A container with the end of the stay: what it does after the item left has no part in the story.
_SCOPE = f"""
, scope (item, cutoff) AS (
    SELECT need.item, need.cutoff FROM need
    UNION
    SELECT k.parent, CASE WHEN s.cutoff < k.stop OR k.stop IS NULL THEN s.cutoff ELSE k.stop END
    FROM scope AS s CROSS JOIN containment AS k ON k.item = s.item AND k.start < s.cutoff
)
SELECT s.item, {INDEX}, e.named
FROM (SELECT item, max(cutoff) AS cutoff FROM scope GROUP BY item) AS s
CROSS JOIN item_event AS e ON e.item = s.item AND e.ordinal < s.cutoff ORDER BY e.ordinal, 1
"""


def load_scope(
    connection: Connection, items: Iterable[int], until: int | None = None
) -> list[ScopedEvent]:
    """Every event that the state of *items*, after entry *until*, can depend on, in log order."""
    cutoff = EVER if until is None else ordinal(until + 1)
    rows = bulk.select(
        connection, _SCOPE, ("item", "cutoff"), [(number, cutoff) for number in items]
    )
    return [ScopedEvent(item, idx, bool(named)) for item, idx, named in rows]
