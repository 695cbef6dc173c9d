"""A shipment that is ticked off: all of it, some, damaged, refused, and what is none of it."""

import json
import re
from base64 import b64decode
from html import unescape

import pytest

from schemas.statement import Role
from tests.web.conftest import Web
from tests.world import CHIPS, World

CHIPS_SENT = [f"{CHIPS}A-{n}" for n in range(1, 5)]
BOX, IN_BOX = "https://id.gs1.org/00/106141412345678908", [f"{CHIPS}B-1", f"{CHIPS}B-2"]
OTHER, FOREIGN = f"{CHIPS}O-1", f"{CHIPS}F-1"


@pytest.fixture
def url():
    """What is tried here is above the database; one kind will do."""


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    """A world that the forms of this module only look at."""
    world = World(tmp_path_factory.mktemp("receiving"), checking=False)
    world.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    world.enroll("shop")
    world.commission("fab", [*CHIPS_SENT, *IN_BOX, OTHER, FOREIGN])
    world.pack("fab", BOX, IN_BOX)
    web = Web(world)
    web.index = world.ship("fab", [*CHIPS_SENT, BOX], to="shop").index
    world.ship("fab", [OTHER], to="shop")
    return web


@pytest.fixture(scope="module")
def clerk(web):
    return web.browser("ann", "logger", of="shop")


@pytest.fixture
def send(web, clerk):
    def sent(**said):
        path = f"/receive/{web.index}"
        return clerk.post(path, data={"what": "listed", **said}, content_type="multipart/form-data")

    return sent


def drafts_of(answer):
    """What is to be signed: the step, and the things, of each draft."""
    data = re.search(r"data-prepared[^>]*>(.*?)</textarea>", answer.text, re.DOTALL)[1]
    found = []
    for line in json.loads(unescape(data)):
        event = json.loads(b64decode(line["payload"]))
        items = line.get("lists", {}).get("epcList", {}).get("ids") or event["epcList"]
        step = event["bizStep"].rpartition(":")[2], event.get("disposition", "")
        found.append((*step, event.get("chiptrail:final", False), sorted(items)))
    return found


def test_what_is_on_its_way_is_listed(web, clerk):
    shown = clerk.get("/receive").text

    assert f'href="/receive/{web.index}"' in shown
    assert f"/receive/{web.index}" == clerk.get(f"/receive?shipment={web.index}").location
    assert (
        "Nothing is on its way to you"
        in web.browser("lin", "logger", of="fab").get("/receive").text
    )


def test_a_shipment_to_others_is_not_there(web):
    fab = web.browser("max", "logger", of="fab")

    assert 404 == fab.get(f"/receive/{web.index}").status_code
    assert 404 == fab.get("/receive/9999").status_code


CAME = {
    "all": (
        {"what": "all", "damaged": "A-1"},
        [
            ("receiving", "", False, [*CHIPS_SENT[1:], BOX]),
            ("receiving", "damaged", False, CHIPS_SENT[:1]),
        ],
    ),
    "some, and no more": (
        {"arrived": "A-1\nA-2", "final": "yes"},
        [("receiving", "", True, CHIPS_SENT[:2])],
    ),
    "all chips of a box": ({"arrived": "B-2\nB-1"}, [("receiving", "", False, [BOX])]),
    "a box and a chip of it": ({"arrived": f"{BOX}\nB-1"}, [("receiving", "", False, [BOX])]),
    "all but a damaged chip of a box": (
        {"what": "all", "damaged": "B-1"},
        [
            ("receiving", "", False, [*CHIPS_SENT, IN_BOX[1]]),
            ("receiving", "damaged", False, IN_BOX[:1]),
        ],
    ),
    "all but a refused chip of a box": (
        {"what": "all", "refused": "B-1"},
        [
            ("receiving", "", False, [*CHIPS_SENT, IN_BOX[1]]),
            ("refusing", "returned", False, [BOX]),
        ],
    ),
    "some chips of a box": ({"arrived": "B-1"}, [("receiving", "", False, IN_BOX[:1])]),
    "refused": ({"refused": "A-4"}, [("refusing", "returned", False, CHIPS_SENT[3:])]),
}  # fmt: skip


@pytest.mark.parametrize(("said", "signed"), CAME.values(), ids=CAME)
def test_what_came_is_to_be_signed(send, said, signed):
    found = drafts_of(send(**said))

    assert [(*rest, sorted(items)) for *rest, items in signed] == found


WRONG = {
    "nothing": ({}, "Arrived: say what arrived"),
    "another shipment's": ({"arrived": "O-1"}, "of another shipment to you"),
    "in two lists": ({"arrived": "A-1", "damaged": "A-1"}, "it is in another list too"),
    "not sent": ({"arrived": "F-1"}, "nothing is recorded by that name, or not for you"),
    "a chip of a box, and nothing of the rest": (
        {"refused": "B-1"},
        "goes back with the box alone",
    ),
    "final alone": ({"refused": "A-1", "final": "yes"}, "nothing is received"),
}


@pytest.mark.parametrize(("said", "why"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said(send, said, why):
    answer = send(**said)

    assert (400, True) == (answer.status_code, why in answer.text)


def test_lines_in_doubt_are_a_file_and_can_be_left_out(send):
    kept = send(arrived="A-1\nO-1\nX", step="csv").text
    left = drafts_of(send(arrived="A-1\nO-1\nX", step="leave"))

    assert kept.startswith("\ufeffrow,serial,what\r\n2,O-1,of another shipment")
    assert [("receiving", "", False, CHIPS_SENT[:1])] == left
