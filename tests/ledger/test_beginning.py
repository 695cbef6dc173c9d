"""How items begin, and whose numbers they bear."""

from dataclasses import replace

import pytest

from ledger.finding import Tier
from tests.ledger.custody_story import FACTS, HOUR, ITEM, PARTY, Story


@pytest.fixture
def story():
    return Story()


def test_a_maker_commissions_what_it_made_and_holds_it(story):
    assert story.commission("maker", "c1 c2") == set()
    assert (story.holder("c1"), story.state("c1").origin) == ("maker", PARTY + "maker")


def test_a_commission_outside_the_own_range_exists_and_is_contraindicated(story):
    assert story.commission("rival", "c1") == {("c1", "custody/foreign-prefix")}
    assert story.step.findings[0].tier is Tier.CONTRAINDICATED
    assert (story.holder("c1"), story.state("c1").foreign) == ("rival", True)


def test_one_commission_may_use_own_and_foreign_numbers(story):
    assert story.commission("rival", "o1 c1 o2") == {("c1", "custody/foreign-prefix")}
    assert [story.state(name).foreign for name in ("o1", "c1", "o2")] == [False, True, False]


def test_a_party_without_ranges_makes_nothing(story):
    assert story.commission("buyer", "x1") == {("x1", "custody/foreign-prefix")}


def test_a_maker_that_commissions_a_serial_twice_makes_a_clone(story):
    story.commission("maker", "c1")
    story.ship("maker", "c1", to="buyer")
    story.receive("buyer", "c1")

    assert story.commission("maker", "c1") == {("c1", "custody/already-exists")}
    assert story.step.findings[0].tier is Tier.CONTRAINDICATED
    assert story.holder("c1") == "buyer"


def test_a_stranger_that_commissions_your_serial_leaves_a_warning(story):
    story.commission("maker", "c1")

    assert story.commission("rival", "c1") == {
        ("c1", "custody/already-exists", "entry"),
        ("c1", "custody/foreign-prefix", "entry"),
        ("c1", "custody/challenged"),
    }
    assert (story.holder("c1"), story.state("c1").origin) == ("maker", PARTY + "maker")


# The owner of the range comes later --------------------------------------------------------------


def test_a_foreign_number_yields_to_the_owner_of_the_range(story):
    story.commission("rival", "c1")
    story.ship("rival", "c1", to="buyer")

    assert story.commission("maker", "c1") == {("c1", "custody/challenged")}
    assert (story.holder("c1"), story.state("c1").origin) == ("maker", PARTY + "maker")
    assert story.closed() == {("c1", None)}


def test_who_got_a_foreign_number_is_a_stranger_to_the_true_item(story):
    story.commission("rival", "c1")
    story.ship("rival", "c1", to="buyer")
    story.commission("maker", "c1")

    assert story.receive("buyer", "c1") == {("c1", "custody/pending-shipment", "entry")}
    assert story.holder("c1") == "maker"


@pytest.mark.parametrize("kind", ["destroy", "decommission"])
def test_a_stranger_cannot_use_up_a_number(story, kind):
    story.commission("rival", "c1")
    story.tell(kind, "rival", "c1")
    story.report("rival", "c1", status_set="stolen")

    assert story.commission("maker", "c1") == {("c1", "custody/challenged")}
    assert (story.state("c1").ended, story.state("c1").status) == (None, set())


def test_the_contents_of_a_foreign_number_come_out_as_they_are(story):
    story.commission("rival", "o1 c-box")
    story.pack("rival", "o1", into="c-box")
    story.ship("rival", "c-box", to="buyer")
    story.commission("maker", "c-box")

    assert (story.holder("c-box"), story.holder("o1")) == ("maker", "rival > buyer")
    assert story.state("o1").parent is None


def test_contents_that_are_claimed_too_are_the_claimants(story):
    story.commission("rival", "c1 c-box")
    story.pack("rival", "c1", into="c-box")
    story.commission("maker", "c-box c1")

    assert (story.holder("c1"), story.state("c1").parent) == ("maker", None)
    assert story.holdings.contents[ITEM + "c-box"] == set()


