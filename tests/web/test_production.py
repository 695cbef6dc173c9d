"""Several processes behind one port, over TLS, as ``chiptrail serve`` starts them with granian."""

import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from ledger.service.ledger import Ledger
from ledger.service.tokens import Scope, issue
from ledger.store.files import DataDirectory
from schemas.statement import Role
from tests.world import CHIPS, World, party
from web.server import STOPPING_S

COMMAND = [sys.executable, "-c", "from ledger.cli.main import main; main()"]


@pytest.fixture
def certificate(tmp_path):
    """A certificate for 127.0.0.1 that signs itself, and its key."""
    if shutil.which("openssl") is None:
        (pytest.fail if os.environ.get("CHIPTRAIL_REQUIRE_ALL") == "1" else pytest.skip)(
            "needs openssl"
        )
    files = tmp_path / "cert.pem", tmp_path / "key.pem"
    words = "req -x509 -nodes -days 2 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1".split()
    words += ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    words += ["-out", str(files[0]), "-keyout", str(files[1])]
    subprocess.run(["openssl", *words], check=True, capture_output=True, timeout=30)
    return files


@pytest.fixture
def folder(tmp_path):
    """The folder of a ledger with a maker."""
    world = World(tmp_path, checking=False)
    world.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    return world.directory.path


@contextmanager
def two_processes(folder, *words):
    """Two that serve, their parent and ``127.0.0.1:port``; asked to end, or else killed."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        listen = f"127.0.0.1:{free.getsockname()[1]}"
    words = [*COMMAND, "serve", "--workers", "2", "--listen", listen, "--data", folder, *words]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as running:
        try:
            assert f"answers at http{'s' * ('--tls-cert' in words)}://{listen}" in (
                running.stdout.readline()
            )
            yield running, listen
            running.terminate()
            running.wait(STOPPING_S + 30)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)


@pytest.fixture
def alone(folder):
    """A server of one process, its address, and a token for it."""
    ledger = Ledger.open(DataDirectory(folder))
    _, token = issue(ledger, party("fab"), "test", {Scope.READ, Scope.WRITE}, timedelta(days=9))
    ledger.database.dispose()
    words = [*COMMAND, "serve", "--listen", "127.0.0.1:0", "--data", folder, "--json"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as running:
        try:
            yield running, json.loads(running.stdout.readline())["url"], token
        finally:
            running.kill()


def test_what_is_being_answered_is_answered_when_the_server_is_asked_to_end(alone, folder):
    running, url, token = alone
    address = httpx.URL(url)
    with socket.create_connection((address.host, address.port), timeout=30) as caller:
        with DataDirectory(folder).locked():  # so that it is not recorded before
            caller.sendall(request("POST", "/api/v1/entries", token, b"{}"))
            assert serves(address.netloc.decode()) == 200  # which came after it
            running.terminate()
        assert caller.recv(1000).startswith(b"HTTP/1.1 400")

    assert 0 == running.wait(30)


def test_a_long_answer_is_sent_to_its_end_when_the_server_is_asked_to_end(alone):
    running, url, token = alone
    address = httpx.URL(url)
    serials = json.dumps({"serials": [f"{CHIPS}{number}" for number in range(10_000)]}).encode()
    with socket.socket() as caller:
        caller.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        caller.settimeout(30)
        caller.connect((address.host, address.port))
        caller.sendall(request("POST", "/api/v1/check", token, serials))
        found = caller.recv(1)
        running.terminate()
        while more := caller.recv(1 << 16):
            found += more
    head, _, body = found.partition(b"\r\n\r\n")

    assert f"content-length: {len(body)}\r\n".encode() in head.lower() + b"\r\n"
    assert 0 == running.wait(30)


def request(method, path, token, data=b""):
    """As it goes over the wire."""
    return (
        f"{method} {path} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
    ).encode() + data


@pytest.fixture
def address(folder, certificate):
    """Where two processes answer over TLS."""
    cert, key = certificate
    with two_processes(folder, "--tls-cert", cert, "--tls-key", key) as (_, listen):
        yield listen


def client(address, verify, retries=0):
    """*retries*: until somebody listens."""
    transport = httpx.HTTPTransport(verify=verify, retries=retries)
    return httpx.Client(base_url=f"https://{address}", transport=transport, timeout=30)


def test_processes_answer_over_tls_and_not_without(address, certificate):
    context = ssl.create_default_context(cafile=str(certificate[0]))
    with client(address, context, retries=8) as trusting:
        checkpoints = {trusting.get("/log/checkpoint").text for _ in range(8)}
        health = trusting.get("/healthz")

    assert (200, 1) == (health.status_code, len(checkpoints))
    with client(address, ssl.create_default_context()) as wary, pytest.raises(httpx.ConnectError):
        wary.get("/healthz")
    with pytest.raises(httpx.HTTPError):
        httpx.get(f"http://{address}/healthz", timeout=5, trust_env=False)


def test_processes_that_are_stopped_while_they_start_end(folder):
    """They are forked with their parent's handlers, which end nobody there."""
    with two_processes(folder) as (running, _):
        workers_of(running)
        running.terminate()
        assert 0 == running.wait(STOPPING_S - 10)  # of their own, not because they are killed then


def workers_of(running):
    children = Path(f"/proc/{running.pid}/task/{running.pid}/children")
    while len(pids := children.read_text().split()) < 2:
        time.sleep(0.01)
    return [int(pid) for pid in pids]


def serves(listen):
    with suppress(httpx.HTTPError):
        return httpx.get(f"http://{listen}/healthz", timeout=5, trust_env=False).status_code
    return None


def within(seconds, happens):
    """Whether it *happens* before so many have gone by."""
    end = time.monotonic() + seconds
    while not (done := happens()) and time.monotonic() < end:
        time.sleep(0.05)
    return done


def test_processes_end_with_their_parent_that_is_killed(folder):
    with two_processes(folder) as (running, listen):
        assert within(30, lambda: serves(listen) == 200)
        running.kill()
        running.wait()

        assert within(10, lambda: serves(listen) is None)


def test_an_interrupt_is_for_the_parent_alone(folder):
    """Ctrl-C reaches all: a process that dealt with it itself was deaf to its parent for 30 s."""
    with two_processes(folder) as (running, listen):
        assert within(30, lambda: serves(listen) == 200)
        pids = workers_of(running)
        for pid in pids:
            os.kill(pid, signal.SIGINT)
        assert not within(0.5, lambda: workers_of(running) != pids)
        assert 200 == serves(listen)

        os.killpg(running.pid, signal.SIGINT)
        assert 0 == running.wait(STOPPING_S - 10)


def test_a_request_to_end_that_comes_while_a_process_is_forked_ends_it():
    script = """
import os, signal
from web.server import hold_while_forking
signal.signal(signal.SIGTERM, lambda *_: None)
os.register_at_fork(after_in_child=lambda: os.kill(os.getpid(), signal.SIGTERM))
hold_while_forking(signal.SIGTERM)
child = os.fork()
if not child:
    os._exit(0)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
os.kill(os.getpid(), signal.SIGTERM)  # its own handler, as before
"""
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )

    assert f"{-signal.SIGTERM}" == ran.stdout.strip()
