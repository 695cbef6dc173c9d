"""Jobs run in processes of their own, a few ahead, and give their results in order."""

import gc
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ledger.service.workers import Helpers, in_order
from schemas.errors import CannotOpen


def double(number):
    return 2 * number, os.getpid()


started_with = {}


def begin(value):
    started_with["value"] = value


def add(number):
    return started_with["value"] + number


def fail(number):
    raise ValueError(number)


def die(number):
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_worker_that_is_killed_is_an_error_of_ours():
    with pytest.raises(CannotOpen, match="a worker process was killed"):
        list(in_order(die, range(20)))


def test_results_come_in_the_order_of_the_inputs_from_other_processes():
    found = list(in_order(double, iter(range(20))))

    assert [(n, 2 * n) for n in range(20)] == [(n, doubled) for n, (doubled, _) in found]
    assert os.getpid() not in {pid for _, (_, pid) in found}


def test_every_process_starts_with_what_it_is_given():
    assert [(1, 41), (2, 42)] == list(in_order(add, [1, 2], begin, 40))


def test_helpers_work_on_parts_of_what_they_were_started_with():
    helpers = Helpers(2, begin, 40)
    begun = [helpers.begin(add, number) for number in range(2)]

    assert helpers.begin(add, 2) is None  # nobody is free
    assert [40, 41] == [finish() for finish in begun]
    assert [42, 43, 44] == [helpers.begin(add, number)() for number in range(2, 5)]
    helpers.close()


def test_inputs_are_taken_only_a_few_ahead_of_the_reader():
    taken = []
    results = in_order(double, (taken.append(n) or n for n in range(100)))
    next(results)
    results.close()

    assert len(taken) <= (os.cpu_count() or 1) + 4


def test_collections_are_as_usual_again_when_it_ends():
    before = gc.get_threshold()
    list(in_order(double, [1]))

    assert before == gc.get_threshold()


def test_what_a_job_raises_is_raised_to_the_reader():
    with pytest.raises(ValueError, match="7"):
        list(in_order(fail, [7]))


# In a process of its own --------------------------------------------------------------------------

PARENT = """
import os, signal
from tests.ledger.service.test_workers import Helpers, begin, double, in_order
{made}
print("begun", flush=True)
{then}
signal.pause()
"""
IN_ORDER = "results = in_order(double, range(100)); next(results)"
HELPERS = "helpers = Helpers(2, begin, 40); helpers.begin(double, 1)()"
ROOT = Path(__file__).parents[3]


def is_at_end(pipe):
    """Whether everybody who could write to *pipe* has let go of it, within three seconds."""
    return bool(select.select([pipe], [], [], 3)[0]) and os.read(pipe, 100) == b""


@pytest.fixture
def begin_parent():
    """Start a parent whose workers wait for more; the pipe is open as long as one of them lives."""
    reader, writer = os.pipe()
    started = []

    def begin_parent(then="", made=IN_ORDER):
        command = [sys.executable, "-c", PARENT.format(then=then, made=made)]
        parent = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, pass_fds=[writer]
        )
        started.append(parent)
        os.close(writer)
        assert parent.stdout.readline() == b"begun\n"
        return parent, reader

    yield begin_parent
    for parent in started:
        parent.kill()
        parent.wait()
        parent.stdout.close()
    os.close(reader)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("made", [IN_ORDER, HELPERS])
def test_workers_end_with_a_parent_that_is_killed(begin_parent, how, made):
    parent, alive = begin_parent(made=made)
    assert select.select([alive], [], [], 0)[0] == []
    parent.send_signal(how)

    assert (is_at_end(alive), is_at_end(parent.stdout.fileno())) == (True, True)


def test_workers_do_not_hold_the_output_of_their_parent(begin_parent):
    parent, alive = begin_parent(then="os.close(1)")

    assert is_at_end(parent.stdout.fileno())
    assert (parent.poll(), select.select([alive], [], [], 0)[0]) == (None, [])
