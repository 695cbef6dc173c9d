"""Bundles, checkpoints, the public log and the audit by command."""

import json
from hashlib import sha256

import pytest

from ledger.store.files import DataDirectory
from tests.ledger.service.tampering import tamper


@pytest.fixture
def proof(run, see, shown_world, tmp_path):
    """The bundle of a clear chip and the verifier key."""
    path = tmp_path / "proof.chiptrail.json"
    item = see("from the fab to Japan")
    assert run("bundle", item, "-o", path, "--data", shown_world.folder).exit_code == 0
    return path, shown_world.vkey


def test_a_proof_verifies_where_nobody_knows_the_ledger(run, proof, tmp_path):
    path, vkey = proof
    result = run("verify", path, "--vkey", vkey, DATA=str(tmp_path / "nothing"))

    assert (result.exit_code, result.stdout.splitlines()[0]) == (0, "The bundle verifies.")
    for heading in ("Proved, whoever runs the ledger", "On somebody's word", "Not known from this"):
        assert heading in result.stdout


def test_a_proof_tells_the_same_story(run, ask, proof, see, shown_world):
    path, vkey = proof
    story = ask("chip", see("from the fab to Japan"), "--data", shown_world.folder)[0]
    told = ask("verify", path, "--vkey", vkey)["subjects"][0]

    assert told["steps"] == [step["index"] for step in story["steps"]]
    assert (told["verdict"], told["state"]) == (story["verdict"], story["state"])


def test_the_browsers_verifier_is_one_file(ask, tmp_path):
    path = tmp_path / "verify.html"
    told = ask("verifier", "-o", path)

    assert (path.stat().st_size, sha256(path.read_bytes()).hexdigest()) == (
        told["bytes"],
        told["sha256"],
    )


def test_a_changed_proof_is_refused_by_the_number_of_the_step(run, proof, tmp_path):
    path, vkey = proof
    value = json.loads(path.read_text())
    value["entries"][3]["recordedAt"] = "2026-01-01T00:00:00.000Z"
    path.write_text(json.dumps(value))
    result = run("verify", path, "--vkey", vkey)

    assert (result.exit_code, result.stdout) == (1, "")
    assert "verification-failed: step 6, entry 3: " in result.stderr


def test_another_logs_key_verifies_nothing(run, proof, ask, tmp_path):
    path, _ = proof
    run("init", "other.example", "--data", tmp_path / "other", "--unencrypted")
    other = ask("checkpoint", "--data", tmp_path / "other")["vkey"]
    result = run("verify", path, "--vkey", other)

    assert (result.exit_code, "verification-failed: step 2" in result.stderr) == (1, True)
    assert "the key given is of other.example" in result.stderr


def test_a_witness_that_did_not_sign_is_missed(run, proof, ask, tmp_path):
    path, vkey = proof
    run("init", "witness.example", "--data", tmp_path / "other", "--unencrypted")
    witness = ask("checkpoint", "--data", tmp_path / "other")["vkey"]
    result = run("verify", path, "--vkey", vkey, "--witness", witness)

    assert (result.exit_code, "verification-failed" in result.stderr) == (1, True)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--vkey", "nonsense"], 2),
        (["--vkey", "V", "--quorum", "1"], 2),
        (["--vkey", "V", "--party-key", "acme"], 1),
        ([], 2),
    ],
)
def test_verify_says_what_is_wrong_with_its_options(run, proof, words, code):
    path, vkey = proof

    assert run("verify", path, *[vkey if w == "V" else w for w in words]).exit_code == code


def test_a_pinned_key_that_is_not_the_partys_refuses(run, proof):
    path, vkey = proof
    weak = "urn:chiptrail:party:hsinlin=" + "A" * 43 + "="
    result = run("verify", path, "--vkey", vkey, "--party-key", weak)

    assert (result.exit_code, "weak-key" in result.stderr) == (1, True)


def test_a_proof_of_a_stolen_chip_is_bad_news(run, see, shown_world, tmp_path):
    path = tmp_path / "stolen.json"
    run("bundle", see("stolen"), "-o", path, "--data", shown_world.folder)
    result = run("verify", path, "--vkey", shown_world.vkey, "--brief")

    assert (result.exit_code, "■ STOP" in result.stdout) == (1, True)


def test_there_is_no_proof_of_what_is_not_recorded(run, shown_world, tmp_path):
    result = run("bundle", "NONE-1", "-o", tmp_path / "x", "--data", shown_world.folder)

    assert (result.exit_code, list(tmp_path.iterdir())) == (1, [])


def test_the_checkpoint_is_the_file_that_is_served(run, shown_world):
    shown = run("checkpoint", "--data", shown_world.folder).stdout

    assert shown == (shown_world.folder / "checkpoint").read_text()


def test_the_verifier_key_is_printed_alone(run, shown_world):
    shown = run("checkpoint", "--vkey", "--data", shown_world.folder).stdout

    assert shown == f"{shown_world.vkey}\n"


def test_the_public_log_has_no_serial_in_it(run, see, shown_world, tmp_path):
    result = run("publish", tmp_path / "public", "--entries", "--data", shown_world.folder)
    files = [path for path in (tmp_path / "public").rglob("*") if path.is_file()]

    assert (result.exit_code, len(files) > 3) == (0, True)
    assert not any(see("stolen")[-8:].encode() in path.read_bytes() for path in files)


def test_an_audit_of_an_honest_ledger_finds_nothing(ask, shown_world):
    answer = ask("audit", "--data", shown_world.folder)

    assert (answer["problems"], answer["entries"]) == ([], shown_world.entries)


def test_an_audit_names_a_row_that_was_changed(run, world):
    tamper(DataDirectory(world), "UPDATE entry SET recorded_at = recorded_at + 1 WHERE idx = 200")
    result = run("audit", "--data", world)

    assert (result.exit_code, "contradictions" in result.stdout) == (1, True)


def test_nothing_is_recorded_on_top_of_a_row_that_was_changed(run, world, size):
    tamper(DataDirectory(world), "UPDATE entry SET recorded_at = recorded_at + 1 WHERE idx = 20")
    key, before = world / "keys" / "fab.key", size()
    made = ["--gtin", "09520001000010", "NEW-1"]
    result = run("commission", "--data", world, "--key", key, *made)

    assert (result.exit_code, size()) == (3, before)
    assert "integrity: entry 20: not what tile 0/0 holds; run chiptrail audit" in result.stderr


def test_a_proof_for_a_party_says_whose_view_it_is(run, see, shown_world, tmp_path):
    path, item = tmp_path / "one.chiptrail.json", see("from the fab to Japan")
    words = ("bundle", item, "-o", path, "--data", shown_world.folder, "--reader")

    assert 1 == run(*words, "tlaque").exit_code
    assert 0 == run(*words, "hsinlin").exit_code
    shown = run("verify", path, "--vkey", shown_world.vkey, columns=200).stdout
    assert ", as far as Hsinlin" in shown
