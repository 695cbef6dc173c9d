"""A call fails: each of the first hundred calls to the disk, once or from then on; short writes.

A short write is a real one: no file may grow beyond so many bytes, the write that would is cut, and
the next fails. And the other half of each failure: the call did all that it should, and says that
it failed. A fault is never silent: what is acked all the same is there, and when nothing fails
any more, the work goes on.
"""

import errno
import os
import sqlite3
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy

from tests.faults import strace
from tests.faults.aftermath import violations_after
from tests.faults.kill import calls_of, scene
from tests.faults.plan import Outcome, Run, hear_all
from tests.faults.subject import User, run
from tests.faults.workloads import WORKLOADS

WHAT = "a call to the disk fails"
DONE = ("capture", "publish")
# Those of whose calls each fails once.
ONCE = ("shared", "cosign", "witness", "backup", "restore", "recover", "upgrade")
FIRST = 100
FAULTS = {
    "eio": "error=EIO:when={}",
    "eio-on": "error=EIO:when={}+",
    "enospc": "error=ENOSPC:when={}",
    "enospc-on": "error=ENOSPC:when={}+",
}
# A call that is carried out and then fails, in the process itself: strace cannot do that.
DONE_ALL_THE_SAME: dict[str, tuple[object, str, Exception]] = {
    "commit": (
        sqlalchemy.engine.RootTransaction,
        "_do_commit",
        sqlalchemy.exc.OperationalError("COMMIT", {}, sqlite3.OperationalError("disk I/O error")),
    ),
    "rename": (Path, "rename", OSError(errno.EIO, os.strerror(errno.EIO))),
    "fsync": (os, "fsync", OSError(errno.EIO, os.strerror(errno.EIO))),
}
_FAILING = frozenset(strace.CHANGES) - {"flock", "chmod", "fchown"}
# Bytes at which files stop growing: in the checkpoint file, between and amid pages of the log.
SHORT = [*range(0, 200, 40), *(4_096 + 2_731 * n for n in range(95))]


def missing() -> str | None:
    """Why this cannot be done here."""
    return strace.missing()


def cases(of: Run) -> list[str]:
    """Each fault at each of the first hundred calls of each workload, or an even choice."""
    names = []
    for workload in DONE:
        calls = calls_of(of, workload)
        for fault in FAULTS:
            failing = [(c, n) for c, n in calls[:FIRST] if c in _FAILING]
            names += of.some([f"io/{workload}/{fault}/{c}/{n}" for c, n in failing], 5)
        names += of.some([f"io/{workload}/short/write/{size}" for size in SHORT], 10)
        done = [
            f"io/{workload}/done/{call}/{n}" for call in DONE_ALL_THE_SAME for n in range(1, 13)
        ]
        names += of.some(done, 12)
    for workload in ONCE:
        calls = [(c, n) for c, n in calls_of(of, workload)[:FIRST] if c in _FAILING]
        for fault in ("eio", "enospc"):
            names += of.some([f"io/{workload}/{fault}/{c}/{n}" for c, n in calls], 3)
    return names


def play(of: Run, name: str) -> Outcome:
    """Let the call that *name* says fail."""
    _, workload, fault, call, number = name.split("/")
    what = WORKLOADS[workload]
    with scene(of, what) as place:
        seen = place.seen()
        if fault == "done":
            lines = run(_failing(what.act, call, int(number)), place, mutant=of.mutant)
        elif fault == "short":
            lines = run(what.act, place, mutant=of.mutant, most_bytes=int(number))
        else:
            wanted = f"inject={call}:{FAULTS[fault].format(number)}"
            lines = run(what.act, place, attach=[f"trace={call}", wanted], mutant=of.mutant)
        hear_all(seen, lines)
        counts = Counter(cells=1, acked=len(seen.acks), refused=bool(seen.refused))
        return Outcome(name, counts, violations_after(place, seen, what, of.mutant))


def _failing(act: Callable[[User], None], call: str, number: int) -> Callable[[User], None]:
    """*act* in a process whose *call* number *number* says that it failed, though it did not."""

    def planted(user: User) -> None:
        where, name, error = DONE_ALL_THE_SAME[call]
        real, made = getattr(where, name), 0

        def lying(*given: Any, **more: Any) -> Any:
            nonlocal made
            made += 1
            answer = real(*given, **more)
            if made == number:
                raise error
            return answer

        setattr(where, name, lying)
        act(user)

    return planted
