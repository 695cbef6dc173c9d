"""What inspectors do: detain, seize, release; and what others do to what is held back."""

from datetime import timedelta

import pytest

from ledger.holding import Phase
from tests.ledger.custody_story import HOUR, PARTY, Story


@pytest.fixture
def story():
    story = Story()
    story.commission("maker", "c1 c2 c3")
    return story


@pytest.fixture
def sent(story):
    """c1 and c2 in a crate on a pallet, c3 beside it, on the way to the buyer."""
    story.pack("maker", "c1 c2", into="crate")
    story.pack("maker", "crate c3", into="pallet")
    story.ship("maker", "pallet", to="buyer", via="carrier")
    return story


def detained(story, names):
    return story.detain("customs", names, status_set="detained")


def seized(story, names, inspector="customs"):
    return story.seize(inspector, names, status_set="seized")


def released(story, names, inspector="customs", words="detained seized"):
    return story.release(inspector, names, status_unset=words)


@pytest.mark.parametrize("kind", ["detain", "seize", "release"])
@pytest.mark.parametrize("party", ["maker", "buyer", "rival"])
def test_only_inspectors_hold_goods_back(sent, kind, party):
    before = sent.state("c1")

    assert sent.tell(kind, party, "c1") == {("c1", "custody/not-holder", "entry")}
    assert sent.state("c1") == before


# Detaining ---------------------------------------------------------------------------------------


def test_detained_goods_stay_where_they_are(sent):
    assert detained(sent, "pallet") == {("pallet", "status/detained")}
    assert (sent.holder("c1"), sent.state("c1").status) == ("maker > buyer", {"detained"})


def test_detaining_twice_says_nothing_new(sent):
    detained(sent, "pallet")

    assert detained(sent, "pallet") == set()


def test_whoever_moves_detained_goods_is_found(story):
    story.ship("maker", "c1", to="buyer")
    detained(story, "c1")

    assert story.receive("buyer", "c1") == {("c1", "status/detained")}
    assert story.message() == (
        "urn:chiptrail:party:buyer signed that it received this item, which"
        " urn:chiptrail:party:customs detained (entry 2)"
    )
    assert story.holder("c1") == "buyer"


def test_released_goods_are_detained_no_more(sent):
    detained(sent, "pallet")

    assert released(sent, "pallet") == set()
    assert sent.closed() == {("pallet", "status/detained")}
    assert sent.state("c1").status == set()


def test_the_clock_stands_still_while_goods_are_detained(sent):
    detained(sent, "pallet")
    stopped_at = sent.recorded_at
    sent.declare("maker", "c1")
    running = sent.state("c1").stopped_at
    released(sent, "pallet")

    assert (running, sent.state("c1").stopped_at) == (stopped_at, None)
    assert sent.custody("c1").paused == 2 * HOUR


def test_the_clock_of_the_next_shipment_begins_anew(story):
    story.ship("maker", "c1", to="buyer")
    detained(story, "c1")
    released(story, "c1")
    story.receive("buyer", "c1")
    story.ship("buyer", "c1", to="shop")

    assert story.custody("c1").paused == timedelta(0)


def test_a_release_dated_before_the_detention_turns_no_clock_back(sent):
    detained(sent, "pallet")
    sent.release("customs", "pallet", status_unset="detained", late=5 * HOUR)

    assert sent.custody("c1").paused == timedelta(0)


def test_another_inspector_does_not_release_them(sent):
    detained(sent, "pallet")

    assert released(sent, "pallet", "police") == {("pallet", "custody/not-holder", "entry")}
    assert sent.state("c1").status == {"detained"}


def test_what_two_inspectors_detain_both_release(sent):
    detained(sent, "pallet")
    sent.detain("police", "pallet")
    released(sent, "pallet")
    first = sent.closed(), sent.state("c1").status
    released(sent, "pallet", "police")

    assert first == (set(), {"detained"})
    assert (sent.closed(), sent.state("c1").status) == ({("pallet", "status/detained")}, set())


def test_what_leaves_a_detained_pallet_stays_detained(sent):
    detained(sent, "pallet")
    sent.unpack("carrier", "crate", into="pallet")
    released(sent, "pallet")

    assert (sent.state("c1").status, sent.state("c3").status) == ({"detained"}, set())


def test_a_part_of_a_detained_pallet_is_released_out_of_it(sent):
    detained(sent, "pallet")
    released(sent, "crate")

    assert (sent.state("crate").parent, sent.holder("c1")) == (None, "maker > buyer")
    assert (sent.state("c1").status, sent.state("c3").status) == (set(), {"detained"})


def test_the_part_that_was_detained_itself_is_released_where_it_is(sent):
    detained(sent, "c1")
    released(sent, "c1")

    assert (sent.state("c1").status, sent.state("crate").parent) == (set(), sent_id("pallet"))
    assert sent.state("c1").parent == sent_id("crate")


def sent_id(name):
    return "urn:chiptrail:chip:x:y:" + name


def test_what_is_released_along_with_its_pallet_stays_in_it(sent):
    detained(sent, "pallet")
    detained(sent, "c1")
    released(sent, "pallet c1 c2")

    assert sent.state("c1").parent == sent.state("c2").parent == sent_id("crate")
    assert sent.state("c1").status == set()


