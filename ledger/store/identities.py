"""What entries say of the numbers of items: the projection of ``chiptrail:identities``.

A row for each item and entry. What was withheld is in it from when it was disclosed until it is
erased. Example::

    load_identities(connection, [7])       # [(7, 41, {"uuid": "gpu-5f3c", "pdi": "0x1a2b"})]
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ledger.identity import KINDS, UNIQUE
from ledger.store import bulk
from ledger.store.database import Connection

Row = tuple[int, int, Mapping[str, str]]
_COLUMNS = tuple(KINDS)


def insert_identities(connection: Connection, rows: Iterable[Row]) -> None:
    """Store *rows*: (item, entry, numbers by kind)."""
    told = [(item, idx, *map(numbers.get, _COLUMNS)) for item, idx, numbers in rows]
    bulk.insert(connection, "identity", ("item", "idx", *_COLUMNS), sorted(told, key=_place))


def _place(row: Sequence[object]) -> tuple[object, ...]:
    return tuple(row[:2])


def delete_identities(connection: Connection, places: Iterable[tuple[int, int]]) -> None:
    """What these entries said of these items is not known any more: (item, entry)."""
    bulk.run(
        connection,
        "DELETE FROM identity WHERE (item, idx) IN (SELECT item, idx FROM need)",
        ("item", "idx"),
        list(places),
    )


def load_identities(connection: Connection, items: Iterable[int]) -> Iterator[Row]:
    """What was said of each of *items*."""
    columns = ", ".join(f"i.{column}" for column in _COLUMNS)
    rows = bulk.select(
        connection,
        f"SELECT i.item, i.idx, {columns} FROM need CROSS JOIN identity AS i ON i.item = need.item",
        ("item",),
        bulk.singles(items),
    )
    for item, idx, *said in rows:
        numbers = zip(_COLUMNS, said, strict=True)
        yield item, idx, {kind: number for kind, number in numbers if number is not None}


def find_bearers(connection: Connection, numbers: Iterable[str]) -> dict[str, list[int]]:
    """The items that some entry gives each of *numbers*, in canonical form; but for part numbers.

    In the order of commissioning.
    """
    wanted = bulk.singles(numbers)
    found: dict[str, set[int]] = {}
    for kind in _COLUMNS:
        if kind != "part_number":
            rows = bulk.select(
                connection,
                "SELECT need.number, i.item FROM need CROSS JOIN identity AS i"
                f" ON i.{kind} = need.number",
                ("number",),
                wanted,
            )
            for number, item in rows:
                found.setdefault(number, set()).add(item)
    return {number: sorted(some) for number, some in found.items()}


def find_shared(connection: Connection, items: Iterable[int]) -> set[tuple[int, int]]:
    """(item, other): something was said of another item that is said of each of *items* too."""
    wanted = bulk.singles(items)
    found: set[tuple[int, int]] = set()
    for kind in UNIQUE:
        rows = bulk.select(
            connection,
            "SELECT DISTINCT a.item, b.item FROM need CROSS JOIN identity AS a"
            f" ON a.item = need.item AND a.{kind} IS NOT NULL CROSS JOIN identity AS b"
            f" ON b.{kind} = a.{kind} AND b.item <> a.item",
            ("item",),
            wanted,
        )
        found.update([(item, other) for item, other in rows])
    return found
