"""Waiting: longer each time, or as long as the other side says."""

from datetime import UTC, datetime

import pytest

from ledger.client.patience import Patience, retry_after_s

NOW = datetime(2026, 3, 3, 12, 0, 0, tzinfo=UTC)
SAID = {
    "seconds": ("7", 7.0),
    "no time": ("0", 0.0),
    "more seconds than there are": ("9" * 400, 1_000_000.0),
    "a date": ("Tue, 03 Mar 2026 12:00:30 GMT", 30.0),
    "a date of the second form": ("Tuesday, 03-Mar-26 12:00:30 GMT", 30.0),
    "a date that says no zone": ("Tue, 03 Mar 2026 12:00:30 -0000", 30.0),
    "a date that is past": ("Tue, 03 Mar 2026 11:00:00 GMT", 0.0),
    "nothing": ("", 0.0),
    "no number": ("soon", 0.0),
    "below nothing": ("-5", 0.0),
    "other digits": ("\u0663", 0.0),
}


@pytest.mark.parametrize(("text", "seconds"), SAID.values(), ids=SAID)
def test_how_long_to_wait_is_said_in_seconds_or_as_a_date(text, seconds):
    assert seconds == retry_after_s(text, NOW)


def test_pauses_grow_up_to_the_longest_and_end():
    assert [1.0, 4.0, 10.0, 10.0] == [*Patience(5, 1.0, 10.0).pauses()]
