"""Witnesses by command: one is made and serves; a ledger is cosigned, or says that it is not."""

import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace

import pytest

from ledger.client import witness as client

COMMAND = [sys.executable, "-c", "from ledger.cli.main import main; main()"]


@contextmanager
def serving(folder):
    """The address of the witness in *folder*, served as a user would."""
    words = [*COMMAND, "witness", "serve", "--folder", folder, "--listen", "127.0.0.1:0"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout.readline().startswith("w.example+")
            yield process.stdout.readline().removeprefix("Listening at ").strip()
        finally:
            process.kill()


@pytest.fixture
def witness(run, ask, world, tmp_path):
    """The folder and vkey of a witness that knows the world's ledger."""
    folder = tmp_path / "witness"
    made = ask("witness", "init", "w.example", "--folder", folder)
    run("witness", "add", ask("checkpoint", "--data", world)["vkey"], "--folder", folder)
    return folder, made["vkey"]


@pytest.fixture
def bundle(run, ask, world, see, tmp_path):
    """Make a bundle of a chip and run verify on it, with the options given."""

    def bundle(*words):
        path = tmp_path / "one.chiptrail.json"
        run("bundle", see("from the fab to Japan"), "-o", path, "--data", world)
        log = ask("checkpoint", "--data", world)["vkey"]
        return run("verify", path, "--vkey", log, "--brief", *words)

    return bundle


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr(client, "PATIENCE", replace(client.PATIENCE, longest_s=0.0))


def test_a_witness_serves_and_a_ledger_is_cosigned(run, world, witness, bundle):
    folder, vkey = witness
    with serving(folder) as url:
        result = run("cosign", "--witness", vkey, url, "--data", world)
    verified = bundle("--witness", vkey)

    assert (0, 0) == (result.exit_code, verified.exit_code)
    assert "1 of 1 cosigned" in result.stdout
    assert "last seen by witnesses 0 hours ago" in verified.stdout
    assert "— w.example " in run("checkpoint", "--data", world).stdout


def test_a_witness_shows_what_it_knows(run, ask, witness):
    folder, vkey = witness
    (log,) = ask("witness", "show", "--folder", folder)["logs"]

    assert (0, None) == (log["size"], log["at"])
    assert f"{vkey}\n" == run("witness", "show", "--vkey", "--folder", folder).stdout
    assert "never" in run("witness", "show", "--folder", folder).stdout


def test_a_missed_quorum_is_bad_news_and_is_said(run, ask, world, witness):
    _, vkey = witness
    result = run("cosign", "--witness", vkey, "http://127.0.0.1:1", "--data", world)
    (said,) = ask("cosign", "--data", world)["witnesses"]

    assert (1, "unreachable") == (result.exit_code, said["standing"])
    assert "cannot be reached" in result.stdout
    assert "0 of 1 cosigned" in result.stdout


def test_a_bundle_without_enough_witnesses_says_no_more_than_that(witness, bundle):
    result = bundle("--witness", witness[1])

    assert result.stderr.endswith("cosigned by 0 of the witnesses, want 1\n")


def test_nobody_named_says_how_to_name_one(run, world):
    result = run("cosign", "--data", world)

    assert (0, True) == (result.exit_code, "--witness VKEY URL" in result.stdout)


WRONG = {
    "no vkey": (["cosign", "--witness", "w.example", "http://w.example"], 2, "--witness"),
    "no vkey of a log": (["witness", "add", "w.example"], 2, "VKEY"),
    "no witness to drop": (["cosign", "--drop", "w.example"], 1, "no witness is named w.example"),
    "a quorum of nobody": (["cosign", "--quorum", "0"], 2, "--quorum"),
    "no witness here": (["witness", "show", "--folder", "nowhere"], 3, "chiptrail witness init"),
    "a name with a blank": (["witness", "init", "a b", "--folder", "nowhere"], 1, "malformed-note"),
}


@pytest.mark.parametrize(("words", "code", "said"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_is_said(run, world, words, code, said):
    run("witness", "init", "w.example", "--folder", world / "witness")
    result = run(*words, DATA=str(world), WITNESS=str(world / "witness"))

    assert (code, True) == (result.exit_code, said in result.stderr)


@pytest.mark.parametrize("listen", ["9000", "localhost:x", ":9000", "127.0.0.1:99999"])
def test_an_address_to_listen_at_that_is_none_is_a_usage_error(run, witness, listen):
    result = run("witness", "serve", "--folder", witness[0], "--listen", listen)

    assert (2, True) == (result.exit_code, "HOST:PORT" in result.stderr)


def test_an_address_that_is_taken_cannot_be_listened_at(run, witness):
    with serving(witness[0]) as url:
        listen = url.removeprefix("http://")
        result = run("witness", "serve", "--folder", witness[0], "--listen", listen)

    assert (3, True) == (result.exit_code, "in use" in result.stderr)
