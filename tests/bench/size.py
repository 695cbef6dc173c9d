"""Size: bytes on disk of a one-serial entry, everything included, against its EPCIS JSON.

Entry, indexes, tiles, projections: the growth of the database file by the workload, after SQLite
has folded its write-ahead log into it. The JSON is the signed payload, compact::

    ratio = bytes_per_json_byte(filled)     # of a ledger that took the profile ``single``
"""

import sqlite3
from contextlib import closing

from tests.bench.ingest import Filled
from tests.bench.witness import MeasuredALie


def bytes_per_json_byte(filled: Filled) -> float:
    """Bytes that the database holds for each byte of the events' JSON.

    Raises: MeasuredALie when the write-ahead log cannot be folded in.
    """
    path = filled.folder / "ledger.sqlite3"
    with closing(sqlite3.connect(path)) as database:
        busy, *_ = database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise MeasuredALie("the database is in use")
        first = database.execute("SELECT count(*) FROM entry").fetchone()[0] - filled.entries
        query = "SELECT sum(length(payload)) FROM entry WHERE idx >= ?"
        json_bytes = int(database.execute(query, (first,)).fetchone()[0])
    return (path.stat().st_size - filled.size_before) / json_bytes
