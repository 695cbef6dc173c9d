"""The HTTP server, with bounds on what a caller may send: waitress, or granian.

server = Server(app, "127.0.0.1", 8711, BodyLimits(1 << 20))
print(server.url)
server.run()

waitress is one process and speaks plain HTTP; what needs TLS or several processes runs under
granian, ``run_processes``, which starts the application of ``web.wsgi`` in each.
"""

import os
import signal
import socket
import time
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from wsgiref.types import WSGIApplication

import waitress  # type: ignore[import-untyped]  # it has no types
from waitress.channel import HTTPChannel  # type: ignore[import-untyped]  # as above
from waitress.parser import (  # type: ignore[import-untyped]  # it has no types
    HTTPRequestParser,
    ParsingError,
)
from waitress.utilities import (  # type: ignore[import-untyped]  # it has no types
    RequestEntityTooLarge,
)

THREADS = 32
MAX_HEADERS = 16 << 10
# More than a header may have: one that is somewhat too long is read whole and gets its answer;
# closing on unread bytes would reset the connection. A body comes in fewer turns of the loop.
RECEIVED = 64 << 10
IDLE_S = 30
# Callers who send slowly hold a connection and no thread: many of them leave room for others.
CONNECTIONS = 2000
# What is being answered when the server is stopped has so long; then its process is killed.
STOPPING_S = 30
# And what is left of an answer is sent for so long to who reads it slowly.
LEAVING_S = 10
# In the environment of a request: how many wait behind it for a thread.
QUEUED = "chiptrail.queued"

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """How many bytes a body may have: *usual*, and *long* if *stream* is its path and its type."""

    usual: int
    long: int = 0
    stream: tuple[str, str] = ("", "")

    def of(self, path: str, kind: str) -> int:
        """That of a body of *kind* for *path*."""
        return self.long if (path, kind) == self.stream else self.usual


class _Parser(HTTPRequestParser):  # type: ignore[misc]  # it has no types
    """waitress's, with a limit for each path, refusing what may be read in two ways.

    Of a body that is too long nothing is kept: the application gets the header, and refuses it in
    its own words.
    """

    adj: Any  # waitress's settings, and ours in them
    error: Any = None

    def parse_header(self, header_plus: bytes) -> None:
        """The header; Raises: ParsingError, which is answered with 400.

        Source: RFC 9112, 6.1 and 11.2: a message with both lengths may be an attempt at smuggling,
        a proxy reading it as two requests and we as one.
        """
        super().parse_header(header_plus)
        if self.chunked and "CONTENT_LENGTH" in self.headers:
            raise ParsingError("Content-Length beside Transfer-Encoding")
        kind = self.headers.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
        if (self.path, kind) == self.adj.stream:
            self.adj = self.adj.long

    def received(self, data: bytes) -> int:
        """How much of *data* belongs to this request."""
        taken: int = super().received(data)
        if isinstance(self.error, RequestEntityTooLarge):
            self.close()
            self.body_rcv = self.error = None
            self.headers["CONTENT_LENGTH"] = str(self.content_length or self.body_bytes_received)
            self.headers["CONNECTION"] = "close"  # what follows is the rest of the body
            self.expect_continue = False
        return taken


class _Channel(HTTPChannel):  # type: ignore[misc]  # it has no types
    """waitress's, which its loop leaves alone while a thread sends what fits into one call.

    A socket can always take that, so the loop would be told at once, find the thread at it, and be
    told again, through all connections each time: with 64 of them that took the thread's time.
    """

    parser_class = _Parser
    is_sending = False
    total_outbufs_len: int
    sendbuf_len: int
    will_close: bool

    def writable(self) -> bool:
        """Whether the loop is to send, or to close it."""
        is_left = self.is_sending and self.total_outbufs_len <= self.sendbuf_len
        return super().writable() and (self.will_close or not is_left)

    def write_soon(self, data: Any) -> int:  # noqa: ANN401 - bytes, or a file
        """Send *data*; what cannot be sent now is the loop's, which is told so."""
        self.is_sending = True
        try:
            taken: int = super().write_soon(data)
        finally:
            self.is_sending = False
            if self.total_outbufs_len:
                self.server.pull_trigger()
        return taken


