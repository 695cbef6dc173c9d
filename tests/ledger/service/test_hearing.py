"""What changes nothing is said to whoever signs it, as far as it may see."""

from datetime import timedelta

import pytest

from ledger.service.capture import Receipt, capture
from schemas.envelope import encode_submission
from schemas.statement import Concurrence, Erasure, Resolution, Role
from tests.openings import opened
from tests.world import CHIPS, party

PLACE = {"chiptrail:location": {"latitude": 1.3, "longitude": 103.8, "accuracyM": 50}}


def begin(world):
    world.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    world.enroll_all({"shop": [], "spy": [], "customs": [Role.INSPECTOR]})


@pytest.fixture
def world(tmp_path, url):
    return opened(tmp_path, begin, checking=False, url=url)


@pytest.fixture
def chips(world):
    chips = world.chips(2)
    world.commission("fab", chips)
    return chips


@pytest.fixture
def waiting(world, chips):
    """A correction of a shipment that the shop has received: it waits for the shop."""
    shipped = world.ship("fab", chips, to="shop")
    world.receive("shop", chips)
    return world.correct("fab", shipped)


@pytest.fixture
def counting(world, chips):
    """A correction that nobody has to agree to."""
    return world.correct("fab", world.declare("fab", chips))


def test_who_is_waited_for_changes_something(world, waiting):
    assert None is world.concur("shop", waiting).why_idle


def test_an_agreement_counts_once(world, waiting):
    first = world.concur("shop", waiting)

    assert f"{party('shop')} agreed already, in entry {first.index}" == (
        world.concur("shop", waiting).why_idle
    )


def test_who_sees_it_is_told_whom_it_waits_for(world, waiting):
    assert f"entry {waiting.index} waits for {party('shop')}, and not for {party('customs')}" == (
        world.concur("customs", waiting).why_idle
    )


def test_a_correction_that_counts_waits_for_nobody(world, counting):
    assert f"entry {counting.index} waits for nobody" == world.concur("fab", counting).why_idle


def test_what_is_no_correction_corrects_nothing(world, chips):
    declared = world.declare("fab", chips)

    assert f"entry {declared.index} corrects nothing" == world.concur("fab", declared).why_idle


def test_who_sees_nothing_of_it_is_told_the_same_as_of_what_is_not_there(world, waiting, counting):
    declared = world.declare("fab", world.chips(1))
    nowhere = world.say("spy", Concurrence, correction=b"\0" * 32)
    told = {world.concur("spy", one).why_idle for one in (waiting, counting, declared)}

    assert {f"nothing that {party('spy')} may see waits for it"} == {*told, nowhere.why_idle}


def test_who_corrects_what_left_its_view_learns_nothing_by_agreeing_with_itself(world, waiting):
    assert f"nothing that {party('fab')} may see waits for it" == (
        world.concur("fab", waiting).why_idle
    )


def test_a_trial_gives_nobody_a_view(world):
    """Of a number that may exist: registered, declared wrong, agreed with, and nothing recorded."""
    number = "urn:box:1"
    wrong = world.declare("spy", [number])
    correction = world.correct("spy", wrong)
    batch = [
        world.submission("spy", "ObjectEvent", {"epcList": [number]}, action="ADD",
                         bizStep="urn:chiptrail:bizstep:registering"),
        world.statement("spy", Concurrence, correction=correction.identity),
    ]  # fmt: skip
    told = capture(world.ledger, [*map(encode_submission, batch)], actor="spy", dry_run=True)[1]

    assert isinstance(told, Receipt)
    assert None is told.why_idle


# Resolutions -------------------------------------------------------------------------------------


@pytest.fixture
def stolen(world, chips):
    return world.report("fab", chips, "stolen")


def test_what_is_found_and_open_is_settled(world, stolen):
    assert None is world.resolve("customs", stolen, "status/stolen").why_idle


def test_what_is_not_found_is_named_with_what_is(world, stolen):
    assert f"entry {stolen.index} has no such finding, it has these: status/stolen" == (
        world.resolve("customs", stolen, "status/lost").why_idle
    )


def test_so_is_what_is_not_found_on_the_items_that_are_given(world, chips, stolen):
    other = world.report("fab", chips[:1], "urn:chiptrail:disp:lost")
    told = world.resolve("customs", other, "status/lost", chips[1:]).why_idle

    assert f"entry {other.index} has no such finding on these items, and none that is open" == told


def test_what_is_not_late_yet_is_settled_in_advance(world, chips):
    shipped = world.ship("fab", chips, to="shop", due_in=timedelta(days=2))

    assert f"entry {shipped.index} has no such finding yet; once it has, this settles it" == (
        world.resolve("customs", shipped, "custody/overdue").why_idle
    )


def test_what_was_settled_is_not_settled_again(world, stolen):
    first = world.resolve("registrar", stolen, "status/stolen")

    assert f"entry {first.index} has settled that already" == (
        world.resolve("customs", stolen, "status/stolen").why_idle
    )


def test_who_is_not_heard_is_told_the_same_whatever_it_names(world, stolen):
    nowhere = {"entry": b"\0" * 32, "code": "status/stolen", "reason": "x"}
    told = {
        world.resolve("spy", stolen, "status/stolen").why_idle,
        world.say("spy", Resolution, **nowhere).why_idle,
    }

    assert {"only the registrar and inspectors settle what was found"} == told


def test_nobody_settles_what_it_signed_itself(world, chips):
    seized = world.detain("customs", chips)

    assert f"entry {seized.index} is {party('customs')}'s own, which others have to judge" == (
        world.resolve("customs", seized, "status/detained").why_idle
    )


# Erasures ----------------------------------------------------------------------------------------


def test_what_was_disclosed_is_erased_once(world, chips):
    withheld = world.declare("fab", chips, **PLACE, withheld=["chiptrail:location"])
    first = world.erase("fab", withheld)

    assert None is first.why_idle
    assert f"entry {first.index} erased that already" == world.erase("fab", withheld).why_idle


def test_nobody_learns_whose_an_entry_is_by_erasing(world, chips):
    withheld = world.declare("fab", chips, **PLACE, withheld=["chiptrail:location"])
    nowhere = {"entry": b"\0" * 32, "digests": ("A" * 43,), "reason": "x"}
    told = {world.erase("spy", withheld).why_idle, world.say("spy", Erasure, **nowhere).why_idle}

    assert {
        f"{party('spy')} signed no such entry, and only the registrar erases for others"
    } == told


# Corrections again -------------------------------------------------------------------------------


def test_a_second_correction_says_whose_place_it_takes(world, chips):
    wrong = world.declare("fab", chips)
    first, second = world.correct("fab", wrong), world.correct("fab", wrong)

    assert [None, (wrong.index, first.index)] == [first.replaces, second.replaces]