def test_releasing_what_nobody_holds_back_counts_against_the_release_only(sent):
    assert released(sent, "c1") == {("c1", "custody/not-holder", "entry")}


def test_contents_named_along_with_what_is_released_are_no_release_of_nothing(sent):
    seized(sent, "crate")

    assert released(sent, "crate c1") == set()


def test_a_container_is_not_released_for_what_is_held_back_inside_it(sent):
    detained(sent, "crate")

    assert released(sent, "pallet") == {("pallet", "custody/not-holder", "entry")}
    assert sent.step.moves == ()


# Seizing -----------------------------------------------------------------------------------------


def test_a_seized_crate_is_the_inspectors_out_of_its_pallet(sent):
    assert seized(sent, "crate") == {("crate", "status/seized")}
    assert (sent.holder("crate"), sent.holder("c1")) == ("customs", "customs")
    assert (sent.state("crate").parent, sent.holder("c3")) == (None, "maker > buyer")


def test_seized_goods_are_nobody_elses_to_move(sent):
    seized(sent, "pallet")

    assert sent.receive("buyer", "pallet") == {("pallet", "custody/pending-shipment")}
    assert sent.ship("maker", "pallet", to="shop") == {("pallet", "custody/not-holder")}
    assert sent.unpack("carrier", into="pallet") == {("pallet", "custody/not-holder")}
    assert sent.holder("c1") == "customs"


def test_released_goods_are_where_they_were_taken_from(sent):
    seized(sent, "crate")
    sent.receive("buyer", "pallet")

    assert released(sent, "crate") == set()
    assert sent.closed() == {("crate", "status/seized")}
    assert sent.holder("c1") == "maker > buyer"
    assert sent.receive("buyer", "crate") == set()


def test_the_time_of_a_seizure_is_not_the_consignees_delay(sent):
    seized(sent, "crate")
    sent.declare("customs", "crate")
    released(sent, "crate")

    assert sent.custody("c1").paused == 2 * HOUR


def test_one_chip_is_released_out_of_a_seized_crate(sent):
    seized(sent, "crate")
    released(sent, "c1")

    assert (sent.holder("c1"), sent.state("c1").parent) == ("maker > buyer", None)
    assert (sent.holder("c2"), sent.state("c2").status) == ("customs", {"seized"})


def test_only_who_seized_it_releases_it(sent):
    seized(sent, "crate")

    assert released(sent, "crate", "police") == {("crate", "custody/not-holder", "entry")}
    assert sent.holder("crate") == "customs"


def test_goods_that_two_inspectors_seize_go_back_the_way_they_came(sent):
    seized(sent, "crate")
    seized(sent, "crate", "police")
    released(sent, "crate", "police")
    between = sent.holder("crate")
    released(sent, "crate")

    assert (between, sent.holder("crate")) == ("customs", "maker > buyer")


def test_seizing_again_what_one_has_says_nothing_new(sent):
    seized(sent, "crate")

    assert seized(sent, "crate c1") == {("c1", "status/seized")} - {("c1", "status/seized")}


def test_what_was_given_away_meanwhile_does_not_come_back(sent):
    """Forfeited goods are auctioned; the release then only ends the seizure."""
    seized(sent, "crate")
    sent.ship("customs", "crate", to="shop")
    sent.receive("shop", "crate")
    released(sent, "crate")

    assert (sent.holder("c1"), sent.state("c1").status) == ("shop", set())


def test_a_seizure_makes_nobody_an_owner(sent):
    seized(sent, "crate")
    taken = sent.owner("crate"), sent.owner("c1")
    sold = sent.transfer("customs", "crate", owner="rival")
    released(sent, "crate")
    sent.receive("buyer", "crate")

    assert taken == ("maker", "maker")
    assert sold == {("crate", "custody/not-holder")}
    assert (sent.owner("crate"), sent.owner("c1")) == ("buyer", "buyer")


def test_what_an_inspector_packs_beside_its_own_is_not_given_along_with_it(story):
    seized(story, "c1")
    story.pack("customs", "c1", into="locker")
    story.transfer("customs", "locker", owner="rival")
    story.accept("rival", "locker")

    assert (story.owner("locker"), story.owner("c1")) == ("rival", "maker")


def test_who_had_what_was_seized_still_has_a_part_in_it(story):
    story.ship("maker", "c1", to="shop")
    story.receive("shop", "c1")
    seized(story, "c1")

    assert story.ship("shop", "c1", to="rival") == {("c1", "custody/not-holder")}


def test_a_destroyed_crate_is_not_seized(story):
    story.pack("maker", "c1", into="crate")
    story.destroy("maker", "crate")

    assert seized(story, "c1") == {("c1", "custody/after-terminal")}
    assert story.custody("c1").phase is Phase.HELD


def test_what_nobody_entered_is_not_seized(story):
    assert seized(story, "c9") == {("c9", "custody/unknown-item", "entry")}


def test_an_inspector_may_destroy_what_it_seized(sent):
    seized(sent, "crate")

    assert sent.destroy("customs", "crate") == set()
    assert sent.state("c1").ended == "destroy"


def test_the_mark_says_by_whom_and_out_of_what(story):
    seized(story, "c1")
    (mark,) = story.state("c1").marks

    assert (mark.word, mark.party, mark.entry) == ("seized", PARTY + "customs", 1)
    assert mark.kept == story.state("c1").kept
    assert mark.kept.holder == PARTY + "maker"
