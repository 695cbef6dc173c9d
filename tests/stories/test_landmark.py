"""The machine that answered in time, and the one that could not have.

Fjordhall says that its chips stand near Oslo. A landmark there asks its machine, which answers in
under a millisecond. That shows where the machine is; that the chips are in it, Fjordhall says.
"""

import pytest

from schemas.errors import UnknownKey
from tests.stories.telling import findings, page, verdict

HALL = {"latitude": 59.66, "longitude": 9.65, "accuracyM": 100, "countryCode": "NO"}
TROMSO = {"latitude": 69.65, "longitude": 18.96, "accuracyM": 100, "countryCode": "NO"}


@pytest.fixture
def chip(world):
    (chip,) = world.chips(1)
    world.commission("hsinlin", [chip])
    world.ship("hsinlin", [chip], to="fjordhall")
    world.advance(days=2)
    world.receive("fjordhall", [chip])
    return chip


def declare(world, chip, place, ms):
    measured = world.measured("fjordhall", ms)
    return world.declare("fjordhall", [chip], **{"chiptrail:location": place}, **measured)


def told(world, chip):
    return " ".join(page(world, chip).split())


def test_a_fast_answer_shows_how_far_its_machine_is_at_most(world, chip):
    declare(world, chip, HALL, 0.84)

    assert ("clear", {}) == (verdict(world, chip), findings(world, chip))
    assert "declared by Fjordhall" in told(world, chip)
    assert "measured within 85 km of the landmark Oslo 1" in told(world, chip)


def test_a_slow_answer_shows_nothing(world, chip):
    declare(world, chip, HALL, 30)

    assert "measured" not in told(world, chip)
    assert "clear" == verdict(world, chip)


def test_an_answer_too_fast_for_the_place_is_told_with_the_distance(world, chip):
    declare(world, chip, TROMSO, 0.84)

    assert {"location/contradicted": "warning, open"} == findings(world, chip)
    assert "was within 127 km of it, at least 1,025 km from there" in told(world, chip)


def test_after_its_revocation_a_landmark_vouches_for_nothing_new(world, chip):
    declare(world, chip, HALL, 0.84)
    world.clerk.revoke_key(world.key("landmark").public.keyid, "moved")
    with pytest.raises(UnknownKey):
        declare(world, chip, HALL, 0.84)

    assert "measured within 85 km" in told(world, chip)
