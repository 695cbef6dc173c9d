"""Nothing is signed with a clock that jumped."""

from datetime import UTC, datetime

import pytest

from ledger.service.clock import Clock
from schemas.errors import ReadOnly


def test_the_time_is_utc_to_the_millisecond():
    clock = Clock(wall=lambda: 1_700_000_000.1239, monotonic=lambda: 5.0)

    assert datetime(2023, 11, 14, 22, 13, 20, 123000, UTC) == clock.now()


@pytest.mark.parametrize("jump_s", [-6, 6, -3650 * 86400, 3650 * 86400])
def test_a_clock_that_jumped_is_refused(jump_s):
    wall = [1_700_000_000.0]
    clock = Clock(wall=lambda: wall[0], monotonic=lambda: 0.0)
    wall[0] += jump_s

    with pytest.raises(ReadOnly, match="clock jumped"):
        clock.now()


def test_a_slow_drift_below_the_limit_passes():
    wall = [1_700_000_000.0]
    clock = Clock(wall=lambda: wall[0], monotonic=lambda: 0.0)
    wall[0] += 4.9

    assert 2023 == clock.now().year
