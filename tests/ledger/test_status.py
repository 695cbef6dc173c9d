"""Reports and who takes them back, recalls, new numbers, and what an inspector settles."""

import pytest

from tests.ledger.custody_story import Story


@pytest.fixture
def shipped():
    story = Story()
    story.commission("maker", "c1")
    story.ship("maker", "c1", to="buyer", via="carrier")
    return story


@pytest.mark.parametrize("party", ["carrier", "customs"])
def test_a_report_is_taken_back_by_who_made_it_or_an_inspector(shipped, party):
    shipped.report("carrier", "c1", status_set="stolen")

    assert shipped.clear(party, "c1", status_unset="stolen") == set()
    assert shipped.closed() == {("c1", "status/stolen")}


@pytest.mark.parametrize("party", ["maker", "buyer"])
def test_while_goods_are_under_way_nobody_else_takes_it_back(shipped, party):
    shipped.report("carrier", "c1", status_set="stolen")

    assert shipped.clear(party, "c1", status_unset="stolen") == {("c1", "custody/not-holder")}
    assert shipped.state("c1").status == {"stolen"}


def test_who_has_the_item_in_hand_takes_it_back(shipped):
    shipped.report("maker", "c1", status_set="lost")
    shipped.receive("buyer", "c1")

    assert shipped.clear("buyer", "c1", status_unset="lost") == set()


def test_who_reported_it_takes_it_back_also_when_it_has_no_part_any_more(shipped):
    shipped.report("carrier", "c1", status_set="lost")
    shipped.receive("buyer", "c1")

    assert shipped.clear("carrier", "c1", status_unset="lost") == set()


def test_a_stranger_takes_nothing_back(shipped):
    shipped.report("carrier", "c1", status_set="stolen")

    assert shipped.clear("rival", "c1", status_unset="stolen") == {
        ("c1", "custody/not-holder", "entry"),
        ("c1", "custody/challenged"),
    }


def test_what_two_reported_is_open_until_both_took_it_back(shipped):
    shipped.report("carrier", "c1", status_set="lost")
    second = shipped.report("buyer", "c1", status_set="lost")
    shipped.clear("carrier", "c1", status_unset="lost")
    half = shipped.closed()
    shipped.clear("buyer", "c1", status_unset="lost")

    assert (second, half) == ({("c1", "status/lost")}, set())
    assert shipped.closed() == {("c1", "status/lost")}


# Recalls -----------------------------------------------------------------------------------------


@pytest.fixture
def sold(shipped):
    shipped.receive("buyer", "c1")
    shipped.ship("buyer", "c1", to="shop")
    shipped.receive("shop", "c1")
    return shipped


@pytest.mark.parametrize("party", ["maker", "shop"])
def test_the_maker_or_a_party_to_its_custody_recalls_an_item(sold, party):
    assert sold.report(party, "c1", status_set="recalled") == {("c1", "status/recalled")}


def test_a_stranger_recalls_nothing(sold):
    assert sold.report("buyer", "c1", status_set="recalled") == {
        ("c1", "custody/not-holder", "entry"),
        ("c1", "custody/challenged"),
    }


def test_what_it_sold_the_maker_recalls_and_reports_no_otherwise(sold):
    found = sold.report("maker", "c1", status_set="recalled stolen")

    assert found == {("c1", "custody/not-holder")}
    assert sold.state("c1").status == set()


@pytest.mark.parametrize("party", ["maker", "buyer", "customs"])
def test_clearing_what_nobody_reported_counts_against_the_clear_only(shipped, party):
    found = shipped.clear(party, "c1", status_unset="stolen")

    assert found == {("c1", "custody/not-holder", "entry")}


def test_a_holder_does_not_take_back_the_makers_recall(sold):
    sold.report("maker", "c1", status_set="recalled")

    assert sold.clear("shop", "c1", status_unset="recalled") == {("c1", "custody/not-holder")}
    assert sold.clear("maker", "c1", status_unset="recalled") == set()
    assert sold.closed() == {("c1", "status/recalled")}


# New numbers -------------------------------------------------------------------------------------


def test_a_maker_gives_its_item_new_numbers_wherever_it_is(sold):
    assert sold.replace("maker", "c1") == set()


def test_a_holder_does_so_until_an_inspector_has_looked(sold):
    found = sold.replace("shop", "c1")
    sold.inspect("shop", "c1", condition="conformant")
    own_word = sold.closed()
    sold.inspect("customs", "c1", condition="conformant")

    assert (found, own_word) == ({("c1", "identity/mismatch")}, set())
    assert sold.closed() == {("c1", "identity/mismatch")}


def test_nobody_else_gives_it_new_numbers(sold):
    assert sold.replace("buyer", "c1") == {
        ("c1", "custody/not-holder", "entry"),
        ("c1", "custody/challenged"),
    }


def test_an_inspector_that_finds_both_settles_nothing(sold):
    found = sold.inspect("customs", "c1", condition="conformant mismatch_instance")

    assert (found, sold.closed()) == ({("c1", "identity/mismatch")}, set())


# Numbers that are given along -----------------------------------------------------------------


@pytest.mark.parametrize("kind", ["declare", "inspect"])
@pytest.mark.parametrize("party", ["maker", "buyer", "carrier", "customs"])
def test_numbers_count_from_who_has_a_part_or_inspects(shipped, kind, party):
    expected = (
        {("c1", "identity/unheard", "entry")} if (kind, party) == ("declare", "customs") else set()
    )

    assert shipped.tell(kind, party, "c1", numbers=True) == expected


@pytest.mark.parametrize("kind", ["declare", "inspect"])
def test_a_strangers_numbers_are_unheard(shipped, kind):
    assert shipped.tell(kind, "rival", "c1") == set()
    assert shipped.tell(kind, "rival", "c1", numbers=True) == {("c1", "identity/unheard", "entry")}
