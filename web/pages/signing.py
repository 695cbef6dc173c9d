"""Signing away from this page, and documents as a partner's system has them.

GET, POST  /sign           an EPCIS document, events or statements: to the sign panel
POST       /sign/drafts    what a panel would have signed, as a file for ``chiptrail sign``
POST       /sign/signed    what was signed elsewhere: recorded, with a receipt for each

The panel itself is templates/keys/macros.html's and web/static/keys/panel.js's.
"""

from dataclasses import dataclass

from flask import Blueprint, Response, request

from ledger.service.capture import Outcome, Receipt, capture_stream
from ledger.service.tokens import Scope
from schemas import strict_json
from schemas.draft import drafts_of
from schemas.envelope import SUBMISSION_LIMIT
from schemas.errors import ChiptrailError, MalformedJson, Refusal, TooLarge
from web.access import caller, ledger, needs
from web.pages.frame import make_blueprint, page
from web.pages.lists import as_file
from web.pages.naming import reason
from web.pages.preparing import PREPARED_LIMIT, drafts_in, parse_prepared, prepare_all
from web.problems import status_of

blueprint: Blueprint = make_blueprint("signing")

DRAFT_NAME = "chiptrail-draft.json"
# With all that a browser puts around the file.
DOCUMENT_LIMIT = PREPARED_LIMIT + (1 << 20)


@dataclass(frozen=True, slots=True)
class Line:
    """What became of the line *number* of a file: a receipt, or why not."""

    number: int
    receipt: Receipt | None
    fault: str | None


@blueprint.get("/sign")
@needs(Scope.WRITE)
def ask() -> Response:
    """Where a document is given."""
    return page("keys/document.html")


@blueprint.post("/sign")
@needs(Scope.WRITE)
def document() -> Response:
    """The events or statements of a document, to be signed here."""
    try:
        drafts = drafts_of(_given(), limit=PREPARED_LIMIT)
        if not drafts:
            raise MalformedJson("there are no events in it")
        prepared = prepare_all(drafts)
    except Refusal as exc:
        return page("keys/document.html", int(status_of(exc)), fault=_told(exc))
    return page("keys/sign.html", prepared=prepared)


@blueprint.post("/sign/drafts")
@needs(Scope.WRITE)
def drafts() -> Response:
    """What a panel shows, as a file for ``chiptrail sign``."""
    request.max_content_length = request.max_form_memory_size = DOCUMENT_LIMIT
    found = drafts_in(parse_prepared(request.form.get("prepared", "")))
    answer = Response(strict_json.dump(found), content_type="application/json")
    return as_file(answer, DRAFT_NAME)


@blueprint.post("/sign/signed")
@needs(Scope.WRITE)
def take_signed() -> Response:
    """Record what ``chiptrail sign`` wrote."""
    lines = [line for line in _given().splitlines() if line.strip()]
    long = next((n for n, line in enumerate(lines, 1) if len(line) > SUBMISSION_LIMIT), None)
    if long is not None:
        raise TooLarge(f"line {long} is larger than {SUBMISSION_LIMIT >> 20} MiB")
    party = caller().party
    batches = capture_stream(ledger(), lines, actor=party, party=party, in_parallel=False)
    outcomes = [one for batch in batches for one in batch]
    told = [_line(number, one) for number, one in enumerate(outcomes, 1)]
    return page("keys/recorded.html", lines=told, refused=[one for one in told if one.fault])


def _given() -> bytes:
    """The file that was uploaded, or the text that was pasted."""
    request.max_content_length = request.max_form_memory_size = DOCUMENT_LIMIT
    file = request.files.get("file")
    data = b"" if file is None else file.read(PREPARED_LIMIT + 1)
    data = data or request.form.get("text", "").encode()
    if len(data) > PREPARED_LIMIT:
        raise TooLarge(f"the file is larger than {PREPARED_LIMIT >> 20} MiB")
    return data


def _line(number: int, outcome: Outcome) -> Line:
    if isinstance(outcome, ChiptrailError):
        return Line(number, None, _told(outcome))
    return Line(number, outcome, None)


def _told(error: ChiptrailError) -> str:
    if not isinstance(error, Refusal):
        return reason(str(error))
    said = reason(error.message)
    return f"{said} ({error.pointer})" if error.pointer else said
