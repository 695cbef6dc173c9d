"""Push by command: to a ledger that is served, however it is named, and however it fails."""

import json

import pytest


@pytest.fixture
def push(run, address, token):
    def push(*words, **more):
        return run("push", *words, **{"LEDGER": address, "TOKEN": token, **more})

    return push


@pytest.fixture
def signed(run, world, see, tmp_path):
    """A file of two submissions."""
    event = {
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type": "ObjectEvent",
        "action": "OBSERVE",
        "bizStep": "stock_taking",
        "eventTime": "2026-03-03T12:00:00Z",
        "eventTimeZoneOffset": "+00:00",
        "epcList": [see("from the fab to Japan")],
    }
    (tmp_path / "event.json").write_text(json.dumps([event, event]))
    key = world / "keys/japan.key"
    path = tmp_path / "signed.ndjson"
    run("sign", tmp_path / "event.json", "--key", key, "--data", world, "-o", path)
    return path


def test_what_is_pushed_is_recorded_with_a_receipt_each(push, signed, size, tmp_path):
    before = size()
    result = push(signed)

    assert (0, before + 2) == (result.exit_code, size())
    assert "2 submissions: 2 recorded" in result.stdout
    assert 3 == len((tmp_path / "signed.ndjson.receipts").read_text().splitlines())


def test_the_same_again_sends_nothing(push, signed, size):
    push(signed)
    before, result = size(), push(signed)

    assert (0, before) == (result.exit_code, size())
    assert "0 recorded, 2 pushed before" in result.stdout


def test_with_json_there_is_a_line_for_each(push, signed):
    said = [json.loads(line) for line in push(signed, "--json").stdout.splitlines()]

    assert [(1, "recorded"), (2, "recorded")] == [(one["line"], one["status"]) for one in said]


def test_standard_input_is_pushed_and_keeps_no_receipts(push, signed, tmp_path):
    result = push("-", stdin=signed.read_bytes())

    assert (0, []) == (result.exit_code, [*tmp_path.glob("*.receipts")])


def test_json_that_is_laid_out_is_pushed_too(push, signed, tmp_path):
    entries = [json.loads(line) for line in signed.read_text().splitlines()]
    forms = {"one": entries[0], "list": entries, "object": {"entries": entries}}
    for name, value in forms.items():
        (tmp_path / name).write_text(json.dumps(value, indent=2))

    assert "3 submissions" not in push(tmp_path / "one").stdout
    assert [0, 0] == [push(tmp_path / name).exit_code for name in ("list", "object")]


def test_a_dry_run_records_nothing_and_leaves_no_receipts(push, signed, size, tmp_path):
    before = size()
    result = push(signed, "--dry-run")

    assert ("2 would be recorded" in result.stdout, before) == (True, size())
    assert [] == [*tmp_path.glob("*.receipts")]


def test_what_is_refused_is_told_with_its_line(push, signed, tmp_path):
    signed.write_bytes(b"hello\n" + signed.read_bytes())
    result = push(signed)

    assert (1, "line 1: refused  malformed-json" in result.stdout) == (result.exit_code, True)
    assert "3 submissions: 2 recorded, 1 refused" in result.stdout


def test_the_first_contact_says_the_key_to_compare(push, signed, shown_world):
    first, again = push(signed, "--dry-run"), push(signed, "--dry-run")

    assert shown_world.vkey in first.stderr
    assert "first contact" not in again.stderr
    assert "first contact" not in push(signed, "--state", "s", VKEY=shown_world.vkey).stderr


def test_a_token_may_be_in_a_file(push, signed, token, tmp_path):
    (tmp_path / "token").write_text(f"{token}\n")

    assert 0 == push(signed, "--token-file", tmp_path / "token", TOKEN="wrong").exit_code


FAILS = {
    "no token": ({"TOKEN": ""}, 1, "unauthenticated"),
    "a token of nobody": ({"TOKEN": "nobody"}, 1, "unauthenticated"),
    "no token by its form": ({"TOKEN": "no\tbody"}, 1, "malformed-parameter"),
    "no address": ({"LEDGER": "ledger.example"}, 1, "malformed-parameter"),
    "nowhere": ({"LEDGER": ""}, 2, "--ledger URL"),
}


@pytest.mark.parametrize("case", FAILS)
def test_what_is_wrong_is_said_and_nothing_recorded(push, signed, size, case):
    settings, code, words = FAILS[case]
    before, result = size(), push(signed, **settings)

    assert (code, before) == (result.exit_code, size())
    assert words in result.stderr


def test_a_ledger_that_cannot_be_reached_is_code_3(push, signed, monkeypatch):
    monkeypatch.setattr("ledger.cli.remote.time.sleep", lambda _: None)
    result = push(signed, LEDGER="http://127.0.0.1:1")

    assert (3, "unreachable" in result.stderr) == (result.exit_code, True)


def test_a_usage_that_cannot_be_is_said(push, run, signed, world):
    two = push(signed, signed, "--receipts", "r")
    both = run("--data", world, "push", signed, "--ledger", "http://a.example")

    assert (2, 2) == (two.exit_code, both.exit_code)
    assert "--ledger names a ledger elsewhere" in both.stderr
