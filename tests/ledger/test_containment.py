"""What goes into a container and what comes out, to any depth."""

import pytest

from tests.ledger.custody_story import HOUR, ITEM, Story


@pytest.fixture
def story():
    story = Story()
    story.commission("maker", "c1 c2 c3")
    return story


@pytest.fixture
def pallet(story):
    """c1 and c2 in a tray in a carton on a pallet; c3 beside it."""
    story.pack("maker", "c1 c2", into="tray")
    story.pack("maker", "tray", into="carton")
    story.pack("maker", "carton", into="pallet")
    return story


@pytest.fixture
def sent(pallet):
    pallet.ship("maker", "pallet", to="buyer", via="carrier")
    return pallet


def test_an_unseen_container_begins_with_its_first_packing(story):
    assert story.pack("maker", "c1 c2", into="tray") == set()
    assert (story.holder("tray"), story.state("c1").parent) == ("maker", ITEM + "tray")
    assert story.holdings.contents[ITEM + "tray"] == {ITEM + "c1", ITEM + "c2"}


def test_a_container_may_begin_empty(story):
    assert story.pack("maker", into="tray") == set()
    assert story.holder("tray") == "maker"


def test_contents_share_the_custody_of_the_outermost_container(sent):
    assert sent.holder("c1") == "maker > buyer"
    assert [move.items for move in sent.step.moves] == [(ITEM + "pallet",)]


def test_a_container_received_is_its_contents_received(sent):
    assert sent.receive("buyer", "pallet") == set()
    assert (sent.holder("c1"), sent.holder("c3")) == ("buyer", "maker")


def test_what_comes_out_has_the_custody_it_had_inside(sent):
    sent.receive("buyer", "pallet")
    sent.unpack("buyer", into="carton")
    sent.ship("buyer", "pallet", to="shop")

    assert (sent.holder("tray"), sent.holder("c1")) == ("buyer", "buyer")
    assert sent.holder("carton") == "buyer > shop"


def test_an_unpacking_without_a_list_means_all_contents(pallet):
    assert pallet.unpack("maker", into="tray") == set()
    assert [pallet.state(name).parent for name in ("c1", "c2")] == [None, None]
    assert pallet.holdings.contents[ITEM + "tray"] == set()


def test_an_unpacking_with_a_list_means_the_list(pallet):
    pallet.unpack("maker", "c1", into="tray")

    assert [pallet.state(name).parent for name in ("c1", "c2")] == [None, ITEM + "tray"]


def test_an_emptied_container_may_live_again(pallet):
    pallet.unpack("maker", into="tray")

    assert pallet.pack("maker", "c3", into="tray") == set()
    assert pallet.state("c3").parent == ITEM + "tray"


def test_packing_what_is_there_already_says_nothing_new(pallet):
    assert pallet.pack("maker", "c1", into="tray") == set()
    assert pallet.step.moves == ()


# Standing ----------------------------------------------------------------------------------------


def test_a_stranger_opens_no_container(pallet):
    assert pallet.unpack("rival", into="tray") == {
        ("tray", "custody/not-holder", "entry"),
        ("tray", "custody/challenged"),
    }
    assert pallet.state("c1").parent == ITEM + "tray"


def test_a_stranger_puts_nothing_into_a_container(pallet):
    pallet.commission("rival", "o1")

    assert pallet.pack("rival", "o1", into="pallet") == {
        ("pallet", "custody/not-holder", "entry"),
        ("pallet", "custody/challenged"),
        ("o1", "custody/outside-container", "entry"),
    }
    assert pallet.state("o1").parent is None


def test_a_stranger_packs_nothing_of_others_though_its_container_begins(pallet):
    assert pallet.pack("rival", "c3", into="crate") == {
        ("c3", "custody/not-holder", "entry"),
        ("c3", "custody/challenged"),
    }
    assert (pallet.holder("crate"), pallet.state("c3").parent) == ("rival", None)


@pytest.mark.parametrize("party", ["maker", "buyer"])
def test_in_transit_neither_sender_nor_consignee_opens_a_container(sent, party):
    assert sent.unpack(party, into="tray") == {("tray", "custody/not-holder")}


def test_nothing_comes_out_of_a_container_nobody_entered(story):
    assert story.unpack("maker", "c1", into="tray") == {("tray", "custody/unknown-item", "entry")}


def test_what_nobody_entered_goes_into_no_container(story):
    assert story.pack("maker", "c1 c9", into="tray") == {("c9", "custody/unknown-item", "entry")}
    assert story.state("c1").parent == ITEM + "tray"


