"""What was known when: the size of the log at a time, by the heads that were signed.

Whoever kept the head of that day can hold the answer to it. Example::

    cut(connection, Known(at=day), tip.head.size, now).size
"""

from dataclasses import dataclass
from datetime import datetime

from ledger.store import items
from ledger.store.checkpoints import find_signed
from ledger.store.database import Connection
from ledger.store.log import load_recorded_at
from ledger.view import EVERYTHING, Horizon
from schemas.errors import MalformedParameter


@dataclass(frozen=True, slots=True)
class Known:
    """As if the log had ended: at *size* entries, or with the last head signed by *at*.

    None of the two: it is known what is known now.
    """

    size: int | None = None
    at: datetime | None = None

    def size_in(self, connection: Connection, now: int) -> int:
        """How many of the *now* entries were known.

        Raises: MalformedParameter when there were none, or are not so many.
        """
        if self.size is not None:
            if not 0 < self.size <= now:
                raise MalformedParameter(f"size: got {self.size}, want 1 to {now}")
            return self.size
        return now if self.at is None else self._signed_by(connection, now, self.at)

    def _signed_by(self, connection: Connection, now: int, at: datetime) -> int:
        """Sizes and times ascend together, so it is found by halves."""
        limit, low, high = items.milliseconds(at), 0, now
        while low < high:
            middle = (low + high + 1) // 2
            found = find_signed(connection, middle)
            if found is None or found[1] <= limit:
                low = middle
            else:
                high = found[0] - 1
        signed = find_signed(connection, low)
        if signed is None or signed[1] > limit:
            raise MalformedParameter(f"known_at: nothing was recorded by {at:%Y-%m-%dT%H:%M:%SZ}")
        return signed[0]


@dataclass(frozen=True, slots=True)
class Cut:
    """The log as it was: *size* entries, up to *horizon*; *day* is when it is judged by itself."""

    size: int
    horizon: Horizon
    day: datetime


NOW = Known()


def cut(connection: Connection, known: Known, size: int, now: datetime) -> Cut:
    """What was *known* of a log that has *size* entries *now*.

    Raises: MalformedParameter.
    """
    if known == NOW:
        return Cut(size, EVERYTHING, now)
    then = known.size_in(connection, size)
    at = known.at or items.moment(load_recorded_at(connection, [then - 1])[then - 1])
    return Cut(then, then - 1, at)
