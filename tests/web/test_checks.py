"""Checks over HTTP: serials in any spelling and form, and what is said of the goods beside them."""

import csv
import io
import json
from urllib.parse import urlencode

import openpyxl
import pytest

from schemas.enrolment import CountryFact
from schemas.statement import Subject
from tests.world import party
from web.tables import CSV, XLSX

CHECK = "/api/v1/check"
PAPER = "urn:chiptrail:doc:awb:618-1"
PAPERS = [{"type": "bol", "bizTransaction": PAPER}]


@pytest.fixture
def chips(web):
    """Two chips: one on its way from the fab to the shop, one at the fab."""
    made = web.world.chips(2)
    web.world.commission("fab", made)
    web.world.ship("fab", made[:1], to="shop", bizTransactionList=PAPERS)
    return made


def check(web, by, **body):
    return web.ask(CHECK, by=by, data=json.dumps(body))


def check_file(web, kind, data, accept="application/json", **asked):
    where = f"{CHECK}?{urlencode(asked)}"
    return web.ask(where, by="customs", data=data, Content_Type=kind, Accept=accept)


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
    "an unknown member": ({"serials": ["A"], "more": 1}, "/more"),
    "no place": ({"serials": ["A"], "at": 1}, "/at"),
    "a place by name": ({"serials": ["A"], "at": "urn:place:7"}, "/at"),
    "a place off the Earth": (
        {"serials": ["A"], "at": {"latitude": 91, "longitude": 0, "accuracyM": 5}},
        "/at/latitude",
    ),
    "no numbers": ({"serials": ["A"], "declared": {"units": "3"}}, "/declared/units"),
    "nothing declared": ({"serials": ["A"], "declared": {}}, "/declared"),
    "no URI": ({"serials": ["A"], "document": "awb"}, "/document"),
    "no party": ({"serials": ["A"], "presentedBy": "a b"}, "/presentedBy"),
    "no shipment": ({"serials": ["A"], "shipment": "57"}, "/shipment"),
    "no time": ({"serials": ["A"], "asOf": "noon"}, "/asOf"),
    "too many": ({"serials": ["A"] * 10_001}, "/serials"),
}


@pytest.mark.parametrize(("body", "pointer"), REFUSED.values(), ids=REFUSED)
def test_bad_input_is_refused_with_the_member_named(web, body, pointer):
    answer = check(web, "customs", **body)

    assert answer.status_code in {400, 413}
    assert pointer == answer.json["pointer"]


# What is said of the goods -----------------------------------------------------------------------


def test_what_is_expected_and_not_presented_is_named(web, chips):
    web.world.ship("fab", chips[1:], to="shop", bizTransactionList=PAPERS)
    told = check(web, "customs", serials=chips[:1], document=PAPER).json

    assert ([chips[1]], 2) == (told["notPresented"], told["shipments"])


def test_what_a_shipment_holds_is_expected(web, chips):
    index = web.world.ship("fab", chips[1:], to="shop").index
    told = [check(web, "customs", serials=chips[:1], shipment=one).json for one in (index, 1)]

    assert [([chips[1]], 1), ([], 0)] == [(one["notPresented"], one["shipments"]) for one in told]
    assert ["other-shipment", "match"] == [one["lines"][0]["answer"] for one in told]


def test_what_is_declared_is_held_against_what_is_presented(web, chips):
    web.world.pack("fab", "urn:chiptrail:chip:acme:box:B1", chips[1:])
    serials = ["urn:chiptrail:chip:acme:box:B1", chips[0]]
    told = check(web, "customs", serials=serials, declared={"packages": 2, "units": 3}).json

    assert {"packages": (2, 2, True), "units": (2, 3, False)} == {
        name: (one["presented"], one["declared"], one["fits"])
        for name, one in told["counts"].items()
    }


OSLO, HONG_KONG = "geo:59.91,10.75;u=500", "geo:22.31,113.91;u=500"


@pytest.mark.parametrize(
    ("at", "answer", "codes"),
    [(OSLO, "match", []), (HONG_KONG, "elsewhere", ["location/impossible-travel"])],
)
def test_where_the_goods_lie_is_held_against_the_record(web, chips, at, answer, codes):
    web.world.declare("fab", chips[1:], readPoint={"id": OSLO})
    (line,) = check(web, "customs", serials=chips[1:], at=at).json["lines"]

    assert (answer, codes) == (line["answer"], [one["code"] for one in line["findings"]])
    assert all(
        "says that it is" in one["message"] or "asks" in one["message"] for one in line["findings"]
    )


