"""An inspector settles it.

Tern signs by mistake for goods that go to Fjordhall. That stays on record, and whoever asks is told
to stop, until Straits have looked at the goods and the papers and say that it was a mistake.
"""

from datetime import timedelta

import pytest

from tests.stories.telling import findings, page, verdict


@pytest.fixture
def chip(world):
    (chip,) = world.chips(1)
    world.commission("hsinlin", [chip])
    world.ship("hsinlin", [chip], to="fjordhall", via=["tern"])
    return chip


@pytest.fixture
def mistake(world, chip):
    return world.receive("tern", [chip])


def test_until_it_is_settled_it_is_a_stop(world, chip, mistake):
    assert "stop" == verdict(world, chip)


def test_an_inspector_settles_it_and_the_history_shows_both(world, chip, mistake):
    world.resolve("straits", mistake, "custody/not-consignee", why="signed at the wrong desk")
    world.receive("fjordhall", [chip])

    assert {"custody/not-consignee": "contraindicated, closed"} == findings(world, chip)
    told = """\
A0001 is CLEAR.
made: by Hsinlin
held by: Fjordhall, since 9 Mar 2026 09:04 UTC (entry 5)
 1  Made by Hsinlin.
 2  Shipped by Hsinlin to Fjordhall with Tern.
 3  Claimed, without effect: received by Tern.
    note  Tern signed that it received this item, but it was not sent to it: by entry 2 it is on
      its way from Hsinlin to Fjordhall. (settled by entry 4)  custody/not-consignee
 4  Straits settles what entry 3 showed (custody/not-consignee): signed at the wrong desk.
 5  Received by Fjordhall.
"""
    assert told == page(world, chip)


@pytest.mark.parametrize("who", ["tern", "hsinlin", "fjordhall", "magpie"])
def test_nobody_else_settles_it(world, chip, mistake, who):
    world.resolve(who, mistake, "custody/not-consignee", why="because I say so")

    assert {"custody/not-consignee": "contraindicated, open"} == findings(world, chip)


def test_what_is_settled_is_that_one_finding(world, chip, mistake):
    again = world.receive("tern", [chip])
    world.resolve("straits", again, "custody/not-consignee")

    assert "stop" == verdict(world, chip)


def test_a_late_shipment_that_an_inspector_has_looked_into_is_let_be(world):
    (chip,) = world.chips(1)
    world.commission("hsinlin", [chip])
    shipped = world.ship("hsinlin", [chip], to="fjordhall", due_in=timedelta(days=1))
    world.advance(days=9)
    before = verdict(world, chip)
    world.resolve("straits", shipped, "custody/overdue", why="the ship is in quarantine")

    assert ("check", "clear") == (before, verdict(world, chip))


def test_what_it_does_not_settle_is_not_told_as_settled(world, chip, mistake):
    world.resolve("straits", mistake, "status/lost")
    world.resolve("magpie", mistake, "custody/not-consignee")
    world.resolve("straits", mistake, "custody/not-consignee")
    world.resolve("straits", mistake, "custody/not-consignee")
    story = " ".join(page(world, chip).split())

    assert [
        part in story
        for part in (
            "4 Without effect: Straits settles what entry 3 showed (status/lost):",
            "Entry 3 has no such finding here.",
            "5 Without effect: Magpie settles",
            "6 Straits settles",
            "7 Without effect: Straits settles",
            "Entry 6 had settled it already.",
        )
    ] == [True] * 6
