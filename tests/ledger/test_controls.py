"""Country groups as of a day, classification, and lists of parties."""

from datetime import date

import pytest

from ledger.controls import Listed, groups_of, is_under
from ledger.rule_files import parse_pack
from ledger.service.ledger import load_pack

PACK = parse_pack(load_pack())
DATED = {"citation": "c", "checked": date(2026, 1, 1)}

# Country, day, its groups: those that tables of third parties are known to get wrong.
CASES = [
    ("MT", "2026-06-20", {"A:6"}),
    ("IN", "2026-06-20", {"A:5"}),
    ("KR", "2026-06-20", {"A:5"}),
    ("KH", "2026-02-02", {"D:1", "D:5"}),
    ("KH", "2026-02-03", {"D:1"}),
    ("MO", "2026-06-20", {"D:1", "D:4"}),
    ("CN", "2026-06-20", {"D:1", "D:4", "D:5"}),
    ("HK", "2026-06-20", {"D:1", "D:5"}),
    ("CY", "2024-05-29", {"A:6", "D:5"}),
    ("CY", "2024-05-30", {"A:6"}),
    ("IL", "2026-06-20", {"A:6", "D:4"}),
    ("BR", "2026-06-20", set()),
    ("CN", "2023-11-16", set()),
]


@pytest.mark.parametrize(("country", "day", "groups"), CASES)
def test_a_country_is_in_its_groups_on_the_day(country, day, groups):
    found = groups_of(country, PACK.countries, date.fromisoformat(day))

    assert groups | {country} == set(found)


UNDER = [
    ("3A090", "3A090", True),
    ("3A090.a", "3A090", True),
    ("3A090", "3A090.a", True),
    ("3A090.b", "3A090.a", False),
    ("3A0901", "3A090", False),
    ("EAR99", "3A090", False),
]


@pytest.mark.parametrize(("said", "own", "is_one"), UNDER)
def test_a_number_is_under_another_or_may_be(said, own, is_one):
    assert is_one is is_under(said, own)


HITS = [
    (("Lotus Compute Pte. Ltd.",), (), "LOTUS COMPUTE PTE LTD"),
    (("Lótus compute, Pte Ltd",), (), "LOTUS COMPUTE PTE LTD"),
    (("Lotus",), (), None),
    (("Anything",), ("5493001KJTIIGC8Y1R12",), "5493001KJTIIGC8Y1R12"),
]


@pytest.mark.parametrize(("names", "identifiers", "hit"), HITS)
def test_a_listed_party_is_found_by_name_or_identifier(names, identifiers, hit):
    listed = Listed(
        effective_from=date(2026, 1, 1),
        effective_to=None,
        list="Entity List",
        names=("LOTUS COMPUTE PTE LTD",),
        identifiers=("5493001KJTIIGC8Y1R12",),
        **DATED,
    )

    assert hit == listed.hit(names, identifiers)
