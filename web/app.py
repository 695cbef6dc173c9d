"""The ledger as a web application: the API, the public log, and whether all is well.

app = make_app(ledger)
"""

import logging
import secrets
import time

from flask import Flask, Response, g, request

from ledger.service.ledger import Ledger
from schemas import strict_json
from schemas.errors import ChiptrailError
from web import log
from web.api import add_api
from web.problems import answer_problems

BODY_LIMIT = 1 << 30
"""Bytes of a request; NDJSON is read as it comes and may be long."""
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_LOG = logging.getLogger(__name__)


def make_app(ledger: Ledger, *, public_entries: bool = False) -> Flask:
    """The application of *ledger*; *public_entries*: leaves are anybody's to read."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = BODY_LIMIT
    app.config[log.PUBLIC_ENTRIES] = public_entries
    app.extensions["chiptrail"] = ledger
    app.register_blueprint(log.blueprint)
    add_api(app)
    answer_problems(app)  # after the API, which would answer in a form of its own

    @app.before_request
    def begin() -> None:
        g.request_id, g.began = secrets.token_hex(8), time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers["X-Request-Id"] = g.request_id
        _LOG.info(
            "request=%s method=%s route=%s status=%d ms=%.1f",
            g.request_id,
            request.method,
            request.url_rule or "-",
            response.status_code,
            (time.perf_counter() - g.began) * 1000,
        )
        return response

    @app.get("/healthz")
    def health() -> Response:
        return _health(ledger)

    return app


def _health(ledger: Ledger) -> Response:
    """Whether it takes entries; if not, why."""
    try:
        with ledger.snapshot() as (_, tip):
            size = tip.head.size
        ledger.demand_writable()
        ledger.directory.demand_room()
    except ChiptrailError as exc:
        said = {"status": "read-only", "code": exc.code, "why": str(exc)}
        return Response(strict_json.dump(said), 503, content_type="application/json")
    fine = strict_json.dump({"status": "ok", "size": size})
    return Response(fine, content_type="application/json")
