"""A spreadsheet of acts: its columns, a report row by row, and what is to be signed of it."""

import io
import json
import re
from base64 import b64decode
from html import unescape

import pytest
from openpyxl import load_workbook

from schemas.statement import Role
from tests.web.conftest import Web
from tests.world import CHIPS, World
from web.pages.sheets import COLUMNS, SHEET_ACTS, deeds_in, guess
from web.tables import CSV, XLSX, read_rows, write_table

BOX = "106141412345678908"
HELD = [f"{CHIPS}A-{n}" for n in range(1, 7)]


@pytest.fixture
def url():
    """What is tried here is above the database; one kind will do."""


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    """A world that the sheets of this module are only held against."""
    world = World(tmp_path_factory.mktemp("importing"), checking=False)
    world.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    world.enroll("shop")
    world.commission("fab", HELD)
    return Web(world)


@pytest.fixture(scope="module")
def clerk(web):
    return web.browser("lin", "logger", of="fab")


def upload(clerk, columns, rows, kind=CSV):
    file = io.BytesIO(write_table(kind, columns, rows)), "sheet"
    data = {"file": file, "step": "map"}
    return clerk.post("/record/sheet", data=data, content_type="multipart/form-data")


def check(clerk, columns, rows, step="check", **said):
    """The report on *rows*, with the columns that the page has guessed."""
    asked = upload(clerk, columns, rows)
    table = re.search(r'name="table" hidden>\n(.*?)</textarea>', asked.text, re.DOTALL)[1]
    chosen = {f"column-{n}": name for n, name in enumerate(guess(columns))}
    data = {"table": unescape(table), "step": step, **chosen, **said}
    return clerk.post("/record/sheet", data=data, content_type="multipart/form-data")


def events(answer):
    data = re.search(r"data-prepared[^>]*>(.*?)</textarea>", answer.text, re.DOTALL)[1]
    return [json.loads(b64decode(line["payload"])) for line in json.loads(unescape(data))]


def wrong(answer):
    """(row, column, why) of what is wrong."""
    cells = r'class="number">(\d+)</td><td><code>(.*?)</code></td><td>(.*?)</td>'
    return [
        (int(row), column, unescape(why)) for row, column, why in re.findall(cells, answer.text)
    ]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_template_has_every_column_and_is_known_again(clerk, kind):
    data = clerk.get(f"/record/template.{kind}").data
    (headings,) = read_rows({"csv": CSV, "xlsx": XLSX}[kind], data)

    assert [*COLUMNS] == headings == guess(headings)


def test_the_template_explains_its_columns_and_has_an_example_of_each_act(clerk):
    file = io.BytesIO(clerk.get("/record/template.xlsx").data)
    _, columns, examples = load_workbook(file).worksheets
    rows = [[cell or "" for cell in row] for row in examples.values]
    sheet = deeds_in(rows, guess(rows[0]), "")

    assert [*COLUMNS] == [name for name, *_ in columns.values][1:]
    assert ([*SHEET_ACTS], ()) == ([deed.act.name for deed in sheet.deeds], sheet.wrong)


def test_rows_that_say_the_same_are_one_entry(clerk):
    rows = [["pack", "A-1", BOX, "", ""], [], ["pack", "A-2", BOX], ["declare", "A-3", "", "SIN"]]
    rows += [["report", "A-4", "", "", "lost; stolen"]]
    pack, declare, report = events(
        check(clerk, ["act", "serial", "container", "place", "report"], rows)
    )

    assert ("packing", 1) == (pack["bizStep"], len(pack["childEPCs"]))
    assert 103.9 < declare["chiptrail:location"]["longitude"] < 104
    assert ["urn:chiptrail:disp:lost", "stolen"] == report["persistentDisposition"]["set"]


def test_rows_build_on_those_before_them(clerk):
    columns = ["act", "serial", "under", "container", "to", "uuid"]
    rows = [["commission", "N-1", CHIPS, "", "", "GPU-1"], ["commission", "N-2", CHIPS]]
    rows += [["pack", "N-1", "", BOX], ["pack", "N-2", "", BOX], ["ship", BOX, "", "", "shop"]]
    made, packed, sent = events(check(clerk, columns, rows))

    assert "chiptrail:identities" in made
    assert [f"https://id.gs1.org/00/{BOX}"] == [packed["parentID"]] == sent["epcList"]


SHA = "ab" * 32
PHOTO = json.dumps({"name": "POD.jpg", "mediaType": "image/jpeg", "sha256": SHA, "size": 12})


