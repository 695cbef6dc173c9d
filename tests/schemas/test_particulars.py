"""What an event says for people to read."""

import pytest

from schemas import short_form
from schemas.draft import Imprint, complete
from schemas.event import parse_event
from schemas.formats import parse_time
from schemas.particulars import read_particulars
from schemas.place import Place
from schemas.short_form import Details
from schemas.strict_json import dump

CHIP = "urn:chiptrail:chip:acme:X1:A-7"
PARTY = "urn:chiptrail:party:acme"
LOCATION = {"latitude": 1.29, "longitude": 103.85, "accuracyM": 50, "countryCode": "SG"}


def read(**details):
    draft = short_form.commission([CHIP], Details(**details))
    imprint = Imprint("example.com", PARTY, "A" * 22, "note")
    whole = complete(draft, imprint, "urn:uuid:1", parse_time("2026-01-02T03:04:05Z"))
    return read_particulars(parse_event(dump(whole)))


@pytest.mark.parametrize(
    ("details", "place"),
    [
        ({}, None),
        ({"location": LOCATION}, Place(1.29, 103.85, 50, "SG")),
        ({"place": "geo:1.29,103.85;u=50"}, Place(1.29, 103.85, 50.0)),
        ({"place": "geo:-1.29,-103.85"}, Place(-1.29, -103.85)),
        ({"place": "https://id.gs1.org/414/9520001000003"}, Place(uri="https://id.gs1.org/414/9520001000003")),
        ({"site": "urn:x:gate"}, Place(uri="urn:x:gate")),
    ],
)  # fmt: skip
def test_a_place_is_read_wherever_it_is_said(details, place):
    assert read(**details).place == place


def test_the_makers_words_are_found_in_any_vocabulary():
    said = read(product={"https://gs1.org/voc/productName": "HX", "cbvmda:lotNumber": "L7"})

    assert (said.product, said.lot) == ("HX", "L7")


@pytest.mark.parametrize("value", [7, ["L7"], {"@value": "L7"}])
def test_a_lot_that_is_no_text_is_passed_over(value):
    assert read(product={"cbvmda:lotNumber": value}).lot is None


def test_further_ends_are_named_by_kind():
    ends = [("urn:chiptrail:sdt:end_user", PARTY), ("urn:x:broker", "urn:x:1")]

    assert read(destinations=ends).ends == {"end_user": PARTY}


def test_licences_are_read_word_by_word():
    granted = [
        {"regime": "EAR", "kind": "licence", "number": "D7"},
        {"regime": "EAR", "kind": "nlr"},
    ]

    assert read(authorisations=granted).licences == (("EAR", "licence", "D7"), ("EAR", "nlr"))
