"""The forwarder's warehouse.

Kestrel ships a crate to Fjordhall: Tern keeps it in a warehouse until Skua has a place on a flight.
That takes too long. While it lies there Kestrel answers for it, and everybody can see that it is
late; when it has come, that is over.
"""

from datetime import timedelta

import pytest

from tests.stories.telling import findings, page, verdict, whereabouts

CRATE = "https://id.gs1.org/00/106141412345678915"
WAREHOUSE = {"latitude": 1.36, "longitude": 103.99, "accuracyM": 50, "countryCode": "SG"}


@pytest.fixture
def chip(world):
    """In Tern's warehouse since Tuesday, due at Fjordhall on Friday."""
    (chip,) = world.chips(1)
    world.commission("hsinlin", [chip])
    world.pack("hsinlin", CRATE, [chip])
    world.ship("hsinlin", [CRATE], to="kestrel")
    world.receive("kestrel", [CRATE])
    via, due = ["tern", "skua"], timedelta(days=4)
    world.ship("kestrel", [CRATE], to="fjordhall", via=via, due_in=due)
    world.advance(days=1)
    world.carry("tern", [CRATE], "arriving")
    world.declare("tern", [CRATE], **{"chiptrail:location": WAREHOUSE})
    return chip


def test_what_lies_in_the_warehouse_is_the_senders_to_answer_for(world, chip):
    told = """\
A0001 is CLEAR.
made: by Hsinlin
in transit: from Kestrel to Fjordhall, with Tern, Skua
due: 13 Mar 2026 09:04 UTC, in 2 days
answers for it: Kestrel, until Fjordhall signs
inside: SSCC 106141412345678915
last place: 1.36 N, 103.99 E, SG, within 50 m; declared by Tern, 10 Mar 2026 09:06 UTC, less
      than a day ago (entry 7)
 1  Made by Hsinlin.
 2  Packed by Hsinlin into SSCC 106141412345678915.
 3  Shipped by Hsinlin to Kestrel.  [in SSCC 106141412345678915]
 4  Received by Kestrel.  [in SSCC 106141412345678915]
 5  Shipped by Kestrel to Fjordhall with Tern and Skua, due 13 Mar 2026.  [in SSCC
      106141412345678915]
 6  Arrived with Tern.  [in SSCC 106141412345678915]
 7  Declared by Tern to be at 1.36 N, 103.99 E, SG.  [in SSCC 106141412345678915]
"""
    assert told == page(world, chip)


def test_what_lies_there_too_long_is_overdue(world, chip):
    world.advance(days=6)

    assert "check" == verdict(world, chip)
    assert {"custody/overdue": "warning, open"} == findings(world, chip)


def test_what_nobody_said_when_to_expect_wants_a_look_when_nothing_happens_to_it(world, chip):
    """And no longer, once somebody has done something with it."""
    world.ship("kestrel", [CRATE], to="fjordhall", via=["tern", "skua"])
    world.advance(days=50)
    lying = findings(world, chip)["custody/dwell"]
    world.receive("fjordhall", [CRATE])

    assert "warning, open" == lying
    assert ("clear", "Fjordhall") == (verdict(world, chip), whereabouts(world, chip))


def test_handed_over_and_delivered_it_is_late_no_more(world, chip):
    world.advance(days=6)
    world.carry("skua", [CRATE], "loading")
    world.depart("skua", [CRATE])
    world.advance(days=1)
    world.receive("fjordhall", [CRATE])

    told = """\
A0001 is CLEAR.
made: by Hsinlin
held by: Fjordhall, since 17 Mar 2026 09:09 UTC (entry 10)
inside: SSCC 106141412345678915
last place: 1.36 N, 103.99 E, SG, within 50 m; declared by Tern, 10 Mar 2026 09:06 UTC, 7 days
      ago (entry 7); nobody has said since entry 10
 1  Made by Hsinlin.
 2  Packed by Hsinlin into SSCC 106141412345678915.
 3  Shipped by Hsinlin to Kestrel.  [in SSCC 106141412345678915]
 4  Received by Kestrel.  [in SSCC 106141412345678915]
 5  Shipped by Kestrel to Fjordhall with Tern and Skua, due 13 Mar 2026.  [in SSCC
      106141412345678915]
 6  Arrived with Tern.  [in SSCC 106141412345678915]
 7  Declared by Tern to be at 1.36 N, 103.99 E, SG.  [in SSCC 106141412345678915]
 8  Loaded by Skua.  [in SSCC 106141412345678915]
 9  Left with Skua.  [in SSCC 106141412345678915]
10  Received by Fjordhall.  [in SSCC 106141412345678915]
"""
    assert told == page(world, chip)


def test_a_warehouse_that_signs_for_goods_of_its_own_has_them(world, chip):
    """Where Tern is the consignee it holds the crate, and ships it on like anybody."""
    world.receive("fjordhall", [CRATE])
    world.ship("fjordhall", [CRATE], to="tern")
    world.receive("tern", [CRATE])
    held = whereabouts(world, chip)
    world.ship("tern", [CRATE], to="inzai", via=["skua"])

    assert ("Tern", "Tern > Inzai") == (held, whereabouts(world, chip))


def test_the_warehouse_cannot_sign_for_the_consignee(world, chip):
    world.receive("tern", [CRATE])

    assert "Kestrel > Fjordhall" == whereabouts(world, chip)
    assert {"custody/not-consignee": "contraindicated, open"} == findings(world, chip)
