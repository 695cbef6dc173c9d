"""Who has a say in a correction, and what follows: both histories, as far as they can differ."""

from dataclasses import replace

import pytest

from ledger.act import ActKind
from ledger.correction import Retelling
from ledger.holding import Holdings, effective
from ledger.order import Correction, ordinal, placements
from ledger.reach import Entry, Scope, reach, start_of
from ledger.registry import Mandate
from tests.ledger.custody_story import BEGIN, HOUR, ITEM, PARTY, Story, items


class Case:
    """A story, then one correction: entry *target* out, *instead* in its place."""

    def __init__(self):
        self.story, self.acts = Story(), []

    def __getattr__(self, kind):
        def tell(actor, names="", **rest):
            getattr(self.story, kind)(actor, names, **rest)
            self.acts.append((self.story.act, self.story.recorded_at, self.story.step))
            return self.story.index

        return tell

    def entries(self, target, *instead):
        placed = placements([Correction(len(self.acts), target, instead)])
        return [
            Entry(
                i, at, act, ordinal(i), placed[i].counts if i in placed else ordinal(i), step.bound
            )
            for i, (act, at, step) in enumerate(self.acts)
        ]

    def retelling(self, target, *instead):
        entries = self.entries(target, *instead)
        everything = frozenset().union(*[entry.names() for entry in entries])
        scope = Scope(everything, frozenset(), start_of(entries))
        return Retelling(entries, scope, dict.fromkeys(range(len(entries)), self.story.facts))

    def against(self, who, target, *instead):
        """The others that have a say, by name, with the first entry that would fall."""
        found = self.retelling(target, *instead).against(PARTY + who)
        return {party.removeprefix(PARTY): index for party, index in found.items()}

    def holder(self, name, target, *instead):
        """Who has it afterwards; None if it was never entered."""
        states = (
            dict(self.story.holdings.states) | self.retelling(target, *instead).difference().states
        )
        state = effective(Holdings(states), ITEM + name)
        return None if state is None else state.custody.holder.removeprefix(PARTY)


@pytest.fixture
def case():
    case = Case()
    case.commission("maker", "c1 c2")
    return case


def test_what_nobody_built_on_is_taken_back_at_will(case):
    shipped = case.ship("maker", "c1", to="buyer")

    assert {} == case.against("maker", shipped)
    assert "maker" == case.holder("c1", shipped)


def test_a_seller_does_not_take_back_what_the_consignee_signed_for(case):
    shipped = case.ship("maker", "c1", to="buyer")
    received = case.receive("buyer", "c1")
    instead = case.ship("maker", "c1", to="rival")

    assert {"buyer": received} == case.against("maker", shipped)
    assert {"buyer": received} == case.against("maker", shipped, instead)


def test_a_due_date_is_corrected_after_the_receipt(case):
    shipped = case.ship("maker", "c1", to="buyer")
    case.receive("buyer", "c1")
    instead = case.ship("maker", "c1", to="buyer")

    assert {} == case.against("maker", shipped, instead)
    assert "buyer" == case.holder("c1", shipped, instead)


def test_a_receipt_of_less_waits_for_whoever_bought_the_rest(case):
    case.ship("maker", "c1 c2", to="buyer")
    received = case.receive("buyer", "c1 c2")
    case.ship("buyer", "c2", to="shop")
    sold = case.receive("shop", "c2")
    instead = case.receive("buyer", "c1")

    assert {"shop": sold} == case.against("buyer", received, instead)


def test_a_receipt_of_less_is_the_consignees_own_matter_else(case):
    case.ship("maker", "c1 c2", to="buyer")
    received = case.receive("buyer", "c1 c2")
    instead = case.receive("buyer", "c1")

    assert {} == case.against("buyer", received, instead)
    assert ("buyer", "maker") == tuple(case.holder(c, received, instead) for c in ("c1", "c2"))


def test_a_packing_whose_container_travelled_waits_for_whoever_signed_for_that(case):
    packed = case.pack("maker", "c1", into="tray")
    case.ship("maker", "tray", to="buyer")
    received = case.receive("buyer", "tray")

    assert {"buyer": received} == case.against("maker", packed)


