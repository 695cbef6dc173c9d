"""Do harm to a ledger in every way there is, and see that nothing promised breaks.

``python -m tests.faults`` takes a few minutes, ``--deep`` the better part of an hour and writes
``docs/reliability.md``. Seeds are printed; a violation is printed with the command that repeats it.
What is violated is said by ``checker``, which shares no code with Chiptrail. It exits with 1 when
anything was violated, or a planted fault was not caught::

    python -m tests.faults --seed 7 --only kill
    python -m tests.faults --seed 7 --case kill/capture/pwrite64/17
"""

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.databases import MEMORY
from tests.faults import aside, report
from tests.faults.kinds import KINDS, Kind
from tests.faults.plan import Outcome, Run
from tests.faults.report import Line
from tests.faults.stage import Stages


def main() -> int:
    """Run what the command line asks for; the exit code."""
    chosen = _arguments().parse_args()
    kinds = [chosen.case.split("/")[0]] if chosen.case else chosen.only or list(KINDS)
    where = str(MEMORY) if MEMORY.is_dir() else None
    print(f"seed {chosen.seed}, {'deep' if chosen.deep else 'quick'}", flush=True)
    lines = []
    with tempfile.TemporaryDirectory(prefix="chiptrail-faults-", dir=where) as folder:
        tempfile.tempdir = folder  # also of what the program puts aside: a kill leaves it there
        aside.make_once(Path(folder))
        run = Run(Path(folder), chosen.seed, Stages(Path(folder), chosen.seed), chosen.deep)
        for name in kinds:
            lines.append(_play_all(run, name, chosen))
            print(f"{name}: {lines[-1].summary}", flush=True)
    if chosen.deep and not chosen.case:
        print(report.save(lines))
    is_short = (
        any(line.skipped for line in lines) and os.environ.get("CHIPTRAIL_REQUIRE_ALL") == "1"
    )
    return int(is_short or any(line.violations for line in lines))


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--deep", action="store_true", help="all cases; write docs/reliability.md")
    parser.add_argument("--seed", type=int, default=1, help="of everything that is drawn")
    parser.add_argument("--only", action="append", choices=KINDS, help="faults of this kind")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes at once")
    parser.add_argument("--minutes", type=float, help="stop each kind after so long")
    parser.add_argument("--case", help="one case, by its name")
    return parser


def _play_all(run: Run, name: str, chosen: argparse.Namespace) -> Line:
    """Play the cases of the kind *name*, or the one that was *chosen*."""
    kind, started_at = KINDS[name], time.monotonic()
    counts, violated, states = Counter[str](), 0, set[int]()
    reason = kind.missing()
    if reason is None:
        names = [chosen.case] if chosen.case else kind.cases(run)
        if chosen.minutes:
            run.chance(name).shuffle(names)  # what is left out is spread evenly
        for done, outcome in enumerate(_outcomes(run, kind, names, chosen.jobs), 1):
            _tell(f"{name}: {done:,} of {len(names):,} cases")
            counts += outcome.counts
            violated += bool(outcome.violations)
            states |= outcome.states
            for text in outcome.violations:
                said = f"VIOLATED by {outcome.name}: {text}\n  {_repeat(run, outcome.name)}"
                print(said, flush=True)
            if chosen.minutes and time.monotonic() > started_at + 60 * chosen.minutes:
                counts["cases left out for want of time"] = len(names) - done
                break
    if states:
        counts = Counter({"different states": len(states)}) + counts
    seconds = time.monotonic() - started_at
    return Line(name, kind.WHAT, dict(counts), violated, run.seed, report.commit(), seconds, reason)


def _tell(progress: str) -> None:
    """Show how far it is, where somebody looks."""
    if sys.stderr.isatty():
        print(f"\r{progress}", end="\r", file=sys.stderr, flush=True)


def _outcomes(run: Run, kind: Kind, names: list[str], jobs: int) -> Iterator[Outcome]:
    """Each of *names* played, *jobs* at a time."""
    global _at_work  # noqa: PLW0603 - what every forked process knows from the start
    _at_work = run, kind
    fork = multiprocessing.get_context("fork")
    pool = ProcessPoolExecutor(jobs, mp_context=fork)
    try:
        yield from pool.map(_play, names)
    finally:
        pool.shutdown(cancel_futures=True)


_at_work: tuple[Run, Kind]


def _play(name: str) -> Outcome:
    run, kind = _at_work
    return kind.play(run, name)


def _repeat(run: Run, name: str) -> str:
    """The command that plays the case *name* again."""
    return f"make faults SEED={run.seed} {'DEEP=1 ' if run.is_deep else ''}CASE={name}"


if __name__ == "__main__":
    sys.exit(main())
