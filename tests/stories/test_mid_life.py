"""The chip that entered mid-life.

Inzai has bought chips for years. When it joins the ledger it enters what stands in its racks. Until
Hsinlin signs that it made a chip, nobody knows where it is from; nothing else is held against it.
"""

from datetime import timedelta

import pytest

from tests.stories.cast import MONDAY
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


YEARS_AGO = MONDAY - timedelta(days=700)
"""When Hsinlin made the chip."""


def test_its_maker_signs_for_it_and_it_stays_where_it_is(world, chip):
    world.ship("inzai", [chip], to="fjordhall")
    world.receive("fjordhall", [chip])
    world.commission("hsinlin", [chip], at=YEARS_AGO)

    told = """\
A0001 is CLEAR.
made: by Hsinlin
held by: Fjordhall, since 9 Mar 2026 09:02 UTC (entry 3)
 1  Entered in the ledger by Inzai, who had it.
    note  Inzai entered this item in mid-life; no maker has signed for it. (settled by entry 4)
      custody/no-origin
 2  Shipped by Inzai to Fjordhall.
 3  Received by Fjordhall.
 4  Made by Hsinlin.  [recorded 9 Mar 2026 09:03]
    note  Recorded 700 days after the date that Hsinlin gave it.  time/late-record
"""
    assert told == page(world, chip)


def test_who_enters_what_another_has_entered_is_found_out(world, chip):
    world.register("magpie", [chip])

    assert "Inzai" == whereabouts(world, chip)
    assert {
        "custody/no-origin": "warning, open",
        "custody/challenged": "warning, open",
    } == findings(world, chip)


def test_its_maker_is_told_that_the_number_is_in_use_and_what_its_date_means(world, chip):
    late, told = world.commission("hsinlin", [chip], at=YEARS_AGO).findings

    assert ("time/late-record", "custody/unconfirmed") == (late.code.value, told.code.value)
    assert "made it before: this says where it is from" in told.message
    assert "inzai" not in told.message


def test_a_maker_that_dates_it_wrongly_takes_it_and_gives_it_back_by_correcting_the_date(
    world, chip
):
    wrong = world.commission("hsinlin", [chip])
    taken = whereabouts(world, chip), findings(world, chip)["custody/challenged"]
    world.correct("hsinlin", wrong, world.commission("hsinlin", [chip], at=YEARS_AGO))

    assert ("Hsinlin", "warning, open") == taken
    assert ("Inzai", "clear") == (whereabouts(world, chip), verdict(world, chip))


def test_what_has_been_sold_on_is_nobody_s_to_take(world, chip):
    world.ship("inzai", [chip], to="fjordhall")
    world.receive("fjordhall", [chip])
    (told,) = world.commission("hsinlin", [chip]).findings

    assert "custody/already-exists" == told.code.value
    assert ("Fjordhall", "check") == (whereabouts(world, chip), verdict(world, chip))
