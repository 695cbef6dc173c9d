"""Compare the projections of two databases, by meaning: surrogate ids of states do not count."""

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

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


_AT_ONCE = 1000


def differences(one: Connection, other: Connection) -> Iterator[str]:
    """A line for the first row of each projection that is not the same in both."""
    for table, query in _QUERIES.items():
        nothing: list[tuple[Any, ...]] = []
        parts = zip_longest(_parts(one, query), _parts(other, query), fillvalue=nothing)
        for number, (got, want) in enumerate(parts):
            if got != want:
                yield f"{table}: {_first(got, want, number * _AT_ONCE)}"
                break


def _parts(connection: Connection, query: str) -> Iterator[list[tuple[Any, ...]]]:
    for rows in connection.exec_driver_sql(query).partitions(_AT_ONCE):
        yield list(map(tuple, rows))


def _first(got: list[tuple[Any, ...]], want: list[tuple[Any, ...]], start: int) -> str:
    for number, (one, other) in enumerate(zip_longest(got, want), start):
        if one != other:
            where = (one or other or ("?",))[0]
            return f"row {number} ({where}) is not what the entries give"
    raise AssertionError("the parts differ")
