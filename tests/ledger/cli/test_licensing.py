"""Licences by command: what is left, what would be, and what a shipment goes under."""

import pytest


@pytest.fixture
def say(run, world):
    """Run a command as the demo's exporter."""
    return lambda name, *words: run(
        name, "--data", world, "--key", world / "keys" / "exporter.key", *words
    )


@pytest.fixture
def chip(world, say, run):
    """A chip in the exporter's hands."""
    run("commission", "--data", world, "--key", world / "keys/fab.key", "--gtin", GTIN, "NEW-1")
    run("ship", "--data", world, "--key", world / "keys/fab.key", "--to", "redwood", "NEW-1")
    say("receive", "NEW-1")
    return "NEW-1"


GTIN = "09520001000010"
UNDER = ("--to", "fjordhall", "--licence", "EAR:D1234567")


def test_a_dry_run_shows_what_would_be_left(say, chip, ask, world):
    before = ask("licences", "EAR:D1234567", "--data", world)
    shown = say("ship", *UNDER, "--dry-run", chip).stdout

    left = before[0]["left"]
    words = " ".join(shown.split())
    assert f"This would draw 1 units on EAR licence D1234567: {left:,} of 5,000 were left" in words
    assert before == ask("licences", "EAR:D1234567", "--data", world)


def test_a_shipment_draws(say, chip, ask, world):
    (before,) = ask("licences", "EAR:D1234567", "--data", world)
    say("ship", *UNDER, chip)
    (after,) = ask("licences", "EAR:D1234567", "--data", world)

    assert (before["drawn"] + 1, True) == (after["drawn"], after["attested"])
    assert 1 == after["draws"][-1]["quantity"]


def test_the_list_says_what_is_left_and_by_whose_word(run, world):
    shown = run("licences", "--party", "redwood", "--data", world).stdout

    assert "EAR licence D1234567" in shown
    assert "-1 overdrawn" in shown
    assert "Registrar" in shown


def test_one_is_told_with_all_that_it_says(run, world):
    shown = run("licences", "EAR:D1234567", "--data", world).stdout

    for words in ("consignees", "3A090.a", "No re-export", "stated by", "Redwood"):
        assert words in shown


def test_a_shipment_goes_under_several(say, chip, run, world):
    papers = ("--permit", "STA:P-17", "--exception", "EAR:NAC:A123", "--nlr", "EAR")
    say("ship", *UNDER, *papers, chip)
    shown = run("chip", chip, "--data", world).stdout

    for words in ("EAR licence D1234567", "STA permit P-17", "EAR exception A123 NAC", "EAR nlr"):
        assert words in shown


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--licence", "D7", "want REGIME:NUMBER such as EAR:D1234567"),
        ("--exception", "EAR", "want REGIME:CODE[:NUMBER] such as"),
        ("--permit", "STA:", "want REGIME:NUMBER such as STA:P-17"),
    ],
)
def test_what_is_no_authorisation_is_refused(say, chip, option, value, words):
    result = say("ship", "--to", "fjordhall", option, value, chip)

    assert (2, True) == (result.exit_code, words in result.stderr)


def test_a_licence_that_nobody_stated_is_not_found(run, world):
    result = run("licences", "EAR:D0", "--data", world)

    assert (1, True) == (result.exit_code, "nobody whose word counts" in result.stderr)


def test_a_maker_says_how_its_chips_are_classified(run, world):
    key = ("--data", world, "--key", world / "keys" / "fab.key")
    run("commission", *key, "--gtin", GTIN, "--eccn", "3A090.a", "NEW-2")
    shown = run("ship", *key, "--to", "redwood", "NEW-2").stdout

    assert "What is 3A090.a goes from TW to US" in shown
