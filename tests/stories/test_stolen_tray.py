"""A stolen tray is found again.

A tray with three chips disappears on its way to Fjordhall. Skua, who carried it, reports it stolen.
Two weeks later the police bring it back, Skua withdraws the report, and the chips arrive. Who asks
afterwards sees both: that they were gone, and that they are not any more.
"""

import pytest

from ledger.judge import Verdict
from ledger.service.query import check
from tests.stories.telling import findings, page, verdict, whereabouts

TRAY = "urn:chiptrail:chip:kestrel:tray:T1"


@pytest.fixture
def chips(world):
    chips = world.chips(3)
    world.commission("hsinlin", chips)
    world.ship("hsinlin", chips, to="kestrel")
    world.receive("kestrel", chips)
    world.pack("kestrel", TRAY, chips)
    world.ship("kestrel", [TRAY], to="fjordhall", via=["skua"])
    world.depart("skua", [TRAY])
    world.advance(days=1)
    world.report("skua", [TRAY], "stolen")
    return chips


def test_whoever_is_offered_one_of_the_chips_is_told_to_stop(world, chips):
    assert ["stop"] * 4 == [verdict(world, item) for item in [TRAY, *chips]]
    told = """\
A0001 is STOP.
made: by Hsinlin
in transit: from Kestrel to Fjordhall, with Skua
answers for it: Kestrel, until Fjordhall signs
inside: T1
status: reported stolen
stop: Skua reported this item stolen.  status/stolen, entry 7
 1  Made by Hsinlin.
 2  Shipped by Hsinlin to Kestrel.
 3  Received by Kestrel.
 4  Packed by Kestrel into T1.
 5  Shipped by Kestrel to Fjordhall with Skua.  [in T1]
 6  Left with Skua.  [in T1]
 7  Reported stolen by Skua.  [in T1]
    stop  Skua reported this item stolen.  status/stolen
"""
    assert told == page(world, chips[0])


def test_customs_stop_it_among_others(world, chips):
    others = world.chips(2, start=8)
    world.commission("hsinlin", others)

    answers = check(world.ledger, [others[0], chips[1], others[1]]).lines
    assert [Verdict.CLEAR, Verdict.STOP, Verdict.CLEAR] == [line.verdict for line in answers]


def test_nobody_clears_it_who_has_no_part_in_it(world, chips):
    world.clear("magpie", [TRAY], "stolen")

    assert "stop" == verdict(world, chips[0])


def test_found_again_it_is_clear_and_the_history_shows_both(world, chips):
    world.advance(days=14)
    world.clear("skua", [TRAY], "stolen")
    world.receive("fjordhall", [TRAY])

    assert ("clear", "Fjordhall") == (verdict(world, chips[0]), whereabouts(world, chips[0]))
    assert {"status/stolen": "contraindicated, closed"} == findings(world, chips[0])
    told = """\
T1 is CLEAR.
held by: Fjordhall, since 24 Mar 2026 09:08 UTC (entry 9)
contains: A0001, A0002, A0003
 4  Packed by Kestrel: 3 items went in.
 5  Shipped by Kestrel to Fjordhall with Skua.
 6  Left with Skua.
 7  Reported stolen by Skua.
    note  Skua reported this item stolen. (settled by entry 8)  status/stolen
 8  No longer stolen, says Skua.
 9  Received by Fjordhall.
"""
    assert told == page(world, TRAY)


def test_a_chip_that_was_taken_out_meanwhile_is_cleared_by_itself(world, chips):
    world.receive("fjordhall", [TRAY])
    world.unpack("fjordhall", TRAY, chips[:1])
    world.clear("fjordhall", chips[:1], "stolen")

    assert ["clear", "stop"] == [verdict(world, chip) for chip in chips[:2]]
