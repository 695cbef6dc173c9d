"""Copy the tables of truth from one database into another, of whatever kinds the two are.

Tables go in the order in which they are declared, rows in that of their keys: so every trigger of
the empty target finds what it asks for, entries before what lies beside them, checkpoints after
what they sign. Projections are not copied: they follow from truth. Of accounts those are copied
that last: who is signed in signs in again, and an invitation that was used would be open again.

    for rows in copy_truth(source, target): ...      # how many rows are there by now
    copy_accounts(source, target)
"""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy

from ledger.store import bulk, statements, tables
from ledger.store.database import Connection
from ledger.store.tables import truth

DISCLOSURES = "disclosure"
# Rows held in memory at a time: so many, or of so many bytes.
_MOST_ROWS = 1000
_MOST_BYTES = 4 << 20


def count_truth(connection: Connection, leave_out: frozenset[str] = frozenset()) -> int:
    """How many rows of truth there are, without those of the tables to *leave_out*."""
    names = [name for name in truth.tables if name not in leave_out]
    queries = [f"SELECT count(*) FROM {name}" for name in names]
    return sum(statements.fetch_number(connection, query) for query in queries)


def copy_truth(
    source: Connection, target: Connection, leave_out: frozenset[str] = frozenset()
) -> Iterator[int]:
    """Copy every row of truth but those of the tables to *leave_out*; gives how many are done."""
    done = 0
    for name, table in truth.tables.items():
        if name in leave_out:
            continue
        columns = [column.name for column in table.columns]
        order = ", ".join(column.name for column in table.primary_key)
        query = f"SELECT {', '.join(columns)} FROM {name} ORDER BY {order}"
        for rows in _parts(bulk.stream(source, query)):
            bulk.insert(target, name, columns, rows)
            done += len(rows)
            yield done


def copy_accounts(source: Connection, target: Connection) -> None:
    """Copy every user and every token, with the hashes of what lets them in."""
    for table in (tables.user, tables.token):
        rows = source.execute(sqlalchemy.select(table)).mappings().all()
        if rows:
            target.execute(table.insert(), [dict(row) for row in rows])


def _parts(rows: Iterator[Sequence[Any]]) -> Iterator[list[tuple[Any, ...]]]:
    part: list[tuple[Any, ...]] = []
    held = 0
    for row in rows:
        part.append(tuple(row))
        held += sum(len(value) for value in part[-1] if isinstance(value, bytes | str))
        if len(part) == _MOST_ROWS or held >= _MOST_BYTES:
            yield part
            part, held = [], 0
    if part:
        yield part
