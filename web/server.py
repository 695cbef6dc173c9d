"""The HTTP server: waitress, on the addresses it is told, with bounds on what a caller may send.

server = listen(app, "127.0.0.1", 8711, body_limit=1 << 20)
print(server.url)
server.run()
"""

from wsgiref.types import WSGIApplication

import waitress  # type: ignore[import-untyped]  # it has no types

THREADS = 8
MAX_HEADERS = 16 << 10
IDLE_S = 30


class Server:
    """A server that listens already; ``run`` answers until ``close`` or an interrupt."""

    def __init__(self, app: WSGIApplication, host: str, port: int, body_limit: int) -> None:
        """Raises: OSError when it cannot listen there."""
        self._server = waitress.create_server(
            app,
            host=host,
            port=port,
            threads=THREADS,
            max_request_header_size=MAX_HEADERS,
            max_request_body_size=body_limit,
            channel_timeout=IDLE_S,
            ident="",
        )
        # A name may stand for several addresses; then there is a list of them.
        several = getattr(self._server, "effective_listen", None)
        port = several[0][1] if several else self._server.effective_port
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{port}"

    def run(self) -> None:
        """Answer requests."""
        self._server.run()

    def close(self) -> None:
        """Listen no more."""
        self._server.close()
