"""An entry of one's own is corrected: what it says beside what was meant."""

import json
import re
from base64 import b64decode
from html import unescape

import pytest

from schemas.formats import decode_base64url
from schemas.statement import Role
from tests.web.conftest import Web
from tests.world import CHIPS, World, party

A, B = f"{CHIPS}A-1", f"{CHIPS}A-2"
NLR = {"regime": "EAR", "kind": "nlr"}
UNDER = {"chiptrail:authorisations": [NLR], "chiptrail:via": [party("shop")]}
PLACE = {"latitude": 1.36, "longitude": 103.99, "accuracyM": 50, "countryCode": "SG"}
TOLD = {
    "hts": ["8542.31", "8473.30"],
    "packages": 2,
    "ports": {"loading": "Hsinchu"},
    "mode": "air",
}


@pytest.fixture
def url():
    """What is tried here is above the database; one kind will do."""


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    """A world that the forms of this module only look at."""
    world = World(tmp_path_factory.mktemp("correcting"), checking=False)
    world.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    world.enroll("shop")
    world.commission("fab", [A, B])
    web = Web(world)
    said = {**UNDER, "chiptrail:location": PLACE, "chiptrail:customs": TOLD}
    web.index = world.ship("fab", [A, B], to="shop", **said).index
    return web


@pytest.fixture(scope="module")
def clerk(web):
    return web.browser("lin", "logger", of="fab")


def send(web, clerk, **said):
    path = f"/record/correct/{web.index}"
    return clerk.post(path, data=said, content_type="multipart/form-data")


def prepared(answer):
    data = re.search(r"data-prepared[^>]*>(.*?)</textarea>", answer.text, re.DOTALL)[1]
    lines = json.loads(unescape(data))
    return [(json.loads(b64decode(line["payload"])), line.get("lists", {})) for line in lines]


def test_the_entry_stands_beside_what_was_meant(web, clerk):
    shown = clerk.get(f"/record/correct/{web.index}").text

    assert "in_transit" in shown
    assert 'id="chiptrail:dueBy"' in shown
    assert (
        f"/record/correct/{web.index}"
        == clerk.get(f"/record/correct?entry=%23{web.index}").location
    )
    assert 400 == clerk.get("/record/correct?entry=x").status_code


def test_what_was_meant_is_signed_before_the_correction(web, clerk):
    said = {"chiptrail:dueBy": "2026-04-01 12:00", "without": "A-2", "reason": "incorrect_data"}
    (right, _), (wrong, lists) = prepared(send(web, clerk, **said))

    assert ("2026-04-01T12:00:00.000Z", [A]) == (right["chiptrail:dueBy"], right["epcList"])
    assert right["eventID"] == wrong["errorDeclaration"]["correctiveEventIDs"][0]
    assert {A, B} == set(lists["epcList"]["ids"])


def test_a_place_is_named_as_in_any_form(web, clerk):
    said = {"chiptrail:location": "SIN", "reason": "incorrect_data"}
    (right, _), _ = prepared(send(web, clerk, **said))

    assert "SG" == right["chiptrail:location"]["countryCode"]


def test_what_it_went_by_is_named_as_in_any_form(web, clerk):
    said = {"bizTransactionList": "awb:618-1; inv:A-17", "chiptrail:via": "Fab; Shop"}
    said |= {"chiptrail:authorisations": "licence EAR:D1; nlr EAR", "reason": "incorrect_data"}
    (right, _), _ = prepared(send(web, clerk, **said))
    papers = [one["bizTransaction"] for one in right["bizTransactionList"]]
    licence = {"regime": "EAR", "kind": "licence", "number": "D1"}

    assert ["urn:chiptrail:doc:awb:618-1", "urn:chiptrail:doc:inv:A-17"] == papers
    assert [party("fab"), party("shop")] == right["chiptrail:via"]
    assert all(one in right["chiptrail:authorisations"] for one in (licence, NLR))


def test_another_consignee_is_named_as_in_any_form(web, clerk):
    (right, _), _ = prepared(send(web, clerk, to="Fab", reason="incorrect_data"))

    wanted = [{"type": "possessing_party", "destination": party("fab")}]
    assert wanted == right["destinationList"]


def test_what_is_typed_stands_in_the_form_as_it_is_typed(web, clerk):
    shown = clerk.get(f"/record/correct/{web.index}").text

    assert 'value="Shop" aria-label="Consignee"' in shown
    assert 'value="nlr EAR"' in shown
    assert 'value="1.36, 103.99, 50 m, SG"' in shown
    assert 'name="hts" value="8542.31, 8473.30"' in shown
    assert '<option value="air" selected>' in shown


def disclosed(answer):
    """What the event withholds, as it is shown to who signs it."""
    data = re.search(r"data-prepared[^>]*>(.*?)</textarea>", answer.text, re.DOTALL)[1]
    (one,) = json.loads(unescape(data))[0]["disclosures"]
    return json.loads(decode_base64url(one))[2]


def test_facts_for_customs_are_put_right_one_by_one(web, clerk):
    said = {"mode": "sea", "loading": "", "itn": "X20260302123456", "reason": "incorrect_data"}
    answer = send(web, clerk, **said)

    wanted = {"hts": TOLD["hts"], "packages": 2, "mode": "sea", "itn": "X20260302123456"}
    assert wanted == disclosed(answer)
    assert "<del><code>Air</code></del>" in answer.text


def test_coordinates_with_their_country_are_a_place(web, clerk):
    said = {"chiptrail:location": "1.35, 103.98, 80 m, SG", "reason": "incorrect_data"}
    (right, _), _ = prepared(send(web, clerk, **said))

    wanted = {**PLACE, "latitude": 1.35, "longitude": 103.98, "accuracyM": 80}
    assert wanted == right["chiptrail:location"]