def test_what_is_not_inside_cannot_come_out(pallet):
    assert pallet.unpack("maker", "c3 c1", into="carton") == {
        ("c3", "custody/outside-container"),
        ("c1", "custody/outside-container"),
    }


# In transit --------------------------------------------------------------------------------------


def test_a_carrier_repacks_in_transit_and_the_consignee_signs_for_the_new_pallet(sent):
    sent.unpack("carrier", into="carton")

    assert sent.pack("carrier", "tray", into="new-pallet") == set()
    assert sent.holder("new-pallet") == "maker > buyer"
    assert sent.receive("buyer", "new-pallet", final=True) == set()
    assert (sent.holder("c1"), sent.holder("pallet")) == ("buyer", "maker > buyer")
    assert sent.step.closed == (4,)


def test_a_carriers_own_container_takes_over_the_shipment_it_is_filled_with(sent):
    sent.pack("carrier", into="van-box")
    sent.unpack("carrier", into="carton")
    sent.pack("carrier", "tray", into="van-box")

    assert (sent.holder("van-box"), sent.holder("c1")) == ("maker > buyer", "maker > buyer")


def test_goods_of_two_consignees_do_not_go_into_one_container(sent):
    sent.ship("maker", "c3", to="shop", via="carrier")
    sent.unpack("carrier", into="carton")

    assert sent.pack("carrier", "tray c3", into="crate") == {("c3", "custody/outside-container")}
    assert (sent.holder("crate"), sent.holder("c3")) == ("maker > buyer", "maker > shop")


def test_a_carrier_does_not_mix_its_own_goods_with_those_it_carries(sent):
    sent.register("carrier", "x1")

    assert sent.pack("carrier", "x1", into="pallet") == {("x1", "custody/outside-container")}


def test_a_consignee_receives_contents_out_of_a_container_in_transit_to_it(sent):
    assert sent.receive("buyer", "c1") == set()
    assert (sent.holder("c1"), sent.state("c1").parent) == ("buyer", None)
    assert (sent.holder("pallet"), sent.holder("c2")) == ("maker > buyer", "maker > buyer")
    assert sent.step.received == (4,)


def test_contents_named_along_with_their_container_go_with_it(sent):
    assert sent.receive("buyer", "c1 pallet") == set()
    assert (sent.holder("c1"), sent.state("c1").parent) == ("buyer", ITEM + "tray")
    assert sent.ship("buyer", "pallet c1 tray", to="shop") == set()


# Outside the container ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["ship", "destroy", "decommission", "pack", "receive"])
def test_an_act_on_contents_as_if_they_were_loose_moves_nothing(pallet, kind):
    actor = "buyer" if kind == "receive" else "maker"
    into = "crate" if kind == "pack" else None
    found = pallet.tell(kind, actor, "c1", to="buyer", into=into)

    assert ("c1", "custody/outside-container") in {one[:2] for one in found}
    assert pallet.state("c1").parent == ITEM + "tray"


@pytest.mark.parametrize(("kind", "actor"), [("refuse", "buyer"), ("void", "maker")])
def test_contents_are_neither_refused_nor_voided_alone(sent, kind, actor):
    assert sent.tell(kind, actor, "c1") == {("c1", "custody/outside-container")}
    assert sent.holder("c1") == "maker > buyer"


@pytest.mark.parametrize("kind", ["declare", "inspect", "carry"])
def test_claims_about_contents_are_fine(sent, kind):
    assert sent.tell(kind, "maker", "c1") == set()


def test_a_report_on_contents_is_fine_and_their_own(sent):
    assert sent.report("maker", "c1", status_set="stolen") == {("c1", "status/stolen")}
    assert (sent.state("c1").status, sent.state("c2").status) == ({"stolen"}, set())


# Status and end ----------------------------------------------------------------------------------


def test_the_status_of_a_container_is_that_of_its_contents_also_when_they_come_out(pallet):
    pallet.report("maker", "tray", status_set="stolen")
    inside = pallet.state("c1").status
    pallet.unpack("maker", "c1", into="tray")
    pallet.clear("maker", "tray", status_unset="stolen")

    assert (inside, pallet.state("c1").status, pallet.state("c2").status) == (
        {"stolen"},
        {"stolen"},
        set(),
    )


