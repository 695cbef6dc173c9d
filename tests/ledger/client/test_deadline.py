"""An answer has so long in all, wherever it sticks: before, amid or after its headers."""

import socket
import threading
from contextlib import contextmanager

import httpx
import pytest

from ledger.client.deadline import Deadline

WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
# Each is where an answer sticks; the last has no length, so that its end cannot be told from a cut.
STUCK = {
    "before it begins": b"",
    "amid its headers": b"HTTP/1.1 200 OK\r\nX: ",
    "amid its body": WHOLE[:-1],
    "in a body without a length": b"HTTP/1.1 200 OK\r\n\r\nok",
}


@contextmanager
def saying(*answers):
    """The address of one who answers requests on one connection in turn, and hangs on."""
    listening = socket.create_server(("127.0.0.1", 0))

    def answer():
        with listening.accept()[0] as connection:
            for said in answers:
                connection.recv(1 << 16)
                connection.sendall(said)
            connection.recv(1)

    thread = threading.Thread(target=answer)
    thread.start()
    with listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        thread.join()


def get(client, deadline, url, seconds=20.0):
    with deadline.within(seconds), client.stream("GET", url, extensions=deadline.hook) as answer:
        return answer.read()


@pytest.mark.parametrize("said", STUCK.values(), ids=STUCK)
def test_an_answer_that_sticks_is_cut_off(said):
    cut = pytest.raises(httpx.ReadTimeout, match="took over 0 s")
    with saying(said) as url, httpx.Client(trust_env=False, timeout=20) as client, cut:
        get(client, Deadline(), url, seconds=0.05)


def test_so_is_the_second_on_a_connection():
    deadline = Deadline()
    with saying(WHOLE, b"") as url, httpx.Client(trust_env=False, timeout=20) as client:
        assert get(client, deadline, url) == b"ok"
        with pytest.raises(httpx.ReadTimeout, match="took over 0 s"):
            get(client, deadline, url, seconds=0.05)
