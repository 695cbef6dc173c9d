"""What is judged on the day of reading: late and missing, open and closed, here and elsewhere."""

from datetime import timedelta

import pytest

from ledger.advice import ACTIONS, MATCH_ACTIONS
from ledger.finding import Closing, Code, Finding
from ledger.judge import (
    Docket,
    Match,
    Shipment,
    Verdict,
    View,
    check_presented,
    judge,
    match_line,
    settle,
    verdict,
    worst,
)
from ledger.rule_files import parse_pack
from tests.architecture import ROOT
from tests.geography import ATLAS
from tests.ledger.custody_story import BEGIN, ITEM, PARTY, Story, closed_in, found_in

PACK = parse_pack((ROOT / "ledger" / "packs" / "base.toml").read_bytes())
DUE = BEGIN + timedelta(days=3)
GRACE = timedelta(days=1)
LATE = DUE + GRACE + timedelta(seconds=1)
CHIP = ITEM + "c1"


@pytest.fixture
def story():
    story = Story()
    story.commission("maker", "c1 c2")
    story.ship("maker", "c1 c2", to="buyer", due_at=DUE)
    return story


def view(story, shipment=None, **rest):
    return View(CHIP, story.state("c1"), shipment=shipment or Shipment(1, DUE), **rest)


def codes(found):
    return [finding.code for finding in found]


# Late and missing --------------------------------------------------------------------------------


def test_a_shipment_past_its_time_and_grace_is_overdue(story):
    (found,) = judge(view(story), PACK, ATLAS, LATE)

    assert (found.code, found.index, found.items) == (Code.OVERDUE, 1, (CHIP,))
    assert found.message == (
        "due at urn:chiptrail:party:buyer on 2026-03-05 09:00 UTC (entry 1), and no receipt is"
        " recorded"
    )


@pytest.mark.parametrize("as_of", [BEGIN, DUE, DUE + GRACE])
def test_a_shipment_within_time_and_grace_is_not(story, as_of):
    assert judge(view(story), PACK, ATLAS, as_of) == ()


def test_a_shipment_without_due_time_is_never_overdue(story):
    assert judge(view(story, Shipment(1, None)), PACK, ATLAS, LATE) == ()


def test_what_was_received_is_not_overdue(story):
    story.receive("buyer", "c1")

    assert judge(view(story), PACK, ATLAS, LATE) == ()


def test_truck_one_of_two_raises_nothing_before_the_time_is_over(story):
    shipment = Shipment(1, DUE, received=(2,))

    assert judge(view(story, shipment), PACK, ATLAS, DUE) == ()


def test_after_the_time_the_rest_of_a_partial_receipt_is_short(story):
    (found,) = judge(view(story, Shipment(1, DUE, received=(2,))), PACK, ATLAS, LATE)

    assert (found.code, found.index, found.cites) == (Code.SHORT, 1, (2,))


def test_a_final_receipt_makes_the_rest_short_at_once(story):
    shipment = Shipment(1, DUE, received=(2, 3), closed_by=3)
    (found,) = judge(view(story, shipment), PACK, ATLAS, BEGIN)

    assert (found.code, found.index, found.cites) == (Code.SHORT, 1, (2, 3))
    assert "signed that shipment 1 is complete (entry 3)" in found.message


def test_an_empty_container_is_not_missed(story):
    shipment = Shipment(1, DUE, received=(2,), closed_by=2)

    assert judge(view(story, shipment, is_empty_container=True), PACK, ATLAS, LATE) == ()


def test_what_is_on_its_way_back_is_due_nowhere(story):
    story.refuse("buyer", "c1")

    assert judge(view(story, Shipment(2, None)), PACK, ATLAS, LATE) == ()


def test_what_is_not_in_view_is_not_judged():
    assert judge(View(CHIP, None, shipment=Shipment(1, DUE)), PACK, ATLAS, LATE) == ()


# Open and closed ---------------------------------------------------------------------------------


def test_a_finding_is_closed_by_the_first_later_closing_of_its_code():
    stolen, lost = Finding(Code.STOLEN, "", 3), Finding(Code.LOST, "", 3)
    closings = [Closing(Code.STOLEN, index) for index in (9, 5, 3, 1)]

    assert [f.closed_by for f in settle([stolen, lost], closings)] == [5, None]


def test_a_closing_without_code_closes_everything_before_it():
    findings = [Finding(Code.FOREIGN_PREFIX, "", 1), Finding(Code.CHALLENGED, "", 2)]

    assert [f.closed_by for f in settle(findings, [Closing(None, 2)])] == [2, None]


def test_what_was_found_again_after_it_was_closed_is_open():
    found = Finding(Code.STOLEN, "", 7)

    assert settle([found], [Closing(Code.STOLEN, 5)]) == (found,)


