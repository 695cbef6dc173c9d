"""The server under callers who do not finish: others are served all the same."""

import socket
import threading
from contextlib import ExitStack

import pytest

from web.server import Server

STALLED = 900


@pytest.fixture
def server():
    def app(environ, start_response):
        start_response("200 OK", [("Content-Length", "2")])
        return [b"ok"]

    made = Server(app, "127.0.0.1", 0, 1 << 20)
    thread = threading.Thread(target=made.run, daemon=True)
    thread.start()
    yield made
    made.close()


def connect(server):
    host, port = server.url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=10)


def test_no_thread_outlives_a_server_that_is_closed(server):
    """It would write to a descriptor that is another file's by then."""
    before = server._server.task_dispatcher.threads.copy()
    server.close()

    assert (32, set()) == (len(before), server._server.task_dispatcher.threads)


def test_stalled_bodies_leave_others_served(server):
    with ExitStack() as held:
        for _ in range(STALLED):
            stalled = held.enter_context(connect(server))
            stalled.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nhalf")
        asking = held.enter_context(connect(server))
        asking.sendall(b"GET / HTTP/1.0\r\n\r\n")

        assert asking.recv(100).startswith(b"HTTP/1.0 200")
