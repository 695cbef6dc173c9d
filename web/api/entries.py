"""Entries: record signed submissions, read one back with its proof.

POST /api/v1/entries                one submission, {"entries": [...]}, or NDJSON, one a line
POST /api/v1/entries/rehearsal      what would come of them, before anybody has signed
GET  /api/v1/entries/<index>        the entry as it was signed, as far as the caller sees it
GET  /api/v1/entries/<index>/proof  its place in the log, as JSON or as C2SP tlog-proof

A submission is what ``chiptrail sign`` writes, or a bare DSSE envelope. Sending it again changes
nothing and gives the same answer with status 200 in place of 201. With ``?dry_run=true`` nothing is
recorded; what would be is answered.
"""

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import IO, cast

from flask import Response, request, stream_with_context
from marshmallow import RAISE

from ledger.advice import ACTIONS
from ledger.names import names_in
from ledger.proof import encode_proof
from ledger.service.answers import receipt_to_json
from ledger.service.capture import Outcome, Receipt, capture, capture_stream
from ledger.service.recorded import Recorded, recorded
from ledger.service.rehearsal import rehearse
from ledger.service.tokens import Scope
from schemas import strict_json
from schemas.envelope import SUBMISSION_LIMIT, split_plain, submission_to_json
from schemas.errors import ChiptrailError, MalformedJson, TooLarge
from schemas.formats import encode_base64, format_time
from schemas.strict_json import JSON
from web.access import caller, ledger, needs, reader
from web.api import shapes
from web.api.bodies import JSON_TYPE, Blueprint, body, demand_type
from web.problems import problem, status_of

MOST_AT_ONCE = 1000
NDJSON = "application/x-ndjson"
STREAM, STREAM_LIMIT = ("/api/v1/entries", NDJSON), 1 << 30
"""The path and the type of what is read as it comes; how many bytes that may have."""
TLOG_PROOF = "text/x.tlog-proof"

blueprint = Blueprint("entries", __name__, description="Record entries, and read them back.")


@blueprint.post("/entries")
@blueprint.doc(**shapes.SUBMIT)
@needs(Scope.WRITE)
@blueprint.arguments(shapes.DryRun, location="query", unknown=RAISE)
def submit(asked: Mapping[str, bool]) -> Response:
    """Record one signed submission, or many."""
    dry_run = asked["dry_run"]
    demand_type(JSON_TYPE, NDJSON)
    if request.mimetype == NDJSON:
        request.max_content_length = STREAM_LIMIT
        # Unbuffered, Werkzeug's stream would give lines byte by byte.
        lines = _lines(io.BufferedReader(cast("io.RawIOBase", request.stream)))
        return Response(stream_with_context(_answers(lines, dry_run=dry_run)), mimetype=NDJSON)
    data = body(SUBMISSION_LIMIT, JSON_TYPE)
    many, party = _several(data), caller().party
    outcomes = capture(ledger(), many or [data], actor=party, party=party, dry_run=dry_run)
    if many is not None:
        return _json({"entries": [_answer(one, dry_run=dry_run) for one in outcomes]})
    (outcome,) = outcomes
    if isinstance(outcome, ChiptrailError):
        raise outcome
    answer = _json(receipt_to_json(outcome), _status(outcome, dry_run=dry_run))
    if not dry_run:
        answer.headers["Location"] = f"/api/v1/entries/{outcome.index}"
    return answer


@blueprint.post("/entries/rehearsal")
@blueprint.doc(**shapes.REHEARSE)
@needs(Scope.WRITE)
def rehearsal() -> Response:
    """Tell what would come of submissions that are yet to be signed, and how to mend it."""
    data = body(SUBMISSION_LIMIT, JSON_TYPE)
    many, party = _several(data), caller().party
    outcomes = rehearse(ledger(), many or [data], actor=party, party=party)
    if many is None and isinstance(outcomes[0], ChiptrailError):
        raise outcomes[0]
    told = [_answer(one, dry_run=True) for one in outcomes]
    named: dict[str, JSON] = dict(names_in(strict_json.dump([*told]), ledger().registry.names))
    return _json({"entries": [*told], "remedies": _remedies(outcomes), "names": named})


@blueprint.get("/entries/<int:index>")
@blueprint.response(200, shapes.Entry)
@needs(Scope.READ)
def entry(index: int) -> Response:
    """One entry, as it was signed; for its signer as it was submitted."""
    found = recorded(ledger(), index, reader())
    said = {"envelope": None} if found.submission is None else submission_to_json(found.submission)
    return _json({**_place(found), **said})


