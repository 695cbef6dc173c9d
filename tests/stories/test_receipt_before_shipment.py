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


def test_a_receipt_alone_moves_nothing_and_counts_against_its_entry_only(world, chip):
    """Else anybody could stain any chip with it, for ever."""
    told = """\
A0001 is CLEAR.
made: by Hsinlin
held by: Kestrel, since 9 Mar 2026 09:02 UTC (entry 3)
 1  Made by Hsinlin.
 2  Shipped by Hsinlin to Kestrel.
 3  Received by Kestrel.
 4  Waits for its shipment: received by Fjordhall.
    note  Fjordhall signed that it received this item before anybody signed that it was sent: by
      entry 3 it is in the hands of Kestrel.  custody/pending-shipment
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


def test_with_a_shipment_to_somebody_else_it_lapses(world, chip):
    world.ship("kestrel", [chip], to="inzai")
    world.receive("inzai", [chip])
    world.ship("inzai", [chip], to="fjordhall")

    assert "Inzai > Fjordhall" == whereabouts(world, chip)
    assert "(settled by entry 5) custody/pending-shipment" in " ".join(page(world, chip).split())


def test_a_party_to_the_chip_that_signs_too_early_is_heard(world, chip):
    """Hsinlin made it: that it has it back while Kestrel has it wants a look."""
    world.receive("hsinlin", [chip])

    assert ("Kestrel", "check") == (whereabouts(world, chip), verdict(world, chip))
    assert {"custody/pending-shipment": "warning, open"} == findings(world, chip)


def test_another_party_that_claims_to_have_it_too_is_heard_by_nobody(world, chip):
    """Two receipts wait; the shipment says whose counts."""
    world.receive("magpie", [chip])
    world.ship("kestrel", [chip], to="fjordhall", at=world.now - timedelta(days=1))

    assert "Fjordhall" == whereabouts(world, chip)
