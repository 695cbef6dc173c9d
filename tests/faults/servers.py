"""PostgreSQL and all its processes are killed under eight writers, over and over.

One database goes through all rounds of a case; after each the server starts again by itself, and
the checker reads everything from entry 0. An ack is heard, or it is not: what a writer had not read
when it gave up was not acked.
"""

import os
import signal
import subprocess
import tempfile
import time
from collections import Counter
from contextlib import suppress
from itertools import cycle, islice
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Self

import psycopg

from ledger.service import capture as capturing
from tests import databases
from tests.bench.workload import build_stage, workload
from tests.faults.aftermath import resume
from tests.faults.checker import Seen
from tests.faults.plan import Outcome, Run, hear_all, judge
from tests.faults.stage import Place, Stage
from tests.faults.subject import Program, User, Workload, recovery

WHAT = "kill -9 of PostgreSQL and all its processes"
WRITERS, CHIPS = 8, 500
QUICK, DEEP, CASES = 4, 10, 20


def missing() -> str | None:
    """Why this cannot be done here."""
    if os.environ.get(databases.URL):
        return f"the server of {databases.URL} is not ours to kill"
    return databases.missing()


def cases(of: Run) -> list[str]:
    """A few databases, with many rounds each in a deep run."""
    return [f"postgresql/{n}" for n in range(CASES if of.is_deep else 1)]


def play(of: Run, name: str) -> Outcome:
    """Kill the server so many times."""
    dice, counts, found = of.chance(name), Counter[str](), list[str]()
    with Cluster() as cluster, tempfile.TemporaryDirectory(dir=of.folder) as folder:
        place = _begin(Path(folder), of.seed, cluster.url)
        seen = place.seen()
        for number in range(DEEP if of.is_deep else QUICK):
            before = len(seen.acks)
            _round(place, cluster, seen, dice, of.mutant)
            counts.update(kills=1, acked=len(seen.acks) - before)
            found += [f"{one} (round {number})" for one in judge(place, seen)]
        found += resume(place, seen, Workload(recovery), of.mutant) + judge(place, seen)
    return Outcome(name, counts, tuple(dict.fromkeys(found)))


def _begin(folder: Path, seed: int, url: str) -> Place:
    """A ledger on the server, and what its writers will submit."""
    made = build_stage(folder / "data", seed, url)
    lines = tuple(line.data for line in workload(made, "single", range(CHIPS)))
    fresh = tuple(line.data for line in workload(made, "single", range(CHIPS, CHIPS + 1)))
    note = made.ledger.note().decode()
    made.ledger.database.dispose()
    fab = made.signers["fab"]
    stage = Stage(folder / "data", made.ledger.vkey, note, made.registrar, fab, lines, fresh)
    return Place(folder, stage, url)


def _round(place: Place, cluster: "Cluster", seen: Seen, dice: Random, mutant: str | None) -> None:
    """Let the writers write, until some or all of them are well under way; then kill the server."""
    done = len(seen.acks)
    writers = [Program(_writer(done + n), place, mutant=mutant) for n in range(WRITERS)]
    for writer in writers:
        writer.let_go()
    for writer in writers[: dice.choice((1, WRITERS, WRITERS))]:
        writer.wait_for_a_line()
    time.sleep(dice.uniform(0.01, 0.4))
    cluster.kill()
    for writer in writers:
        hear_all(seen, writer.lines())
    cluster.start()


def _writer(first: int):
    """A user who submits every eighth of what there is, from number *first* on, until it fails."""

    def write(user: User) -> None:
        ledger = user.open()
        lines = user.place.stage.submissions
        for data in islice(cycle(lines), first, len(lines) + first, WRITERS):
            user.hear(ledger, capturing.capture(ledger, [data], actor="user"))

    return write


class Cluster:
    """A server of its own, in memory, at *url*."""

    def __init__(self) -> None:
        self._temporary = tempfile.TemporaryDirectory(prefix="chiptrail-pg-", dir=databases.MEMORY)
        self._folder = Path(self._temporary.name)
        self.url = f"postgresql://chiptrail@/postgres?host={self._folder}"
        self._as = databases.server_user(str(self._folder))
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._run(
            "initdb", "-U", "chiptrail", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"
        ).wait()
        self.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: object, _at: TracebackType | None
    ) -> None:
        self.kill()
        self._temporary.cleanup()

    def start(self) -> None:
        """Start it, and wait until it has recovered."""
        options = ["-k", self._folder, "-c", "listen_addresses=", "-c", "max_connections=100"]
        self._process = self._run("postgres", *options)
        # Its pid file tells of the server that was killed: only an answer is one.
        while True:
            with suppress(psycopg.OperationalError):
                psycopg.connect(self.url).close()
                return
            if self._process.poll() is not None:
                raise RuntimeError((self._folder / "log").read_text(encoding="utf-8"))
            time.sleep(0.01)

    def kill(self) -> None:
        """SIGKILL to the first process and all that it started, and wait until all are gone."""
        assert self._process is not None
        first = self._process.pid
        children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        for pid in [first, *map(int, children)]:
            os.kill(pid, signal.SIGKILL)
        self._process.wait()
        while any(Path(f"/proc/{pid}").exists() and not _is_zombie(pid) for pid in children):
            time.sleep(0.002)

    def _run(self, program: str, *options: str | Path) -> "subprocess.Popen[bytes]":
        with (self._folder / "log").open("ab") as log:
            return subprocess.Popen(
                [databases.binaries() / program, "-D", self._folder / "data", *options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self._folder, **self._as,
            )  # fmt: skip


def _is_zombie(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True
