"""How long to wait before asking again: longer each time, or as long as the other side says.

It says so in ``Retry-After`` (RFC 9110, section 10.2.3), in seconds or as a date. Nobody is made to
wait for ever: pauses and their number are bounded. Example::

    for pause_s in Patience(attempts=3).pauses():
        ...                                             # ask; on failure wait max(pause_s, asked)
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

# The place's fault, and it may pass.
PASSING = frozenset({429, 500, 502, 503, 504})
_MOST_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Patience:
    """Ask *attempts* times at most; the first pause, and no pause is longer than *longest_s*."""

    attempts: int
    first_s: float = 0.25
    longest_s: float = 5.0
    factor: float = 4.0

    def pauses(self) -> Iterator[float]:
        """The pauses between the attempts, in seconds; one fewer than there are attempts."""
        pause_s = self.first_s
        for _ in range(self.attempts - 1):
            yield min(pause_s, self.longest_s)
            pause_s *= self.factor


def retry_after_s(text: str, now: datetime) -> float:
    """The seconds that a ``Retry-After`` asks for; 0 when it says none.

    *now* is aware; what a date asks for is counted from it.
    """
    if text.isascii() and text.isdecimal():
        return float(text) if len(text) <= _MOST_DIGITS else float(10**_MOST_DIGITS)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    # "-0000" gives a naive time; HTTP dates are UTC whatever they say (RFC 9110, section 5.6.7).
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return max(0.0, (aware - now).total_seconds())
