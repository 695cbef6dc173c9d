"""A ledger served over real HTTP, on loopback, by the server that ``chiptrail serve`` runs.

with served(world.ledger) as url:
    httpx.get(f"{url}/healthz")
"""

import copy
import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from ledger.service.ledger import Ledger
from web.app import BODY_LIMITS, make_routes, serve
from web.server import Server
from web.settings import WebSettings

_routes = functools.cache(make_routes)  # they take longer to make than most tests to run


def app_of(ledger: Ledger) -> Flask:
    """The application of *ledger*; what does not depend on it, all of this process share."""
    app = copy.copy(_routes())
    app.config, app.extensions = copy.copy(app.config), copy.copy(app.extensions)
    serve(app, ledger, WebSettings())
    return app


@contextmanager
def served(ledger: Ledger) -> Iterator[str]:
    """The address of *ledger* while it is served."""
    server = Server(app_of(ledger), "127.0.0.1", 0, BODY_LIMITS)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield server.url
    finally:
        server.close()
