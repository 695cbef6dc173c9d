"""Concurrence, resolution and erasure by command: who is heard is told before anything is said."""

import json

import pytest

from schemas.context import GS1_CONTEXT, NAMESPACE


@pytest.fixture
def say(run, world):
    """Run a command as one of the demo's people."""

    def say(name, who, *words, **more):
        return run(name, "--data", world, "--key", world / "keys" / f"{who}.key", *words, **more)

    return say


@pytest.fixture
def told(run, world, see):
    """The story of the item."""
    return lambda: run("chip", see("from the fab to Japan"), "--data", world).stdout


@pytest.fixture
def asked(ask, world, see):
    """Its steps in JSON."""
    return lambda: ask("chip", see("from the fab to Japan"), "--data", world)[0]["steps"]


@pytest.fixture
def declared(say, see):
    """The entry of a declaration whose place is withheld."""
    where = "--place", "24.78,121.0,50", "--withhold", "chiptrail:location"
    answer = say("declare", "fab", *where, see("from the fab to Japan"), "--json")
    return json.loads(answer.stdout)


@pytest.fixture
def correction(run, world, declared, say):
    """A correction by the fab of its declaration."""
    corrects = {"chiptrail:corrects": declared["identity"]}
    event = {
        "@context": [GS1_CONTEXT, {"chiptrail": NAMESPACE}],
        "type": "ObjectEvent", "action": "OBSERVE", "bizStep": "storing",
        "eventTime": "2026-06-01T10:00:00Z", "epcList": ["urn:a:b"],
        "eventTimeZoneOffset": "+00:00",
        "errorDeclaration": {"declarationTime": "2026-06-02T10:00:00Z", **corrects},
    }  # fmt: skip
    signed = say("sign", "fab", stdin=json.dumps(event)).stdout
    answer = run("capture", "-", "--data", world, "--json", stdin=signed)
    return json.loads(answer.stdout)


@pytest.fixture
def challenge(say, see):
    """The entry of a shipment by somebody who never had the item."""
    answer = say("ship", "air", "--to", "kestrel", see("from the fab to Japan"), "--json")
    return json.loads(answer.stdout)["index"]


def settling_nothing(entry):
    return ("resolve", "customs", entry, "--code", "status/lost", "--reason", "found")


def test_a_withheld_field_is_erased_by_its_signer(say, told, asked, declared):
    result = say("erase", "fab", declared["index"], "--reason", "as agreed", "--yes")
    (step,) = [step for step in asked() if step["erased"]]

    assert (result.exit_code, "erases 1 withheld field" in result.stdout) == (0, True)
    assert (declared["index"], "chiptrail:location") == (step["index"], step["erased"][0]["name"])
    assert "location withheld, and erased on" in told()


def test_an_erasure_is_asked_about(say, declared, size):
    before = size()
    words = "erase", "fab", declared["index"], "--reason", "as agreed"
    kept = say(*words, stdin="n\n")
    after = size()
    erased = say(*words, stdin="y\n")

    assert (kept.exit_code, after) == (1, before)
    assert "chiptrail:location: here" in kept.stderr
    assert (erased.exit_code, size()) == (0, before + 1)


def test_a_dry_run_of_an_erasure_asks_nothing(say, declared, size):
    before = size()
    result = say("erase", "fab", declared["index"], "--reason", "r", "--dry-run")

    assert (result.exit_code, size()) == (0, before)
    assert result.stdout.startswith("Nothing was recorded.")


def test_an_entry_is_named_by_its_identity_too(say, declared):
    result = say("erase", "fab", declared["identity"], "--reason", "r", "--dry-run")

    assert result.exit_code == 0


def test_a_finding_is_settled_by_an_inspector(say, challenge, see):
    item = see("from the fab to Japan")
    words = "--code", "custody/challenged", "--reason", "papers seen"
    result = say("resolve", "customs", challenge, *words, item)

    assert (0, "") == (result.exit_code, result.stderr)
    assert f"settles what entry {challenge} showed" in result.stdout


def test_what_would_settle_nothing_is_asked_about(say, challenge, size):
    before = size()
    result = say(*settling_nothing(challenge), stdin="n\n")

    assert (1, before) == (result.exit_code, size())
    assert (
        f"It would change nothing: entry {challenge} has no such finding, it has these:"
        " custody/challenged, custody/not-holder."
    ) in " ".join(result.stderr.split())


def test_it_is_recorded_all_the_same_if_it_is_meant(say, told, challenge):
    result = say(*settling_nothing(challenge), "--yes")

    assert 0 == result.exit_code
    assert "It changes nothing: entry" in result.stdout
    assert f"Entry {challenge} has no such finding here." in " ".join(told().split())


def test_a_program_is_told_why_it_would_change_nothing(say, challenge, size):
    before = size()
    refused = say(*settling_nothing(challenge), "--json")
    tried = say(*settling_nothing(challenge), "--json", "--dry-run")

    assert (2, before) == (refused.exit_code, size())
    assert "add --yes" in json.loads(refused.stderr)["title"]
    assert "has no such finding" in json.loads(tried.stdout)["withoutEffect"]


