"""The signed heads of the log, looked up by their sizes.

find_signed(connection, 41)     # (40, 1772442000000): the last head up to that size, and its time
"""

from ledger.store import statements
from ledger.store.database import Connection


def find_signed(connection: Connection, size: int) -> tuple[int, int] | None:
    """The largest size up to *size* that was signed, and when, in ms; None if there is none."""
    row = statements.fetch_one(
        connection,
        "SELECT size, signed_at FROM checkpoint WHERE size <= ? ORDER BY size DESC LIMIT 1",
        (size,),
    )
    return None if row is None else (row[0], row[1])
