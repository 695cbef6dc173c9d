"""Licences: one that runs out, one that is used up, and who it is for.

Kestrel ships chips of Hsinlin's from Singapore to Fjordhall in Norway under a licence. Straits, an
authority, has stated the same licence; until it did, Kestrel's word was all there was.
"""

import pytest

from schemas.statement import CountryFact, LicenceKind, Role, Site, Subject
from tests.stories.telling import findings, verdict
from tests.world import party

UNDER = [{"regime": "EAR", "kind": "licence", "number": "D1"}]
KESTREL = party("kestrel")
ATTESTED = {"licence/unattested": "warning, open"}


def sent(world, chips, **more):
    said = {"chiptrail:authorisations": UNDER} | more
    return world.ship("kestrel", chips, to="fjordhall", via=["skua"], **said)


def found(world, chip):
    return {code: words for code, words in findings(world, chip).items() if "/" in code}


@pytest.fixture
def chips(world):
    chips = world.chips(8)
    world.commission("hsinlin", chips)
    world.ship("hsinlin", chips, to="kestrel")
    world.receive("kestrel", chips)
    return chips


def licence(world, who="straits", **more):
    return world.licence(who, "D1", holder=KESTREL, **more)


def test_a_licence_that_nobody_has_stated_is_its_users_word(world, chips):
    sent(world, chips[:1])

    assert ATTESTED == findings(world, chips[0])


def test_the_holders_own_statement_attests_nothing(world, chips):
    licence(world, "kestrel")
    sent(world, chips[:1])

    assert ATTESTED == findings(world, chips[0])


def test_an_authority_attests_it_also_afterwards(world, chips):
    sent(world, chips[:1])
    licence(world)

    assert {} == findings(world, chips[0])


def test_a_strangers_statement_changes_nothing(world, chips):
    licence(world)
    sent(world, chips[:1])
    world.licence("magpie", "D1", holder=party("magpie"), quantity=1)
    world.licence("magpie", "D1", holder=KESTREL, days=0.001)

    assert {} == findings(world, chips[0])


def test_the_licence_ran_out_between_signing_and_departure(world, chips):
    licence(world, days=2)
    sent(world, chips[:1])
    signed = findings(world, chips[0])
    world.advance(days=3)
    waiting = findings(world, chips[0])
    world.depart("skua", chips[:1])

    assert {} == signed
    assert {"licence/expired": "contraindicated, open"} == waiting == findings(world, chips[0])
    assert "stop" == verdict(world, chips[0])


def test_a_licence_that_ends_after_departure_was_enough(world, chips):
    licence(world, days=2)
    sent(world, chips[:1])
    world.depart("skua", chips[:1])
    world.advance(days=3)

    assert {} == findings(world, chips[0])


def test_what_is_called_off_in_time_was_never_sent(world, chips):
    licence(world, days=2)
    sent(world, chips[:1])
    world.advance(days=3)
    world.void("kestrel", chips[:1])

    assert {} == findings(world, chips[0])


def test_a_licence_that_is_prolonged_before_departure_is_enough(world, chips):
    licence(world, days=2)
    sent(world, chips[:1])
    world.advance(days=3)
    licence(world, days=9)
    world.depart("skua", chips[:1])

    assert {} == findings(world, chips[0])


def at(latitude, longitude):
    return {"readPoint": {"id": f"geo:{latitude},{longitude};u=50"}}


def test_what_came_under_a_licence_stays_at_the_sites_that_it_names(world, chips):
    hall = {"name": "Hall 1", "latitude": 59.66, "longitude": 9.65, "radius_m": 400}
    index = world.say("fjordhall", Site, **hall, country="NO").index
    licence(world, sites=(world.ledger.registry.sites[index].id,), countries=("NO",))
    sent(world, chips[:1])
    world.advance(days=2)
    world.receive("fjordhall", chips[:1], **at(59.66, 9.65))
    there = findings(world, chips[0])
    world.advance(days=2)
    world.declare("fjordhall", chips[:1], **at(60.39, 5.32))  # Bergen

    assert {} == there
    assert {"location/outside-destination": "warning, open"} == findings(world, chips[0])


