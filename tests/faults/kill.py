"""kill -9 as the program is about to make each of the calls by which it changes a file."""

import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from tests.faults import strace
from tests.faults.aftermath import violations_after
from tests.faults.plan import Outcome, Run, hear_all
from tests.faults.stage import Place
from tests.faults.subject import Workload, run
from tests.faults.workloads import WORKLOADS

WHAT = "kill -9 at a system call"
MOST = 300  # of a workload that has more, an even choice
_LINE = re.compile(r"^(\d+) +(\w+)\(")


def missing() -> str | None:
    """Why this cannot be done here."""
    return strace.missing()


def cases(of: Run) -> list[str]:
    """Every call of every workload, or an even choice."""
    names = []
    for name in WORKLOADS:
        points = [f"kill/{name}/{call}/{n}" for call, n in calls_of(of, name)]
        points = points[:: max(1, len(points) // MOST)]
        names += of.some(points, 10)
    return names


def play(of: Run, name: str) -> Outcome:
    """Kill the workload at the call that *name* says."""
    _, workload, call, number = name.split("/")
    what = WORKLOADS[workload]
    with scene(of, what) as place:
        seen = place.seen()
        fault = [f"trace={call}", f"inject={call}:signal=SIGKILL:when={number}"]
        hear_all(seen, run(what.act, place, attach=fault, mutant=of.mutant))
        acked = len(seen.acks)
        found = violations_after(place, seen, what, of.mutant)
    return Outcome(name, Counter(points=1, acked=acked), found)


@contextmanager
def scene(of: Run, workload: Workload) -> Iterator[Place]:
    """A place in which *workload* can begin."""
    with of.stages.copy(workload.stage, empty=workload.is_empty) as place:
        told = workload.prepare(place) if workload.prepare is not None else []
        yield replace(place, told=tuple(told))


@lru_cache(maxsize=32)
def calls_of(of: Run, workload: str) -> list[tuple[str, int]]:
    """The calls of *workload* that change anything, in order: (name, how many of that name so far).

    Of several processes each counts for itself, as strace does; a pair is there once.
    """
    with scene(of, WORKLOADS[workload]) as place, tempfile.TemporaryDirectory() as folder:
        trace = Path(folder) / "trace"
        changes = [f"trace={','.join(strace.CHANGES)}"]
        run(WORKLOADS[workload].act, place, attach=changes, trace=trace, mutant=of.mutant)
        made = Counter[tuple[str, str]]()
        calls = {}
        with trace.open(encoding="ascii") as lines:
            for line in lines:
                if found := _LINE.match(line):
                    made[found.group(1, 2)] += 1
                    calls[found[2], made[found.group(1, 2)]] = None
    return list(calls)
