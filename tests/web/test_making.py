"""A shipment in a form: what is listed, what is in doubt, what is checked, what is to be signed."""

import io
import json
import re
from base64 import b64decode
from html import unescape

import pytest

from tests.world import CHIPS, party
from web.tables import CSV, XLSX, read_rows, write_table


@pytest.fixture
def url():
    """What is tried here is above the database; one kind will do."""


@pytest.fixture
def chips(web):
    """Twelve chips that the fab holds."""
    chips = [f"{CHIPS}A-{n:04}" for n in range(1, 13)]
    web.world.commission("fab", chips)
    return chips


@pytest.fixture
def clerk(web, chips):
    """A clerk of the fab."""
    return web.browser("lin", "logger", of="fab")


def send(client, path="/ship", **said):
    said = {"units": "", "to": "shop", **said}
    return client.post(path, data=said, content_type="multipart/form-data")


def file_of(kind, columns, rows):
    return io.BytesIO(write_table(kind, columns, rows)), "load.xlsx"


def payload_of(answer):
    """The event that the page has prepared, with its lists."""
    data = re.search(r"data-prepared[^>]*>(.*?)</textarea>", answer.text, re.DOTALL)[1]
    (line,) = json.loads(unescape(data))
    return json.loads(b64decode(line["payload"])), line.get("lists", {})


def listed(answer):
    """What stands in the list."""
    return re.search(r'name="units"[^>]*>\s*(.*?)</textarea>', answer.text, re.DOTALL)[1].split()


def test_what_is_filled_in_is_to_be_signed(clerk, chips):
    said = {"paper-kind": "awb", "paper": "618-12345675", "due": "2027-01-09", "via": "customs"}
    answer = send(clerk, units="A-0001\nA-0002", **said)
    event, lists = payload_of(answer)

    assert '<time datetime="2027-01-09T23:59:59.999000+00:00">2027-01-09 23:59 UTC' in answer.text
    assert set(chips[:2]) == set(lists["epcList"]["ids"])
    assert ("shipping", party("fab")) == (event["bizStep"], event["chiptrail:party"])
    assert [party("shop")] == [one["destination"] for one in event["destinationList"]]
    assert "2027-01-09T23:59:59.999Z" == event["chiptrail:dueBy"]
    assert "urn:chiptrail:doc:awb:618-12345675" == event["bizTransactionList"][0]["bizTransaction"]


@pytest.mark.parametrize("kind", [CSV, XLSX])
def test_a_spreadsheet_is_added_to_the_list(clerk, kind):
    rows = [["A-0001", 1], ["", ""], ["A-0002", 2]]
    answer = send(clerk, file=file_of(kind, ["Serial No", "n"], rows), units="A-0003", step="add")

    assert ["A-0003", "A-0001", "A-0002"] == listed(answer)


def test_a_column_that_no_heading_names_is_asked_for(clerk):
    columns, rows = ["Label", "Weight"], [["A-0001", 1], ["A-0002", 2]]
    asked = send(clerk, file=file_of(XLSX, columns, rows))
    table = re.search(r'name="table" hidden>\s*(.*?)</textarea>', asked.text, re.DOTALL)[1]
    answer = send(clerk, table=table, column="Label", step="add")

    assert 400 == asked.status_code
    assert "<option>Label</option>" in asked.text
    assert ["A-0001", "A-0002"] == listed(answer)


def test_serials_are_counted_up_from_the_first(clerk):
    assert ["A-0009", "A-0010"] == listed(send(clerk, first="A-0009", count="2", step="add"))


DOUBTS = {
    "B-1": "nothing is recorded by that name",
    "a-0001": "A-0001 is known: capitals count",
    "S-0001": "not in your holdings: Shop has it",
    "(01)09506000134353(21)A": "check digit",
}


