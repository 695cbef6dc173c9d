"""What is wrong with an option is said of the option, not of a place in a signed event."""

import pytest

from ledger.cli.main import cli
from ledger.cli.pointing import at_option
from schemas.errors import MalformedEvent


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["ship", "--to", "kestrel", "--place", "91,0"], "--place: got a latitude of 91, want"),
        (["ship", "--to", "kestrel", "--place", "1,2", "--country", "Norway"], "--country: "),
        (["ship", "--to", "kestrel", "--country", "NO"], "--country is that of a place"),
        (["ship", "--to", "kestrel", "--withhold", "x"], "--withhold x: cannot be withheld; what"),
        (["ship", "--to", "kestrel", "--due", "2020-01-01"], "--due: is before it was sent"),
        (["ship", "--to", "kestrel", "--document", "awb:"], "want a number after awb:"),
        (["grant", "--to", "kestrel", "--until", "2020-01-01"], "--until: is over already"),
    ],
)
def test_it_is_named_as_it_was_typed(run, world, see, words, said):
    key = world / "keys" / "japan.key"
    chip = see("from the fab to Japan")
    result = run(*words, "--data", world, "--key", key, chip, "--dry-run")

    assert 0 != result.exit_code
    assert said in " ".join(result.stderr.split())


@pytest.mark.parametrize(
    ("command", "pointer", "said"),
    [
        ("mandate", "/acts/0", "--act: bad"),
        ("mandate", "/until", "--until: bad"),
        ("site", "/radiusM", "--place: bad"),
        ("licence", "/countries/0", "--country: bad"),
        ("correct", "/chiptrail:dueBy", "--set chiptrail:dueBy: bad"),
        ("ship", "/unheardOf", "/unheardOf: bad"),
        ("ship", "/eventTimeZoneOffset", "/eventTimeZoneOffset: bad"),
        ("accept", "/chiptrail:dueBy", "/chiptrail:dueBy: bad"),
    ],
)
def test_a_pointer_is_turned_into_an_option_of_the_command(command, pointer, said):
    refusal = MalformedEvent("bad", pointer)

    assert said == str(at_option(refusal, cli.commands[command]))
