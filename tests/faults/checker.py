"""The judge of every fault: reads what is left with plain drivers, shares no code with Chiptrail.

What docs/formats.md, RFC 6962 and C2SP say is written down here once more. ``check`` compares the
database and the files of a ledger with all that was ever said of it: acks, and every checkpoint
that anybody can have seen. The first word of a violation is its kind:

- ``lost``: an acked entry is not at its index; ``twice``: one payload has two; ``gap``: an index
  has none;
- ``fork``: a checkpoint that was signed is not of this history, or its entries are gone;
- ``tree``, ``time``, ``projection``: the database contradicts itself, or log time goes back;
- ``ahead``: the checkpoint file promises what is not in the database; ``behind``: an ack, or an
  older checkpoint, promises more than the file; ``torn``: a file is not a whole checkpoint;
- ``published``: static files do not give the root of the checkpoint beside them;
- those of ``held``: what witnesses and backups hold is not what was told.

    seen = Seen(vkey)
    seen.hear(line)                        # each line of JSON that the ledger's user read
    check(folder, seen) == []
"""

import base64
import functools
import hashlib
import json
import sqlite3
import struct
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from tests.faults.held import Held, unkept, violations

TYPES = ("event", "statement")
COLUMNS = "idx, identity, recorded_at, key_idx, signature, kind, payload"
_CHECKPOINTS = "SELECT size, root, signature FROM checkpoint ORDER BY size"


@dataclass(slots=True)
class Seen:
    """What users of a ledger hold: its verifier key ("" if unfounded), acks, notes, refusals."""

    vkey: str
    acks: dict[str, tuple[int, int]] = field(default_factory=dict)
    notes: set[str] = field(default_factory=set)
    acked_size: int = 0
    refused: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    held: Held = field(default_factory=Held)

    def hear(self, line: bytes) -> None:
        """Take in one line of what the program said."""
        said = json.loads(line)
        match said["said"]:
            case "ack":
                self._hear_ack(said)
            case "note":
                self.notes.add(said["note"])
            case "refused":
                self.refused.append(said["why"])
            case "problem":
                self.problems.append(said["why"])
            case _:
                self.held.hear(said)

    def _hear_ack(self, said: dict[str, Any]) -> None:
        given = said["index"], said["at"]
        if self.acks.setdefault(said["identity"], given) != given:
            self.problems.append(f"lost {said['identity'][:8]}: acked anew as {given}")
        self.acked_size = max(self.acked_size, said["size"])


def check(folder: Path, seen: Seen, *, url: str | None = None) -> list[str]:
    """Every way in which the ledger in *folder* breaks what was promised; empty when none.

    SQLite files are changed by reading (the log is folded in): give a copy.
    """
    database = folder / "ledger.sqlite3"
    if url is None and not database.exists():
        return ["lost: there is no database"] if seen.acks or seen.notes else []
    try:
        with closing(_connect(database, url)) as db:
            return list(_violations(db, folder, seen, url is None))
    except (sqlite3.Error, psycopg.Error) as exc:
        return [f"tree: the database cannot be read: {exc}"]


def _connect(database: Path, url: str | None) -> Any:
    return sqlite3.connect(database) if url is None else psycopg.connect(url)


def _violations(db: Any, folder: Path, seen: Seen, is_sqlite: bool) -> Iterator[str]:
    if is_sqlite:
        yield from _pages(db)
    if is_sqlite and not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'entry'").fetchone():
        if seen.acks or seen.notes:
            yield "lost: there is no table of entries"
        return
    rows = tuple(map(_plain, db.execute(f"SELECT {COLUMNS} FROM entry ORDER BY idx")))
    if [row[0] for row in rows] != list(range(len(rows))):
        yield "gap: the indexes are not 0 to N - 1"
        return
    try:
        tree = tree_of(rows)
    except (ValueError, KeyError, BadSignatureError) as exc:
        yield f"tree: an entry cannot be verified: {exc!r}"
        return
    if not seen.vkey and rows:  # founded just now: from here on it is the key
        seen.vkey = json.loads(rows[0][6])["logKey"]
    yield from _entries(rows, seen)
    yield from _heads(db, tree, seen.vkey)
    yield from _tiles(db, tree)
    yield from _notes(tree, seen)
    yield from _file(folder / "checkpoint", tree, seen)
    yield from _projections(db, rows)
    yield from unkept(db, seen.held)
    yield from violations(folder, tree.roots, seen.held)
    if (folder / "public").exists():
        yield from _published(folder / "public", tree, seen.vkey)


def _pages(db: sqlite3.Connection) -> Iterator[str]:
    for (word,) in db.execute("PRAGMA integrity_check"):
        if word != "ok":
            yield f"tree: database: {word}"


