"""A small verifier of its own: what was acknowledged is in the log, durable and provable.

It shares no code with the ledger: standard library and PyNaCl, RFC 6962 and docs/formats.md in
their own words. A benchmark whose result it does not confirm has measured a lie, and fails::

    check_log(folder, None, acked=20_013, proofs={17: [sibling, ...]})
"""

import base64
import hashlib
import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, TypeAlias

import psycopg
from nacl.signing import VerifyKey

from tests.oracle import leaf_hash

Rows: TypeAlias = sqlite3.Connection | psycopg.Connection[Any]


class MeasuredALie(Exception):
    """What the ledger said it did is not what it holds."""


def check_log(
    folder: Path, url: str | None, acked: int, proofs: Mapping[int, Sequence[bytes]]
) -> None:
    """The log in *folder* has exactly *acked* entries, under a signed root that *proofs* reach.

    Its database is at *url*, None for the SQLite file in the folder. *proofs* are inclusion paths
    by index, the leaf's sibling first.

    Raises: MeasuredALie; nacl's BadSignatureError, AssertionError for a wrong signature or leaf.
    """
    note = (folder / "checkpoint").read_text(encoding="utf-8")
    body, _, signatures = note.partition("\n\n")
    origin, size, root_b64 = body.split("\n")
    with closing(_connect(folder, url)) as database:
        (entries,) = _row(database, "SELECT count(*) FROM entry")
        if not acked == entries == int(size):
            raise MeasuredALie(f"{acked} acknowledged, {entries} entries, tree of {size}")
        genesis = json.loads(_entry(database, 0)[6])
        log = VerifyKey(base64.b64decode(genesis["logKey"].split("+", 2)[2])[1:])
        log.verify(f"{body}\n".encode(), base64.b64decode(signatures.split(" ")[2])[4:])
        for index, path in proofs.items():
            row = _entry(database, index)
            leaf = leaf_hash(row, _public(database, row))
            if _climb(leaf, index, int(size), path) != base64.b64decode(root_b64):
                raise MeasuredALie(f"the proof of entry {index} of {origin} does not hold")


def _connect(folder: Path, url: str | None) -> Rows:
    if url is not None:
        return psycopg.connect(url)
    return sqlite3.connect(f"file:{folder}/ledger.sqlite3?mode=ro", uri=True)


def _row(database: Rows, query: str) -> tuple[Any, ...]:
    row = database.execute(query).fetchone()
    if row is None:
        raise MeasuredALie(f"nothing is found by {query}")
    return tuple(row)


def _entry(database: Rows, index: int) -> tuple[Any, ...]:
    columns = "idx, identity, recorded_at, key_idx, signature, kind, payload"
    return _row(database, f"SELECT {columns} FROM entry WHERE idx = {index}")


def _public(database: Rows, row: tuple[Any, ...]) -> bytes:
    """The key that the statement at the row's ``key_idx`` enrolled."""
    said = json.loads(_entry(database, row[3])[6])
    return base64.b64decode(said.get("publicKey") or said["registrarKey"])


def _climb(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root that *path* leads to: RFC 6962 section 2.1.1, from the root down."""
    if size == 1:
        return leaf
    half = 1 << (size - 1).bit_length() - 1
    *below, sibling = path
    if index < half:
        pair = _climb(leaf, index, half, below) + sibling
    else:
        pair = sibling + _climb(leaf, index - half, size - half, below)
    return hashlib.sha256(b"\x01" + pair).digest()
