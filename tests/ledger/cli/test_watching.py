"""Watching a log by command, and what its evidence says to somebody who was not there."""

import json
from functools import partial

import pytest

from ledger.note import encode_vkey, parse_vkey
from ledger.service import watch as watch_module
from schemas import strict_json
from tests.ledger.client.server import serving
from tests.ledger.malicious import ORIGIN, VKEY, WITNESS_VKEY, Shelf, cosigned, records, signed

LONG = records(0, 40)
OTHER = [*records(0, 20), *records(20, 30, "other")]
STATE = f"ledger.example_malicious+{VKEY.split('+')[1]}.checkpoint"


@pytest.fixture
def publish(tmp_path):
    """Publish a history in one folder, whatever was there."""

    def publish(history, **more):
        for path, data in Shelf(history, **more).files.items():
            (tmp_path / "log" / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "log" / path).write_bytes(data)
        return tmp_path / "log"

    return publish


@pytest.fixture
def watch(run, publish, tmp_path, monkeypatch):
    """Publish a history and watch it."""
    monkeypatch.chdir(tmp_path)

    def watch(history, *words, **more):
        return run("watch", publish(history, **more), "--vkey", VKEY, *words)

    return watch


@pytest.fixture
def evidence(watch, tmp_path):
    """The evidence that a watcher left of a fork."""
    watch(LONG)
    watch(OTHER)
    (path,) = tmp_path.glob("*.evidence.json")
    return path


def test_a_log_that_goes_on_is_said_in_a_line(watch, tmp_path):
    said = [watch(LONG[:size]) for size in (30, 30, 40)]

    assert [0, 0, 0] == [one.exit_code for one in said]
    assert (tmp_path / STATE).read_bytes() == signed(LONG)
    assert [
        f"{ORIGIN}: first look, 30 entries; the head is kept in {STATE}.\n",
        f"{ORIGIN}: unchanged, 30 entries.\n",
        f"{ORIGIN}: grown from 30 to 40 entries, and goes on from what it was.\n",
    ] == [one.stdout for one in said]


def test_a_fork_is_bad_news_and_names_its_evidence(watch, tmp_path):
    watch(LONG)
    result = watch(OTHER)

    (path,) = tmp_path.glob("*.evidence.json")
    assert (1, True) == (result.exit_code, "FORK" in result.stdout)
    assert f"both heads are kept in {path.name}." in result.stdout


def test_an_old_copy_is_bad_news_and_no_fork(watch, tmp_path):
    watch(LONG)
    result = watch(LONG[:30])

    assert (1, []) == (result.exit_code, list(tmp_path.glob("*.evidence.json")))
    assert "ROLLED BACK: it shows 30 entries, and had shown 40; they are the beg" in result.stdout


def test_an_old_copy_without_the_tiles_that_were_is_said_to_be_unclear(watch, verified, tmp_path):
    watch(LONG)
    (tmp_path / "log/tile/0/000.p/40").unlink()
    result = watch(LONG[:30], "--json")

    said = json.loads(result.stdout)
    assert (1, "rolled-back", None) == (result.exit_code, said["answer"], said["sameHistory"])
    result = verified(tmp_path / said["evidence"])
    assert (1, True) == (result.exit_code, "no fork is proved" in result.stdout)


def test_what_cannot_be_read_is_the_third_exit_code(watch, run, tmp_path):
    result = run("watch", tmp_path / "nothing", "--vkey", VKEY)

    assert (3, "") == (result.exit_code, result.stdout)
    assert "unreachable: " in result.stderr


@pytest.mark.parametrize(
    "words", [["--vkey", "x"], ["--vkey", VKEY, "--quorum", "1"], ["--vkey", VKEY, "--follow", "0"]]
)
def test_what_was_not_understood_is_no_word_of_the_log(run, publish, words):
    assert 2 == run("watch", publish(LONG), *words).exit_code


def test_a_state_file_of_another_log_is_left_alone(watch, tmp_path):
    (tmp_path / "mine").write_text("damaged")
    result = watch(LONG, "--state", "mine")

    assert (3, "damaged") == (result.exit_code, (tmp_path / "mine").read_text())
    assert "name another --state" in result.stderr


def test_entries_are_counted(watch):
    said = watch(LONG, "--entries", entries=True).stdout

    assert said.endswith("; 40 new entries checked.\n")


def test_the_json_answer_has_both_heads(watch):
    watch(LONG[:30])
    said = json.loads(watch(LONG, "--json").stdout)

    assert ("grown", ORIGIN, 40, 30) == (
        said["answer"],
        said["origin"],
        said["seen"]["size"],
        said["kept"]["size"],
    )


def test_a_log_is_watched_by_its_address(run, tmp_path):
    with serving() as server:
        server.answers = Shelf(LONG).files
        result = run("watch", server.url, "--vkey", VKEY, "--state", tmp_path / "head")

    assert (0, signed(LONG)) == (result.exit_code, (tmp_path / "head").read_bytes())


def test_following_says_what_cannot_be_read_and_ends_with_the_first_bad_news(
    run, publish, tmp_path, monkeypatch
):
    log = publish(LONG)
    turns = iter([(log / "checkpoint").unlink, lambda: publish(OTHER)])
    patient = partial(watch_module.follow, sleep=lambda _: next(turns)())
    monkeypatch.setattr(watch_module, "follow", patient)
    result = run("watch", log, "--vkey", VKEY, "--state", tmp_path / "head", "--follow", 9)

    said = [line.split()[1] for line in result.stdout.splitlines()]
    assert (1, ["first", "FORK:"]) == (result.exit_code, said)
    assert "unreachable: " in result.stderr


# Evidence ----------------------------------------------------------------------------------------


@pytest.fixture
def verified(run):
    """What `verify` says of a file."""

    def verified(path, *words):
        return run("verify", path, "--vkey", VKEY, *words)

    return verified


def test_evidence_says_what_it_proves_and_against_whom(verified, evidence):
    result = verified(evidence)

    assert (0, "The evidence verifies.") == (result.exit_code, result.stdout.splitlines()[0])
    said = " ".join(result.stdout.split())
    assert (
        f"The key of the log {ORIGIN} signed one history of 40 entries, and another of 50" in said
    )
    assert "Proved against whoever holds that key" in said


def test_evidence_answers_programs(ask, evidence):
    said = ask("verify", evidence, "--vkey", VKEY)

    assert (True, [40, 50]) == (said["proven"], [head["size"] for head in said["heads"]])


def test_changed_evidence_is_refused_by_the_number_of_the_step(verified, evidence):
    value = strict_json.load_object(evidence.read_bytes())
    evidence.write_bytes(strict_json.dump({**value, "root": "A" * 43 + "="}))
    result = verified(evidence)

    assert (1, "") == (result.exit_code, result.stdout)
    assert "verification-failed: step 4" in result.stderr


def test_evidence_against_another_log_is_refused(run, evidence):
    other = encode_vkey("other.example", parse_vkey(VKEY).key)

    assert 1 == run("verify", evidence, "--vkey", other).exit_code


def test_a_witness_that_cosigned_both_is_named(verified, evidence):
    value = strict_json.load_object(evidence.read_bytes())
    value["checkpoints"] = [cosigned(history).decode() for history in (LONG, OTHER)]
    evidence.write_bytes(strict_json.dump(value))
    result = verified(evidence, "--witness", WITNESS_VKEY)

    assert "Proved against the witness witness.example too: it cosigned both." in result.stdout
