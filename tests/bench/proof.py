"""Proof: how fast bundles verify and how fast a whole log is audited, in entries per second.

A bundle is that of a tray of chips: the ten events of each and the few statements that they rest
on, each with signature and inclusion proof, refolded. (Of one chip it would be mostly statements,
which a process verifies once and remembers.) Bundles are verified without a database, as many at a
time as there are cores. The audit is that of ``chiptrail audit``, over everything. Both as a ratio
to V::

    entries, seconds = verify_bundles(filled, trays=40)
"""

import os
import time
from concurrent.futures import ProcessPoolExecutor

from ledger.note import parse_vkey
from ledger.service.audit import AuditReport, audit
from ledger.service.bundling import make_bundle
from ledger.verify import verify_bundle
from tests.bench.ingest import Filled
from tests.bench.witness import MeasuredALie
from tests.bench.workload import STEPS, chip
from tests.geography import ATLAS

TRAY = 24


def verify_bundles(filled: Filled, trays: int) -> tuple[int, float]:
    """(entries verified, seconds) of the bundles of *trays* trays of a ``single`` ledger.

    Raises: MeasuredALie; VerificationFailed.
    """
    made = filled.entries // STEPS
    chips = [chip(number) for number in range(made)]
    starts = [made * tray // trays for tray in range(trays)]
    bundles = [make_bundle(filled.stage.ledger, chips[start : start + TRAY]) for start in starts]
    vkey, cores = filled.stage.ledger.vkey, os.cpu_count() or 1
    with ProcessPoolExecutor(cores) as pool:
        list(pool.map(_verify, [vkey] * cores, bundles[:cores]))  # starts the processes
        start = time.perf_counter()
        entries = sum(pool.map(_verify, [vkey] * trays, bundles))
        seconds = time.perf_counter() - start
    if entries < STEPS * min(TRAY, made // trays) * trays:
        raise MeasuredALie(f"{trays} bundles hold {entries} entries")
    return entries, seconds


def _verify(vkey: str, bundle: bytes) -> int:
    """How many entries *bundle* proves."""
    return len(verify_bundle(bundle, parse_vkey(vkey), ATLAS).entries)


def audit_all(filled: Filled) -> tuple[int, float]:
    """(entries audited, seconds) of an audit of everything.

    Raises: MeasuredALie.
    """
    start = time.perf_counter()
    *_, report = audit(filled.stage.ledger)
    seconds = time.perf_counter() - start
    if not isinstance(report, AuditReport) or report.problems:
        raise MeasuredALie(f"the audit found {report}")
    if report.entries != filled.stage.ledger.head.size:
        raise MeasuredALie(f"the audit saw {report.entries} entries")
    return report.entries, seconds
