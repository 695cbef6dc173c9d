"""Errors over HTTP: RFC 9457 problem details, one body for every status that is not success.

{"type": "urn:chiptrail:problem:malformed-event", "title": "malformed-event", "status": 400,
 "detail": "want a time with offset", "pointer": "/eventTime"}

``type`` ends in the code of ``schemas.errors``, which docs/errors.md explains; ``pointer`` is there
where the input was JSON. What is the place's fault may pass: it comes with Retry-After.
"""

import logging
from collections.abc import Mapping
from http import HTTPStatus

from flask import Flask, Response, g
from werkzeug.exceptions import HTTPException

from schemas import errors, strict_json
from schemas.errors import ChiptrailError, Refusal
from schemas.strict_json import JSON

# The first class that an error is of.
STATUS: tuple[tuple[type[ChiptrailError], HTTPStatus], ...] = (
    (errors.Unauthenticated, HTTPStatus.UNAUTHORIZED),
    (errors.Forbidden, HTTPStatus.FORBIDDEN),
    (errors.TooMany, HTTPStatus.TOO_MANY_REQUESTS),
    (errors.WrongType, HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
    (errors.TooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (errors.NotFound, HTTPStatus.NOT_FOUND),
    (errors.Conflict, HTTPStatus.CONFLICT),
    (errors.SplitView, HTTPStatus.CONFLICT),
    (errors.ForeignParty, HTTPStatus.FORBIDDEN),
    (errors.NotRegistrar, HTTPStatus.FORBIDDEN),
    (errors.UnknownKey, HTTPStatus.FORBIDDEN),
    (errors.RevokedKey, HTTPStatus.FORBIDDEN),
    (errors.ParseError, HTTPStatus.BAD_REQUEST),
    (errors.Refusal, HTTPStatus.UNPROCESSABLE_ENTITY),
    (errors.DiskFull, HTTPStatus.INSUFFICIENT_STORAGE),
    (errors.Overloaded, HTTPStatus.SERVICE_UNAVAILABLE),
    (errors.ReadOnly, HTTPStatus.SERVICE_UNAVAILABLE),
    (errors.CannotOpen, HTTPStatus.SERVICE_UNAVAILABLE),
    (errors.IntegrityError, HTTPStatus.SERVICE_UNAVAILABLE),
)
RETRY_AFTER_S = 5
# Of Werkzeug's own refusals, before any of our code runs; of others HTTP says all there is to say.
_OURS: Mapping[int, type[ChiptrailError]] = {
    404: errors.NotFound,
    413: errors.TooLarge,
    422: errors.MalformedParameter,
}
_LOG = logging.getLogger(__name__)


def status_of(error: ChiptrailError) -> HTTPStatus:
    """The status that *error* is answered with."""
    found = (status for kind, status in STATUS if isinstance(error, kind))
    return next(found, HTTPStatus.INTERNAL_SERVER_ERROR)


def problem(error: ChiptrailError) -> dict[str, JSON]:
    """The problem details of *error*."""
    detail = error.message if isinstance(error, Refusal) else str(error)
    said = _problem(error.code, status_of(error), detail)
    if isinstance(error, Refusal) and error.pointer is not None:
        said["pointer"] = error.pointer
    return said


def _problem(code: str | None, status: int, detail: str) -> dict[str, JSON]:
    kind = "about:blank" if code is None else f"urn:chiptrail:problem:{code}"
    title = HTTPStatus(status).phrase if code is None else code
    return {"type": kind, "title": title, "status": int(status), "detail": detail}


def answer_problems(app: Flask) -> None:
    """Have *app* answer every error with problem details."""

    @app.errorhandler(ChiptrailError)
    def refuse(error: ChiptrailError) -> Response:
        response = note(error, _response(problem(error), status_of(error)))
        if isinstance(error, errors.Unauthenticated):
            response.headers["WWW-Authenticate"] = 'Bearer realm="chiptrail"'
        return response

    app.register_error_handler(HTTPException, refuse_early)

    @app.errorhandler(Exception)
    def fail(error: Exception) -> Response:
        note_fault(error)
        detail = "a fault of this server; it is in its log"
        return _response(_problem(None, 500, detail), 500)


def note_fault(error: Exception) -> None:
    """Put what nobody foresaw into the log, where the name of the request finds it."""
    _LOG.exception("request=%s", _name(), exc_info=error)


def note(error: ChiptrailError, response: Response) -> Response:
    """*response*, which tells *error*: with when to try again; the log has what is our fault."""
    if response.status_code >= 500:
        _LOG.error("status=%d code=%s request=%s", response.status_code, error.code, _name())
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    if isinstance(error, errors.TooMany | errors.Overloaded):
        response.headers["Retry-After"] = str(error.retry_after_s)
    return response


def refuse_early(error: HTTPException) -> Response:
    """What Flask refuses before any of our code runs."""
    status = error.code or 500
    detail = _said_of_parameters(error) or error.description or error.name
    ours = _OURS.get(status)
    code = None if ours is None else ours.code
    response = _response(_problem(code, status, detail), status)
    for name, value in error.get_headers():  # Allow, above all
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def _said_of_parameters(error: HTTPException) -> str | None:
    """What marshmallow found wrong with the parameters of a request, each by its name."""
    messages = getattr(error, "data", {}).get("messages", {})
    found = [
        f"{name}: {' '.join(map(str, said))}"
        for of_place in messages.values()
        for name, said in sorted(of_place.items())
    ]
    return "; ".join(found) or None


def _name() -> str:
    return str(g.get("request_id", "-"))


def _response(said: dict[str, JSON], status: int) -> Response:
    return Response(strict_json.dump(said), status, content_type="application/problem+json")
