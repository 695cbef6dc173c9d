"""What the audit compares: projections by meaning, triggers letter by letter; strays.

Surrogate ids of states do not count.

    for text in differences(connection, made_anew): ...
"""

from collections.abc import Iterator, Mapping
from itertools import islice, zip_longest
from typing import Any

from ledger.store import bulk, statements
from ledger.store.database import Connection
from ledger.store.projections import projections

_STATE = ", ".join(
    f"h.{column.name}" for column in projections.tables["holding"].columns if column.name != "id"
)
_QUERIES = {
    "item_class": "SELECT prefix FROM item_class ORDER BY prefix",
    "item": f"SELECT i.id, c.prefix, i.serial, {_STATE} FROM item AS i"
    " JOIN item_class AS c ON c.id = i.class_id LEFT JOIN holding AS h ON h.id = i.holding"
    " ORDER BY i.id",
    "event": "SELECT * FROM event ORDER BY idx",
    "receipt": "SELECT * FROM receipt ORDER BY shipment, idx, is_final",
    "correction": "SELECT * FROM correction ORDER BY idx",
    "awaited": "SELECT * FROM awaited ORDER BY key, correction",
    "corrective": "SELECT * FROM corrective ORDER BY idx, correction",
    "claim": "SELECT * FROM claim ORDER BY idx",
    "document": "SELECT * FROM document ORDER BY uri, idx",
    "identity": "SELECT * FROM identity ORDER BY item, idx",
    "dealing": "SELECT * FROM dealing ORDER BY idx",
    "draw": "SELECT * FROM draw ORDER BY licence, ordinal, idx",
    "item_event": "SELECT * FROM item_event ORDER BY item, ordinal",
    "containment": "SELECT * FROM containment ORDER BY item, start",
    "closing": "SELECT idx, code, items, entry FROM closing ORDER BY idx, id",
    "finding": "SELECT idx, code, on_items, message, items, cites FROM finding ORDER BY idx, id",
    "amendment": "SELECT at, kind, key, is_new, row FROM amendment ORDER BY id",
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


def trigger_differences(
    got: Mapping[str, tuple[str, str]], want: Mapping[str, tuple[str, str]]
) -> Iterator[str]:
    """A line for each trigger (table, text) by name that is not the same in both."""
    for name in sorted(got.keys() | want.keys()):
        if name not in got:
            yield f"{name}: it is missing"
        elif name not in want:
            yield f"{name}: it is not the program's"
        elif got[name] != want[name]:
            yield f"{name}: it is not as the program made it"


def measure_entries(connection: Connection) -> tuple[int, int]:
    """How many entries are there, and the lowest index (0 when there are none). Reads them all."""
    query = "SELECT count(*), coalesce(min(idx), 0) FROM entry"
    ((count, lowest),) = statements.fetch(connection, query)
    return count, lowest


def explain_root(connection: Connection, size: int) -> Iterator[str]:
    """What is wrong when the root that was signed for *size* is not that of the entries.

    All entries of a request have the time of its checkpoint; the one that has not is named. Of
    several nothing can be said: what was refilled has the times of several requests.
    """
    yield f"checkpoint {size}: root is not that of the entries"
    rows = statements.fetch(
        connection,
        "SELECT e.idx FROM entry AS e JOIN checkpoint AS c ON c.size = ? WHERE e.idx < c.size"
        " AND e.idx >= (SELECT coalesce(max(size), 0) FROM checkpoint WHERE size < c.size)"
        " AND e.recorded_at <> c.signed_at LIMIT 2",
        (size,),
    )
    if len(rows) == 1:
        yield f"entry {rows[0][0]}: time is not that of its checkpoint"


def count_stray(connection: Connection, size: int) -> tuple[int, int]:
    """How many item lists, and how many disclosures, lie beside no entry of [0, *size*)."""
    # Two ranges of each index; text and bytes come after every number.
    ((lists, disclosures),) = statements.fetch(
        connection,
        "SELECT (SELECT count(*) FROM item_list WHERE idx < 0 OR idx >= ?),"
        " (SELECT count(*) FROM disclosure WHERE idx < 0 OR idx >= ?)",
        (size, size),
    )
    return lists, disclosures


def _parts(connection: Connection, query: str) -> Iterator[list[tuple[Any, ...]]]:
    rows = bulk.stream(connection, query)
    while part := list(map(tuple, islice(rows, _AT_ONCE))):
        yield part


def _first(got: list[tuple[Any, ...]], want: list[tuple[Any, ...]], start: int) -> str:
    for number, (one, other) in enumerate(zip_longest(got, want), start):
        if one != other:
            where = (one or other or ("?",))[0]
            return f"row {number} ({where}) is not what the entries give"
    raise AssertionError("the parts differ")
