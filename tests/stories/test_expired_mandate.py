"""The broker with an expired mandate.

Kestrel lets Heron, a broker, sign its shipments for thirty days. In that time what Heron ships for
Kestrel is as good as Kestrel's own word. Afterwards it is Heron's alone, and that moves nothing.
"""

import pytest

from tests.stories.telling import findings, page, verdict, whereabouts
from tests.world import party

FOR_KESTREL = {"chiptrail:onBehalfOf": party("kestrel")}


@pytest.fixture
def chip(world):
    (chip,) = world.chips(1)
    world.commission("hsinlin", [chip])
    world.ship("hsinlin", [chip], to="kestrel")
    world.receive("kestrel", [chip])
    world.mandate("kestrel", "heron", "ship", days=30)
    return chip


def test_while_the_mandate_runs_the_broker_signs_for_the_seller(world, chip):
    world.ship("heron", [chip], to="fjordhall", **FOR_KESTREL)
    world.receive("fjordhall", [chip])

    told = """\
A0001 is CLEAR.
made: by Hsinlin
held by: Fjordhall, since 9 Mar 2026 09:05 UTC (entry 6)
 1  Made by Hsinlin.
 2  Shipped by Hsinlin to Kestrel.
 3  Received by Kestrel.
 5  Shipped by Heron on behalf of Kestrel to Fjordhall.
 6  Received by Fjordhall.
"""
    assert told == page(world, chip)


def test_when_it_has_run_out_the_broker_moves_nothing(world, chip):
    world.advance(days=31)
    world.ship("heron", [chip], to="fjordhall", **FOR_KESTREL)

    assert ("Kestrel", "clear") == (whereabouts(world, chip), verdict(world, chip))
    told = """\
A0001 is CLEAR.
made: by Hsinlin
held by: Kestrel, since 9 Mar 2026 09:02 UTC (entry 3)
 1  Made by Hsinlin.
 2  Shipped by Hsinlin to Kestrel.
 3  Received by Kestrel.
 5  Claimed, without effect: shipped by Heron on behalf of Kestrel to Fjordhall.
    note  Heron signed for Kestrel, but its mandate for that (entry 4) ended on 8 Apr 2026 09:03
      UTC.  custody/not-holder
"""
    assert told == page(world, chip)


def test_the_log_says_when_it_was_not_the_broker(world, chip):
    """What was signed after the mandate ran out does not help by being dated before."""
    signed_at = world.now
    world.advance(days=31)
    world.ship("heron", [chip], to="fjordhall", at=signed_at, **FOR_KESTREL)

    assert "Kestrel" == whereabouts(world, chip)


def test_a_mandate_to_ship_is_none_to_destroy(world, chip):
    world.destroy("heron", [chip], **FOR_KESTREL)

    assert "Kestrel" == whereabouts(world, chip)


def test_a_mandate_that_is_taken_back_is_over(world, chip):
    world.mandate("kestrel", "heron")
    world.ship("heron", [chip], to="fjordhall", **FOR_KESTREL)

    assert "Kestrel" == whereabouts(world, chip)


def test_what_the_broker_did_in_time_stays_done(world, chip):
    world.ship("heron", [chip], to="fjordhall", **FOR_KESTREL)
    world.mandate("kestrel", "heron")
    world.receive("fjordhall", [chip])

    assert {} == findings(world, chip)
