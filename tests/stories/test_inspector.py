"""The inspector who stands in the warehouse.

Tern says that a crate is in its warehouse in Singapore. That is Tern's word. Kestrel, another
company, says the same: two would have to lie. Then Straits, the customs, come and look.
"""

import re

import pytest

from tests.stories.telling import findings, page, verdict

WAREHOUSE = {"latitude": 1.36, "longitude": 103.99, "accuracyM": 50, "countryCode": "SG"}
HERE = {"chiptrail:location": WAREHOUSE}


@pytest.fixture
def chip(world):
    (chip,) = world.chips(1)
    world.commission("hsinlin", [chip])
    world.ship("hsinlin", [chip], to="kestrel", via=["tern"])
    world.advance(days=1)
    return chip


def level(world, chip):
    """What its page says of how good the newest place is."""
    told = " ".join(page(world, chip).split())
    said = re.search(r"last place: [^;]*; (\w+) by [^;]*?\(entry \d+\)(, countersigned)?", told)
    return "countersigned" if said[2] else said[1]


def test_one_partys_word_is_declared_however_often_it_is_given(world, chip):
    for _ in range(3):
        world.declare("tern", [chip], **HERE)

    assert "declared" == level(world, chip)


def test_another_company_that_agrees_countersigns(world, chip):
    world.declare("tern", [chip], **HERE)
    world.receive("kestrel", [chip], **HERE)

    assert "countersigned" == level(world, chip)


def test_who_stands_there_and_has_no_part_in_it_has_inspected_it(world, chip):
    world.declare("tern", [chip], **HERE)
    world.inspect("straits", [chip], "conformant", **HERE)

    assert ("inspected", "clear") == (level(world, chip), verdict(world, chip))
    assert {} == findings(world, chip)


def test_an_inspector_who_once_seized_it_is_a_party_like_any_other(world, chip):
    world.seize("straits", [chip])
    world.release("straits", [chip], "seized")
    world.inspect("straits", [chip], "conformant", **HERE)

    assert "declared" == level(world, chip)


def test_what_it_says_of_itself_makes_no_place_better(world, chip):
    boast = {**WAREHOUSE, "method": "gnss", "accuracyM": 1}
    world.declare("tern", [chip], **{"chiptrail:location": boast})

    assert "declared" == level(world, chip)


def test_an_inspector_elsewhere_at_that_hour_shows_that_one_is_wrong(world, chip):
    world.declare("tern", [chip], **HERE)
    away = {"latitude": 22.30, "longitude": 114.17, "accuracyM": 50}
    world.inspect("straits", [chip], "conformant", **{"chiptrail:location": away})

    assert "stop" == verdict(world, chip)
    assert "location/impossible-travel" in findings(world, chip)