def test_what_did_not_happen_is_taken_back_alone(web, clerk):
    ((wrong, _),) = prepared(send(web, clerk, reason="did_not_occur"))

    assert "did_not_occur" == wrong["errorDeclaration"]["reason"]


FAULTS = {
    "no reason": ({"without": "A-1"}, "Say what was wrong"),
    "no change": ({"reason": "incorrect_data"}, "Change what was wrong"),
    "no time": ({"reason": "incorrect_data", "chiptrail:dueBy": "soon"}, "want a time such as"),
    "no number": ({"reason": "incorrect_data", "packages": "two"}, "Packages: got"),
    "no currency": ({"reason": "incorrect_data", "value": "9"}, 'href="#currency"'),
    "no JSON": ({"reason": "incorrect_data", "chiptrail:via": "[1"}, "By way of: "),
    "nobody": ({"reason": "incorrect_data", "to": ""}, "Consignee: missing"),
    "no party": ({"reason": "incorrect_data", "to": "nobody"}, "no party"),
    "no paper": ({"reason": "incorrect_data", "bizTransactionList": "618"}, "want awb:NUMBER"),
    "no such kind": (
        {"reason": "incorrect_data", "chiptrail:authorisations": "EAR:D1"},
        "want one of",
    ),
    "no event": ({"reason": "incorrect_data", "chiptrail:via": "[1]"}, "/chiptrail:via/0"),
    "nothing left": ({"reason": "incorrect_data", "without": "A-1 A-2"}, "nothing is left of it"),
    "not in it": ({"reason": "incorrect_data", "without": "A-3"}, "nothing is recorded by that"),
}


@pytest.mark.parametrize(("said", "why"), FAULTS.values(), ids=FAULTS)
def test_what_is_wrong_is_said(web, clerk, said, why):
    answer = send(web, clerk, **said)

    assert (400, True) == (answer.status_code, why in answer.text)


def test_what_others_signed_is_not_there(web):
    other = web.browser("ann", "logger", of="shop")

    for index in (web.index, 9999, 0):
        assert 404 == other.get(f"/record/correct/{index}").status_code


# What a maker said -------------------------------------------------------------------------------

LOT, ECCN = "urn:epcglobal:cbv:mda:lotNumber", "chiptrail:eccn"
NAME = "https://gs1.org/voc/productName"
NUMBERS = [
    {"item": A, "printedSerial": "1650522012345", "uuid": "GPU-1"},
    {"item": B, "printedSerial": 'a "b", c'},
]


@pytest.fixture(scope="module")
def made(web):
    """An entry by which the fab makes things, and says what they are."""
    said = {"ilmd": {LOT: "L7"}, "chiptrail:identities": NUMBERS}
    return web.world.commission("fab", [A, B], **said).index


def remake(clerk, made, **said):
    path = f"/record/correct/{made}"
    return clerk.post(path, data=said, content_type="multipart/form-data")


def test_lot_product_and_class_are_fields_whether_they_were_said_or_not(clerk, made):
    shown = clerk.get(f"/record/correct/{made}").text
    said = {"lot": "L8", "class_eccn": "3A090.a", "reason": "incorrect_data"}
    (right, _), _ = prepared(remake(clerk, made, **said))

    assert 'name="lot" value="L7"' in shown
    assert 'name="class_eccn" value=""' in shown
    assert {LOT: "L8", ECCN: "3A090.a"} == right["ilmd"]


def test_numbers_stand_in_a_table_and_are_read_from_it(clerk, made):
    shown = unescape(clerk.get(f"/record/correct/{made}").text)
    table = 'serial,printedSerial,uuid\nA-1,1650522012345,GPU-1\nA-2,"a ""b"", c",'
    typed = table.replace("GPU-1", "GPU-2")
    said = {"chiptrail:identities": typed, "reason": "incorrect_data"}

    assert table in shown
    # Of several things they are withheld.
    wanted = [{**NUMBERS[0], "uuid": "GPU-2"}, NUMBERS[1]]
    assert wanted == disclosed(remake(clerk, made, **said))


def test_numbers_that_were_none_are_left_out(clerk, made):
    said = {"chiptrail:identities": "", "lot": "", "reason": "incorrect_data"}
    (right, _), _ = prepared(remake(clerk, made, **said))

    assert not {"chiptrail:identities", "ilmd"} & set(right)


@pytest.mark.parametrize(
    ("table", "why"),
    [
        ("A-1,1650522012345", "want a first row with serial"),
        ("serial,uuid\nNONE-1,GPU-1", "NONE-1: "),
        ("serial,uuid\n,GPU-1", "row 2 names no serial"),
    ],
)
def test_a_table_that_cannot_be_read_says_why(clerk, made, table, why):
    answer = remake(clerk, made, **{"chiptrail:identities": table, "reason": "incorrect_data"})

    assert 400 == answer.status_code
    assert why in unescape(answer.text)


@pytest.mark.parametrize(
    "product",
    [
        {LOT: "L7", "https://a.example/x": 1},
        {NAME: [{"@value": "GPU", "@language": "en"}]},
        {LOT: "L7", NAME: 7},
    ],
)
def test_what_a_maker_said_in_words_of_its_own_stays_json(clerk, web, product):
    index = web.world.commission("fab", [A], ilmd=product).index
    said = {"ilmd": '{"https://a.example/x":2}', "reason": "incorrect_data"}
    assert 'name="ilmd"' in clerk.get(f"/record/correct/{index}").text
    (right, _), _ = prepared(remake(clerk, index, **said))

    assert {"https://a.example/x": 2} == right["ilmd"]
