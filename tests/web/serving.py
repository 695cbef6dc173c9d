"""A ledger served over real HTTP, on loopback, by the server that ``chiptrail serve`` runs.

with served(world.ledger) as url:
    httpx.get(f"{url}/healthz")
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ledger.service.ledger import Ledger
from web.app import BODY_LIMITS, make_app
from web.server import Server


@contextmanager
def served(ledger: Ledger) -> Iterator[str]:
    """The address of *ledger* while it is served."""
    server = Server(make_app(ledger), "127.0.0.1", 0, BODY_LIMITS)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield server.url
    finally:
        server.close()
