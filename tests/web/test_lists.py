"""Lists over HTTP: a page at a time, of what the caller has in view and of nothing else."""

from datetime import timedelta
from urllib.parse import quote, urlencode

import pytest

from ledger.store.activity import LOOK, iterate_activity
from schemas.statement import Role
from tests.world import CHIPS, DISPOSITION, party

API = "/api/v1"


def get(web, by, path, **asked):
    answer = web.ask(f"{API}/{path}?{urlencode(asked)}", by=by)
    assert 200 == answer.status_code, answer.text
    return answer.json


def listed(web, by, **asked):
    return [line["item"] for line in get(web, by, "items", **asked)["items"]]


def pages(web, by, kind, **asked):
    """All lines of a list, and how many pages it took."""
    lines, count, more = [], 0, {}
    while more is not None:
        page = get(web, by, kind, **asked, **more)
        lines, count = lines + page[kind], count + 1
        more = page["next"] and {"cursor": page["next"]}
    return lines, count


@pytest.fixture
def chips(web):
    """Four chips of the fab: two on their way to the shop, one there, one that stayed."""
    made = web.world.chips(4)
    web.world.commission("fab", made)
    web.world.ship("fab", made[:3], to="shop", due_in=timedelta(days=2))
    web.world.receive("shop", made[2:3])
    return made


# Units -------------------------------------------------------------------------------------------


def test_everybody_is_listed_what_it_has_or_had_a_part_in(web, chips):
    assert [*reversed(chips)] == listed(web, "fab")
    assert chips[2::-1] == listed(web, "shop")
    assert [] == listed(web, "customs")


def test_an_auditor_is_listed_everything(web, chips):
    web.world.enroll("auditor", Role.AUDITOR)

    assert [*reversed(chips)] == listed(web, "auditor")


def test_a_line_says_as_much_as_its_reader_sees(web, chips):
    for_fab, for_shop = (get(web, by, "items")["items"] for by in ("fab", "shop"))
    lines = {line["item"]: line for line in for_fab}

    assert party("shop") == lines[chips[2]]["state"]["holder"]
    assert lines[chips[2]]["horizon"] is not None
    assert None is for_shop[0]["horizon"]


FILTERS = {
    "held": ({"state": "held"}, [2, 3]),
    "on its way": ({"state": "in-transit"}, [0, 1]),
    "by holder": ({"holder": party("shop")}, [2]),
    "what was": ({"part": "past"}, [2]),
    "what is": ({"part": "present", "state": "held"}, [3]),
    "clear": ({"verdict": "clear"}, [0, 1, 2, 3]),
    "stop": ({"verdict": "stop"}, []),
    "containers": ({"kind": "container"}, []),
}


@pytest.mark.parametrize(("asked", "numbers"), FILTERS.values(), ids=FILTERS)
def test_a_filter_leaves_what_it_says(web, chips, asked, numbers):
    assert [chips[n] for n in reversed(numbers)] == listed(web, "fab", **asked)


def test_to_list_what_one_has_nothing_is_folded_that_one_had(web, chips, monkeypatch):
    monkeypatch.setattr("ledger.service.sight._Hindsight", None)

    assert [chips[3], chips[1], chips[0]] == listed(web, "fab", part="present")


@pytest.mark.parametrize("limit", [1, 3, 4, 5])
def test_pages_together_are_the_list(web, chips, limit):
    lines, count = pages(web, "fab", "items", limit=limit)

    assert [*reversed(chips)] == [line["item"] for line in lines]
    assert count <= 4 // limit + 1


def test_what_comes_in_between_pages_is_in_none_of_them(web, chips):
    first = get(web, "fab", "items", limit=2)
    web.world.commission("fab", [f"{CHIPS}NEW"])

    assert chips[1::-1] == listed(web, "fab", cursor=first["next"])


def test_what_is_in_a_box_is_found_below_it(web, chips):
    world = web.world
    world.pack("shop", "urn:chiptrail:chip:acme:box:B1", chips[2:3])
    (box, *_) = listed(web, "shop", kind="container")

    assert chips[2:3] == listed(web, "shop", parent=box)
    assert [box, chips[1], chips[0]] == listed(web, "shop")
    assert [chips[3], chips[2], chips[1], chips[0]] == listed(web, "fab")


def test_a_box_that_was_sold_is_listed_as_it_was_then(web, chips):
    world, box = web.world, "urn:chiptrail:chip:acme:box:B1"
    world.pack("fab", box, chips[3:])
    world.ship("fab", [box], to="shop")
    world.receive("shop", [box])
    world.unpack("shop", box, chips[3:])

    assert [box, *chips[2::-1]] == listed(web, "fab")
    assert chips[3:] == listed(web, "fab", parent=box)
    assert [] == listed(web, "shop", parent=box)


def test_what_was_granted_is_listed_while_the_grant_holds(web, chips):
    web.world.enroll("bank")
    web.world.grant("fab", chips[:1], to="bank")

    assert chips[:1] == listed(web, "bank")


