"""The chip that entered mid-life.

Inzai has bought chips for years. When it joins the ledger it enters what stands in its racks. Until
Hsinlin signs that it made a chip, nobody knows where it is from; nothing else is held against it.
"""

import pytest

from tests.stories.telling import findings, page, verdict, whereabouts


@pytest.fixture
def chip(world):
    (chip,) = world.chips(1)
    world.register("inzai", [chip])
    return chip


def test_a_chip_of_unknown_origin_wants_a_look(world, chip):
    told = """\
A0001 is CHECK.
held by: Inzai, since 9 Mar 2026 09:00 UTC (entry 1)
check: Inzai entered this item in mid-life; no maker has signed for it.  custody/no-origin,
      entry 1
 1  Entered in the ledger by Inzai, who had it.
    check  Inzai entered this item in mid-life; no maker has signed for it.  custody/no-origin
"""
    assert told == page(world, chip)


def test_it_can_be_sold_meanwhile(world, chip):
    world.ship("inzai", [chip], to="fjordhall")
    world.receive("fjordhall", [chip])

    assert ("Fjordhall", "check") == (whereabouts(world, chip), verdict(world, chip))


def test_its_maker_signs_for_it_and_it_stays_where_it_is(world, chip):
    world.ship("inzai", [chip], to="fjordhall")
    world.receive("fjordhall", [chip])
    world.commission("hsinlin", [chip])

    told = """\
A0001 is CLEAR.
made: by Hsinlin
held by: Fjordhall, since 9 Mar 2026 09:02 UTC (entry 3)
 1  Entered in the ledger by Inzai, who had it.
    note  Inzai entered this item in mid-life; no maker has signed for it. (settled by entry 4)
      custody/no-origin
 2  Shipped by Inzai to Fjordhall.
 3  Received by Fjordhall.
 4  Made by Hsinlin.
"""
    assert told == page(world, chip)


def test_who_enters_what_another_has_entered_is_found_out(world, chip):
    world.register("magpie", [chip])

    assert "Inzai" == whereabouts(world, chip)
    assert {
        "custody/no-origin": "warning, open",
        "custody/challenged": "warning, open",
    } == findings(world, chip)
