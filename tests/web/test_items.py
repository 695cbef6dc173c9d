"""Dossiers, bundles and checks over HTTP: what a caller may see, and nothing else."""

import json
from urllib.parse import quote

import pytest

from ledger.note import parse_vkey
from ledger.verify import verify_bundle
from tests.world import party

CHECK = "/api/v1/check"


@pytest.fixture
def chips(web):
    """Two chips: one on its way from the fab to the shop, one at the fab."""
    made = web.world.chips(2)
    web.world.commission("fab", made)
    web.world.ship("fab", made[:1], to="shop")
    return made


def path(item):
    return f"/api/v1/items/{quote(item, safe='')}"


def check(web, by, **body):
    return web.ask(CHECK, by=by, data=json.dumps(body))


def test_a_dossier_is_told_to_who_has_a_part(web, chips):
    answer = web.ask(path(chips[0]), by="shop")

    assert (200, "clear") == (answer.status_code, answer.json["verdict"])
    assert party("shop") == answer.json["state"]["consignee"]


def test_an_item_is_found_by_its_bare_serial(web, chips):
    serial = chips[0].rpartition(":")[2]

    assert chips[0] == web.ask(path(serial), by="fab").json["item"]


def test_an_item_of_others_and_one_that_is_not_there_answer_alike(web, chips):
    of_others, of_nobody = web.ask(path(chips[1]), by="shop"), web.ask(path("NONE"), by="shop")

    assert (404, of_nobody.data) == (of_others.status_code, of_others.data)


def test_a_bundle_verifies_without_the_ledger(web, chips):
    data = web.ask(f"{path(chips[0])}/bundle", by="shop").data

    assert verify_bundle(data, parse_vkey(web.world.ledger.vkey), web.world.ledger.atlas)


@pytest.mark.parametrize(("asked", "shown"), [("", False), ("?disclose=true", True)])
def test_a_bundle_discloses_what_the_caller_may_see_where_that_is_asked_for(
    web, chips, asked, shown
):
    place = {"readPoint": {"id": "urn:place:7"}, "withheld": ["readPoint"]}
    web.world.declare("fab", chips[:1], **place)
    data = web.ask(f"{path(chips[0])}/bundle{asked}", by="shop").data
    entries = verify_bundle(data, parse_vkey(web.world.ledger.vkey), web.world.ledger.atlas).entries

    assert shown == any("readPoint" in entry.disclosed for entry in entries)


def test_a_check_answers_each_line_in_the_order_given(web, chips):
    answer = check(web, "customs", serials=[chips[1], "NONE", chips[0]])

    assert [chips[1], None, chips[0]] == [line["item"] for line in answer.json["lines"]]
    assert {"match": 2, "unknown": 1} == answer.json["answers"]


def test_serials_are_taken_as_they_were_pasted(web, chips):
    answer = check(web, "customs", serials=f"{chips[0]}, {chips[1]};\nNONE")

    assert 3 == answer.json["presented"]


def test_to_who_has_no_part_all_serials_are_unknown(web, chips):
    answer = check(web, "shop", serials=[chips[1]])

    assert {"unknown": 1} == answer.json["answers"]


REFUSED = {
    "nothing": ({}, "/serials"),
    "no serials": ({"serials": []}, "/serials"),
    "a number": ({"serials": ["A", 5]}, "/serials/1"),
    "an unknown member": ({"serials": ["A"], "at": 1}, "/at"),
    "no URI": ({"serials": ["A"], "document": "awb"}, "/document"),
    "no party": ({"serials": ["A"], "presentedBy": "a b"}, "/presentedBy"),
    "no time": ({"serials": ["A"], "asOf": "noon"}, "/asOf"),
    "too many": ({"serials": ["A"] * 10_001}, "/serials"),
}


@pytest.mark.parametrize(("body", "pointer"), REFUSED.values(), ids=REFUSED)
def test_bad_input_is_refused_with_the_member_named(web, body, pointer):
    answer = check(web, "customs", **body)

    assert answer.status_code in {400, 413}
    assert pointer == answer.json["pointer"]
