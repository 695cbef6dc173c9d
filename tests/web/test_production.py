"""Several processes behind one port, over TLS, as ``chiptrail serve`` starts them with granian."""

import os
import shutil
import socket
import ssl
import subprocess
import sys

import httpx
import pytest

from schemas.statement import Role
from tests.world import CHIPS, World

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
def address(tmp_path, certificate):
    """Two processes that answer at ``127.0.0.1:port``; they end with the test."""
    world = World(tmp_path, checking=False)
    world.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    with socket.create_server(("127.0.0.1", 0)) as free:
        listen = f"127.0.0.1:{free.getsockname()[1]}"
    cert, key = map(str, certificate)
    words = ["serve", "--workers", "2", "--listen", listen, "--tls-cert", cert, "--tls-key", key]
    words += ["--data", str(world.directory.path)]
    with subprocess.Popen([*COMMAND, *words], stdout=subprocess.PIPE, text=True) as running:
        try:
            assert f"answers at https://{listen}" in running.stdout.readline()
            yield listen
        finally:
            running.terminate()
            running.wait(30)


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
