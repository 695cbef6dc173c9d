"""Back up, restore, recover, repair by command."""

import json
import shutil
import sqlite3

import pytest


@pytest.fixture
def later(run, world, tmp_path):
    """A backup of the demo, what was signed since, its receipts, and the published log."""
    assert 0 == run("backup", tmp_path / "backup", "--data", world).exit_code
    event = tmp_path / "event.json"
    event.write_text(
        json.dumps(
            {
                "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
                "type": "ObjectEvent", "action": "OBSERVE", "bizStep": "stock_taking",
                "eventTime": "2026-06-01T12:00:00Z", "eventTimeZoneOffset": "+00:00",
                "epcList": ["urn:a:b", "urn:a:c"],
            }
        )
    )  # fmt: skip
    sent, key = tmp_path / "sent.ndjson", world / "keys" / "japan.key"
    assert 0 == run("sign", event, "--key", key, "--data", world, "-o", sent).exit_code
    receipts = run("--json", "capture", sent, "--data", world).stdout
    (tmp_path / "receipts.ndjson").write_text(receipts)
    return tmp_path


def place(world, path, *names):
    path.mkdir()
    for name in ("log.key", "operator.key", *names):
        shutil.copy(world / name, path / name)
    return path


def test_a_backup_is_made_and_restored_beside_its_checkpoint_file(run, world, tmp_path):
    made = run("backup", tmp_path / "backup", "--data", world)
    folder = place(world, tmp_path / "again", "checkpoint")
    tried = run("restore", tmp_path / "backup", "--data", folder, "--dry-run")
    done = run("restore", tmp_path / "backup", "--data", folder)

    assert [0, 0, 0] == [made.exit_code, tried.exit_code, done.exit_code]
    assert "Keep copies of them apart" in made.stdout
    assert "Nothing was put in place" in tried.stdout
    assert "It ends with what was signed last, and goes on." in done.stdout
    assert 0 == run("audit", "--data", folder).exit_code


def test_what_was_signed_since_the_backup_is_put_back(run, ask, world, later):
    folder = place(world, later / "again", "checkpoint")
    told = run("restore", later / "backup", "--data", folder).stdout
    assert "READ-ONLY: " in told
    refused = run("capture", later / "sent.ndjson", "--data", folder)
    assert (3, True) == (refused.exit_code, "refill it with chiptrail recover" in refused.stderr)

    found = run("recover", later / "sent.ndjson", later / "receipts.ndjson", "--data", folder)
    assert 0 == found.exit_code
    assert "all found: they give the signed root" in found.stdout
    assert "nothing was signed anew" in found.stdout
    assert (world / "checkpoint").read_bytes() == (folder / "checkpoint").read_bytes()
    assert "1 recorded before" in run("capture", later / "sent.ndjson", "--data", folder).stdout


def test_what_cannot_be_found_is_named(run, ask, world, later):
    folder = place(world, later / "again", "checkpoint")
    run("restore", later / "backup", "--data", folder)
    result = run("recover", later / "sent.ndjson", "--data", folder)

    assert (1, True) == (result.exit_code, "Nothing was changed" in result.stdout)
    answer = ask("recover", later / "sent.ndjson", "--data", folder)
    assert (0, 1) == (answer["recovered"], len(answer["missing"]))


def test_without_a_checkpoint_file_somebody_has_to_give_their_word(run, world, later):
    folder = place(world, later / "again")
    run("restore", later / "backup", "--data", folder)
    words = ("recover", "--data", folder, world / "checkpoint", *later.glob("*.ndjson"))
    asked = run(*words, stdin="n\n")
    assert (1, False) == (asked.exit_code, (folder / "checkpoint").exists())
    assert "makes a second history" in asked.stderr

    assert 0 == run(*words, "--yes").exit_code
    assert 0 == run("audit", "--data", folder).exit_code


def test_what_is_lost_ends_the_ledger_and_begins_another(run, ask, world, later):
    folder = place(world, later / "again", "checkpoint")
    run("restore", later / "backup", "--data", folder)
    asked = run("recover", "--retire", "--data", folder, stdin="n\n")
    assert (1, False) == (asked.exit_code, (folder / "retired").exists())
    assert "are lost" in asked.stderr

    done = run("recover", "--retire", "--yes", "--data", folder)
    assert (0, True) == (done.exit_code, "--predecessor" in done.stdout)
    assert 3 == run("capture", later / "sent.ndjson", "--data", folder).exit_code
    made = ("--predecessor", folder, "--registrar-key", world / "registrar.key")
    same = ask("checkpoint", "--data", world)["origin"]
    assert 2 == run("init", same, "--data", later / "next", *made).exit_code
    assert 0 == run("init", "next.example", "--data", later / "next", *made).exit_code


def test_a_ledger_that_was_not_retired_has_no_successor(run, world, tmp_path):
    words = ("--predecessor", world, "--registrar-key", world / "registrar.key")
    result = run("init", "next.example", "--data", tmp_path / "next", *words)

    assert (3, True) == (result.exit_code, "recover --retire first" in result.stderr)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("backup", "BACKUP"), "exists already"),
        (("restore", "BACKUP"), "a database is there"),
        (("restore", "."), "no backup here"),
        (("recover", "NOTHING"), "neither a checkpoint"),
    ],
)
def test_what_cannot_be_done_is_said_and_how_to_mend_it(run, world, tmp_path, words, said):
    run("backup", tmp_path / "backup", "--data", world)
    (tmp_path / "nothing").write_text("milk\n")
    names = {"BACKUP": tmp_path / "backup", ".": tmp_path, "NOTHING": tmp_path / "nothing"}
    result = run(*[names.get(word, word) for word in words], "--data", world)

    assert (3, True) == (result.exit_code, said in result.stderr)


def test_a_full_disk_is_said_and_reading_goes_on(run, see, world, later):
    sent = ("capture", later / "sent.ndjson", "--data", world)
    full = run("--json", *sent, DISK_RESERVE="999999999")

    assert (3, "disk-full") == (full.exit_code, json.loads(full.stderr)["code"])
    assert 0 == run("chip", see("from the fab to Japan"), "--data", world).exit_code
    assert 0 == run(*sent, DISK_RESERVE="0").exit_code
    assert 2 == run(*sent, DISK_RESERVE="a lot").exit_code


def broken(world):
    raw = sqlite3.connect(world / "ledger.sqlite3")
    raw.execute("UPDATE holding SET holder = 'urn:chiptrail:party:thief'")
    raw.commit()
    raw.close()


def test_a_repair_shows_what_it_will_do_and_mends_what_follows_from_the_entries(run, ask, world):
    broken(world)
    asked = run("audit", "--repair", "--data", world, stdin="n\n")
    assert (1, True) == (asked.exit_code, "To be made anew from the entries" in asked.stderr)
    assert 1 == run("audit", "--data", world).exit_code

    answer = ask("audit", "--repair", "--yes", "--data", world)
    assert ([], 1) == (answer["problems"], len(answer["repaired"]))
    assert 0 == run("audit", "--repair", "--data", world).exit_code


def test_what_was_signed_is_not_repaired(run, world):
    raw = sqlite3.connect(world / "ledger.sqlite3")
    raw.execute("DROP TRIGGER entry_no_update")
    raw.execute("UPDATE entry SET recorded_at = recorded_at + 1 WHERE idx = 20")
    raw.commit()
    raw.close()
    result = run("audit", "--repair", "--yes", "--data", world)

    assert (1, True) == (result.exit_code, "restore a backup" in result.stdout)
