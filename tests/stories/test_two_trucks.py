"""Two trucks: one shipment leaves on two trucks, and the second comes a day later.

Hsinlin sells four chips to Kestrel, due in three days. The first truck brings two of them. Nobody
has to worry about the other two before the shipment is due, or before Kestrel signs that nothing
more is to come.
"""

from datetime import timedelta

import pytest

from tests.stories.telling import findings, page, verdict, whereabouts


@pytest.fixture
def chips(world):
    """Four chips set out, and the first truck arrives with two."""
    chips = world.chips(4)
    world.commission("hsinlin", chips)
    world.ship("hsinlin", chips, to="kestrel", via=["skua"], due_in=timedelta(days=3))
    world.depart("skua", chips)
    world.advance(days=1)
    world.receive("kestrel", chips[:2])
    return chips


def test_what_is_still_on_the_road_is_not_missing(world, chips):
    assert ["Kestrel", "Kestrel", "Hsinlin > Kestrel", "Hsinlin > Kestrel"] == [
        whereabouts(world, chip) for chip in chips
    ]
    assert ["clear"] * 4 == [verdict(world, chip) for chip in chips]


def test_when_the_second_truck_comes_nothing_is_left_to_say(world, chips):
    world.advance(days=1)
    world.receive("kestrel", chips[2:], final=True)

    told = """\
A0004 is CLEAR.
made: by Hsinlin
held by: Kestrel, since 11 Mar 2026 09:04 UTC (entry 5)
 1  Made by Hsinlin.
 2  Shipped by Hsinlin to Kestrel with Skua, due 12 Mar 2026.
 3  Left with Skua.
 5  Received by Kestrel.
"""
    assert told == page(world, chips[3])


def test_what_has_not_come_when_it_was_due_is_short(world, chips):
    world.advance(days=3)

    assert ["clear", "check"] == [verdict(world, chip) for chip in chips[1:3]]
    assert {"custody/short": "warning, open"} == findings(world, chips[2])


def test_what_a_last_receipt_leaves_out_is_short_at_once(world, chips):
    world.receive("kestrel", chips[2:3], final=True)

    assert ["clear", "check"] == [verdict(world, chip) for chip in chips[2:]]
    told = """\
A0004 is CHECK.
made: by Hsinlin
in transit: from Hsinlin to Kestrel, with Skua
due: 12 Mar 2026 09:01 UTC, in a day
answers for it: Hsinlin, until Kestrel signs
check: Kestrel signed that shipment 2 is complete (entry 5), but this item of it was not
      received.  custody/short, entry 2
 1  Made by Hsinlin.
 2  Shipped by Hsinlin to Kestrel with Skua, due 12 Mar 2026.
    check  Kestrel signed that shipment 2 is complete (entry 5), but this item of it was not
      received.  custody/short
 3  Left with Skua.
"""
    assert told == page(world, chips[3])


def test_what_turns_up_after_all_is_no_longer_short(world, chips):
    world.receive("kestrel", chips[2:3], final=True)
    world.advance(days=2)
    world.receive("kestrel", chips[3:])

    assert ("clear", {}) == (verdict(world, chips[3]), findings(world, chips[3]))
