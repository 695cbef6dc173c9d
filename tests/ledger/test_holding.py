from datetime import UTC, datetime

import pytest

from ledger.holding import (
    Custody,
    Holdings,
    ItemState,
    Move,
    Phase,
    Step,
    commit,
    containers_of,
    effective,
    held_by,
)

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
TRANSIT = Custody(Phase.IN_TRANSIT, "sender", "consignee", ("carrier",), 7)


def state(holder="alpha", parent=None, last=0):
    return ItemState(held_by(holder), last, AT, parent=parent, since=None if parent is None else 0)


def test_an_item_nobody_entered_has_no_state():
    assert effective(Holdings(), "chip") is None


def test_a_loose_item_is_what_it_is():
    loose = state()

    assert effective(Holdings({"chip": loose}), "chip") is loose


def test_contents_have_the_outermost_custody_and_the_latest_act_of_all():
    holdings = Holdings(
        {
            "chip": state("alpha", "tray", last=2),
            "tray": state("beta", "pallet", last=9),
            "pallet": state("gamma", last=4),
        }
    )
    seen = effective(holdings, "chip")

    assert list(containers_of(holdings, "chip")) == ["tray", "pallet"]
    assert (seen.custody.holder, seen.last, seen.parent) == ("gamma", 9, "tray")


def test_a_damaged_projection_with_a_circle_hangs_nobody():
    inside = {"c": state(parent="a"), "a": state(parent="b"), "b": state("beta", parent="a")}

    assert list(containers_of(Holdings(inside), "a")) == ["b"]
    assert list(containers_of(Holdings(inside), "c")) == ["a", "b"]
    assert effective(Holdings(inside), "c").custody.holder == "beta"


@pytest.mark.parametrize(
    ("party", "involved", "handles"),
    [
        ("sender", True, False),
        ("consignee", True, False),
        ("carrier", True, True),
        ("stranger", False, False),
    ],
)
def test_the_parties_to_a_shipment(party, involved, handles):
    assert (TRANSIT.involves(party), TRANSIT.is_handled_by(party)) == (involved, handles)
    assert not TRANSIT.is_held_by(party)


def test_a_holder_holds_and_handles():
    custody = held_by("alpha")

    assert custody.is_held_by("alpha")
    assert custody.is_handled_by("alpha")
    assert not custody.involves("beta")


def test_only_things_in_the_same_hands_go_together():
    assert TRANSIT.goes_with(Custody(Phase.IN_TRANSIT, "sender", "consignee", (), 9))
    assert not TRANSIT.goes_with(Custody(Phase.IN_TRANSIT, "sender", "other", (), 7))
    assert not held_by("sender").goes_with(TRANSIT)


def test_commit_writes_states_and_keeps_the_contents():
    holdings = Holdings({"chip": state(), "tray": state()}, {"tray": set()})
    inside = holdings.states["chip"].inside("tray", 3, AT)
    commit(holdings, Step((Move(("chip",), inside, holdings.states["chip"]),)))
    packed = {box: set(items) for box, items in holdings.contents.items()}
    loose = inside.loose(held_by("beta"), 4, AT)
    commit(holdings, Step((Move(("chip",), loose, inside),)))

    assert packed == {"tray": {"chip"}}
    assert holdings.contents == {"tray": set()}
    assert holdings.states["chip"] == loose


def test_equal_states_are_equal_values():
    assert state() == state()
    assert hash(state()) == hash(state())
    assert held_by("alpha") is held_by("alpha")
