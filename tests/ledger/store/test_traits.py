"""What few states have, written and read back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ledger.holding import Beginning, Custody, ItemState, Mark, Phase, held_by
from ledger.store.traits import read_traits, write_traits
from ledger.title import Gift, Offer

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
PLAIN = ItemState(held_by("maker"), 3, AT)
SENT = Custody(Phase.IN_TRANSIT, "maker", "buyer", ("tern", "skua"), 7, departed=True)
FULL = replace(SENT, owner="bank", user="lab", redirected=True, paused=timedelta(milliseconds=5))
MARKS = (
    Mark("stolen", "tern", 8, AT),
    Mark("seized", "customs", 9, AT, FULL),
    Mark("seized", "police", 10, AT, held_by("customs")),
)
WAY = ("owner", "user", "sender", "redirected", "paused")
STATES = {
    "registered": replace(PLAIN, registered=True),
    "emptied": replace(PLAIN, emptied=True),
    "begun": replace(PLAIN, begun=Beginning("tern", 4, AT)),
    "marked": replace(PLAIN, marks=MARKS),
    "owned": replace(PLAIN, gifts=(Gift(4, "bank", None, None, "maker"),), since_gifts=(1, 4)),
    "offered": replace(PLAIN, offers=(Offer("maker", "bank", 5), Offer("maker", "lab", 5, True))),
    "sent": replace(PLAIN, custody=FULL),
    "delivered": replace(PLAIN, custody=replace(FULL, phase=Phase.HELD, sender="maker")),
}


@pytest.mark.parametrize("state", [PLAIN, replace(PLAIN, custody=SENT)])
def test_most_states_have_nothing_of_it(state):
    assert write_traits(state) is None


@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
def test_what_is_written_is_read_back(state):
    way, *rest = read_traits(write_traits(state))
    had = {name: getattr(state.custody, name) for name in WAY}
    names = ("marks", "gifts", "offers", "since_gifts", "registered", "emptied", "begun")

    assert {name: way.get(name, getattr(SENT, name)) for name in WAY} == had
    assert rest == [getattr(state, name) for name in names]
