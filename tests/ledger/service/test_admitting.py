"""A server's helpers admit their share of what comes in numbers, as it would be admitted here."""

import errno
import multiprocessing
import os
import signal

import pytest

from ledger.admission import Admitted, admit_all
from ledger.service import admitting, workers
from ledger.service.admitting import MANY, admit_together, gate_of, helped
from ledger.service.capture import capture
from schemas.envelope import encode_submission
from schemas.errors import Refusal
from schemas.statement import Role
from tests.openings import opened
from tests.world import CHIPS, party


@pytest.fixture(autouse=True)
def cores(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {0, 1, 2})


def begin(made):
    made.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    made.enroll("shop")


@pytest.fixture
def world(tmp_path):
    return opened(tmp_path, begin)


def lines_of(world, count, who="fab"):
    return [
        encode_submission(
            world.submission(
                who,
                "ObjectEvent",
                {"epcList": [f"{CHIPS}{who}-{number}"]},
                action="ADD",
                bizStep="commissioning",
            )
        )
        for number in range(count)
    ]


def told(admissions):
    """The same of each, with what a refusal says: two errors of one kind are never equal."""
    return [
        (type(one), one.message, one.pointer) if isinstance(one, Refusal) else one
        for one in admissions
    ]


def test_many_are_admitted_as_they_would_be_without_helpers(world):
    lines = lines_of(world, MANY)
    forged = lines[0].replace(b'"sig":"', b'"sig":"AAAA').replace(b'=="}]', b'"}]')
    lines = [*lines, *lines_of(world, 9, "shop"), forged, b"{", *lines[:3]]
    with helped(world.ledger):
        ours = admit_together(world.ledger, lines, party("fab"))

    alone = admit_all(lines, gate_of(world.ledger, world.ledger.registry, party("fab")))
    assert told(alone) == told(ours)
    kinds = [isinstance(one, Admitted) for one in ours]
    assert [True] * MANY + [False] * 11 + [True] * 3 == kinds


def test_every_helper_takes_a_share(world, monkeypatch):
    here = []
    monkeypatch.setattr(admitting, "admit_all", lambda lines, gate: here.extend(lines) or [])
    lines = lines_of(world, MANY)
    with helped(world.ledger):  # forked after that, the helpers give as little
        admit_together(world.ledger, lines, None)

    assert MANY // 3 <= len(here) < MANY // 2
    assert lines[: len(here)] == here


def test_a_key_that_was_enrolled_since_they_started_signs(world):
    with helped(world.ledger):
        world.enroll("late", Role.MAKER)
        found = admit_together(world.ledger, lines_of(world, MANY, "late"), None)

    assert {Admitted} == {type(one) for one in found}


def test_few_are_admitted_here(world):
    with helped(world.ledger):
        world.ledger.helpers.close()
        found = admit_together(world.ledger, lines_of(world, MANY - 1), None)

    assert MANY - 1 == len(found)


def test_where_a_helper_was_killed_everything_is_recorded_all_the_same(world, caplog):
    lines = lines_of(world, MANY)
    with helped(world.ledger):
        os.kill(world.ledger.helpers.begin(pid_of, None)(), signal.SIGKILL)
        outcomes = capture(world.ledger, lines, actor="test")
        assert 1 == world.ledger.helpers.count
        again = capture(world.ledger, lines, actor="test")

    assert [(True, False)] * MANY == [
        (one.created, other.created) for one, other in zip(outcomes, again, strict=True)
    ]
    assert ["helpers=1"] == [record.message.split()[0] for record in caplog.records]
    world.check()


def test_a_helper_that_hangs_is_not_waited_for_longer_than_its_time(world, monkeypatch):
    monkeypatch.setattr(workers, "_PATIENCE_S", 0.1)
    with helped(world.ledger):
        pids = [one.pid for one in multiprocessing.active_children()]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        found = admit_together(world.ledger, lines_of(world, MANY) * 9, None)
        assert 0 == world.ledger.helpers.count
        found += admit_together(world.ledger, lines_of(world, MANY), None)

    assert (MANY * 10, {Admitted}) == (len(found), {type(one) for one in found})
    assert [False, False] == list(map(is_there, pids))


def test_while_all_helpers_are_at_work_it_is_admitted_here(world):
    with helped(world.ledger):
        begun = [world.ledger.helpers.begin(pid_of, None) for _ in range(2)]
        found = admit_together(world.ledger, lines_of(world, MANY), None)
        assert 2 == len({finish() for finish in begun})

    assert MANY == len(found)


def test_the_end_waits_for_no_helper_that_hangs(world):
    with helped(world.ledger):
        pid = world.ledger.helpers.begin(pid_of, None)()
        os.kill(pid, signal.SIGSTOP)

    assert not is_there(pid)


@pytest.mark.parametrize("size", [0, 10_000_000])
def test_a_helper_that_is_killed_while_it_writes_holds_nobody_up(world, size):
    with helped(world.ledger):
        helpers = world.ledger.helpers
        pid = helpers.begin(pid_of, None)()
        other = helpers.begin(pid_of, None)()
        begun = [helpers.begin(bytes, size or 1), helpers.begin(bytes, size or 1)]
        for pipe in helpers._processes:
            assert pipe.poll(10)  # it writes; more than a pipe takes stands still then
        for one in (pid, other):
            os.kill(one, signal.SIGKILL)
        done = [finish() for finish in begun]

    assert [None if size else bytes(1)] * 2 == done


def test_what_a_helper_cannot_do_is_done_here_and_it_goes_on(world):
    with helped(world.ledger):
        helpers = world.ledger.helpers

        assert helpers.begin(int, "no number")() is None
        assert [7, 7, 7] == [helpers.begin(int, "7")() for _ in range(3)]


@pytest.mark.parametrize("how", ["stopped", "tip"])
def test_a_ledger_that_takes_nothing_has_no_helpers(world, how):
    setattr(world.ledger, how, {"stopped": "an old copy", "tip": None}[how])
    with helped(world.ledger):
        assert world.ledger.helpers is None


def test_where_no_process_can_be_had_it_goes_on_without(world, monkeypatch, caplog):
    def refuse(*_args):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(admitting, "Helpers", refuse)
    with helped(world.ledger):
        assert world.ledger.helpers is None
        found = admit_together(world.ledger, lines_of(world, MANY), None)

    assert MANY == len(found)
    assert "Read-only" in caplog.text


def is_there(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def pid_of(_given):
    return os.getpid()


def test_one_core_has_no_helpers(world, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {5})
    with helped(world.ledger):
        assert world.ledger.helpers is None


def test_no_helper_outlives_the_server(world):
    with helped(world.ledger):
        pid = world.ledger.helpers.begin(pid_of, None)()

    assert world.ledger.helpers is None
    assert not is_there(pid)
