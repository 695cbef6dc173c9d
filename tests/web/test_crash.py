"""The server under load, and killed: what it acked is there when it starts again."""

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest

from ledger.client.api import open_api
from ledger.client.patience import Patience
from ledger.service.tokens import Scope, issue
from schemas.envelope import encode_submission
from schemas.errors import ChiptrailError
from schemas.statement import Role
from tests.web.serving import served
from tests.world import CHIPS, World, party

COMMAND = [sys.executable, "-c", "from ledger.cli.main import main; main()"]
CLIENTS, ACKED = 4, 60


@pytest.fixture
def world(tmp_path, url, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "*")
    made = World(tmp_path, url=url, checking=False)
    made.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    return made


@pytest.fixture
def token(world):
    return issue(world.ledger, party("fab"), "test", {*Scope}, timedelta(days=3650))[1]


def submissions(world, start, count):
    made = [
        world.submission(
            "fab",
            "ObjectEvent",
            {"epcList": [f"{CHIPS}{n}"]},
            action="ADD",
            bizStep="commissioning",
        )
        for n in range(start, start + count)
    ]
    return [*map(encode_submission, made)]


@contextmanager
def process(world):
    """A server as a user starts it, and its address; it is killed in the end."""
    words = [*COMMAND, "--json", "serve", "--listen", "127.0.0.1:0", "--rate-limit", "0"]
    words += ["--data", str(world.directory.path)]
    words += [] if world.url is None else ["--database", world.url]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as running:
        try:
            yield running, running.stdout.readline().split('"url":"')[1].split('"')[0]
        finally:
            running.kill()


def test_killed_under_load_it_loses_nothing_that_it_acked(world, token):
    """Clients push until the server is dead; then everything that had a receipt is looked up."""
    given = [submissions(world, 1000 * client, 200) for client in range(CLIENTS)]
    acked: dict[bytes, int] = {}

    def push(lines, url, running):
        with open_api(url, token, patience=Patience(1)) as api:
            for line in lines:
                try:
                    acked[line] = api.capture(line).index
                except ChiptrailError:
                    return
                if len(acked) == ACKED:
                    running.send_signal(signal.SIGKILL)

    with process(world) as (running, url), ThreadPoolExecutor(CLIENTS) as pool:
        [*pool.map(lambda lines: push(lines, url, running), given)]
        assert -signal.SIGKILL == running.wait(10)
    with served(world.ledger) as url, open_api(url, token) as api:
        again = {line: api.capture(line, dry_run=True) for line in acked}

    assert len(acked) >= ACKED
    assert acked == {line: receipt.index for line, receipt in again.items()}
    assert not any(receipt.created for receipt in again.values())
    world.check()


def test_one_submission_from_many_threads_has_one_place(world, token):
    (line,) = submissions(world, 0, 1)
    with served(world.ledger) as url, ThreadPoolExecutor(32) as pool:

        def push(_):
            with open_api(url, token) as api:
                return api.capture(line)

        receipts = [*pool.map(push, range(32))]

    assert 1 == len({receipt.index for receipt in receipts})
    assert 1 == sum(receipt.created for receipt in receipts)
    world.check()
