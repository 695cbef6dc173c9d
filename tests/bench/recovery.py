"""Recovery: a program that writes is killed with SIGKILL; how soon does the next one go on?

Two times of the next: until it has opened the ledger and answers, and until its first entry has a
receipt, for which it first goes through what is stored (``ledger.service.scrub``). The measure is
one fsync of the same disk, the least that any entry takes::

    recovered = measure(folder, lines)
    recovered.opened_s / recovered.fsync_s
"""

import os
import signal
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ledger.service.capture import capture
from ledger.service.ledger import Ledger
from ledger.store.files import DataDirectory
from tests.bench.ingest import count_created
from tests.bench.witness import MeasuredALie
from tests.bench.workload import ticking

LINES, FSYNCS = 20, 50
_BLOCK = bytes(4096)


@dataclass(frozen=True, slots=True)
class Recovered:
    """Seconds until the ledger was open, until its first receipt, and those of one fsync."""

    opened_s: float
    receipt_s: float
    fsync_s: float


def measure(folder: Path, lines: Sequence[bytes]) -> Recovered:
    """Kill whoever captures all *lines* but the last into the SQLite ledger in *folder*; recover.

    Raises: MeasuredALie.
    """
    _kill_amid(folder, lines[:-1])
    start = time.perf_counter()
    ledger = Ledger.open(DataDirectory(folder), clock=ticking())
    opened = time.perf_counter()
    created = count_created(capture(ledger, lines[-1:], actor="bench"))
    acked = time.perf_counter()
    if ledger.stopped is not None or created != 1:
        raise MeasuredALie(f"after a kill: {ledger.stopped or 'it was there already'}")
    ledger.database.dispose()
    return Recovered(opened - start, acked - start, _fsync_s(folder))


def _kill_amid(folder: Path, lines: Sequence[bytes]) -> None:
    """Let another process capture *lines* one by one, and kill it after the first receipt."""
    heard, told = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            ledger = Ledger.open(DataDirectory(folder), clock=ticking())
            for line in lines:
                capture(ledger, [line], actor="bench")
                os.write(told, b"!")
        finally:
            os._exit(1)
    os.close(told)
    with os.fdopen(heard, "rb", buffering=0) as pipe:
        if pipe.read(1) != b"!":
            raise MeasuredALie("nothing was captured before the kill")
        os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def _fsync_s(folder: Path) -> float:
    """The median time of making a page durable on the disk of *folder*."""
    path = folder / "fsync"
    times = []
    with path.open("wb", buffering=0) as file:
        for _ in range(FSYNCS):
            start = time.perf_counter()
            file.write(_BLOCK)
            os.fsync(file.fileno())
            times.append(time.perf_counter() - start)
    path.unlink()
    return statistics.median(times)
