"""Corrections in the ledger: what counts at once, what waits for whom, and what the story shows."""

import pytest

from ledger.judge import Verdict
from ledger.service.capture import capture
from ledger.service.query import dossier
from schemas.envelope import encode_submission
from schemas.statement import Role, Subject
from tests.openings import opened
from tests.world import CHIPS, party

BOX = "urn:box:1"


def begin(world):
    world.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    for name in ("shop", "hub", "mover", "thief"):
        world.enroll(name)


@pytest.fixture
def world(tmp_path, url):
    return opened(tmp_path, begin, checking=False, url=url)


@pytest.fixture
def chips(world):
    chips = world.chips(3)
    world.commission("fab", chips)
    return chips


@pytest.fixture
def holder(world):
    """Who has an item, and its verdict."""

    def holder(item):
        told = dossier(world.ledger, item)
        name = told.state and told.state.custody.holder.removeprefix(party(""))
        return name, told.verdict.value

    return holder


@pytest.fixture
def open_on(world):
    """The open findings on an item, by code, with the entry that closed the others."""

    def open_on(item):
        found = dossier(world.ledger, item).findings
        return {one.code.value: one.closed_by for one in found}

    return open_on


def taken_back(world, item):
    """{entry: the correction that took it out} of the item's story."""
    steps = dossier(world.ledger, item).steps
    return {step.index: step.corrected_by for step in steps if step.corrected_by is not None}


def test_a_shipment_to_the_wrong_party_is_corrected(world, chips, holder):
    wrong = world.ship("fab", chips, to="shop")
    correction = world.correct("fab", wrong)
    world.ship("fab", chips, to="hub")
    world.receive("hub", chips)

    assert ("hub", "clear") == holder(chips[0])
    assert {wrong.index: correction.index} == taken_back(world, chips[0])


def test_a_corrective_may_come_after_its_correction(world, chips, holder):
    wrong = world.ship("fab", chips, to="shop")
    right = world.submission(
        "fab", "ObjectEvent", {"epcList": chips}, action="OBSERVE", bizStep="shipping",
        destinationList=[{"type": "possessing_party", "destination": party("hub")}],
    )  # fmt: skip
    world.correct("fab", wrong, right)
    before = holder(chips[0])
    world.capture(right)

    assert (("fab", "clear"), ("fab", "clear")) == (before, holder(chips[0]))
    assert party("hub") == dossier(world.ledger, chips[0]).state.custody.consignee


def test_a_corrective_may_come_before_its_correction(world, chips):
    wrong = world.ship("fab", chips, to="shop")
    right = world.ship("fab", chips, to="hub")
    world.correct("fab", wrong, right)
    told = dossier(world.ledger, chips[0])

    assert (party("hub"), Verdict.CLEAR) == (told.state.custody.consignee, told.verdict)


def test_a_seller_cannot_take_back_a_delivered_shipment(world, chips, holder, open_on):
    wrong = world.ship("fab", chips, to="shop")
    world.receive("shop", chips)
    correction = world.correct("fab", wrong)

    assert ("shop", "check") == holder(chips[0])
    assert {"correction/open": None} == open_on(chips[0])
    assert {} == taken_back(world, chips[0])
    (found,) = dossier(world.ledger, chips[0]).findings
    assert (correction.index, True) == (found.index, party("shop") in found.message)


def test_with_the_consignees_consent_it_counts(world, chips, open_on):
    wrong = world.ship("fab", chips, to="shop")
    world.receive("shop", chips)
    correction = world.correct("fab", wrong)
    agreed = world.concur("shop", correction)

    assert agreed.index == open_on(chips[0])["correction/open"]
    assert {wrong.index: correction.index} == taken_back(world, chips[0])
    assert [agreed.index] == [one.index for one in dossier(world.ledger, chips[0]).said]


