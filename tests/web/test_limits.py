"""How often one may ask, as time passes."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from schemas.errors import TooMany
from web.limits import FAILURES_AN_HOUR, GUESSES_AN_HOUR, MISSES_AN_HOUR, Limit, Limits

MINUTE, HOUR = 60, 3600
BOUNDS = {
    Limit.REQUESTS: (2, MINUTE),
    Limit.ADDRESS: (4, MINUTE),
    Limit.MISSES: (MISSES_AN_HOUR, HOUR),
    Limit.FAILURES: (FAILURES_AN_HOUR, HOUR),
    Limit.GUESSES: (GUESSES_AN_HOUR, HOUR),
}


class Clock:
    """Seconds that pass when a test says so."""

    now = 1_800_000_000.0

    def time(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(time, "time", clock.time)
    return clock


@pytest.mark.parametrize("limit", Limit, ids=lambda limit: limit.name.lower())
def test_who_has_waited_as_long_as_it_was_told_is_let_in_again(clock, limit):
    limits, (most, window_s) = Limits(requests=2), BOUNDS[limit]
    limits.count(limit, "anna", most)
    with pytest.raises(TooMany) as refused:
        limits.count(limit, "anna")
    clock.now += refused.value.retry_after_s

    assert window_s - 1 <= refused.value.retry_after_s <= window_s
    limits.count(limit, "anna", most)


def test_before_that_it_is_not_let_in_and_others_are(clock):
    limits = Limits(requests=2)
    limits.count(Limit.REQUESTS, "anna", 2)
    clock.now += 30
    with pytest.raises(TooMany, match="come again in 30 s"):
        limits.demand(Limit.REQUESTS, "anna")

    limits.count(Limit.REQUESTS, "ben", 2)


def test_without_a_bound_nobody_waits(clock):
    limits = Limits(requests=None)
    limits.count(Limit.REQUESTS, "anna", 10_000)

    limits.demand(Limit.ADDRESS, "anna")


def test_no_two_are_counted_at_once(monkeypatch):
    """The storage would try to start one timer twice, and one of them be answered with 500."""
    limits, inside, seen = Limits(), [], []

    def hit(*_args, cost):
        inside.append(cost)
        seen.append(len(inside))
        time.sleep(0.005)
        return inside.pop()

    monkeypatch.setattr(limits._limiter, "hit", hit)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: limits.count(Limit.REQUESTS, "a"), range(8)))

    assert [1] * 8 == seen
