"""How often one may ask: requests, what is not there, passwords and tokens that do not fit.

limits().count(Limit.REQUESTS, "3f9c2a7be01d4c55")     # Raises: TooMany

Each process counts for itself, so several together let through as many times more. Misses have a
limit of their own: who asks for thousands of serials that are not there is guessing.
"""

import threading
import time
from enum import Enum
from math import ceil
from typing import cast

from flask import current_app
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from schemas.errors import TooMany
from web.settings import REQUESTS_A_MINUTE


class Limit(Enum):
    """What is counted, and how it is said."""

    ADDRESS = "requests from your address"
    REQUESTS = "requests"
    MISSES = "questions for what is not there"
    FAILURES = "attempts to get in from your address"
    GUESSES = "attempts to sign in with that name"


MISSES_AN_HOUR = 30_000
FAILURES_AN_HOUR = 120
GUESSES_AN_HOUR = 20


class Limits:
    """Counters by who and what; *requests* a minute of one caller, None for no bound."""

    def __init__(self, requests: int | None = REQUESTS_A_MINUTE) -> None:
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        # Two threads that count at once may start one timer of the storage twice, which it refuses.
        self._counting = threading.Lock()
        self._items: dict[Limit, RateLimitItem] = {
            Limit.MISSES: RateLimitItemPerHour(MISSES_AN_HOUR),
            Limit.FAILURES: RateLimitItemPerHour(FAILURES_AN_HOUR),
            Limit.GUESSES: RateLimitItemPerHour(GUESSES_AN_HOUR),
        }
        if requests is not None:
            self._items[Limit.REQUESTS] = RateLimitItemPerMinute(requests)
            self._items[Limit.ADDRESS] = RateLimitItemPerMinute(2 * requests)

    def count(self, limit: Limit, who: str, cost: int = 1) -> None:
        """Count *cost* for *who*.

        Raises: TooMany, when it is past the limit by that.
        """
        item = self._items.get(limit)
        if item is None:
            return
        with self._counting:
            is_let_in = self._limiter.hit(item, limit.name, who, cost=cost)
        if not is_let_in:
            raise self._too_many(limit, item, who)

    def demand(self, limit: Limit, who: str) -> None:
        """Refuse *who* that has reached the limit already.

        Raises: TooMany.
        """
        item = self._items.get(limit)
        if item is not None and not self._limiter.test(item, limit.name, who):
            raise self._too_many(limit, item, who)

    def _too_many(self, limit: Limit, item: RateLimitItem, who: str) -> TooMany:
        ends_at = self._limiter.get_window_stats(item, limit.name, who).reset_time
        wait_s = max(1, ceil(ends_at - time.time()))
        return TooMany(f"too many {limit.value}; come again in {wait_s} s", wait_s)


def limits() -> Limits:
    """The counters of the application."""
    return cast("Limits", current_app.extensions["chiptrail-limits"])
