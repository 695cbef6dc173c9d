"""Evidence of two histories: two checkpoints that one log signed, ``*.evidence.json``.

docs/formats.md, "Evidence"; a *note* is a C2SP signed note as text, a *hash* base64 of 32 bytes::

    {"evidence": "chiptrail/1", "checkpoints": [note, note],
     "root": hash, "consistency": [hash, ...]}

The checkpoints ascend by size. *root* is that of the larger tree's first entries, as many as the
smaller has, and *consistency* the RFC 6962 proof of it. Without the two nothing is shown but that
both were signed. What it proves is ``ledger.evidence``'s to say. Example::

    evidence = parse_evidence(data)
    encode_evidence(evidence)          # the same evidence, compact
"""

import re
from dataclasses import dataclass

from schemas import strict_json
from schemas.errors import MalformedEvidence
from schemas.formats import decode_base64, encode_base64
from schemas.strict_json import JSON

VERSION = "chiptrail/1"
EVIDENCE_LIMIT = 1 << 20
MAX_PATH = 64  # RFC 6962: one hash a height, and the first
_HASH_SIZE = 32
_MEMBERS = frozenset({"evidence", "checkpoints"})
_PROOF = frozenset({"root", "consistency"})
_BEGINNING = re.compile(rb'\s*\{\s*"evidence"\s*:')


@dataclass(frozen=True, slots=True)
class Prefix:
    """The *root* of a tree's first entries, and the *consistency* proof from it to the tree's."""

    root: bytes
    consistency: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Two notes, the one of the smaller tree first; *prefix* is the larger's, None if not shown."""

    checkpoints: tuple[bytes, bytes]
    prefix: Prefix | None


def is_evidence(data: bytes) -> bool:
    """Whether *data* means to be evidence: a JSON object whose first member is ``evidence``."""
    return _BEGINNING.match(data) is not None


def parse_evidence(data: bytes) -> Evidence:
    """The evidence in *data*; nothing is verified yet.

    Raises: MalformedJson, TooLarge (over 1 MiB), MalformedEvidence.
    """
    value = strict_json.load_object(data, limit=EVIDENCE_LIMIT)
    if value.get("evidence") != VERSION:
        raise MalformedEvidence(f"want evidence of version {VERSION}", "/evidence")
    if value.keys() not in (_MEMBERS, _MEMBERS | _PROOF):
        raise MalformedEvidence("want checkpoints, and root with consistency or neither", "")
    return Evidence(_notes(value["checkpoints"]), _prefix(value) if "root" in value else None)


def _notes(value: JSON) -> tuple[bytes, bytes]:
    match value:
        case [str() as smaller, str() as larger]:
            return smaller.encode(), larger.encode()
    raise MalformedEvidence("want two notes", "/checkpoints")


def _prefix(value: dict[str, JSON]) -> Prefix:
    path = value["consistency"]
    if not isinstance(path, list) or len(path) > MAX_PATH:
        raise MalformedEvidence(f"want an array of at most {MAX_PATH} hashes", "/consistency")
    hashes = [_hash(one, f"/consistency/{n}") for n, one in enumerate(path)]
    return Prefix(_hash(value["root"], "/root"), tuple(hashes))


def _hash(value: JSON, where: str) -> bytes:
    try:
        found = decode_base64(value) if isinstance(value, str) else b""
    except ValueError:
        found = b""
    if len(found) != _HASH_SIZE:
        raise MalformedEvidence(f"want base64 of {_HASH_SIZE} bytes", where)
    return found


def encode_evidence(evidence: Evidence) -> bytes:
    """*evidence* as compact JSON; ``parse_evidence`` reads it back."""
    notes: list[JSON] = [note.decode() for note in evidence.checkpoints]
    value: dict[str, JSON] = {"evidence": VERSION, "checkpoints": notes}
    if evidence.prefix is not None:
        value["root"] = encode_base64(evidence.prefix.root)
        value["consistency"] = [encode_base64(one) for one in evidence.prefix.consistency]
    return strict_json.dump(value)
