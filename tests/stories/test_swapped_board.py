"""The board that is swapped between servers.

Fjordhall has two servers with a board each, and a chip on each board. One server is ill, so the
technician takes its board out and puts it into the other. Then the server with both boards is sold:
whoever buys it has both chips.
"""

import pytest

from tests.stories.telling import findings, page, title, verdict, whereabouts

SICK, SOUND = "https://id.gs1.org/8004/9520001S1", "https://id.gs1.org/8004/9520001S2"
RACK = "https://id.gs1.org/8004/9520001R1"
BOARDS = ["urn:chiptrail:chip:acme:board:B1", "urn:chiptrail:chip:acme:board:B2"]


@pytest.fixture
def chips(world):
    chips = world.chips(2)
    world.commission("hsinlin", chips)
    world.ship("hsinlin", chips, to="fjordhall")
    world.receive("fjordhall", chips)
    for chip, board, server in zip(chips, BOARDS, (SICK, SOUND), strict=True):
        world.install("fjordhall", board, [chip])
        world.install("fjordhall", server, [board])
    return chips


def test_what_is_done_to_a_server_is_done_to_its_chips(world, chips):
    world.ship("fjordhall", [SICK], to="hsinlin")

    assert ["Fjordhall > Hsinlin", "Fjordhall"] == [whereabouts(world, chip) for chip in chips]


def test_the_chip_goes_where_its_board_goes(world, chips):
    world.remove("fjordhall", SICK, [BOARDS[0]])
    world.install("fjordhall", SOUND, [BOARDS[0]])
    world.ship("fjordhall", [SOUND], to="inzai")
    world.receive("inzai", [SOUND])

    assert ["Inzai", "Inzai", "Fjordhall"] == [whereabouts(world, i) for i in (*chips, SICK)]
    told = """\
A0001 is CLEAR.
made: by Hsinlin
held by: Inzai, since 9 Mar 2026 09:10 UTC (entry 11)
inside: B1
 1  Made by Hsinlin.
 2  Shipped by Hsinlin to Fjordhall.
 3  Received by Fjordhall.
 4  Installed by Fjordhall into B1.
 5  Installed by Fjordhall into asset 9520001S1.  [in B1]
 8  Taken out of asset 9520001S1 by Fjordhall.  [in B1]
 9  Installed by Fjordhall into asset 9520001S2.  [in B1]
10  Shipped by Fjordhall to Inzai.  [in asset 9520001S2]
11  Received by Inzai.  [in asset 9520001S2]
"""
    assert told == page(world, chips[0])


def test_a_rack_is_sold_and_used_with_every_chip_on_every_board_in_it(world, chips):
    """Four deep: chip, board, server, rack."""
    world.install("fjordhall", RACK, [SICK, SOUND])
    world.transfer("fjordhall", [RACK], owner="kestrel", user="inzai")
    world.accept("inzai", [RACK])
    world.accept("kestrel", [RACK])
    world.remove("fjordhall", RACK, [SICK])

    assert {"Kestrel's, used by Inzai"} == {title(world, one) for one in (*chips, RACK)}
    assert {"Fjordhall"} == {whereabouts(world, one) for one in (*chips, *BOARDS, RACK)}


def test_a_swap_that_nobody_recorded_comes_to_light(world, chips):
    """The record has the board in the sick server: look there."""
    world.install("fjordhall", SOUND, [BOARDS[0]])
    world.ship("fjordhall", [SOUND], to="inzai")

    assert ["Fjordhall", "Fjordhall > Inzai"] == [whereabouts(world, chip) for chip in chips]
    assert ("check", {"custody/outside-container": "warning, open"}) == (
        verdict(world, chips[0]),
        findings(world, chips[0]),
    )


def test_a_server_in_somebody_elses_hands_takes_no_board(world, chips):
    world.ship("fjordhall", [SOUND], to="inzai")
    world.receive("inzai", [SOUND])
    world.remove("fjordhall", SICK, [BOARDS[0]])
    world.install("fjordhall", SOUND, [BOARDS[0]])

    assert "Fjordhall" == whereabouts(world, chips[0])
    told = """\
A0001 is CLEAR.
made: by Hsinlin
held by: Fjordhall, since 9 Mar 2026 09:02 UTC (entry 3)
inside: B1
 1  Made by Hsinlin.
 2  Shipped by Hsinlin to Fjordhall.
 3  Received by Fjordhall.
 4  Installed by Fjordhall into B1.
 5  Installed by Fjordhall into asset 9520001S1.  [in B1]
10  Taken out of asset 9520001S1 by Fjordhall.  [in B1]
11  Claimed, without effect: installed by Fjordhall into asset 9520001S2.  [in B1]
    note  Fjordhall signed that it installed this item, but may put nothing into asset
      9520001S2.  custody/outside-container
"""
    assert told == page(world, chips[0])
