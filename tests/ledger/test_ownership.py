"""Owning and using, which are not having: with a shipment, in place, and in a container."""

import pytest

from tests.ledger.custody_story import PARTY, Story


@pytest.fixture
def story():
    story = Story()
    story.commission("maker", "c1 c2 c3")
    return story


@pytest.fixture
def rack(story):
    """c1 and c2 in a rack, the rack and c1 the shop's, c2 the bank's; the dc has all of it."""
    story.transfer("maker", "c2", owner="bank")
    story.accept("bank", "c2")
    story.install("maker", "c1 c2", into="rack")
    story.ship("maker", "rack", to="dc", owner="shop", user="lab")
    story.receive("dc", "rack")
    return story


def sell(story, seller, names, buyer):
    return story.transfer(seller, names, owner=buyer) | story.accept(buyer, names)


# With a shipment ---------------------------------------------------------------------------------


def test_what_nobody_said_anything_of_is_its_holders_and_in_transit_its_senders(story):
    story.ship("maker", "c1", to="dc")
    under_way = story.owner("c1")
    story.receive("dc", "c1")

    assert (under_way, story.owner("c1"), story.user("c1")) == ("maker", "dc", None)


def test_owner_and_user_change_when_the_consignee_signs(story):
    story.ship("maker", "c1", to="dc", owner="shop", user="lab")
    before = story.owner("c1"), story.user("c1")
    story.receive("dc", "c1")

    assert before == ("maker", None)
    assert (story.owner("c1"), story.user("c1"), story.holder("c1")) == ("shop", "lab", "dc")


def test_a_receipt_that_came_first_gives_the_title_with_the_shipment(story):
    story.receive("dc", "c1")
    story.ship("maker", "c1", to="dc", owner="shop")

    assert (story.owner("c1"), story.holder("c1")) == ("shop", "dc")


def test_goods_that_come_back_have_changed_no_owner(story):
    story.ship("maker", "c1", to="dc", owner="shop")
    story.refuse("dc", "c1")
    story.receive("maker", "c1")

    assert story.owner("c1") == "maker"


def test_goods_that_are_only_delivered_have_changed_no_owner(story):
    story.ship("maker", "c1", to="dc", owner="shop", via="carrier")
    story.deliver("carrier", "c1", to="dc", evidence=True)
    delivered = story.owner("c1")
    story.receive("dc", "c1")

    assert (delivered, story.owner("c1")) == ("maker", "shop")


def test_who_only_has_the_goods_cannot_give_them_away_with_a_shipment(story):
    """A warehouse that sends them to an accomplice as their owner."""
    story.ship("maker", "c1", to="depot", owner="maker")
    story.receive("depot", "c1")

    assert story.ship("depot", "c1", to="rival", owner="rival") == {("c1", "custody/not-owner")}
    story.receive("rival", "c1")
    assert (story.holder("c1"), story.owner("c1")) == ("rival", "maker")


def test_it_is_settled_when_the_owner_gives_them_away_itself(story):
    story.ship("maker", "c1", to="depot", owner="maker")
    story.receive("depot", "c1")
    story.ship("depot", "c1", to="dc", owner="shop")
    sell(story, "maker", "c1", "shop")

    assert story.closed() == {("c1", "custody/not-owner")}
    assert story.owner("c1") == "shop"


def test_goods_sold_afloat_are_not_sold_again_on_arrival(story):
    story.ship("maker", "c1", to="dc", owner="shop")
    sell(story, "maker", "c1", "bank")
    story.receive("dc", "c1")

    assert story.owner("c1") == "bank"


# In place ----------------------------------------------------------------------------------------


def test_a_sale_in_place_takes_the_taker_and_moves_nothing(story):
    before = story.custody("c1")
    offered = story.transfer("maker", "c1", owner="bank") or story.owner("c1")

    assert (offered, story.accept("bank", "c1")) == ("maker", set())
    assert (story.owner("c1"), story.custody("c1")) == ("bank", before)


def test_owner_and_user_are_offered_and_accepted_apart(story):
    story.transfer("maker", "c1", owner="bank", user="lab")
    story.accept("lab", "c1")
    first = story.owner("c1"), story.user("c1")
    story.accept("bank", "c1")

    assert first == ("maker", "lab")
    assert (story.owner("c1"), story.user("c1")) == ("bank", "lab")


def test_a_stranger_accepts_nothing(story):
    story.transfer("maker", "c1", owner="bank")

    assert story.accept("rival", "c1") == {
        ("c1", "custody/not-consignee", "entry"),
        ("c1", "custody/challenged"),
    }
    assert story.owner("c1") == "maker"


def test_nothing_is_accepted_that_was_not_offered(story):
    story.accept("bank", "c1")

    assert story.owner("c1") == "maker"


def test_accepting_twice_counts_against_the_second_entry_only(story):
    sell(story, "maker", "c1", "bank")

    assert story.accept("bank", "c1") == {("c1", "custody/not-consignee", "entry")}
    assert story.owner("c1") == "bank"


def test_a_new_offer_takes_the_place_of_the_one_before(story):
    story.transfer("maker", "c1", owner="bank")
    story.transfer("maker", "c1", owner="shop")
    story.accept("bank", "c1")

    assert story.owner("c1") == "maker"


