"""Resolutions: what they close, for whom, and that they show in the story."""

from datetime import timedelta

import pytest

from ledger.service.query import dossier
from schemas.statement import Role
from tests.openings import opened
from tests.world import CHIPS

BOX = "urn:box:1"


def begin(world):
    world.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    world.enroll("shop")
    world.enroll("customs", Role.INSPECTOR)
    world.enroll("police", Role.INSPECTOR)


@pytest.fixture
def world(tmp_path, url):
    return opened(tmp_path, begin, checking=False, url=url)


@pytest.fixture
def chips(world):
    chips = world.chips(2)
    world.commission("fab", chips)
    return chips


@pytest.fixture
def verdict(world):
    return lambda item: dossier(world.ledger, item).verdict.value


@pytest.fixture
def stolen(world, chips):
    return world.report("fab", chips, "stolen")


def test_an_inspector_settles_what_was_found_on_an_entry(world, chips, stolen, verdict):
    settled = world.resolve("customs", stolen, "status/stolen")
    told = dossier(world.ledger, chips[0])

    assert ["clear", "clear"] == [verdict(chip) for chip in chips]
    assert [settled.index] == [found.closed_by for found in told.findings]
    assert [settled.index] == [one.index for one in told.said]


def test_so_does_the_registrar(world, chips, stolen, verdict):
    world.resolve("registrar", stolen, "status/stolen")

    assert "clear" == verdict(chips[0])


def test_only_on_the_items_that_are_given(world, chips, stolen, verdict):
    world.resolve("customs", stolen, "status/stolen", chips[:1])

    assert ["clear", "stop"] == [verdict(chip) for chip in chips]


@pytest.mark.parametrize("who", ["fab", "shop"])
def test_nobody_else_is_heard(world, chips, stolen, verdict, who):
    said = world.resolve(who, stolen, "status/stolen")

    assert "stop" == verdict(chips[0])
    assert [said.index] == [one.index for one in dossier(world.ledger, chips[0]).said]


def test_nobody_settles_what_was_found_on_its_own_entry(world, chips, verdict):
    found = world.inspect("customs", chips, "mismatch_instance")
    world.resolve("customs", found, "identity/mismatch")
    before = verdict(chips[0])
    world.resolve("police", found, "identity/mismatch")

    assert ("check", "clear") == (before, verdict(chips[0]))


def test_another_finding_of_the_same_kind_stays(world, chips, stolen, verdict):
    world.clear("fab", chips, "stolen")
    world.report("fab", chips, "stolen")
    world.resolve("customs", stolen, "status/stolen")

    assert "stop" == verdict(chips[0])


def test_what_depends_on_the_day_is_of_the_shipment(world, chips, verdict):
    shipped = world.ship("fab", chips, to="shop", due_in=timedelta(days=1))
    world.advance(days=30)
    before = verdict(chips[0])
    world.resolve("customs", shipped, "custody/overdue")

    assert ("check", "clear") == (before, verdict(chips[0]))


def test_what_was_inside_then_is_settled_too(world, chips, verdict):
    """The report names the box; its chips have left it since."""
    world.pack("fab", BOX, chips)
    report = world.report("fab", [BOX], "stolen")
    world.unpack("fab", BOX)
    before = verdict(chips[0])
    world.resolve("customs", report, "status/stolen")

    assert "stop" == before
    assert not any(f.is_open and f.index == report.index for f in found_on(world, chips[0]))


def found_on(world, item):
    return dossier(world.ledger, item).findings


@pytest.mark.parametrize("code", ["no/such-code", "custody/not-holder"])
def test_what_was_not_found_is_not_closed(world, chips, stolen, verdict, code):
    world.resolve("customs", stolen, code)

    assert "stop" == verdict(chips[0])
