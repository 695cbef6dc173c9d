"""Bundles: one or more items' history as a file that proves itself, ``*.chiptrail.json``.

docs/formats.md, "Bundle"; *b64* is base64 as in envelopes, a *hash* b64 of 32
bytes, a *note* a C2SP signed note as text; ``?`` marks what may be missing::

    {"bundle": "chiptrail/1", "statement": envelope, "checkpoint": note,
     "heads": [{"note": note, "consistency": [hash, ...]}, ...], "rulePack": b64,
     "entries": [{"index": 0, "recordedAt": "2026-01-02T03:04:05.678Z", "envelope": envelope,
                  "inclusion": [hash, ...], "disclosures"?: [disclosure, ...],
                  "items"?: {field: [{"id", "salt": b64, "position", "path": [hash, ...]}]}},
                 {"index": 7, "leaf": b64, "inclusion": [hash, ...]}, ...]}

Entries ascend by index and begin with the genesis. Every value has one spelling, so that what a
reader sees is what the writer meant. The payload of the statement, signed by the operator, is
``schemas.bundle_statement``'s; whether anything verifies, ``ledger.verify``'s. Example::

    bundle = parse_bundle(data)
    encode_bundle(bundle)          # the same bundle, compact
"""

import re
from binascii import a2b_base64
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from schemas import strict_json
from schemas.envelope import Envelope, envelope_from_json, envelope_to_json
from schemas.errors import MalformedBundle
from schemas.formats import (
    decode_base64,
    encode_base64,
    format_time,
    parse_time,
)
from schemas.shape import pointer
from schemas.strict_json import JSON

VERSION = "chiptrail/1"
BUNDLE_LIMIT = 64 << 20
LEAF_SIZE = 137
_HASH_SIZE = 32


@dataclass(frozen=True, slots=True)
class ItemProof:
    """One item of a committed list: its *salt* of 16 bytes, *position* and *path* to the root."""

    id: str
    salt: bytes
    position: int
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class OpenEntry:
    """An entry that the bundle shows; *recorded_at* is exact to the millisecond.

    *items* holds proofs by list field, *disclosures* the withheld fields that are shown.
    """

    index: int
    recorded_at: datetime
    envelope: Envelope
    inclusion: tuple[bytes, ...]
    items: Mapping[str, tuple[ItemProof, ...]]
    disclosures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WithheldEntry:
    """An entry that bears on the subject and that the bundle may not show: its *leaf* alone."""

    index: int
    leaf: bytes
    inclusion: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class BundledHead:
    """An earlier signed head as a *note*, and the proof that the checkpoint extends it."""

    note: bytes
    consistency: tuple[bytes, ...]


Entry: TypeAlias = OpenEntry | WithheldEntry


