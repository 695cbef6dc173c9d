"""Lookup: one chip's history as the log grows, and the check of a customs officer's list.

The history is the whole dossier: state, verdict, findings and the ten events parsed. What counts
is that it does not slow down as the log grows: its p99 at ten times the item events against that
before, the two asked in turn, so that whatever else the machine does slows both. The check presents
10,000 serials at once::

    before, after = histories([short, long], count=2_000, seed=1)
    after.p99_us / before.p99_us
"""

import random
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

from ledger.judge import Match
from ledger.service.query import check, dossier
from tests.bench.ingest import Filled
from tests.bench.witness import MeasuredALie
from tests.bench.workload import STEPS, chip

CHECKED = 10_000
_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Times:
    """How long one history took, in microseconds: half of them less, and 99 in 100 less."""

    p50_us: float
    p99_us: float


def histories(logs: Sequence[Filled], count: int, seed: int) -> list[Times]:
    """Times of *count* dossiers of chips chosen at random, for each of *logs*.

    Taken in five rounds, of whose percentiles each is the median.
    Raises: MeasuredALie.
    """
    chance = random.Random(seed)
    rounds: list[list[Times]] = [[] for _ in logs]
    for _ in range(_ROUNDS + 1):
        taken: list[list[float]] = [[] for _ in logs]
        for _ in range(count // _ROUNDS):
            for times, filled in zip(taken, logs, strict=True):
                number = chance.randrange(filled.serial_events // STEPS)
                times.append(_time_of(filled, number))
        for found, times in zip(rounds, taken, strict=True):
            found.append(_percentiles(times))
    # The first round fills the caches, as on a server that has been running.
    return [
        Times(
            statistics.median(times.p50_us for times in found[1:]),
            statistics.median(times.p99_us for times in found[1:]),
        )
        for found in rounds
    ]


def _percentiles(times: list[float]) -> Times:
    times.sort()
    return Times(times[len(times) // 2], times[len(times) * 99 // 100])


def _time_of(filled: Filled, number: int) -> float:
    start = time.perf_counter()
    found = dossier(filled.stage.ledger, chip(number))
    taken = time.perf_counter() - start
    if len(found.steps) != STEPS:
        raise MeasuredALie(f"chip {number} has {len(found.steps)} steps, want {STEPS}")
    return taken * 1e6


def check_serials(filled: Filled, seed: int) -> float:
    """Serials per second of one check of 10,000, or of all if there are fewer.

    Raises: MeasuredALie.
    """
    made = filled.serial_events // STEPS
    chosen = random.Random(seed).sample(range(made), min(CHECKED, made))
    texts = [chip(number).rpartition("/")[2] for number in chosen]
    start = time.perf_counter()
    checked = check(filled.stage.ledger, texts)
    seconds = time.perf_counter() - start
    if len(checked.lines) != len(texts) or checked.answers[Match.UNKNOWN]:
        raise MeasuredALie(f"of {len(texts)} serials the check answers {dict(checked.answers)}")
    return len(texts) / seconds
