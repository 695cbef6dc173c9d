"""Times as people type them."""

from datetime import UTC, datetime

import pytest

from ledger.cli.moments import read_moment

NOW = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-03-03", "2026-03-03T00:00:00+00:00"),
        ("2026-03-03 09:30", "2026-03-03T09:30:00+00:00"),
        ("2026-03-03T09:30:00Z", "2026-03-03T09:30:00+00:00"),
        ("2026-03-03T09:30:00+08:00", "2026-03-03T01:30:00+00:00"),
        ("+3d", "2026-03-06T12:00:00+00:00"),
        ("-2h", "2026-03-03T10:00:00+00:00"),
        (" +1w ", "2026-03-10T12:00:00+00:00"),
    ],
)
def test_a_time_is_read(text, read):
    assert read_moment(text, NOW).isoformat() == read


@pytest.mark.parametrize("text", ["", "soon", "+3", "3d", "+3y", "2026-02-30", "03.03.2026"])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(ValueError, match="want a time such as"):
        read_moment(text, NOW)
