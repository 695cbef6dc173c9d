"""A row for every truth table, and a database that holds them."""

from collections.abc import Sequence
from typing import Any

from ledger.store.database import Database

HASH, SIGNATURE = bytes(32), bytes(64)
ROWS: dict[str, tuple[Any, ...]] = {
    "entry": (0, HASH, 1, 0, SIGNATURE, 0, b"{}"),
    "item_list": (0, "epcList", bytes(32), "a\nb"),
    "tile": (0, 0, HASH, bytes(8192)),
    "checkpoint": (1, HASH, 1, SIGNATURE),
    "cosignature": (1, "vkey", 1, SIGNATURE),
    "disclosure": (0, "digest", "body"),
    "activity": (0, 1, "actor", "act", "ref"),
}


def insertion(table: str, row: Sequence[object], columns: str = "") -> str:
    """The statement that inserts *row*, with marks for its values."""
    return f"{table} {columns} VALUES ({', '.join('?' * len(row))})"


def fill(database: Database) -> None:
    """Write the rows, each beside an entry that no checkpoint covers yet."""
    with database.writing() as connection:
        for table, row in ROWS.items():
            connection.exec_driver_sql(f"INSERT INTO {insertion(table, row)}", row)


def run(database: Database, statement: str, values: tuple[object, ...] = ()) -> None:
    """Run *statement* in a transaction of its own."""
    with database.writing() as connection:
        connection.exec_driver_sql(statement, values)


def everything(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every truth table."""
    with database.reading() as connection:
        return {
            table: list(map(tuple, connection.exec_driver_sql(f"SELECT * FROM {table}")))
            for table in ROWS
        }


def changed(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """*row* with another last column, of the same type and size."""
    last = row[-1]
    return (*row[:-1], last[:-1] + type(last)((b"?", "?")[isinstance(last, str)]))