def test_the_inside_of_what_is_not_in_view_and_of_nothing_answer_alike(web, chips):
    other, none = (
        web.ask(f"{API}/items?parent={quote(name)}", by="shop") for name in (chips[3], "NONE")
    )

    assert (404, other.data) == (none.status_code, none.data)


BAD = {
    "cursor": [{"cursor": "AAAA"}, {"cursor": "!"}, {"cursor": "a2V5cy8xLzA"}, {"cursor": ""}],
    "limit": [{"limit": 0}, {"limit": 1001}, {"limit": "x"}],
    "verdict": [{"verdict": "fine"}],
    "more": [{"more": 1}],
}


@pytest.mark.parametrize(("name", "asked"), [(name, one) for name in BAD for one in BAD[name]])
def test_a_bad_parameter_is_refused_by_its_name(web, name, asked):
    answer = web.ask(f"{API}/items?{urlencode(asked)}", by="fab")

    assert answer.status_code == (400 if name == "cursor" else 422)
    assert name in answer.json["detail"]


# Findings ----------------------------------------------------------------------------------------


def test_findings_are_listed_once_with_all_that_they_are_on(web, chips):
    web.world.advance(days=5)
    (late,) = get(web, "fab", "findings", code="custody/short")["findings"]

    assert chips[1::-1] == late["items"]


def test_findings_of_one_item_are_those_of_its_dossier(web, chips):
    web.world.report("shop", chips[:1], "stolen")
    dossier = web.ask(f"{API}/items/{quote(chips[0], safe='')}", by="fab").json

    assert dossier["findings"] == get(web, "fab", "findings", item=chips[0])["findings"] != []


def test_pages_of_findings_together_are_all_of_them(web, chips):
    web.world.report("shop", chips[:1], "stolen")
    web.world.report("shop", chips[:2], f"{DISPOSITION}lost")
    web.world.clear("shop", chips[:1], "stolen")
    whole, parts = (pages(web, "fab", "findings", limit=n)[0] for n in (100, 1))

    assert {one["code"] for one in whole} == {one["code"] for one in parts}
    assert 2 == len({one["code"] for one in whole})


def test_findings_are_found_by_whether_they_are_settled(web, chips):
    web.world.report("shop", chips[:1], "stolen")
    web.world.report("shop", chips[:2], f"{DISPOSITION}lost")
    web.world.clear("shop", chips[:1], "stolen")
    closed = get(web, "fab", "findings", state="closed")["findings"]

    assert ["status/stolen"] == [one["code"] for one in closed]


# Shipments ---------------------------------------------------------------------------------------


def test_a_shipment_is_counted_as_it_stands(web, chips):
    (line,) = get(web, "fab", "shipments")["shipments"]

    assert ("open", 3, 1, 2) == tuple(
        line[name] for name in ("state", "shipped", "received", "outstanding")
    )
    assert (party("fab"), party("shop")) == (line["sender"], line["consignee"])


SHIP = range(3)
OUTCOMES = {
    "overdue": (lambda w, c: w.advance(days=5), SHIP[:0], "overdue"),
    "short": (lambda w, c: w.advance(days=5), SHIP[:1], "short"),
    "received": (lambda w, c: None, SHIP, "received"),
    "refused": (lambda w, c: w.refuse("shop", c), SHIP[:0], "refused"),
    "the rest refused": (lambda w, c: w.refuse("shop", c[1:]), SHIP[:1], "partly-refused"),
    "void": (lambda w, c: w.void("fab", c), SHIP[:0], "void"),
    "final": (lambda w, c: w.receive("shop", c[1:2], final=True), SHIP[:1], "short"),
}


@pytest.mark.parametrize(("then", "arrived", "state"), OUTCOMES.values(), ids=OUTCOMES)
def test_a_shipment_is_found_by_how_it_stands(web, then, arrived, state):
    world, made = web.world, web.world.chips(3)
    world.commission("fab", made)
    index = world.ship("fab", made, to="shop", due_in=timedelta(days=2)).index
    if arrived:
        world.receive("shop", [made[n] for n in arrived])
    then(world, made)

    for by in ("fab", "shop"):
        found = get(web, by, "shipments", state=state)["shipments"]
        assert [(index, state)] == [(one["index"], one["state"]) for one in found]


def test_a_shipment_tells_what_became_of_each_unit(web, chips):
    (line,) = get(web, "shop", "shipments")["shipments"]
    whole = get(web, "shop", f"shipments/{line['index']}")

    assert line == {name: whole[name] for name in line}
    assert dict(zip(chips, ["outstanding", "outstanding", "received"], strict=False)) == {
        **whole["units"]
    }


