"""As whom one asks decides what one is told: of an item, of a load, of a document, in a proof."""

import json
from datetime import timedelta

import pytest

from ledger.judge import Match, Verdict
from ledger.note import parse_vkey
from ledger.service.bundling import make_bundle
from ledger.service.dossiers import check_to_json, dossier_to_json
from ledger.service.query import check, dossier, resolve
from ledger.testimony import asserted, proved, unknown
from ledger.verify import verify_bundle
from ledger.view import Reader
from schemas.errors import NotFound
from schemas.statement import Role
from tests.geography import ATLAS
from tests.openings import opened
from tests.world import CHIPS, DISPOSITION, party

WAYBILL = "urn:chiptrail:doc:awb:160-12345675"
BILL = {"bizTransactionList": [{"type": "bol", "bizTransaction": WAYBILL}]}
PALLET, TOTE = "urn:pallet:1", "urn:tote:1"


def begin(made):
    made.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    for name in ("shop", "dc", "carrier", "bank", "spy"):
        made.enroll(name)
    made.enroll("customs", Role.INSPECTOR)
    made.enroll("kpmg", Role.AUDITOR)


@pytest.fixture
def world(tmp_path, url):
    return opened(tmp_path, begin, checking=False, url=url)


def reader(world, name):
    return Reader(party(name), world.ledger.registry.parties[party(name)].roles)


def told(world, name, item, **more):
    return dossier(world.ledger, item, reader=reader(world, name), **more)


def kinds(world, name, item):
    """The acts in the story of *item* that the party is told."""
    return [step.act.kind.value for step in told(world, name, item).steps]


def answer(world, name, item):
    """What the party is told, but for when it asked."""
    said = dossier_to_json(told(world, name, item))
    return {key: said[key] for key in said.keys() - {"asOf", "size", "horizon"}}


def sold(world):
    """Made by fab, carried to shop, sold on to dc."""
    (chip,) = world.chips(1)
    world.commission("fab", [chip])
    world.ship("fab", [chip], to="shop", via=["carrier"])
    world.receive("shop", [chip])
    world.ship("shop", [chip], to="dc")
    world.receive("dc", [chip])
    return chip


# One item ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["dc", "customs", "kpmg"])
def test_the_holder_inspectors_and_auditors_see_the_whole_story(world, name):
    chip = sold(world)

    assert ["commission", "ship", "receive", "ship", "receive"] == kinds(world, name, chip)


@pytest.mark.parametrize(("name", "seen"), [("fab", 3), ("carrier", 3), ("shop", 5)])
def test_a_past_part_is_told_as_it_ended(world, name, seen):
    chip = sold(world)
    found = told(world, name, chip)

    assert seen == len(found.steps)
    assert found.horizon == found.steps[-1].index


def test_what_a_past_holder_is_told_never_changes(world):
    (chip,) = world.chips(1)
    world.commission("fab", [chip])
    world.ship("fab", [chip], to="shop", via=["carrier"])
    world.receive("shop", [chip])
    before = [answer(world, name, chip) for name in ("fab", "carrier")]

    world.report("shop", [chip], "stolen")
    world.pack("shop", PALLET, [chip])
    world.ship("shop", [PALLET], to="dc", due_in=timedelta(hours=1))
    world.ship("fab", [chip], to="spy")
    world.advance(days=90)
    assert before == [answer(world, name, chip) for name in ("fab", "carrier")]
    assert party("shop") == told(world, "fab", chip).state.custody.holder


def test_to_a_stranger_it_does_not_exist(world):
    chip = sold(world)
    found = told(world, "spy", chip)

    assert (None, Verdict.UNKNOWN, (), {}) == (found.state, found.verdict, found.steps, found.names)
    assert {chip: [], "A0001": []} == resolve(world.ledger, [chip, "A0001"], reader(world, "spy"))


def test_acts_without_effect_show_nothing_to_who_signed_them(world):
    chip = sold(world)
    world.receive("spy", [chip])
    world.ship("spy", [chip], to="bank")
    world.report("spy", [chip], "stolen")
    world.commission("spy", [chip])

    assert [[], []] == [kinds(world, name, chip) for name in ("spy", "bank")]


