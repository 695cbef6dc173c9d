"""Delivered without a signature, sent on, in two trucks, and signed for by somebody else."""

import pytest

from ledger.act import ActKind
from tests.ledger.custody_story import PARTY, Story


@pytest.fixture
def shipped():
    """c1, c2 and c3 on their way from the maker to the buyer by way of the carrier."""
    story = Story()
    story.commission("maker", "c1 c2 c3")
    story.ship("maker", "c1 c2 c3", to="buyer", via="carrier")
    return story


@pytest.fixture
def delivered(shipped):
    shipped.deliver("carrier", "c1 c2 c3", to="buyer", evidence=True)
    return shipped


# Delivering --------------------------------------------------------------------------------------


@pytest.mark.parametrize("party", ["carrier", "maker"])
def test_delivered_with_evidence_it_is_the_consignees_and_not_countersigned(shipped, party):
    found = shipped.deliver(party, "c1", to="buyer", evidence=True)

    assert found == {("c1", "custody/not-countersigned")}
    assert (shipped.holder("c1"), shipped.custody("c1").sender) == ("buyer", PARTY + "maker")
    assert shipped.step.received == (1,)


def test_without_evidence_nothing_is_delivered(shipped):
    found = shipped.deliver("carrier", "c1", to="buyer")

    assert found == {("c1", "custody/not-countersigned", "entry")}
    assert shipped.holder("c1") == "maker > buyer"


@pytest.mark.parametrize(
    ("party", "to", "code"),
    [("carrier", "rival", "not-consignee"), ("buyer", "buyer", "not-holder")],
)
def test_nobody_delivers_to_somebody_else_or_for_others(shipped, party, to, code):
    found = shipped.deliver(party, "c1", to=to, evidence=True)

    assert found == {("c1", "custody/" + code)}
    assert shipped.holder("c1") == "maker > buyer"


def test_a_stranger_delivers_nothing(shipped):
    found = shipped.deliver("rival", "c1", to="buyer", evidence=True)

    assert found == {("c1", "custody/not-holder", "entry"), ("c1", "custody/challenged")}


def test_what_is_held_is_not_delivered(delivered):
    found = delivered.deliver("carrier", "c1", to="buyer", evidence=True)

    assert found == {("c1", "custody/not-in-transit")}


def test_the_consignee_signs_afterwards_and_the_sender_is_discharged(delivered):
    assert delivered.receive("buyer", "c1", final=True) == set()
    assert delivered.closed() == {("c1", "custody/not-countersigned")}
    assert (delivered.holder("c1"), delivered.custody("c1").sender) == ("buyer", None)
    assert (delivered.step.received, delivered.step.closed) == ((1,), (1,))


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("ship", {"to": "shop"}),
        ("pack", {"into": "tray"}),
        ("destroy", {}),
        ("decommission", {}),
        ("transform", {"out": "x1"}),
    ],
)
def test_who_does_something_with_the_goods_has_signed_for_them(delivered, kind, more):
    found = delivered.tell(kind, "buyer", "c1", **more)

    assert found <= {("x1", "custody/foreign-prefix")}
    assert delivered.closed() == {("c1", "custody/not-countersigned")}
    assert delivered.custody("c1").sender is None


@pytest.mark.parametrize("kind", ["report", "declare", "carry", "inspect"])
def test_a_word_about_the_goods_is_no_signature(delivered, kind):
    delivered.tell(kind, "buyer", "c1", status_set="lost")

    assert delivered.custody("c1").sender == PARTY + "maker"


def test_the_consignee_may_refuse_what_was_delivered(delivered):
    assert delivered.refuse("buyer", "c1") == {("c1", "custody/refused")}
    assert delivered.holder("c1") == "maker > maker"
    assert delivered.closed() == {("c1", "custody/not-countersigned")}


def test_until_it_is_signed_for_the_sender_has_a_part_in_it(delivered):
    assert delivered.report("maker", "c1", status_set="lost") == {("c1", "status/lost")}
    assert delivered.ship("maker", "c1", to="shop") == {("c1", "custody/not-holder")}


def test_who_opens_a_delivered_pallet_has_signed_for_it_and_for_what_it_took_out():
    story = Story()
    story.commission("maker", "c1 c2")
    story.pack("maker", "c1 c2", into="pallet")
    story.ship("maker", "pallet", to="buyer", via="carrier")
    story.deliver("carrier", "pallet", to="buyer", evidence=True)
    story.unpack("buyer", "c1", into="pallet")

    code = "custody/not-countersigned"
    assert story.closed() == {("c1", code), ("pallet", code)}
    assert story.custody("c1") == story.custody("c2") == story.custody("pallet")


def test_goods_of_ones_own_do_not_go_into_part_of_what_was_only_delivered():
    """Else the sender, who still answers for the pallet, would come to answer for them."""
    story = Story()
    story.commission("maker", "c1")
    story.pack("maker", "c1", into="tray")
    story.pack("maker", "tray", into="pallet")
    story.ship("maker", "pallet", to="buyer", via="carrier")
    story.deliver("carrier", "pallet", to="buyer", evidence=True)
    story.register("buyer", "x1")

    assert story.pack("buyer", "x1", into="tray") == {("x1", "custody/outside-container")}
    assert story.custody("x1").sender is None


# Sending on --------------------------------------------------------------------------------------


