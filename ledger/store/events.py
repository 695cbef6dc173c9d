"""Events and the findings on them, by item: the projections that a history is read from.

What bears on an item is every event that names it and, while it was inside a container, every
event that names the container: ``start < index < stop`` for each stay, to any depth
(docs/custody.md, "Rules"). Nothing is written per child, so the recursion is made at reading. Lists
of item ids are kept as text with blanks between: a URI has none.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ledger.finding import Closing, Code, Finding
from ledger.store import bulk
from ledger.store.database import Connection


class EventRow(NamedTuple):
    """One event as the projections keep it, times in ms.

    Of a shipment: *received_by* is the first receipt out of it, *closed_by* the final one.
    """

    idx: int
    kind: str
    actor: str
    event_at: int
    due_at: int | None
    received_by: int | None
    closed_by: int | None


class Bearing(NamedTuple):
    """An event that bears on *item* because it names *subject*: the item or a container around it.

    *named*: as one of the entry's items, not as the container of what is packed. *stay* is where
    the stay in that container began, -1 for the item itself.
    """

    item: int
    idx: int
    subject: int
    named: bool
    stay: int


def insert_events(connection: Connection, rows: Sequence[EventRow]) -> None:
    """Store *rows*."""
    bulk.insert(connection, "event", EventRow._fields, rows)


def insert_item_events(connection: Connection, rows: Sequence[tuple[int, int, bool]]) -> None:
    """Store which items an event bears on: (item, index, named as such), without repeats."""
    bulk.insert(connection, "item_event", ("item", "idx", "named"), rows)


def insert_documents(connection: Connection, rows: Sequence[tuple[str, int]]) -> None:
    """Store which documents an event names: (URI, index), without repeats."""
    bulk.insert(connection, "document", ("uri", "idx"), rows)


def find_documents(connection: Connection, uri: str) -> list[int]:
    """The events that name the document *uri*, in order."""
    rows = connection.exec_driver_sql("SELECT idx FROM document WHERE uri = ? ORDER BY idx", (uri,))
    return [row[0] for row in rows]


def note_receipts(connection: Connection, receipts: Sequence[tuple[int, int, int | None]]) -> None:
    """Note of shipments the first receipt and the final one, None if none: what is set stays."""
    bulk.run(
        connection,
        "UPDATE event SET received_by = coalesce(received_by, need.receipt),"
        " closed_by = coalesce(closed_by, need.final) FROM need WHERE event.idx = need.shipment",
        ("shipment", "receipt", "final"),
        receipts,
    )


def load_events(connection: Connection, indexes: Iterable[int]) -> dict[int, EventRow]:
    """The events at *indexes*."""
    columns = ", ".join(f"e.{name}" for name in EventRow._fields)
    rows = bulk.select(
        connection,
        f"SELECT {columns} FROM need CROSS JOIN event AS e ON e.idx = need.idx",
        ("idx",),
        bulk.singles(indexes),
    )
    return {row[0]: EventRow._make(row) for row in rows}


# A stay [start, stop) of an item, then of its container inside another, narrowed to what overlaps.
# An event at the very start or stop names the item itself when it bears on it.
_STAYS = """
, stay (item, through, start, stop) AS (
    SELECT need.item, k.parent, k.start, coalesce(k.stop, 9223372036854775807)
    FROM need CROSS JOIN containment AS k ON k.item = need.item
    UNION
    SELECT s.item, k.parent, max(s.start, k.start),
           min(s.stop, coalesce(k.stop, 9223372036854775807))
    FROM stay AS s CROSS JOIN containment AS k ON k.item = s.through
    WHERE k.start < s.stop AND coalesce(k.stop, 9223372036854775807) > s.start
)
"""


def load_bearings(connection: Connection, items: Iterable[int]) -> list[Bearing]:
    """Every event that bears on each of *items*, in index order within an item."""
    query = (
        _STAYS + "SELECT need.item, e.idx, e.item, e.named, -1 FROM need CROSS JOIN item_event AS e"
        " ON e.item = need.item"
        " UNION SELECT s.item, e.idx, s.through, e.named, s.start FROM stay AS s"
        " CROSS JOIN item_event AS e ON e.item = s.through AND e.idx > s.start AND e.idx < s.stop"
        " ORDER BY 1, 2"
    )
    rows = bulk.select(connection, query, ("item",), bulk.singles(items))
    return [Bearing._make(row) for row in rows]


# Findings --------------------------------------------------------------------------------------


def insert_findings(connection: Connection, findings: Sequence[Finding]) -> None:
    """Store act findings; ``items`` is empty where a finding is on all that the entry names."""
    if not findings:
        return
    start = connection.exec_driver_sql("SELECT coalesce(max(id) + 1, 1) FROM finding").scalar_one()
    rows = [
        (
            number,
            found.index,
            found.code.value,
            found.on_items,
            found.message,
            " ".join(found.items) or None,
            " ".join(map(str, found.cites)) or None,
        )
        for number, found in enumerate(findings, start)
    ]
    columns = ("id", "idx", "code", "on_items", "message", "items", "cites")
    bulk.insert(connection, "finding", columns, rows)


def load_findings(connection: Connection, indexes: Iterable[int]) -> dict[int, list[Finding]]:
    """The act findings of the entries at *indexes*."""
    found: dict[int, list[Finding]] = {}
    rows = bulk.select(
        connection,
        "SELECT f.idx, f.code, f.on_items, f.message, f.items, f.cites FROM need"
        " CROSS JOIN finding AS f ON f.idx = need.idx ORDER BY f.id",
        ("idx",),
        bulk.singles(indexes),
    )
    for idx, code, on_items, message, items, cites in rows:
        finding = Finding(
            code=Code(code),
            message=message,
            index=idx,
            items=tuple(items.split()) if items else (),
            cites=tuple(map(int, cites.split())) if cites else (),
            on_items=bool(on_items),
        )
        found.setdefault(idx, []).append(finding)
    return found


def insert_closings(connection: Connection, closings: Sequence[Closing]) -> None:
    """Store what later entries close."""
    if not closings:
        return
    start = connection.exec_driver_sql("SELECT coalesce(max(id) + 1, 1) FROM closing").scalar_one()
    rows = [
        (
            number,
            closing.index,
            None if closing.code is None else closing.code.value,
            " ".join(closing.items) or None,
        )
        for number, closing in enumerate(closings, start)
    ]
    bulk.insert(connection, "closing", ("id", "idx", "code", "items"), rows)


def load_closings(connection: Connection, indexes: Iterable[int]) -> dict[int, list[Closing]]:
    """What the entries at *indexes* close."""
    found: dict[int, list[Closing]] = {}
    rows = bulk.select(
        connection,
        "SELECT c.idx, c.code, c.items FROM need CROSS JOIN closing AS c ON c.idx = need.idx"
        " ORDER BY c.id",
        ("idx",),
        bulk.singles(indexes),
    )
    for idx, code, items in rows:
        closing = Closing(
            None if code is None else Code(code), idx, tuple(items.split()) if items else ()
        )
        found.setdefault(idx, []).append(closing)
    return found
