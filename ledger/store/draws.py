"""Dealings, and what shipments draw on licences: the projections that authorisation is judged by.

A draw stands with its shipment: at the ordinal where that counts (``ledger.order``), so that what
was drawn up to and with a shipment is a sum.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from ledger.act import ActKind
from ledger.dealing import Dealing, dealing_of
from ledger.store import bulk, statements
from ledger.store.database import Connection
from ledger.store.items import moment


class DealingRow(NamedTuple):
    """Event *idx* as ``ledger.dealing`` keeps it, *at* in ms."""

    idx: int
    kind: str
    sender: str
    at: int
    said: str


class DrawRow(NamedTuple):
    """By entry *idx* *sender* drew *quantity* of *licence* with the shipment at *ordinal*."""

    licence: int
    ordinal: int
    idx: int
    sender: str
    quantity: int


def insert_dealings(connection: Connection, rows: Sequence[DealingRow]) -> None:
    """Store *rows*."""
    bulk.insert(connection, "dealing", DealingRow._fields, rows)


def load_dealings(connection: Connection, indexes: Iterable[int]) -> dict[int, Dealing]:
    """The dealings among the entries at *indexes*."""
    columns = ", ".join(f"d.{name}" for name in DealingRow._fields)
    rows = bulk.select(
        connection,
        f"SELECT {columns} FROM need CROSS JOIN dealing AS d ON d.idx = need.idx",
        ("idx",),
        bulk.singles(indexes),
    )
    return {row[0]: dealing_of_row(*row) for row in rows}


def dealing_of_row(_idx: int, kind: str, sender: str, at: int, said: str) -> Dealing:
    """The dealing that a ``DealingRow`` keeps."""
    return dealing_of(ActKind(kind), sender, moment(at), said)


def save_draws(
    connection: Connection, indexes: Collection[int], rows: Sequence[DrawRow]
) -> list[DrawRow]:
    """Let the entries at *indexes* draw *rows* and nothing else. Gives what they drew before."""
    old = load_draws_of(connection, indexes)
    if old:
        query = "DELETE FROM draw WHERE idx IN (SELECT idx FROM need)"
        bulk.run(connection, query, ("idx",), bulk.singles(indexes))
    bulk.insert(connection, "draw", DrawRow._fields, rows)
    return old


def load_draws_of(connection: Connection, indexes: Iterable[int]) -> list[DrawRow]:
    """What the entries at *indexes* draw."""
    columns = ", ".join(f"d.{name}" for name in DrawRow._fields)
    query = f"SELECT {columns} FROM need CROSS JOIN draw AS d ON d.idx = need.idx"
    rows = bulk.select(connection, query, ("idx",), bulk.singles(indexes))
    return sorted([DrawRow._make(row) for row in rows])


def find_drawing(connection: Connection, licence: int) -> list[int]:
    """The entries that draw on *licence*, in order."""
    query = "SELECT DISTINCT idx FROM draw WHERE licence = ? ORDER BY idx"
    return [row[0] for row in statements.fetch(connection, query, (licence,))]


def load_totals(connection: Connection, licence: int) -> dict[str, int]:
    """What was drawn of *licence* in all, by sender."""
    query = "SELECT sender, sum(quantity) FROM draw WHERE licence = ? GROUP BY sender"
    rows = statements.fetch(connection, query, (licence,))
    return {sender: int(total) for sender, total in rows}


def load_running(
    connection: Connection, licence: int, senders: Iterable[str]
) -> tuple[list[int], list[int]]:
    """The ordinals at which *senders* drew on *licence*, ascending, and the total up to each."""
    wanted = tuple(senders)
    marks = ", ".join("?" * len(wanted))
    rows = statements.fetch(
        connection,
        "SELECT ordinal, sum(quantity) OVER (ORDER BY ordinal, idx) FROM draw"
        f" WHERE licence = ? AND sender IN ({marks}) ORDER BY ordinal, idx",
        (licence, *wanted),
    )
    return [row[0] for row in rows], [int(row[1]) for row in rows]


def load_draws(connection: Connection, licence: int) -> list[DrawRow]:
    """All that was drawn on *licence*, in the order that counts."""
    query = f"SELECT {', '.join(DrawRow._fields)} FROM draw WHERE licence = ? ORDER BY ordinal, idx"
    return [DrawRow._make(row) for row in statements.fetch(connection, query, (licence,))]
