"""The receipt that came before the shipment.

Fjordhall's scanner reports at noon what came through the gate. Kestrel's system reports at
midnight what left the day before. So the ledger hears of the receipt first. It waits, and counts
as soon as Kestrel's word is there.
"""

from datetime import timedelta

import pytest

from tests.stories.telling import findings, page, verdict, whereabouts


@pytest.fixture
def chip(world):
    """Kestrel has a chip by the record when Fjordhall signs that it has it."""
    (chip,) = world.chips(1)
    world.commission("hsinlin", [chip])
    world.ship("hsinlin", [chip], to="kestrel")
    world.receive("kestrel", [chip])
    world.advance(days=2)
    world.receive("fjordhall", [chip])
    return chip


def test_a_receipt_alone_moves_nothing_and_wants_a_look(world, chip):
    assert ("Kestrel", "check") == (whereabouts(world, chip), verdict(world, chip))
    told = """\
A0001 is CHECK.
made: by Hsinlin
held by: Kestrel, since 9 Mar 2026 09:02 UTC (entry 3)
check: Fjordhall signed that it received this item before anybody signed that it was sent: by
      entry 3 it is in the hands of Kestrel.  custody/pending-shipment, entry 4
 1  Made by Hsinlin.
 2  Shipped by Hsinlin to Kestrel.
 3  Received by Kestrel.
 4  Waits for its shipment: received by Fjordhall.
    check  Fjordhall signed that it received this item before anybody signed that it was sent:
      by entry 3 it is in the hands of Kestrel.  custody/pending-shipment
"""
    assert told == page(world, chip)


def test_with_the_shipment_the_receipt_counts(world, chip):
    world.ship("kestrel", [chip], to="fjordhall", at=world.now - timedelta(days=1))

    told = """\
A0001 is CLEAR.
made: by Hsinlin
held by: Fjordhall, since 11 Mar 2026 09:03 UTC (entry 4)
 1  Made by Hsinlin.
 2  Shipped by Hsinlin to Kestrel.
 3  Received by Kestrel.
 4  Received by Fjordhall.
    note  Fjordhall signed that it received this item before anybody signed that it was sent: by
      entry 3 it is in the hands of Kestrel. (settled by entry 5)  custody/pending-shipment
 5  Shipped by Kestrel to Fjordhall.
"""
    assert told == page(world, chip)


def test_a_shipment_to_somebody_else_leaves_the_receipt_waiting(world, chip):
    world.ship("kestrel", [chip], to="inzai")

    assert "Kestrel > Inzai" == whereabouts(world, chip)
    assert {"custody/pending-shipment": "warning, open"} == findings(world, chip)


def test_another_party_that_claims_to_have_it_too_is_heard_by_nobody(world, chip):
    """Two receipts wait; the shipment says whose counts."""
    world.receive("magpie", [chip])
    world.ship("kestrel", [chip], to="fjordhall")

    assert "Fjordhall" == whereabouts(world, chip)