class Server:
    """A server that listens already; ``run`` answers until ``close`` or an interrupt."""

    def __init__(self, app: WSGIApplication, host: str, port: int, limits: BodyLimits) -> None:
        """Raises: OSError when it cannot listen there."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family)

        def counted(environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
            environ[QUEUED] = len(self._server.task_dispatcher.queue)
            return app(environ, start)

        self._server = waitress.create_server(
            counted,
            sockets=[listening],
            threads=THREADS,
            max_request_header_size=MAX_HEADERS,
            recv_bytes=RECEIVED,
            max_request_body_size=limits.usual + 1,  # the first that is too many
            channel_timeout=IDLE_S,
            connection_limit=CONNECTIONS,
            asyncore_use_poll=True,  # select() takes no more than 1,024
            ident="",
        )
        self._server.channel_class = _Channel
        said = self._server.adj
        said.stream, said.long = limits.stream, copy(said)
        said.long.max_request_body_size = limits.long + 1
        where = f"[{host}]" if ":" in host else host
        self.url = f"http://{where}:{listening.getsockname()[1]}"

    def run(self) -> None:
        """Answer requests."""
        self._server.run()

    def close(self) -> None:
        """Listen no more, and wait some seconds for what is being answered.

        A thread wakes the loop by a byte to a pipe. Were the pipe closed before it, the byte would
        go to whatever file has its number by then: a database, say.
        """
        self._server.task_dispatcher.shutdown()
        self._send_rest()
        self._server.close()

    def _send_rest(self) -> None:
        """Send what is left of the answers, for some seconds; nobody new is let in."""
        server, end = self._server, time.monotonic() + LEAVING_S
        server.del_channel()
        while time.monotonic() < end:
            if not any(one.total_outbufs_len for one in [*server.active_channels.values()]):
                return
            sockets = server._map  # noqa: SLF001 - as those that its own loop goes through
            server.asyncore.loop(timeout=0.1, use_poll=True, map=sockets, count=1)


def hold_while_forking(number: signal.Signals) -> None:
    """That signal waits until a forked process has the system's handler for it, which ends it.

    A child has the handlers of its parent, which end nobody there, and Python drops what comes
    while it forks: a request to end would be lost, and the parent wait for ever.
    """
    unblock = partial(signal.pthread_sigmask, signal.SIG_UNBLOCK, {number})
    os.register_at_fork(after_in_child=partial(signal.signal, number, signal.SIG_DFL))
    os.register_at_fork(
        before=partial(signal.pthread_sigmask, signal.SIG_BLOCK, {number}),
        after_in_parent=unblock,
        after_in_child=unblock,
    )


def leave_interrupts_to_parent() -> None:
    """Ctrl-C reaches all processes of a terminal: what each forked one does the parent says."""
    block = partial(signal.pthread_sigmask, signal.SIG_BLOCK, {signal.SIGINT})
    os.register_at_fork(after_in_child=block)


def run_processes(
    host: str, port: int, *, workers: int, certificate: Path | None, key: Path | None
) -> None:
    """Serve ``web.wsgi`` in so many processes until a signal; over TLS with a *certificate*.

    Raises: ImportError, where granian is not installed.
    """
    from granian import Granian  # noqa: PLC0415 - an extra of the distribution
    from granian.constants import Interfaces, SSLProtocols  # noqa: PLC0415 - as above

    hold_while_forking(signal.SIGTERM)
    leave_interrupts_to_parent()
    Granian(
        "web.wsgi:app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,  # a body that comes slowly holds one
        backpressure=CONNECTIONS // workers,
        websockets=False,
        ssl_cert=certificate,
        ssl_key=key,
        ssl_protocol_min=SSLProtocols.tls12,
        log_enabled=False,
        respawn_failed_workers=True,
        workers_kill_timeout=STOPPING_S,
    ).serve()
