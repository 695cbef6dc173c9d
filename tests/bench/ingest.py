"""Ingest: durable capture with all checks, from lines of NDJSON to receipts.

In-process, as the command line does it, into a fresh ledger: parse, verify, custody, tree, signed
checkpoint, fsync, checkpoint file. What is acknowledged is then counted in the database
and a sample of it proved to ``witness``. Measured as a ratio to V: entries, and for lots serial
events (each serial that an entry names counts once)::

    filled = ingest(folder, "single", chips=2_000, seed=1)
    filled.entries / filled.seconds
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ledger.service.capture import Outcome, Receipt, capture_stream
from ledger.service.ledger import Ledger
from ledger.service.reading import open_tree
from tests.bench.witness import MeasuredALie, check_log
from tests.bench.workload import Stage, build_stage, workload

PROOFS = 200


@dataclass(frozen=True, slots=True)
class Filled:
    """A ledger in *folder* that took *entries* in *seconds*, naming serials *serial_events* times.

    Its database is at *url*, None for SQLite: then *size_before* is that of its file before them.
    """

    folder: Path
    url: str | None
    stage: Stage
    entries: int
    serial_events: int
    seconds: float
    size_before: int


def write_lines(stage: Stage, profile: str, chips: range, path: Path) -> tuple[int, int]:
    """Write the workload as NDJSON to *path*: how many lines, and serials they name together."""
    lines = serials = 0
    with path.open("wb") as file:
        for line in workload(stage, profile, chips):
            file.write(line.data + b"\n")
            lines += 1
            serials += line.serials
    return lines, serials


def ingest(folder: Path, profile: str, chips: int, seed: int, url: str | None = None) -> Filled:
    """Fill a fresh ledger in *folder* with the workload of *profile* and *chips*.

    *url* is that of an empty database, None for an SQLite file in the folder.
    Raises: MeasuredALie.
    """
    stage = build_stage(folder / "data", seed, url)
    before = stage.ledger.head.size
    size_before = 0 if url else (folder / "data" / "ledger.sqlite3").stat().st_size
    path = folder / "events.ndjson"
    lines, serials = write_lines(stage, profile, range(chips), path)
    start = time.perf_counter()
    with path.open("rb") as file:
        batches = capture_stream(stage.ledger, file, actor="bench")
        acked = sum(count_created(outcomes) for outcomes in batches)
    seconds = time.perf_counter() - start
    if acked != lines:
        raise MeasuredALie(f"{lines} submitted, {acked} acknowledged")
    check_log(folder / "data", url, before + acked, sample_proofs(stage.ledger))
    path.unlink()
    return Filled(folder / "data", url, stage, acked, serials, seconds, size_before)


def count_created(outcomes: Sequence[Outcome]) -> int:
    """How many of *outcomes* acknowledge a new entry; everything of the workload is acceptable.

    Raises: MeasuredALie.
    """
    for outcome in outcomes:
        if not isinstance(outcome, Receipt):
            raise MeasuredALie(f"refused: {outcome}") from outcome
        if outcome.findings:
            raise MeasuredALie(f"found: {outcome.findings[0].message}")
    return sum(outcome.created for outcome in outcomes if isinstance(outcome, Receipt))


def sample_proofs(ledger: Ledger) -> dict[int, list[bytes]]:
    """Inclusion paths of entries all over the log, by index."""
    size = ledger.head.size
    with ledger.database.reading() as connection:
        tree = open_tree(connection, ledger.registry, size)
        return {i: tree.inclusion_proof(i) for i in range(0, size, -(-size // PROOFS))}
