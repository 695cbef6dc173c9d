"""The truth table of activity: one row for every request that could write, whatever came of it.

And one for each in which somebody was shown what it has no part in, an inspector or an auditor, and
for each change of an account.

insert_activity(connection, 1772442000000, {"actor": "cli", "act": "capture", "ref": "[4, 5)"})
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ledger.store import bulk, statements
from ledger.store.database import Connection
from ledger.store.log import check_types

# Ends the act of a request that shared its transaction, and its checkpoint, with the one after it.
SHARED = "+"
LOOK, ACCOUNT = "look", "account"


class ActivityRow(NamedTuple):
    """One request that wrote: *ref* is ``[start, stop)``, the entries that it added.

    Where *act* is ``LOOK`` it is what *actor*, a party, looked at; where it is ``ACCOUNT``, what it
    did to whose account.
    """

    id: int
    at: int
    actor: str
    act: str
    ref: str


def insert_activity(connection: Connection, at: int, *activities: Mapping[str, str]) -> None:
    """Record who did what: keys ``actor``, ``act``, ``ref``. One row a request, in order."""
    bulk.run(
        connection,
        "INSERT INTO activity (id, at, actor, act, ref)"
        " SELECT (SELECT coalesce(max(id), -1) FROM activity) + row_number() OVER (ORDER BY n),"
        " at, actor, act, ref FROM need ORDER BY n",
        ("n", "at", "actor", "act", "ref"),
        [(n, at, one["actor"], one["act"], one["ref"]) for n, one in enumerate(activities)],
    )


def load_activity(  # noqa: PLR0913, PLR0917 - each narrows it
    connection: Connection,
    below: int,
    limit: int,
    actor: str | None,
    act: str | None,
    of: str | None = None,
) -> list[ActivityRow]:
    """Activity before row *below*, the newest first.

    Of *actor* and *act*, and with *of* in its ref, if they are not None.
    """
    # LIKE would take capitals for small letters, on one of the databases.
    asked = {"actor = ?": actor, "act = ?": act, "replace(ref, ?, '') <> ref": of}
    wanted = {name: value for name, value in asked.items() if value is not None}
    where = "".join(f" AND {name}" for name in wanted)
    rows = statements.fetch(
        connection,
        f"SELECT id, at, actor, act, ref FROM activity WHERE id < ?{where}"
        " ORDER BY id DESC LIMIT ?",
        (below, *wanted.values(), limit),
    )
    return [_activity(tuple(row)) for row in rows]


def iterate_activity(connection: Connection) -> Iterator[ActivityRow]:
    """All activity, by id. After an IntegrityError it goes on with the next."""
    rows = bulk.stream(connection, "SELECT id, at, actor, act, ref FROM activity ORDER BY id")
    return map(_activity, rows)


def _activity(row: Sequence[Any]) -> ActivityRow:
    check_types(f"activity {row[0]}", row, (int, int, str, str, str))
    return ActivityRow._make(row)
