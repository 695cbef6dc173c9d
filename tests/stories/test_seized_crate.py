"""The seized crate.

A pallet with two crates is on its way through Singapore to Inzai. Straits hold it back for four
days, and the clock stands still so long. One crate they seize; the other goes on. Weeks later the
crate is released, and Inzai gets it after all.
"""

from datetime import timedelta

import pytest

from tests.stories.telling import findings, page, verdict, whereabouts

PALLET = "https://id.gs1.org/00/106141412345678908"
CRATES = ["https://id.gs1.org/00/106141412345678915", "https://id.gs1.org/00/106141412345678922"]


@pytest.fixture
def chips(world):
    """A chip in each crate, on a pallet that Straits hold back; due at Inzai on Thursday."""
    chips = world.chips(2)
    world.commission("hsinlin", chips)
    for chip, crate in zip(chips, CRATES, strict=True):
        world.pack("hsinlin", crate, [chip])
    world.pack("hsinlin", PALLET, CRATES)
    world.ship("hsinlin", [PALLET], to="inzai", via=["tern"], due_in=timedelta(days=3))
    world.depart("tern", [PALLET])
    world.advance(days=1)
    world.detain("straits", [PALLET])
    return chips


def test_what_is_held_back_wants_a_look_and_is_not_late(world, chips):
    world.advance(days=10)

    told = """\
A0001 is CHECK.
made: by Hsinlin
in transit: from Hsinlin to Inzai, with Tern
due: 12 Mar 2026 09:04 UTC, and held back
answers for it: Hsinlin, until Inzai signs
inside: SSCC 106141412345678915
status: detained
check: Straits detained this item.  status/detained, entry 7
 1  Made by Hsinlin.
 2  Packed by Hsinlin into SSCC 106141412345678915.
 4  Packed by Hsinlin into SSCC 106141412345678908.  [in SSCC 106141412345678915]
 5  Shipped by Hsinlin to Inzai with Tern, due 12 Mar 2026.  [in SSCC 106141412345678908]
 6  Left with Tern.  [in SSCC 106141412345678908]
 7  Held back by Straits.  [in SSCC 106141412345678908]
    check  Straits detained this item.  status/detained
"""
    assert told == page(world, chips[0])


def test_let_go_it_has_as_much_time_as_was_left(world, chips):
    world.advance(days=4)
    world.release("straits", [PALLET], "detained")
    world.advance(days=1)
    in_time = verdict(world, chips[0])
    world.advance(days=6)

    assert ("clear", "check") == (in_time, verdict(world, chips[0]))
    assert "warning, open" == findings(world, chips[0])["custody/overdue"]


def test_the_crate_is_taken_off_the_pallet_and_the_rest_goes_on(world, chips):
    world.seize("straits", [CRATES[0]])
    world.release("straits", [PALLET], "detained")
    world.receive("inzai", [PALLET])

    assert ["Straits", "Inzai"] == [whereabouts(world, chip) for chip in chips]
    assert ["stop", "clear"] == [verdict(world, chip) for chip in chips]
    told = """\
A0001 is STOP.
made: by Hsinlin
held by: Straits, since 10 Mar 2026 09:07 UTC (entry 8)
owned by: Hsinlin
inside: SSCC 106141412345678915
status: detained, seized
stop: Straits seized this item.  status/seized, entry 8
check: Straits detained this item.  status/detained, entry 7
 1  Made by Hsinlin.
 2  Packed by Hsinlin into SSCC 106141412345678915.
 4  Packed by Hsinlin into SSCC 106141412345678908.  [in SSCC 106141412345678915]
 5  Shipped by Hsinlin to Inzai with Tern, due 12 Mar 2026.  [in SSCC 106141412345678908]
 6  Left with Tern.  [in SSCC 106141412345678908]
 7  Held back by Straits.  [in SSCC 106141412345678908]
    check  Straits detained this item.  status/detained
 8  Seized by Straits.  [in SSCC 106141412345678915]
    stop  Straits seized this item.  status/seized
"""
    assert told == page(world, chips[0])


def test_released_it_goes_where_it_was_going(world, chips):
    world.seize("straits", [CRATES[0]])
    world.release("straits", [PALLET], "detained")
    world.receive("inzai", [PALLET])
    world.advance(days=30)
    world.release("straits", [CRATES[0]], "seized", "detained")
    on_the_way = whereabouts(world, chips[0])
    world.receive("inzai", [CRATES[0]])

    assert ("Hsinlin > Inzai", "clear") == (on_the_way, verdict(world, chips[0]))
    told = """\
A0001 is CLEAR.
made: by Hsinlin
held by: Inzai, since 9 Apr 2026 09:11 UTC (entry 12)
inside: SSCC 106141412345678915
 1  Made by Hsinlin.
 2  Packed by Hsinlin into SSCC 106141412345678915.
 4  Packed by Hsinlin into SSCC 106141412345678908.  [in SSCC 106141412345678915]
 5  Shipped by Hsinlin to Inzai with Tern, due 12 Mar 2026.  [in SSCC 106141412345678908]
 6  Left with Tern.  [in SSCC 106141412345678908]
 7  Held back by Straits.  [in SSCC 106141412345678908]
    note  Straits detained this item. (settled by entry 11)  status/detained
 8  Seized by Straits.  [in SSCC 106141412345678915]
    note  Straits seized this item. (settled by entry 11)  status/seized
11  Released by Straits.  [in SSCC 106141412345678915]
12  Received by Inzai.  [in SSCC 106141412345678915]
"""
    assert told == page(world, chips[0])


def test_nobody_but_an_inspector_seizes_anything(world, chips):
    world.seize("magpie", [PALLET])

    assert "Hsinlin > Inzai" == whereabouts(world, chips[0])
    assert {"status/detained": "warning, open"} == findings(world, chips[0])
