"""A ledger elsewhere, by command: signed for, checked, and what proves it fetched."""

import json

import pytest

from schemas.context import GS1_CONTEXT


@pytest.fixture
def there(run, address, token):
    """Run a command on the ledger that is served, as the party of the token."""

    def there(*words, **more):
        return run(*words, **{"LEDGER": address, "TOKEN": token, **more})

    return there


@pytest.fixture
def key(world):
    return world / "keys/japan.key"


@pytest.fixture
def chip(see):
    return see("from the fab to Japan")


def test_a_short_form_is_signed_here_and_recorded_there(there, key, chip, size):
    before = size()
    result = there("declare", "--key", key, "--place", "35.8,140.1", chip)

    assert (0, before + 1) == (result.exit_code, size())
    assert f"Recorded as entry {before}" in result.stdout


def test_a_serial_and_a_name_are_looked_up_there(there, key, see, size):
    before, serial = size(), see("from the fab to Japan").rpartition("/")[2]
    words = "ship", "--key", key, "--to", "fjordhall data centre", serial
    result = there(*words, "--dry-run", "--json")

    assert (0, before, before) == (result.exit_code, json.loads(result.stdout)["index"], size())


WRONG = {
    "a serial of nobody": (["NONE-0001", "--to", "kestrel"], "not-found"),
    "a party of nobody": (["N74-0005", "--to", "nobody"], "not-found"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_not_known_there_is_said(there, key, size, case):
    words, code = WRONG[case]
    before, result = size(), there("ship", "--key", key, *words)

    assert (1, before) == (result.exit_code, size())
    assert code in result.stderr


def test_another_party_s_key_than_the_token_s_is_refused(there, world, chip):
    result = there("declare", "--key", world / "keys/norway.key", "--place", "59.6,9.6", chip)

    assert (1, "foreign-party" in result.stderr) == (result.exit_code, True)


def test_what_is_signed_for_it_carries_its_head(there, key, chip, tmp_path):
    draft = {"type": "ObjectEvent", "action": "OBSERVE", "bizStep": "stock_taking"}
    draft |= {"eventTime": "2026-03-03T12:00:00Z", "eventTimeZoneOffset": "+00:00"}
    draft |= {"epcList": [chip], "@context": [GS1_CONTEXT]}
    (tmp_path / "event.json").write_text(json.dumps(draft))
    there("sign", "event.json", "--key", key, "-o", "signed")

    assert 0 == there("push", "signed").exit_code
    assert [*(tmp_path / "home").glob("chiptrail/*/checkpoint")]


def test_a_story_is_told_from_there(there, chip, shown_world):
    (check,) = [one.item for one in shown_world.sights if "before it arrived" in one.why]
    clear, doubtful = there("chip", chip), there("chip", check.rpartition("/")[2])

    assert (0, 0, 0) == (
        clear.exit_code,
        there("chip", chip, "--json").exit_code,
        doubtful.exit_code,
    )
    assert "CHECK" in doubtful.stdout
    assert all(word in clear.stdout for word in ("CLEAR", "Inzai", "Made by", "Shipped by"))


def test_of_nothing_there_is_no_story(there):
    assert "not-found" in there("chip", "NONE-0001").stderr


def test_many_are_checked_there_and_shown_as_they_are_here(there, run, world, chip, see):
    """But for the names of parties, which are their ids."""
    texts = chip, chip, see("before it arrived"), "NONE-0001"
    result = there("check", *texts, "--all")
    here = run("check", *texts, "--all", "--data", world, "--reader", "inzai").stdout
    named = here.replace("Inzai Compute", "inzai").replace("Tern Lines", "tern")

    assert (0, named.split()) == (result.exit_code, result.stdout.split())
    assert "presented twice" in here
    assert "within 150 m; declared by inzai" in " ".join(named.split())


def test_a_check_is_as_the_ledger_says_it(there, chip):
    said = json.loads(there("check", chip, "--json").stdout)

    assert (1, chip) == (said["presented"], said["lines"][0]["item"])


def test_the_proof_is_verified_before_it_is_kept(there, chip, run, shown_world, tmp_path):
    result = there("bundle", chip, f"{chip[:-1]}6", "-o", "two")

    assert (0, True) == (result.exit_code, "proof of 2 items" in result.stdout)
    assert 0 == run("verify", tmp_path / "two", "--vkey", shown_world.vkey, "--brief").exit_code


def test_of_what_is_not_in_view_there_is_no_proof(there, chip, tmp_path):
    result = there("bundle", chip, "NONE-0001", "-o", "none")

    assert (1, True) == (result.exit_code, "NONE-0001: nothing is recorded" in result.stderr)
    assert not (tmp_path / "none").exists()


STATEMENTS = {
    "mandate": ["skua", "--act", "ship", "--until", "+9d"],
    "licence": ["EAR:D9", "--until", "+9d", "--consignee", "fjordhall"],
    "site": ["Hall 4", "--place", "35.8,140.1", "--country", "JP"],
    "grant": ["--to", "skua"],
}


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_is_signed_here_and_recorded_there(there, key, chip, size, name):
    before, items = size(), [chip] if name == "grant" else []
    result = there(name, "--key", key, *STATEMENTS[name], *items)

    assert (0, before + 1) == (result.exit_code, size())
    assert f"Recorded as entry {before}" in result.stdout


def test_an_entry_is_settled_that_is_read_there(there, key, chip, size):
    there(
        "declare", "--key", key, "--place", "35.8,140.1", "--withhold", "chiptrail:location", chip
    )
    index = size() - 1
    result = there("erase", index, "--key", key, "--reason", "as agreed", "--yes")

    assert (0, index + 2) == (result.exit_code, size())
    assert "Recorded as entry" in result.stdout


@pytest.fixture
def declared(there, key, see):
    """The entry of a declaration of two items, the place withheld."""
    first = see("from the fab to Japan")
    items = first, f"{first[:-1]}6"
    place = "--place", "24.78,121.0,50", "--withhold", "chiptrail:location"
    return json.loads(there("declare", "--key", key, *place, *items, "--json").stdout)["index"]


def test_an_entry_is_taken_back_and_what_was_meant_is_recorded_there(
    there, key, size, declared, chip
):
    """Its items and what it withheld are nowhere but there."""
    words = "correct", declared, "--key", key, "--reason", "incorrect_data", "--without", chip
    trial, result = there(*words, "--dry-run"), there(*words, "--yes")

    assert (0, 0, declared + 3) == (trial.exit_code, result.exit_code, size())
    assert "It would count at once." in trial.stdout
    assert 2 == result.stdout.count("Recorded as entry")


def test_an_entry_of_others_is_not_taken_back_there(there, world, size, declared):
    before, other = size(), world / "keys/norway.key"
    result = there("correct", declared, "--key", other, "--reason", "did_not_occur", "--yes")

    assert (2, before) == (result.exit_code, size())
    assert "only its signer corrects it" in " ".join(result.stderr.split())


@pytest.mark.parametrize(
    ("entry", "said"),
    [("9999", "not-found"), ("0", "corrects nothing"), ("x", "want its index")],
)
def test_an_entry_that_cannot_be_agreed_with_there(there, key, size, entry, said):
    before, result = size(), there("concur", entry, "--key", key)

    assert 0 != result.exit_code
    assert (before, True) == (size(), said in " ".join(result.stderr.split()))


USAGE = {
    "a story through other eyes": ["chip", "A", "--reader", "fab"],
    "through other eyes": ["check", "A", "--reader", "fab"],
    "here and there": ["--data", "x", "check", "A", "--ledger", "http://a.example"],
}


@pytest.mark.parametrize("case", USAGE)
def test_what_cannot_be_asked_there_is_said(there, case):
    assert 2 == there(*USAGE[case]).exit_code


def test_a_folder_that_is_named_counts_more_than_a_setting(there, world, chip):
    result = there("check", chip, "--data", world, LEDGER="http://127.0.0.1:1")

    assert 0 == result.exit_code


def test_a_token_without_a_ledger_is_no_use(run):
    result = run("check", "A", "--token", "x")

    assert (2, "goes with --ledger" in result.stderr) == (result.exit_code, True)
