"""A deadline for a whole answer: connection, headers and body alike.

The time-outs of HTTP clients are for one step each, so whoever sends a byte now and then could hold
a reader up for ever. When the time is over the connection is shut down, whatever waits for it.

    deadline = Deadline()                            # one for each client
    with deadline.within(30.0), client.stream("GET", url, extensions=deadline.hook) as answer:
        data = answer.read()
"""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from threading import Timer
from typing import Any

import httpx


class Deadline:
    """Ends what one client, with one request at a time, waits for too long."""

    def __init__(self) -> None:
        self.hook = {"trace": self._follow}
        self._socket: socket.socket | None = None
        self._is_over = False

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Let what is done inside take so many seconds.

        Raises: httpx.ReadTimeout when they are over; also where what was cut off looks whole.
        """
        self._is_over = False
        timer = Timer(seconds, self._end)
        timer.daemon = True
        timer.start()
        try:
            yield
        except httpx.HTTPError as exc:
            if not self._is_over:
                raise
            raise httpx.ReadTimeout(f"took over {seconds:.0f} s") from exc
        finally:
            timer.cancel()
        if self._is_over:
            raise httpx.ReadTimeout(f"took over {seconds:.0f} s")

    def _follow(self, event: str, info: Mapping[str, Any]) -> None:
        """Know the connection that is used, which the client tells as it makes it."""
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            self._socket = info["return_value"].get_extra_info("socket")
            if self._is_over:
                self._end()

    def _end(self) -> None:
        self._is_over = True
        if self._socket is not None:
            with suppress(OSError):  # it is closed already
                # Of TLS too: its own would change what another thread reads from.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
