"""Measure Chiptrail against the machine it runs on: ``python -m tests.bench``.

Every figure of speed is a ratio to V, the Ed25519 verifications per second of the whole machine,
read before and after in the same run (``bound``); so it can be compared between machines. Capture
and check are measured on SQLite, and on PostgreSQL where there is a server (``tests.databases``).
The whole takes half an hour, ``--quick`` about five minutes. It exits with 1 where a goal is
missed, or with ``--quick`` where it is missed by far; a figure that ``witness`` does not confirm
stops the run::

    python -m tests.bench --quick --only ingest
"""

import argparse
import itertools
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from tests import databases
from tests.bench import (
    http,
    judgement,
    lookup,
    memory,
    pallet,
    proof,
    recovery,
    size,
    submitters,
    wallet,
    writers,
)
from tests.bench.bound import Block, Bound
from tests.bench.ingest import Filled, ingest
from tests.bench.report import Goal, Line, save, table
from tests.bench.workload import STEPS, Stage, build_stage, workload

T = TypeVar("T")

# What is signed of an event of the profile ``single``, in bytes: its PAE.
MESSAGE_SIZE = 1_180


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured: chips, times and seconds; by how many ms commits are slowed."""

    rounds: int
    reading_s: float
    single: int
    lots: int
    trays: int
    short_log: int
    long_log: int
    dossiers: int
    audits: tuple[int, int]
    slowed_ms: tuple[int, ...]
    pushed: int
    posts: int


FULL = Scale(
    5, 1.0, 3_000, 100_000, 100, 10_000, 100_000, 5_000, (10_000, 100_000), (0, 1, 5), 20_000, 4_000
)
QUICK = Scale(1, 0.5, 2_000, 50_000, 40, 1_000, 10_000, 2_000, (1_500, 3_000), (), 2_000, 400)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of database, *name* as figures end in it, and the goals of capture on it."""

    name: str
    databases: databases.Files | databases.Server
    single: Goal
    lots: Goal
    check: Goal


def _kinds(stack: ExitStack) -> list[Kind]:
    """SQLite, and PostgreSQL on a disk as well, where there is one.

    Raises: RuntimeError when there is none and all is asked for.
    """
    goals = Goal(0.45, reached=0.24), Goal(5.0), Goal(0.4)
    kinds = [Kind("", databases.Files(), *goals)]
    reason = databases.missing()
    if reason is None:
        server = stack.enter_context(databases.serve(in_memory=False))
        goals = Goal(0.35, reached=0.16), Goal(4.0), Goal(0.35)
        kinds.append(Kind(", PostgreSQL", server, *goals))
    elif os.environ.get("CHIPTRAIL_REQUIRE_ALL") == "1":
        raise RuntimeError(reason)
    return kinds


class Run:
    """One run: where it writes, how much it does, and the bound it measures against."""

    def __init__(
        self, folder: Path, scale: Scale, seed: int, bound: Bound, kinds: list[Kind]
    ) -> None:
        self.folder, self.scale, self.seed, self.bound = folder, scale, seed, bound
        self.kinds = kinds

    @cached_property
    def log(self) -> Filled:
        """A log of entries of one serial each, to read from."""
        return ingest(self.fresh("log"), "single", self.scale.single, self.seed)

    def fresh(self, name: str) -> Path:
        """An empty folder *name*."""
        path = self.folder / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir()
        return path

    def blocks(self, kind: Kind, measure: Callable[[Path, str | None], T]) -> list[Block[T]]:
        """What *measure* gives in each round, in an empty folder and database of that *kind*."""

        def block() -> T:
            url = kind.databases.create()
            try:
                return measure(self.fresh("place"), url)
            finally:
                kind.databases.drop(url)

        return [self.bound.around(block) for _ in range(self.scale.rounds)]


def _ratio(name: str, unit: str, goal: Goal | None, blocks: list[Block[float]]) -> Line:
    """The line of a speed per V, from *blocks* that each gave a number per second."""
    sound = [block for block in blocks if not block.is_void] or blocks
    rounds = tuple(block.value / block.per_second for block in sound)
    return Line(
        name,
        statistics.median(rounds),
        f"V {unit}",
        goal,
        rounds,
        is_void=sound is blocks and any(block.is_void for block in blocks),
        details={
            "per_second": statistics.median(block.value for block in sound),
            "v_per_second": statistics.median(block.per_second for block in sound),
        },
    )


def _ingest(run: Run) -> Iterator[Line]:
    for kind in run.kinds:

        def single(folder: Path, url: str | None) -> float:
            filled = ingest(folder, "single", run.scale.single, run.seed, url)
            return filled.entries / filled.seconds

        def lots(folder: Path, url: str | None) -> float:
            filled = ingest(folder, "lot1000", run.scale.lots, run.seed, url)
            return filled.serial_events / filled.seconds

        def together(folder: Path, url: str | None) -> float:
            filled = writers.write_together(folder, url, run.scale.single, run.seed)
            return filled.entries / filled.seconds

        for name, unit, goal, measure in (
            ("capture, one serial an entry", "entries/s", kind.single, single),
            ("capture, lots of 1,000", "serial events/s", kind.lots, lots),
            (f"capture, {writers.WRITERS} processes at once", "entries/s", None, together),
        ):
            yield _ratio(name + kind.name, unit, goal, run.blocks(kind, measure))


