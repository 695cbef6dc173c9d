"""From hand to hand: who may move what, what is found, and against whom it counts."""

from datetime import timedelta

import pytest

from ledger.act import ActKind
from ledger.custody import Needs, apply, needs
from ledger.finding import Code, Tier
from ledger.holding import Phase, Step, commit
from tests.ledger.custody_story import FACTS, HOUR, PARTY, Story, items


@pytest.fixture
def story():
    story = Story()
    story.commission("maker", "c1 c2 c3")
    return story


@pytest.fixture
def shipped(story):
    """c1, c2 and c3 on their way from the maker to the buyer by way of the carrier."""
    story.ship("maker", "c1 c2 c3", to="buyer", via="carrier")
    return story


# Shipping and receiving --------------------------------------------------------------------------


def test_a_shipped_item_is_in_transit_and_its_sender_still_answers(shipped):
    custody = shipped.custody("c1")

    assert custody.phase is Phase.IN_TRANSIT
    assert (shipped.holder("c1"), custody.shipment) == ("maker > buyer", shipped.index)
    assert custody.via == (PARTY + "carrier",)


def test_a_received_item_is_held_by_the_consignee(shipped):
    assert shipped.receive("buyer", "c1 c2 c3") == set()
    assert shipped.holder("c1") == "buyer"
    assert (shipped.step.received, shipped.step.closed) == ((1,), ())


def test_the_rest_of_a_partial_receipt_stays_in_transit_and_raises_nothing(shipped):
    assert shipped.receive("buyer", "c1 c2") == set()
    assert (shipped.holder("c1"), shipped.holder("c3")) == ("buyer", "maker > buyer")


def test_a_final_receipt_closes_the_shipment(shipped):
    shipped.receive("buyer", "c1", final=True)

    assert (shipped.step.received, shipped.step.closed) == ((1,), (1,))


def test_an_item_may_be_received_late_out_of_a_closed_shipment(shipped):
    shipped.receive("buyer", "c1", final=True)

    assert shipped.receive("buyer", "c2") == set()
    assert shipped.holder("c2") == "buyer"


def test_one_receipt_may_take_from_several_shipments(story):
    story.ship("maker", "c1", to="buyer")
    story.ship("maker", "c2", to="buyer")

    assert story.receive("buyer", "c1 c2", final=True) == set()
    assert (story.step.received, story.step.closed) == ((1, 2), (1, 2))


def test_damage_on_receipt_is_noted_and_changes_nothing_else(shipped):
    assert shipped.receive("buyer", "c1", condition="damaged") == {("c1", "custody/damaged")}
    assert shipped.step.findings[0].tier is Tier.AFFIRMING
    assert shipped.holder("c1") == "buyer"


def test_a_party_may_ship_to_itself(story):
    story.ship("maker", "c1", to="maker")

    assert story.receive("maker", "c1") == set()
    assert story.holder("c1") == "maker"


def test_a_sender_that_ships_what_has_arrived_contradicts_the_record(shipped):
    """It made the item, so it has a part in it: the item is in doubt."""
    shipped.receive("buyer", "c1")

    assert shipped.ship("maker", "c1", to="rival") == {("c1", "custody/not-holder")}
    assert shipped.step.findings[0].tier is Tier.CONTRAINDICATED
    assert shipped.holder("c1") == "buyer"


def test_a_seller_cannot_hand_over_twice(shipped):
    """The buyer has signed for it: the former holder is a stranger, unless it made the item."""
    shipped.receive("buyer", "c1")
    shipped.ship("buyer", "c1", to="shop")
    shipped.receive("shop", "c1")

    assert shipped.ship("buyer", "c1", to="rival") == {
        ("c1", "custody/not-holder", "entry"),
        ("c1", "custody/challenged"),
    }
    assert shipped.holder("c1") == "shop"


def test_a_maker_that_ships_what_it_sold_casts_doubt_on_it(shipped):
    shipped.receive("buyer", "c1")

    assert shipped.ship("maker", "c1", to="rival") == {("c1", "custody/not-holder")}


