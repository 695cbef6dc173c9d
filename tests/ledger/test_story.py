"""The story in plain words."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from ledger.act import Act, ActKind, read_act
from ledger.finding import Code, Finding
from ledger.story import (
    document_name,
    is_effective,
    item_name,
    moment,
    party_name,
    place_name,
    retell,
    tell,
)
from schemas import short_form
from schemas.draft import Imprint, complete
from schemas.event import OpenItems, parse_event
from schemas.particulars import Place
from schemas.short_form import Details
from schemas.strict_json import dump

FAB, SHOP, SKUA = (f"urn:chiptrail:party:{name}" for name in ("fab", "shop", "skua"))
CARRIER = "https://id.gs1.org/417/9520001000003"
NAMES = {FAB: "Fab One", SHOP: "The Shop", CARRIER: "Tern"}
CHIP = "https://id.gs1.org/01/09520001000010/21/A-7"
PALLET = "https://id.gs1.org/00/195200010000000017"
AT = datetime(2026, 3, 3, 9, 12, tzinfo=UTC)
PLACE = {"latitude": 1.29, "longitude": -103.85, "accuracyM": 50, "countryCode": "SG"}
AWB = "urn:chiptrail:doc:awb:618-12345675"


def told(draft, *, item=CHIP, party=FAB, stands=True):
    imprint = Imprint("example.com", party, "A" * 22, "note")
    event = parse_event(dump(complete(draft, imprint, "urn:uuid:1", AT)))
    items = {name: found.ids for name, found in event.lists.items() if isinstance(found, OpenItems)}
    return tell(read_act(event, items), event, NAMES, item=item, stands=stands)


@pytest.mark.parametrize(
    ("draft", "sentence"),
    [
        (short_form.commission([CHIP]), "Made by Fab One."),
        (
            short_form.commission(
                [CHIP],
                Details(product={"urn:x:lotNumber": "L7", "urn:x:productName": "HX-100"}),
            ),
            "Made by Fab One as HX-100, lot L7.",
        ),
        (short_form.register([CHIP]), "Entered in the ledger by Fab One, who had it."),
        (short_form.pack(PALLET, [CHIP]), "Packed by Fab One into SSCC 195200010000000017."),
        (short_form.unpack(PALLET), "Taken out of SSCC 195200010000000017 by Fab One."),
        (short_form.ship([CHIP], FAB, SHOP), "Shipped by Fab One to The Shop."),
        (
            short_form.ship(
                [CHIP],
                FAB,
                SHOP,
                Details(
                    via=[SKUA, CARRIER],
                    due_at=AT,
                    destinations=[("urn:chiptrail:sdt:end_user", SKUA)],
                ),
            ),
            "Shipped by Fab One to The Shop with skua and Tern, for use by skua, due 3 Mar 2026.",
        ),
        (
            short_form.ship([CHIP], FAB, SHOP, Details(documents=[AWB, AWB[:-1]])),
            "Shipped by Fab One to The Shop (AWB 618-12345675, AWB 618-1234567).",
        ),
        (short_form.receive([CHIP], FAB), "Received by Fab One."),
        (
            short_form.receive([CHIP], FAB, SHOP, Details(disposition="damaged")),
            "Received damaged by Fab One from The Shop.",
        ),
        (short_form.refuse([CHIP], FAB, SHOP), "Refused by Fab One: it goes back to the sender."),
        (short_form.void([CHIP]), "Shipment called off by Fab One."),
        (
            short_form.deliver([CHIP], FAB, SHOP),
            "Delivered to The Shop, says Fab One; The Shop has not signed for it.",
        ),
        (
            short_form.declare([CHIP], Details(location=PLACE)),
            "Declared by Fab One to be at 1.29 N, 103.85 W, SG.",
        ),
        (short_form.declare([CHIP], Details()), "Declared by Fab One to be in its charge."),
        (short_form.inspect([CHIP], "conformant"), "Inspected by Fab One: as described."),
        (
            short_form.inspect([CHIP], "mismatch_instance"),
            "Inspected by Fab One: it is not the item it is recorded as.",
        ),
        (short_form.report([CHIP], ["stolen"]), "Reported stolen by Fab One."),
        (short_form.clear([CHIP], ["stolen", "lost"]), "No longer lost and stolen, says Fab One."),
        (short_form.destroy([CHIP]), "Destroyed by Fab One."),
        (short_form.decommission([CHIP]), "Taken out of use by Fab One."),
        (
            {**short_form.void([CHIP]), "bizStep": "departing"},
            "Left with Fab One.",
        ),
        ({**short_form.void([CHIP]), "bizStep": "picking"}, "Noted by Fab One: picking."),
    ],
)
def test_an_act_is_told_as_a_sentence(draft, sentence):
    assert told(draft) == sentence


def test_a_package_is_told_of_what_went_in_and_out():
    chips = [f"{CHIP}{number}" for number in range(1200)]

    assert told(short_form.pack(PALLET, chips), item=PALLET) == (
        "Packed by Fab One: 1,200 items went in."
    )
    assert (
        told(short_form.unpack(PALLET), item=PALLET) == "Opened by Fab One: everything taken out."
    )


def test_what_did_not_count_is_told_as_a_claim():
    assert told(short_form.ship([CHIP], FAB, SHOP), stands=False) == (
        "Claimed, without effect: shipped by Fab One to The Shop."
    )


def test_a_withheld_place_is_not_told():
    draft = short_form.declare([CHIP], Details())
    withheld = {**draft, "chiptrail:commitments": {"chiptrail:location": "A" * 43}}

    assert told(withheld) == "Declared by Fab One to be at a place that it keeps to itself."


@pytest.mark.parametrize("kind", list(ActKind))
def test_there_are_words_for_every_kind_of_act(kind):
    act = Act(kind, FAB, AT, (CHIP,))
    imprint = Imprint("example.com", FAB, "A" * 22, "note")
    draft = short_form.declare([CHIP], Details())
    event = parse_event(dump(complete(draft, imprint, "urn:uuid:1", AT)))

    sentence = tell(act._replace(parent=PALLET), event, NAMES, item=CHIP)

    assert "Fab One" in sentence
    assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("code", "stands"),
    [(Code.NOT_HOLDER, False), (Code.AFTER_TERMINAL, False), (Code.BACKDATED, True)],
)
def test_an_entry_stands_unless_a_finding_says_otherwise(code, stands):
    assert is_effective([Finding(code, "x", 1)]) is stands


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
