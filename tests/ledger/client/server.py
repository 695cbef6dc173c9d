"""A web server on loopback that says what it is told to, honest or not."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Answer:
    """What one path is answered with: a status, headers and a body, sent as they are.

    A list of them is used up, one a request.
    """

    def __init__(self, body: bytes = b"", status: int = 200, **headers: str) -> None:
        self.body, self.status = body, status
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        self.answers: Mapping[str, Answer | bytes | list[Answer | bytes]] = {}
        self.asked: list[str] = []
        self.sent: list[bytes] = []
        self.silence: threading.Event | None = None
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that has heard enough hangs up."""


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        self.server.sent.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.do_GET()

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if self.server.silence is not None:
            self.server.silence.wait()
            return
        answer = self.server.answers.get(self.path.lstrip("/"), Answer(status=404))
        if isinstance(answer, list):
            answer = answer.pop(0)
        if isinstance(answer, bytes):
            answer = Answer(answer)
        self.send_response(answer.status)
        for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, *args: object) -> None:
        """Nobody reads it."""


@contextmanager
def serving() -> Iterator[Server]:
    """A server that runs, and is stopped."""
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        if server.silence is not None:
            server.silence.set()
        server.shutdown()
        thread.join()
        server.server_close()
