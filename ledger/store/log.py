"""The truth tables of the log: entries, item lists, disclosures, tiles, checkpoints.

Rows come and go as plain values; what they mean is decided above. Times are milliseconds since
1970. Everything here is one statement per call, whatever the number of rows. SQLite keeps whatever
type a vandal writes: reading a row of other types raises IntegrityError, naming it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ledger.frontier import Tile
from ledger.store import bulk, statements
from ledger.store.database import Connection
from schemas.errors import IntegrityError

EVENT, STATEMENT = 0, 1
# The last millisecond that a time can say: the end of the year 9999.
LATEST_MS = 253_402_300_799_999


class EntryRow(NamedTuple):
    """One entry as stored. *kind* is EVENT or STATEMENT; *key_idx* where its key was enrolled."""

    idx: int
    identity: bytes
    recorded_at: int
    key_idx: int
    signature: bytes
    kind: int
    payload: bytes


class CheckpointRow(NamedTuple):
    """One signed head, and when its last entry was recorded: None when there is no such entry."""

    size: int
    root: bytes
    signed_at: int
    signature: bytes
    recorded_at: int | None


_ENTRY = [int, bytes, int, int, bytes, int, bytes]


def check_types(name: str, row: Sequence[Any], wanted: Sequence[type]) -> None:
    """Raises: IntegrityError, when a column of the row *name* is not of the type *wanted*."""
    for value, kind in zip(row, wanted, strict=True):
        if type(value) is not kind:
            want = f"want {kind.__name__}"
            raise IntegrityError(f"{name}: got a column of {type(value).__name__}, {want}")


@dataclass(frozen=True, slots=True)
class Head:
    """The newest checkpoint of the database, and the time of its last entry (0 when empty)."""

    size: int
    root: bytes
    signature: bytes
    recorded_at: int


_HEADS = (
    "SELECT c.size, c.root, c.signature, coalesce(e.recorded_at, 0) FROM checkpoint AS c"
    " LEFT JOIN entry AS e ON e.idx = c.size - 1"
)


def has_checkpoints(connection: Connection) -> bool:
    """Whether anything was ever signed, readable or not."""
    return statements.fetch_one(connection, "SELECT 1 FROM checkpoint LIMIT 1") is not None


def load_head(connection: Connection) -> Head | None:
    """The newest checkpoint, or None before the first."""
    row = statements.fetch_one(connection, f"{_HEADS} ORDER BY c.size DESC LIMIT 1")
    return None if row is None else _head(row)


def load_heads(connection: Connection, start: int, stop: int) -> list[Head]:
    """The checkpoints of the database with start < size <= stop, by size."""
    query = f"{_HEADS} WHERE c.size > ? AND c.size <= ? ORDER BY c.size"
    return [_head(row) for row in statements.fetch(connection, query, (start, stop))]


def _head(row: Sequence[Any]) -> Head:
    check_types(f"checkpoint {row[0]}", row, (int, bytes, bytes, int))
    return Head(*row)


def count_entries(connection: Connection) -> int:
    """How many entries the table holds, by its highest index."""
    return statements.fetch_number(connection, "SELECT coalesce(max(idx) + 1, 0) FROM entry")


def find_identities(
    connection: Connection, identities: Sequence[bytes]
) -> dict[bytes, tuple[int, int]]:
    """(index, recorded_at) of each of *identities* that is in the log."""
    rows = bulk.select(
        connection,
        "SELECT e.identity, e.idx, e.recorded_at FROM need CROSS JOIN entry AS e"
        " ON e.identity = need.identity",
        ("identity",),
        bulk.singles(identities),
    )
    return {bytes(identity): (idx, at) for identity, idx, at in rows}


def insert_entries(connection: Connection, rows: Sequence[EntryRow]) -> None:
    """Append *rows*, whose indexes follow the last one."""
    bulk.insert(connection, "entry", EntryRow._fields, rows)


def load_entries(connection: Connection, start: int, stop: int) -> list[EntryRow]:
    """The entries with start <= index < stop."""
    rows = statements.fetch(
        connection,
        f"SELECT {', '.join(EntryRow._fields)} FROM entry WHERE idx >= ? AND idx < ? ORDER BY idx",
        (start, stop),
    )
    return [entry_of(row) for row in rows]


def entry_of(row: Sequence[Any]) -> EntryRow:
    """The entry in *row*. Raises: IntegrityError."""
    made = EntryRow._make(row)
    if list(map(type, made)) != _ENTRY:
        check_types(f"entry {made.idx}", made, _ENTRY)
    if made.kind not in {EVENT, STATEMENT}:
        raise IntegrityError(f"entry {made.idx}: got kind {made.kind}, want {EVENT} or {STATEMENT}")
    if not 0 <= made.recorded_at <= LATEST_MS:
        raise IntegrityError(f"entry {made.idx}: got {made.recorded_at}, want a time")
    return made


def load_entries_at(connection: Connection, indexes: Sequence[int]) -> dict[int, EntryRow]:
    """The entries at *indexes*."""
    columns = ", ".join(f"e.{name}" for name in EntryRow._fields)
    rows = bulk.select(
        connection,
        f"SELECT {columns} FROM need CROSS JOIN entry AS e ON e.idx = need.idx",
        ("idx",),
        bulk.singles(indexes),
    )
    return {row[0]: entry_of(row) for row in rows}


def load_recorded_at(connection: Connection, indexes: Sequence[int]) -> dict[int, int]:
    """When the entries at *indexes* were recorded."""
    rows = bulk.select(
        connection,
        "SELECT e.idx, e.recorded_at FROM need CROSS JOIN entry AS e ON e.idx = need.idx",
        ("idx",),
        bulk.singles(indexes),
    )
    return dict(tuple(row) for row in rows)


def load_statements(connection: Connection, start: int) -> list[EntryRow]:
    """Every statement from index *start* on, in order."""
    rows = statements.fetch(
        connection,
        f"SELECT {', '.join(EntryRow._fields)} FROM entry WHERE kind = 1 AND idx >= ? ORDER BY idx",
        (start,),
    )
    return [entry_of(row) for row in rows]


# Detached parts --------------------------------------------------------------------------------


def insert_lists(connection: Connection, rows: Sequence[tuple[int, str, bytes, str]]) -> None:
    """Store item lists as (index, field, seed, ids joined by line ends)."""
    bulk.insert(connection, "item_list", ("idx", "field", "seed", "ids"), rows)


def load_lists(
    connection: Connection, indexes: Sequence[int]
) -> Iterator[tuple[int, str, bytes, list[str]]]:
    """The item lists of the entries at *indexes*: (index, field, seed, ids)."""
    rows = bulk.select(
        connection,
        "SELECT l.idx, l.field, l.seed, l.ids FROM need CROSS JOIN item_list AS l"
        " ON l.idx = need.idx",
        ("idx",),
        bulk.singles(indexes),
    )
    for row in rows:
        check_types(f"item list of entry {row[0]}", row, (int, str, bytes, str))
        idx, field, seed, ids = row
        yield idx, field, seed, ids.split("\n")


def iterate_stretches(
    connection: Connection, size: int, most: int, most_characters: int
) -> Iterator[tuple[int, int]]:
    """The entries [0, size) cut into [start, stop) that fit into memory together with their lists.

    At most *most* entries, whose lists have at most *most_characters* unless one alone has more.
    Raises: IntegrityError.
    """
    start = held = 0
    rows = bulk.stream(
        connection,
        "SELECT idx, sum(length(ids)) FROM item_list WHERE idx < ? GROUP BY idx ORDER BY idx",
        (size,),
    )
    for idx, characters in rows:
        check_types(f"item list of entry {idx}", (idx,), (int,))
        while idx >= start + most:
            yield start, start + most
            start, held = start + most, 0
        if idx > start and held + characters > most_characters:
            yield start, idx
            start, held = idx, 0
        held += characters
    for first in range(start, size, most):
        yield first, min(first + most, size)


def insert_disclosures(connection: Connection, rows: Sequence[tuple[int, str, str]]) -> None:
    """Store disclosures as (index, digest, body); one that is there already stays.

    Rows that are there are left out, not ignored on conflict: a trigger refuses them first.
    """
    bulk.run(
        connection,
        "INSERT INTO disclosure (idx, digest, body) SELECT idx, digest, body FROM need"
        " WHERE NOT EXISTS (SELECT 1 FROM disclosure AS d"
        " WHERE d.idx = need.idx AND d.digest = need.digest)",
        ("idx", "digest", "body"),
        list({row[:2]: row for row in rows}.values()),
    )


def erase_disclosures(connection: Connection, rows: Sequence[tuple[int, str]]) -> None:
    """Clear the bodies of the disclosures (index, digest); that they were there stays."""
    bulk.run(
        connection,
        "UPDATE disclosure SET body = NULL WHERE body IS NOT NULL"
        " AND (idx, digest) IN (SELECT idx, digest FROM need)",
        ("idx", "digest"),
        rows,
    )


def load_disclosures(
    connection: Connection, indexes: Sequence[int]
) -> Iterator[tuple[int, str, str | None]]:
    """(index, digest, body) of what was disclosed of *indexes*; body None where erased."""
    rows = bulk.select(
        connection,
        "SELECT d.idx, d.digest, d.body FROM need CROSS JOIN disclosure AS d ON d.idx = need.idx",
        ("idx",),
        bulk.singles(indexes),
    )
    return map(_disclosure, rows)


def load_disclosures_of(
    connection: Connection, start: int, stop: int
) -> Iterator[tuple[int, str, str | None]]:
    """As ``load_disclosures``, of start <= index < stop."""
    rows = statements.fetch(
        connection,
        "SELECT idx, digest, body FROM disclosure WHERE idx >= ? AND idx < ? ORDER BY idx, digest",
        (start, stop),
    )
    return map(_disclosure, rows)


def _disclosure(row: Sequence[Any]) -> tuple[int, str, str | None]:
    idx, digest, body = row
    erased = body is None
    check_types(
        f"disclosure of entry {idx}", (idx, digest, "" if erased else body), (int, str, str)
    )
    return idx, digest, body


# The tree --------------------------------------------------------------------------------------


def insert_tiles(connection: Connection, tiles: Iterable[Tile]) -> None:
    """Store *tiles* that have become full."""
    rows = [(tile.level, tile.index, tile.root, tile.hashes) for tile in tiles]
    bulk.insert(connection, "tile", ("level", "n", "root", "hashes"), rows)


def load_tile(connection: Connection, level: int, index: int) -> bytes | None:
    """The 8,192 bytes of a full tile, or None when it is not full yet."""
    row = statements.fetch_one(
        connection, "SELECT hashes FROM tile WHERE level = ? AND n = ?", (level, index)
    )
    return None if row is None else _bytes(f"tile {level}/{index}", row[0])


def _bytes(name: str, value: bytes) -> bytes:
    check_types(name, (value,), (bytes,))
    return value


def load_tile_roots(connection: Connection, level: int, start: int, count: int) -> list[bytes]:
    """The hashes of whole tiles [start, start + count) of *level*: hashes of the level above."""
    rows = statements.fetch(
        connection,
        "SELECT n, root FROM tile WHERE level = ? AND n >= ? AND n < ? ORDER BY n",
        (level, start, start + count),
    )
    return [_bytes(f"tile {level}/{n}", root) for n, root in rows]


def count_tiles(connection: Connection) -> int:
    """How many full tiles are stored."""
    return statements.fetch_number(connection, "SELECT count(*) FROM tile")


def insert_checkpoint(
    connection: Connection, size: int, root: bytes, signed_at: int, signature: bytes
) -> None:
    """Store one signed tree head."""
    statements.run(
        connection,
        "INSERT INTO checkpoint (size, root, signed_at, signature) VALUES (?, ?, ?, ?)",
        (size, root, signed_at, signature),
    )


def load_checkpoint_root(connection: Connection, size: int) -> bytes | None:
    """The root that was signed for *size*, or None when none was."""
    row = statements.fetch_one(connection, "SELECT root FROM checkpoint WHERE size = ?", (size,))
    return None if row is None else _bytes(f"checkpoint {size}", row[0])


def iterate_checkpoints(connection: Connection) -> Iterator[CheckpointRow]:
    """Every checkpoint ever signed, by size. After an IntegrityError it goes on with the next."""
    rows = bulk.stream(
        connection,
        "SELECT c.size, c.root, c.signed_at, c.signature, e.recorded_at FROM checkpoint AS c"
        " LEFT JOIN entry AS e ON e.idx = c.size - 1 ORDER BY c.size",
    )
    return map(_checkpoint, rows)


def _checkpoint(row: Sequence[Any]) -> CheckpointRow:
    check_types(f"checkpoint {row[0]}", row[:4], (int, bytes, int, bytes))
    return CheckpointRow._make(row)
