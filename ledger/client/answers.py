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
from schemas import errors
from schemas.envelope import Envelope, envelope_from_json
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
    """Entry *index* and its *leaf* of 137 bytes; *envelope* is None where it is not for us."""

    index: int
    recorded_at: datetime
    identity: bytes
    leaf: bytes
    envelope: Envelope | None


@dataclass(frozen=True, slots=True)
class Presented:
    """One line of a check: *text* as it was given, and the *holder*, None if none is known.

    *looks* are what to look at next.
    """

    text: str
    item: str | None
    answer: str
    verdict: str
    holder: str | None
    findings: tuple[Finding, ...]
    looks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """A check: counts by verdict and answer, what was *missing*; *said* is the JSON."""

    presented: int
    verdicts: Mapping[str, int]
    answers: Mapping[str, int]
    missing: tuple[str, ...]
    lines: tuple[Presented, ...]
    said: Mapping[str, JSON]


def parse_receipt(value: JSON) -> Receipt:
    """The receipt in *value*.

    Raises: Unreachable.
    """
    try:
        said = _as(dict, value)
        return Receipt(
            index=_as(int, said["index"]),
            identity=decode_hex(_as(str, said["identity"]), 32),
            recorded_at=parse_time(_as(str, said["recordedAt"])),
            created=_as(bool, said["created"]),
            size=_as(int, said["size"]),
            findings=_findings(said["findings"]),
            why_idle=_text(said.get("withoutEffect")),
            replaces=_replaced(said.get("replaces")),
            drawn=tuple(_draw(one) for one in _as(list, said.get("draws", []))),
            said=said,
        )
    except (KeyError, ValueError) as exc:
        raise _unread("receipt", exc) from exc


def parse_recorded(value: JSON) -> Recorded:
    """The entry in *value*.

    Raises: Unreachable.
    """
    try:
        said = _as(dict, value)
        envelope = said["envelope"]
        return Recorded(
            index=_as(int, said["index"]),
            recorded_at=parse_time(_as(str, said["recordedAt"])),
            identity=decode_hex(_as(str, said["identity"]), 32),
            leaf=_leaf(said),
            envelope=None if envelope is None else envelope_from_json(envelope, "/envelope"),
        )
    except (KeyError, ValueError, Refusal) as exc:
        raise _unread("entry", exc) from exc


def parse_proof(value: JSON) -> tuple[bytes, Proof]:
    """The leaf of an entry, and the proof that it is in the log; to be verified.

    Raises: Unreachable.
    """
    try:
        said = _as(dict, value)
        path = tuple(decode_base64(_as(str, one)) for one in _as(list, said["inclusion"]))
        note = _as(str, said["checkpoint"]).encode()
        return _leaf(said), Proof(_as(int, said["index"]), path, note)
    except (KeyError, ValueError) as exc:
        raise _unread("proof", exc) from exc


def parse_checked(value: JSON) -> Checked:
    """The check in *value*.

    Raises: Unreachable.
    """
    try:
        said = _as(dict, value)
        return Checked(
            presented=_as(int, said["presented"]),
            verdicts=_counts(said["verdicts"]),
            answers=_counts(said["answers"]),
            missing=tuple(_as(str, one) for one in _as(list, said["notPresented"])),
            lines=tuple(_presented(one) for one in _as(list, said["lines"])),
            said=said,
        )
    except (KeyError, ValueError) as exc:
        raise _unread("check", exc) from exc


def parse_parties(value: JSON) -> dict[str, tuple[str, ...]]:
    """The names of the parties in a page of them, by id.

    Raises: Unreachable.
    """
    try:
        found = [_as(dict, one) for one in _as(list, _as(dict, value)["parties"])]
        return {
            _as(str, one["party"]): tuple(_as(str, name) for name in _as(list, one["names"]))
            for one in found
        }
    except (KeyError, ValueError) as exc:
        raise _unread("list of parties", exc) from exc


def parse_line(value: JSON) -> tuple[Outcome, int]:
    """What became of one of many, and its status.

    Raises: Unreachable.
    """
    try:
        said = _as(dict, value)
        status = _as(int, said["status"])
        if "problem" in said:
            return parse_problem(said["problem"], status), status
        return parse_receipt(said["receipt"]), status
    except (KeyError, ValueError) as exc:
        raise _unread("line", exc) from exc


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


def _as(kind: type[T], value: JSON) -> T:
    """*value*, which must be of that *kind*; true is no number."""
    if type(value) is not kind:
        raise ValueError(f"got {type(value).__name__}, want {kind.__name__}")
    return value


def _text(value: JSON) -> str | None:
    return None if value is None else _as(str, value)


def _leaf(said: Mapping[str, JSON]) -> bytes:
    leaf = decode_base64(_as(str, said["leaf"]))
    if len(leaf) != LEAF_SIZE:
        raise ValueError(f"a leaf of {len(leaf)} bytes, want {LEAF_SIZE}")
    return leaf


def _findings(value: JSON) -> tuple[Finding, ...]:
    """Those of codes that are known here; a newer ledger may know more, and acks all the same."""
    found = [_as(dict, one) for one in _as(list, value)]
    return tuple(_finding(one) for one in found if one.get("code") in _CODES)


_CODES = frozenset(map(str, Code))


def _finding(value: JSON) -> Finding:
    said = _as(dict, value)
    closed_by = said["closedBy"]
    return Finding(
        code=Code(_as(str, said["code"])),
        message=_as(str, said["message"]),
        index=_as(int, said["index"]),
        items=tuple(_as(str, one) for one in _as(list, said["items"])),
        cites=tuple(_as(int, one) for one in _as(list, said["cites"])),
        on_items=_as(bool, said["onItems"]),
        closed_by=None if closed_by is None else _as(int, closed_by),
    )


def _counts(value: JSON) -> dict[str, int]:
    return {name: _as(int, count) for name, count in _as(dict, value).items()}


def _presented(value: JSON) -> Presented:
    said = _as(dict, value)
    state = said["state"]
    looks = [_as(dict, one)["look"] for one in _as(list, said["look"])]
    return Presented(
        text=_as(str, said["text"]),
        item=_text(said["item"]),
        answer=_as(str, said["answer"]),
        verdict=_as(str, said["verdict"]),
        holder=None if state is None else _text(_as(dict, state)["holder"]),
        findings=_findings(said["findings"]),
        looks=tuple(look for look in looks if isinstance(look, str)),
    )


def _replaced(value: JSON) -> tuple[int, int] | None:
    if value is None:
        return None
    said = _as(dict, value)
    return _as(int, said["entry"]), _as(int, said["correction"])


def _draw(value: JSON) -> Draw:
    said = _as(dict, value)
    left = said["left"]
    return Draw(
        _as(str, said["regime"]),
        _as(str, said["number"]),
        _as(int, said["quantity"]),
        None if left is None else _as(int, left),
    )


def _unread(what: str, exc: Exception) -> Unreachable:
    why = f"without {exc}" if isinstance(exc, KeyError) else str(exc)
    return Unreachable(f"answers with a {what} that does not read: {why}")
