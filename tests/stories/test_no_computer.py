"""The consignee with no computer.

Fjordhall has lost its key, or never had one in use. Skua brings the goods and photographs the
stamped paper. That is better than nothing: the goods are Fjordhall's, and nobody has countersigned.
When Fjordhall signs at last, all is well, and both can be seen.
"""

import pytest

from tests.stories.telling import findings, page, verdict, whereabouts


@pytest.fixture
def chips(world):
    chips = world.chips(2)
    world.commission("hsinlin", chips)
    world.ship("hsinlin", chips, to="fjordhall", via=["skua"])
    world.depart("skua", chips)
    world.advance(days=2)
    return chips


def test_delivered_with_a_photograph_it_is_there_and_not_countersigned(world, chips):
    world.deliver("skua", chips, to="fjordhall")

    assert ("Fjordhall", "check") == (whereabouts(world, chips[0]), verdict(world, chips[0]))
    told = """\
A0001 is CHECK.
made: by Hsinlin
held by: Fjordhall, since 11 Mar 2026 09:03 UTC (entry 4); it has not signed for it
check: Skua signed that it delivered this item to Fjordhall, who has not signed for it.
      custody/not-countersigned, entry 4
 1  Made by Hsinlin.
 2  Shipped by Hsinlin to Fjordhall with Skua.
 3  Left with Skua.
 4  Delivered to Fjordhall, says Skua; Fjordhall has not signed for it.
    check  Skua signed that it delivered this item to Fjordhall, who has not signed for it.
      custody/not-countersigned
"""
    assert told == page(world, chips[0])


def test_when_the_consignee_signs_it_is_settled_and_the_history_shows_both(world, chips):
    world.deliver("skua", chips, to="fjordhall")
    world.advance(days=20)
    world.receive("fjordhall", chips)

    assert {"custody/not-countersigned": "warning, closed"} == findings(world, chips[0])
    told = """\
A0001 is CLEAR.
made: by Hsinlin
held by: Fjordhall, since 31 Mar 2026 09:04 UTC (entry 5)
 1  Made by Hsinlin.
 2  Shipped by Hsinlin to Fjordhall with Skua.
 3  Left with Skua.
 4  Delivered to Fjordhall, says Skua; Fjordhall has not signed for it.
    note  Skua signed that it delivered this item to Fjordhall, who has not signed for it.
      (settled by entry 5)  custody/not-countersigned
 5  Received by Fjordhall.
"""
    assert told == page(world, chips[0])


def test_who_goes_on_with_the_goods_has_signed_for_them(world, chips):
    world.deliver("skua", chips, to="fjordhall")
    world.ship("fjordhall", chips, to="inzai")

    assert ("Fjordhall > Inzai", "clear") == (
        whereabouts(world, chips[0]),
        verdict(world, chips[0]),
    )


def test_the_consignee_may_still_say_that_it_wants_none_of_it(world, chips):
    world.deliver("skua", chips, to="fjordhall")
    world.refuse("fjordhall", chips)

    assert "Hsinlin > Hsinlin" == whereabouts(world, chips[0])


def test_the_word_of_the_carrier_alone_delivers_nothing(world, chips):
    world.deliver("skua", chips, to="fjordhall", proof=False)

    assert "Hsinlin > Fjordhall" == whereabouts(world, chips[0])


def test_to_somebody_else_nothing_can_be_delivered(world, chips):
    world.deliver("skua", chips, to="inzai")

    assert "Hsinlin > Fjordhall" == whereabouts(world, chips[0])
