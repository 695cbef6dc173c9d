"""Numbers of items, end to end: who binds, what was withheld, corrected, seen by whom, proved."""

from dataclasses import replace

import pytest

from ledger.judge import bound_to
from ledger.note import parse_vkey
from ledger.service.audit import AuditReport, audit
from ledger.service.bundling import make_bundle
from ledger.service.query import dossier
from ledger.service.sight import Sight
from ledger.service.views import load_views
from ledger.verify import verify_bundle
from ledger.view import OPERATOR, Reader
from schemas.bundle_statement import Basis
from schemas.statement import Role
from tests.openings import opened
from tests.world import CHIPS, party

NUMBERS = "chiptrail:identities"
SECRET = {"withheld": [NUMBERS]}


def begin(made):
    made.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    made.enroll("shop")
    made.enroll("spy")
    made.enroll("customs", Role.INSPECTOR)


@pytest.fixture
def world(tmp_path, url):
    made = opened(tmp_path, begin, checking=False, url=url)
    yield made
    assert problems(made) == ()  # projections made anew are the same, whatever was told


def problems(world):
    *_, report = audit(world.ledger)
    assert isinstance(report, AuditReport)
    return report.problems


def numbers(*items, **said):
    """*said* of each of *items*, such as ``uuid="U1"``."""
    return {NUMBERS: [{"item": item, **said} for item in items]}


@pytest.fixture
def chip(world):
    return world.chips(1)[0]


@pytest.fixture
def made(world, chip):
    return world.commission("fab", [chip], **numbers(chip, uuid="U1", printedSerial="S1"))


def found(world, item, name=None):
    """(code, entry, open or closed) of what is found of identity; *name* is who asks."""
    reader = OPERATOR if name is None else reader_of(world, name)
    told = dossier(world.ledger, item, reader=reader).findings
    return [
        (one.code.value, one.index, "open" if one.is_open else "closed")
        for one in told
        if one.code.value.startswith("identity/")
    ]


def reader_of(world, name):
    return Reader(party(name), world.ledger.registry.parties[party(name)].roles)


def bound(world, item, name=None):
    reader = OPERATOR if name is None else reader_of(world, name)
    with world.ledger.snapshot() as (connection, tip):
        sight = Sight(connection, tip.registry, world.ledger.pack, reader, world.now)
        view = load_views(sight, [item])[item].view
    return {kind: one.number for kind, one in bound_to(view).items()}


def verified(world, data):
    return verify_bundle(data, parse_vkey(world.ledger.vkey), world.ledger.atlas)


def proven(world, item, **more):
    """(code, basis) of what a bundle says of identity, and whether it proves the item's story."""
    data = make_bundle(world.ledger, [item], **more)
    (subject,) = verified(world, data).subjects
    told = [(one.code.value, Basis.ENTRIES) for one in subject.findings]
    told += [(one.code.value, Basis.LEDGER) for one in subject.asserted]
    return [one for one in told if one[0].startswith("identity/")], subject.is_proven


# Whose word counts --------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["fab", "customs"])
def test_who_has_a_part_or_inspects_finds_the_moved_sticker(world, chip, made, who):
    seen = world.inspect(who, [chip], "conformant", **numbers(chip, uuid="U9"))

    assert [("identity/mismatch", seen.index, "open")] == found(world, chip)
    assert ([("identity/mismatch", Basis.ENTRIES)], True) == proven(world, chip)


def test_a_strangers_numbers_are_noted_and_count_for_nothing(world, chip, made):
    seen = world.declare("spy", [chip], **numbers(chip, uuid="U9", pdi="P9"))

    assert [("identity/unheard", seen.index, "open")] == found(world, chip)
    assert ({"printed_serial": "S1", "uuid": "u1"}, "clear") == (
        bound(world, chip),
        dossier(world.ledger, chip).verdict,
    )


def test_what_others_gave_of_items_that_the_entry_does_not_name_is_nothing(world, chip, made):
    world.register("shop", ["urn:box:1"], **numbers(chip, uuid="U9"))

    assert [] == found(world, chip)


def test_the_makers_replacement_is_bound_from_then_on(world, chip, made):
    world.replace("fab", chip, uuid="U2")
    seen = world.inspect("fab", [chip], "conformant", **numbers(chip, uuid="U2"))
    wrong = world.inspect("fab", [chip], "conformant", **numbers(chip, uuid="U1"))

    assert seen.created
    assert [("identity/mismatch", wrong.index, "open")] == found(world, chip)


def test_a_holders_replacement_once_an_inspector_has_looked(world, chip, made):
    world.ship("fab", [chip], to="shop")
    world.receive("shop", [chip])
    replaced = world.replace("shop", chip, uuid="U2")
    before = bound(world, chip)["uuid"]
    world.inspect("customs", [chip], "conformant", **numbers(chip, uuid="U2"))

    assert ("u1", "u2") == (before, bound(world, chip)["uuid"])
    assert [("identity/mismatch", replaced.index, "closed")] == found(world, chip)


def test_a_resolution_settles_it(world, chip, made):
    seen = world.inspect("fab", [chip], "conformant", **numbers(chip, uuid="U9"))
    world.resolve("customs", seen, "identity/mismatch")

    assert [("identity/mismatch", seen.index, "closed")] == found(world, chip)