def test_what_is_reported_again_and_again_of_what_it_was_in_is_said_once(pallet):
    for _ in range(5):
        pallet.report("maker", "tray", status_set="stolen")
        pallet.unpack("maker", "c1", into="tray")
        pallet.clear("maker", "tray", status_unset="stolen")
        pallet.pack("maker", "c1", into="tray")
    pallet.unpack("maker", "c1", into="tray")

    assert [mark.word for mark in pallet.state("c1").marks] == ["stolen"]


def test_what_is_destroyed_is_destroyed_with_its_contents(pallet):
    pallet.destroy("maker", "pallet")

    assert pallet.state("c1").ended == "destroy"
    assert pallet.unpack("maker", "c1", into="tray") == {("c1", "custody/after-terminal")}


def test_a_container_taken_out_of_use_keeps_its_contents_until_they_are_unpacked(pallet):
    pallet.decommission("maker", "pallet")

    assert pallet.state("c1").ended is None
    assert pallet.unpack("maker", into="pallet") == set()
    assert pallet.state("carton").parent is None


def test_nothing_goes_into_a_container_taken_out_of_use(pallet):
    pallet.decommission("maker", "pallet")

    assert pallet.pack("maker", "c3", into="pallet") == {
        ("pallet", "custody/after-terminal"),
        ("c3", "custody/outside-container", "entry"),
    }


# Circles, boards and dates -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["pallet", "carton", "tray"])
def test_a_container_does_not_go_into_itself(pallet, name):
    assert pallet.pack("maker", name, into="tray") == {(name, "custody/outside-container")}
    assert pallet.state("pallet").parent is None


def test_what_can_go_in_does_beside_what_would_make_a_circle(pallet):
    assert pallet.pack("maker", "pallet c3", into="tray") == {
        ("pallet", "custody/outside-container")
    }
    assert pallet.state("c3").parent == ITEM + "tray"


def test_a_container_nobody_entered_does_not_begin_inside_itself(story):
    assert story.pack("maker", "tray", into="tray") == {("tray", "custody/unknown-item", "entry")}
    assert story.state("tray").parent is None


def test_a_chip_is_installed_on_a_board_and_removed_from_it(story):
    story.commission("rival", "o-board")
    story.ship("maker", "c1", to="rival")
    story.receive("rival", "c1")

    assert story.install("rival", "c1", into="o-board") == set()
    assert story.remove("rival", into="o-board") == set()
    assert (story.holder("c1"), story.state("c1").parent) == ("rival", None)


def test_an_unpacking_is_backdated_by_what_happened_to_the_container(sent):
    sent.receive("buyer", "pallet")

    assert sent.unpack("buyer", "c1", into="tray", late=2 * HOUR) == {("c1", "time/backdated")}


# Emptied containers ------------------------------------------------------------------------------


@pytest.fixture
def emptied(sent):
    """The pallet of the maker, emptied at the buyer's."""
    sent.receive("buyer", "pallet")
    sent.unpack("buyer", into="pallet")
    return sent


def test_whoever_packs_an_emptied_pallet_next_begins_it_anew(emptied):
    emptied.register("shop", "s1")

    assert emptied.pack("shop", "s1", into="pallet") == set()
    assert (emptied.holder("pallet"), emptied.holder("s1")) == ("shop", "shop")
    assert emptied.holder("c1") == "buyer"


def test_its_holder_goes_on_with_it_as_before(emptied):
    emptied.pack("buyer", "carton", into="pallet")

    assert not emptied.state("pallet").emptied
    assert ("pallet", "custody/challenged") in emptied.pack("shop", into="pallet")


def test_a_pallet_of_which_everything_was_listed_is_not_known_to_be_empty(sent):
    sent.receive("buyer", "pallet")
    sent.unpack("buyer", "carton", into="pallet")

    assert ("pallet", "custody/challenged") in sent.pack("shop", into="pallet")


@pytest.mark.parametrize("begin", ["register", "commission"])
def test_what_was_entered_is_its_holders_also_when_it_is_empty(story, begin):
    story.tell(begin, "maker", "c-box")
    story.pack("maker", "c1", into="c-box")
    story.unpack("maker", into="c-box")

    assert ("c-box", "custody/challenged") in story.pack("shop", into="c-box")
    assert story.holder("c-box") == "maker"


def test_an_emptied_pallet_that_was_reported_stolen_does_not_begin_anew(emptied):
    emptied.report("buyer", "pallet", status_set="stolen")

    assert ("pallet", "custody/challenged") in emptied.pack("shop", into="pallet")


