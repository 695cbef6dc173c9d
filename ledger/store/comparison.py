"""Compare the projections of two databases, by meaning: surrogate ids of states do not count."""

from collections.abc import Iterator
from itertools import zip_longest

from ledger.store.database import Connection
from ledger.store.tables import projections

_STATE = ", ".join(
    f"h.{column.name}" for column in projections.tables["holding"].columns if column.name != "id"
)
_QUERIES = {
    "item": f"SELECT i.id, c.prefix, i.serial, {_STATE} FROM item AS i"
    " JOIN item_class AS c ON c.id = i.class_id LEFT JOIN holding AS h ON h.id = i.holding"
    " ORDER BY i.id",
    "event": "SELECT * FROM event ORDER BY idx",
    "document": "SELECT * FROM document ORDER BY uri, idx",
    "item_event": "SELECT * FROM item_event ORDER BY item, idx",
    "containment": "SELECT * FROM containment ORDER BY item, start",
    "closing": "SELECT idx, code, items FROM closing ORDER BY id",
    "finding": "SELECT idx, code, on_items, message, items, cites FROM finding ORDER BY id",
}


def differences(one: Connection, other: Connection) -> Iterator[str]:
    """A line for the first row of each projection that is not the same in both."""
    for table, query in _QUERIES.items():
        pairs = zip_longest(one.exec_driver_sql(query), other.exec_driver_sql(query))
        for number, (got, want) in enumerate(pairs):
            if got is None or want is None or tuple(got) != tuple(want):
                where = (got or want or ("?",))[0]
                yield f"{table}: row {number} ({where}) is not what the entries give"
                break
