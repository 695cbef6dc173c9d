"""The page of checks: what an officer pastes, and what she is told about it."""

import io

import pytest

from tests.web.conftest import Web
from web.tables import XLSX, write_table

PAPERS = [{"type": "bol", "bizTransaction": "urn:chiptrail:doc:awb:618-1"}]


@pytest.fixture
def url():
    """What is tried here is above the database; one kind will do."""


@pytest.fixture
def chips(web: Web):
    """Four chips on their way to the shop, one of them reported stolen."""
    made = web.world.chips(4)
    web.world.commission("fab", made)
    web.world.ship("fab", made, to="shop", bizTransactionList=PAPERS)
    web.world.report("shop", made[:1], "stolen")
    return made


@pytest.fixture
def officer(web, chips):
    return web.browser("ida", "inspector", of="customs")


def check(client, serials="", **fields):
    said = {"serials": serials, **fields}
    return client.post("/check", data=said, content_type="multipart/form-data")


def test_the_counts_come_first_and_say_what_is_missing(officer, chips):
    told = check(officer, f"{chips[0]}, {chips[1]}\nNONE", document="AWB 618-1").text

    assert "Stop: hold what is marked" in told
    assert "2 match, 1 unknown; 2 expected, not presented" in told
    assert told.index("2 match") < told.index("Hold the item and call") < told.index("A0003")


def test_how_many_units_are_missing_is_said_where_a_box_of_them_is(web, officer):
    box, made = "https://id.gs1.org/00/095060001343520017", web.world.chips(3, 9)
    web.world.commission("fab", made)
    web.world.pack("fab", box, made[1:])
    papers = [{"type": "bol", "bizTransaction": "urn:chiptrail:doc:awb:618-2"}]
    web.world.ship("fab", [made[0], box], to="shop", bizTransactionList=papers)
    told = check(officer, made[0], document="AWB 618-2").text

    assert "1 match; 1 expected, not presented" in told
    assert "Chips and other units: 1 presented, 3 sent" in told


def test_what_is_missing_is_looked_for_and_what_is_unknown_is_no_warning(officer, chips):
    short = check(officer, chips[1], document="AWB 618-1").text
    unknown = check(officer, "NONE").text

    assert "Count the parcel" in short.split("</header>")[1]
    assert "Not all is known" in unknown


def test_who_types_small_letters_is_told_that_capitals_count(officer, chips):
    told = check(officer, "a0002").text

    assert "A0002 is recorded; capitals count." in told


def test_lines_lead_to_their_pages_and_those_in_order_are_folded(officer, chips):
    told = check(officer, " ".join(chips)).text
    head, _, folded = told.partition("<details>")

    assert 'href="/items/urn%3Achiptrail%3Achip%3Aacme%3Ax1%3AA0001"' in head
    assert ["A0002" in head, "A0002" in folded] == [False, True]


def test_a_check_of_a_few_is_a_link(officer, chips):
    link = f"/check?serials={chips[1]}&units=1"
    told = officer.get(link).text

    assert "1 match" in told
    assert f'href="{link.replace("&", "&amp;")}"' in told


def test_the_form_is_filled_in_by_its_address(officer):
    answer = officer.get("/check?document=%2312&foo=1")

    assert (200, True) == (answer.status_code, 'value="#12"' in answer.text)


def test_a_shipment_is_named_by_its_entry(web, officer, chips):
    index = web.ask("/api/v1/shipments", by="fab").json["shipments"][0]["index"]
    told = check(officer, chips[0], document=f"#{index}").text

    assert "1 match; 3 expected, not presented" in told


@pytest.mark.parametrize(("name", "packages"), [("packages", 2), ("units", 2)])
def test_what_is_declared_is_held_against_what_is_there(officer, chips, name, packages):
    told = check(officer, " ".join(chips[1:3]), **{name: packages + 1}).text

    assert "2 presented, 3 declared" in told
    assert "Look closer" in told


FILES = {
    "serials.csv": b"po,serial\n7,A0002\n7,A0003\n",
    "serials.txt": b"A0002\nA0003",
    "serials.xlsx": write_table(XLSX, ["serial"], [["A0002"], ["A0003"]]),
}


@pytest.mark.parametrize("name", FILES)
def test_serials_come_out_of_a_file(officer, name):
    told = check(officer, file=(io.BytesIO(FILES[name]), name)).text

    assert "2 match" in told


@pytest.mark.parametrize(("kind", "start"), [("csv", b"\xef\xbb\xbftext,item"), ("xlsx", b"PK")])
def test_the_answer_is_a_file(officer, chips, kind, start):
    answer = check(officer, chips[0], **{"as": kind})

    assert answer.data.startswith(start)
    assert f"check.{kind}" in answer.headers["Content-Disposition"]


FAULTS = {
    "nothing": ({}, "serials", "want one serial or more"),
    "no text": ({"serials": "A\0B"}, "serials", "this is no text"),
    "no place": ({"at": "Nowhere at all"}, "at", "is called"),
    "off the Earth": ({"at": "91, 0"}, "at", "want degrees"),
    "no party": ({"presented_by": "nobody at all"}, "presented_by", "enrolled"),
    "no number": ({"units": "many"}, "units", "want a number from 0"),
    "no workbook": ({"file": (io.BytesIO(b"PK"), "a.xlsx")}, "serials", "want a workbook"),
}


@pytest.mark.parametrize(("fields", "name", "said"), FAULTS.values(), ids=FAULTS)
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(officer, fields, name, said):
    serials = fields.pop("serials", "" if name == "serials" else "A0001")
    answer = check(officer, serials, document="AWB 618-1", **fields)

    assert (400, True) == (answer.status_code, f'href="#{name}"' in answer.text)
    assert said in answer.text.partition(f'id="{name}-fault"')[2]
    assert 'value="AWB 618-1"' in answer.text


def test_thousands_are_answered_at_once_without_javascript(officer, chips):
    answer = check(officer, "\n".join([*chips, *[f"NONE{n}" for n in range(9_990)]]))

    assert "4 match, 9,990 unknown" in answer.text


def test_a_hostile_serial_is_text(web, officer):
    serial = "<img src=x onerror=alert(1)>"
    item = "urn:chiptrail:chip:acme:x1:%3Cimg%20src%3Dx%20onerror%3Dalert%281%29%3E"
    web.world.commission("fab", [item])
    told = check(officer, item).text

    assert serial not in told
    assert "&lt;img src=x onerror=alert(1)&gt;" in told