def test_a_consignee_cannot_ship_on_what_it_has_not_received(shipped):
    assert shipped.ship("buyer", "c1", to="shop") == {("c1", "custody/not-holder")}


def test_only_the_consignee_receives(shipped):
    assert shipped.receive("carrier", "c1") == {("c1", "custody/not-consignee")}
    assert shipped.receive("rival", "c2") == {
        ("c2", "custody/not-consignee", "entry"),
        ("c2", "custody/challenged"),
    }
    assert shipped.holder("c2") == "maker > buyer"


def test_receiving_twice_counts_against_the_second_entry_only(shipped):
    shipped.receive("buyer", "c1")

    assert shipped.receive("buyer", "c1") == {("c1", "custody/not-in-transit", "entry")}
    assert shipped.holder("c1") == "buyer"


# The receipt that came first ---------------------------------------------------------------------


def test_a_receipt_before_its_shipment_is_pending_and_counts_against_its_entry(story):
    assert story.receive("buyer", "c1") == {("c1", "custody/pending-shipment", "entry")}
    assert story.holder("c1") == "maker"


def test_it_counts_against_the_item_if_its_signer_has_to_do_with_it(story):
    """Its maker signs that it has a chip back which the buyer did not send."""
    story.ship("maker", "c1", to="buyer")
    story.receive("buyer", "c1")

    assert story.receive("maker", "c1") == {("c1", "custody/pending-shipment")}


def test_it_lapses_with_the_next_act_that_is_dated_after_it(story):
    story.receive("maker", "c1") | story.receive("buyer", "c1 c2")
    story.ship("maker", "c1", to="shop")

    assert story.closed() == {("c1", "custody/pending-shipment")}
    assert (story.state("c1").pending, len(story.state("c2").pending)) == ((), 1)


def test_it_does_not_lapse_with_an_act_that_is_dated_before_it(story):
    story.receive("buyer", "c1")
    story.pack("maker", "c1", into="tray", late=2 * HOUR)
    story.unpack("maker", "c1", into="tray", late=3 * HOUR)
    story.ship("maker", "c1", to="buyer", late=4 * HOUR)

    assert story.holder("c1") == "buyer"


def test_a_new_receipt_takes_the_place_of_one_that_was_dated_too_early(story):
    story.receive("buyer", "c1", late=9 * HOUR)
    story.receive("buyer", "c1")
    story.ship("maker", "c1", to="buyer")

    assert story.holder("c1") == "buyer"


def test_a_party_has_one_receipt_that_waits_however_often_it_signs(story):
    for _ in range(9):
        story.receive("rival", "c1")

    assert [one.index for one in story.state("c1").pending] == [1]


def test_a_pending_receipt_applies_with_the_shipment_to_that_party(story):
    story.receive("buyer", "c1 c2", final=True)

    assert story.ship("maker", "c1 c3", to="buyer") == set()
    assert (story.holder("c1"), story.holder("c3")) == ("buyer", "maker > buyer")
    assert story.closed() == {("c1", "custody/pending-shipment")}
    assert (story.step.received, story.step.closed) == ((2,), (2,))


def test_a_pending_receipt_waits_for_the_right_shipment(story):
    story.receive("buyer", "c1")

    assert story.ship("maker", "c1", to="shop") == set()
    assert story.holder("c1") == "maker > shop"


def test_a_pending_receipt_is_stale_once_the_item_has_moved_after_it(story):
    """Else a receipt signed by mistake would sign for the next shipment, unseen."""
    story.receive("buyer", "c1")
    story.ship("maker", "c1", to="shop")
    story.receive("shop", "c1")
    story.ship("shop", "c1", to="buyer")

    assert story.holder("c1") == "shop > buyer"


def test_a_stranger_cannot_take_the_place_of_the_first_receipt(story):
    story.receive("rival", "c1")
    story.receive("buyer", "c1")
    story.receive("buyer", "c1")
    story.ship("maker", "c1", to="buyer")

    assert story.holder("c1") == "buyer"
    assert story.step.received == (4,)


