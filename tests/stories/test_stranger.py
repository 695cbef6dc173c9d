"""The stranger who commissions your serial, registers it, or labels a box with your number.

Magpie prints Hsinlin's serials on chips of its own and enters them in the ledger: once before
Hsinlin does, once after. Neither does Hsinlin's customers any harm.
"""

from datetime import timedelta

import pytest

from tests.stories.cast import MONDAY
from tests.stories.telling import findings, page, verdict, whereabouts

OWN = "urn:chiptrail:chip:umbra:U7:1"
"""Something of Magpie's."""


def test_the_number_of_a_chip_that_exists_stays_with_the_chip(world):
    (chip,) = world.chips(1)
    world.commission("hsinlin", [chip])
    world.ship("hsinlin", [chip], to="kestrel")
    world.receive("kestrel", [chip])
    world.commission("magpie", [chip])

    told = """\
A0001 is CHECK.
made: by Hsinlin
held by: Kestrel, since 9 Mar 2026 09:02 UTC (entry 3)
check: Magpie signed that it made this item, but has no part in its custody; the record stands:
      by entry 3 it is in the hands of Kestrel.  custody/challenged, entry 4
 1  Made by Hsinlin.
 2  Shipped by Hsinlin to Kestrel.
 3  Received by Kestrel.
 4  Claimed, without effect: made by Magpie.
    note  Magpie signed that it made this item, but it is in the ledger already: by entry 3 it
      is in the hands of Kestrel.  custody/already-exists
    check  Magpie signed that it made this item, but has no part in its custody; the record
      stands: by entry 3 it is in the hands of Kestrel.  custody/challenged
    note  Magpie used a number outside the ranges that are registered for it.  custody/foreign-
      prefix
"""
    assert told == page(world, chip)


def test_the_stranger_learns_nothing_of_the_chip(world):
    """Its receipt is the same for a number that exists and for one that does not."""
    made, unmade = world.chips(2)
    world.commission("hsinlin", [made])
    answers = [world.commission("magpie", [chip]).findings for chip in (made, unmade)]

    assert ["custody/foreign-prefix", "custody/unconfirmed"] == sorted(
        found.code.value for found in answers[0]
    )
    assert [found.message for found in answers[0]] == [found.message for found in answers[1]]


def test_a_number_that_is_not_made_yet_is_the_strangers_until_its_owner_claims_it(world):
    (chip,) = world.chips(1)
    world.commission("magpie", [chip])
    world.ship("magpie", [chip], to="inzai")

    assert ("Magpie > Inzai", "stop") == (whereabouts(world, chip), verdict(world, chip))
    assert {"custody/foreign-prefix": "contraindicated, open"} == findings(world, chip)


def test_what_the_stranger_did_with_the_number_is_void(world):
    (chip,) = world.chips(1)
    world.commission("magpie", [chip])
    world.ship("magpie", [chip], to="inzai")
    world.commission("hsinlin", [chip])

    told = """\
A0001 is CHECK.
made: by Hsinlin
held by: Hsinlin, since 9 Mar 2026 09:02 UTC (entry 3)
check: Magpie had entered this number, which is of the range of Hsinlin: by entry 2 it is on its
      way from Magpie to Inzai; what it did with it is void.  custody/challenged, entry 3
 1  Made by Magpie.
    note  Magpie used a number outside the ranges that are registered for it. (settled by entry
      3)  custody/foreign-prefix
 2  Shipped by Magpie to Inzai.
 3  Made by Hsinlin.
    check  Magpie had entered this number, which is of the range of Hsinlin: by entry 2 it is on
      its way from Magpie to Inzai; what it did with it is void.  custody/challenged
"""
    assert told == page(world, chip)


def test_a_sale_that_the_stranger_signs_moves_nothing(world):
    (chip,) = world.chips(1)
    world.commission("hsinlin", [chip])
    world.ship("magpie", [chip], to="inzai")
    world.receive("inzai", [chip])

    assert ("Hsinlin", "check") == (whereabouts(world, chip), verdict(world, chip))


# Entered before it was made ----------------------------------------------------------------------


@pytest.fixture
def entered(world):
    """A chip that Magpie has entered before Hsinlin made it."""
    (chip,) = world.chips(1)
    world.register("magpie", [chip])
    world.advance(days=1)
    return chip


def test_a_chip_that_is_made_is_its_maker_s_whoever_had_entered_its_number(world, entered):
    world.commission("hsinlin", [entered])
    world.ship("hsinlin", [entered], to="kestrel")
    world.receive("kestrel", [entered])

    told = """\
A0001 is CHECK.
made: by Hsinlin
held by: Kestrel, since 10 Mar 2026 09:03 UTC (entry 4)
check: Magpie had entered this number, which is of the range of Hsinlin: by entry 1 it is in the
      hands of Magpie; what it did with it is void.  custody/challenged, entry 2
 1  Entered in the ledger by Magpie, who had it.
    note  Magpie entered this item in mid-life; no maker has signed for it. (settled by entry 2)
      custody/no-origin
 2  Made by Hsinlin.
    check  Magpie had entered this number, which is of the range of Hsinlin: by entry 1 it is in
      the hands of Magpie; what it did with it is void.  custody/challenged
 3  Shipped by Hsinlin to Kestrel.
 4  Received by Kestrel.
"""
    assert told == page(world, entered)


def test_its_maker_is_told_that_others_had_entered_it_and_not_who(world, entered):
    (told,) = world.commission("hsinlin", [entered]).findings

    assert ("custody/challenged", ()) == (told.code.value, told.cites)
    assert "magpie" not in told.message


def test_a_maker_that_records_late_is_not_stopped_by_the_stranger(world, entered):
    """By the dates Magpie may have bought it: the ledger cannot tell who is right."""
    made = world.commission("hsinlin", [entered], at=MONDAY - timedelta(days=1))
    world.ship("hsinlin", [entered], to="kestrel")
    unsure = whereabouts(world, entered), verdict(world, entered)
    world.commission("hsinlin", [entered])
    world.ship("hsinlin", [entered], to="kestrel")

    assert "custody/unconfirmed" == made.findings[0].code.value
    assert ("Magpie", "check") == unsure
    assert ("Hsinlin > Kestrel", "check") == (whereabouts(world, entered), verdict(world, entered))


def test_a_box_with_hsinlin_s_number_takes_its_load_whoever_had_filled_it(world):
    chip, box = world.chips(2)
    world.commission("hsinlin", [chip])
    world.register("magpie", [OWN])
    world.pack("magpie", box, [OWN])
    world.pack("hsinlin", box, [chip])
    world.ship("hsinlin", [box], to="kestrel")
    world.receive("kestrel", [box])

    assert ("Kestrel", "clear") == (whereabouts(world, chip), verdict(world, chip))
    assert ("Magpie", "check") == (whereabouts(world, OWN), verdict(world, OWN))
