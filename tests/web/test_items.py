"""Dossiers, histories and bundles over HTTP: what a caller may see, and nothing else."""

from datetime import timedelta
from urllib.parse import quote

import pytest

from ledger.note import parse_vkey
from ledger.verify import verify_bundle
from schemas.formats import format_time
from tests.world import party


@pytest.fixture
def chips(web):
    """Two chips: one on its way from the fab to the shop, one at the fab."""
    made = web.world.chips(2)
    web.world.commission("fab", made)
    web.world.ship("fab", made[:1], to="shop")
    return made


def path(item):
    return f"/api/v1/items/{quote(item, safe='')}"


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


# Of one whose id ends as an address of ours does -------------------------------------------------

ODD = "https://parts.example/x1/bundle"


@pytest.fixture
def odd(web):
    """A thing whose id ends in ``/bundle``, and one whose id is the rest of that."""
    web.world.register("shop", [ODD, "https://parts.example/x1"])


ADDRESSES = {
    "all escaped": (quote(ODD, safe=""), ODD),
    "the last escaped": ("https://parts.example/x1%2Fbundle", ODD),
    "as it is": (ODD, None),
    "its bundle": (f"{quote(ODD, safe='')}/bundle", None),
    "its history": (f"{quote(ODD, safe='')}/history", ODD),
    "the history of the other": ("https://parts.example/x1/history", "https://parts.example/x1"),
}


@pytest.mark.parametrize(("name", "item"), ADDRESSES.values(), ids=ADDRESSES)
def test_an_escaped_slash_is_of_the_id(web, odd, name, item):
    answer = web.ask(f"/api/v1/items/{name}", by="shop")

    assert item == answer.json.get("item")
    assert (item is None) == answer.content_type.startswith("application/vnd.chiptrail.bundle")


# What was known ----------------------------------------------------------------------------------


def test_a_history_is_the_steps_of_the_dossier(web, chips):
    dossier = web.ask(path(chips[0]), by="shop").json
    history = web.ask(f"{path(chips[0])}/history", by="shop").json

    assert {name: dossier[name] for name in history} == history
    assert ["commission", "ship"] == [step["act"] for step in history["steps"]]


def test_it_is_told_what_was_known_when_the_log_had_that_size(web, chips):
    world = web.world
    size, day = world.ledger.head.size, world.now
    world.advance(days=3)
    world.receive("shop", chips[:1])
    world.report("shop", chips[:1], "stolen")

    for known in (f"size={size}", f"known_at={quote(format_time(day))}"):
        then = web.ask(f"{path(chips[0])}?{known}", by="shop").json
        assert (size, "in-transit", "clear") == (
            then["size"], then["state"]["phase"], then["verdict"],
        )  # fmt: skip
        assert ["commission", "ship"] == [step["act"] for step in then["steps"]]


@pytest.mark.parametrize("by", ["fab", "shop", "customs"])
def test_what_was_not_recorded_yet_was_not_known(web, chips, by):
    size = web.world.ledger.head.size
    (new,) = web.world.chips(1, start=50)
    web.world.commission("fab", [new])
    then, never = (web.ask(f"{path(i)}?size={size}", by=by) for i in (new, "NONE"))

    assert (404, never.data) == (then.status_code, then.data)


def test_who_had_no_part_then_knew_nothing(web, chips):
    size = web.world.ledger.head.size
    web.world.receive("shop", chips[:1])
    web.world.enroll("lab")
    web.world.ship("shop", chips[:1], to="lab")
    answers = [web.ask(f"{path(chips[0])}{asked}", by="lab") for asked in ("", f"?size={size}")]

    assert [200, 404] == [answer.status_code for answer in answers]


def test_it_is_judged_as_of_the_day_that_is_asked_about(web):
    world, made = web.world, web.world.chips(1)
    world.commission("fab", made)
    world.ship("fab", made, to="shop", due_in=timedelta(days=2))
    world.advance(days=9)
    days = [world.now - timedelta(days=8), world.now]
    verdicts = [
        web.ask(f"{path(made[0])}?known_at={quote(format_time(day))}", by="fab").json["verdict"]
        for day in days
    ]

    assert ["clear", "check"] == verdicts


BAD = ["size=0", "size=999", "known_at=noon", "known_at=1999-01-01T00:00:00Z", "more=1"]


@pytest.mark.parametrize("asked", [*BAD, "size=1&known_at=2026-03-02T09:00:00Z"])
def test_a_time_that_cannot_be_asked_about_is_refused_by_its_name(web, chips, asked):
    answer = web.ask(f"{path(chips[0])}?{asked}", by="shop")

    assert answer.status_code in {400, 422}
    assert asked.partition("=")[0] in answer.json["detail"]


@pytest.mark.parametrize("asked", ["known_at=2026-03-02", "as_of=2026-03-02T09:00:00"])
def test_a_time_without_offset_is_refused_with_how_to_say_it(web, chips, asked):
    answer = web.ask(f"{path(chips[0])}?{asked}", by="shop")

    assert 422 == answer.status_code
    assert "want a time with its offset, such as 2026-03-03T09:30:00Z" in answer.json["detail"]
