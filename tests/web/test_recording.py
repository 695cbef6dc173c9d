"""Every act in its form: what is to be signed of it, and what is wrong with what was typed."""

import pytest

from schemas.statement import Role
from tests.web.conftest import Web
from tests.web.test_making import payload_of, send
from tests.world import CHIPS, World
from web.pages.acts import ACTS

BOX, RACK = "106141412345678908", "urn:chiptrail:chip:shop:rack:R7"
A, B = f"{CHIPS}A-0001", f"{CHIPS}A-0002"
AWAY, DUE = f"{CHIPS}W-0001", f"{CHIPS}D-0001"


@pytest.fixture
def url():
    """What is tried here is above the database; one kind will do."""


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    """A world that the forms of this module only look at."""
    world = World(tmp_path_factory.mktemp("acts"), checking=False)
    world.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    world.enroll("shop")
    world.commission("fab", [A, B, AWAY, DUE])
    world.ship("fab", [AWAY], to="shop")
    world.ship("fab", [DUE], to="shop")
    world.receive("shop", [DUE])
    world.ship("shop", [DUE], to="fab")
    return Web(world)


@pytest.fixture(scope="module")
def clerk(web):
    return web.browser("lin", "logger", of="fab")


SHA = "ab" * 32
PHOTO = f'{{"name": "pod.jpg", "mediaType": "image/jpeg", "sha256": "{SHA}", "size": 12}}'
NUMBERS = "serial,UUID,printed serial\nA-0001,GPU-7,\nA-0002,,B2"
SIGNED = {
    "receive": ({"units": "D-0001", "final": "yes"}, "receiving", {"chiptrail:final": True}),
    "refuse": ({"units": "D-0001"}, "refusing", {"disposition": "returned"}),
    "deliver": ({"units": "W-0001", "to": "shop", "evidence": PHOTO}, "delivering", {}),
    "void": ({"units": "W-0001"}, "void_shipping", {}),
    "commission": (
        {"units": "N-1", "under": CHIPS, "lot": "L7"},
        "commissioning",
        {"ilmd": {"urn:epcglobal:cbv:mda:lotNumber": "L7"}, "epcList": [f"{CHIPS}N-1"]},
    ),
    "register": ({"units": f"{CHIPS}N-2"}, "registering", {}),
    "pack": ({"units": "A-0001", "container": BOX}, "packing", {"action": "ADD"}),
    "unpack": ({"container": BOX}, "unpacking", {"action": "DELETE"}),
    "install": ({"units": "A-0001", "container": RACK}, "installing", {"parentID": RACK}),
    "remove": ({"units": "A-0001", "container": RACK}, "removing", {"childEPCs": [A]}),
    "declare": (
        {"units": "A-0001", "place": "1.36,103.99,50", "place_country": "sg"},
        "storing",
        {"chiptrail:location": {"latitude": 1.36, "longitude": 103.99, "accuracyM": 50}
         | {"countryCode": "SG"}},
    ),
    "report": (
        {"units": "A-0001", "report": ["lost", "stolen"]},
        "reporting",
        {"persistentDisposition": {"set": ["urn:chiptrail:disp:lost", "stolen"]}},
    ),
    "clear": (
        {"units": "A-0001", "report": "stolen"},
        "reporting",
        {"persistentDisposition": {"unset": ["stolen"]}},
    ),
    "transfer": ({"units": "A-0001", "owner": "shop"}, "transferring", {}),
    "accept": ({"units": "A-0001"}, "accepting", {}),
    "transform": (
        {"units": "A-0001", "outputs": "M-1", "under": CHIPS},
        None,
        {"outputEPCList": [f"{CHIPS}M-1"]},
    ),
    "replace": (
        {"numbers": "serial,uuid\nA-0001,GPU-7"},
        "replacing",
        {"chiptrail:identities": [{"item": A, "uuid": "GPU-7"}]},
    ),
    "decommission": ({"units": "A-0001"}, "decommissioning", {"disposition": "inactive"}),
    "destroy": ({"units": "A-0001"}, "destroying", {"disposition": "destroyed"}),
}  # fmt: skip