def test_goods_that_lie_where_they_do_not_go_are_found(web, chips):
    subject = Subject(
        party("lab"), ("Lab",), (), country=CountryFact("NO", "register", web.world.now.date())
    )
    web.world.clerk.enroll_party(subject)
    web.world.ship("fab", chips[1:], to="lab")
    told = {at: check(web, "customs", serials=chips[1:], at=at).json for at in (OSLO, HONG_KONG)}

    codes = {at: [f["code"] for f in one["lines"][0]["findings"]] for at, one in told.items()}
    assert {OSLO: [], HONG_KONG: ["location/outside-destination"]} == codes
    assert any("carrier" in one["look"] for one in told[HONG_KONG]["look"])


def test_a_check_is_made_by_what_was_known_then(web, chips):
    size = web.world.ledger.head.size
    web.world.report("shop", chips[:1], "stolen")
    then, now = (check_file(web, "text/plain", chips[0], **k) for k in ({"size": size}, {}))

    assert ({"clear": 1}, {"stop": 1}) == (then.json["verdicts"], now.json["verdicts"])


# Files -------------------------------------------------------------------------------------------

NASTY = ["=1+1", "+1", "-1", "@SUM(A1)", "'=1", "''+", "\N{FULLWIDTH EQUALS SIGN}1", 'a"b', "a,b;c"]


@pytest.mark.parametrize("form", [CSV, XLSX])
def test_an_answer_given_back_gives_the_same_serials(web, chips, form):
    serials = [*chips, *NASTY]
    asked = json.dumps({"serials": serials})
    table = check_file(web, "application/json", asked, accept=form)
    again = check_file(web, form, table.data)

    assert form == table.content_type.partition(";")[0]
    assert serials == [line["text"] for line in again.json["lines"]]


def test_what_was_expected_and_not_presented_is_in_the_table_and_is_not_given_back(web, chips):
    table = check_file(web, "text/plain", chips[1], accept=CSV, document=PAPER)
    rows = [*csv.DictReader(io.StringIO(table.data.decode("utf-8-sig")))]
    again = check_file(web, CSV, table.data)

    assert [(chips[1], "elsewhere"), ("", "missing")] == [(r["text"], r["answer"]) for r in rows]
    assert (chips[0], True) == (rows[1]["item"], "Count the parcel" in rows[1]["look"])
    assert [chips[1]] == [line["text"] for line in again.json["lines"]]


def test_no_cell_of_a_csv_begins_as_a_formula_does(web):
    asked = json.dumps({"serials": NASTY})
    text = check_file(web, "application/json", asked, accept=CSV).data.decode()
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]

    assert not [cell for cell in cells if cell.startswith(tuple("=+-@\N{FULLWIDTH EQUALS SIGN}"))]


def test_no_cell_of_a_workbook_is_a_formula(web):
    asked = json.dumps({"serials": NASTY})
    data = check_file(web, "application/json", asked, accept=XLSX).data
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active

    assert {"s", "n", "inlineStr"} >= {cell.data_type for row in sheet.iter_rows() for cell in row}
    assert NASTY == [row[0].value for row in sheet.iter_rows(min_row=2)]


SENT = {
    "a column among others": (CSV, "po,Serial\n7,{0}\n7,{1}\n"),
    "semicolons": (CSV, "serial;po\r\n{0};7\r\n{1};7\r\n"),
    "a mark of UTF-8": (CSV, "\ufeffserial\n{0}\n{1}\n"),
    "no heading": (CSV, "{0}\n{1}\n"),
    "pasted": ("text/plain", "{0}, {1}"),
}


@pytest.mark.parametrize(("form", "text"), SENT.values(), ids=SENT)
def test_serials_are_read_out_of_what_is_sent(web, chips, form, text):
    told = check_file(web, form, text.format(*chips).encode()).json

    assert chips == [line["item"] for line in told["lines"]]


BAD_FILES = {
    "no workbook": (XLSX, b"PK\x03\x04", 400),
    "no UTF-8": (CSV, b"\xff\xfe", 400),
    "a heading alone": (CSV, b"serial\n", 400),
    "something else": ("image/png", b"", 415),
    "nothing": ("text/plain", b"", 400),
}


@pytest.mark.parametrize(("form", "data", "status"), BAD_FILES.values(), ids=BAD_FILES)
def test_a_file_that_is_none_is_refused(web, form, data, status):
    assert status == check_file(web, form, data).status_code
