"""The order that nobody made.

Kestrel ships two chips to Inzai, who ordered none and refuses them. They go back, and until Kestrel
signs that it has them again they are expected nowhere else.
"""

import pytest

from tests.stories.telling import findings, page, verdict, whereabouts


@pytest.fixture
def chips(world):
    chips = world.chips(2)
    world.commission("hsinlin", chips)
    world.ship("hsinlin", chips, to="kestrel")
    world.receive("kestrel", chips)
    world.ship("kestrel", chips, to="inzai", via=["skua"])
    world.depart("skua", chips)
    world.refuse("inzai", chips)
    return chips


def test_refused_goods_are_on_their_way_back(world, chips):
    assert ("Kestrel > Kestrel", "check") == (
        whereabouts(world, chips[0]),
        verdict(world, chips[0]),
    )
    assert {"custody/refused": "warning, open"} == findings(world, chips[0])


def test_home_again_they_can_be_sold_to_somebody_else(world, chips):
    world.receive("kestrel", chips)
    world.ship("kestrel", chips, to="fjordhall")
    world.receive("fjordhall", chips)

    told = """\
A0001 is CLEAR.
made: by Hsinlin
held by: Fjordhall, since 9 Mar 2026 09:08 UTC (entry 9)
 1  Made by Hsinlin.
 2  Shipped by Hsinlin to Kestrel.
 3  Received by Kestrel.
 4  Shipped by Kestrel to Inzai with Skua.
 5  Left with Skua.
 6  Refused by Inzai: it goes back to the sender.
    note  Inzai refused this item; it goes back to Kestrel. (settled by entry 7)
      custody/refused
 7  Received by Kestrel.
 8  Shipped by Kestrel to Fjordhall.
 9  Received by Fjordhall.
"""
    assert told == page(world, chips[0])


def test_who_refused_them_cannot_keep_them(world, chips):
    world.receive("inzai", chips[:1])

    assert "Kestrel > Kestrel" == whereabouts(world, chips[0])
    assert "warning, open" == findings(world, chips[0])["custody/challenged"]