def test_a_receipt_dated_with_the_last_act_is_not_stale(story):
    story.receive("buyer", "c1", late=HOUR)

    assert story.ship("maker", "c1", to="buyer") == set()
    assert story.holder("c1") == "buyer"


def test_damage_is_noted_on_an_early_receipt_too(story):
    assert story.receive("buyer", "c1", condition="damaged") == {
        ("c1", "custody/pending-shipment", "entry"),
        ("c1", "custody/damaged"),
    }


# Refusing and voiding ----------------------------------------------------------------------------


def test_refused_goods_are_in_transit_back_to_the_sender(shipped):
    assert shipped.refuse("buyer", "c1") == {("c1", "custody/refused")}
    assert shipped.holder("c1") == "maker > maker"
    assert shipped.custody("c1").shipment == shipped.index


def test_refused_goods_are_settled_when_the_sender_has_them_back(shipped):
    shipped.refuse("buyer", "c1")

    assert shipped.receive("maker", "c1") == set()
    assert shipped.holder("c1") == "maker"
    assert shipped.closed() == {("c1", "custody/refused")}


def test_only_the_consignee_refuses(shipped):
    assert shipped.refuse("carrier", "c1") == {("c1", "custody/not-consignee")}


def test_what_is_held_cannot_be_refused(shipped):
    shipped.receive("buyer", "c1")

    assert shipped.refuse("buyer", "c1") == {("c1", "custody/not-in-transit")}


def test_a_shipment_may_be_voided_before_it_leaves(shipped):
    assert shipped.void("maker", "c1") == set()
    assert shipped.holder("c1") == "maker"


@pytest.mark.parametrize("carrier", ["carrier", "maker", "buyer"])
def test_a_shipment_that_has_left_cannot_be_voided(shipped, carrier):
    shipped.carry(carrier, "c1")

    assert shipped.void("maker", "c1") == {("c1", "custody/void-after-departure")}
    assert shipped.holder("c1") == "maker > buyer"


def test_a_received_shipment_cannot_be_voided(shipped):
    shipped.receive("buyer", "c1")

    assert shipped.void("maker", "c1") == {("c1", "custody/void-after-departure")}
    assert shipped.holder("c1") == "buyer"


def test_a_refused_shipment_has_left(shipped):
    shipped.refuse("buyer", "c1")

    assert shipped.void("maker", "c1") == {("c1", "custody/void-after-departure")}


def test_only_the_sender_voids(shipped):
    assert shipped.void("buyer", "c1") == {("c1", "custody/not-holder")}


def test_what_was_not_shipped_cannot_be_voided(story):
    assert story.void("maker", "c1") == {("c1", "custody/not-in-transit")}


# Carrying, ending, claims ------------------------------------------------------------------------


def test_carrying_moves_nothing_but_the_departure(shipped):
    before = shipped.state("c1")

    assert shipped.carry("carrier", "c1") == set()
    assert shipped.custody("c1").departed
    assert shipped.state("c1").last == before.last


def test_a_carrier_the_sender_did_not_name_is_a_stranger(shipped):
    assert shipped.carry("rival", "c1") == {
        ("c1", "custody/not-holder", "entry"),
        ("c1", "custody/challenged"),
    }
    assert not shipped.custody("c1").departed


def test_a_holder_may_carry_its_own_and_nobody_else_may(story):
    assert story.carry("maker", "c1") == set()
    assert story.carry("carrier", "c1") == {
        ("c1", "custody/not-in-transit", "entry"),
        ("c1", "custody/challenged"),
    }


@pytest.mark.parametrize("kind", ["destroy", "decommission"])
def test_only_the_holder_ends_an_item(shipped, kind):
    assert shipped.tell(kind, "maker", "c1") == {("c1", "custody/not-holder")}

    shipped.receive("buyer", "c1")

    assert shipped.tell(kind, "buyer", "c1") == set()
    assert shipped.state("c1").ended == kind


@pytest.mark.parametrize("kind", ["ship", "receive", "declare", "report", "register", "commission"])
def test_nothing_happens_to_an_item_after_its_end(story, kind):
    story.destroy("maker", "c1")
    before = story.state("c1")

    assert story.tell(kind, "maker", "c1", to="buyer") == {("c1", "custody/after-terminal")}
    assert story.state("c1") == before