def _submitters(run: Run) -> Iterator[Line]:
    for kind, slowed_ms, count in itertools.product(
        run.kinds, run.scale.slowed_ms, submitters.COUNTS
    ):

        def block(
            folder: Path, url: str | None, count: int = count, slowed_ms: int = slowed_ms
        ) -> float:
            return submitters.measure(folder, url, run.seed, count, slowed_ms / 1000)

        slowed = f", commits {slowed_ms} ms slower" if slowed_ms else ""
        name = f"capture one by one, {count} at once{slowed}{kind.name}"
        yield _ratio(name, "entries/s", None, run.blocks(kind, block))


def _pallet(run: Run) -> Iterator[Line]:
    for kind in run.kinds:
        blocks = run.blocks(kind, lambda folder, url: pallet.measure(folder, url, run.seed))
        ratios = tuple(block.value.corrected_s / block.value.captured_s for block in blocks)
        yield Line(
            f"correction of {pallet.CHIPS:,} chips two deep{kind.name}",
            statistics.median(ratios),
            "x their capture",
            Goal(1.5, at_most=True),
            ratios,
        )
        checks = [replace(b, value=pallet.CHIPS / b.value.checked_s) for b in blocks]
        name = f"check of {pallet.CHIPS:,} chips two deep{kind.name}"
        yield _ratio(name, "serials/s", kind.check, checks)


def _proof(run: Run) -> Iterator[Line]:
    filled = run.log
    for name, goal, block in (
        (
            "verify bundles",
            Goal(0.5, reached=0.2),
            lambda: proof.verify_bundles(filled, run.scale.trays),
        ),
        ("audit", Goal(0.5, reached=0.23), lambda: proof.audit_all(filled)),
    ):
        blocks = [run.bound.around(_per_second(block)) for _ in range(run.scale.rounds)]
        yield _ratio(name, "entries/s", goal, blocks)


def _per_second(block: Callable[[], tuple[int, float]]) -> Callable[[], float]:
    def speed() -> float:
        count, seconds = block()
        return count / seconds

    return speed


def _size(run: Run) -> Iterator[Line]:
    ratio = size.bytes_per_json_byte(run.log)
    yield Line("bytes on disk of a one-serial entry", ratio, "x its JSON", Goal(1.5, at_most=True))


def _memory(run: Run) -> Iterator[Line]:
    folder, (few, many) = run.fresh("memory"), run.scale.audits
    stage = build_stage(folder, run.seed)
    memory.fill(stage, range(few))
    before = memory.peak_of_audit(folder)
    memory.fill(stage, range(few, many))
    yield from _recovery(folder, stage, many)
    entries = stage.ledger.head.size
    block = run.bound.once(lambda: memory.timed_audit(folder))
    after, seconds = block.value
    yield _ratio(
        f"audit, {entries:,} entries", "entries/s", None, [replace(block, value=entries / seconds)]
    )
    yield Line(
        f"memory of audit, {many * STEPS:,} entries",
        after / before,
        f"x that of {few * STEPS:,}",
        Goal(1.2, at_most=True),
        details={"bytes": after, "bytes_before": before},
    )


def _recovery(folder: Path, stage: Stage, chips: int) -> Iterator[Line]:
    made = workload(stage, "single", range(chips, chips + recovery.LINES))
    lines = [line.data for line in itertools.islice(made, recovery.LINES)]  # each makes a chip
    found = recovery.measure(folder, lines)
    details = {"seconds": found.opened_s, "fsync_seconds": found.fsync_s}
    name = f"after kill -9, {chips * STEPS:,} entries"
    yield Line(f"open {name}", found.opened_s / found.fsync_s, "fsyncs", details=details)
    details = {"seconds": found.receipt_s, "fsync_seconds": found.fsync_s}
    yield Line(f"first receipt {name}", found.receipt_s / found.fsync_s, "fsyncs", details=details)


def _lookup(run: Run) -> Iterator[Line]:
    short = ingest(run.fresh("short"), "mixed", run.scale.short_log, run.seed)
    long = ingest(run.fresh("long"), "mixed", run.scale.long_log, run.seed)
    before, after = lookup.histories([short, long], run.scale.dossiers, run.seed)
    yield Line(
        f"history p99, {long.serial_events:,} item events",
        after.p99_us / before.p99_us,
        f"x that at {short.serial_events:,}",
        Goal(1.5, at_most=True),
        details={
            "p50_us": after.p50_us,
            "p99_us": after.p99_us,
            "p50_us_before": before.p50_us,
            "p99_us_before": before.p99_us,
        },
    )
    yield Line(
        f"check of {lookup.CHECKED:,} serials", lookup.check_serials(long, run.seed), "serials/s"
    )


