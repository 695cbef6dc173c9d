"""Lookup: one chip's history as the log grows, and the check of a customs officer's list.

The history is the whole dossier: state, verdict, findings and the ten events parsed. What counts
is that it does not slow down as the log grows: its p99 at ten times the item events against that
before. The check presents 10,000 serials at once::

    times = histories(filled, count=2_000, seed=1)
    times.p50_us, times.p99_us
"""

import random
import time
from dataclasses import dataclass

from ledger.judge import Match
from ledger.service.query import check, dossier
from tests.bench.ingest import Filled
from tests.bench.witness import MeasuredALie
from tests.bench.workload import STEPS, chip

CHECKED = 10_000


@dataclass(frozen=True, slots=True)
class Times:
    """How long one history took, in microseconds: half of them less, and 99 in 100 less."""

    p50_us: float
    p99_us: float


def histories(filled: Filled, count: int, seed: int) -> Times:
    """Times of *count* dossiers of chips chosen at random.

    Raises: MeasuredALie.
    """
    made = filled.serial_events // STEPS
    chosen = random.Random(seed).choices(range(made), k=count)
    for number in chosen[: count // 10]:  # as on a server that has been running
        dossier(filled.stage.ledger, chip(number))
    taken = sorted(_time_of(filled, number) for number in chosen)
    return Times(taken[count // 2], taken[count * 99 // 100])


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
