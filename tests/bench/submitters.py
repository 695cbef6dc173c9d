"""Submitters: many who each send one entry and wait for its receipt before they send the next.

They are threads of one process, as those of a server are, each with chips of its own. A disk that
takes longer is made up by a wait before every commit, in the transaction::

    measure(folder, None, seed=1, submitters=16, slowed_s=0.001)     # entries per second
"""

import itertools
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy
from sqlalchemy import Engine, event

from ledger.service.capture import capture
from tests.bench.ingest import count_created, sample_proofs
from tests.bench.witness import MeasuredALie, check_log
from tests.bench.workload import build_stage, workload

COUNTS = (1, 16, 64)
CHIPS = max(COUNTS)


def measure(folder: Path, url: str | None, seed: int, submitters: int, slowed_s: float) -> float:
    """Entries per second that *submitters* get receipts for, commits being slowed by *slowed_s*.

    *url* as in ``ingest``.
    Raises: MeasuredALie.
    """
    stage = build_stage(folder / "data", seed, url)
    before = stage.ledger.head.size
    ends = [CHIPS * one // submitters for one in range(submitters + 1)]
    parts = [
        [line.data for line in workload(stage, "single", range(*part))]
        for part in itertools.pairwise(ends)
    ]

    def submit(lines: list[bytes]) -> int:
        return sum(count_created(capture(stage.ledger, [one], actor="bench")) for one in lines)

    with _slowed(slowed_s), ThreadPoolExecutor(submitters) as threads:
        start = time.perf_counter()
        acked = sum(threads.map(submit, parts))
        seconds = time.perf_counter() - start
    if acked != sum(map(len, parts)):
        raise MeasuredALie(f"{sum(map(len, parts))} submitted, {acked} acknowledged")
    check_log(folder / "data", url, before + acked, sample_proofs(stage.ledger))
    return acked / seconds


@contextmanager
def _slowed(seconds: float) -> Iterator[None]:
    """Every commit of this process takes so much longer while the block runs."""

    def wait(_connection: sqlalchemy.Connection) -> None:
        time.sleep(seconds)

    if not seconds:
        yield
        return
    event.listen(Engine, "commit", wait)
    try:
        yield
    finally:
        event.remove(Engine, "commit", wait)