def test_what_falls_with_it_is_held_against_nobody_who_agreed(world, chips, open_on, holder):
    wrong = world.ship("fab", chips, to="shop")
    world.receive("shop", chips)
    agreed = world.concur("shop", world.correct("fab", wrong))

    assert ("fab", "clear") == holder(chips[0])
    codes = ("custody/pending-shipment", "correction/open")
    assert dict.fromkeys(codes, agreed.index) == open_on(chips[0])


def test_what_has_left_the_box_since_is_clear_too(world, chips, holder):
    world.pack("fab", BOX, chips)
    wrong = world.ship("fab", [BOX], to="shop")
    world.receive("shop", [BOX])
    world.unpack("shop", BOX, chips[:1])
    world.concur("shop", world.correct("fab", wrong))

    assert ["clear", "clear"] == [holder(chip)[1] for chip in chips[:2]]


def test_the_consent_of_others_is_nothing(world, chips, open_on):
    wrong = world.ship("fab", chips, to="shop")
    world.receive("shop", chips)
    correction = world.correct("fab", wrong)
    world.concur("thief", correction)

    assert {"correction/open": None} == open_on(chips[0])


def test_who_concurs_beforehand_is_not_asked_again(world, chips, holder):
    wrong = world.ship("fab", chips, to="shop")
    world.receive("shop", chips)
    first = world.correct("fab", wrong)
    world.concur("shop", first)
    again = world.correct("fab", wrong, world.ship("fab", chips, to="hub"))

    assert ("fab", "check") == holder(chips[0])
    assert {again.index} == set(taken_back(world, chips[0]).values())


def test_a_second_correction_takes_the_place_of_one_that_waits(world, chips, open_on):
    wrong = world.ship("fab", chips, to="shop")
    world.receive("shop", chips)
    world.correct("fab", wrong)
    right = world.ship("fab", chips, to="shop")
    second = world.correct("fab", wrong, right)

    assert second.index == open_on(chips[0])["correction/open"]
    assert {wrong.index: second.index} == taken_back(world, chips[0])


def test_a_corrective_is_corrected_in_its_place(world, chips):
    wrong = world.ship("fab", chips, to="shop")
    less_wrong = world.ship("fab", chips, to="hub")
    world.correct("fab", wrong, less_wrong)
    right = world.ship("fab", chips, to="mover")
    world.correct("fab", less_wrong, right)
    world.receive("mover", chips)

    assert Verdict.CLEAR is dossier(world.ledger, chips[0]).verdict


@pytest.fixture
def declare_wrong(world, chips):
    """Declare the entry of that identity wrong; gives what is found of it."""

    def declare_wrong(who, identity):
        error = {
            "declarationTime": "2026-03-02T09:00:00Z",
            "chiptrail:corrects": identity.hex(),
            "chiptrail:nonce": "A" * 22,
            "chiptrail:after": world.ledger.note().decode(),
        }
        receipt = world.object_event(who, "OBSERVE", "storing", chips, errorDeclaration=error)
        return [found.code.value for found in receipt.findings if not found.items]

    return declare_wrong


def test_what_somebody_else_signed_is_not_corrected(world, chips, holder, declare_wrong):
    shipped = world.ship("fab", chips, to="shop")

    assert ["correction/open"] == declare_wrong("thief", shipped.identity)
    assert ("fab", "clear") == holder(chips[0])
    assert {} == taken_back(world, chips[0])


def test_a_correction_is_not_corrected(world, chips, holder, declare_wrong):
    correction = world.correct("fab", world.ship("fab", chips, to="shop"))

    assert ["correction/open"] == declare_wrong("fab", correction.identity)
    assert ("fab", "clear") == holder(chips[0])


def test_what_is_not_in_the_log_is_not_corrected(holder, chips, declare_wrong):
    assert ["correction/open"] == declare_wrong("fab", bytes(32))
    assert ("fab", "clear") == holder(chips[0])


def test_of_two_that_wait_one_clears_the_way_for_the_other(world, chips, open_on, holder):
    wrong = world.ship("fab", chips, to="shop")
    received = world.receive("shop", chips)
    first = world.correct("fab", wrong)
    second = world.correct("shop", received)

    assert second.index == open_on(chips[0])["correction/open"]
    assert {wrong.index: first.index, received.index: second.index} == taken_back(world, chips[0])
    assert ("fab", "clear") == holder(chips[0])


