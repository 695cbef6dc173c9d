"""The fold over what a bundle shows: only subjects and containers, and nobody else, ever move."""

from datetime import UTC, datetime, timedelta

import pytest

from ledger.account import about, judged
from ledger.act import Act, ActKind, Condition
from ledger.facts import Facts
from ledger.finding import Code
from ledger.notebook import Bearing
from ledger.replay import OTHERS, Placed, Replay
from ledger.rule_files import parse_pack
from ledger.rules import TimeRules
from ledger.service.ledger import load_pack
from tests.geography import ATLAS

CHIP, BOX, TRUCK = "urn:x:chip", "urn:x:box", "urn:x:truck"
AT = datetime(2026, 3, 2, tzinfo=UTC)
WEEK = timedelta(days=7)
FACTS = Facts({"fab": ("urn:x:",)}, {}, TimeRules(WEEK, WEEK))
PACK = parse_pack(load_pack())


def replayed(*acts: Act, containers: tuple[str, ...] = (BOX,)) -> Replay:
    replay = Replay([CHIP], containers)
    for index, one in enumerate(acts, 1):
        replay.take(Placed(index, AT, one, FACTS))
    return replay


def act(kind: ActKind, *items: str, actor: str = "fab", parent: str | None = None, **more) -> Act:
    return Act(kind, actor, AT, items, parent, **more)


MADE = act(ActKind.COMMISSION, CHIP, OTHERS)
PACKED = act(ActKind.PACK, CHIP, OTHERS, parent=BOX)
SHIPPED = act(ActKind.SHIP, BOX, counterparty="shop", due_at=AT)


def test_contents_have_the_custody_of_their_container():
    state = replayed(MADE, PACKED, SHIPPED).told(CHIP).view.state

    assert (state.parent, state.custody.consignee, state.custody.shipment) == (BOX, "shop", 3)


@pytest.mark.parametrize(
    ("items", "parent"), [((OTHERS,), BOX), (("urn:x:other",), BOX), ((), BOX), ((CHIP,), None)]
)
def test_only_an_unpacking_that_names_it_or_nothing_takes_it_out(items, parent):
    opened = act(ActKind.UNPACK, *items, parent=BOX)

    assert replayed(MADE, PACKED, opened).told(CHIP).view.state.parent == (
        None if items in ((), (CHIP,)) else parent
    )


def test_what_others_do_in_the_open_leaves_no_trace():
    step = replayed(MADE).take(Placed(2, AT, act(ActKind.COMMISSION, "urn:x:other"), FACTS))

    assert (step.moves, step.findings) == ((), ())


def test_a_container_that_the_subject_was_never_in_is_passed_over():
    stranger = act(ActKind.PACK, CHIP, actor="thief", parent=TRUCK)
    told = replayed(MADE, stranger).told(CHIP)

    assert told.view.docket.findings == ()
    assert told.bearings == (Bearing(1, None), Bearing(2, None))


def test_nothing_is_told_of_what_its_holder_put_into_a_container_unknown_here():
    told = replayed(MADE, act(ActKind.PACK, CHIP, parent=TRUCK)).told(CHIP)

    assert (told.untold_since, told.view.state, told.view.shipment) == (2, None, None)


def test_with_a_container_all_inside_goes_out_of_sight_and_stays_there():
    loaded = act(ActKind.PACK, BOX, parent=TRUCK)
    told = replayed(MADE, PACKED, loaded, act(ActKind.UNPACK, CHIP, parent=BOX), SHIPPED).told(CHIP)

    assert (told.untold_since, told.view.state) == (3, None)
    assert {bearing.index for bearing in told.bearings} == {1, 2, 3, 4, 5}


def test_what_goes_into_a_container_out_of_sight_is_out_of_sight():
    box = act(ActKind.COMMISSION, BOX)
    told = replayed(MADE, box, act(ActKind.PACK, BOX, parent=TRUCK), PACKED).told(CHIP)

    assert told.untold_since == 4


@pytest.mark.parametrize("before", [PACKED, act(ActKind.DESTROY, CHIP)], ids=["inside", "ended"])
def test_what_cannot_be_packed_stays_in_sight(before):
    told = replayed(MADE, before, act(ActKind.PACK, CHIP, parent=TRUCK)).told(CHIP)

    assert (told.untold_since, told.view.state is None) == (None, False)


def test_an_act_on_a_container_bears_on_what_is_inside():
    unpacked = act(ActKind.UNPACK, CHIP, parent=BOX)
    later = act(ActKind.DECLARE, BOX)
    told = replayed(MADE, PACKED, later, unpacked, later).told(CHIP)

    assert told.bearings[2] == Bearing(3, BOX)
    assert [bearing.index for bearing in told.bearings] == [1, 2, 3, 4]


def test_stays_are_told_apart():
    swapped = act(ActKind.INSPECT, BOX, condition=frozenset({Condition.MISMATCH_INSTANCE}))
    out = act(ActKind.UNPACK, CHIP, parent=BOX)
    told = replayed(MADE, PACKED, swapped, out, PACKED, swapped).told(CHIP)

    assert [docket.findings[0].index for docket in told.view.containers] == [3, 6]


def test_the_arrival_follows_unless_it_is_asserted():
    told = replayed(MADE, act(ActKind.SHIP, CHIP, counterparty="shop", due_at=AT)).told(CHIP)
    late = AT + WEEK

    assert [f.code for f in judged(told, PACK, ATLAS, late)] == [Code.OVERDUE]
    assert judged(told, PACK, ATLAS, late, {Code.OVERDUE}) == ()


def test_a_thing_that_had_contents_is_awaited_by_nobody_who_can_tell():
    box = act(ActKind.PACK, OTHERS, parent=CHIP)
    told = replayed(MADE, box, act(ActKind.SHIP, CHIP, counterparty="shop", due_at=AT)).told(CHIP)

    assert told.view.shipment is None


def test_a_finding_is_about_the_subject_alone():
    replay = replayed(MADE, act(ActKind.SHIP, CHIP, OTHERS, actor="thief", counterparty="shop"))
    found = replay.told(CHIP).view.docket.findings

    assert {one.items for one in found} == {(CHIP,)}
    assert about("urn:x:y", found[0]).items == ("urn:x:y",)


def test_what_is_not_shown_of_a_transformation_is_taken_to_have_been_at_hand():
    """The ledger says if it was not: then the subject is among the unproven."""
    made = act(ActKind.TRANSFORM, "urn:x:die", outputs=(CHIP, "urn:x:other"))

    told = replayed(made).told(CHIP)
    assert (told.view.state.custody.holder, [one.index for one in told.bearings]) == ("fab", [1])


def test_a_transformation_that_took_no_effect_bears_on_what_should_have_come_out():
    told = replayed(MADE, act(ActKind.TRANSFORM, "urn:x:die", outputs=(CHIP,))).told(CHIP)

    assert [found.code for found in told.view.docket.findings] == [Code.ALREADY_EXISTS]
    assert [one.index for one in told.bearings] == [1, 2]
