"""What events say, out of three projections: how they are kept, of places, of dealings.

load_said(connection, [12])      # {12: Said(EventRow(...), SightingRow(...), None)}
"""

from collections.abc import Iterable
from typing import NamedTuple

from ledger.dealing import Dealing
from ledger.store import bulk
from ledger.store.claims import COLUMNS, SightingRow, sighting_of
from ledger.store.database import Connection
from ledger.store.draws import DealingRow, dealing_of_row
from ledger.store.events import EventRow


class Said(NamedTuple):
    """An event; *sighting* and *dealing* are None where it says nothing of either."""

    event: EventRow
    sighting: SightingRow | None
    dealing: Dealing | None


_PARTS = {"e": EventRow._fields, "c": COLUMNS, "d": DealingRow._fields}
_SELECTED = ", ".join(f"{table}.{name}" for table, names in _PARTS.items() for name in names)
_CLAIM = len(EventRow._fields)
_DEALING = _CLAIM + len(COLUMNS)


def load_said(connection: Connection, indexes: Iterable[int]) -> dict[int, Said]:
    """What the events at *indexes* say."""
    rows = bulk.select(
        connection,
        f"SELECT {_SELECTED} FROM need CROSS JOIN event AS e ON e.idx = need.idx"
        " LEFT JOIN claim AS c ON c.idx = e.idx LEFT JOIN dealing AS d ON d.idx = e.idx",
        ("idx",),
        bulk.singles(indexes),
    )
    return {
        row[0]: Said(
            EventRow._make(row[:_CLAIM]),
            None if row[_CLAIM] is None else sighting_of(*row[_CLAIM:_DEALING]),
            None if row[_DEALING] is None else dealing_of_row(*row[_DEALING:]),
        )
        for row in rows
    }