def test_contents_that_are_only_attested_come_out_as_they_are(story):
    story.commission("rival", "c-box")
    story.register("rival", "c1")
    story.pack("rival", "c1", into="c-box")
    story.commission("maker", "c1 c-box", late=9 * HOUR)

    assert (story.holder("c1"), story.state("c1").parent) == ("rival", None)
    assert story.state("c1").origin == PARTY + "maker"


def test_a_signer_who_is_given_the_range_afterwards_commissions_again(story):
    story.commission("buyer", "b1")
    story.ship("buyer", "b1", to="shop")
    story.facts = replace(FACTS, prefixes={PARTY + "buyer": (ITEM + "b",)})

    assert story.commission("buyer", "b1") == set()
    assert (story.holder("b1"), story.state("b1").foreign) == ("buyer > shop", False)
    assert story.closed() == {("b1", "custody/foreign-prefix")}


def test_a_foreign_number_commissioned_twice_is_a_clone_all_the_same(story):
    story.commission("rival", "c1")

    assert story.commission("buyer", "c1") == {
        ("c1", "custody/already-exists", "entry"),
        ("c1", "custody/foreign-prefix", "entry"),
        ("c1", "custody/challenged"),
    }


def test_who_uses_a_foreign_number_is_not_its_maker(story):
    """Once it has given the item away it is a stranger."""
    story.commission("rival", "c1")
    story.ship("rival", "c1", to="buyer")
    story.receive("buyer", "c1")

    assert ("c1", "custody/not-holder", "entry") in story.ship("rival", "c1", to="shop")


# Mid-life ----------------------------------------------------------------------------------------


def test_a_holder_registers_what_it_has_and_its_origin_is_open(story):
    assert story.register("buyer", "c1") == {("c1", "custody/no-origin")}
    assert (story.holder("c1"), story.state("c1").origin) == ("buyer", None)


def test_a_maker_attests_the_origin_without_moving_the_item(story):
    story.register("buyer", "c1")
    story.ship("buyer", "c1", to="shop")
    before = story.state("c1")

    assert story.commission("maker", "c1", late=9 * HOUR) == set()
    assert story.closed() == {("c1", "custody/no-origin")}
    assert story.state("c1") == replace(before, origin=PARTY + "maker")


def test_the_origin_of_what_has_ended_stays_open(story):
    story.register("buyer", "c1")
    story.destroy("buyer", "c1")
    found = story.commission("maker", "c1", late=9 * HOUR)

    assert ("c1", "custody/after-terminal", "entry") in found
    assert story.state("c1").origin is None


def test_only_the_owner_of_the_range_attests_an_origin(story):
    story.register("buyer", "c1")

    assert ("c1", "custody/already-exists", "entry") in story.commission("rival", "c1")
    assert story.state("c1").origin is None


def test_registering_again_what_one_holds_says_nothing_new(story):
    story.commission("maker", "c1")

    assert story.register("maker", "c1") == set()


def test_what_another_holds_cannot_be_registered(story):
    story.commission("maker", "c1")

    assert story.register("buyer", "c1") == {
        ("c1", "custody/already-exists", "entry"),
        ("c1", "custody/challenged"),
    }
    assert story.holder("c1") == "maker"


def test_a_consignee_registers_instead_of_receiving_and_is_found(story):
    story.commission("maker", "c1")
    story.ship("maker", "c1", to="buyer")

    assert story.register("buyer", "c1") == {("c1", "custody/already-exists")}


# A number that was entered by one and made by another --------------------------------------------


@pytest.fixture
def entered(story):
    """c1, entered by the rival, which has no such numbers."""
    story.register("rival", "c1")
    return story


def challenged(name):
    return {(name, "custody/challenged")}


