"""What people call things."""

from datetime import datetime, timedelta, timezone

import pytest

from ledger.names import document_name, item_name, moment, party_name, retell, several
from ledger.place_story import place_name
from ledger.replay import OTHERS
from schemas.place import Place

FAB, SHOP, SKUA = (f"urn:chiptrail:party:{name}" for name in ("fab", "shop", "skua"))
CARRIER = "https://id.gs1.org/417/9520001000003"
NAMES = {FAB: "Fab One", SHOP: "The Shop", CARRIER: "Tern"}
CHIP = "https://id.gs1.org/01/09520001000010/21/A-7"
PALLET = "https://id.gs1.org/00/195200010000000017"
AWB = "urn:chiptrail:doc:awb:618-12345675"


@pytest.mark.parametrize(
    ("item", "name"),
    [
        (CHIP, "A-7"),
        ("https://id.gs1.org/01/09520001000010/21/A%2F7", "A/7"),
        (PALLET, "SSCC 195200010000000017"),
        ("https://id.gs1.org/8004/9520001A7", "asset 9520001A7"),
        ("urn:chiptrail:chip:acme:X1:B-7", "B-7"),
    ],
)
def test_an_item_is_called_by_its_serial(item, name):
    assert item_name(item) == name


def test_a_party_without_a_name_is_called_by_its_id():
    assert [party_name(party, {}) for party in (SKUA, CARRIER)] == ["skua", CARRIER]


def test_a_finding_is_retold_with_names():
    message = f"{SHOP} signed that it shipped this item, but it is in {PALLET}: held by {FAB}"

    assert retell(message, NAMES) == (
        "The Shop signed that it shipped this item, but it is in SSCC 195200010000000017: held by"
        " Fab One"
    )


def test_a_finding_begins_with_a_capital():
    assert retell("due on Monday", NAMES) == "Due on Monday"


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        (AWB, "AWB 618-12345675"),
        ("urn:chiptrail:doc:inv:7", "inv. 7"),
        ("urn:epc:id:gdti:1", "urn:epc:id:gdti:1"),
    ],
)
def test_a_document_is_called_by_kind_and_number(uri, name):
    assert document_name(uri) == name


@pytest.mark.parametrize(
    ("place", "name"),
    [
        (Place(latitude=-1.294, longitude=103.851), "1.29 S, 103.85 E"),
        (Place(uri="https://id.gs1.org/414/9520001000003"), "GLN 9520001000003"),
        (Place(uri="urn:x:gate"), "urn:x:gate"),
    ],
)
def test_a_place_is_called_by_its_coordinates_or_number(place, name):
    assert place_name(place) == name


def test_times_are_told_in_utc():
    east = timezone(timedelta(hours=8))

    assert moment(datetime(2026, 3, 3, 1, 0, tzinfo=east)) == "2 Mar 2026 17:00"


def test_times_in_a_finding_are_told_as_elsewhere():
    assert retell("due on 2026-10-16 04:32 UTC", {}) == "Due on 16 Oct 2026 04:32 UTC"


@pytest.mark.parametrize(
    ("count", "more", "name"),
    [
        (1, (), "A-70"),
        (3, (), "A-70, A-71 and A-72"),
        (4, (), "A-70, A-71, A-72 and 1 other"),
        (1, (OTHERS,), "A-70 and others"),
        (0, (OTHERS,), "other items"),
        (0, (), ""),
    ],
)
def test_of_several_items_the_first_are_named(count, more, name):
    assert several([*(f"{CHIP}{number}" for number in range(count)), *more]) == name