def test_an_offer_is_void_once_the_item_is_another_owners(story):
    story.transfer("maker", "c1", owner="bank")
    story.ship("maker", "c1", to="dc", owner="shop")
    story.receive("dc", "c1")
    story.accept("bank", "c1")

    assert story.owner("c1") == "shop"


def test_who_only_has_it_sells_nothing_and_casts_doubt_on_it(rack):
    assert rack.transfer("dc", "rack", owner="rival") == {("rack", "custody/not-holder")}
    rack.accept("rival", "rack")
    assert rack.owner("rack") == "shop"


def test_a_stranger_that_sells_it_leaves_a_warning(story):
    assert story.transfer("rival", "c1", owner="bank") == {
        ("c1", "custody/not-holder", "entry"),
        ("c1", "custody/challenged"),
    }


def test_who_says_that_it_owns_it_needs_nobodys_consent(story):
    story.transfer("maker", "c1", owner="maker")
    story.ship("maker", "c1", to="depot")
    story.receive("depot", "c1")

    assert (story.holder("c1"), story.owner("c1")) == ("depot", "maker")


def test_what_its_owner_says_again_and_again_does_not_make_it_grow(story):
    for _ in range(9):
        story.transfer("maker", "c1", owner="maker")
        story.transfer("maker", "c1", user="maker")
        story.transfer("maker", "c1", owner="bank", user="lab")

    state = story.state("c1")
    assert (len(state.gifts), len(state.offers)) == (2, 2)
    assert (story.owner("c1"), story.user("c1")) == ("maker", "maker")


def test_a_destroyed_item_is_not_sold(story):
    story.transfer("maker", "c1", owner="bank")
    story.destroy("maker", "c1")

    assert ("c1", "custody/after-terminal", "entry") in story.accept("bank", "c1")


@pytest.mark.parametrize("party", ["shop", "lab"])
def test_owner_and_user_have_a_part_in_an_item(rack, party):
    """So that what they sign against the record counts against it."""
    assert rack.ship(party, "rack", to="rival") == {("rack", "custody/not-holder")}


def test_an_owner_may_report_what_others_have(rack):
    assert rack.report("shop", "rack", status_set="stolen") == {("rack", "status/stolen")}


# In a container ----------------------------------------------------------------------------------


def test_what_lies_inside_is_given_along_as_far_as_it_was_the_givers(rack):
    """c2 belongs to the bank: who gives a rack away does not give what is the bank's."""
    before = rack.owner("c1"), rack.owner("c2")
    sell(rack, "shop", "rack", "fund")

    assert before == ("shop", "bank")
    assert (rack.owner("rack"), rack.owner("c1"), rack.owner("c2")) == ("fund", "fund", "bank")


def test_the_user_of_a_shipment_uses_all_of_it(story):
    story.transfer("maker", "c2", owner="bank")
    story.accept("bank", "c2")
    story.install("maker", "c1 c2", into="rack")
    story.ship("maker", "rack", to="dc", user="lab")
    story.receive("dc", "rack")

    assert (story.user("c1"), story.user("c2")) == ("lab", "lab")


def test_a_rack_may_be_sold_on_and_on_with_what_is_in_it(rack):
    for seller, buyer in (("shop", "fund"), ("fund", "bank"), ("bank", "lab")):
        sell(rack, seller, "rack", buyer)

    assert rack.owner("c1") == "lab"


def test_taken_out_it_stays_its_owners(rack):
    sell(rack, "shop", "rack", "fund")
    rack.remove("dc", "c1 c2", into="rack")
    sell(rack, "fund", "rack", "lab")

    assert (rack.owner("c1"), rack.owner("c2"), rack.owner("rack")) == ("fund", "bank", "lab")


def test_what_goes_in_after_a_sale_was_not_sold_with_it(rack):
    sell(rack, "shop", "rack", "fund")
    rack.register("dc", "x1")
    rack.install("dc", "x1", into="rack")

    assert rack.owner("x1") == "dc"


def test_what_is_sold_alone_out_of_a_rack_is_not_sold_with_it(rack):
    sell(rack, "shop", "c1", "lab")
    sell(rack, "shop", "rack", "fund")

    assert (rack.owner("c1"), rack.owner("rack")) == ("lab", "fund")


def test_a_box_taken_off_a_sold_pallet_keeps_what_was_sold_in_it(story):
    """The tray is the bank's, so it was not sold with the pallet; the chip in it was."""
    sell(story, "maker", "c3", "bank")
    story.pack("maker", "c1", into="c3")
    story.pack("maker", "c3", into="pallet")
    sell(story, "maker", "pallet", "shop")
    story.unpack("maker", "c3", into="pallet")

    assert (story.owner("c3"), story.owner("c1")) == ("bank", "shop")


def test_a_carrier_does_not_mix_what_is_to_have_different_owners(story):
    story.ship("maker", "c1", to="dc", via="carrier", owner="shop")
    story.ship("maker", "c2", to="dc", via="carrier", owner="bank")

    assert story.pack("carrier", "c1 c2", into="crate") == {("c2", "custody/outside-container")}
    assert story.custody("crate").owner == PARTY + "shop"
