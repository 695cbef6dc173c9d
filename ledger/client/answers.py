"""What a ledger's API answers, as values: receipts, entries, proofs, and its errors.

The wire forms are those of ``/api/v1/openapi.json``. Nothing is trusted: what does not read is no
answer. A refusal comes back as the class that raised it there, by its code. Example::

    parse_receipt({"index": 41, "identity": "..", ...}).index
    parse_problem({"type": "urn:chiptrail:problem:unknown-key", ...}, 403)   # UnknownKey(...)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import TypeAlias, TypeVar

from ledger.finding import Code, Finding
from ledger.leaf import LEAF_SIZE
from ledger.proof import Proof
from schemas import errors, strict_json
from schemas.envelope import Submission, parse_submission
from schemas.errors import ChiptrailError, Conflict, NotFound, Refusal, Unreachable
from schemas.formats import decode_base64, decode_hex, parse_time
from schemas.strict_json import JSON

T = TypeVar("T")

_PREFIX = "urn:chiptrail:problem:"


@dataclass(frozen=True, slots=True)
class Draw:
    """What an entry draws on a licence: *quantity* of it, *left* then; None is without limit."""

    regime: str
    number: str
    quantity: int
    left: int | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """The receipt of a submission, as ``ledger.service.capture`` has it; *said* is the JSON."""

    index: int
    identity: bytes
    recorded_at: datetime
    created: bool
    size: int
    findings: tuple[Finding, ...]
    why_idle: str | None
    replaces: tuple[int, int] | None
    drawn: tuple[Draw, ...]
    said: Mapping[str, JSON]


Outcome: TypeAlias = Receipt | ChiptrailError


@dataclass(frozen=True, slots=True)
class Recorded:
    """Entry *index* and its *leaf* of 137 bytes; *submission* is None where it is not for us.

    It has item lists and disclosures where we signed it.
    """

    index: int
    recorded_at: datetime
    identity: bytes
    leaf: bytes
    submission: Submission | None


def parse_receipt(value: JSON) -> Receipt:
    """The receipt in *value*.

    Raises: Unreachable.
    """
    try:
        said = typed(dict, value)
        return Receipt(
            index=typed(int, said["index"]),
            identity=decode_hex(typed(str, said["identity"]), 32),
            recorded_at=parse_time(typed(str, said["recordedAt"])),
            created=typed(bool, said["created"]),
            size=typed(int, said["size"]),
            findings=findings_in(said["findings"]),
            why_idle=text_or_none(said.get("withoutEffect")),
            replaces=_replaced(said.get("replaces")),
            drawn=tuple(_draw(one) for one in typed(list, said.get("draws", []))),
            said=said,
        )
    except (KeyError, ValueError) as exc:
        raise unread("receipt", exc) from exc


def parse_recorded(value: JSON) -> Recorded:
    """The entry in *value*.

    Raises: Unreachable.
    """
    try:
        said = typed(dict, value)
        names = ("envelope", "lists", "disclosures")
        submitted = strict_json.dump({name: said[name] for name in names if name in said})
        return Recorded(
            index=typed(int, said["index"]),
            recorded_at=parse_time(typed(str, said["recordedAt"])),
            identity=decode_hex(typed(str, said["identity"]), 32),
            leaf=_leaf(said),
            submission=None if said["envelope"] is None else parse_submission(submitted),
        )
    except (KeyError, ValueError, Refusal) as exc:
        raise unread("entry", exc) from exc


def parse_proof(value: JSON) -> tuple[bytes, Proof]:
    """The leaf of an entry, and the proof that it is in the log; to be verified.

    Raises: Unreachable.
    """
    try:
        said = typed(dict, value)
        path = tuple(decode_base64(typed(str, one)) for one in typed(list, said["inclusion"]))
        note = typed(str, said["checkpoint"]).encode()
        return _leaf(said), Proof(typed(int, said["index"]), path, note)
    except (KeyError, ValueError) as exc:
        raise unread("proof", exc) from exc


def parse_parties(value: JSON) -> dict[str, tuple[str, ...]]:
    """The names of the parties in a page of them, by id.

    Raises: Unreachable.
    """
    try:
        found = [typed(dict, one) for one in typed(list, typed(dict, value)["parties"])]
        return {
            typed(str, one["party"]): tuple(typed(str, name) for name in typed(list, one["names"]))
            for one in found
        }
    except (KeyError, ValueError) as exc:
        raise unread("list of parties", exc) from exc


def parse_line(value: JSON) -> tuple[Outcome, int]:
    """What became of one of many, and its status.

    Raises: Unreachable.
    """
    try:
        said = typed(dict, value)
        status = typed(int, said["status"])
        if "problem" in said:
            return parse_problem(said["problem"], status), status
        return parse_receipt(said["receipt"]), status
    except (KeyError, ValueError) as exc:
        raise unread("line", exc) from exc


def parse_problem(value: JSON, status: int) -> ChiptrailError:
    """The error that problem details tell of (RFC 9457).

    Of what is none of ours, 404 is NotFound and all else Unreachable.
    """
    said = value if isinstance(value, dict) else {}
    code = str(said.get("type", "")).removeprefix(_PREFIX)
    detail = str(said.get("detail") or said.get("title") or f"the answer is {status}")
    kind = _KINDS.get(code)
    if kind is None and status == HTTPStatus.NOT_FOUND:
        return NotFound("there is no such address")
    if kind is None or issubclass(kind, Conflict):
        return Unreachable(f"answers {status}: {detail}")
    if issubclass(kind, Refusal):
        pointer = said.get("pointer")
        return kind(detail, pointer if isinstance(pointer, str) else None)
    return kind(detail)


def _below(kind: type[ChiptrailError]) -> dict[str, type[ChiptrailError]]:
    found = {kind.code: kind}
    for below in kind.__subclasses__():
        found |= _below(below)
    return found


_KINDS: Mapping[str, type[ChiptrailError]] = _below(errors.ChiptrailError)


def typed(kind: type[T], value: JSON) -> T:
    """*value*, which must be of that *kind*; true is no number."""
    if type(value) is not kind:
        raise ValueError(f"got {type(value).__name__}, want {kind.__name__}")
    return value


def text_or_none(value: JSON) -> str | None:
    """*value*, a text or null."""
    return None if value is None else typed(str, value)


def _leaf(said: Mapping[str, JSON]) -> bytes:
    leaf = decode_base64(typed(str, said["leaf"]))
    if len(leaf) != LEAF_SIZE:
        raise ValueError(f"a leaf of {len(leaf)} bytes, want {LEAF_SIZE}")
    return leaf


def findings_in(value: JSON) -> tuple[Finding, ...]:
    """Those of codes that are known here; a newer ledger may know more, and acks all the same."""
    found = [typed(dict, one) for one in typed(list, value)]
    return tuple(_finding(one) for one in found if one.get("code") in _CODES)


_CODES = frozenset(map(str, Code))


def _finding(value: JSON) -> Finding:
    said = typed(dict, value)
    closed_by = said["closedBy"]
    return Finding(
        code=Code(typed(str, said["code"])),
        message=typed(str, said["message"]),
        index=typed(int, said["index"]),
        items=tuple(typed(str, one) for one in typed(list, said["items"])),
        cites=tuple(typed(int, one) for one in typed(list, said["cites"])),
        on_items=typed(bool, said["onItems"]),
        closed_by=None if closed_by is None else typed(int, closed_by),
    )


def _replaced(value: JSON) -> tuple[int, int] | None:
    if value is None:
        return None
    said = typed(dict, value)
    return typed(int, said["entry"]), typed(int, said["correction"])


def _draw(value: JSON) -> Draw:
    said = typed(dict, value)
    left = said["left"]
    return Draw(
        typed(str, said["regime"]),
        typed(str, said["number"]),
        typed(int, said["quantity"]),
        None if left is None else typed(int, left),
    )


def unread(what: str, exc: Exception) -> Unreachable:
    """That a *what* came which does not read."""
    why = f"without {exc}" if isinstance(exc, KeyError) else str(exc)
    return Unreachable(f"answers with a {what} that does not read: {why}")
