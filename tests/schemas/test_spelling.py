"""What people type, as what is recorded."""

from datetime import UTC, datetime

import pytest

from schemas.errors import MalformedItems, MalformedParameter
from schemas.spelling import class_of, read_end, read_moment, series, whole_item

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


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-03-03", "2026-03-03T23:59:59.999000+00:00"),
        ("2026-03-03 09:30", "2026-03-03T09:30:00+00:00"),
        ("+3d", "2026-03-06T12:00:00+00:00"),
    ],
)
def test_a_day_alone_is_its_end_where_that_is_asked(text, read):
    assert read_end(text, NOW).isoformat() == read


@pytest.mark.parametrize("text", ["", "soon", "+3", "3d", "+3y", "2026-02-30", "03.03.2026"])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(MalformedParameter, match="want a time such as"):
        read_moment(text, NOW)


@pytest.mark.parametrize(
    ("first", "count", "counted"),
    [
        ("A-0009", 3, ["A-0009", "A-0010", "A-0011"]),
        ("7", 2, ["7", "8"]),
        ("X1/B07z", 2, ["X1/B07z", "X1/B08z"]),
    ],
)
def test_serials_are_counted_up_in_their_last_number(first, count, counted):
    assert counted == series(first, count)


@pytest.mark.parametrize(("first", "count"), [("A", 2), ("A-98", 3), ("", 1), ("1" * 19, 1)])
def test_what_cannot_be_counted_up_is_refused(first, count):
    with pytest.raises(MalformedParameter):
        series(first, count)


def test_eighteen_digits_are_a_package():
    assert "https://id.gs1.org/00/106141412345678908" == whole_item("106141412345678908")
    with pytest.raises(MalformedItems, match="wrong check digit"):
        whole_item("106141412345678901")


def test_a_class_is_a_trade_item_number_or_a_prefix():
    assert "https://id.gs1.org/01/09506000134352/21/" == class_of("9506000134352")
    assert "urn:chiptrail:chip:acme:X:" == class_of("urn:chiptrail:chip:acme:X:")