def test_every_act_is_tried():
    assert set(ACTS) == {*SIGNED, "ship"}


@pytest.mark.parametrize("act", SIGNED)
def test_an_act_is_filled_in_and_to_be_signed(clerk, act):
    said, step, wanted = SIGNED[act]
    event, _ = payload_of(send(clerk, f"/record/{act}", **{"to": "", **said}))

    assert (step or "") in event.get("bizStep", "")
    assert wanted == {name: event[name] for name in wanted}


WRONG = {
    "pack": ({"units": "A-0001"}, "Container: missing"),
    "report": ({"units": "A-0001"}, "say what: stolen"),
    "declare": ({"units": "A-0001"}, "say where it is"),
    "deliver": ({"units": "W-0001", "to": "shop"}, "a document or photo has to show it"),
    "transfer": ({"units": "A-0001"}, "say who is to own it"),
    "void": ({"units": "A-0001"}, "not on its way from you: Fab has it"),
    "receive": ({"units": "W-0001"}, "not on its way to you: Fab has it"),
    "commission": ({"units": "N-1"}, "want its class beside it"),
    "register": ({"units": "N-1", "under": "12"}, "want 8, 12, 13 or 14 digits"),
    "replace": ({"numbers": "serial,uuid\nA-0001," + "x" * 201}, "row 2, column uuid"),
    "transform": ({"units": "A-0001"}, "What was made: missing"),
}


@pytest.mark.parametrize(
    ("act", "said", "why"), [(a, *rest) for a, rest in WRONG.items()], ids=WRONG
)
def test_what_is_wrong_is_said(clerk, act, said, why):
    answer = send(clerk, f"/record/{act}", **{"to": "", **said})

    assert (400, True) == (answer.status_code, why in answer.text)


ANSWERS = {
    "what is chosen": (
        "report",
        {"units": "A-0001", "report": "lost"},
        "<dt>What is reported</dt><dd>lost</dd>",
    ),
    "what is ticked": (
        "receive",
        {"units": "D-0001", "final": "yes"},
        "<dt>Nothing more comes</dt><dd>yes</dd>",
    ),
    "a withheld place": (
        "declare",
        {"units": "A-0001", "place": "SIN", "place_withheld": "1"},
        "<dt>Withhold the place</dt><dd>yes</dd>",
    ),
    "numbers": (
        "replace",
        {"units": "A-0001", "numbers": "serial,uuid\nA-0001,GPU-7"},
        "<dt>Numbers on the items</dt><dd>one thing</dd>",
    ),
    "all that is inside": (
        "unpack",
        {"container": BOX},
        "<dt>Things</dt>\n    <dd>everything</dd>",
    ),
}


@pytest.mark.parametrize(("act", "said", "shown"), ANSWERS.values(), ids=ANSWERS)
def test_all_that_is_said_is_among_the_answers(clerk, act, said, shown):
    assert shown in send(clerk, f"/record/{act}", **said).text


def test_a_blank_makes_no_two_new_things_of_one(clerk):
    for text in ("AC 0001", "A-8\nAC 0001, A-9"):
        answer = send(clerk, "/record/commission", to="", units=text, under="09506000134352")
        assert (400, True) == (answer.status_code, "has a blank inside" in answer.text)


def test_numbers_of_a_batch_come_in_its_spreadsheet(clerk):
    said = {"units": "", "under": CHIPS, "numbers": NUMBERS.replace("A-", "N-")}
    _, _ = payload_of(answer := send(clerk, "/record/commission", to="", **said))

    assert "GPU-7" in answer.text
    assert "chiptrail:identities" in answer.text


def test_what_can_be_recorded_is_listed(clerk):
    shown = clerk.get("/record").text

    assert all(f"/record/{act}" in shown for act in ("pack", "declare", "destroy"))
    assert 404 == clerk.get("/record/nothing").status_code
    assert "/ship" == clerk.get("/record/ship").headers["Location"]
