"""Memory: that of an audit must not grow with the log.

The most that the audit's process and its workers ever held, measured in a process of its own, and
that again when the log is many times as long::

    fill(stage, range(10_000))
    peak_of_audit(folder)            # bytes
"""

import multiprocessing
import os
import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from ledger.service.audit import AuditReport, audit
from ledger.service.capture import capture_stream
from ledger.service.ledger import Ledger
from ledger.store.files import DataDirectory
from tests.bench.ingest import count_created
from tests.bench.witness import MeasuredALie
from tests.bench.workload import STEPS, Stage, ticking, workload

_UNIT = 1 if sys.platform == "darwin" else 1024


def fill(stage: Stage, chips: range) -> None:
    """Capture the histories of *chips*, one serial an entry.

    Raises: MeasuredALie.
    """
    lines = (line.data for line in workload(stage, "single", chips))
    batches = capture_stream(stage.ledger, lines, actor="bench")
    if sum(count_created(outcomes) for outcomes in batches) != len(chips) * STEPS:
        raise MeasuredALie("not everything was acknowledged")


def peak_of_audit(folder: Path) -> int:
    """The most memory that an audit of the SQLite ledger in *folder* takes, in bytes.

    Raises: MeasuredALie.
    """
    return timed_audit(folder)[0]


def timed_audit(folder: Path) -> tuple[int, float]:
    """As ``peak_of_audit``, and the seconds that the audit took.

    Raises: MeasuredALie.
    """
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_audit, folder).result()


def _audit(folder: Path) -> tuple[int, float]:
    ledger = Ledger.open(DataDirectory(folder), clock=ticking())
    start = time.perf_counter()
    *_, report = audit(ledger)
    seconds = time.perf_counter() - start
    if not isinstance(report, AuditReport) or report.problems:
        raise MeasuredALie(f"the audit found {report}")
    ledger.database.dispose()
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    worker = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return (own + worker * (os.cpu_count() or 1)) * _UNIT, seconds