def test_a_refused_consignee_saw_it_go_back(world):
    (chip,) = world.chips(1)
    world.commission("fab", [chip])
    world.ship("fab", [chip], to="shop")
    world.refuse("shop", [chip])
    world.receive("fab", [chip])

    assert ["commission", "ship", "refuse"] == kinds(world, "shop", chip)


def test_a_consignee_whose_shipment_was_called_off_saw_that(world):
    (chip,) = world.chips(1)
    world.commission("fab", [chip])
    world.ship("fab", [chip], to="shop", via=["carrier"])
    world.void("fab", [chip])
    world.ship("fab", [chip], to="dc")

    for name in ("shop", "carrier"):
        assert ["commission", "ship", "void"] == kinds(world, name, chip)


def test_a_consignee_whose_goods_were_sent_elsewhere_saw_that_and_no_more(world):
    (chip,) = world.chips(1)
    world.commission("fab", [chip])
    world.ship("fab", [chip], to="shop")
    world.ship("fab", [chip], to="dc")
    world.receive("dc", [chip])

    assert ["commission", "ship", "ship"] == kinds(world, "shop", chip)


def test_an_owner_sees_it_wherever_it_is_until_it_sells(world):
    chip = sold(world)
    world.transfer("dc", [chip], owner="bank")
    assert [] == kinds(world, "bank", chip)
    world.accept("bank", [chip])
    world.declare("dc", [chip])
    assert "declare" == kinds(world, "bank", chip)[-1]
    world.transfer("bank", [chip], owner="shop")
    world.accept("shop", [chip])

    world.declare("dc", [chip])
    assert "accept" == kinds(world, "bank", chip)[-1]


def test_who_lost_its_goods_to_customs_sees_them_still(world):
    chip = sold(world)
    world.seize("customs", [chip])

    assert "seize" == kinds(world, "dc", chip)[-1]


def test_a_grant_shows_what_the_grantor_sees(world):
    chip = sold(world)
    world.grant("shop", [chip], to="spy")
    assert answer(world, "shop", chip) == answer(world, "spy", chip)
    world.grant("dc", [chip], to="spy")
    assert answer(world, "dc", chip) == answer(world, "spy", chip)


def test_a_grant_by_who_sees_nothing_shows_nothing(world):
    chip = sold(world)
    world.grant("bank", [chip], to="spy")

    assert [] == kinds(world, "spy", chip)


def test_a_grant_ends(world):
    chip = sold(world)
    world.grant("dc", [chip], to="spy", ends_at=world.now + timedelta(days=3))
    assert kinds(world, "spy", chip)
    world.advance(days=4)

    assert [] == kinds(world, "spy", chip)


def test_a_grant_on_a_pallet_shows_what_is_in_it(world):
    chip = sold(world)
    world.pack("dc", PALLET, [chip])
    world.grant("dc", [PALLET], to="spy")
    assert kinds(world, "dc", chip) == kinds(world, "spy", chip)
    world.unpack("dc", PALLET)

    assert [] == kinds(world, "spy", chip)


# Findings ----------------------------------------------------------------------------------------


def test_a_finding_names_none_of_the_other_items_it_is_about(world):
    chips = world.chips(2)
    world.commission("fab", chips)
    for chip, to in zip(chips, ("shop", "dc"), strict=True):
        world.ship("fab", [chip], to=to)
    world.receive("spy", chips)

    found = told(world, "shop", chips[0]).findings
    assert {(chips[0],)} == {finding.items for finding in found}


def test_what_was_late_is_judged_as_of_the_end_of_the_part(world):
    (chip,) = world.chips(1)
    world.commission("fab", [chip])
    world.transfer("fab", [chip], owner="bank")
    world.accept("bank", [chip])
    world.ship("fab", [chip], to="shop", due_in=timedelta(days=3))
    world.transfer("bank", [chip], owner="dc")
    world.accept("dc", [chip])
    world.advance(days=30)

    verdicts = [told(world, name, chip).verdict for name in ("bank", "shop")]
    assert [Verdict.CLEAR, Verdict.CHECK] == verdicts