@pytest.mark.parametrize(
    ("kind", "word"), [("destroy", "destroyed"), ("decommission", "taken out of use")]
)
def test_the_message_says_how_an_item_ended(story, kind, word):
    story.tell(kind, "maker", "c1")
    story.declare("maker", "c1")

    assert story.message() == (
        "urn:chiptrail:party:maker signed that it saw this item, which was " + word + " (entry 1)"
    )


def test_a_stranger_that_claims_a_destroyed_item_leaves_a_warning(story):
    story.destroy("maker", "c1")

    assert story.declare("rival", "c1") == {
        ("c1", "custody/after-terminal", "entry"),
        ("c1", "custody/challenged"),
    }


def test_an_inspector_that_sees_a_destroyed_item_is_believed(story):
    story.destroy("maker", "c1")

    assert story.inspect("customs", "c1") == {("c1", "custody/after-terminal")}


@pytest.mark.parametrize("kind", ["declare", "inspect", "carry"])
def test_claims_move_nothing(story, kind):
    before = story.state("c1")

    assert story.tell(kind, "maker", "c1") == set()
    assert story.state("c1") == before


def test_anyone_enrolled_may_declare(story):
    assert story.declare("rival", "c1") == set()


@pytest.mark.parametrize("condition", ["non_conformant", "mismatch_instance"])
def test_an_inspector_that_finds_another_item_under_the_number_warns(story, condition):
    assert story.inspect("customs", "c1", condition=condition) == {("c1", "identity/mismatch")}


def test_a_holder_that_finds_a_swapped_label_is_heard_and_its_quality_check_is_not(story):
    assert story.inspect("maker", "c1", condition="mismatch_instance") == {
        ("c1", "identity/mismatch")
    }
    assert story.inspect("maker", "c1", condition="non_conformant") == set()


def test_a_stranger_that_plays_the_inspector_is_not_heard(story):
    assert story.inspect("rival", "c1", condition="mismatch_instance") == set()


# Reports -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["stolen", "lost", "tampered"])
def test_a_report_is_open_until_it_is_cleared(story, word):
    assert story.report("maker", "c1 c2", status_set=word) == {
        ("c1", "status/" + word),
        ("c2", "status/" + word),
    }

    assert story.clear("maker", "c1", status_unset=word) == set()
    assert story.closed() == {("c1", "status/" + word)}
    assert (story.state("c1").status, story.state("c2").status) == (set(), {word})


@pytest.mark.parametrize("party", ["maker", "buyer", "carrier"])
def test_every_party_to_a_shipment_may_report(shipped, party):
    assert shipped.report(party, "c1", status_set="stolen") == {("c1", "status/stolen")}


def test_a_stranger_cannot_report(shipped):
    assert shipped.report("rival", "c1", status_set="stolen") == {
        ("c1", "custody/not-holder", "entry"),
        ("c1", "custody/challenged"),
    }
    assert shipped.state("c1").status == set()


def test_what_is_reported_already_is_not_found_again(story):
    story.report("maker", "c1", status_set="lost")

    assert story.report("maker", "c1", status_set="lost stolen") == {("c1", "status/stolen")}


def test_a_report_does_not_move_the_item(story):
    story.report("maker", "c1", status_set="stolen")

    assert story.ship("maker", "c1", to="buyer") == set()
    assert story.state("c1").status == {"stolen"}


# Unknown items, records --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind",
    [
        *("ship", "receive", "deliver", "refuse", "void", "carry", "transform", "replace"),
        *("transfer", "accept", "detain", "seize", "release", "declare", "inspect", "report"),
        *("destroy", "decommission"),
    ],
)
def test_an_act_on_an_item_nobody_entered_counts_against_its_entry_only(story, kind):
    assert story.tell(kind, "buyer", "c9", to="shop") == {("c9", "custody/unknown-item", "entry")}
    assert story.state("c9") is None


