"""The server under callers who do not finish: others are served all the same."""

import socket
import threading
from contextlib import ExitStack

import pytest

from web.server import BodyLimits, Server, _Channel

STALLED = 900


@pytest.fixture
def server():
    def app(environ, start_response):
        told = environ.get("CONTENT_LENGTH", ""), len(environ["wsgi.input"].read())
        start_response("200 OK", [("Content-Length", "20")])
        return [f"{told}".rjust(20).encode()]

    made = Server(app, "127.0.0.1", 0, BodyLimits(1 << 10, 1 << 20, ("/long", "text/x")))
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


# What is sent; what the application is told of its length, and how much of it there is to read.
BODIES = {
    "as long as may be": (
        ("/", "text/x"),
        [b"Content-Length: 1024", b"", b"a" * 1024],
        (1024, 1024),
    ),
    "too long": (("/", "text/x"), [b"Content-Length: 1025", b"", b""], (1025, 0)),
    "long where it may be": (
        ("/long?a=b", "text/x; charset=utf-8"),
        [b"Content-Length: 1025", b"", b"a" * 1025],
        (1025, 1025),
    ),
    "too long even there": (
        ("/long", "text/x"),
        [b"Content-Length: 1048577", b"", b""],
        (1048577, 0),
    ),
    "of another type": (("/long", "text/y"), [b"Content-Length: 1025", b"", b""], (1025, 0)),
    "too long by and by": (
        ("/", "text/x"),
        [b"Transfer-Encoding: chunked", b"", b"800", b"a" * 1100],
        (1105, 0),
    ),
    "not even invited": (
        ("/", "text/x"),
        [b"Content-Length: 1025", b"Expect: 100-continue", b"", b""],
        (1025, 0),
    ),
}


@pytest.mark.parametrize(("where", "lines", "told"), BODIES.values(), ids=BODIES)
def test_a_body_that_is_too_long_for_its_path_is_not_waited_for(server, where, lines, told):
    path, kind = where
    head = f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: {kind}\r\n".encode()
    with connect(server) as asking:
        asking.sendall(head + b"\r\n".join(lines))
        with asking.makefile("rb") as answer:
            status, *_ = [answer.readline(), *iter(answer.readline, b"\r\n")]
            said = answer.read(20).decode().strip()

    assert (b"HTTP/1.1 200 OK\r\n", str((str(told[0]), told[1]))) == (status, said)


@pytest.mark.parametrize(
    ("state", "is_asked"),
    {
        "nothing to send": ({}, False),
        "what a thread sends in one call": ({"is_sending": True, "total_outbufs_len": 9}, False),
        "what it will leave": ({"is_sending": True, "total_outbufs_len": 11}, True),
        "what it left": ({"total_outbufs_len": 9}, True),
        "closed meanwhile": (
            {"is_sending": True, "total_outbufs_len": 9, "will_close": True},
            True,
        ),
    }.values(),
)
def test_the_loop_does_not_ask_for_what_a_thread_sends(state, is_asked):
    channel = object.__new__(_Channel)
    usual = {"total_outbufs_len": 0, "will_close": False, "close_when_flushed": False}
    vars(channel).update({"sendbuf_len": 10, **usual, **state})

    assert is_asked == bool(channel.writable())