def test_a_revocation_that_came_later_is_not_told(world):
    chip = sold(world)
    before = answer(world, "fab", chip)
    world.revoke("shop")

    assert before == answer(world, "fab", chip)


# Containers --------------------------------------------------------------------------------------


def packed(world):
    """Two chips of fab on a pallet, at shop."""
    chips = world.chips(2)
    world.commission("fab", chips)
    world.pack("fab", PALLET, chips)
    world.ship("fab", [PALLET], to="shop", via=["carrier"], **BILL)
    world.receive("shop", [PALLET])
    return chips


def test_a_past_holder_is_told_what_was_in_it_then(world):
    chips = packed(world)
    before = answer(world, "carrier", PALLET)
    world.unpack("shop", PALLET)
    world.register("shop", ["urn:box:1"])
    world.pack("shop", PALLET, ["urn:box:1"])

    assert before == answer(world, "carrier", PALLET)
    assert tuple(chips) == told(world, "carrier", PALLET).contents


def test_a_box_that_serves_again_is_another_story(world):
    """Who holds it then is told nothing of the loads before, nor of whose they were."""
    packed(world)
    world.unpack("shop", PALLET)
    world.register("shop", ["urn:box:1"])
    world.pack("shop", PALLET, ["urn:box:1"])
    world.ship("shop", [PALLET], to="dc")

    assert ["pack", "ship"] == kinds(world, "dc", PALLET)
    assert party("fab") not in told(world, "dc", PALLET).names
    assert ["register", "pack", "ship"] == kinds(world, "dc", "urn:box:1")


def test_a_box_that_goes_on_empty_tells_of_no_load(world):
    packed(world)
    world.unpack("shop", PALLET)
    world.ship("shop", [PALLET], to="dc")

    assert ["unpack", "ship"] == kinds(world, "dc", PALLET)


def test_of_a_load_those_are_counted_that_one_saw_in_it(world):
    chips = packed(world)
    world.unpack("shop", PALLET, chips[:1])
    world.ship("shop", [PALLET], to="dc")

    steps = told(world, "dc", PALLET).steps
    assert [2, 1] == [len(s.act.items) for s in steps if s.act.parent == PALLET]
    said = [step["told"] for step in dossier_to_json(told(world, "dc", PALLET))["steps"]]
    assert ["1 item and others went in.", "other items taken out."] == [
        said[0].partition(": ")[2], said[3].partition(": ")[2],
    ]  # fmt: skip


def test_who_saw_a_chip_in_a_box_is_told_of_the_box_while_it_was_in(world):
    chips = packed(world)
    world.unpack("shop", PALLET, chips[:1])
    world.report("shop", [PALLET], DISPOSITION + "lost")

    assert "report" not in kinds(world, "shop", chips[0])
    assert (Verdict.STOP, Verdict.CLEAR) == (
        told(world, "shop", chips[1]).verdict, told(world, "shop", chips[0]).verdict,
    )  # fmt: skip


def test_what_is_wrong_inside_is_told_as_it_was(world):
    chips = packed(world)
    world.report("shop", chips[:1], "stolen")

    verdicts = [told(world, name, PALLET).verdict for name in ("carrier", "shop")]
    assert [Verdict.CLEAR, Verdict.STOP] == verdicts


# Many items --------------------------------------------------------------------------------------


def test_a_check_answers_unknown_to_who_may_not_see(world):
    chips = packed(world)
    checked = check(world.ledger, [*chips, PALLET], reader=reader(world, "spy"))

    assert {Match.UNKNOWN: 3} == checked.answers
    assert {None} == {line.item for line in checked.lines}


def test_a_serial_has_as_many_bearers_as_one_may_see(world):
    chip, other = world.chips(1)[0], "urn:chiptrail:chip:zeta:z1:A0001"
    world.commission("fab", [chip])
    world.register("shop", [other])

    (line,) = check(world.ledger, ["A0001"], reader=reader(world, "shop")).lines
    assert (other, 1) == (line.item, line.bearers)
    assert 2 == len(check(world.ledger, ["A0001"], reader=reader(world, "customs")).lines)