def test_a_packing_is_corrected_by_one_into_the_same_container(case):
    """Whoever signed for the container has what it signed for, and more."""
    packed = case.pack("maker", "c1", into="tray")
    case.ship("maker", "tray", to="buyer")
    case.receive("buyer", "tray")
    instead = case.pack("maker", "c1 c2", into="tray")

    assert {} == case.against("maker", packed, instead)
    assert "buyer" == case.holder("c2", packed, instead)


def test_what_a_stranger_claims_builds_on_nothing(case):
    """Else anybody could hold up the correction of anything by saying where it is."""
    case.declare("stranger", "c1")
    case.inspect("customs", "c1", condition="mismatch_instance")

    assert {} == case.against("maker", 0)
    assert None is case.holder("c1", 0)


def test_what_had_no_effect_has_no_say(case):
    case.ship("rival", "c1", to="buyer")
    case.receive("buyer", "c1")

    assert {} == case.against("maker", 0)


def test_what_would_gain_effect_is_no_obstacle(case):
    """The first consistent chain stands; without it, the next does."""
    case.register("shop", "c1")

    assert {} == case.against("maker", 0)
    assert "shop" == case.holder("c1", 0)


def test_a_broker_speaks_for_whoever_it_signed_for():
    case = Case()
    every = frozenset({ActKind.SHIP})
    mandate = Mandate(0, every, BEGIN, BEGIN + 100 * HOUR)
    mandates = {(PARTY + "shop", PARTY + "broker"): mandate}
    case.story.facts = replace(case.story.facts, mandates=mandates)
    case.commission("maker", "c1")
    case.ship("maker", "c1", to="shop")
    received = case.receive("shop", "c1")
    shipped = case.ship("broker", "c1", to="buyer", on_behalf_of="shop")

    assert {"shop": received} == case.against("maker", 1)
    assert {} == case.against("shop", received)
    assert {"shop": shipped} == case.against("broker", received)


# What can differ ---------------------------------------------------------------------------------


def reached(case, target, *instead, written):
    """What is drawn in, by what bears on it: everything here."""
    entries = case.entries(target, *instead)
    scope = Scope(frozenset(items(written)), frozenset(), start_of(entries))
    found = reach(entries, scope)
    return tuple(
        " ".join(sorted(item.removeprefix(ITEM) for item in some))
        for some in (found.written, found.around)
    )


def test_the_search_goes_up_to_all_that_it_was_meant_to_be_in(case):
    case.pack("maker", "c1", into="tray")
    case.pack("maker", "tray", into="pallet")
    case.pack("rival", "c1", into="carton")

    assert ("c1", "carton pallet tray") == reached(case, 0, written="c1")


def test_the_search_goes_down_to_what_went_in_since(case):
    shipped = case.ship("maker", "c1", to="buyer")
    case.pack("maker", "c2", into="tray")

    assert ("c1", "") == reached(case, shipped, written="c1")
    assert ("c2 tray", "") == reached(case, shipped, written="tray")


def test_what_went_in_before_is_asked_of_whoever_keeps_stays(case):
    case.pack("maker", "c1", into="tray")
    shipped = case.ship("maker", "tray", to="buyer")

    assert ("tray", "") == reached(case, shipped, written="tray")


def test_what_a_carrier_repacked_is_decided_as_a_whole(case):
    """The new carton took over the shipment of the first thing in it."""
    shipped = case.ship("maker", "c1 c2", to="buyer", via="carrier")
    case.pack("carrier", "c1 c2", into="carton")
    received = case.receive("buyer", "carton")

    assert ("c1 c2 carton", "") == reached(case, shipped, written="c1")
    assert {"carrier": 2, "buyer": received} == case.against("maker", shipped)


def test_a_container_that_turns_out_to_differ_is_written_too(case):
    """It began with the packing that is taken back."""
    packed = case.pack("maker", "c1", into="tray")
    case.pack("maker", "c2", into="tray")
    entries = case.entries(packed)
    scope = Scope(frozenset(items("c1")), frozenset(items("tray")), start_of(entries))
    retelling = Retelling(entries, scope, dict.fromkeys(range(3), case.story.facts))

    assert items("tray")[0] in retelling.scope().written