@dataclass(frozen=True, slots=True)
class Contents:
    """What a bundle holds beside its statement. *rule_pack* is the exact file."""

    checkpoint: bytes
    heads: tuple[BundledHead, ...]
    rule_pack: bytes
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle as it was read; nothing in it is verified."""

    statement: Envelope
    contents: Contents


# Reading -----------------------------------------------------------------------------------------

_TOP = frozenset({"bundle", "statement", "checkpoint", "heads", "rulePack", "entries"})
_HEAD = frozenset({"note", "consistency"})
_OPEN = frozenset({"index", "recordedAt", "envelope", "inclusion"})
_OPEN_OPTIONAL = frozenset({"items", "disclosures"})
_WITHHELD = frozenset({"index", "leaf", "inclusion"})
_PROOF = frozenset({"id", "salt", "position", "path"})
_NOTHING: frozenset[str] = frozenset()
_NO_ITEMS: Mapping[str, tuple[ItemProof, ...]] = {}


def parse_bundle(data: bytes, limit: int = BUNDLE_LIMIT) -> Bundle:
    """The bundle in *data*, of at most *limit* bytes.

    Raises: MalformedJson, TooLarge, MalformedBundle, MalformedEnvelope.
    """
    value = strict_json.load(data, limit=limit)
    if not isinstance(value, dict) or value.get("bundle") != VERSION:
        raise MalformedBundle(f"want a bundle of version {VERSION}", "/bundle")
    _check_members(value, "", _TOP)
    heads = [_head(head, f"/heads/{n}") for n, head in enumerate(_list(value["heads"], "/heads"))]
    contents = Contents(
        checkpoint=_note(value["checkpoint"], "/checkpoint"),
        heads=tuple(heads),
        rule_pack=_bytes(value["rulePack"], "/rulePack"),
        entries=_entries(value["entries"]),
    )
    return Bundle(envelope_from_json(value["statement"], "/statement"), contents)


def _entries(value: JSON) -> tuple[Entry, ...]:
    entries = tuple(
        [_entry(entry, f"/entries/{n}") for n, entry in enumerate(_list(value, "/entries"))]
    )
    if not entries or entries[0].index != 0:
        raise MalformedBundle("want the genesis, index 0, first", "/entries")
    for n in range(1, len(entries)):
        if entries[n].index <= entries[n - 1].index:
            raise MalformedBundle("want ascending indexes", f"/entries/{n}/index")
    return entries


def _entry(value: JSON, where: str) -> Entry:
    if isinstance(value, dict) and "leaf" in value:
        return _withheld_entry(value, where)
    members = _check_members(value, where, _OPEN, _OPEN_OPTIONAL)
    return OpenEntry(
        _count(members["index"], f"{where}/index"),
        _moment(members["recordedAt"], f"{where}/recordedAt"),
        envelope_from_json(members["envelope"], f"{where}/envelope"),
        _hashes(members["inclusion"], f"{where}/inclusion"),
        _items(members["items"], f"{where}/items") if "items" in members else _NO_ITEMS,
        _texts(members["disclosures"], f"{where}/disclosures") if "disclosures" in members else (),
    )


def _withheld_entry(value: dict[str, JSON], where: str) -> WithheldEntry:
    _check_members(value, where, _WITHHELD)
    leaf = _bytes(value["leaf"], f"{where}/leaf")
    if len(leaf) != LEAF_SIZE:
        raise MalformedBundle(f"got {len(leaf)} bytes, want {LEAF_SIZE}", f"{where}/leaf")
    index = _count(value["index"], f"{where}/index")
    return WithheldEntry(index, leaf, _hashes(value["inclusion"], f"{where}/inclusion"))


def _items(value: JSON, where: str) -> Mapping[str, tuple[ItemProof, ...]]:
    if not isinstance(value, dict) or not value:
        raise MalformedBundle("want an object of proofs by list field", where)
    items = {}
    for field, proofs in value.items():
        at = where + pointer(field)
        items[field] = tuple([_proof(p, f"{at}/{n}") for n, p in enumerate(_list(proofs, at))])
        if not items[field]:
            raise MalformedBundle("want at least one proof", at)
    return items


def _proof(value: JSON, where: str) -> ItemProof:
    members = _check_members(value, where, _PROOF)
    return ItemProof(
        _text(members["id"], f"{where}/id"),
        _bytes(members["salt"], f"{where}/salt"),
        _count(members["position"], f"{where}/position"),
        _hashes(members["path"], f"{where}/path"),
    )


def _head(value: JSON, where: str) -> BundledHead:
    members = _check_members(value, where, _HEAD)
    proof = _hashes(members["consistency"], f"{where}/consistency")
    return BundledHead(_note(members["note"], f"{where}/note"), proof)


def _check_members(
    value: JSON, where: str, required: AbstractSet[str], optional: AbstractSet[str] = _NOTHING
) -> dict[str, JSON]:
    if not isinstance(value, dict):
        raise MalformedBundle("want an object", where)
    if value.keys() != required:
        for name in sorted(required - value.keys()):
            raise MalformedBundle("missing", where + pointer(name))
        for name in sorted(value.keys() - required - optional):
            raise MalformedBundle("unknown name", where + pointer(name))
    return value


def _list(value: JSON, where: str) -> list[JSON]:
    if not isinstance(value, list):
        raise MalformedBundle("want an array", where)
    return value


def _text(value: JSON, where: str) -> str:
    if not isinstance(value, str):
        raise MalformedBundle("want text", where)
    return value


def _texts(value: JSON, where: str) -> tuple[str, ...]:
    texts = tuple([_text(text, f"{where}/{n}") for n, text in enumerate(_list(value, where))])
    if not texts:
        raise MalformedBundle("want at least one", where)
    return texts


def _note(value: JSON, where: str) -> bytes:
    return _text(value, where).encode()


def _count(value: JSON, where: str) -> int:
    if type(value) is not int or value < 0:  # true is an int too
        raise MalformedBundle("want a whole number from 0 on", where)
    return value


_MATCH_MOMENT = re.compile(
    "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z"
).fullmatch


def _moment(value: JSON, where: str) -> datetime:
    text = _text(value, where)
    try:
        if _MATCH_MOMENT(text):
            return parse_time(text)
    except ValueError:  # no such day
        pass
    raise MalformedBundle("want a time such as 2026-01-02T03:04:05.678Z", where)


def _bytes(value: JSON, where: str) -> bytes:
    try:
        return decode_base64(_text(value, where))
    except ValueError as exc:
        raise MalformedBundle("want base64, padded, that re-encodes to itself", where) from exc


# Base64 of 32 bytes in its one form: the two bits that no byte needs are 0.
_MATCH_HASHES = re.compile("(?:[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)*").fullmatch
_HASH_LENGTHS = {44}


def _hashes(value: JSON, where: str) -> tuple[bytes, ...]:
    texts: list[Any] = _list(value, where)
    try:
        # A bundle has hundreds of hashes: those of a list are matched together.
        matched = _MATCH_HASHES("".join(texts)) and _HASH_LENGTHS.issuperset(map(len, texts))
    except TypeError:
        matched = False
    if not matched:
        raise MalformedBundle(f"want base64 of {_HASH_SIZE} bytes each", where)
    return tuple(map(a2b_base64, texts))


# Writing -----------------------------------------------------------------------------------------


def encode_bundle(bundle: Bundle) -> bytes:
    """*bundle* as compact JSON; ``parse_bundle`` reads it back."""
    return encode_head(bundle.statement) + encode_contents(bundle.contents)[1:]


def encode_head(statement: Envelope) -> bytes:
    """The beginning of a bundle up to its contents, as ``encode_bundle`` writes it."""
    head: JSON = {"bundle": VERSION, "statement": envelope_to_json(statement)}
    return strict_json.dump(head)[:-1] + b","


def encode_contents(contents: Contents) -> bytes:
    """All of a bundle but its statement, which has the SHA-256 of these bytes.

    The JSON object of the other members, compact and in their order, however the bundle itself was
    spelled.
    """
    return strict_json.dump(_contents_to_json(contents))


def _contents_to_json(contents: Contents) -> dict[str, JSON]:
    return {
        "checkpoint": contents.checkpoint.decode(),
        "heads": [
            {"note": head.note.decode(), "consistency": _b64(head.consistency)}
            for head in contents.heads
        ],
        "rulePack": encode_base64(contents.rule_pack),
        "entries": [_entry_to_json(entry) for entry in contents.entries],
    }


def _entry_to_json(entry: Entry) -> dict[str, JSON]:
    if isinstance(entry, WithheldEntry):
        leaf = encode_base64(entry.leaf)
        return {"index": entry.index, "leaf": leaf, "inclusion": _b64(entry.inclusion)}
    value: dict[str, JSON] = {
        "index": entry.index,
        "recordedAt": format_time(entry.recorded_at),
        "envelope": envelope_to_json(entry.envelope),
        "inclusion": _b64(entry.inclusion),
    }
    if entry.items:
        value["items"] = {
            field: [_proof_to_json(proof) for proof in proofs]
            for field, proofs in entry.items.items()
        }
    if entry.disclosures:
        value["disclosures"] = list(entry.disclosures)
    return value


def _proof_to_json(proof: ItemProof) -> dict[str, JSON]:
    return {
        "id": proof.id,
        "salt": encode_base64(proof.salt),
        "position": proof.position,
        "path": _b64(proof.path),
    }


def _b64(hashes: tuple[bytes, ...]) -> list[JSON]:
    return [encode_base64(one) for one in hashes]