def test_of_a_document_that_is_expected_which_one_may_see(world):
    chips = world.chips(2)
    world.commission("fab", chips)
    world.ship("fab", chips[:1], to="shop", **BILL)
    world.ship("fab", chips[1:], to="dc", **BILL)

    def asked(name):
        found = check(world.ledger, ["X"], document=WAYBILL, reader=reader(world, name))
        return found.shipments, found.missing

    assert (1, tuple(chips[:1])) == asked("shop")
    assert (2, tuple(chips)) == asked("customs") == asked("fab")
    assert (0, ()) == asked("spy")


# Proofs ------------------------------------------------------------------------------------------


def proof(world, name, *items):
    data = make_bundle(world.ledger, items, reader=reader(world, name))
    return data, verify_bundle(data, parse_vkey(world.ledger.vkey), ATLAS)


def test_of_what_is_not_in_view_there_is_no_proof(world):
    chip = sold(world)

    with pytest.raises(NotFound, match="no entry names it"):
        make_bundle(world.ledger, [chip], reader=reader(world, "spy"))


def test_the_proof_for_a_past_holder_ends_with_its_part(world):
    chip = sold(world)
    _, verified = proof(world, "fab", chip)
    horizon = told(world, "fab", chip).horizon

    (subject,) = verified.subjects
    assert (party("shop"), True) == (subject.state.custody.holder, subject.is_proven)
    assert horizon == verified.horizon == max(entry.index for entry in verified.entries)
    assert () == verified.withheld


def test_the_operator_says_to_where_it_told(world):
    chip = sold(world)
    _, verified = proof(world, "fab", chip)

    end = f", as far as Fab may see, to entry {verified.horizon}"
    assert end in asserted(verified)[0]
    assert f"What was recorded after entry {verified.horizon}." == unknown(verified)[0]
    assert any(f"up to entry {verified.horizon}," in line for line in proved(verified))


def test_the_proof_for_the_holder_is_the_operators_own_but_says_for_whom(world):
    chip = sold(world)
    own = verify_bundle(make_bundle(world.ledger, [chip]), parse_vkey(world.ledger.vkey), ATLAS)
    _, verified = proof(world, "dc", chip)

    assert (own.subjects, own.entries) == (verified.subjects, verified.entries)
    assert (party("dc"), None, None) == (verified.reader, verified.horizon, own.reader)


def test_items_of_several_horizons_are_proved_to_the_nearest(world):
    chip = sold(world)
    (other,) = world.chips(1, start=2)
    world.commission("fab", [other])
    world.ship("fab", [other], to="dc")
    _, verified = proof(world, "fab", chip, other)

    assert told(world, "fab", chip).horizon == verified.horizon
    assert [True, False] == [subject.state is not None for subject in verified.subjects]


def test_a_proof_does_not_tell_of_the_loads_before(world):
    packed(world)
    world.unpack("shop", PALLET)
    world.register("shop", ["urn:box:1"])
    world.pack("shop", PALLET, ["urn:box:1"])
    world.ship("shop", [PALLET], to="dc")
    _, verified = proof(world, "dc", "urn:box:1")

    assert [True] == [subject.is_proven for subject in verified.subjects]
    events = [entry.act.kind.value for entry in verified.entries if entry.act]
    assert ["register", "pack", "ship"] == events


def test_what_names_goods_of_others_in_the_open_is_withheld(world):
    chips = world.chips(2)
    world.commission("fab", chips)
    world.ship("fab", chips[:1], to="shop")
    world.receive("shop", chips[:1])
    opened = world.submission("fab", "ObjectEvent", {}, action="OBSERVE", bizStep="storing",
                              epcList=chips)  # fmt: skip
    world.capture(opened)
    index = world.ledger.head.size - 1

    _, verified = proof(world, "shop", chips[0])
    assert (index,) == verified.withheld
    assert index in [entry.index for entry in proof(world, "customs", chips[0])[1].entries]


def test_every_answer_is_json(world):
    chips = packed(world)
    who = reader(world, "carrier")
    checked = check(world.ledger, chips, reader=who)

    assert json.dumps([check_to_json(checked), answer(world, "carrier", PALLET)])