def test_to_a_later_owner_a_shipment_is_what_it_has_of_it(web, chips):
    world = web.world
    world.enroll("lab")
    (line,) = get(web, "fab", "shipments")["shipments"]
    world.ship("shop", chips[2:3], to="lab")

    assert [] == [one for one in get(web, "lab", "shipments")["shipments"] if one == line]
    assert {chips[2]: "received"} == get(web, "lab", f"shipments/{line['index']}")["units"]


def test_a_shipment_of_others_and_none_answer_alike(web, chips):
    world = web.world
    world.enroll("lab")
    (line,) = get(web, "fab", "shipments")["shipments"]
    of_others, none = (
        web.ask(f"{API}/shipments/{index}", by="lab") for index in (line["index"], 999)
    )

    assert (404, of_others.text) == (none.status_code, none.text.replace("999", str(line["index"])))


def test_shipments_are_found_by_document_also_by_who_inspects(web, chips):
    world, paper = web.world, "urn:chiptrail:doc:awb:618-1"
    papers = [{"type": "bol", "bizTransaction": paper}]
    index = world.ship("fab", chips[3:], to="shop", bizTransactionList=papers).index

    for by in ("fab", "shop", "customs"):
        found = get(web, by, "shipments", document=paper)["shipments"]
        assert [(index, [paper])] == [(one["index"], one["documents"]) for one in found]
    assert [] == get(web, "customs", "shipments")["shipments"]


def test_shipments_are_found_by_partner(web, chips):
    web.world.enroll("lab")
    index = web.world.ship("fab", chips[3:], to="lab").index
    found = get(web, "fab", "shipments", partner=party("lab"))["shipments"]

    assert [index] == [one["index"] for one in found]


def test_pages_of_shipments_together_are_all_of_them(web, chips):
    web.world.enroll("lab")
    web.world.ship("fab", chips[3:], to="lab")
    lines, _ = pages(web, "fab", "shipments", limit=1)

    assert lines == get(web, "fab", "shipments")["shipments"]
    assert 2 == len(lines)


# Licences, parties, keys -------------------------------------------------------------------------


def test_a_licence_is_listed_to_who_may_read_it(web):
    web.world.licence("customs", "D1", holder=party("fab"), quantity=10)
    (line,) = get(web, "fab", "licences")["licences"]

    assert ("D1", 10, 0, 10, True) == tuple(
        line[name] for name in ("number", "quantity", "drawn", "left", "attested")
    )
    assert [] == get(web, "shop", "licences")["licences"]


def test_licences_are_found_by_what_is_near(web):
    web.world.licence("customs", "D1", holder=party("fab"), days=20)
    web.world.licence("customs", "D2", holder=party("fab"))
    found = get(web, "fab", "licences", near="expiry")["licences"]

    assert ["D1"] == [one["number"] for one in found]


def test_parties_are_for_everybody_but_not_all_of_them_is(web):
    (seen,) = get(web, "shop", "parties", name="FAB")["parties"]
    (own,) = get(web, "fab", "parties", role="maker")["parties"]

    assert own == {**seen, "prefixes": [CHIPS], "ultimateParent": None}


def test_keys_are_found_by_party(web):
    (line,) = get(web, "shop", "keys", party=party("fab"))["keys"]

    assert web.world.keys[party("fab")].public.keyid == line["keyid"]


def test_pages_of_keys_together_are_all_of_them(web):
    assert get(web, "shop", "keys")["keys"] == pages(web, "shop", "keys", limit=1)[0]


# Looking -----------------------------------------------------------------------------------------


def test_what_an_inspector_was_shown_is_kept(web, chips):
    ledger = web.world.ledger
    get(web, "customs", f"items/{quote(chips[0], safe='')}")
    get(web, "customs", "items", parent=chips[0])
    get(web, "fab", "items")
    with ledger.database.reading() as connection:
        looks = [row for row in iterate_activity(connection) if row.act == LOOK]

    told = {(row.actor, row.ref) for row in looks}
    assert told == {
        (party("customs"), f"item 1: {chips[0]}"),
        (party("customs"), f"items 1: {chips[0]}"),
    }
    web.world.check()


@pytest.mark.parametrize("index", [1 << 63, 10**30])
def test_an_index_past_all_numbers_is_of_nothing(web, index):
    paths = (f"{API}/shipments/{index}", f"{API}/entries/{index}")

    assert [404, 404] == [web.ask(path, by="fab").status_code for path in paths]


def test_what_came_out_of_a_box_is_listed_to_who_had_the_box(web, chips):
    world = web.world
    world.enroll("lab")
    inner, outer = (f"urn:chiptrail:chip:acme:box:B{n}" for n in (1, 2))
    world.pack("fab", inner, chips[3:])
    world.pack("fab", outer, [inner])
    for who, to in (("fab", "shop"), ("shop", "lab")):
        world.ship(who, [outer], to=to)
        world.receive(to, [outer] if to == "shop" else [inner])

    assert listed(web, "shop")[:2] == [outer, inner]
    assert chips[3:] == listed(web, "shop", parent=inner)
