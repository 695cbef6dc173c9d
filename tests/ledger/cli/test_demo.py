"""The demo by command: built, found again, replaced when it may be."""

import json
import re
import shlex
import shutil
import subprocess
from threading import Thread

import httpx
import pytest

from web.server import Server

SMALL = ("--chips", "400", "--seed", "5")


@pytest.fixture
def home(world):
    """A demo that is there."""
    return world


def test_a_demo_says_what_to_try_next(run, shown_world, monkeypatch, tmp_path):
    monkeypatch.setattr("ledger.service.demo.world.build_demo", lambda *_: iter([shown_world]))
    shown = run("demo", "--no-serve", "--data", tmp_path / "new").stdout

    for word in ("✓ CLEAR", "▲ CHECK", "■ STOP", shown_world.vkey, "chiptrail verify", "NONE-0001"):
        assert word in shown


def test_a_demo_that_is_there_is_found_again(run, home, shown_world):
    before = (home / "checkpoint").read_bytes()
    result = run("demo", "--no-serve", "--data", home)

    assert (result.exit_code, (home / "checkpoint").read_bytes()) == (0, before)
    assert result.stdout.startswith(f"Found {shown_world.origin} in")
    assert "--fresh builds another" in " ".join(result.stdout.split())


def test_a_demo_that_is_there_is_not_that_of_another_seed(run, home):
    before = (home / "checkpoint").read_bytes()
    result = run("demo", *SMALL, "--data", home)

    assert (result.exit_code, (home / "checkpoint").read_bytes()) == (3, before)
    assert "there is a demo already; --fresh replaces it" in result.stderr


def test_a_demo_is_replaced_on_request(run, ask, home):
    before = (home / "checkpoint").read_bytes()
    answer = ask("demo", "--chips", "400", "--fresh", "--data", home)

    assert answer["entries"] > 400
    assert (home / "checkpoint").read_bytes() != before


def test_what_is_no_demo_is_never_replaced(run, tmp_path):
    (tmp_path / "mine").write_text("precious")
    result = run("demo", *SMALL, "--fresh", "--data", tmp_path)

    assert (result.exit_code, (tmp_path / "mine").read_text()) == (3, "precious")


def test_an_unfinished_demo_says_so(run, tmp_path):
    (tmp_path / "demo.json").write_text('{"chiptrailDemo":1}')
    result = run("demo", *SMALL, "--data", tmp_path)

    assert (result.exit_code, "not finished; --fresh" in result.stderr) == (3, True)


@pytest.fixture
def served(run, world, monkeypatch):
    """What a demo says that is served; it goes on answering until the test is over."""
    close, answer = Server.close, Server.run
    servers = []

    def go_on(server):
        servers.append(server)
        Thread(target=answer, args=[server], daemon=True).start()

    monkeypatch.setattr(Server, "run", go_on)
    monkeypatch.setattr(Server, "close", lambda _: None)
    yield run("demo", "--data", world, "--listen", "127.0.0.1:0").stdout
    for server in servers:
        close(server)


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_the_curl_line_of_a_served_demo_works(served, shown_world):
    (line,) = re.findall(r"^  (curl .*)$", served, re.MULTILINE)
    words = ["curl", "--noproxy", "*", "-sf", *shlex.split(line)[1:]]
    answer = subprocess.run(words, capture_output=True, check=True, timeout=30)

    assert shown_world.sights[0].item == json.loads(answer.stdout)["item"]


def test_the_logins_of_a_served_demo_work(served):
    logins = re.findall(r"^    (\S+/sign-in)  (\S+)  (\S+)$", served, re.MULTILINE)
    answers = [
        httpx.post(url, data={"name": name, "password": password}, trust_env=False)
        for url, name, password in logins
    ]

    assert [303] * 5 == [answer.status_code for answer in answers]


@pytest.mark.parametrize(
    "words",
    [
        ["--chips", "10"],
        ["--listen", "8710"],
        ["--seed", "x"],
        ["--fresh", "--database", "sqlite://"],
    ],
)
def test_a_demo_that_cannot_be_is_a_usage_error(run, tmp_path, words):
    result = run("demo", *words, "--data", tmp_path / "demo")

    assert (result.exit_code, list(tmp_path.iterdir())) == (2, [])