@pytest.mark.parametrize(("text", "why"), DOUBTS.items(), ids=DOUBTS)
def test_a_row_that_cannot_be_sent_is_named_with_its_reason(web, clerk, text, why):
    web.world.commission("fab", [f"{CHIPS}S-0001"])
    web.world.ship("fab", [f"{CHIPS}S-0001"], to="shop")
    web.world.receive("shop", [f"{CHIPS}S-0001"])
    answer = send(clerk, units=f"A-0001\n{text}")

    assert 400 == answer.status_code
    assert "1 of 2 rows are in doubt" in answer.text
    assert why in answer.text


def test_rows_in_doubt_are_a_file_and_can_be_left_out(clerk):
    rows = "A-0001\nA-0001\nB-1"
    kept = send(clerk, units=rows, step="csv")
    event, _ = payload_of(send(clerk, units=rows, step="leave"))

    found = list(read_rows(CSV, kept.data))
    assert [["row", "serial", "what"], ["2", "A-0001", "the same as row 1"]] == found[:2]
    assert [f"{CHIPS}A-0001"] == event["epcList"]


FAULTS = {
    "no consignee": ({"to": ""}, "to", "Consignee: missing"),
    "a stranger": ({"to": "nobody"}, "to", "no party &#39;nobody&#39; is enrolled"),
    "oneself": ({"to": "fab"}, "to", "that is you"),
    "a day of yore": ({"due": "2020-01-01"}, "due", "it is before it was sent"),
    "no day": ({"due": "soon"}, "due", "want a time"),
    "no authorisation": ({"other-kind": "exception", "other": "NAC"}, "other", "want REGIME:CODE"),
    "value alone": ({"value": "12"}, "currency", "want value and currency together"),
    "no number": ({"packages": "two"}, "packages", "want a number"),
    "nowhere": ({"place": "Atlantis"}, "place", "is called"),
    "all digits there are": ({"first": "A-1", "count": "9" * 5000}, "first", "say how many"),
    "a whole galaxy": ({"place": "SIN", "place_accuracy": "9" * 5000}, "place_accuracy", "metres"),
    "no hash": ({"evidence": '{"name": "x"}'}, "evidence", "missing"),
    "nothing": ({"units": ""}, "units", "say at least one"),
}


@pytest.mark.parametrize(("changed", "field", "why"), FAULTS.values(), ids=FAULTS)
def test_what_is_wrong_leads_to_its_field_and_nothing_is_lost(clerk, changed, field, why):
    answer = send(clerk, **{"units": "A-0001", "end_user": "<b>", **changed})

    assert 400 == answer.status_code
    assert why in answer.text
    assert f'<a href="#{field}">' in answer.text
    assert f'id="{field}"' in answer.text
    assert 'value="&lt;b&gt;"' in answer.text


def test_a_licence_shows_what_would_be_left(web, clerk):
    web.world.licence("fab", number="D1", quantity=5)
    answer = send(clerk, units="A-0001\nA-0002", licence="EAR:D1")

    assert "5 of 5 left" in clerk.get("/ship").text
    row = re.search(r"<code>D1</code>.*?</tr>", answer.text, re.DOTALL)[0]
    assert ["2", "3"] == re.findall(r'class="number">\s*(-?\d+)', row)


def test_a_withheld_place_is_only_committed_to(clerk):
    event, _ = payload_of(send(clerk, units="A-0001", place="SIN", place_withheld="1"))

    assert "chiptrail:location" in event["chiptrail:commitments"]
    assert "103.99" not in json.dumps(event)


def test_going_back_shows_what_was_typed(clerk):
    said = {"units": "A-0001\nA-0002", "place": "SIN", "paper-kind": "bol", "paper": "X-1"}
    answer = send(clerk, step="edit", **said)

    assert ["A-0001", "A-0002"] == listed(answer)
    assert 'value="X-1"' in answer.text
    assert '<option value="bol" selected>' in answer.text


def test_hostile_serials_are_text(web, clerk):
    serial = '"/><img src=x onerror=alert(1)>'
    answer = send(clerk, units=serial)

    assert "<img src=x" not in answer.text
