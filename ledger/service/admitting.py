"""Admission on every core: the half of a capture that needs no database, a few batches ahead.

for chunk, admissions in admit_in_parallel(ledger, chunks):
...                                    # admissions[i] of chunk[i], or why it is refused
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from ledger.admission import Admitted, Gate, admit_all, unflatten
from ledger.keys import PublicKey
from ledger.registry import Registry
from ledger.service.ledger import Ledger
from ledger.service.workers import in_order
from schemas.errors import Refusal

Admission: TypeAlias = Admitted | Refusal
_Chunk: TypeAlias = tuple[list[bytes], Mapping[str, PublicKey]]


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
    gate = gate_of(ledger, ledger.registry, party)

    def with_news() -> Iterator[_Chunk]:
        for chunk in chunks:
            # Keys enrolled since the workers started travel with the chunk.
            known = ledger.registry.keys
            yield chunk, {keyid: known[keyid].key for keyid in known.keys() - gate.keys.keys()}

    for (chunk, _), flat in in_order(_admit_chunk, with_news(), _start_worker, gate):
        yield chunk, [unflatten(one) if isinstance(one, tuple) else one for one in flat]


_worker_gate: Gate | None = None


def _start_worker(gate: Gate) -> None:
    global _worker_gate  # noqa: PLW0603 - one gate a worker process, set once as it starts
    _worker_gate = gate


def _admit_chunk(given: _Chunk) -> list[tuple[Any, ...] | Refusal]:
    assert _worker_gate is not None
    chunk, news = given
    gate = _worker_gate
    if news:
        gate = gate._replace(keys={**gate.keys, **news})
    admissions = admit_all(chunk, gate)
    return [found.flat() if isinstance(found, Admitted) else found for found in admissions]