def test_the_sender_sends_goods_on_while_they_are_under_way(shipped):
    shipped.carry("carrier", "c1")

    assert shipped.ship("maker", "c1", to="shop") == {("c1", "custody/redirected")}
    custody = shipped.custody("c1")
    assert (shipped.holder("c1"), custody.shipment) == ("maker > shop", shipped.index)
    assert (custody.via, custody.departed) == ((PARTY + "carrier",), True)


def test_another_way_takes_the_place_of_the_first(shipped):
    shipped.ship("maker", "c1", to="buyer", via="tern")

    assert shipped.custody("c1").via == (PARTY + "tern",)


def test_it_is_settled_when_the_new_consignee_has_the_goods(shipped):
    shipped.ship("maker", "c1", to="shop")

    assert shipped.receive("shop", "c1") == set()
    assert shipped.closed() == {("c1", "custody/redirected")}


def test_the_first_consignee_signs_in_vain(shipped):
    shipped.ship("maker", "c1", to="shop")

    assert shipped.receive("buyer", "c1") == {
        ("c1", "custody/not-consignee", "entry"),
        ("c1", "custody/challenged"),
    }
    assert shipped.holder("c1") == "maker > shop"


@pytest.mark.parametrize("party", ["carrier", "buyer"])
def test_nobody_but_the_sender_sends_goods_on(shipped, party):
    assert shipped.ship(party, "c1", to="shop") == {("c1", "custody/not-holder")}
    assert shipped.holder("c1") == "maker > buyer"


def test_what_the_consignee_has_signed_for_is_not_sent_on(shipped):
    shipped.receive("buyer", "c1")

    assert shipped.ship("maker", "c1", to="shop") == {("c1", "custody/not-holder")}


def test_a_part_of_a_pallet_that_is_under_way_cannot_be_sold_to_another():
    story = Story()
    story.commission("maker", "c1")
    story.pack("maker", "c1", into="pallet")
    story.ship("maker", "pallet", to="buyer")

    assert story.ship("maker", "c1", to="shop") == {("c1", "custody/not-holder")}


def test_refused_goods_may_be_sent_on_and_are_refused_no_more(shipped):
    shipped.refuse("buyer", "c1")

    assert shipped.ship("maker", "c1", to="shop") == {("c1", "custody/redirected")}
    assert shipped.closed() == {("c1", "custody/refused")}


def test_goods_that_were_sent_on_and_called_off_are_settled(shipped):
    shipped.ship("maker", "c1", to="shop")

    assert shipped.void("maker", "c1") == set()
    assert shipped.closed() == {("c1", "custody/redirected")}


def test_goods_of_which_some_were_sent_on_do_not_share_a_container(shipped):
    """Else what the new consignee signs would not settle all of it."""
    shipped.ship("maker", "c1", to="buyer")

    assert shipped.pack("carrier", "c1 c2", into="crate") == {("c2", "custody/outside-container")}


# Two trucks --------------------------------------------------------------------------------------


def test_the_first_of_two_trucks_raises_nothing(shipped):
    assert shipped.receive("buyer", "c1 c2") == set()
    assert shipped.step.closed == ()
    assert shipped.receive("buyer", "c3", final=True) == set()
    assert shipped.step.closed == (1,)


# Mandates ----------------------------------------------------------------------------------------


def test_with_a_mandate_an_act_is_the_principals(shipped):
    assert shipped.receive("broker", "c1", on_behalf_of="buyer") == set()
    assert shipped.holder("c1") == "buyer"


@pytest.mark.parametrize(
    ("agent", "principal"), [("rival", "buyer"), ("broker", "shop"), ("broker", "maker")]
)
def test_without_a_mandate_it_is_nobodys(shipped, agent, principal):
    found = shipped.receive(agent, "c1", on_behalf_of=principal)

    assert found == {("c1", "custody/not-holder", "entry")}
    assert shipped.step.moves == ()


def test_a_mandate_for_other_acts_is_none(shipped):
    assert shipped.refuse("broker", "c1", on_behalf_of="buyer") == {
        ("c1", "custody/not-holder", "entry")
    }
    assert shipped.message() == (
        "urn:chiptrail:party:broker signed for urn:chiptrail:party:buyer, which had given it no"
        " mandate for that (entry 0 gives another)"
    )


def test_an_expired_mandate_is_none_whatever_the_date_of_the_event(shipped):
    for _ in range(9):
        shipped.declare("buyer", "c1")

    found = shipped.receive("broker", "c1", on_behalf_of="buyer")

    assert found == {("c1", "custody/not-holder", "entry")}


def test_an_agents_unpacking_of_everything_counts_against_its_entry(shipped):
    assert shipped.unpack("rival", into="tray", on_behalf_of="buyer") == {
        ("tray", "custody/not-holder", "entry")
    }


def test_who_acts_for_itself_needs_no_mandate(shipped):
    assert shipped.receive("buyer", "c1", on_behalf_of="buyer") == set()


def test_what_an_agent_gets_wrong_is_told_as_signed_for_the_principal(shipped):
    shipped.ship("broker", "c1", to="shop", on_behalf_of="buyer")

    assert shipped.message().startswith(
        "urn:chiptrail:party:broker signed for urn:chiptrail:party:buyer that it shipped this item"
    )


def test_every_kind_of_act_is_judged_but_records_and_corrections():
    from ledger.custody import _RULES
    from ledger.wording import DID

    assert set(DID) == set(_RULES) == set(ActKind) - {ActKind.RECORD, ActKind.CORRECT}
