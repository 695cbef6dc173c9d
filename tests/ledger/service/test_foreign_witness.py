"""aics-witness, written by others, cosigns our checkpoints; its client is cosigned by our witness.

It is in an environment of its own, ``build/foreign``, which ``make foreign`` makes.
"""

import base64
import json
import os
import re
import subprocess
import threading
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from ledger import note
from ledger.client.witness import Standing
from ledger.service.cosigning import cosign
from ledger.service.witness import Witness
from ledger.service.witnesses import change_policy
from ledger.witness import MAX_REQUEST_SIZE
from tests.architecture import ROOT
from tests.logs import Log
from tests.world import World
from web.server import BodyLimits, Server
from web.witness import make_app

PYTHON = ROOT / "build" / "foreign" / "bin" / "python"


@pytest.fixture(autouse=True)
def _is_there():
    reason = "there is no foreign witness to test with: make foreign"
    if not PYTHON.exists():
        # Skipped where the machine lacks it, and says so; continuous integration fails instead.
        (pytest.fail if os.environ.get("CHIPTRAIL_REQUIRE_ALL") == "1" else pytest.skip)(reason)


def tell(folder, *words):
    ran = [PYTHON, "-m", "aics_witness", *words, "--config", folder / "w.json"]
    return subprocess.run(ran, check=True, capture_output=True, text=True).stdout.strip()


@contextmanager
def serving(folder, log):
    """The vkey and the address of a foreign witness that knows *log*."""
    vkey = tell(folder, "init", "--name", "foreign.example/w")
    tell(folder, "add-log", "--origin", log.partition("+")[0], "--vkey", log)
    words = ["serve", "--config", folder / "w.json", "--listen", "127.0.0.1:0"]
    ran = [PYTHON, "-m", "aics_witness", *words]
    with subprocess.Popen(ran, stderr=subprocess.PIPE, text=True) as process:
        try:
            said = iter(process.stderr.readline, "")
            (url,) = next(filter(None, (re.findall(r"listening on (\S+)", line) for line in said)))
            yield vkey, url
        finally:
            process.kill()


def test_a_foreign_witness_cosigns_our_growing_checkpoints(tmp_path):
    world = World(tmp_path, checking=False)
    world.now = datetime.now(UTC)  # it has the clock of the machine
    with serving(tmp_path, world.ledger.vkey) as (vkey, url):
        change_policy(world.ledger, [(vkey, url)])
        for number in range(3):
            world.enroll(f"shop{number}")
            world.now = datetime.now(UTC)
            poll = cosign(world.ledger)

            assert [Standing.AGREES] == [answer.standing for answer in poll.answers], poll.answers
    held = json.loads(tell(tmp_path, "status", "--json"))["logs"][0]
    assert (world.ledger.head.size, 0) == (held["size"], held["evidence"])


CLIENT = """
import base64, json, sys
from aics_witness.feeder import WitnessClient, WitnessRejected

url, vkey, path = sys.argv[1:]
told = json.load(open(path))

def prove(old, new):
    return [base64.b64decode(line) for line in told["proofs"][f"{old} {new}"]]

with WitnessClient(url, vkey) as client:
    for signed in told["notes"]:
        try:
            print(client.submit(signed.encode(), prove).strip())
        except WitnessRejected as refused:
            print(refused)
"""


@contextmanager
def our_witness(folder, *vkeys):
    witness = Witness.found(folder, "ours.example/w")
    for vkey in vkeys:
        witness.add_log(vkey)
    server = Server(make_app(witness), "127.0.0.1", 0, BodyLimits(MAX_REQUEST_SIZE))
    threading.Thread(target=server.run, daemon=True).start()
    yield witness, server.url
    server.close()


def test_our_witness_cosigns_for_a_foreign_client(tmp_path):
    log, fork, sizes = Log(), Log(fork=2), (1, 3, 3, 300)
    proofs = {f"{a} {b}": log.proof(a, b) for a in (*sizes, 0) for b in sizes if a <= b}
    told = {
        "notes": [log.note(size).decode() for size in sizes] + [fork.note(300).decode()],
        "proofs": {k: [base64.b64encode(h).decode() for h in path] for k, path in proofs.items()},
    }
    (tmp_path / "told").write_text(json.dumps(told))
    with our_witness(tmp_path / "w", log.vkey) as (witness, url):
        ran = [PYTHON, "-c", CLIENT, url, witness.vkey, tmp_path / "told"]
        said = subprocess.run(ran, check=True, capture_output=True, text=True).stdout.splitlines()

    for size, line in zip(sizes, said, strict=False):
        cosigned = note.parse_note(note.add_signature(log.note(size), f"{line}\n"))
        assert note.cosigned_at(cosigned, witness.verifier)
    assert (5, True) == (len(said), "422" in said[4])