def test_made_after_it_was_entered_it_is_its_makers(entered):
    entered.ship("rival", "c1", to="buyer")

    assert entered.commission("maker", "c1") == challenged("c1")
    assert (entered.holder("c1"), entered.state("c1").origin) == ("maker", PARTY + "maker")
    assert entered.closed() == {("c1", None)}
    assert entered.step.findings[0].cites == (0, 1)


def test_made_at_the_very_time_at_which_it_was_entered_it_is_its_makers(entered):
    assert entered.commission("maker", "c1", late=HOUR) == challenged("c1")
    assert entered.holder("c1") == "maker"


def test_made_before_it_was_entered_it_stays_with_who_entered_it(entered):
    assert entered.commission("maker", "c1", late=2 * HOUR) == set()
    assert (entered.holder("c1"), entered.state("c1").origin) == ("rival", PARTY + "maker")


def test_a_date_in_the_future_is_no_later_than_the_entry(story):
    """Else who enters a number would date it so that no maker comes after."""
    story.register("rival", "c1", late=-1000 * HOUR)
    story.commission("maker", "c1")

    assert story.holder("c1") == "maker"


@pytest.mark.parametrize("kind", ["destroy", "report", "deliver", "pack", "transfer"])
def test_nothing_that_who_entered_it_did_alone_keeps_it_from_its_maker(entered, kind):
    more = {"to": "buyer", "into": "tray", "owner": "rival", "user": "rival", "evidence": True}
    entered.ship("rival", "c1", to="buyer") if kind == "deliver" else None
    entered.tell(kind, "rival", "c1", status_set="stolen", **more)
    entered.commission("maker", "c1")

    assert (entered.holder("c1"), entered.owner("c1")) == ("maker", "maker")
    assert (entered.state("c1").ended, entered.state("c1").status) == (None, set())


@pytest.mark.parametrize("by", ["receive", "accept", "detain"])
def test_what_somebody_else_has_signed_for_stays_where_it_is(entered, by):
    if by == "receive":
        entered.ship("rival", "c1", to="customs")
    entered.transfer("rival", "c1", user="customs")
    entered.tell(by, "customs", "c1")
    before = entered.state("c1")

    assert entered.commission("maker", "c1") == {
        ("c1", "custody/already-exists", "entry"),
        ("c1", "custody/challenged"),
    }
    assert entered.state("c1") == before


def test_the_maker_of_what_another_entered_is_not_held_against_it(entered):
    """The ledger cannot tell which of the two is right: no more than a warning."""
    entered.commission("maker", "c1", late=2 * HOUR)

    assert entered.ship("maker", "c1", to="buyer") == {
        ("c1", "custody/not-holder", "entry"),
        ("c1", "custody/challenged"),
    }


def test_a_maker_that_has_it_still_commissions_it_again_with_the_right_date(entered):
    entered.commission("maker", "c1", late=2 * HOUR)
    entered.commission("maker", "c1")

    assert entered.holder("c1") == "maker"
    assert entered.ship("maker", "c1", to="buyer") == set()


def test_who_entered_it_is_a_stranger_once_it_is_its_makers(entered):
    entered.commission("maker", "c1")

    assert entered.ship("rival", "c1", to="buyer") == {
        ("c1", "custody/not-holder", "entry"),
        ("c1", "custody/challenged"),
    }


def test_numbers_of_the_own_range_that_were_registered_yield_to_nobody(story):
    """Two may have a range in common."""
    story.facts = replace(FACTS, prefixes=FACTS.prefixes | {PARTY + "buyer": (ITEM + "c",)})
    story.register("buyer", "c1")

    assert story.commission("maker", "c1") == set()
    assert story.holder("c1") == "buyer"


def test_what_was_entered_comes_out_of_what_it_was_packed_in(entered):
    entered.pack("rival", "c1", into="tray")
    entered.pack("rival", "tray", into="pallet")
    entered.commission("maker", "c1")

    assert (entered.state("c1").parent, entered.holdings.contents[ITEM + "tray"]) == (None, set())
