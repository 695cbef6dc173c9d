"""The one clock: wall time for what is recorded, watched by the monotonic one.

Recorded time orders nothing (the index does), but it is signed, so a clock that jumps must stop the
signing: wall and monotonic time apart by over five seconds since the start is refused
(docs/architecture.md, invariant 3).
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from schemas.errors import ReadOnly

DRIFT_LIMIT_S = 5.0


class Clock:
    """Reads both clocks; tests pass their own."""

    def __init__(
        self,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall, self._monotonic = wall, monotonic
        self._offset = wall() - monotonic()

    def now(self) -> datetime:
        """The wall time, aware UTC, to the millisecond.

        Raises: ReadOnly when the two clocks have come apart.
        """
        wall = self._wall()
        drift = abs(wall - self._monotonic() - self._offset)
        if drift > DRIFT_LIMIT_S:
            raise ReadOnly(
                f"the clock jumped by {drift:.0f} s while running; nothing is signed until the"
                " time is right and the ledger is opened again"
            )
        return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=int(wall * 1000))
