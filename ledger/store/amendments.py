"""What corrections changed in the other projections, so that what was there before can be told.

Rows of ordinary entries are there from their entry on, so what was known after entry h is the rows
of entries up to h. Corrections alone take rows away, or put some beside older entries: each of
these is kept here with the entry by which it came about. ``before`` takes back what came after h.
Example::

    changes = load_changes(connection, Kind.RECEIPT, [shipment])
    before(rows, changes.get(shipment, ()), h)      # the rows as they were after entry h
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from ledger.finding import Closing, Code, Finding
from ledger.store import bulk, statements
from ledger.store.database import Connection
from schemas import strict_json


class Kind(StrEnum):
    """What changed, and its key: an item, a container, an entry, a shipment, a licence.

    Rows are ``[ordinal, named, idx]``, ``[start, stop, parent]``, ``[item, start, stop]``,
    ``[ordinal, corrected_by]``, ``[is_bound]``, those of a finding and of a closing, and ``[idx,
    is_final, items]``, and ``[ordinal, idx, sender, quantity]``.
    """

    BEARING = "bearing"
    STAY = "stay"
    INSIDE = "inside"
    PLACING = "placing"
    BOUND = "bound"
    FINDING = "finding"
    CLOSING = "closing"
    RECEIPT = "receipt"
    DRAW = "draw"


Row = tuple[Any, ...]


class Change(NamedTuple):
    """By entry *at*, *row* of *key* came to be (*is_new*), or is no more."""

    at: int
    kind: Kind
    key: int
    is_new: bool
    row: Row


def save_changes(connection: Connection, changes: Sequence[Change]) -> None:
    """Keep *changes*, made together: no row comes and goes in them."""
    if not changes:
        return
    query = "SELECT coalesce(max(id) + 1, 1) FROM amendment"
    start = statements.fetch_number(connection, query)
    told = sorted(
        [
            (one.at, one.kind.value, one.key, one.is_new, strict_json.dump([*one.row]).decode())
            for one in changes
        ]
    )
    rows = [(number, *one) for number, one in enumerate(told, start)]
    bulk.insert(connection, "amendment", ("id", "at", "kind", "key", "is_new", "row"), rows)


def load_changes(
    connection: Connection, kind: Kind, keys: Iterable[int]
) -> dict[int, list[Change]]:
    """What changed of *kind* by each of *keys*, the newest first."""
    found: dict[int, list[Change]] = {}
    rows = bulk.select(
        connection,
        "SELECT a.at, a.key, a.is_new, a.row FROM need CROSS JOIN amendment AS a"
        f" ON a.kind = '{kind.value}' AND a.key = need.key ORDER BY a.id DESC",
        ("key",),
        bulk.singles(keys),
    )
    for at, key, is_new, row in rows:
        change = Change(at, kind, key, bool(is_new), _parse(row))
        found.setdefault(key, []).append(change)
    return found


def _parse(row: str) -> Row:
    value = strict_json.load(row.encode(), limit=_MOST)
    assert isinstance(value, list)
    return tuple(value)


# What one finding lists is as long as a list that somebody signed.
_MOST = 1 << 30


def changed(at: int, kind: Kind, key: int, old: Iterable[Row], new: Iterable[Row]) -> list[Change]:
    """The changes by which the *old* rows of *key* become the *new* ones; rows may repeat."""
    left, added = list(old), []
    for row in new:
        if row in left:
            left.remove(row)
        else:
            added.append(Change(at, kind, key, True, row))
    return [*[Change(at, kind, key, False, row) for row in left], *added]


def before(
    rows: Iterable[Row],
    changes: Iterable[Change],
    horizon: int,
    name: Callable[[Row], Hashable] = tuple,
) -> list[Row]:
    """*rows* without those *changes*, the newest first, that came after entry *horizon*.

    *name* tells rows apart where other entries may have changed the rest of one since.
    """
    there = list(rows)
    for change in changes:
        if change.at <= horizon:
            break
        named = name(change.row)
        if change.is_new:
            at = next((i for i, row in enumerate(there) if name(row) == named), None)
            if at is not None:
                del there[at]
        else:
            there.append(change.row)
    return there


# Findings and closings as rows --------------------------------------------------------------------


def row_of_finding(found: Finding) -> Row:
    """*found* without its entry."""
    return (found.code.value, found.message, [*found.items], [*found.cites], found.on_items)


def finding_of_row(index: int, row: Row) -> Finding:
    """The finding of entry *index* with that *row*."""
    code, message, items, cites, on_items = row
    return Finding(Code(code), message, index, tuple(items), tuple(cites), on_items)


def row_of_closing(closing: Closing) -> Row:
    """*closing* without its entry."""
    code = None if closing.code is None else closing.code.value
    return (code, [*closing.items], closing.entry)


def closing_of_row(index: int, row: Row) -> Closing:
    """The closing of entry *index* with that *row*."""
    code, items, entry = row
    return Closing(None if code is None else Code(code), index, tuple(items), entry)
