"""The rules in force by command, an operator's own, and what others would change."""

import pytest

HOUSE = """\
pack = "house"

[[control]]
id = "house/norway"
title = "We ask for a permit to Norway"
regime = "HOUSE"
eccns = ["3A090"]
into = ["NO"]
kinds = ["permit"]
from = 2026-01-01
citation = "House rule 8."
checked = 2026-11-29
"""


@pytest.fixture
def house(world):
    """The operator's own rules, beside the ledger's folder."""
    path = world.parent / "new-rules" / "house.toml"
    path.parent.mkdir()
    path.write_text(HOUSE)
    return path


def test_the_rules_of_a_day_are_shown_with_their_sources(ask, world):
    def groups(day):
        rows = ask("rules", "--on", day, "--data", world)["rows"]
        return [row["says"] for row in rows if row["id"] == "D:5"]

    assert any("KH" in says for says in groups("2026-02-02"))
    assert not any("KH" in says for says in groups("2026-02-03"))


def test_they_are_no_legal_advice(run, world):
    shown = run("rules", "--data", world).stdout

    assert "No legal advice" in shown
    assert "unverified" in shown


def test_rules_in_the_folder_are_judged_by(run, ask, world, house):
    (world / "rules").mkdir()
    (world / "rules" / "house.toml").write_bytes(house.read_bytes())
    found = ask("rules", "diff", "base", "used", "--data", world)

    assert "base+export+house" == ask("rules", "--data", world)["pack"]
    assert {"destination/restricted", "licence/none"} == {one["code"] for one in found}


def test_a_diff_names_the_shipments_and_why(run, world, house):
    shown = run("rules", "diff", "used", house.parent, "--data", world).stdout
    same = run("rules", "diff", house, house.parent, "--data", world).stdout

    assert "new, destination/restricted. It is for Fjordhall Data Centre, in NO" in shown
    assert "House rule 8" in shown
    assert "No shipments would be judged otherwise." == same.strip()


def test_a_diff_says_that_the_borders_differ(run, world, house):
    house.write_text('pack = "house"\ngeography = "tzfpy 2025a, zones 0"\n')
    result = run("rules", "diff", "used", house, "--data", world)

    assert 0 == result.exit_code
    assert "the borders differ: tzfpy 20" in result.stderr
    assert "tzfpy 2025a, zones 0 in the other" in " ".join(result.stderr.split())


def test_a_typo_is_answered_by_every_command_until_it_is_mended(run, world):
    (world / "rules").mkdir()
    (world / "rules" / "house.toml").write_text(HOUSE.replace("title", "titel"))
    result = run("chip", "NEW-1", "--data", world)

    assert 1 == result.exit_code
    assert "house.toml, line" in result.stderr
    assert "/control/0/tit" in result.stderr


def test_the_rules_in_use_are_named_on_the_log(run, ask, world):
    result = run("enroll", "rule-pack", "--data", world)

    assert ask("rules", "--data", world)["sha256"] in result.stdout