def test_clearing_a_container_clears_what_it_brought_on_its_contents_only(story):
    stolen = Finding(Code.STOLEN, "", 3)
    cleared = Closing(Code.STOLEN, 5)
    of_item = View(CHIP, story.state("c1"), Docket((stolen,)), (Docket((stolen,), (cleared,)),))

    assert [f.closed_by for f in judge(of_item, PACK, ATLAS, BEGIN)] == [None, 5]


def test_clearing_an_item_clears_what_its_container_brought_on_it(story):
    stolen, cleared = Finding(Code.STOLEN, "", 3), Closing(Code.STOLEN, 5)
    docket = Docket((), (cleared,))
    of_item = View(CHIP, story.state("c1"), docket, (Docket((stolen,)),))

    assert [f.closed_by for f in judge(of_item, PACK, ATLAS, BEGIN)] == [5]


# Verdicts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        ([], Verdict.CLEAR),
        ([Code.DAMAGED], Verdict.CLEAR),
        ([Code.DAMAGED, Code.OVERDUE], Verdict.CHECK),
        ([Code.OVERDUE, Code.STOLEN], Verdict.STOP),
    ],
)
def test_the_verdict_is_the_worst_open_tier(found, wanted):
    assert verdict([Finding(code, "", 1) for code in found], known=True) == wanted


def test_what_is_closed_or_against_an_entry_only_is_no_verdict_on_the_item():
    closed = Finding(Code.STOLEN, "", 1, closed_by=2)
    of_entry = Finding(Code.NOT_HOLDER, "", 1, on_items=False)

    assert verdict([closed, of_entry], known=True) is Verdict.CLEAR


def test_what_is_not_in_view_is_unknown_whatever_is_found():
    assert verdict([Finding(Code.STOLEN, "", 1)], known=False) is Verdict.UNKNOWN


def test_a_container_is_as_bad_as_the_worst_of_its_contents():
    assert worst([Verdict.CLEAR, Verdict.CHECK, Verdict.UNKNOWN]) is Verdict.CHECK
    assert worst([Verdict.UNKNOWN, Verdict.CLEAR]) is Verdict.UNKNOWN
    assert worst([]) is Verdict.CLEAR


def test_a_stolen_tray_found_again_heals_its_chips():
    story = Story()
    story.commission("maker", "c1")
    story.pack("maker", "c1", into="tray")
    assert found_in(story.step, story.act) == set()
    story.report("maker", "tray", status_set="stolen")
    stolen = story.step.findings
    story.clear("maker", "tray", status_unset="stolen")
    inside = (Docket(stolen, story.step.closings),)
    before = judge(View(CHIP, story.state("c1"), containers=(Docket(stolen),)), PACK, ATLAS, BEGIN)
    after = judge(View(CHIP, story.state("c1"), containers=inside), PACK, ATLAS, BEGIN)

    assert closed_in(story.step, story.act) == {("tray", "status/stolen")}
    assert [verdict(found, known=True) for found in (before, after)] == ["stop", "clear"]
    assert codes(after) == [Code.STOLEN]


# Before us ---------------------------------------------------------------------------------------


def test_a_destroyed_item_before_us_is_back_from_the_dead():
    story = Story()
    story.commission("maker", "c1")
    story.destroy("maker", "c1")
    (found,) = check_presented(View(CHIP, story.state("c1")))

    assert (found.code, found.index, found.cites) == (Code.AFTER_TERMINAL, 1, (1,))
    assert found.message == "by entry 1 this item was destroyed, yet it is here"
    assert verdict([found], known=True) is Verdict.STOP


def test_a_live_item_before_us_is_nothing_to_find(story):
    assert check_presented(view(story)) == ()
    assert check_presented(View(CHIP, None)) == ()


LINES = {
    "in the shipment asked for": ("transit", {1}, None, Match.MATCH),
    "in another shipment": ("transit", {5}, None, Match.OTHER_SHIPMENT),
    "received, but presented as shipped": ("held", {1}, None, Match.ELSEWHERE),
    "in transit, nothing asked": ("transit", set(), None, Match.MATCH),
    "in transit, brought by the sender": ("transit", set(), "maker", Match.MATCH),
    "in transit, brought by the consignee": ("transit", set(), "buyer", Match.MATCH),
    "in transit, brought by a stranger": ("transit", set(), "rival", Match.ELSEWHERE),
    "held, brought by the holder": ("held", set(), "buyer", Match.MATCH),
    "held, brought by another": ("held", set(), "maker", Match.ELSEWHERE),
    "held, nothing asked": ("held", set(), None, Match.MATCH),
    "destroyed": ("destroyed", set(), "buyer", Match.ELSEWHERE),
    "unknown": ("unknown", {1}, "buyer", Match.UNKNOWN),
}


