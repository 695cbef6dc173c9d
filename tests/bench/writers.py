"""Writers: several processes capture into one ledger at once, as the workers of a server do.

The lock is the sequencer (docs/architecture.md, invariant 5): each process parses and verifies its
own batches, then waits for its turn. The chips of one writer are not those of another. All begin
together; what they acknowledged is counted and proved as everywhere::

    filled = write_together(folder, None, chips=2_000, seed=1)
    filled.entries / filled.seconds
"""

import itertools
import multiprocessing
import time
from collections.abc import Sequence
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier
from pathlib import Path

from ledger.service.capture import capture
from ledger.service.ledger import Ledger
from ledger.store.files import DataDirectory
from tests.bench.ingest import Filled, count_created, sample_proofs, write_lines
from tests.bench.witness import MeasuredALie, check_log
from tests.bench.workload import build_stage, ticking

WRITERS = 4
BATCH = 500
_PATIENCE_S = 120


def write_together(folder: Path, url: str | None, chips: int, seed: int) -> Filled:
    """Fill a fresh ledger in *folder* with the workload ``single``, a part from every writer.

    *url* as in ``ingest``.
    Raises: MeasuredALie.
    """
    stage = build_stage(folder / "data", seed, url)
    before = stage.ledger.head.size
    paths = [folder / f"events-{writer}.ndjson" for writer in range(WRITERS)]
    ends = [chips * writer // WRITERS for writer in range(WRITERS + 1)]
    parts = [range(*part) for part in itertools.pairwise(ends)]
    lines = sum(
        write_lines(stage, "single", part, path)[0] for part, path in zip(parts, paths, strict=True)
    )
    acked, seconds = _run(folder / "data", url, paths)
    if acked != lines:
        raise MeasuredALie(f"{lines} submitted, {acked} acknowledged")
    with stage.ledger.database.reading() as connection:
        stage.ledger.renew(connection)
    check_log(folder / "data", url, before + acked, sample_proofs(stage.ledger))
    return Filled(folder / "data", url, stage, acked, acked, seconds, 0)


def _run(folder: Path, url: str | None, paths: Sequence[Path]) -> tuple[int, float]:
    """(entries acknowledged, seconds from the common start until the last has ended)."""
    context = multiprocessing.get_context("spawn")
    begin, counts = context.Barrier(len(paths) + 1), context.SimpleQueue()
    writers = [
        context.Process(target=_write, args=(folder, url, path, begin, counts), daemon=True)
        for path in paths
    ]
    for writer in writers:
        writer.start()
    begin.wait(_PATIENCE_S)
    start = time.perf_counter()
    for writer in writers:
        writer.join()
    seconds = time.perf_counter() - start
    if any(writer.exitcode for writer in writers):
        raise MeasuredALie("a writer failed")
    return sum(counts.get() for _ in writers), seconds


def _write(
    folder: Path, url: str | None, path: Path, begin: Barrier, counts: "SimpleQueue[int]"
) -> None:
    ledger = Ledger.open(DataDirectory(folder), url, clock=ticking())
    lines = path.read_bytes().splitlines()
    begin.wait(_PATIENCE_S)
    batches = (lines[start : start + BATCH] for start in range(0, len(lines), BATCH))
    counts.put(sum(count_created(capture(ledger, batch, actor="bench")) for batch in batches))
    ledger.database.dispose()
