"""Events and the findings on them, by item: the projections that a history is read from.

What bears on an item is every event that names it and, while it was inside a container, every
event that names the container: ``start < ordinal < stop`` for each stay, to any depth
(docs/custody.md, "Rules"). Nothing is written per child, so the recursion is made at reading. Where
an event stands is its ordinal (``ledger.order``). Lists of item ids are kept as text with blanks
between: a URI has none.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ledger.finding import Closing, Code, Finding
from ledger.store import bulk, statements
from ledger.store.database import Connection
from schemas.item import ID_LIMIT


class EventRow(NamedTuple):
    """One event as the projections keep it, times in ms; *due_at* of a shipment only.

    *key* is a hash of party and eventID. *ordinal* is None where that is ``ordinal(idx)``;
    *corrected_by* the correction that took it out, *is_bound* as in ``ledger.holding.Step``.
    *parties* are named in it beside the signer, with blanks between; None if nobody is.
    """

    idx: int
    kind: str
    actor: str
    due_at: int | None
    key: int
    ordinal: int | None = None
    corrected_by: int | None = None
    is_bound: bool | None = None
    parties: str | None = None


class ReceiptRow(NamedTuple):
    """Entry *idx* received so many *items* out of *shipment*; *is_final*: said to be the last."""

    shipment: int
    idx: int
    is_final: bool
    items: int


class ItemEvent(NamedTuple):
    """The event at *ordinal* bears on *item*; *idx* is None where that is ``ordinal >> 16``."""

    item: int
    ordinal: int
    named: bool
    idx: int | None = None


# The index of the event of a row of item_event, called e.
INDEX = "coalesce(e.idx, e.ordinal >> 16)"


class Bearing(NamedTuple):
    """An event that bears on *item* because it names *subject*: the item or a container around it.

    *named*: as one of the entry's items, not as the container of what is packed. *stay* is the
    ordinal where the stay in that container began, -1 for the item itself.
    """

    item: int
    idx: int
    subject: int
    named: bool
    stay: int
    ordinal: int


def insert_events(connection: Connection, rows: Sequence[EventRow]) -> None:
    """Store *rows*."""
    bulk.insert(connection, "event", EventRow._fields, rows)


def insert_item_events(
    connection: Connection, rows: Sequence[tuple[int, int, bool, int | None]]
) -> None:
    """Store which items an event bears on, as ``ItemEvent``, without repeats."""
    bulk.insert(connection, "item_event", ItemEvent._fields, rows)


def insert_documents(connection: Connection, rows: Sequence[tuple[str, int]]) -> None:
    """Store which documents an event names: (URI, index), without repeats.

    No document has a longer name than an item may have; PostgreSQL could not index it.
    """
    short = [row for row in rows if len(row[0]) <= ID_LIMIT]
    bulk.insert(connection, "document", ("uri", "idx"), short)


def find_documents(connection: Connection, uri: str) -> list[int]:
    """The events that name the document *uri*, in order."""
    rows = statements.fetch(
        connection, "SELECT idx FROM document WHERE uri = ? ORDER BY idx", (uri,)
    )
    return [row[0] for row in rows]


def insert_receipts(connection: Connection, rows: Sequence[ReceiptRow]) -> None:
    """Store what came of shipments."""
    bulk.insert(connection, "receipt", ReceiptRow._fields, rows)


def load_receipts(connection: Connection, shipments: Iterable[int]) -> dict[int, list[ReceiptRow]]:
    """What came of each of *shipments*, by the index of the receipt."""
    found: dict[int, list[ReceiptRow]] = {}
    rows = bulk.select(
        connection,
        "SELECT r.shipment, r.idx, r.is_final, r.items FROM need CROSS JOIN receipt AS r"
        " ON r.shipment = need.shipment ORDER BY r.idx",
        ("shipment",),
        bulk.singles(shipments),
    )
    for row in map(ReceiptRow._make, rows):
        found.setdefault(row.shipment, []).append(row)
    return found


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


def find_named(connection: Connection, indexes: Iterable[int], party: str) -> set[int]:
    """Those of the events at *indexes* that *party* signed or is named in."""
    rows = bulk.select(
        connection,
        "SELECT e.idx, e.actor, e.parties FROM need CROSS JOIN event AS e ON e.idx = need.idx",
        ("idx",),
        bulk.singles(indexes),
    )
    return {
        idx
        for idx, actor, parties in rows
        if actor == party or (parties is not None and party in parties.split())
    }


def find_coupled(connection: Connection, indexes: Iterable[int]) -> set[int]:
    """Those of the events at *indexes* whose story is not that of each item by itself.

    What becomes of one item in them depends on others, or a correction took them out.
    """
    rows = bulk.select(
        connection,
        "SELECT e.idx FROM need CROSS JOIN event AS e ON e.idx = need.idx"
        " AND (e.is_bound OR e.corrected_by IS NOT NULL OR e.kind = 'transform')",
        ("idx",),
        bulk.singles(indexes),
    )
    return {row[0] for row in rows}


# A stay [start, stop) of an item, then of its container inside another, narrowed to what overlaps.
# An event at the very start or stop names the item itself when it bears on it. Both are ordinals.
_STAYS = """
, stay (item, through, start, stop) AS (
    SELECT need.item, k.parent, k.start, coalesce(k.stop, 9223372036854775807)
    FROM need CROSS JOIN containment AS k ON k.item = need.item
    UNION
    SELECT s.item, k.parent, CASE WHEN s.start > k.start THEN s.start ELSE k.start END,
           CASE WHEN s.stop < k.stop OR k.stop IS NULL THEN s.stop ELSE k.stop END
    FROM stay AS s CROSS JOIN containment AS k ON k.item = s.through
    WHERE k.start < s.stop AND coalesce(k.stop, 9223372036854775807) > s.start
)
"""


def load_bearings(connection: Connection, items: Iterable[int]) -> list[Bearing]:
    """Every event that bears on each of *items*, in order (``ledger.order``) within an item."""
    query = (
        _STAYS + f"SELECT need.item, {INDEX}, e.item, e.named, -1, e.ordinal FROM need"
        " CROSS JOIN item_event AS e ON e.item = need.item"
        f" UNION SELECT s.item, {INDEX}, s.through, e.named, s.start, e.ordinal FROM stay AS s"
        " CROSS JOIN item_event AS e ON e.item = s.through"
        " AND e.ordinal > s.start AND e.ordinal < s.stop ORDER BY 1, 6, 5, 3"
    )
    rows = bulk.select(connection, query, ("item",), bulk.singles(items))
    return [Bearing._make(row) for row in rows]


# Findings --------------------------------------------------------------------------------------


def insert_findings(connection: Connection, findings: Sequence[Finding]) -> None:
    """Store act findings; ``items`` is empty where a finding is on all that the entry names."""
    if not findings:
        return
    start = statements.fetch_number(connection, "SELECT coalesce(max(id) + 1, 1) FROM finding")
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
    for row in rows:
        found.setdefault(row[0], []).append(_finding(*row))
    return found


def _finding(  # noqa: PLR0913, PLR0917 - columns
    idx: int, code: str, on_items: bool, message: str, items: str | None, cites: str | None
) -> Finding:
    return Finding(
        code=Code(code),
        message=message,
        index=idx,
        items=tuple(items.split()) if items else (),
        cites=tuple(map(int, cites.split())) if cites else (),
        on_items=bool(on_items),
    )


def insert_closings(connection: Connection, closings: Sequence[Closing]) -> None:
    """Store what later entries close."""
    if not closings:
        return
    start = statements.fetch_number(connection, "SELECT coalesce(max(id) + 1, 1) FROM closing")
    rows = [
        (
            number,
            closing.index,
            None if closing.code is None else closing.code.value,
            " ".join(closing.items) or None,
            closing.entry,
        )
        for number, closing in enumerate(closings, start)
    ]
    bulk.insert(connection, "closing", ("id", "idx", "code", "items", "entry"), rows)


def load_closings(connection: Connection, indexes: Iterable[int]) -> dict[int, list[Closing]]:
    """What the entries at *indexes* close."""
    found: dict[int, list[Closing]] = {}
    rows = bulk.select(
        connection,
        "SELECT c.idx, c.code, c.items, c.entry FROM need CROSS JOIN closing AS c"
        " ON c.idx = need.idx"
        " ORDER BY c.id",
        ("idx",),
        bulk.singles(indexes),
    )
    for row in rows:
        found.setdefault(row[0], []).append(_closing(*row))
    return found


def _closing(idx: int, code: str | None, items: str | None, entry: int | None) -> Closing:
    listed = tuple(items.split()) if items else ()
    return Closing(None if code is None else Code(code), idx, listed, entry)


def load_docket(
    connection: Connection, indexes: Iterable[int]
) -> tuple[dict[int, list[Finding]], dict[int, list[Closing]]]:
    """As ``load_findings`` and ``load_closings``, in one statement: most find and close nothing."""
    findings: dict[int, list[Finding]] = {}
    closings: dict[int, list[Closing]] = {}
    rows = bulk.select(
        connection,
        "SELECT 0, f.id, f.idx, f.code, f.items, f.on_items, f.message, f.cites, NULL FROM need"
        " CROSS JOIN finding AS f ON f.idx = need.idx UNION ALL"
        " SELECT 1, c.id, c.idx, c.code, c.items, NULL, NULL, NULL, c.entry FROM need"
        " CROSS JOIN closing AS c ON c.idx = need.idx ORDER BY 1, 2",
        ("idx",),
        bulk.singles(indexes),
    )
    for closes, _, idx, code, items, on_items, message, cites, entry in rows:
        if closes:
            closings.setdefault(idx, []).append(_closing(idx, code, items, entry))
        else:
            found = _finding(idx, code, on_items, message, items, cites)
            findings.setdefault(idx, []).append(found)
    return findings, closings