def _plain(row: Sequence[Any]) -> tuple[Any, ...]:
    if type(row) is tuple and memoryview not in map(type, row):
        return row
    return tuple(bytes(value) if isinstance(value, memoryview) else value for value in row)


# Entries and the tree --------------------------------------------------------------------------


@functools.lru_cache(maxsize=100_000)
def _identity(kind: int, payload: bytes) -> tuple[bytes, bytes]:
    """The PAE of a payload, and SHA-256 of it: DSSE v1.0.2."""
    name = b"application/vnd.chiptrail.%s+json" % TYPES[kind].encode()
    pae = b"DSSEv1 %d %s %d %s" % (len(name), name, len(payload), payload)
    return pae, hashlib.sha256(pae).digest()


@functools.lru_cache(maxsize=100_000)
def _leaf_hash(row: tuple[Any, ...], public: bytes) -> bytes:
    """The RFC 6962 leaf hash of leaf v1 (docs/formats.md); the signature holds."""
    _, _, recorded_at, _, signature, kind, payload = row
    pae, identity = _identity(kind, payload)
    VerifyKey(public).verify(pae, signature)
    commitment = hashlib.sha256(b"chiptrail/leaf-key/v1\n" + public + pae).digest()
    record = struct.pack(">BQ", 1, recorded_at) + identity + commitment + signature
    return hashlib.sha256(b"\x00" + record).digest()