def test_an_emptied_tray_in_a_carton_is_not_anybodys(pallet):
    pallet.unpack("maker", into="tray")
    pallet.unpack("maker", into="carton")
    pallet.pack("maker", "tray", into="carton")

    assert ("tray", "custody/challenged") in pallet.pack("shop", into="tray")


def test_a_tray_that_is_filled_in_its_carton_is_empty_no_more(pallet):
    """Else a stranger could begin it anew with what is in it, once it is out."""
    pallet.unpack("maker", into="tray")
    pallet.pack("maker", "c3", into="tray")
    pallet.unpack("maker", into="carton")

    assert ("tray", "custody/challenged") in pallet.pack("shop", into="tray")
    assert pallet.holder("c3") == "maker"


# What depends on contents ------------------------------------------------------------------------


def test_only_a_container_filled_with_goods_in_transit_depends_on_them(sent):
    before = sent.step.bound
    sent.unpack("carrier", "carton", into="pallet")
    out = sent.step.bound
    sent.pack("carrier", "carton", into="crate")

    assert (before, out, sent.step.bound) == (False, False, True)


def test_a_container_in_transit_does_not_depend_on_what_is_added(sent):
    sent.unpack("carrier", "carton", into="pallet")
    sent.pack("carrier", "carton", into="pallet")

    assert not sent.step.bound


# Containers with a number of another's range -----------------------------------------------------


@pytest.fixture
def squatted(story):
    """A box with the maker's number that the rival has filled."""
    story.commission("rival", "o1")
    story.pack("rival", "o1", into="c-box")
    return story


def test_the_owner_of_the_number_packs_into_its_own_box_whatever_others_did_with_it(squatted):
    squatted.ship("rival", "c-box", to="buyer")

    assert squatted.pack("maker", "c1", into="c-box") == {("c-box", "custody/challenged")}
    assert (squatted.holder("c-box"), squatted.state("c1").parent) == ("maker", ITEM + "c-box")
    assert squatted.closed() == {("c-box", None)}
    assert squatted.ship("maker", "c-box", to="buyer") == set()


def test_what_others_had_put_into_it_comes_out_as_it_is(squatted):
    squatted.ship("rival", "c-box", to="buyer")
    squatted.pack("maker", "c1", into="c-box")

    assert (squatted.holder("o1"), squatted.state("o1").parent) == ("rival > buyer", None)
    assert squatted.holdings.contents[ITEM + "c-box"] == {ITEM + "c1"}


def test_the_same_of_a_box_that_others_had_registered_and_destroyed(story):
    story.register("rival", "c-box")
    story.destroy("rival", "c-box")

    assert story.pack("maker", "c1", into="c-box") == {("c-box", "custody/challenged")}
    assert story.holder("c-box") == "maker"


def test_a_box_that_others_have_emptied_begins_anew_without_a_word(squatted):
    squatted.unpack("rival", into="c-box")

    assert squatted.pack("maker", "c1", into="c-box") == set()
    assert squatted.holder("c-box") == "maker"


def test_a_load_that_was_packed_before_the_others_leaves_the_box_to_them(squatted):
    found = squatted.pack("maker", "c1", into="c-box", late=9 * HOUR)

    assert found == {
        ("c-box", "custody/not-holder", "entry"),
        ("c-box", "custody/challenged"),
        ("c1", "custody/outside-container", "entry"),
    }
    assert squatted.holder("c-box") == "rival"


def test_a_box_that_somebody_else_has_signed_for_stays_where_it_is(squatted):
    squatted.ship("rival", "c-box", to="buyer")
    squatted.receive("buyer", "c-box")

    assert ("c-box", "custody/challenged") in squatted.pack("maker", "c1", into="c-box")
    assert (squatted.holder("c-box"), squatted.state("c1").parent) == ("buyer", None)


def test_a_forwarder_s_own_label_on_goods_that_it_carries_stays_their_senders(story):
    """It has the box in hand, and goes on filling it."""
    story.commission("rival", "o1 o2")
    story.pack("rival", "o1", into="c-box")
    story.ship("rival", "c-box o2", to="buyer", via="maker")

    assert story.pack("maker", "o2", into="c-box") == set()
    assert (story.holder("c-box"), story.state("o1").parent) == ("rival > buyer", ITEM + "c-box")


def test_a_box_of_a_number_without_an_owner_is_as_its_packer_left_it(story):
    story.commission("rival", "o1")
    story.pack("rival", "o1", into="box")

    assert ("box", "custody/challenged") in story.pack("maker", "c1", into="box")
    assert story.holder("box") == "rival"
