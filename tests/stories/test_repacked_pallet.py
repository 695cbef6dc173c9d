"""The pallet that is re-packed in Singapore.

Kestrel packs four chips into a tray, the tray onto a pallet, and ships the pallet to Fjordhall by
way of Tern. The aircraft takes no pallets, so Tern takes it apart in Singapore and packs the tray
into a crate. Nobody but Tern may do that, and Fjordhall can sign for a crate of which Kestrel has
never heard.
"""

from datetime import timedelta

import pytest

from tests.stories.telling import findings, page, verdict, whereabouts

TRAY = "urn:chiptrail:chip:kestrel:tray:T1"
PALLET = "https://id.gs1.org/00/106141412345678908"
CRATE = "https://id.gs1.org/00/106141412345678915"


@pytest.fixture
def chips(world):
    chips = world.chips(4)
    world.commission("hsinlin", chips)
    world.ship("hsinlin", chips, to="kestrel")
    world.receive("kestrel", chips)
    world.pack("kestrel", TRAY, chips)
    world.pack("kestrel", PALLET, [TRAY])
    world.ship("kestrel", [PALLET], to="fjordhall", via=["tern"], due_in=timedelta(days=9))
    world.depart("tern", [PALLET])
    world.advance(days=1)
    world.unpack("tern", PALLET)
    world.pack("tern", CRATE, [TRAY])
    return chips


def test_the_chips_are_still_on_their_way_in_the_new_crate(world, chips):
    assert ["Kestrel > Fjordhall"] * 3 == [whereabouts(world, i) for i in (chips[0], TRAY, CRATE)]
    assert ("clear", {}) == (verdict(world, CRATE), findings(world, chips[0]))


def test_the_consignee_signs_for_the_crate_and_has_the_chips(world, chips):
    world.depart("tern", [CRATE])
    world.advance(days=4)
    world.receive("fjordhall", [CRATE], final=True)

    told = """\
A0004 is CLEAR.
made: by Hsinlin
held by: Fjordhall, since 14 Mar 2026 09:10 UTC (entry 11)
inside: T1
 1  Made by Hsinlin.
 2  Shipped by Hsinlin to Kestrel.
 3  Received by Kestrel.
 4  Packed by Kestrel into T1.
 5  Packed by Kestrel into SSCC 106141412345678908.  [in T1]
 6  Shipped by Kestrel to Fjordhall with Tern, due 18 Mar 2026.  [in SSCC 106141412345678908]
 7  Left with Tern.  [in SSCC 106141412345678908]
 8  Taken out of SSCC 106141412345678908 by Tern.  [in T1]
 9  Packed by Tern into SSCC 106141412345678915.  [in T1]
10  Left with Tern.  [in SSCC 106141412345678915]
11  Received by Fjordhall.  [in SSCC 106141412345678915]
"""
    assert told == page(world, chips[3])


def test_nobody_waits_for_the_empty_pallet(world, chips):
    world.receive("fjordhall", [CRATE])
    world.advance(days=30)

    assert ("clear", {}) == (verdict(world, PALLET), findings(world, PALLET))


def test_a_carrier_that_was_not_named_cannot_repack(world, chips):
    world.unpack("skua", CRATE)

    assert ("check", "custody/challenged") == (verdict(world, TRAY), *findings(world, TRAY))
    told = """\
SSCC 106141412345678915 is CHECK.
in transit: from Kestrel to Fjordhall, with Tern
answers for it: Kestrel, until Fjordhall signs
contains: T1
check: Skua signed that it unpacked this item, but has no part in its custody; the record
      stands: by entry 9 it is on its way from Kestrel to Fjordhall.  custody/challenged, entry
      10
 9  Packed by Tern: 1 item went in.
10  Claimed, without effect: opened by Skua: everything taken out.
    note  Skua signed that it unpacked this item, but does not have it in hand: by entry 9 it is
      on its way from Kestrel to Fjordhall.  custody/not-holder
    check  Skua signed that it unpacked this item, but has no part in its custody; the record
      stands: by entry 9 it is on its way from Kestrel to Fjordhall.  custody/challenged
"""
    assert told == page(world, CRATE)


def test_who_packs_the_crate_too_early_finds_that_the_tray_is_on_the_pallet(world):
    (chip,) = world.chips(1)
    world.commission("hsinlin", [chip])
    world.pack("hsinlin", PALLET, [chip])
    world.ship("hsinlin", [PALLET], to="fjordhall", via=["tern"])
    world.pack("tern", CRATE, [chip])

    assert {"custody/outside-container": "warning, open"} == findings(world, chip)
