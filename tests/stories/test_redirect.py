"""The redirect: while the goods are on the ship, they are sold to somebody else.

Kestrel ships to Fjordhall. On the way Inzai buys the goods, and Kestrel sends them there instead.
The carrier that has them may find that strange, so it is to be seen until Inzai has signed.
"""

from datetime import timedelta

import pytest

from tests.stories.telling import findings, page, verdict, whereabouts


@pytest.fixture
def chip(world):
    (chip,) = world.chips(1)
    world.commission("hsinlin", [chip])
    world.ship("hsinlin", [chip], to="kestrel")
    world.receive("kestrel", [chip])
    world.ship("kestrel", [chip], to="fjordhall", via=["tern"], due_in=timedelta(days=3))
    world.depart("tern", [chip])
    world.advance(days=1)
    world.ship("kestrel", [chip], to="inzai", via=["tern"], due_in=timedelta(days=20))
    return chip


def test_it_goes_to_the_new_consignee_and_wants_a_look(world, chip):
    assert ("Kestrel > Inzai", "check") == (whereabouts(world, chip), verdict(world, chip))
    assert {"custody/redirected": "warning, open"} == findings(world, chip)


def test_it_is_late_by_the_new_date_only(world, chip):
    world.advance(days=10)

    assert {"custody/redirected": "warning, open"} == findings(world, chip)


def test_the_first_consignee_can_no_longer_sign_for_it(world, chip):
    world.receive("fjordhall", [chip])

    assert "Kestrel > Inzai" == whereabouts(world, chip)


def test_when_the_new_consignee_signs_it_is_settled(world, chip):
    world.receive("inzai", [chip])

    told = """\
A0001 is CLEAR.
made: by Hsinlin
held by: Inzai, since 10 Mar 2026 09:06 UTC (entry 7)
 1  Made by Hsinlin.
 2  Shipped by Hsinlin to Kestrel.
 3  Received by Kestrel.
 4  Shipped by Kestrel to Fjordhall with Tern, due 12 Mar 2026.
 5  Left with Tern.
 6  Redirected by Kestrel to Inzai with Tern, due 30 Mar 2026.
    note  Kestrel sent this item on to Inzai, while it was on its way to Fjordhall (entry 4).
      (settled by entry 7)  custody/redirected
 7  Received by Inzai.
"""
    assert told == page(world, chip)
