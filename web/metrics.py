"""Counters for whoever runs the server, as Prometheus reads them: GET /metrics.

Of one process, and of no party: routes, statuses and times, never what was asked for. It takes a
token of the operator.
"""

from time import perf_counter
from typing import TYPE_CHECKING, cast

from flask import Response, current_app, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)

from ledger.service.tokens import Scope
from schemas.errors import Forbidden
from web.access import caller, needs
from web.api.bodies import Blueprint
from web.api.log_shapes import answered

if TYPE_CHECKING:
    from ledger.service.ledger import Ledger

blueprint = Blueprint("metrics", __name__, description="For whoever runs the server.")
_TIMES_S = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The counters of one application."""

    def __init__(self, served: "Ledger") -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "chiptrail_requests",
            "Requests answered.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "chiptrail_request_seconds",
            "Time until the answer began.",
            ["route"],
            buckets=_TIMES_S,
            registry=self.registry,
        )
        for name, said, value in (
            ("tree_size", "Entries in the newest signed tree.", lambda: served.head.size),
            ("read_only", "1 while nothing may be written.", lambda: served.stopped is not None),
            ("waiting", "Captures that wait for the next commit.", lambda: served.group.waiting),
        ):
            gauge = Gauge(f"chiptrail_{name}", said, registry=self.registry)
            gauge.set_function(value)

    def answered(self, response: Response) -> None:
        """Count the request that *response* answers."""
        route = str(request.url_rule or "-")
        self._requests.labels(request.method, route, response.status_code).inc()
        self._seconds.labels(route).observe(perf_counter() - g.began)


def metrics() -> Metrics:
    """The counters of the application."""
    return cast("Metrics", current_app.extensions["chiptrail-metrics"])


@blueprint.get("/metrics")
@blueprint.doc(**answered("text/plain"))
@needs(Scope.READ)
def exposition() -> Response:
    """The counters as text."""
    if not caller().is_operator:
        raise Forbidden("this takes a token of the operator")
    return Response(generate_latest(metrics().registry), content_type=CONTENT_TYPE_LATEST)