def test_ship_5_lose_1_ship_1_again_overdraws(world, chips):
    licence(world, quantity=5)
    sent(world, chips[:5])
    world.receive("fjordhall", chips[:4], final=True)
    world.report("kestrel", [chips[4]], "urn:chiptrail:disp:lost")
    sent(world, [chips[5]])

    assert {"licence/overdrawn": "contraindicated, open"} == findings(world, chips[5])
    assert {} == findings(world, chips[0])


def test_a_void_before_departure_gives_back(world, chips):
    licence(world, quantity=5)
    sent(world, chips[:5])
    world.void("kestrel", chips[:2])
    sent(world, chips[:2])

    assert ({}, {}) == (findings(world, chips[0]), findings(world, chips[4]))


@pytest.mark.parametrize(("why", "is_over"), [("did_not_occur", False), ("incorrect_data", True)])
def test_only_what_did_not_occur_gives_back(world, chips, why, is_over):
    licence(world, quantity=5)
    wrong = sent(world, chips[:5])
    right = sent(world, chips[:2])
    world.correct("kestrel", wrong, right, why=why)
    sent(world, chips[2:5])

    assert is_over is ("licence/overdrawn" in findings(world, chips[2]))


def test_contents_count_once_and_a_pallet_counts_for_nothing(world, chips):
    licence(world, quantity=4)
    pallet, tray = (
        "https://id.gs1.org/00/106141412345678908",
        "https://id.gs1.org/00/106141412345678915",
    )
    world.pack("kestrel", tray, chips[:3])
    world.pack("kestrel", pallet, [tray])
    sent(world, [pallet])
    sent(world, [chips[3]])

    assert ({}, {}) == (findings(world, chips[0]), findings(world, chips[3]))
    sent(world, [chips[4]])
    assert {"licence/overdrawn": "contraindicated, open"} == findings(world, chips[4])


def test_what_is_sent_on_under_the_same_licence_is_drawn_once(world, chips):
    licence(world, quantity=2)
    sent(world, chips[:2])
    world.ship("kestrel", chips[:2], to="inzai", **{"chiptrail:authorisations": UNDER})

    assert "licence/overdrawn" not in findings(world, chips[0])


@pytest.mark.parametrize(
    "scope",
    [
        {"consignees": (party("inzai"),)},
        {"end_users": ("Inzai Compute",)},
        {"countries": ("JP",)},
        {"item_prefixes": ("urn:chiptrail:chip:acme:x9:",)},
    ],
    ids=str,
)
def test_what_a_licence_is_not_for_it_does_not_cover(world, chips, scope):
    seat = CountryFact("NO", "register", world.now.date())
    world.clerk.enroll_party(
        Subject(party("fjordhall"), ("Fjordhall",), (Role.CONSIGNEE,), country=seat)
    )
    licence(world, **scope)
    sent(world, chips[:1])

    assert {"licence/out-of-scope": "contraindicated, open"} == findings(world, chips[0])


def test_only_its_holder_and_its_drawers_ship_under_a_licence(world, chips):
    world.licence("straits", "D1", holder=party("inzai"), drawers=(party("heron"),))
    sent(world, chips[:1])

    assert {"licence/not-party": "contraindicated, open"} == findings(world, chips[0])


def test_a_drawer_ships_under_anothers_licence(world, chips):
    world.licence("straits", "D1", holder=party("inzai"), drawers=(KESTREL,))
    sent(world, chips[:1])

    assert {} == findings(world, chips[0])


def test_a_second_countrys_permit_is_judged_by_itself(world, chips):
    licence(world)
    permit = {"regime": "STA", "kind": "permit", "number": "P1"}
    world.licence(
        "straits", "P1", holder=KESTREL, regime="STA", kind=LicenceKind.PERMIT, days=0.001
    )
    world.advance(hours=1)
    sent(world, chips[:1], **{"chiptrail:authorisations": [*UNDER, permit]})

    assert {"licence/expired": "contraindicated, open"} == findings(world, chips[0])
