"""The truth table of cosignatures: what witnesses signed under this log's checkpoints.

insert_cosignatures(connection, [CosignatureRow(674, vkey, 1_764_000_000, signature)])
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ledger.store import bulk, statements
from ledger.store.database import Connection
from ledger.store.log import check_types


class CosignatureRow(NamedTuple):
    """One cosignature, of the checkpoint of *size*: *witness* is a vkey, *at* POSIX seconds."""

    size: int
    witness: str
    at: int
    signature: bytes


class CosignedRow(NamedTuple):
    """A cosignature and the *root* that was signed for its size; None when none was."""

    size: int
    witness: str
    at: int
    signature: bytes
    root: bytes | None


def insert_cosignatures(connection: Connection, rows: Sequence[CosignatureRow]) -> None:
    """Store cosignatures; one that is there already stays.

    Rows that are there are left out, not ignored on conflict: a trigger refuses them first.
    """
    bulk.run(
        connection,
        "INSERT INTO cosignature (size, witness, at, signature)"
        " SELECT size, witness, at, signature FROM need WHERE NOT EXISTS"
        " (SELECT 1 FROM cosignature AS c WHERE c.size = need.size"
        " AND c.witness = need.witness AND c.at = need.at)",
        CosignatureRow._fields,
        rows,
    )


def load_cosignatures(connection: Connection, size: int) -> list[CosignatureRow]:
    """The cosignatures of the checkpoint of *size*, by witness, of each the last."""
    rows = statements.fetch(
        connection,
        "SELECT size, witness, at, signature FROM cosignature WHERE size = ? ORDER BY witness, at",
        (size,),
    )
    last = {row[1]: _cosignature(row) for row in rows}
    return list(last.values())


def load_witnessed_sizes(connection: Connection) -> dict[str, int]:
    """By witness, the largest size that it cosigned."""
    rows = statements.fetch(
        connection, "SELECT witness, max(size) FROM cosignature GROUP BY witness"
    )
    return dict(map(tuple, rows))


def load_last_cosignatures(connection: Connection) -> dict[str, CosignatureRow]:
    """By witness, the last that it signed of what is the largest."""
    rows = statements.fetch(
        connection,
        "SELECT size, witness, at, signature FROM cosignature AS c WHERE size ="
        " (SELECT max(size) FROM cosignature WHERE witness = c.witness) ORDER BY witness, at",
    )
    return {row[1]: _cosignature(row) for row in rows}


def iterate_cosignatures(connection: Connection) -> Iterator[CosignedRow]:
    """Every cosignature, by size. After an IntegrityError it goes on with the next."""
    rows = bulk.stream(
        connection,
        "SELECT s.size, s.witness, s.at, s.signature, c.root FROM cosignature AS s"
        " LEFT JOIN checkpoint AS c ON c.size = s.size ORDER BY s.size, s.witness, s.at",
    )
    return map(_cosigned, rows)


def _cosigned(row: Sequence[Any]) -> CosignedRow:
    if row[4] is not None:
        check_types(f"checkpoint {row[0]}", row[4:], (bytes,))
    return CosignedRow(*_cosignature(row[:4]), row[4])


def _cosignature(row: Sequence[Any]) -> CosignatureRow:
    check_types(f"cosignature of checkpoint {row[0]}", row, (int, str, int, bytes))
    return CosignatureRow._make(row)