def test_what_is_taken_back_binds_nothing(world, chip):
    wrong = world.commission("fab", [chip], **numbers(chip, uuid="U9"))
    right = world.commission("fab", [chip], **numbers(chip, uuid="U1"))
    world.correct("fab", wrong, right)
    world.inspect("fab", [chip], "conformant", **numbers(chip, uuid="U1"))

    assert ([], {"uuid": "u1"}) == (found(world, chip), bound(world, chip))
    assert ([], True) == proven(world, chip)


# Withheld -----------------------------------------------------------------------------------------


def test_withheld_numbers_count_once_they_are_disclosed_until_they_are_erased(world, chip, made):
    body = numbers(chip, uuid="U9") | SECRET | {"action": "OBSERVE", "bizStep": "inspecting"}
    sent = world.submission("customs", "ObjectEvent", {"epcList": [chip]}, **body)
    first = world.capture(replace(sent, disclosures=()))
    told = [found(world, chip)]
    again = world.capture(sent)
    told.append(found(world, chip))
    world.erase("customs", first)
    told.append(found(world, chip))

    assert (first.index, False) == (again.index, again.created)
    assert [[], [("identity/mismatch", first.index, "open")], []] == told


def test_a_bundle_proves_what_was_withheld_only_where_it_shows_it(world, chip, made):
    world.inspect("customs", [chip], "conformant", **numbers(chip, uuid="U9"), **SECRET)

    assert ([("identity/mismatch", Basis.LEDGER)], True) == proven(world, chip)
    assert ([("identity/mismatch", Basis.ENTRIES)], True) == proven(world, chip, disclose=True)


def test_withheld_numbers_of_a_lot_are_told_item_by_item(world):
    chips = world.chips(3)
    said = [{"item": chip, "uuid": f"U-{chip[-1]}"} for chip in chips]
    world.commission("fab", chips, **{NUMBERS: said}, **SECRET)
    world.inspect("fab", chips[:1], "conformant", **numbers(chips[0], uuid="U-2"))

    assert [1, 0, 0] == [len(found(world, chip)) for chip in chips]
    assert ([("identity/mismatch", Basis.LEDGER)], True) == proven(world, chips[0], disclose=True)


def test_no_bundle_names_what_others_bear(world):
    """Open numbers of a whole tray are shown to nobody who may not see all of it."""
    chips = world.chips(2)
    said = [{"item": chip, "uuid": f"U-{chip[-1]}"} for chip in chips]
    world.commission("fab", chips, **{NUMBERS: said})
    world.ship("fab", chips[:1], to="shop")
    data = make_bundle(world.ledger, chips[:1], reader=reader_of(world, "shop"))

    entries = verified(world, data).entries
    assert [] == [one for one in entries if one.act is not None and one.act.kind == "commission"]


# One number, two items ----------------------------------------------------------------------------


@pytest.fixture
def twins(world, made):
    """The shop registers what bears the UUID of a chip of the fab."""
    return world.register("shop", ["urn:clone:1"], **numbers("urn:clone:1", uuid="u1"))


def test_one_uuid_under_two_serials_is_found_on_both(world, chip, made, twins):
    expected = [("identity/duplicate", made.index, "open")]

    assert expected == found(world, chip) == found(world, chip, "customs")
    assert [("identity/duplicate", twins.index, "open")] == found(world, "urn:clone:1")
    assert ([("identity/duplicate", Basis.LEDGER)], True) == proven(world, chip)


def test_who_may_not_see_the_other_item_is_told_nothing(world, chip, made, twins):
    assert ([], []) == (found(world, chip, "fab"), found(world, "urn:clone:1", "shop"))
    assert ([], True) == proven(world, chip, reader=reader_of(world, "fab"))


def test_who_sees_both_is_told(world, chip, made, twins):
    world.grant("shop", ["urn:clone:1"], to="fab")

    assert [("identity/duplicate", made.index, "open")] == found(world, chip, "fab")


def test_whose_part_has_ended_is_told_as_it_was_then(world, chip, made):
    world.ship("fab", [chip], to="shop")
    world.receive("shop", [chip])
    world.commission("fab", [world.chips(2)[1]], **numbers(world.chips(2)[1], uuid="U1"))

    assert [] == found(world, chip, "fab")
    assert ["identity/duplicate"] == [one[0] for one in found(world, world.chips(2)[1], "fab")]


def test_legitimate_rework_raises_nothing(world, chip, made):
    """The board's UUID moves to its refurbished successor."""
    world.replace("fab", chip, uuid="U2")
    new = world.chips(2)[1]
    world.commission("fab", [new], **numbers(new, uuid="U1"))

    assert ([], []) == (found(world, chip), found(world, new))


def test_what_is_made_of_a_thing_may_bear_its_numbers(world, chip, made):
    world.transform("fab", [chip], [CHIPS + "M1"], **numbers(CHIPS + "M1", uuid="U1"))

    assert ([], []) == (found(world, chip), found(world, CHIPS + "M1"))


def test_a_typing_mistake_ends_with_its_correction(world, chip, made, twins):
    world.correct("shop", twins)

    assert [] == found(world, chip)
