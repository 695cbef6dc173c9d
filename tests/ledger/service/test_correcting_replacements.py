"""What a correction wants in the place of something: it counts there, or nowhere."""

import pytest

from ledger.note import parse_vkey
from ledger.outcome import outcomes
from ledger.service.audit import audit
from ledger.service.bundling import make_bundle
from ledger.service.capture import capture
from ledger.service.query import dossier
from ledger.testimony import asserted
from ledger.verify import verify_bundle
from schemas.envelope import encode_submission
from schemas.statement import Role
from tests.geography import ATLAS
from tests.openings import opened
from tests.world import CHIPS, party


def begin(world):
    world.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    for name in ("shop", "hub", "spy"):
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
def delivered(world, chips):
    """The shipment to the shop, which has signed for it."""
    shipped = world.ship("fab", chips, to="shop")
    world.receive("shop", chips)
    return shipped


def sent(world, make, *args, **more):
    """Signed, and not captured."""
    kept, real = [], world.capture
    world.capture = kept.append
    make(*args, **more)
    world.capture = real
    return kept[0]


def standing(world, chip):
    """Who has it, its verdict, and what is open on it."""
    told = dossier(world.ledger, chip)
    found = [one.code.value for one in told.findings if one.is_open]
    return told.state.custody.holder.removeprefix(party("")), told.verdict.value, found


def codes(receipt):
    return [found.code.value for found in receipt.findings]


WAITS = ("shop", "check", ["correction/open"])


def test_it_counts_nowhere_while_its_correction_waits(world, chips, delivered):
    world.correct("fab", delivered, world.ship("fab", chips, to="hub"))

    assert WAITS == standing(world, chips[0])


def test_nor_if_it_is_recorded_after_its_correction(world, chips, delivered):
    right = sent(world, world.ship, "fab", chips, to="hub")
    world.correct("fab", delivered, right)
    told = world.capture(right)

    assert WAITS == standing(world, chips[0])
    assert ["correction/open"] == codes(told)


def test_it_takes_the_place_when_those_who_built_on_it_agree(world, chips, delivered):
    world.concur("shop", world.correct("fab", delivered, world.ship("fab", chips, to="hub")))
    world.receive("hub", chips)

    assert ("hub", "clear", []) == standing(world, chips[0])


def test_that_of_a_correction_that_was_withdrawn_never_counts(world, chips, delivered):
    late = sent(world, world.ship, "fab", chips, to="spy")
    early = world.ship("fab", chips, to="spy")
    world.correct("fab", delivered, early)
    world.correct("fab", delivered, late)
    world.concur("shop", world.correct("fab", delivered, world.ship("fab", chips, to="hub")))
    world.capture(late)

    assert party("hub") == dossier(world.ledger, chips[0]).state.custody.consignee
    assert ("fab", "clear", []) == standing(world, chips[0])


def test_what_others_built_on_stays_where_it_is(world, chips):
    wrong = world.ship("fab", chips[:1], to="shop")
    world.receive("shop", chips[:1])
    right = world.ship("fab", chips[1:], to="hub")
    world.receive("hub", chips[1:])
    world.correct("fab", wrong, right)

    assert ("hub", "clear", []) == standing(world, chips[1])
    assert "check" == standing(world, chips[0])[1]


def test_what_stands_for_it_counts_nowhere_either(world, chips, delivered):
    right = world.ship("fab", chips, to="spy")
    first = world.correct("fab", delivered, right)
    world.correct("fab", right, world.ship("fab", chips, to="hub"))
    before = standing(world, chips[0])
    world.concur("shop", first)
    world.receive("hub", chips)

    assert [WAITS, ("hub", "clear", [])] == [before, standing(world, chips[0])]


def test_the_story_says_with_what_it_counts(world, chips, delivered):
    right = world.ship("fab", chips, to="hub")
    correction = world.correct("fab", delivered, right)
    steps = dossier(world.ledger, chips[0]).steps
    told = {step.index: out for step, out in zip(steps, outcomes(steps), strict=True)}

    assert (correction.index, True, False) == (
        told[right.index].corrected_by, told[right.index].replaces, told[right.index].stands,
    )  # fmt: skip


def test_a_bundle_says_on_whose_word_it_counts_nowhere(world, chips, delivered):
    world.correct("fab", delivered, world.ship("fab", chips, to="hub"))
    bundle = make_bundle(world.ledger, chips[:1])
    verified = verify_bundle(bundle, parse_vkey(world.ledger.vkey), ATLAS)
    (told,) = verified.subjects

    assert (party("shop"), "check") == (told.state.custody.holder, told.verdict.value)
    assert any("counts nowhere since" in line for line in asserted(verified))


def test_what_is_rebuilt_is_the_same(world, chips, delivered):
    first = world.correct("fab", delivered, world.ship("fab", chips, to="spy"))
    world.correct("fab", delivered, world.ship("fab", chips, to="hub"))
    world.concur("shop", first)

    assert () == list(audit(world.ledger))[-1].problems


# What the signer hears ---------------------------------------------------------------------------


def test_a_past_party_hears_for_whom_its_correction_waits(world, chips, delivered):
    receipt = world.correct("fab", delivered)

    assert ["correction/open"] == codes(receipt)
    assert party("shop") in receipt.findings[0].message


def test_of_whom_it_never_saw_it_hears_nothing(world, chips, delivered):
    """It hears of the receipt that it saw; the next buyer is not its to know."""
    world.ship("shop", chips, to="hub")
    world.receive("hub", chips)
    receipt = world.correct("fab", delivered)

    assert ["correction/open"] == codes(receipt)
    assert party("hub") not in receipt.findings[0].message


def test_what_comes_with_a_correction_is_told_as_it_is_with_it(world, chips):
    wrong = world.ship("fab", chips, to="shop")
    right = sent(world, world.ship, "fab", chips, to="hub")
    correction = sent(world, world.correct, "fab", wrong, right)
    data = [encode_submission(one) for one in (right, correction)]
    receipts = capture(world.ledger, data, actor="test", dry_run=True)

    assert [(), ()] == [one.findings for one in receipts]
