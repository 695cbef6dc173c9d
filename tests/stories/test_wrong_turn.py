"""The truck that took a wrong turn.

Kestrel sells chips to Fjordhall in Norway, by way of Sweden, where they are landed. Skua's lorry
sends its place every day. One day it is in Russia.
"""

from datetime import timedelta

import pytest

from schemas.statement import CountryFact, Role, Subject
from tests.stories.telling import findings, page, verdict
from tests.world import party

GOTHENBURG, KIRUNA = (57.70, 11.97), (67.85, 20.22)
MURMANSK, NARVIK = (68.97, 33.08), (68.44, 17.42)


def at(spot, within_m=50):
    latitude, longitude = spot
    return {"readPoint": {"id": f"geo:{latitude},{longitude};u={within_m}"}}


def seat(world, name, country, *roles):
    fact = CountryFact(country, "commercial register", world.now.date())
    world.clerk.enroll_party(Subject(party(name), (name.title(),), roles, country=fact))


@pytest.fixture
def chip(world):
    """On the road in Sweden."""
    seat(world, "fjordhall", "NO", Role.CONSIGNEE)
    seat(world, "skua", "SE", Role.CARRIER)
    seat(world, "kestrel", "SG", Role.DISTRIBUTOR)
    (chip,) = world.chips(1)
    world.commission("hsinlin", [chip])
    world.ship("hsinlin", [chip], to="kestrel")
    world.receive("kestrel", [chip])
    world.ship("kestrel", [chip], to="fjordhall", via=["skua"], due_in=timedelta(days=30))
    world.advance(days=20)
    world.carry("skua", [chip], "arriving", **at(GOTHENBURG))
    world.advance(days=1)
    world.carry("skua", [chip], "transporting", **at(KIRUNA))
    return chip


def test_on_its_way_it_may_be_in_the_land_of_whoever_carries_it(world, chip):
    assert ("clear", {}) == (verdict(world, chip), findings(world, chip))


def test_where_it_has_no_business_it_is_found(world, chip):
    world.advance(days=1)
    world.carry("skua", [chip], "transporting", **at(MURMANSK))

    assert {"location/outside-destination": "warning, open"} == findings(world, chip)
    told = " ".join(page(world, chip).split())
    assert "which lies in RU; shipment 7 goes to NO, by way of SE and SG" in told


def test_it_stays_found_when_the_truck_has_turned_back(world, chip):
    world.advance(days=1)
    world.carry("skua", [chip], "transporting", **at(MURMANSK))
    world.advance(days=1)
    world.receive("fjordhall", [chip], **at(NARVIK))

    assert "location/outside-destination" in findings(world, chip)


def test_a_place_it_cannot_have_driven_to_is_impossible(world, chip):
    world.advance(minutes=20)
    world.carry("skua", [chip], "transporting", **at(MURMANSK))

    assert "location/impossible-travel" in findings(world, chip)
    assert "stop" == verdict(world, chip)