def _wallet(run: Run) -> Iterator[Line]:
    times = wallet.measure(build_stage(run.fresh("wallet"), run.seed))
    yield Line(f"balance after {wallet.DRAWS:,} draws", times.total_ms, "ms")
    yield Line(f"overdrawn after {wallet.DRAWS:,} draws", times.walk_ms, "ms")


def _judgement(run: Run) -> Iterator[Line]:
    filled = ingest(run.fresh("judged"), "placed", judgement.CHECKED, run.seed)
    for name, unit, block in (
        ("appraisal of an item's places", "items/s", lambda: judgement.appraisals(filled)),
        ("countries at a border", "sets/s", lambda: judgement.country_sets(run.seed)),
    ):
        yield _ratio(name, unit, None, [run.bound.around(_per_second(block))])
    check = judgement.check_times(filled, run.seed)
    yield Line(
        f"check of {judgement.CHECKED:,} serials, judged",
        check.judged_s / check.bare_s,
        "x the bare query",
        Goal(2.0, at_most=True),
        details={"seconds": check.judged_s, "bare_seconds": check.bare_s},
    )
    taken = judgement.ingest_times(run.fresh("receipts"), run.seed)
    yield Line(
        "capture in hundreds, receipts judged",
        taken.judged_s / taken.bulk_s,
        "x bulk",
        details={"seconds": taken.judged_s, "bulk_seconds": taken.bulk_s},
    )


def _http(run: Run) -> Iterator[Line]:
    pushed = http.push(run.fresh("pushed"), run.seed, run.scale.pushed)
    for name, speed in (("in batches", pushed.batches), ("as NDJSON", pushed.lines)):
        ratio = speed / pushed.captured
        yield Line(f"entries over HTTP {name}", ratio, "x capture in process", Goal(0.6))
    for number, kind in enumerate(run.kinds):
        for clients, reached in http.CLIENTS.items():
            yield _posts(run, kind, clients, Goal(0.35, reached=reached[number]))
    if len(run.kinds) > 1:
        yield _posts(run, run.kinds[1], max(http.CLIENTS), None, workers=2)
    filled = ingest(run.fresh("asked"), "lot1000", max(http.CHECKED), run.seed)
    answered = http.ask(filled, run.scale.trays)
    for name, (outside_s, inside_s) in answered.items():
        yield Line(f"{name} over HTTP", outside_s / inside_s, "x the time in process")
    for name, (page_s, api_s) in http.look(filled, run.scale.trays).items():
        yield Line(f"{name} as a page", page_s / api_s, "x the API", Goal(2.0, at_most=True))


def _posts(run: Run, kind: Kind, clients: int, goal: Goal | None, workers: int = 1) -> Line:
    url = kind.databases.create()
    try:
        count = run.scale.posts
        speeds = http.post_one_by_one(run.fresh("posts"), url, run.seed, count, clients, workers)
    finally:
        kind.databases.drop(url)
    of = "" if workers == 1 else f", {workers} processes"
    details = {"per_second": speeds[0], "trivial_per_second": speeds[1]}
    name = f"single POSTs of {clients} clients{of}{kind.name}"
    return Line(name, speeds[0] / speeds[1], "x a trivial POST", goal, details=details)


BENCHES: dict[str, Callable[[Run], Iterator[Line]]] = {
    "ingest": _ingest,
    "submitters": _submitters,
    "pallet": _pallet,
    "proof": _proof,
    "size": _size,
    "lookup": _lookup,
    "memory": _memory,
    "wallet": _wallet,
    "judgement": _judgement,
    "http": _http,
}


def main() -> int:
    """Run what the command line asks for; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="about five minutes")
    parser.add_argument("--seed", type=int, default=1, help="of the workload")
    parser.add_argument("--only", choices=sorted(BENCHES), help="one of the benches")
    chosen = parser.parse_args()
    scale = QUICK if chosen.quick else FULL
    lines: list[Line] = []
    with (
        tempfile.TemporaryDirectory(prefix="chiptrail-bench-") as folder,
        Bound(MESSAGE_SIZE, scale.reading_s) as bound,
        ExitStack() as servers,
    ):
        run = Run(Path(folder), scale, chosen.seed, bound, _kinds(servers))
        for name, bench in BENCHES.items():
            if chosen.only in (None, name):
                for line in bench(run):
                    lines.append(line)
                    print(f"{line.name}: {line.value:.3g} {line.unit}", file=sys.stderr)
    path = save(lines, {"quick": chosen.quick, "seed": chosen.seed})
    print(f"{table(lines)}\n\n{path}")
    if chosen.quick:
        return int(any(line.is_far_off for line in lines))
    return int(any(line.status == "missed" for line in lines))


if __name__ == "__main__":
    sys.exit(main())
