"""Corrections at the edges: in one batch, by agents, of everything that can be begun or ended."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from ledger import dsse
from ledger.service.bundling import make_bundle
from ledger.service.capture import Receipt, capture
from ledger.service.query import dossier
from ledger.verify import verify_bundle
from schemas.envelope import encode_submission
from schemas.statement import Role
from tests.geography import ATLAS
from tests.openings import opened
from tests.world import CHIPS, party


def begin(world):
    world.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    for name in ("shop", "hub", "agent"):
        world.enroll(name)


@pytest.fixture
def world(tmp_path):
    return opened(tmp_path, begin, checking=False)


@pytest.fixture
def chips(world):
    chips = world.chips(2)
    world.commission("fab", chips)
    return chips


@pytest.fixture
def sent(world):
    """Sign without sending: ``sent(world.ship, ...)`` gives the submission."""

    def sent(make, *args, **more):
        kept, real = [], world.capture
        world.capture = kept.append
        make(*args, **more)
        world.capture = real
        return kept[0]

    return sent


def batch(world, *submissions, **more):
    data = [encode_submission(one) for one in submissions]
    return list(capture(world.ledger, data, actor="test", **more))


def standing(world, item):
    told = dossier(world.ledger, item)
    return told.state and told.state.custody, told.verdict.value


def shipping(world, sent, chips, to):
    return sent(world.ship, "fab", chips, to=to)


def correction_of(world, sent, monkeypatch, wrong, *right):
    """The correction of an event that is not recorded yet."""
    identity = dsse.identity_of(wrong.envelope.payload_type, wrong.envelope.payload)
    monkeypatch.setattr(world, "_row", lambda _: SimpleNamespace(payload=wrong.envelope.payload))
    return sent(world.correct, "fab", SimpleNamespace(index=-1, identity=identity), *right)


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (1, 0, 2)])
def test_wrong_right_and_correction_in_one_batch(world, chips, sent, monkeypatch, order):
    wrong, right = (shipping(world, sent, chips[:1], to) for to in ("shop", "hub"))
    correction = correction_of(world, sent, monkeypatch, wrong, right)
    made = [wrong, right, correction]
    batch(world, *[made[i] for i in order])

    custody, verdict = standing(world, chips[0])
    assert (party("hub"), "clear") == (custody.consignee, verdict)


def test_a_correction_before_what_it_corrects_corrects_nothing(world, chips, sent, monkeypatch):
    wrong = shipping(world, sent, chips[:1], "shop")
    batch(world, correction_of(world, sent, monkeypatch, wrong), wrong)

    assert party("shop") == standing(world, chips[0])[0].consignee


def test_a_correction_that_is_sent_again_changes_nothing(world, chips, sent):
    wrong = world.ship("fab", chips, to="shop")
    correction = sent(world.correct, "fab", wrong)
    first = batch(world, correction)
    size = world.ledger.head.size
    again = batch(world, correction)

    assert (first[0].index, size) == (again[0].index, world.ledger.head.size)
    assert "clear" == standing(world, chips[0])[1]


def test_a_making_that_is_taken_back_leaves_nothing(world, chips):
    made = world.commission("fab", world.chips(1, start=9))
    world.correct("fab", made)

    assert (None, "unknown") == standing(world, world.chips(1, start=9)[0])


def test_a_making_of_what_others_have_waits_for_them(world):
    chips = world.chips(2)
    made = world.commission("fab", chips)
    world.ship("fab", chips, to="shop")
    world.receive("shop", chips)
    correction = world.correct("fab", made, world.commission("fab", chips[:1]))
    before = standing(world, chips[1])
    world.concur("shop", correction)

    assert (party("shop"), "check") == (before[0].holder, before[1])
    assert None is standing(world, chips[1])[0]
    assert party("shop") == standing(world, chips[0])[0].holder


def test_a_registration_is_taken_back(world):
    world.correct("shop", world.register("shop", ["urn:box:1"]))

    assert (None, "unknown") == standing(world, "urn:box:1")


def test_what_was_destroyed_by_mistake_goes_on(world, chips):
    gone = world.destroy("fab", chips)
    world.correct("fab", gone, world.destroy("fab", chips[:1]))
    world.ship("fab", chips[1:], to="shop")

    assert "clear" == standing(world, chips[1])[1]
    assert None is dossier(world.ledger, chips[1]).state.ended


def test_a_transformation_whose_outcome_was_sold_waits_for_the_buyer(world, chips):
    board = f"{CHIPS}B0001"
    made = world.transform("fab", chips, [board])
    world.ship("fab", [board], to="shop")
    world.receive("shop", [board])
    correction = world.correct("fab", made)
    before = standing(world, board)
    world.concur("shop", correction)

    assert (party("shop"), "check") == (before[0].holder, before[1])
    assert None is standing(world, board)[0]
    assert None is dossier(world.ledger, chips[0]).state.ended


def test_a_corrective_may_name_other_items(world, chips):
    (other,) = world.chips(1, start=9)
    world.commission("fab", [other])
    wrong = world.ship("fab", chips, to="shop")
    world.correct("fab", wrong, world.ship("fab", [other], to="shop"))

    assert None is standing(world, chips[0])[0].consignee
    assert party("shop") == standing(world, other)[0].consignee


def test_what_was_signed_with_a_key_that_is_revoked_is_corrected_with_the_next(world, chips):
    wrong = world.ship("fab", chips, to="shop")
    world.revoke("fab")
    world.enroll_key("fab", world.key("fab again"))
    world.correct("fab", wrong)

    assert (None, "clear") == (standing(world, chips[0])[0].consignee, standing(world, chips[0])[1])


def test_a_dry_run_of_a_correction_and_its_corrective_changes_nothing(world, chips, sent):
    wrong = world.ship("fab", chips, to="shop")
    right = shipping(world, sent, chips, "hub")
    outcomes = batch(world, right, sent(world.correct, "fab", wrong, right), dry_run=True)

    assert [True, True] == [isinstance(one, Receipt) for one in outcomes]
    assert party("shop") == standing(world, chips[0])[0].consignee


# Agents ------------------------------------------------------------------------------------------


def for_fab(world, chips):
    world.mandate("fab", "agent", "ship")
    return world.ship("agent", chips, to="shop", **{"chiptrail:onBehalfOf": party("fab")})


def test_an_agent_takes_back_what_it_signed_for_somebody(world, chips):
    world.correct("agent", for_fab(world, chips))

    assert None is standing(world, chips[0])[0].consignee


def test_an_agent_without_mandate_takes_nothing_back(world, chips):
    wrong = for_fab(world, chips)
    world.mandate("fab", "agent")
    world.correct("agent", wrong)

    assert (party("shop"), "clear") == (
        standing(world, chips[0])[0].consignee,
        standing(world, chips[0])[1],
    )


def test_what_an_agent_without_mandate_asks_for_makes_nothing_unproven(world, chips):
    wrong = for_fab(world, chips)
    world.mandate("fab", "agent")
    world.correct("agent", wrong)
    verified = verify_bundle(make_bundle(world.ledger, chips), world.ledger.verifier, ATLAS)

    assert [(True, "clear")] * 2 == [(one.is_proven, one.verdict) for one in verified.subjects]


def test_who_signed_before_the_shipment_was_recorded_is_asked_too(world, chips):
    world.receive("shop", chips)
    sent = world.ship("fab", chips, to="shop", at=world.now - timedelta(hours=1))
    held = standing(world, chips[0])[0].holder
    world.correct("fab", sent)

    assert [party("shop")] * 2 == [held, standing(world, chips[0])[0].holder]
