"""Proof: how fast bundles verify and how fast a whole log is audited, in entries per second.

A bundle is a chip's: its ten events and the statements that they rest on, each with signature and
inclusion proof, refolded. Bundles are verified as many at a time as there are cores, without a
database. The audit is the one of ``chiptrail audit``, over everything that it looks at. Both as a
ratio to V::

    entries, seconds = verify_bundles(filled, chips=500)
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

_AT_ONCE = 16


def verify_bundles(filled: Filled, chips: int) -> tuple[int, float]:
    """(entries verified, seconds) of one bundle each for *chips* chips of a ``single`` ledger.

    Raises: MeasuredALie; VerificationFailed.
    """
    made = filled.entries // STEPS
    numbers = range(0, made, max(1, made // chips))
    bundles = [make_bundle(filled.stage.ledger, [chip(number)]) for number in numbers]
    batches = [bundles[start : start + _AT_ONCE] for start in range(0, len(bundles), _AT_ONCE)]
    vkey, cores = filled.stage.ledger.vkey, os.cpu_count() or 1
    with ProcessPoolExecutor(cores) as pool:
        list(pool.map(_verify_all, [vkey] * cores, [bundles[:1]] * cores))  # starts the processes
        start = time.perf_counter()
        entries = sum(pool.map(_verify_all, [vkey] * len(batches), batches))
        seconds = time.perf_counter() - start
    if entries < STEPS * len(bundles):
        raise MeasuredALie(f"{len(bundles)} bundles hold {entries} entries")
    return entries, seconds


def _verify_all(vkey: str, bundles: list[bytes]) -> int:
    """How many entries the *bundles* prove together."""
    log = parse_vkey(vkey)
    return sum(len(verify_bundle(data, log).entries) for data in bundles)


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