@blueprint.get("/entries/<int:index>/proof")
@blueprint.response(200, shapes.Proof)
@needs(Scope.READ)
@blueprint.arguments(shapes.OfSize, location="query", unknown=RAISE)
def proof(asked: Mapping[str, int], index: int) -> Response:
    """Where an entry stands in the log as it is, or was at any size, for who wants to check it."""
    found = recorded(ledger(), index, reader(), asked.get("size"))
    if request.accept_mimetypes.best_match(["application/json", TLOG_PROOF]) == TLOG_PROOF:
        return Response(encode_proof(found.proof), content_type=TLOG_PROOF)
    path: list[JSON] = [encode_base64(value) for value in found.path]
    note = None if found.checkpoint is None else found.checkpoint.decode()
    root = encode_base64(found.root)
    said: dict[str, JSON] = {"size": found.size, "root": root, "inclusion": path}
    return _json({**_place(found), **said, "checkpoint": note})


# Submissions -------------------------------------------------------------------------------------


_SEVERAL = re.compile(rb'[ \t\r\n]*\{[ \t\r\n]*"entries"')


def _several(data: bytes) -> list[bytes] | None:
    """The submissions in ``{"entries": [...]}``; None where *data* is one submission."""
    if _SEVERAL.match(data) is None:
        return None
    several = split_plain(data)
    if several is None:
        value = strict_json.load_object(data, limit=SUBMISSION_LIMIT)
        entries = value["entries"]
        if len(value) != 1 or not isinstance(entries, list) or not entries:
            want = 'want {"entries": [submission, ...]} and nothing beside it'
            raise MalformedJson(want, "/entries")
        several = [strict_json.dump(one) for one in entries]
    if len(several) > MOST_AT_ONCE:
        said = f"got {len(several)} entries, limit {MOST_AT_ONCE}; send {NDJSON} for more"
        raise TooLarge(said, "/entries")
    return several


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    """The lines of *stream* that are not blank; of one that is too long no more than shows it."""
    while line := stream.readline(SUBMISSION_LIMIT + 1):
        rest = line
        while rest and not rest.endswith(b"\n"):
            rest = stream.readline(1 << 16)
        if line.strip():
            yield line


def _answers(lines: Iterable[bytes], *, dry_run: bool) -> Iterator[bytes]:
    """A line for each of *lines*, once it is durable; the last says why, if it ends early."""
    party, count = caller().party, 0
    try:
        batches = capture_stream(
            ledger(), lines, actor=party, party=party, dry_run=dry_run, in_parallel=False
        )
        for outcomes in batches:  # durable together, so told together: a write each is slow
            numbered = enumerate(outcomes, count + 1)
            told = [
                strict_json.dump({"line": line, **_answer(one, dry_run=dry_run)})
                for line, one in numbered
            ]
            count += len(told)
            yield b"".join([line + b"\n" for line in told])
    except ChiptrailError as exc:
        yield strict_json.dump({"line": count + 1, **_answer(exc)}) + b"\n"


def _answer(outcome: Outcome, *, dry_run: bool = False) -> dict[str, JSON]:
    """What became of one of many: its receipt, or why it was refused, with a status of its own."""
    if isinstance(outcome, ChiptrailError):
        return {"status": int(status_of(outcome)), "problem": dict(problem(outcome))}
    return {"status": _status(outcome, dry_run=dry_run), "receipt": receipt_to_json(outcome)}


def _remedies(outcomes: Iterable[Outcome]) -> dict[str, JSON]:
    """By its code, what mends each finding."""
    found = {one.code for told in outcomes if isinstance(told, Receipt) for one in told.findings}
    return {code.value: ACTIONS[code].remedy for code in sorted(found)}


def _status(outcome: Receipt, *, dry_run: bool) -> int:
    return int(HTTPStatus.CREATED if outcome.created and not dry_run else HTTPStatus.OK)


def _place(found: Recorded) -> dict[str, JSON]:
    return {
        "index": found.index,
        "recordedAt": format_time(found.recorded_at),
        "identity": found.identity.hex(),
        "leaf": encode_base64(found.leaf),
    }


def _json(value: JSON, status: int = HTTPStatus.OK) -> Response:
    return Response(strict_json.dump(value), status, content_type="application/json")