def test_a_finding_is_settled_once(say, challenge):
    words = "--code", "custody/challenged", "--reason", "papers seen", "--json"
    first = json.loads(say("resolve", "customs", challenge, *words).stdout)
    again = json.loads(say("resolve", "customs", challenge, *words, "--dry-run").stdout)

    assert None is first["withoutEffect"]
    assert f"entry {first['index']} has settled that already" == again["withoutEffect"]


@pytest.fixture
def corrected(say, see):
    """A correction by the holder of its own declaration, with which nobody has to agree."""
    where = "--place", "34.7,135.5,50"
    answer = say("declare", "japan", *where, see("from the fab to Japan"), "--json")
    entry = json.loads(answer.stdout)["index"]
    words = "--reason", "did_not_occur", "--yes", "--json"
    return json.loads(say("correct", "japan", entry, *words).stdout)[0]


def test_a_correction_that_waits_for_nobody_is_not_agreed_with_unasked(say, corrected, size):
    index, before = corrected["index"], size()
    kept = say("concur", "japan", index, stdin="n\n")
    after = size()
    result = say("concur", "japan", index, "--yes")

    assert (1, before, 0) == (kept.exit_code, after, result.exit_code)
    assert f"entry {index} waits for nobody" in kept.stderr
    assert f"agrees with the correction in entry {index}" in result.stdout


def test_what_is_out_of_view_is_not_told_to_who_agrees(say, correction):
    result = say("concur", "air", correction["index"], "--dry-run")

    assert "nothing that Skua Air Freight may see waits for it" in result.stdout


def test_what_was_erased_before_is_not_erased_again(say, declared):
    words = "erase", "fab", declared["index"], "--reason", "as agreed"
    first = json.loads(say(*words, "--yes", "--json").stdout)
    again = say(*words, stdin="n\n")

    assert f"entry {first['index']} erased that already" in again.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["erase", "japan", "{}", "--reason", "r", "--yes"], "only its signer or the registrar"),
        (["erase", "fab", "0", "--reason", "r", "--yes"], "entry 0 withholds nothing"),
        (["erase", "fab", "{}", "--reason", "r", "--field", "readPoint"], "withholds chiptrail:"),
        (["resolve", "japan", "{}", "--code", "custody/short", "--reason", "r"], "an inspector"),
        (["resolve", "fab", "{}", "--code", "custody/short", "--reason", "r"], "not its signer"),
        (["resolve", "customs", "{}", "--code", "custody/long", "--reason", "r"], "is no code"),
        (["concur", "japan", "{}"], "corrects nothing"),
    ],
)
def test_who_would_not_be_heard_is_told_so_and_nothing_is_recorded(
    say, size, declared, words, message
):
    before = size()
    result = say(*[word.format(declared["index"]) for word in words])

    assert (result.exit_code, size()) == (2, before)
    assert message in " ".join(result.stderr.split())


@pytest.mark.parametrize("entry", ["999999", "x", "-1", "ab" * 32, "AB" * 32])
def test_an_entry_that_is_not_there_is_not_found(say, entry):
    result = say("concur", "japan", "--", entry)

    assert (result.exit_code, "not-found" in result.stderr) == (1, True)


# Statements as files -----------------------------------------------------------------------------

MANDATE = {
    "statement": "mandate",
    "agent": "urn:chiptrail:party:skua",
    "acts": ["ship"],
    "from": "2026-06-01T00:00:00Z",
    "until": "2027-06-01T00:00:00Z",
}


@pytest.fixture
def recorded(run, world, say):
    """Sign statements of the fab's, capture them, and read the answers."""

    def recorded(value):
        signed = say("sign", "fab", stdin=json.dumps(value)).stdout
        answers = run("capture", "-", "--data", world, "--json", stdin=signed).stdout
        return [json.loads(line)["status"] for line in answers.splitlines()]

    return recorded


@pytest.mark.parametrize("value", [MANDATE, [MANDATE], [MANDATE, {**MANDATE, "acts": []}]])
def test_statements_are_signed_and_captured(recorded, value):
    count = len(value) if isinstance(value, list) else 1

    assert recorded(value) == ["recorded"] * count


def test_a_statement_keeps_the_id_and_the_time_that_it_has(say):
    first = {"id": "urn:uuid:019b0c6e-5a00-7000-8000-000000000001"}
    first["issuedAt"] = "2026-06-01T00:00:00.000Z"
    payloads = [say("sign", "fab", stdin=json.dumps({**MANDATE, **first})) for _ in range(2)]

    assert payloads[0].stdout != payloads[1].stdout  # the nonce is another
    assert payloads[0].stderr == "chiptrail: signed 1 statement as urn:chiptrail:party:hsinlin\n"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({**MANDATE, "acts": ["sell"]}, "/acts/0"),
        ({**MANDATE, "chiptrail:party": "urn:chiptrail:party:skua"}, "made for another one"),
        ({**MANDATE, "statement": "subpoena"}, "/statement"),
        ([MANDATE, {**MANDATE, "agent": ""}], "statement 2: "),
    ],
)
def test_a_statement_that_does_not_read_is_not_signed(say, value, message):
    result = say("sign", "fab", stdin=json.dumps(value))

    assert (result.exit_code, result.stdout, message in result.stderr) == (1, "", True)
