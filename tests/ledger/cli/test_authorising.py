"""Mandates, licences, sites and grants by command, and the look at a party."""

import json

import pytest

from ledger.cli import authorising
from schemas.statement import LicenceKind

PARTY = "urn:chiptrail:party:"


@pytest.fixture
def say(run, world):
    """Run a command as one of the demo's people."""

    def say(name, who, *words, **more):
        return run(name, "--data", world, "--key", world / "keys" / f"{who}.key", *words, **more)

    return say


@pytest.fixture
def party(ask, world):
    return lambda name: ask("party", name, "--data", world)


def test_a_mandate_lets_another_sign(say, party):
    result = say("mandate", "fab", "skua", "--act", "ship", "--act", "carry", "--until", "+90d")
    (mandate,) = party("hsinlin")["agents"]

    assert "Hsinlin Semiconductor lets Skua" in result.stdout
    assert (f"{PARTY}skua", ["carry", "ship"]) == (mandate["party"], mandate["acts"])
    assert mandate["index"] == party("skua")["principals"][0]["index"]


def test_a_mandate_is_taken_back(say, party):
    say("mandate", "fab", "skua", "--act", "ship", "--until", "+90d")
    result = say("mandate", "fab", "skua", "--revoke")

    assert "lets Skua Air Freight sign nothing for it any more" in result.stdout
    assert party("hsinlin")["agents"] == []


def test_a_licence_says_what_it_allows(say, party):
    words = "--eccn", "3A090", "--consignee", "sedenak", "--consignee", "Nobody GmbH"
    more = "--country", "MY", "--quantity", 64, "--condition", "No re-export."
    result = say("licence", "fab", "EAR:D1234567", *words, *more, "--until", "+90d")
    ((licence),) = [one["statement"] for one in party("hsinlin")["licences"]]

    assert "has EAR licence D1234567" in result.stdout
    assert [f"{PARTY}sedenak", "Nobody GmbH"] == licence["consignees"]
    assert (["MY"], 64, f"{PARTY}hsinlin") == (
        licence["countries"], licence["quantity"], licence["holder"],
    )  # fmt: skip


def test_a_site_gets_an_id(say, party):
    say("site", "fab", "Hall 4", "--place", "24.78,121.0,400", "--country", "tw")
    ((site),) = [one["statement"] for one in party("hsinlin")["sites"]]

    assert (24.78, 121.0, 400, "TW") == tuple(
        site[name] for name in ("latitude", "longitude", "radiusM", "country")
    )
    assert site["id"].startswith("urn:uuid:")


def test_a_licence_names_a_site_as_people_call_it(say, party):
    say("site", "fab", "Hall 4", "--place", "24.78,121.0", "--country", "TW")
    (site,) = [one["statement"]["id"] for one in party("hsinlin")["sites"]]
    for name in ("hall 4", site):
        say("licence", "fab", "EAR:D7", "--site", name, "--until", "+9d")

    licences = [one["statement"]["sites"] for one in party("hsinlin")["licences"]]
    assert [[site], [site]] == licences


def test_a_name_that_several_sites_have_is_not_guessed(say):
    for _ in range(2):
        say("site", "fab", "Hall 4", "--place", "24.78,121.0", "--country", "TW")
    result = say("licence", "fab", "EAR:D7", "--site", "Hall 4", "--until", "+9d")

    assert 2 == result.exit_code
    assert "2 sites are called 'Hall 4': Hall 4 (urn:uuid:" in " ".join(result.stderr.split())


def test_a_grant_names_items(say, party, see):
    item = see("from the fab to Japan")
    result = say("grant", "fab", item, "--to", "skua", "--until", "+30d")
    ((grant),) = [one["statement"] for one in party("skua")["grants"]]

    assert "lets Skua Air Freight see" in result.stdout
    assert [item] == grant["items"]


def test_a_dry_run_records_nothing(say, size):
    before = size()
    result = say("mandate", "fab", "skua", "--act", "ship", "--until", "+9d", "--dry-run")

    assert f"Nothing was recorded. It would be entry {before}:" in result.stdout
    assert size() == before


def test_a_statement_answers_in_json(say, size):
    before = size()
    result = say("mandate", "fab", "skua", "--act", "ship", "--until", "+9d", "--json")

    assert json.loads(result.stdout)["index"] == before


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["mandate", "fab", "skua"], 2, "say what it may sign"),
        (["mandate", "fab", "skua", "--act", "ship", "--revoke"], 2, "say what it may sign"),
        (["mandate", "fab", "skua", "--act", "ship"], 2, "say when it ends"),
        (["mandate", "fab", "skua", "--act", "sell", "--until", "+9d"], 1, "--act: "),
        (["mandate", "fab", "nobody", "--act", "ship", "--until", "+9d"], 1, "no party 'nobody'"),
        (["mandate", "fab", "skua", "--act", "ship", "--until", "-9d"], 1, "want a time after"),
        (["licence", "fab", "D7", "--until", "+9d"], 2, "want REGIME:NUMBER"),
        (["licence", "fab", "EAR:D7", "--until", "+9d", "--country", "UK"], 1, "--country: "),
        (["licence", "fab", "EAR:D7", "--until", "+9d", "--quantity", "0"], 2, "'--quantity'"),
        (["site", "fab", "Hall", "--place", "91,1", "--country", "TW"], 2, "--place: got a lat"),
        (["site", "fab", "Hall", "--place", "121,24", "--country", "TW"], 2, "look swapped"),
        (["licence", "fab", "EAR:D7", "--until", "+9d", "--site", "Attic"], 2, "no site 'Attic'"),
        (["site", "fab", "Hall", "--place", "1", "--country", "TW"], 2, "want LATITUDE"),
        (["site", "fab", "Hall", "--place", "1,1,0", "--country", "TW"], 2, "accuracy of 0 m"),
        (["grant", "fab", "--to", "skua", "NONE"], 1, "no item with the serial NONE"),
    ],
)
def test_bad_input_writes_nothing_and_says_why(say, size, words, code, message):
    before = size()
    result = say(*words)

    assert (result.exit_code, size()) == (code, before)
    assert message in result.stderr


def test_the_kinds_of_licence_are_those_of_the_form():
    assert [kind.value for kind in LicenceKind] == list(authorising.KINDS)


# Parties -----------------------------------------------------------------------------------------


def test_a_party_is_shown_with_its_keys(run, world):
    said = run("party", "hsinlin", "--data", world).stdout

    assert "Hsinlin Semiconductor" in said
    assert " since entry " in said


def test_all_parties_are_listed(run, ask, world):
    listed = ask("party", "--data", world)
    table = run("party", "--data", world).stdout

    assert {f"{PARTY}skua", f"{PARTY}registrar"} <= {one["id"] for one in listed}
    assert all(one["id"] in table for one in listed)


def test_a_party_with_all_that_it_may_is_told(run, say, world):
    say("mandate", "fab", "skua", "--act", "ship", "--until", "+90d")
    say("licence", "fab", "EAR:D1", "--until", "+90d")
    say("site", "fab", "Hall 4", "--place", "24.78,121.0", "--country", "TW")
    said = run("party", "Hsinlin Semiconductor", "--data", world, columns=200).stdout

    for words in ("lets sign", "Skua Air Freight: ship", "EAR licence D1", "Hall 4"):
        assert words in said


@pytest.mark.parametrize("name", ["nobody", "urn:chiptrail:party:nobody"])
def test_a_party_that_nobody_enrolled_is_not_found(run, world, name):
    result = run("party", name, "--data", world)

    assert (result.exit_code, "enrolled" in result.stderr) == (1, True)