@pytest.mark.parametrize(("where", "asked", "by", "wanted"), LINES.values(), ids=LINES)
def test_a_line_of_a_check(story, where, asked, by, wanted):
    if where in ("held", "destroyed"):
        story.receive("buyer", "c1")
    if where == "destroyed":
        story.destroy("buyer", "c1")
    state = None if where == "unknown" else story.state("c1")

    assert match_line(state, frozenset(asked), by and PARTY + by) is wanted


def test_every_finding_and_every_line_has_advice():
    assert set(ACTIONS) == set(Code)
    assert set(MATCH_ACTIONS) == set(Match)


# Held back, too long under way, settled ----------------------------------------------------------


def test_a_clock_that_stood_still_gives_the_time_back(story):
    story.detain("customs", "c1")
    stopped = judge(view(story), PACK, ATLAS, LATE + timedelta(days=9))
    story.recorded_at += timedelta(days=2)
    story.release("customs", "c1", status_unset="detained")
    in_time = judge(view(story), PACK, ATLAS, LATE + timedelta(days=2))

    assert (stopped, in_time) == ((), ())
    assert codes(judge(view(story), PACK, ATLAS, LATE + timedelta(days=2, hours=1))) == [
        Code.OVERDUE
    ]


def test_what_was_late_before_it_was_detained_stays_so(story):
    story.recorded_at = LATE
    story.detain("customs", "c1")

    assert codes(judge(view(story), PACK, ATLAS, LATE + timedelta(days=9))) == [Code.OVERDUE]


def test_goods_without_a_due_time_may_be_under_way_for_so_long(story):
    shipment, began_at = Shipment(1, None), story.recorded_at
    limit = timedelta(days=45)

    assert judge(view(story, shipment), PACK, ATLAS, began_at + limit) == ()
    (found,) = judge(view(story, shipment), PACK, ATLAS, began_at + limit + timedelta(hours=1))
    assert (found.code, found.index) == (Code.DWELL, 1)
    assert found.message == (
        "on its way to urn:chiptrail:party:buyer without a due time, and nothing has happened to it"
        " since 2026-03-02 11:00 UTC (entry 1)"
    )


def test_a_resolution_settles_what_depends_on_the_day(story):
    resolution = Closing(Code.OVERDUE, 9, (CHIP,), entry=1)
    (found,) = judge(view(story, docket=Docket(closings=(resolution,))), PACK, ATLAS, LATE)

    assert (found.code, found.closed_by) == (Code.OVERDUE, 9)


def test_the_resolution_of_another_entry_settles_nothing(story):
    resolution = Closing(Code.OVERDUE, 9, (CHIP,), entry=7)
    (found,) = judge(view(story, docket=Docket(closings=(resolution,))), PACK, ATLAS, LATE)

    assert found.is_open


def test_a_resolution_on_a_pallet_settles_it_for_what_is_inside(story):
    stay = Docket(closings=(Closing(Code.OVERDUE, 9, entry=1),))
    (found,) = judge(view(story, containers=(stay,)), PACK, ATLAS, LATE)

    assert found.closed_by == 9


def test_a_closing_of_one_entry_leaves_the_findings_of_others():
    findings = (Finding(Code.STOLEN, "", 3), Finding(Code.STOLEN, "", 5))
    first, second = settle(findings, [Closing(Code.STOLEN, 8, entry=5)])

    assert (first.closed_by, second.closed_by) == (None, 8)


@pytest.mark.parametrize(
    ("code", "closed_by"), [(Code.REFUSED, 9), (Code.REDIRECTED, 9), (Code.STOLEN, None)]
)
def test_what_arrives_in_a_container_has_arrived(story, code, closed_by):
    """Its own report of theft is not taken back with that."""
    story.receive("buyer", "c1")
    stay = Docket(closings=(Closing(code, 9),))
    own = Docket(findings=(Finding(code, "", 3),))
    (found,) = judge(view(story, docket=own, containers=(stay,)), PACK, ATLAS, LATE)

    assert found.closed_by == closed_by


def test_what_is_cleared_of_a_crate_is_cleared_of_all_in_it(story):
    """The crate was on a pallet that was stolen, and was taken off before it was found."""
    stolen = Finding(Code.STOLEN, "stolen", 5, (ITEM + "pallet",))
    cleared = Closing(Code.STOLEN, 8, (ITEM + "crate",))
    (found,) = judge(
        view(story, containers=(Docket((stolen,)), Docket((), (cleared,)))), PACK, ATLAS, BEGIN
    )

    assert 8 == found.closed_by


def test_what_is_still_said_of_the_item_is_not_cleared_with_a_crate(story):
    story.report("maker", "c1", status_set="stolen")
    stolen = Finding(Code.STOLEN, "stolen", story.index, (ITEM + "pallet",))
    cleared = Closing(Code.STOLEN, 8, (ITEM + "crate",))
    containers = (Docket((stolen,)), Docket((), (cleared,)))
    (found,) = judge(view(story, containers=containers), PACK, ATLAS, BEGIN)

    assert found.is_open
