"""What inspectors record of goods: what they found, and that they hold them back."""

import pytest

from schemas.statement import Role
from tests.web.conftest import Web
from tests.web.test_making import payload_of, send
from tests.world import CHIPS, World

A, B = f"{CHIPS}A-0001", f"{CHIPS}A-0002"


@pytest.fixture
def url():
    """What is tried here is above the database; one kind will do."""


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    """A world that the forms of this module only look at: the second chip is detained."""
    world = World(tmp_path_factory.mktemp("inspections"), checking=False)
    world.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    world.enroll("customs", Role.INSPECTOR)
    world.commission("fab", [A, B])
    held = {"persistentDisposition": {"set": ["urn:chiptrail:disp:detained"]}}
    world.object_event("customs", "OBSERVE", "holding", [B], **held)
    return Web(world)


@pytest.fixture(scope="module")
def officer(web):
    return web.browser("ida", "inspector", of="customs")


PHOTO = f'{{"name": "a.jpg", "mediaType": "image/jpeg", "sha256": "{"ab" * 32}", "size": 12}}'
READ = "serial,printedSerial,nvmlSerial,uuid\nA-0001,,,GPU-7"
SIGNED = {
    "inspect": ({"result": "mismatch_instance", "evidence": PHOTO}, "inspecting", "disposition"),
    "detain": ({}, "holding", {"set": ["urn:chiptrail:disp:detained"]}),
    "seize": ({}, "holding", {"set": ["urn:chiptrail:disp:seized"]}),
    "release": (
        {"units": "A-0002"},
        "holding",
        {"unset": ["urn:chiptrail:disp:detained", "urn:chiptrail:disp:seized"]},
    ),
}


@pytest.mark.parametrize("act", SIGNED)
def test_it_is_filled_in_and_to_be_signed(officer, act):
    said, step, wanted = SIGNED[act]
    event, _ = payload_of(send(officer, f"/record/{act}", **{"units": "A-0001", "to": ""} | said))

    assert event["bizStep"].endswith(step)
    assert (event.get("persistentDisposition") or "disposition") == wanted


def test_photos_and_numbers_that_were_read_are_signed(officer):
    said = {"units": "A-0001", "result": "conformant", "evidence": PHOTO, "numbers": READ}
    event, _ = payload_of(send(officer, "/record/inspect", to="", **said))

    assert ["a.jpg"] == [file["name"] for file in event["chiptrail:evidence"]]
    assert [{"item": A, "uuid": "GPU-7"}] == event["chiptrail:identities"]


def test_numbers_are_of_what_is_listed_though_it_is_spelled_otherwise(officer):
    said = {"units": A, "result": "conformant", "numbers": READ}
    event, _ = payload_of(send(officer, "/record/inspect", to="", **said))

    assert [A] == event["epcList"]
    assert [{"item": A, "uuid": "GPU-7"}] == event["chiptrail:identities"]


def test_what_was_found_has_to_be_said(officer):
    answer = send(officer, "/record/inspect", units="A-0001", to="")

    assert (400, True) == (answer.status_code, "say what was found" in answer.text)


def test_nobody_else_is_asked_to_hold_goods_back(web):
    clerk = web.browser("lin", "logger", of="fab")

    assert [200, 403] == [clerk.get(f"/record/{act}").status_code for act in ("inspect", "seize")]
    assert "/record/seize" not in clerk.get("/record").text


def test_from_a_check_one_goes_on_to_inspect_what_is_there(officer):
    told = officer.post("/check", data={"serials": "A-0001 NONE", "at": "1.36, 103.99"}).text
    sent = {"units": f"{A}\n", "place": "1.36, 103.99", "step": "edit"}
    form = officer.post("/record/inspect", data=sent, content_type="multipart/form-data").text

    assert f"\n{A}\n</textarea>" in told
    assert A in form
    assert 'value="1.36, 103.99"' in form


@pytest.mark.parametrize(("chip", "acts"), [(A, {"detain", "seize"}), (B, {"release"})])
def test_the_page_of_an_item_offers_what_can_be_done_with_it(officer, chip, acts):
    told = officer.get(f"/items/{chip.rpartition(':')[2]}").text

    assert acts == {act for act in SIGNED if f"/record/{act}?" in told} - {"inspect"}
