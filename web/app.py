"""The ledger as a web application: the API, the public log, and whether all is well.

app = make_app(ledger)
"""

import logging
import secrets
import time

from flask import Flask, Response, g, request
from werkzeug.middleware.proxy_fix import ProxyFix

from ledger.service.ledger import Ledger
from schemas import strict_json
from schemas.errors import ChiptrailError, Overloaded, TooLarge, WrongType
from web import access, docs, log, metrics
from web.addresses import take_escaped_slashes
from web.api import add_api
from web.api.bodies import Blueprint
from web.api.description import demand_known_parameters
from web.api.entries import STREAM, STREAM_LIMIT
from web.api.log_shapes import Health, ReadOnly
from web.limits import Limit, Limits, limits
from web.metrics import Metrics
from web.pages import add_pages
from web.pages.signing import DOCUMENT_LIMIT
from web.problems import answer_problems
from web.server import QUEUED, BodyLimits
from web.settings import WebSettings

BODY_LIMITS = BodyLimits(DOCUMENT_LIMIT, STREAM_LIMIT, STREAM)
"""Of a request: as much as the path that takes most; NDJSON is read as it comes and may be long."""
MOST_QUEUED = 500
"""Requests that wait for a thread; with more, they are turned away at once until it is fewer."""
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_LOG = logging.getLogger(__name__)

blueprint = Blueprint("health", __name__, description="Whether all is well.")


def make_app(ledger: Ledger, settings: WebSettings | None = None) -> Flask:
    """The application of *ledger*."""
    settings = settings or WebSettings()
    app = make_routes()
    serve(app, ledger, settings)
    if settings.proxies:
        count = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, count, count, count)  # type: ignore[method-assign]  # as Flask says
    return app


def make_routes() -> Flask:
    """An application that answers once it is told of what: ``serve``."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = BODY_LIMITS.usual
    app.register_blueprint(docs.blueprint)
    add_api(app, log.blueprint, metrics.blueprint, blueprint)
    add_pages(app)
    answer_problems(app)  # after the API, which would answer in a form of its own
    _attend(app)
    return app


def serve(app: Flask, ledger: Ledger, settings: WebSettings) -> None:
    """Have *app* answer of *ledger* from now on, and count from nothing."""
    app.config[log.PUBLIC_ENTRIES] = settings.public_entries
    app.extensions["chiptrail"] = ledger
    app.extensions["chiptrail-limits"] = Limits(settings.requests_a_minute or None)
    app.extensions["chiptrail-metrics"] = Metrics(ledger)


def _attend(app: Flask) -> None:
    """Around every request: a name for it, limits, headers, a line in the log."""

    @app.before_request
    def begin() -> None:
        g.request_id, g.began = secrets.token_hex(8), time.perf_counter()
        limits().count(Limit.ADDRESS, request.remote_addr or "-")
        encoding = request.headers.get("Content-Encoding", "identity")
        if encoding != "identity":
            raise WrongType(f"got a body encoded as {encoding}; send it as it is")
        if request.environ.get(QUEUED, 0) > MOST_QUEUED:
            raise Overloaded("more requests wait than can be answered soon; send it again")
        take_escaped_slashes()
        limit = BODY_LIMITS.of(request.path, request.mimetype)
        if (request.content_length or 0) > limit:
            raise TooLarge(f"the request is larger than {limit >> 20} MiB")
        demand_known_parameters()

    @app.after_request
    def end(response: Response) -> Response:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers["X-Request-Id"] = g.request_id
        metrics.metrics().answered(response)
        _LOG.info(
            "request=%s method=%s route=%s status=%d ms=%.1f",
            g.request_id,
            request.method,
            request.url_rule or "-",
            response.status_code,
            (time.perf_counter() - g.began) * 1000,
        )
        return response


@blueprint.get("/healthz")
@blueprint.response(200, Health)
@blueprint.alt_response(503, schema=ReadOnly)
def health() -> Response:
    """Whether the ledger takes entries; if not, why."""
    ledger = access.ledger()
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
