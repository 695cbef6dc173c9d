"""Corrections as the projections keep them, and what a correction changes in the others.

A correction (``CorrectionRow``) awaits the events that its signer named as correctives, by their
``key``; those that took the place of its target are its correctives, those that wait for that are
held. What it changes is written here a table at a time, as everywhere. Example::

    for row in load_open(connection): ...           # those that wait for somebody to concur
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from ledger.finding import Code
from ledger.order import Correction, Placing, ordinal
from ledger.store import bulk, statements
from ledger.store.database import Connection
from ledger.store.events import INDEX, ItemEvent


class CorrectionRow(NamedTuple):
    """A correction of *target*, None where it can correct nothing.

    *taken_at* is the entry by which it took effect, *open_at* the one whose finding says that it
    waits: itself, or a corrective that came later.
    """

    idx: int
    target: int | None
    taken_at: int | None = None
    open_at: int | None = None


_ROW = ", ".join(f"r.{name}" for name in CorrectionRow._fields)


def save_correction(connection: Connection, row: CorrectionRow) -> None:
    """Store *row*, or what it is now."""
    bulk.upsert(connection, "correction", "idx", CorrectionRow._fields, [row])


def load_corrections(connection: Connection, indexes: Iterable[int]) -> dict[int, CorrectionRow]:
    """Those among the entries at *indexes* that are corrections."""
    rows = bulk.select(
        connection,
        f"SELECT {_ROW} FROM need CROSS JOIN correction AS r ON r.idx = need.idx",
        ("idx",),
        bulk.singles(indexes),
    )
    return {row[0]: CorrectionRow._make(row) for row in rows}


def find_of_targets(connection: Connection, targets: Iterable[int]) -> list[CorrectionRow]:
    """Every correction of *targets*, in order."""
    rows = bulk.select(
        connection,
        f"SELECT {_ROW} FROM need CROSS JOIN correction AS r ON r.target = need.idx ORDER BY r.idx",
        ("idx",),
        bulk.singles(targets),
    )
    return [CorrectionRow._make(row) for row in rows]


def load_open(connection: Connection) -> list[int]:
    """The corrections that wait, in order."""
    rows = statements.fetch(
        connection, "SELECT idx FROM correction WHERE open_at IS NOT NULL ORDER BY idx"
    )
    return [row[0] for row in rows]


# Correctives -------------------------------------------------------------------------------------


def insert_awaited(connection: Connection, index: int, keys: Iterable[int]) -> None:
    """Correction *index* names events with these *keys*."""
    bulk.insert(connection, "awaited", ("key", "correction"), [(k, index) for k in set(keys)])


def load_awaited(connection: Connection, keys: Sequence[int]) -> set[int]:
    """Those of *keys* that a correction names."""
    if statements.fetch_one(connection, "SELECT 1 FROM awaited LIMIT 1") is None:
        return set()
    return {key for key, _ in _awaiting(connection, keys)}


def find_awaiting(connection: Connection, key: int) -> list[int]:
    """The corrections that name an event with this *key*, in order."""
    return sorted([index for _, index in _awaiting(connection, [key])])


def _awaiting(connection: Connection, keys: Iterable[int]) -> list[tuple[int, int]]:
    rows = bulk.select(
        connection,
        "SELECT a.key, a.correction FROM need CROSS JOIN awaited AS a ON a.key = need.key",
        ("key",),
        bulk.singles(keys),
    )
    return [(key, index) for key, index in rows]


def find_events(connection: Connection, keys: Iterable[int]) -> list[int]:
    """The events with one of *keys*, in order."""
    rows = bulk.select(
        connection,
        "SELECT e.idx FROM need CROSS JOIN event AS e ON e.key = need.key",
        ("key",),
        bulk.singles(keys),
    )
    return sorted([row[0] for row in rows])


def save_correctives(connection: Connection, index: int, correctives: Iterable[int]) -> None:
    """The events *correctives* took the place of what correction *index* took back."""
    rows = [(corrective, index, True) for corrective in correctives]
    columns = ("idx", "correction", "is_placed")
    bulk.upsert(connection, "corrective", "idx, correction", columns, rows)


def save_held(connection: Connection, index: int, correctives: Iterable[int], at: int) -> None:
    """From entry *at* on the events *correctives* count only through correction *index*."""
    rows = [(corrective, index, at, False) for corrective in correctives]
    columns = ("idx", "correction", "held_at", "is_placed")
    bulk.insert(connection, "corrective", columns, rows)


def load_held(connection: Connection, corrections: Iterable[int]) -> list[tuple[int, int, int]]:
    """(correction, corrective, entry by which it was held) of what ever waited for its place."""
    rows = bulk.select(
        connection,
        "SELECT v.correction, v.idx, v.held_at FROM need CROSS JOIN corrective AS v"
        " ON v.correction = need.idx AND v.held_at IS NOT NULL ORDER BY 3, 1, 2",
        ("idx",),
        bulk.singles(corrections),
    )
    return [(correction, index, at) for correction, index, at in rows]


def load_related(connection: Connection, entries: Iterable[int]) -> list[Correction]:
    """The corrections that decide where one of *entries* stands, by themselves."""
    wanted = bulk.singles(entries)
    taken = " AND r.taken_at IS NOT NULL"
    of_target = bulk.select(
        connection,
        f"SELECT r.idx FROM need CROSS JOIN correction AS r ON r.target = need.idx{taken}",
        ("idx",),
        wanted,
    )
    found = {row[0] for row in of_target}
    of_corrective = bulk.select(
        connection,
        "SELECT v.correction FROM need CROSS JOIN corrective AS v ON v.idx = need.idx",
        ("idx",),
        wanted,
    )
    found |= {row[0] for row in of_corrective}
    return load_whole(connection, found)


def load_all_related(connection: Connection, entries: Iterable[int]) -> list[Correction]:
    """Every correction that decides where one of *entries* stands: also through others."""
    found: dict[int, Correction] = {}
    new, known = set(entries), set(entries)
    while new:
        related = load_related(connection, new)
        found |= {one.index: one for one in related}
        parts = [(*one.correctives, *one.held) for one in related]
        new = {one.target for one in related if one.is_taken}.union(*parts) - known
        known |= new
    return list(found.values())


def load_whole(connection: Connection, indexes: Iterable[int]) -> list[Correction]:
    """The corrections at *indexes* that can correct anything, with what they placed and hold."""
    rows = list(
        bulk.select(
            connection,
            "SELECT r.idx, r.target, r.taken_at IS NOT NULL, v.idx, v.is_placed, v.held_at"
            " FROM need CROSS JOIN correction AS r ON r.idx = need.idx AND r.target IS NOT NULL"
            " LEFT JOIN corrective AS v ON v.correction = r.idx ORDER BY 1, 4",
            ("idx",),
            bulk.singles(indexes),
        )
    )
    found: dict[int, Correction] = {}
    for index, target, is_taken, corrective, is_placed, held_at in rows:
        made = found.get(index) or Correction(index, target, is_taken=bool(is_taken))
        if is_placed:
            made = replace(made, correctives=(*made.correctives, corrective))
        if held_at is not None:
            made = replace(made, held=(*made.held, corrective))
        found[index] = made
    return list(found.values())


# Where events stand ------------------------------------------------------------------------------


def load_ordinals(connection: Connection, indexes: Iterable[int]) -> dict[int, int]:
    """The ordinals of those of *indexes* that do not stand where they were recorded."""
    rows = bulk.select(
        connection,
        "SELECT e.idx, e.ordinal FROM need CROSS JOIN event AS e ON e.idx = need.idx"
        " AND e.ordinal IS NOT NULL",
        ("idx",),
        bulk.singles(indexes),
    )
    return dict(tuple(row) for row in rows)


def save_placings(connection: Connection, placings: Iterable[tuple[int, Placing]]) -> None:
    """Where these events stand from now on, and what took them out."""
    rows = [
        (index, None if at.ordinal == ordinal(index) else at.ordinal, at.corrected_by)
        for index, at in placings
    ]
    bulk.run(
        connection,
        "UPDATE event SET ordinal = need.ordinal, corrected_by = need.corrected_by FROM need"
        " WHERE event.idx = need.idx",
        ("idx", "ordinal", "corrected_by"),
        rows,
    )


def save_bound(connection: Connection, rows: Sequence[tuple[int, bool | None]]) -> None:
    """Whether what these events did to their containers depended on the contents."""
    bulk.run(
        connection,
        "UPDATE event SET is_bound = (need.is_bound = 1) FROM need WHERE event.idx = need.idx",
        ("idx", "is_bound"),
        [(index, None if is_bound is None else int(is_bound)) for index, is_bound in rows],
    )


def load_item_events(connection: Connection, items: Iterable[int]) -> list[tuple[int, ItemEvent]]:
    """(index, row) of every entry that bears on *items*."""
    rows = bulk.select(
        connection,
        f"SELECT {INDEX}, e.item, e.ordinal, e.named, e.idx FROM need"
        " CROSS JOIN item_event AS e ON e.item = need.item",
        ("item",),
        bulk.singles(items),
    )
    return [(i, ItemEvent(item, at, bool(named), idx)) for i, item, at, named, idx in rows]


def delete_item_events(connection: Connection, rows: Iterable[tuple[int, int]]) -> None:
    """The entries at these ordinals bear on the items no more: (item, ordinal)."""
    _delete(connection, "item_event", ("item", "ordinal"), list(rows))


def delete_stays(connection: Connection, rows: Iterable[tuple[int, int]]) -> None:
    """These stays never were: (item, start)."""
    _delete(connection, "containment", ("item", "start"), list(rows))


def delete_told(connection: Connection, indexes: Iterable[int]) -> None:
    """What the entries at *indexes* found and closed is void, or written anew.

    What corrections themselves found and closed stays: it is no matter of the fold. They close
    what one entry found, the fold what all before did.
    """
    rows = bulk.singles(indexes)
    of_fold = {"finding": f"code <> '{Code.CORRECTION_OPEN}'", "closing": "entry IS NULL"}
    for table, condition in of_fold.items():
        statement = f"DELETE FROM {table} WHERE idx IN (SELECT idx FROM need) AND {condition}"
        bulk.run(connection, statement, ("idx",), rows)


def delete_waiting(connection: Connection, index: int) -> None:
    """What entry *index* found of a correction that waits is void, or written anew."""
    statements.run(
        connection,
        "DELETE FROM finding WHERE idx = ? AND code = ?",
        (index, Code.CORRECTION_OPEN.value),
    )


def delete_receipts(connection: Connection, rows: Iterable[tuple[int, int]]) -> None:
    """Nothing was received out of these shipments by these entries: (shipment, index)."""
    _delete(connection, "receipt", ("shipment", "idx"), list(rows))


def _delete(
    connection: Connection, table: str, key: Sequence[str], rows: Sequence[tuple[int, ...]]
) -> None:
    columns = ", ".join(key)
    bulk.run(
        connection,
        f"DELETE FROM {table} WHERE ({columns}) IN (SELECT {columns} FROM need)",
        key,
        rows,
    )


def load_contents_at(connection: Connection, parents: Iterable[int], at: int) -> list[str]:
    """What was directly inside *parents* when the entry at ordinal *at* came."""
    rows = bulk.select(
        connection,
        "SELECT DISTINCT c.prefix || i.serial FROM need CROSS JOIN containment AS k"
        " ON k.parent = need.parent AND k.start < need.at"
        " AND (k.stop IS NULL OR k.stop >= need.at)"
        " JOIN item AS i ON i.id = k.item JOIN item_class AS c ON c.id = i.class_id",
        ("parent", "at"),
        [(parent, at) for parent in parents],
    )
    return [row[0] for row in rows]
