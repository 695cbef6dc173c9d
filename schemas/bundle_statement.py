"""What the operator signs about a bundle: its subject, its scope and its findings.

The payload of the ``statement`` of a bundle (``schemas.bundle``), of type
``application/vnd.chiptrail.bundle+json``; never in the log. ``?`` marks what may be missing::

    {"bundle": "chiptrail/1", "subjects": [item id, ...], "asOf": "2026-01-02T03:04:05.678Z",
     "origin": origin, "size": entries of the tree, "root": base64 of 32 bytes,
     "indexes": [every entry that bears on the subjects, ascending, the genesis first],
     "containers": [every item that a subject was ever in, to any depth],
     "unproven": [subjects whose custody the entries shown do not tell],
     "contents": hex SHA-256 of schemas.bundle.encode_contents,
     "rulePack": hex SHA-256 of the rule pack,
     "findings": [{"code", "message", "index", "items": [item id, ...], "cites": [index, ...],
                   "onItems": true | false, "closedBy"?: index, "basis": "entries" | "ledger"}],
     "corrections"?: [{"entry": index, "target": index, "correctives": [index, ...],
                       "since": index}, ...],
     "reader"?: party id, "horizon"?: index}

A finding with basis ``entries`` can be recomputed from the bundle; one with basis ``ledger`` rests
on the operator's word, as does that no index and no container is missing. *contents* holds the
unsigned parts of the bundle together: nobody can take a proof or a disclosure out of it. With a
*reader* all is as far as that party may see, and with a *horizon* up to that entry, as if the log
had ended there. *corrections* are those that took effect, in order, with what took the place of
their target then. What a finding means is ``ledger.finding``'s.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Any

from schemas import strict_json
from schemas.bundle import VERSION
from schemas.errors import MalformedBundle, MalformedEvent, MalformedItems
from schemas.extension import FIELDS, SHA256_HEX
from schemas.formats import decode_base64, encode_base64, format_time, parse_time
from schemas.item import fold_item
from schemas.shape import boolean, code, count, list_of, misfit, pointer, record, text
from schemas.strict_json import JSON

MAX_MESSAGE = 2000
_LIMIT = 16 << 20


class Basis(StrEnum):
    """What a finding in a bundle rests on."""

    ENTRIES = "entries"
    LEDGER = "ledger"


@dataclass(frozen=True, slots=True)
class BundleFinding:
    """A finding as the operator signed it; the fields are those of ``ledger.finding.Finding``."""

    code: str
    message: str
    index: int
    items: tuple[str, ...]
    cites: tuple[int, ...]
    on_items: bool
    closed_by: int | None
    basis: Basis


@dataclass(frozen=True, slots=True)
class Taking:
    """By entry *since* correction *entry* took *target* out and put *correctives* in its place.

    One that gets another corrective later takes effect once more, with all of them. If it *waits*,
    it did neither, but these *correctives* count nowhere from then on until they have that place.
    """

    entry: int
    target: int
    correctives: tuple[int, ...]
    since: int
    waits: bool = False


@dataclass(frozen=True, slots=True)
class BundleStatement:
    """What the operator asserts of *subjects* as seen at *as_of* in the tree of *size* entries.

    *as_of* is exact to the millisecond; *rule_pack_sha256* is the hash of the exact file. Of the
    *unproven* among the subjects the entries shown tell too little: what became of them hangs on
    goods of others. *corrections* ascend by *since*. *reader* is whose view it is, None for the
    operator's own; *horizon* the last entry in that view, None if it ends with the tree.
    """

    subjects: tuple[str, ...]
    as_of: datetime
    origin: str
    size: int
    root: bytes
    indexes: tuple[int, ...]
    containers: tuple[str, ...]
    unproven: tuple[str, ...]
    contents_sha256: bytes
    rule_pack_sha256: bytes
    findings: tuple[BundleFinding, ...]
    corrections: tuple[Taking, ...] = ()
    reader: str | None = None
    horizon: int | None = None


# Shapes ------------------------------------------------------------------------------------------

_CODE = re.compile("[a-z]+/[a-z]+(?:-[a-z]+)*")


def _is_moment(value: str) -> bool:
    try:
        return format_time(parse_time(value)) == value
    except ValueError:
        return False


def _is_hash(value: str) -> bool:
    try:
        return len(decode_base64(value)) == 32
    except ValueError:
        return False


def _is_message(value: str) -> bool:
    return 0 < len(value) <= MAX_MESSAGE and value.isprintable()


def _check_item(value: JSON) -> None:
    try:
        canonical = isinstance(value, str) and fold_item(value) == value
    except MalformedItems:
        canonical = False
    if not canonical:
        raise misfit(value, "an item id in canonical form")


_FINDING = record(
    {
        "code": text(_CODE.fullmatch, "a code such as custody/not-holder"),
        "message": text(_is_message, f"1 to {MAX_MESSAGE} printable characters"),
        "index": count,
        "items": list_of(_check_item, distinct=True),
        "cites": list_of(count, distinct=True),
        "onItems": boolean,
        "closedBy": count,
        "basis": code({basis.value for basis in Basis}),
    },
    required=("code", "message", "index", "items", "cites", "onItems", "basis"),
)
_CORRECTION = record(
    {
        "entry": count,
        "target": count,
        "correctives": list_of(count),
        "since": count,
        "waits": boolean,
    },
    required=("entry", "target", "correctives", "since"),
)
_FIELDS = {
    "bundle": code({VERSION}),
    "subjects": list_of(_check_item, least=1, distinct=True),
    "asOf": text(_is_moment, "a time such as 2026-01-02T03:04:05.678Z"),
    "origin": FIELDS["chiptrail:ledger"],
    "size": count,
    "root": text(_is_hash, "base64 of 32 bytes"),
    "indexes": list_of(count, least=1),
    "containers": list_of(_check_item, distinct=True),
    "unproven": list_of(_check_item, distinct=True),
    "contents": SHA256_HEX,
    "rulePack": SHA256_HEX,
    "findings": list_of(_FINDING),
}
_MORE = {
    "corrections": list_of(_CORRECTION, least=1),
    "reader": FIELDS["chiptrail:party"],
    "horizon": count,
}
_STATEMENT = record(_FIELDS | _MORE, required=tuple(_FIELDS))


# Reading -----------------------------------------------------------------------------------------


def parse_bundle_statement(payload: bytes) -> BundleStatement:
    """The statement in *payload*: every index in it is one of the tree's.

    Raises: MalformedJson, TooLarge, MalformedBundle.
    """
    value: dict[str, Any] = strict_json.load_object(payload, limit=_LIMIT)
    try:
        _STATEMENT(value)
    except MalformedEvent as exc:
        raise MalformedBundle(exc.message, exc.pointer) from None
    _check_indexes(value)
    if "horizon" in value and ("reader" not in value or value["horizon"] >= value["size"]):
        raise MalformedBundle("want an entry below the size, and whose horizon it is", "/horizon")
    if not set(value["unproven"]) <= set(value["subjects"]):
        raise MalformedBundle("want subjects only", "/unproven")
    return BundleStatement(
        subjects=tuple(value["subjects"]),
        as_of=parse_time(value["asOf"]),
        origin=value["origin"],
        size=value["size"],
        root=decode_base64(value["root"]),
        indexes=tuple(value["indexes"]),
        containers=tuple(value["containers"]),
        unproven=tuple(value["unproven"]),
        contents_sha256=bytes.fromhex(value["contents"]),
        rule_pack_sha256=bytes.fromhex(value["rulePack"]),
        findings=tuple(map(_finding, value["findings"])),
        corrections=tuple(map(_taking, value.get("corrections", ()))),
        reader=value.get("reader"),
        horizon=value.get("horizon"),
    )


def _check_indexes(value: Mapping[str, Any]) -> None:
    indexes, size = value["indexes"], value["size"]
    if indexes[0] != 0 or any(low >= high for low, high in pairwise(indexes)):
        raise MalformedBundle("want ascending indexes from 0 on", "/indexes")
    if indexes[-1] >= size:
        raise MalformedBundle(f"want indexes below the size {size}", "/indexes")
    for n, finding in enumerate(value["findings"]):
        named = [finding["index"], finding.get("closedBy", 0), *finding["cites"]]
        if max(named) >= size:
            where = pointer("findings", n)
            raise MalformedBundle(f"names an entry that is not below the size {size}", where)
    _check_corrections(value.get("corrections", ()), value.get("horizon", size - 1))


def _check_corrections(made: Sequence[Mapping[str, Any]], last: int) -> None:
    """A correction comes after what it corrects and takes effect after all that it needs."""
    before = 0
    for n, one in enumerate(made):
        correctives, since = one["correctives"], one["since"]
        needed = max(before, one["entry"], *correctives)
        ascends = all(low < high for low, high in pairwise(correctives))
        if not (ascends and one["target"] < one["entry"] and needed <= since <= last):
            raise MalformedBundle("takes effect in no order that can be", pointer("corrections", n))
        before = since


def _finding(value: Mapping[str, Any]) -> BundleFinding:
    return BundleFinding(
        code=value["code"],
        message=value["message"],
        index=value["index"],
        items=tuple(value["items"]),
        cites=tuple(value["cites"]),
        on_items=value["onItems"],
        closed_by=value.get("closedBy"),
        basis=Basis(value["basis"]),
    )


def _taking(value: Mapping[str, Any]) -> Taking:
    correctives = tuple(value["correctives"])
    waits = value.get("waits", False)
    return Taking(value["entry"], value["target"], correctives, value["since"], waits)


# Writing -----------------------------------------------------------------------------------------


def encode_bundle_statement(statement: BundleStatement) -> bytes:
    """The payload of *statement*; ``parse_bundle_statement`` reads it back."""
    value: dict[str, JSON] = {
        "bundle": VERSION,
        "subjects": list(statement.subjects),
        "asOf": format_time(statement.as_of),
        "origin": statement.origin,
        "size": statement.size,
        "root": encode_base64(statement.root),
        "indexes": list(statement.indexes),
        "containers": list(statement.containers),
        "unproven": list(statement.unproven),
        "contents": statement.contents_sha256.hex(),
        "rulePack": statement.rule_pack_sha256.hex(),
        "findings": [_finding_to_json(finding) for finding in statement.findings],
    }
    if statement.corrections:
        value["corrections"] = [_taking_to_json(taking) for taking in statement.corrections]
    if statement.reader is not None:
        value["reader"] = statement.reader
    if statement.horizon is not None:
        value["horizon"] = statement.horizon
    return strict_json.dump(value)


def _finding_to_json(finding: BundleFinding) -> dict[str, JSON]:
    value: dict[str, JSON] = {
        "code": finding.code,
        "message": finding.message,
        "index": finding.index,
        "items": list(finding.items),
        "cites": list(finding.cites),
        "onItems": finding.on_items,
        "basis": finding.basis.value,
    }
    if finding.closed_by is not None:
        value["closedBy"] = finding.closed_by
    return value


def _taking_to_json(taking: Taking) -> dict[str, JSON]:
    value: dict[str, JSON] = {
        "entry": taking.entry,
        "target": taking.target,
        "correctives": list(taking.correctives),
        "since": taking.since,
    }
    return value | {"waits": True} if taking.waits else value
