"""What was inside of what, and when: the stays of items in containers.

A stay is a span of ordinals [start, stop) inside one container (``ledger.order``), open while the
item is in it. What was inside after entry i are the stays begun and not ended before entry i + 1.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ledger.order import ordinal
from ledger.store import bulk
from ledger.store.database import Connection

# Behind every ordinal.
EVER = 9223372036854775807


class Stay(NamedTuple):
    """*item* was inside *parent*, from *start* on, up to *stop*; None while it is."""

    item: int
    start: int
    stop: int | None
    parent: int


def load_inside(connection: Connection, containers: Mapping[int, int]) -> dict[int, list[str]]:
    """Everything inside each of *containers*, at any depth; those with nothing are missing.

    The values are indexes: what was inside after that entry.
    """
    inside: dict[int, list[str]] = {}
    within = f"k.start < {{0}}.stop AND coalesce(k.stop, {EVER}) >= {{0}}.stop"
    rows = bulk.select(
        connection,
        ", inside (root, item, stop) AS ("
        " SELECT need.id, k.item, need.stop FROM need CROSS JOIN containment AS k"
        f" ON k.parent = need.id AND {within.format('need')}"
        " UNION SELECT d.root, k.item, d.stop FROM inside AS d CROSS JOIN containment AS k"
        f" ON k.parent = d.item AND {within.format('d')})"
        " SELECT d.root, c.prefix || i.serial FROM inside AS d JOIN item AS i ON i.id = d.item"
        " JOIN item_class AS c ON c.id = i.class_id ORDER BY d.root, d.item",
        ("id", "stop"),
        [(number, ordinal(until + 1)) for number, until in containers.items()],
    )
    for root, item in rows:
        inside.setdefault(root, []).append(item)
    return inside


def load_contained(
    connection: Connection, containers: Iterable[tuple[int, int]]
) -> list[tuple[int, int, str, str]]:
    """What was in *containers*, each with the ordinal right before which: at any depth.

    Gives (container, ordinal, thing, what it lay directly in), both by their ids.
    """
    within = f"k.start < {{0}}.stop AND coalesce(k.stop, {EVER}) >= {{0}}.stop"
    rows = bulk.select(
        connection,
        ", inside (root, item, stop, parent) AS ("
        " SELECT need.id, k.item, need.stop, k.parent FROM need CROSS JOIN containment AS k"
        f" ON k.parent = need.id AND {within.format('need')}"
        " UNION SELECT d.root, k.item, d.stop, k.parent FROM inside AS d"
        f" CROSS JOIN containment AS k ON k.parent = d.item AND {within.format('d')})"
        " SELECT d.root, d.stop, c.prefix || i.serial, e.prefix || p.serial FROM inside AS d"
        " JOIN item AS i ON i.id = d.item JOIN item_class AS c ON c.id = i.class_id"
        " JOIN item AS p ON p.id = d.parent JOIN item_class AS e ON e.id = p.class_id",
        ("id", "stop"),
        list(containers),
    )
    return [tuple(row) for row in rows]


def load_apart(
    connection: Connection, containers: Iterable[tuple[int, int, int]]
) -> list[tuple[int, int, str, str]]:
    """What was in *containers* right before one ordinal, at any depth, and left by another.

    Gives (container, first ordinal, thing, what it left), both by their ids: the outermost that
    itself left nothing, or left with it inside.
    """
    within = f"k.start < {{0}}.start AND coalesce(k.stop, {EVER}) >= {{0}}.start"
    around = f"CASE WHEN coalesce(k.stop, {EVER}) < {{0}}.stop THEN k.item ELSE {{1}} END"
    rows = bulk.select(
        connection,
        ", inside (root, item, start, stop, unit, around) AS ("
        f" SELECT need.id, k.item, need.start, need.stop, {around.format('need', 'need.id')},"
        " need.id"
        f" FROM need CROSS JOIN containment AS k ON k.parent = need.id AND {within.format('need')}"
        f" UNION SELECT d.root, k.item, d.start, d.stop, {around.format('d', 'd.unit')}, d.unit"
        f" FROM inside AS d CROSS JOIN containment AS k ON k.parent = d.item AND"
        f" {within.format('d')}) SELECT d.root, d.start, c.prefix || i.serial,"
        " e.prefix || p.serial FROM inside AS d"
        " JOIN item AS i ON i.id = d.item JOIN item_class AS c ON c.id = i.class_id"
        " JOIN item AS p ON p.id = d.around JOIN item_class AS e ON e.id = p.class_id"
        " WHERE d.unit = d.item",
        ("id", "start", "stop"),
        list(containers),
    )
    return [tuple(row) for row in rows]


def load_filled(connection: Connection, numbers: Iterable[int]) -> dict[int, list[tuple[int, int]]]:
    """The spans of ordinals in which there was something in each of *numbers*, by their start.

    Those in which nothing ever was are missing.
    """
    found: dict[int, list[tuple[int, int]]] = {}
    rows = bulk.select(
        connection,
        f"SELECT DISTINCT k.parent, k.start, coalesce(k.stop, {EVER}) FROM need"
        " CROSS JOIN containment AS k ON k.parent = need.id ORDER BY 1, 2, 3",
        ("id",),
        bulk.singles(numbers),
    )
    for parent, start, stop in rows:
        found.setdefault(parent, []).append((start, stop))
    return found


def load_stays_of(connection: Connection, numbers: Iterable[int]) -> set[tuple[int, int]]:
    """Of each of *numbers* what it was ever directly inside of: (item, container)."""
    rows = bulk.select(
        connection,
        "SELECT DISTINCT k.item, k.parent FROM need CROSS JOIN containment AS k"
        " ON k.item = need.id",
        ("id",),
        bulk.singles(numbers),
    )
    return {(item, parent) for item, parent in rows}


def load_stays(connection: Connection, numbers: Iterable[int]) -> list[Stay]:
    """Every stay of each of *numbers*, by their start."""
    return _load(connection, "item", numbers)


def load_contents(connection: Connection, numbers: Iterable[int]) -> list[Stay]:
    """Every stay in each of *numbers*, by their start."""
    return _load(connection, "parent", numbers)


def _load(connection: Connection, column: str, numbers: Iterable[int]) -> list[Stay]:
    rows = bulk.select(
        connection,
        "SELECT k.item, k.start, k.stop, k.parent FROM need CROSS JOIN containment AS k"
        f" ON k.{column} = need.id ORDER BY k.start, k.item",
        ("id",),
        bulk.singles(numbers),
    )
    return [Stay._make(row) for row in rows]
