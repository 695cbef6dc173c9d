"""Admission on every core: the half of a capture that needs no database.

for chunk, admissions in admit_in_parallel(ledger, chunks):
...                                    # admissions[i] of chunk[i], or why it is refused

A server has its helpers for it, and what comes in numbers is dealt out to them::

    with helped(ledger):
        admissions = admit_together(ledger, submissions, party)
"""

import logging
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias

from ledger.admission import Admitted, Gate, admit_all, unflatten
from ledger.keys import PublicKey
from ledger.registry import Registry
from ledger.service.ledger import Ledger
from ledger.service.workers import Helpers, in_order
from schemas.errors import Refusal

# From so many on, to send some of them to another process takes less than to admit them here.
MANY = 64
# More helpers would wait for the sequencer, who takes as long for an entry as admission does.
_MOST_HELPERS = 3
_LOG = logging.getLogger(__name__)

Admission: TypeAlias = Admitted | Refusal
_Chunk: TypeAlias = tuple[Sequence[bytes], Mapping[str, PublicKey], str | None]
_Flat: TypeAlias = list[tuple[Any, ...] | Refusal]


def gate_of(ledger: Ledger, registry: Registry, party: str | None) -> Gate:
    """What admission asks of *ledger*, with the keys of *registry*; *party* as in ``Gate``."""
    known = registry.keys
    keys = {keyid: known[keyid].key for keyid in known}
    return Gate(ledger.origin, ledger.verifier, keys, party)


def admit_in_parallel(
    ledger: Ledger, chunks: Iterable[list[bytes]], party: str | None
) -> Iterator[tuple[list[bytes], list[Admission]]]:
    """Each of *chunks* with its admissions, a few ahead of the reader; *party* as in ``Gate``.

    Raises: ReadOnly.
    """
    ledger.demand_writable()
    gate = gate_of(ledger, ledger.registry, None)
    given = ((chunk, _news(ledger, gate), party) for chunk in chunks)
    for (chunk, *_), flat in in_order(_admit_chunk, given, _start_worker, gate):
        yield list(chunk), _unflattened(flat)


# Helpers of a server -----------------------------------------------------------------------------


@contextmanager
def helped(ledger: Ledger) -> Iterator[None]:
    """While the block runs *ledger* has helpers, where there are cores for them.

    To be entered before there are threads.
    """
    count = min(len(os.sched_getaffinity(0)) - 1, _MOST_HELPERS)
    if count == 0 or ledger.tip is None or ledger.stopped is not None:
        yield
        return
    try:
        helpers = Helpers(count, _start_worker, gate_of(ledger, ledger.registry, None))
    except OSError as exc:
        _LOG.warning("helpers=0 why=%r", exc)
        yield
        return
    ledger.helpers = helpers
    try:
        yield
    finally:
        ledger.helpers = None
        helpers.close()


def admit_together(
    ledger: Ledger, submissions: Sequence[bytes], party: str | None
) -> list[Admission]:
    """What ``admit_all`` gives; of many, those helpers of *ledger* take a share who are free."""
    gate = gate_of(ledger, ledger.registry, party)
    helpers = ledger.helpers
    if helpers is None or len(submissions) < MANY:
        return admit_all(submissions, gate)
    # What is sent there and back takes a quarter longer.
    count = helpers.count
    share = len(submissions) * 4 // (count * 4 + 5)
    own = len(submissions) - share * count
    parts = [submissions[start : start + share] for start in range(own, len(submissions), share)]
    news = _news(ledger, helpers.start_with[0])
    begun = [helpers.begin(_admit_chunk, (part, news, party)) for part in parts]
    admitted = admit_all(submissions[:own], gate)
    for part, finish in zip(parts, begun, strict=True):
        flat = None if finish is None else finish()
        admitted += admit_all(part, gate) if flat is None else _unflattened(flat)
    return admitted


# In each process ---------------------------------------------------------------------------------

_worker_gate: Gate | None = None


def _start_worker(gate: Gate) -> None:
    global _worker_gate  # noqa: PLW0603 - one gate a worker process, set once as it starts
    _worker_gate = gate


def _news(ledger: Ledger, gate: Gate) -> dict[str, PublicKey]:
    """The keys that were enrolled since the processes started with *gate*."""
    known = ledger.registry.keys
    return {keyid: known[keyid].key for keyid in known.keys() - gate.keys.keys()}


def _admit_chunk(given: _Chunk) -> _Flat:
    assert _worker_gate is not None
    chunk, news, party = given
    gate = _worker_gate._replace(party=party)
    if news:
        gate = gate._replace(keys={**gate.keys, **news})
    admissions = admit_all(chunk, gate)
    return [found.flat() if isinstance(found, Admitted) else found for found in admissions]


def _unflattened(flat: _Flat) -> list[Admission]:
    return [unflatten(one) if isinstance(one, tuple) else one for one in flat]
