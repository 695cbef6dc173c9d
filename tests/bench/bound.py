"""V: the Ed25519 verifications per second that this machine can do, with all cores.

PyNaCl's own ``crypto_sign_open`` over messages as long as the workload's, in one process a core:
the physical bound of ingest and of audit. Every block is measured between two readings of V in the
same run, and its ratio is to their mean; if V moved by more than ``MOST_DRIFT``, the machine did
something else meanwhile, and the block is measured again, then void::

    with Bound(message_size=1_200) as bound:
        block = bound.around(lambda: capture_everything())
        block.value.entries_per_s / block.per_second
"""

import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Generic, Self, TypeVar

from nacl.bindings import crypto_sign, crypto_sign_open, crypto_sign_seed_keypair

MOST_DRIFT = 0.15
ATTEMPTS = 3
_AT_ONCE = 64

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Block(Generic[T]):
    """What a block gave, and V around it; *is_void* where V moved too much every time."""

    value: T
    before: float
    after: float

    @property
    def per_second(self) -> float:
        """V, as the mean of the two readings."""
        return (self.before + self.after) / 2

    @property
    def is_void(self) -> bool:
        """Whether V moved by more than a reading may."""
        return abs(self.after - self.before) > MOST_DRIFT * max(self.after, self.before)


class Bound:
    """Reads V; *seconds* is how long a reading takes."""

    def __init__(self, message_size: int, seconds: float) -> None:
        self._message_size, self._seconds = message_size, seconds
        self._cores = os.cpu_count() or 1
        self._pool = ProcessPoolExecutor(self._cores)

    def __enter__(self) -> Self:
        self.read(0.05)  # starts the processes
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown()

    def read(self, seconds: float | None = None) -> float:
        """V now, in verifications per second of all cores together."""
        seconds = self._seconds if seconds is None else seconds
        jobs = [
            self._pool.submit(_verify_for, self._message_size, seconds) for _ in range(self._cores)
        ]
        return sum(job.result() for job in jobs)

    def around(self, block: Callable[[], T]) -> Block[T]:
        """What *block* gives, measured between two readings of V; again where V moved."""
        for _ in range(ATTEMPTS):
            measured = self.once(block)
            if not measured.is_void:
                break
        return measured

    def once(self, block: Callable[[], T]) -> Block[T]:
        """What *block* gives, measured between two readings of V, whatever V did."""
        before = self.read()
        value = block()
        return Block(value, before, self.read())


def _verify_for(message_size: int, seconds: float) -> float:
    """Verifications per second of this process, over *seconds*."""
    public, secret = crypto_sign_seed_keypair(bytes(range(32)))
    signed = [crypto_sign(n.to_bytes(4) + bytes(message_size - 4), secret) for n in range(_AT_ONCE)]
    count, start = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - start) < seconds:
        for message in signed:
            crypto_sign_open(message, public)
        count += _AT_ONCE
    return count / elapsed
