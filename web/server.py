"""The HTTP server: waitress, at the address it is told, with bounds on what a caller may send.

server = Server(app, "127.0.0.1", 8711, body_limit=1 << 20)
print(server.url)
server.run()
"""

import socket
from wsgiref.types import WSGIApplication

import waitress  # type: ignore[import-untyped]  # it has no types

THREADS = 8
MAX_HEADERS = 16 << 10
IDLE_S = 30
# Callers who send slowly hold a connection and no thread: many of them leave room for others.
CONNECTIONS = 2000


class Server:
    """A server that listens already; ``run`` answers until ``close`` or an interrupt."""

    def __init__(self, app: WSGIApplication, host: str, port: int, body_limit: int) -> None:
        """Raises: OSError when it cannot listen there."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family)
        self._server = waitress.create_server(
            app,
            sockets=[listening],
            threads=THREADS,
            max_request_header_size=MAX_HEADERS,
            max_request_body_size=body_limit,
            channel_timeout=IDLE_S,
            connection_limit=CONNECTIONS,
            asyncore_use_poll=True,  # select() takes no more than 1,024
            ident="",
        )
        where = f"[{host}]" if ":" in host else host
        self.url = f"http://{where}:{listening.getsockname()[1]}"

    def run(self) -> None:
        """Answer requests."""
        self._server.run()

    def close(self) -> None:
        """Listen no more."""
        self._server.close()
