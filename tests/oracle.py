"""A second opinion on a whole ledger, from entry 0, that shares no code with the first.

Reads the database with its plain driver, recomputes what docs/formats.md and RFC 6962 say
in their own words (recursively, slowly), and compares::

    oracle = Oracle(directory)
    oracle.check()      # after every step; also that nothing seen before has changed
"""

import base64
import copy
import functools
import hashlib
import json
import sqlite3
import struct
from contextlib import closing
from pathlib import Path

import psycopg
from nacl.signing import VerifyKey

from tests import databases

TYPES = ("event", "statement")


def mth(hashes: tuple[bytes, ...]) -> bytes:
    """Merkle tree hash of leaf *hashes*: RFC 6962 section 2.1, word for word."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << ((len(hashes) - 1).bit_length() - 1)
    return hashlib.sha256(b"\x01" + mth(hashes[:split]) + mth(hashes[split:])).digest()


@functools.lru_cache(maxsize=100_000)
def leaf_hash(row: tuple, public: bytes) -> bytes:
    """The leaf hash of an entry *row* signed by *public*; its identity and signature hold."""
    idx, identity, recorded_at, _, signature, kind, payload = row
    payload_type = b"application/vnd.chiptrail.%s+json" % TYPES[kind].encode()
    pae = b"DSSEv1 %d %s %d %s" % (len(payload_type), payload_type, len(payload), payload)
    VerifyKey(public).verify(pae, signature)
    assert hashlib.sha256(pae).digest() == identity, f"identity of entry {idx}"
    commitment = hashlib.sha256(b"chiptrail/leaf-key/v1\n" + public + pae).digest()
    record = struct.pack(">BQ", 1, recorded_at) + identity + commitment + signature
    assert len(record) == 137
    return hashlib.sha256(b"\x00" + record).digest()


class Oracle:
    """Remembers what a ledger held, so that ``check`` also sees what was changed or taken away."""

    def __init__(self, directory: Path, url: str | None = None) -> None:
        self._directory, self._url = directory, url
        self._entries: list[tuple] = []
        self._checkpoints: list[tuple] = []
        self._parts: dict[str, set[tuple]] = {
            "item_list": set(),
            "disclosure": set(),
            "cosignature": set(),
        }

    def moved(self, directory: Path, url: str | None) -> "Oracle":
        """One that remembers as much, of a ledger that was copied there."""
        other = copy.deepcopy(self)
        other._directory, other._url = directory, url
        return other

    def check(self) -> None:
        """Raises: AssertionError, nacl's BadSignatureError."""
        with closing(self._connect()) as db:
            self._check_entries(db)
            hashes = self._hashes()
            self._check_checkpoints(db, hashes)
            self._check_tiles(db, hashes)

    def _connect(self) -> sqlite3.Connection | psycopg.Connection:
        if self._url is not None:
            return databases.connect(self._url)
        return sqlite3.connect(f"file:{self._directory}/ledger.sqlite3?mode=ro", uri=True)

    def _check_entries(self, db: sqlite3.Connection) -> None:
        columns = "idx, identity, recorded_at, key_idx, signature, kind, payload"
        rows = db.execute(f"SELECT {columns} FROM entry ORDER BY idx").fetchall()
        assert rows[: len(self._entries)] == self._entries, "an entry was changed"
        assert [row[0] for row in rows] == list(range(len(rows)))
        assert len({row[1] for row in rows}) == len(rows), "an identity is there twice"
        times = [row[2] for row in rows]
        assert times == sorted(times), "log time went back"
        self._entries = rows
        erased = self._erased()
        for table, before in self._parts.items():
            now = set(db.execute(f"SELECT * FROM {table}"))
            cleared = {(*row[:2], None) if row[:2] in erased else row for row in before}
            assert cleared <= now, f"a row of {table} was changed"
            self._parts[table] = now

    def _erased(self) -> set[tuple]:
        """Index and digest of what was erased by whoever signed the entry, or the registrar."""
        said = [json.loads(row[6]) for row in self._entries]
        known = {row[1].hex(): row[0] for row in self._entries}
        erased = set()
        for one in said:
            index = known.get(one["entry"]) if one.get("statement") == "erasure" else None
            if index is not None:
                heard = {part["chiptrail:party"] for part in (said[0], said[index])}
                digests = one["digests"] if one["chiptrail:party"] in heard else ()
                erased |= {(index, digest) for digest in digests}
        return erased

    def _hashes(self) -> tuple[bytes, ...]:
        """Leaf hashes, each with the key that the statement at its ``key_idx`` enrolled."""
        hashes, keys = [], {}
        for row in self._entries:
            said = json.loads(row[6])
            enrolled = said.get("registrarKey") or said.get("publicKey")
            public = base64.b64decode(enrolled) if row[0] == 0 else keys[row[3]]
            if row[5] == 1 and enrolled:
                keys[row[0]] = base64.b64decode(enrolled)
            hashes.append(leaf_hash(row, public))
        return tuple(hashes)

    def _check_checkpoints(self, db: sqlite3.Connection, hashes: tuple[bytes, ...]) -> None:
        columns = "size, root, signature"
        rows = db.execute(f"SELECT {columns} FROM checkpoint ORDER BY size").fetchall()
        assert rows[: len(self._checkpoints)] == self._checkpoints, "a checkpoint was changed"
        genesis = json.loads(self._entries[0][6])
        log = VerifyKey(base64.b64decode(genesis["logKey"].split("+", 2)[2])[1:])
        # All of them heads of one list of leaves: so they are consistent with each other.
        for size, root, signature in rows[len(self._checkpoints) :]:
            assert root == mth(hashes[:size]), f"root of checkpoint {size}"
            root_b64 = base64.b64encode(root).decode()
            log.verify(f"{genesis['origin']}\n{size}\n{root_b64}\n".encode(), signature)
        self._checkpoints = rows
        assert rows[-1][0] == len(hashes), "the newest checkpoint covers all entries"
        head = (self._directory / "checkpoint").read_text(encoding="utf-8").split("\n")
        newest = [str(rows[-1][0]), base64.b64encode(rows[-1][1]).decode()]
        assert head[1:3] == newest, "the checkpoint file is the newest"

    def _check_tiles(self, db: sqlite3.Connection, hashes: tuple[bytes, ...]) -> None:
        rows = db.execute("SELECT level, n, root, hashes FROM tile")
        stored = {(level, n): (root, tile) for level, n, root, tile in rows}
        expected, row = {}, hashes
        for level in range(8):
            full = len(row) // 256
            parts = [row[n * 256 : n * 256 + 256] for n in range(full)]
            expected.update({(level, n): (mth(p), b"".join(p)) for n, p in enumerate(parts)})
            row = tuple(map(mth, parts))
        assert stored == expected, "tiles"
