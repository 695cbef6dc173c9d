"""A witness over HTTP: C2SP tlog-witness, for ``chiptrail witness serve``.

POST /add-checkpoint          200 and the cosignature; each refusal has the status of STATUS
GET  /<hex>/checkpoint        the checkpoint last cosigned; <hex> is the SHA-256 of the origin

All answers are text, those of the framework too.

Everything that decides is ``ledger.service.witness``'s, of which any number of requests may run at
once. Example::

    app = make_app(Witness.open(folder))
"""

import logging

from flask import Flask, Response, request

from ledger.service.witness import Witness
from ledger.witness import MAX_REQUEST_SIZE
from schemas.errors import (
    BadSignature,
    CannotOpen,
    ChiptrailError,
    Conflict,
    IntegrityError,
    NotFound,
    ParseError,
    ReadOnly,
    TooLarge,
    VerificationFailed,
)

# The first class that an error is of. What is the place's fault may pass: 503.
STATUS: tuple[tuple[type[ChiptrailError], int], ...] = (
    (ParseError, 400),
    (TooLarge, 400),
    (BadSignature, 403),
    (NotFound, 404),
    (Conflict, 409),
    (VerificationFailed, 422),
    (IntegrityError, 500),
    (ReadOnly, 503),
    (CannotOpen, 503),
)
_LOG = logging.getLogger(__name__)


def make_app(witness: Witness) -> Flask:
    """The application of *witness*."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_REQUEST_SIZE

    @app.post("/add-checkpoint")
    def add_checkpoint() -> Response:
        return _text(witness.add_checkpoint(request.get_data(cache=False)))

    @app.get("/<name>/checkpoint")
    def latest(name: str) -> Response:
        return _text(witness.latest(name))

    @app.errorhandler(Conflict)
    def conflict(error: Conflict) -> Response:
        return Response(f"{error.size}\n", 409, content_type="text/x.tlog.size")

    @app.errorhandler(ChiptrailError)
    def refuse(error: ChiptrailError) -> Response:
        status = next((status for kind, status in STATUS if isinstance(error, kind)), 500)
        if status < 500:
            return _text(f"{error.code}: {error}\n", status)
        # Whoever asks need not know where this is kept.
        _LOG.error("refused status=%d code=%s: %s", status, error.code, error)
        answer = _text(f"{error.code}: this witness cannot cosign now\n", status)
        answer.headers["Retry-After"] = "5"
        return answer

    @app.after_request
    def plain(answer: Response) -> Response:
        if answer.mimetype == "text/html":  # so Flask says that there is no such path or method
            answer.set_data(f"{answer.status.partition(' ')[2].lower()}\n")
            answer.content_type = "text/plain; charset=utf-8"
        return answer

    return app


def _text(said: str | bytes, status: int = 200) -> Response:
    return Response(said, status, content_type="text/plain; charset=utf-8")
