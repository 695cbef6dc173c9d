"""The RMA: a chip comes back, is reworked, and leaves again.

A chip at Fjordhall fails. It goes back to Hsinlin under a return number. Hsinlin gives it a new
board controller, and with that a new UUID; or it finds that it cannot be saved, and makes another
chip out of it and a spare. Either way Fjordhall gets something of which the record knows whence it
comes.
"""

import pytest

from tests.stories.telling import findings, page, verdict, whereabouts
from tests.world import CHIPS

RETURN = {"bizTransactionList": [{"bizTransaction": "urn:chiptrail:doc:rma:2026-0311"}]}
NEW = CHIPS + "R0001"


@pytest.fixture
def chip(world):
    """Back at Hsinlin, after three days at Fjordhall."""
    (chip,) = world.chips(1)
    identities = {"chiptrail:identities": [{"item": chip, "uuid": "GPU-1111"}]}
    world.commission("hsinlin", [chip], **identities)
    world.ship("hsinlin", [chip], to="fjordhall")
    world.receive("fjordhall", [chip])
    world.advance(days=3)
    world.ship("fjordhall", [chip], to="hsinlin", **RETURN)
    world.receive("hsinlin", [chip], disposition="damaged", **RETURN)
    return chip


def test_a_chip_that_comes_back_broken_has_nothing_held_against_it(world, chip):
    assert ("Hsinlin", "clear") == (whereabouts(world, chip), verdict(world, chip))
    assert {"custody/damaged": "affirming, open"} == findings(world, chip)


def test_reworked_it_has_new_numbers_and_leaves_again(world, chip):
    world.replace("hsinlin", chip, uuid="GPU-2222")
    world.ship("hsinlin", [chip], to="fjordhall", **RETURN)
    world.receive("fjordhall", [chip])

    told = """\
A0001 is CLEAR.
made: by Hsinlin
held by: Fjordhall, since 12 Mar 2026 09:07 UTC (entry 8)
numbers: UUID GPU-2222 (entry 6)
note: Hsinlin found this item damaged.  custody/damaged, entry 5
 1  Made by Hsinlin.  [UUID GPU-1111]
 2  Shipped by Hsinlin to Fjordhall.
 3  Received by Fjordhall.
 4  Shipped by Fjordhall to Hsinlin (RMA 2026-0311).
 5  Received damaged by Hsinlin (RMA 2026-0311).
    note  Hsinlin found this item damaged.  custody/damaged
 6  Given new serial numbers by Hsinlin.  [UUID GPU-2222]
 7  Shipped by Hsinlin to Fjordhall (RMA 2026-0311).
 8  Received by Fjordhall.
"""
    assert told == page(world, chip)


def test_what_is_made_out_of_it_has_its_story_and_the_old_number_is_dead(world, chip):
    (spare,) = world.chips(1, start=2)
    world.commission("hsinlin", [spare])
    world.transform("hsinlin", [chip, spare], [NEW], bizStep="assembling")
    world.ship("hsinlin", [NEW], to="fjordhall", **RETURN)
    world.receive("fjordhall", [NEW])

    assert ["clear", "clear"] == [verdict(world, item) for item in (chip, NEW)]
    told = """\
R0001 is CLEAR.
made: out of A0001 and A0002 by Hsinlin
held by: Fjordhall, since 12 Mar 2026 09:08 UTC (entry 9)
 7  Made out of A0001 and A0002 by Hsinlin.
 8  Shipped by Hsinlin to Fjordhall (RMA 2026-0311).
 9  Received by Fjordhall.
"""
    assert told == page(world, NEW)
    told = """\
A0001 is CLEAR.
made: by Hsinlin
ended: made into something else by Hsinlin (entry 7)
numbers: UUID GPU-1111 (entry 1)
note: Hsinlin found this item damaged.  custody/damaged, entry 5
 1  Made by Hsinlin.  [UUID GPU-1111]
 2  Shipped by Hsinlin to Fjordhall.
 3  Received by Fjordhall.
 4  Shipped by Fjordhall to Hsinlin (RMA 2026-0311).
 5  Received damaged by Hsinlin (RMA 2026-0311).
    note  Hsinlin found this item damaged.  custody/damaged
 7  Made into R0001 by Hsinlin.
"""
    assert told == page(world, chip)


def test_whoever_sells_the_dead_number_is_found_out(world, chip):
    world.transform("hsinlin", [chip], [NEW], bizStep="assembling")
    world.ship("hsinlin", [chip], to="inzai")

    assert "stop" == verdict(world, chip)
    assert {"custody/after-terminal": "contraindicated, open"} == {
        code: word for code, word in findings(world, chip).items() if code != "custody/damaged"
    }