def test_a_receipt_of_one_too_many_is_corrected(world, chips, holder):
    world.ship("fab", chips, to="shop")
    received = world.receive("shop", chips, final=True)
    world.correct("shop", received, world.receive("shop", chips[:2], final=True))

    assert [("shop", "clear"), ("fab", "check")] == [holder(chip) for chip in chips[1:]]


def test_a_receipt_of_what_was_sold_on_waits_for_the_buyer(world, chips, holder):
    world.ship("fab", chips, to="shop")
    received = world.receive("shop", chips)
    world.ship("shop", chips[2:], to="hub")
    world.receive("hub", chips[2:])
    world.correct("shop", received, world.receive("shop", chips[:2]))

    assert ("hub", "check") == holder(chips[2])


def test_a_packing_is_corrected_while_the_container_stays(world, chips, holder):
    packed = world.pack("fab", BOX, chips)
    world.correct("fab", packed, world.pack("fab", BOX, chips[:2]))

    assert (chips[0], chips[1]) == dossier(world.ledger, BOX).contents
    assert None is dossier(world.ledger, chips[2]).container


def test_a_packing_whose_container_was_signed_for_waits(world, chips, holder):
    packed = world.pack("fab", BOX, chips)
    world.ship("fab", [BOX], to="shop")
    world.receive("shop", [BOX])
    correction = world.correct("fab", packed, world.pack("fab", BOX, chips[:2]))
    before = holder(chips[2])
    world.concur("shop", correction)

    assert (("shop", "check"), ("fab", "clear")) == (before, holder(chips[2]))


def test_what_a_carrier_repacked_goes_back_with_it(world, chips, holder):
    wrong = world.ship("fab", chips, to="shop", via=["mover"])
    world.pack("mover", BOX, chips)
    correction = world.correct("fab", wrong)
    before = holder(chips[0])
    world.concur("mover", correction)

    assert (("fab", "check"), "fab") == (before, holder(chips[0])[0])
    assert None is dossier(world.ledger, chips[0]).container


def test_what_waits_is_in_the_story_of_what_was_inside_then(world, chips, open_on):
    """The shipment names the box; its chips have left it since."""
    world.pack("fab", BOX, chips)
    wrong = world.ship("fab", [BOX], to="shop")
    world.receive("shop", [BOX])
    world.unpack("shop", BOX)
    world.correct("fab", wrong)

    assert {"correction/open": None} == open_on(chips[0])


def test_a_strangers_claim_holds_up_nothing(world, chips, holder):
    wrong = world.ship("fab", chips, to="shop")
    world.declare("thief", chips)
    world.correct("fab", wrong)

    assert ("fab", "clear") == holder(chips[0])


def test_facts_are_as_of_each_entry(world, chips, holder):
    """The maker lost the range since; what it commissioned stands when it is told again."""
    packed = world.pack("fab", BOX, chips)
    others = ("urn:chiptrail:chip:acme:x9:",)
    world.clerk.enroll_party(Subject(party("fab"), ("Fab",), (Role.MAKER,), others))
    world.correct("fab", packed)

    assert ("fab", "clear") == holder(chips[0])


def test_a_closed_finding_is_closed_by_what_stands_later(world, chips, open_on):
    """The early receipt is corrected after the shipment closed what was found of it."""
    early = world.receive("shop", chips)
    shipped = world.ship("fab", chips, to="shop")
    world.correct("shop", early, world.receive("shop", chips))

    assert shipped.index == open_on(chips[0])["custody/pending-shipment"]


def test_a_dry_run_changes_nothing(world, chips, holder):
    wrong = world.ship("fab", chips, to="shop")
    sent = []
    world.capture = sent.append
    world.correct("fab", wrong)
    capture(world.ledger, [encode_submission(sent[0])], actor="test", dry_run=True)

    assert {} == taken_back(world, chips[0])
