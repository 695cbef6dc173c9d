"""A page in a story is what the command ``chip`` prints, without its tables."""

import re

from click.testing import CliRunner

from ledger.cli.main import cli
from tests.stories.cast import CAST
from tests.stories.telling import page
from tests.world import World


def words(text):
    """*text* without what stands between words, and without the numbers of entries."""
    return re.sub(r"\b(entry|shipment) \d+|^ *\d+ {2}|[\W_]+", " ", text, flags=re.MULTILINE)


def test_a_page_has_the_words_that_the_command_prints(tmp_path):
    world = World(tmp_path, checking=False)
    world.enroll_all(CAST)
    (chip,) = world.chips(1)
    world.commission("hsinlin", [chip])
    world.report("hsinlin", [chip], "stolen")
    printed = CliRunner().invoke(
        cli, ["chip", chip, "--data", str(world.directory.path)], env={"COLUMNS": "300"}
    )

    told = [words(line) for line in page(world, chip).splitlines()[1:]]
    assert [] == [line for line in told if line.strip() not in words(printed.stdout)]