@functools.lru_cache(maxsize=100_000)
def _enrolled(payload: bytes) -> str | None:
    said = json.loads(payload)
    return said.get("registrarKey") or said.get("publicKey")


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """The tree over stored *rows*: ``roots[n]`` is that of the first n entries.

    Raises: ValueError, KeyError, BadSignatureError when an entry is not what its key signed.
    """

    def __init__(self, rows: Sequence[tuple[Any, ...]]) -> None:
        keys: dict[int, bytes] = {}
        self.leaves: list[bytes] = []
        self.roots = [hashlib.sha256(b"").digest()]
        # Roots of full subtrees, the largest first: the bits of the size.
        edge: list[tuple[int, bytes]] = []
        for row in rows:
            if row[5] == 1 and (text := _enrolled(row[6])):
                keys[row[0]] = base64.b64decode(text)
            self.leaves.append(_leaf_hash(row, keys[row[3]]))
            width, node = 1, self.leaves[-1]
            while edge and edge[-1][0] == width:
                node, width = _node(edge.pop()[1], node), 2 * width
            edge.append((width, node))
            self.roots.append(
                functools.reduce(lambda a, b: _node(b, a), [h for _, h in edge[::-1]])
            )

    @property
    def size(self) -> int:
        """How many entries there are."""
        return len(self.leaves)

    @functools.cached_property
    def tiles(self) -> dict[tuple[int, int], tuple[bytes, bytes]]:
        """(root, hashes) of every full tile of 256, by (level, number): C2SP tlog-tiles."""
        found, row, level = {}, self.leaves, 0
        while len(row) >= 256:
            parts = [row[n * 256 : n * 256 + 256] for n in range(len(row) // 256)]
            row = [_root(part) for part in parts]
            made = zip(row, parts, strict=True)
            found.update({(level, n): (r, b"".join(p)) for n, (r, p) in enumerate(made)})
            level += 1
        return found


# Most of what a power cut leaves is one of a few lists of entries.
tree_of = functools.lru_cache(maxsize=64)(Tree)


def _root(hashes: list[bytes]) -> bytes:
    """The root over *hashes*: RFC 6962 section 2.1."""
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << ((len(hashes) - 1).bit_length() - 1)
    return _node(_root(hashes[:split]), _root(hashes[split:]))


def _entries(rows: Sequence[tuple[Any, ...]], seen: Seen) -> Iterator[str]:
    times = [row[2] for row in rows]
    if times != sorted(times):
        yield "time: log time goes back"
    held: dict[str, tuple[int, int]] = {}
    for row in rows:
        identity = _identity(row[5], row[6])[1].hex()
        if identity != row[1].hex():
            yield f"tree: the identity of entry {row[0]} is not that of its payload"
        if identity in held:
            yield f"twice: entry {row[0]} is entry {held[identity][0]} again"
        held.setdefault(identity, (row[0], row[2]))
    for identity, given in seen.acks.items():
        if held.get(identity) != given:
            yield f"lost: acked as {given}, now {held.get(identity)}"


def _tiles(db: Any, tree: Tree) -> Iterator[str]:
    rows = map(_plain, db.execute("SELECT level, n, root, hashes FROM tile"))
    if {row[:2]: row[2:] for row in rows} != tree.tiles:
        yield "tree: the stored tiles are not those of the entries"


def _projections(db: Any, rows: Sequence[tuple[Any, ...]]) -> Iterator[str]:
    """Whoever reads must find every event: they are projected in the transaction of the entry."""
    projected = [row[0] for row in db.execute("SELECT idx FROM event ORDER BY idx")]
    if projected != [row[0] for row in rows if row[5] == 0]:
        yield "projection: the events shown are not the events recorded"
    activity = db.execute("SELECT ref FROM activity ORDER BY id")
    done = [tuple(map(int, ref[1:-1].split(","))) for (ref,) in activity]
    ends = [0, *(stop for _, stop in done)]
    if [start for start, _ in done] != ends[:-1] or ends[-1] != len(rows):
        yield "projection: the activity is not that of the entries"


# Checkpoints -----------------------------------------------------------------------------------


@functools.lru_cache(maxsize=100_000)
def open_note(note: str, vkey: str) -> tuple[int, bytes]:
    """(size, root) of a checkpoint *note* signed by the log: C2SP signed-note, tlog-checkpoint.

    Raises: ValueError, BadSignatureError.
    """
    name, key_id, key = vkey.split("+", 2)
    text, _, lines = note.partition("\n\n")
    origin, size, root = text.split("\n")
    if origin != name or not lines.endswith("\n"):
        raise ValueError("not a whole checkpoint of this origin")
    for line in lines.splitlines():
        dash, signer, given = line.split(" ")
        signature = base64.b64decode(given, validate=True)
        if (dash, signer) == ("—", name) and signature[:4].hex() == key_id:
            public = base64.b64decode(key)[1:]
            VerifyKey(public).verify(f"{text}\n".encode(), signature[4:])
            return int(size), base64.b64decode(root, validate=True)
    raise ValueError("not signed by the log")


def _heads(db: Any, tree: Tree, vkey: str) -> Iterator[str]:
    """Every stored checkpoint, its signature and root; the newest is that of all entries."""
    origin, key_id, *_ = vkey.split("+", 2) if vkey else ("", "")
    sizes = [0]
    for size, root, signature in map(_plain, db.execute(_CHECKPOINTS)):
        line = base64.b64encode(bytes.fromhex(key_id) + signature).decode()
        head = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n\n— {origin} {line}\n"
        yield from _consistent(head, tree, vkey, f"stored checkpoint {size}")
        sizes.append(size)
    if sizes[-1] != tree.size:
        yield f"tree: {tree.size} entries, but the newest checkpoint has {sizes[-1]}"


def _notes(tree: Tree, seen: Seen) -> Iterator[str]:
    for note in seen.notes:
        yield from _consistent(note, tree, seen.vkey, "a checkpoint that was seen")


def _consistent(note: str, tree: Tree, vkey: str, name: str) -> Iterator[str]:
    """All heads of one list of leaves are consistent with each other."""
    try:
        size, root = open_note(note, vkey)
    except (ValueError, BadSignatureError) as exc:
        yield f"torn: {name}: {exc}"
        return
    if size > tree.size:
        yield f"fork: {name} has {size} entries, there are {tree.size}"
    elif tree.roots[size] != root:
        yield f"fork: {name} has another root for {size} entries"


def _file(path: Path, tree: Tree, seen: Seen) -> Iterator[str]:
    """The checkpoint file is the last-signed record: durable before an ack, after the commit."""
    if not path.exists():
        if seen.acked_size:
            yield "behind: the checkpoint file is missing"
        return
    note = path.read_text(encoding="utf-8")
    try:
        size, root = open_note(note, seen.vkey)
    except (ValueError, BadSignatureError) as exc:
        yield f"torn: the checkpoint file: {exc!r}"
        return
    if size > tree.size or tree.roots[size] != root:
        yield f"ahead: the checkpoint file has {size} entries, the database {tree.size}"
    if size < seen.acked_size:
        yield f"behind: the checkpoint file has {size} entries, acked were {seen.acked_size}"


def _published(public: Path, tree: Tree, vkey: str) -> Iterator[str]:
    """A reader of the published checkpoint finds every hash that it promises."""
    if not (public / "checkpoint").exists():
        return
    try:
        size, root = open_note((public / "checkpoint").read_text(encoding="utf-8"), vkey)
    except (ValueError, BadSignatureError) as exc:
        yield f"published: the checkpoint is not whole: {exc!r}"
        return
    if size > tree.size or tree.roots[size] != root:
        yield f"fork: {size} entries were published"
    hashes = b"".join(tree.leaves[:size])
    for start in range(0, size, 256):
        width = min(256, size - start)
        path = public / "tile" / "0" / f"{start // 256:03}"
        path = path if width == 256 else path.with_name(f"{path.name}.p") / str(width)
        wanted = hashes[start * 32 : (start + width) * 32]
        if not path.exists() or path.read_bytes() != wanted:
            yield f"published: {path.relative_to(public)} is not there as promised"
