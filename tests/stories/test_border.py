"""Hanoi is not Thailand, and Lo Wu cannot be told from Hong Kong.

The map that knows northern Vietnam by its time zone gives it to Thailand; ours does not. Where a
circle meets a border there is no one answer, and none is made up: who needs one has to look closer.
"""

import pytest

from schemas.statement import CountryFact, Role, Subject
from tests.stories.telling import findings, page
from tests.world import party

HANOI, BANGKOK = (21.03, 105.85), (13.75, 100.50)
LO_WU, MONG_KOK, FUTIAN = (22.532, 114.117), (22.32, 114.17), (22.545, 114.06)
CANNOT_TELL, OUTSIDE = "location/cannot-tell", "location/outside-destination"


def at(spot, within_m=50):
    latitude, longitude = spot
    return {"readPoint": {"id": f"geo:{latitude},{longitude};u={within_m}"}}


def sent_to(world, country):
    """A chip that is on its way with Skua to Inzai, which has its seat there."""
    for name, land in (("inzai", country), ("skua", country), ("kestrel", country)):
        fact = CountryFact(land, "commercial register", world.now.date())
        subject = Subject(party(name), (name.title(),), (Role.CONSIGNEE,), country=fact)
        world.clerk.enroll_party(subject)
    (chip,) = world.chips(1)
    world.commission("hsinlin", [chip])
    world.ship("hsinlin", [chip], to="kestrel")
    world.receive("kestrel", [chip])
    world.ship("kestrel", [chip], to="inzai", via=["skua"])
    world.advance(days=1)
    return chip


def places(world, chip):
    """What is found of its places; that it may need a licence is another story."""
    return {code for code in findings(world, chip) if code.startswith("location/")}


@pytest.mark.parametrize(
    ("country", "spot", "wanted"),
    [("VN", HANOI, set()), ("TH", HANOI, {OUTSIDE}), ("TH", BANGKOK, set())],
    ids=["sold to Hanoi", "sold to Thailand and seen in Hanoi", "sold to Thailand"],
)
def test_hanoi_is_not_thailand(world, country, spot, wanted):
    chip = sent_to(world, country)
    world.carry("skua", [chip], "arriving", **at(spot))

    assert wanted == places(world, chip)


def test_lo_wu_cannot_be_told_from_hong_kong(world):
    chip = sent_to(world, "HK")
    world.carry("skua", [chip], "arriving", **at(LO_WU, within_m=1000))

    assert {CANNOT_TELL} == places(world, chip)
    told = " ".join(page(world, chip).split())
    assert "may lie in CN or HK, and nobody can tell which; shipment 7 goes to HK" in told


@pytest.mark.parametrize(
    ("spot", "wanted"), [(MONG_KOK, set()), (FUTIAN, {OUTSIDE})], ids=["it had", "it had not"]
)
def test_who_looks_closer_finds_whether_it_has_crossed(world, spot, wanted):
    chip = sent_to(world, "HK")
    world.carry("skua", [chip], "arriving", **at(LO_WU, within_m=1000))
    world.advance(hours=3)
    world.carry("skua", [chip], "arriving", **at(spot))

    assert wanted == places(world, chip) - {CANNOT_TELL}


def test_a_wider_circle_is_no_better_an_answer(world):
    chip = sent_to(world, "HK")
    world.carry("skua", [chip], "arriving", **at(FUTIAN, within_m=50_000))

    assert {CANNOT_TELL} == places(world, chip)
