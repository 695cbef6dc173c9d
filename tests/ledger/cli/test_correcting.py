"""Corrections by command: what would come of it is shown, then both entries are recorded."""

import json

import pytest


@pytest.fixture
def say(run, world):
    """Run a command as one of the demo's people."""

    def say(name, who, *words, **more):
        return run(name, "--data", world, "--key", world / "keys" / f"{who}.key", *words, **more)

    return say


@pytest.fixture
def chip(see):
    return see("from the fab to Japan")


@pytest.fixture
def story(ask, world, chip):
    """The item's steps in JSON."""
    return lambda: ask("chip", chip, "--data", world)[0]["steps"]


@pytest.fixture
def declared(say, chip):
    """The entry of a declaration by its holder in Japan."""
    return json.loads(say("declare", "japan", "--place", "24.78,121.0,50", chip, "--json").stdout)


def correct(say, who, entry, *words, **more):
    return say("correct", who, entry, *words, **more)


def test_an_entry_is_taken_back(say, story, declared):
    index = declared["index"]
    result = correct(say, "japan", index, "--reason", "did_not_occur", "--yes")
    wrong, correction = story()[-2:]

    assert (0, index, index + 1) == (result.exit_code, wrong["index"], wrong["correctedBy"])
    assert (False, index) == (wrong["effective"], correction["corrects"])


def test_what_was_meant_takes_its_place(say, story, declared):
    meant = "--set", 'chiptrail:location={"latitude":1.3,"longitude":103.8,"accuracyM":50}'
    where = "--set", "readPoint="
    words = ("--reason", "incorrect_data", *meant, *where, "--yes")
    result = correct(say, "japan", declared["index"], *words)
    steps = {step["index"]: step for step in story()}

    assert 0 == result.exit_code
    assert declared["index"] + 2 == steps[declared["index"]]["correctedBy"]
    assert "1.30 N, 103.80 E" in steps[declared["index"] + 1]["told"]


def test_a_dry_run_records_nothing_and_says_what_would_come_of_it(say, size, declared):
    words = ("--reason", "did_not_occur", "--dry-run")
    before = size()
    result = correct(say, "japan", declared["index"], *words)

    assert before == size()
    assert "It would count at once." in result.stdout


def test_it_asks_first(say, size, declared):
    before = size()
    result = correct(say, "japan", declared["index"], "--reason", "did_not_occur", stdin="n\n")

    assert (before, 1) == (size(), result.exit_code)
    assert "It would count at once." in result.stderr


def test_a_program_is_not_asked(say, size, declared):
    before = size()
    result = correct(say, "japan", declared["index"], "--reason", "did_not_occur", "--json")

    assert (2, before) == (result.exit_code, size())
    assert "With --json nobody is asked: add --yes." in json.loads(result.stderr)["title"]


def test_correcting_again_takes_the_place_of_the_first_and_says_so(say, declared):
    index = declared["index"]
    words = "japan", index, "--reason", "did_not_occur"
    correct(say, *words, "--yes")
    asked = correct(say, *words, stdin="n\n")
    (tried,) = json.loads(correct(say, *words, "--dry-run", "--json").stdout)

    said = f"Entry {index} was declared wrong already by entry {index + 1}; this takes its place."
    assert said in asked.stderr
    assert {"entry": index, "correction": index + 1} == tried["replaces"]


def test_what_is_meant_is_judged_where_it_is_put(say, chip):
    """Shipped to Kestrel, who was not meant: by then the item is on its way already."""
    shipped = say("ship", "japan", "--to", "kestrel", chip, "--json").stdout
    index = json.loads(shipped)["index"]
    meant = '[{"type":"possessing_party","destination":"urn:chiptrail:party:fjordhall"}]'
    words = ("--reason", "incorrect_data", "--set", f"destinationList={meant}")
    result = correct(say, "japan", index, *words, "--json", "--yes")

    assert [[], []] == [one["findings"] for one in json.loads(result.stdout)]


def test_what_others_built_on_waits_for_them(say, story):
    """The fab's shipment to Malaysia, long out of its view."""
    shipped = next(step for step in story() if step["act"] == "ship")
    result = correct(say, "fab", shipped["index"], "--reason", "did_not_occur", stdin="y\n")
    last = story()[-1]

    assert "out of your view; if anybody has, it waits for them." in result.stderr
    assert "correction/open" in [found["code"] for found in last["findings"]]
    assert None is next(step for step in story() if step["act"] == "ship")["correctedBy"]


def test_nobody_corrects_what_another_signed(say, declared):
    result = correct(say, "customs", declared["index"], "--reason", "did_not_occur", "--yes")

    assert (2, True) == (result.exit_code, "only its signer corrects it" in result.stderr)


def test_a_correction_is_not_corrected(say, declared):
    correct(say, "japan", declared["index"], "--reason", "did_not_occur", "--yes")
    words = ("--reason", "did_not_occur", "--yes")
    result = correct(say, "japan", declared["index"] + 1, *words)

    assert (1, True) == (result.exit_code, "declares an error itself" in result.stderr)


def test_what_is_meant_is_the_event_or_a_file_of_events(say, tmp_path, declared):
    file = tmp_path / "right.json"
    file.write_text("{}")
    words = ("--reason", "incorrect_data", "--event", file, "--set", "readPoint=")
    result = correct(say, "japan", declared["index"], *words)

    assert (2, True) == (result.exit_code, "no --set and no --without" in result.stderr)


@pytest.mark.parametrize("said", ["does not name", "--reason did_not_occur"])
def test_what_is_left_out_is_in_the_entry_and_not_all_of_it(say, chip, declared, said):
    item = {"does not name": "urn:chiptrail:chip:x:y:NOT-IN-IT"}.get(said, chip)
    words = ("--reason", "incorrect_data", "--without", item)
    result = correct(say, "japan", declared["index"], *words)

    assert (2, True) == (result.exit_code, said in " ".join(result.stderr.split()))
