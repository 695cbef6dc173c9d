"""What parties state in a form: licences, sites, mandates, grants."""

import pytest

from schemas.statement import Role
from tests.web.conftest import Web
from tests.web.test_making import payload_of, send
from tests.world import CHIPS, World, party
from web.pages.statements import STATEMENTS

A = f"{CHIPS}A-1"


@pytest.fixture
def url():
    """What is tried here is above the database; one kind will do."""


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    """A world that the forms of this module only look at."""
    world = World(tmp_path_factory.mktemp("statements"), checking=False)
    world.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    world.enroll("shop")
    world.commission("fab", [A])
    return Web(world)


@pytest.fixture(scope="module")
def clerk(web):
    return web.browser("lin", "logger", of="fab")


LICENCE = {"licence_number": "EAR:D12", "until": "2027-06-30"}
SITE = {"site_name": "Hall 4", "place": "59.9,10.8,400", "place_country": "NO"}
SIGNED = {
    "licence": (
        {**LICENCE, "quantity": "64", "consignees": "shop; Nobody Ltd", "conditions": "a; b\nc"},
        {
            "number": "D12",
            "holder": party("fab"),
            "quantity": 64,
            "consignees": [party("shop"), "Nobody Ltd"],
            "conditions": ["a; b", "c"],
            "until": "2027-06-30T23:59:59.999Z",
        },
    ),
    "site": (SITE, {"name": "Hall 4", "radiusM": 400, "country": "NO"}),
    "mandate": (
        {"agent": "shop", "mandate_acts": "ship; receive", "until": "2027-06-30"},
        {"agent": party("shop"), "acts": ["ship", "receive"]},
    ),
    "grant": ({"units": "A-1", "grantee": "shop"}, {"grantee": party("shop"), "items": [A]}),
}


def test_every_statement_is_tried():
    assert set(STATEMENTS) == set(SIGNED)


@pytest.mark.parametrize("name", SIGNED)
def test_a_statement_is_filled_in_and_to_be_signed(clerk, name):
    said, wanted = SIGNED[name]
    found, _ = payload_of(send(clerk, f"/record/{name}", to="", **said))

    assert {"statement": name, **wanted} == {key: found[key] for key in ("statement", *wanted)}


WRONG = {
    "no number": ("licence", {**LICENCE, "licence_number": "D12"}, "want REGIME:NUMBER"),
    "no end": ("licence", {**LICENCE, "until": ""}, "Until: missing"),
    "no count": ("licence", {**LICENCE, "quantity": "-1"}, "want a whole number"),
    "no country": ("licence", {**LICENCE, "countries": "Norway"}, "two capitals"),
    "nowhere": ("site", {**SITE, "place": ""}, "say where it is"),
    "in no country": ("site", {**SITE, "place_country": ""}, "say in which country it is"),
    "a secret site": ("site", {**SITE, "place_withheld": "1"}, "cannot be withheld"),
    "no such act": ("mandate", {**SIGNED["mandate"][0], "mandate_acts": "fly"}, "/acts/0"),
    "nobody": ("mandate", {**SIGNED["mandate"][0], "agent": "x"}, "no party &#39;x&#39;"),
    "nothing": ("grant", {"grantee": "shop"}, "say at least one"),
}


@pytest.mark.parametrize(("name", "said", "why"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said(clerk, name, said, why):
    answer = send(clerk, f"/record/{name}", to="", **said)

    assert (400, True) == (answer.status_code, why in answer.text)