def test_files_that_rows_name_are_those_that_were_hashed(clerk):
    rows = [["destroy", "A-1", "pod.jpg"], ["destroy", "A-2", ""]]
    proved, plain = events(check(clerk, ["act", "serial", "evidence"], rows, evidence=PHOTO))

    assert [json.loads(PHOTO)] == proved["chiptrail:evidence"]
    assert "chiptrail:evidence" not in plain


def test_a_file_that_was_not_chosen_is_asked_for_and_the_others_stay(clerk):
    rows = [["destroy", "A-1", "pod.jpg; x.pdf"]]
    answer = check(clerk, ["act", "serial", "evidence"], rows, evidence=PHOTO)

    assert [(2, "evidence", "choose the file x.pdf under Files as evidence")] == wrong(answer)
    assert SHA in answer.text


def test_an_act_can_be_chosen_for_all_rows(clerk):
    found = events(check(clerk, ["Serial No", "Comment"], [["A-1", "x"]], act="destroy"))

    assert ["destroying"] == [event["bizStep"] for event in found]


WRONG = {
    "no act": (["", "A-1"], "act", "say what happened"),
    "another act": (["fly", "A-1"], "act", "got 'fly', want ship"),
    "a stranger": (["ship", "A-1", "nobody"], "to", "no party 'nobody' is enrolled"),
    "no consignee": (["ship", "A-1"], "to", "missing"),
    "an unknown serial": (["ship", "Z-1", "shop"], "serial", "nothing is recorded by that name"),
    "no day": (["ship", "A-1", "shop", "soon"], "due", "want a time"),
    "no thing": (["ship", "", "shop"], "serial", "say which thing"),
    "a number too long": (["replace", "A-1", "", "", "x" * 201], "uuid", "printable characters"),
    "what is not said of it": (["destroy", "A-1", "shop"], "to", "this cannot be said of destroy"),
    "a formula": (["=1+1", "A-1"], "act", "got '=1+1'"),
}  # fmt: skip


@pytest.mark.parametrize(("row", "column", "why"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_with_row_and_column(clerk, row, column, why):
    answer = check(clerk, ["act", "serial", "to", "due", "uuid"], [[], row])

    assert 400 == answer.status_code
    assert [(3, column)] == [one[:2] for one in wrong(answer)][:1]
    assert why in wrong(answer)[0][2]


def test_what_is_wrong_with_rows_that_say_the_same_is_wrong_with_each(clerk):
    columns = ["act", "serial", "report"]
    rows = [["report", "A-1"], ["destroy", "A-2"], ["report", "A-3"], ["report", "A-4"]]

    assert ">2, 4\N{EN DASH}5</td>" in check(clerk, columns, rows).text
    (left,) = events(check(clerk, columns, rows, "leave"))
    assert "destroying" == left["bizStep"]


def test_a_row_without_a_thing_is_not_lost_among_others(clerk):
    rows = [["ship", "A-1", "shop"], ["ship", "", "shop"]]

    assert [(3, "serial", "say which thing")] == wrong(check(clerk, ["act", "serial", "to"], rows))


def test_rows_to_mend_are_a_file_that_can_be_imported_again(clerk):
    columns, rows = ["act", "serial", "to"], [["ship", "A-1", "shop"], ["ship", "=Z", "shop"]]
    kept = check(clerk, columns, rows, "xlsx").data
    headings, row = read_rows(XLSX, kept)

    assert [*columns, "row", "what"] == headings
    assert (["ship", "=Z", "shop", "3"], "serial: ") == (row[:4], row[4][:8])
    assert ["act", "serial", "to", "", ""] == guess(headings)


def test_rows_that_are_wrong_can_be_left_out(clerk):
    rows = [["ship", "A-1", "shop"], ["ship", "Z", "shop"]]
    (event,) = events(check(clerk, ["act", "serial", "to"], rows, "leave"))

    assert HELD[:1] == event["epcList"]


FILES = {"empty": b"", "headings alone": b"act,serial\n", "no text": b"\xff\xfe\x00"}


@pytest.mark.parametrize("data", FILES.values(), ids=FILES)
def test_a_file_without_rows_is_refused(clerk, data):
    said = {"file": (io.BytesIO(data), "x.csv"), "step": "map"}
    answer = clerk.post("/record/sheet", data=said, content_type="multipart/form-data")

    assert (400, True) == (answer.status_code, "Spreadsheet: " in answer.text)


def test_a_sheet_without_a_column_of_things_is_asked_about(clerk):
    answer = check(clerk, ["act", "Comment"], [["ship", "x"]])

    assert "Say which column has the serials" in answer.text


def test_every_field_of_an_act_is_a_column():
    fields = {name for act in SHEET_ACTS.values() for name in act.fields}

    assert fields <= {*COLUMNS, "authorisations", "customs", "numbers"}