@pytest.mark.parametrize("kind", ["record", "correct"])
def test_records_and_corrections_move_nothing_and_find_nothing(story, kind):
    story.tell(kind, "rival", "c1", late=timedelta(days=99))

    assert story.step == Step()


# Time --------------------------------------------------------------------------------------------


def test_an_event_dated_in_the_future_is_found_on_what_it_moved(story):
    assert story.ship("maker", "c1", to="buyer", late=-HOUR) == {("c1", "time/future")}
    assert story.declare("buyer", "c1", late=-HOUR) == {("c1", "time/future", "entry")}


def test_a_clock_that_runs_a_little_fast_is_tolerated(story):
    assert story.ship("maker", "c1", to="buyer", late=-timedelta(minutes=15)) == set()


def test_a_date_in_the_future_does_not_make_later_acts_look_backdated(story):
    story.ship("maker", "c1", to="buyer", late=-99 * HOUR)

    assert story.receive("buyer", "c1") == set()


def test_an_act_dated_before_the_one_before_it_is_backdated(story):
    story.ship("maker", "c1", to="buyer")

    assert story.receive("buyer", "c1", late=2 * HOUR) == {("c1", "time/backdated")}
    assert story.holder("c1") == "buyer"


def test_acts_at_the_same_time_are_in_order(story):
    story.ship("maker", "c1", to="buyer")

    assert story.receive("buyer", "c1", late=HOUR) == set()


def test_what_did_not_move_is_not_backdated(story):
    assert story.declare("maker", "c1", late=3 * HOUR) == set()


def test_a_late_record_counts_against_its_entry_only(story):
    late = timedelta(days=7, seconds=1)

    assert story.declare("maker", "c1", late=late) == {("c1", "time/late-record", "entry")}
    assert story.declare("maker", "c1", late=timedelta(days=7)) == set()


# The shape of a step -----------------------------------------------------------------------------


def test_a_lot_is_one_move_with_one_state(story):
    story.ship("maker", "c1 c2 c3", to="buyer")

    assert [len(move.items) for move in story.step.moves] == [3]
    assert story.state("c1") is story.state("c3")


def test_a_finding_on_all_that_is_named_lists_nothing(story):
    story.ship("rival", "c1 c2", to="buyer")
    everything = [finding.items for finding in story.step.findings]
    story.ship("rival", "c1 c9", to="buyer")
    some = [finding.items for finding in story.step.findings]

    assert everything == [(), ()]
    assert some == [items("c9"), items("c1"), items("c1")]


def test_apply_leaves_the_holdings_as_they_are(story):
    before = dict(story.holdings.states)
    act = story.act._replace(kind=ActKind.SHIP, counterparty=PARTY + "buyer")
    step = apply(story.holdings, act, FACTS, index=1, recorded_at=story.recorded_at)

    assert story.holdings.states == before
    commit(story.holdings, step)
    assert story.holder("c1") == "maker > buyer"


def test_a_message_says_who_did_what_and_where_the_record_has_it(shipped):
    shipped.ship("rival", "c1", to="shop")

    assert shipped.message() == (
        "urn:chiptrail:party:rival signed that it shipped this item, but did not hold it: by entry"
        " 1 it is on its way from urn:chiptrail:party:maker to urn:chiptrail:party:buyer"
    )
    assert shipped.step.findings[0].cites == (1,)


def test_a_batch_needs_its_items_their_containers_and_the_contents_that_move(story):
    story.unpack("maker", into="tray")
    unpack = story.act
    story.commission("maker", "c7")
    commission = story.act
    story.tell("record", "maker", "c8")

    assert needs([unpack, commission, story.act]) == Needs(
        frozenset(items("tray c7 c8")), frozenset(items("tray c7"))
    )


def test_a_transformation_needs_what_comes_out_of_it_and_what_that_holds(story):
    story.transform("maker", "c1", out="c8")

    assert needs([story.act]) == Needs(frozenset(items("c1 c8")), frozenset(items("c8")))


def test_every_code_has_a_tier():
    from ledger.finding import FINDINGS

    assert set(FINDINGS) == set(Code)
