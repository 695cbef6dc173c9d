"""Shared text forms: as strict as JSON Schema asserts them, and one spelling for each value."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rfc3339_validator import validate_rfc3339
from rfc3986_validator import validate_rfc3986

from schemas.formats import (
    MAX_DECIMAL,
    check_party_id,
    decode_base64,
    decode_base64url,
    decode_hex,
    encode_base64,
    encode_base64url,
    format_time,
    is_familiar_uri,
    is_time,
    is_uri,
    match_uri,
    parse_decimal,
    parse_time,
)

URIS = [
    "a:",
    "chiptrail:ledger",
    "urn:epc:id:sgtin:0614141.012345.%26%2F7",
    "https://id.gs1.org/01/00614141123452/21/A?17=251231#top",
    "geo:22.308,113.918;u=50",
    "ni:///sha-256;8f1d?ver=CBV2.0",
    "x+1.2-3:/",
    "http://",
    "http://user:pass@host:80",
    "http://h:",
    "file:///etc//x",
    "http://[::]",
    "http://[1:2:3:4:5:6:7:8]/",
    "http://[1::8]",
    "http://[::ffff:1.2.3.4]:8",
    "http://[v1f.a:b]",
    "tag:x,2026:a/b?c/d?e#f/g?h",
]
NO_URIS = [
    "",
    ":",
    "relative",
    "/path",
    "//host/path",
    "1a:b",
    "a b:c",
    "a:b c",
    "a:%",
    "a:%4",
    "a:%zz",
    "a:b#c#d",
    "a:[b]",
    "a:<b>",
    'a:"b"',
    "a:\\b",
    "a:^",
    "a:`",
    "a:{b}",
    "a:|",
    "a:\u00e9",
    "a:b\n",
    "\na:b",
    "http://h:8x/",
    "http://a@b@c",
    "http://[::1",
    "http://[:1]",
    "http://[1::2::3]",
    "http://[1:2:3:4:5:6:7:8:9]",
    "http://[12345::]",
    "http://[::1%25eth0]",
    "http://[::256.1.1.1]",
    "http://[vg.a]",
]
PIECES = st.sampled_from(["a:", "//", "[", "]", "::", "1", "f", ":", "1.2.3.4", "%41", "%", "@"])
LIKE_URIS = st.lists(PIECES | st.text("a0/?#@:.-+~!$ \u00e9|^", max_size=3), max_size=9)
DAYS = st.builds("{:04d}-{:02d}-{:02d}".format, *map(st.integers, [0] * 3, [9999, 13, 32]))
CLOCKS = st.builds("{:02d}:{:02d}:{:02d}".format, *map(st.integers, [0] * 3, [24, 60, 61]))
LIKE_TIMES = st.tuples(
    DAYS,
    st.sampled_from("Tt _"),
    CLOCKS,
    st.sampled_from(["", ".", ".0", ".1234567890", ",5"]),
    st.sampled_from(["Z", "z", "", "+00:00", "-23:59", "+24:00", "+0100", "+01"]),
).map("".join)
TIMES = st.tuples(
    st.builds("{:04d}-{:02d}-{:02d}".format, *map(st.integers, [1] * 3, [9999, 12, 28])),
    st.sampled_from("Tt"),
    st.builds("{:02d}:{:02d}:{:02d}".format, *map(st.integers, [0] * 3, [23, 59, 59])),
    st.sampled_from(["", ".0", ".1234567890"]),
    st.sampled_from(["Z", "z", "+00:00", "-23:59", "+14:00"]),
).map("".join)


@pytest.mark.parametrize("text", URIS)
def test_an_absolute_uri_is_one(text):
    assert is_uri(text)
    assert is_familiar_uri(text)
    assert match_uri(text)


@pytest.mark.parametrize("text", NO_URIS)
def test_what_is_relative_or_has_a_foreign_character_is_no_uri(text):
    assert not is_uri(text)
    assert not is_familiar_uri(text)


@settings(max_examples=1000)
@given(LIKE_URIS.map("".join))
def test_uris_are_those_of_the_schema_validator(text):
    assert is_uri(text) == bool(validate_rfc3986(text))


@given(st.integers(0, 8), st.integers(0, 8), st.sampled_from(["", "1.2.3.4", "1.2.3"]))
def test_ipv6_addresses_are_those_of_the_schema_validator(before, after, end):
    groups = ":".join(["f"] * before) + "::" + ":".join(["0"] * after + [end] * bool(end))

    assert is_uri(f"a://[{groups}]") == bool(validate_rfc3986(f"a://[{groups}]"))


def test_a_long_uri_is_judged_without_being_remembered():
    assert is_familiar_uri("a:" + "b" * 300)
    assert not is_familiar_uri("a:" + "b" * 300 + " ")


@settings(max_examples=1000)
@given(LIKE_TIMES)
def test_times_are_those_of_the_schema_validator(text):
    assert is_time(text) == validate_rfc3339(text.upper())


@given(TIMES)
def test_every_time_parses_but_those_outside_the_years(text):
    assert is_time(text)
    try:
        moment = parse_time(text)
    except ValueError:
        assert text[:4] in {"0001", "9999"}
        return

    assert moment.tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-02T03:04:05+08:00", datetime(2026, 1, 1, 19, 4, 5, tzinfo=UTC)),
        ("2026-01-02t03:04:05z", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-01-02T03:04:05.5Z", datetime(2026, 1, 2, 3, 4, 5, 500_000, tzinfo=UTC)),
        ("2026-01-02T03:04:05.9999999Z", datetime(2026, 1, 2, 3, 4, 5, 999_999, tzinfo=UTC)),
        ("2024-02-29T23:59:59-00:30", datetime(2024, 3, 1, 0, 29, 59, tzinfo=UTC)),
        ("2026-01-02T03:04:05." + "7" * 300 + "Z", datetime(2026, 1, 2, 3, 4, 5, 777_777, UTC)),
    ],
)
def test_a_time_is_read_as_a_moment_in_utc(text, expected):
    assert parse_time(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-01-02",
        "2026-01-02T03:04:05",
        "2026-01-02 03:04:05Z",
        "2026-01-02T03:04Z",
        "2026-01-02T24:00:00Z",
        "2026-01-02T23:59:60Z",
        "2026-02-29T00:00:00Z",
        "2026-1-2T03:04:05Z",
        "20260102T030405Z",
        "2026-W01-5T03:04:05Z",
        "2026-01-02T03:04:05,5Z",
        "2026-01-02T03:04:05+0800",
        "2026-01-02T03:04:05Z\n",
        "\u0662026-01-02T03:04:05Z",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
    ],
)
def test_what_is_no_moment_is_refused(text):
    with pytest.raises(ValueError, match="time"):
        parse_time(text)


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_time_is_written_to_the_millisecond(moment):
    floored = moment - timedelta(microseconds=moment.microsecond % 1000)

    assert parse_time(format_time(moment)) == floored


def test_a_time_is_written_in_utc():
    moment = datetime(2026, 1, 2, 3, 4, 5, 678_901, tzinfo=timezone(timedelta(hours=8)))

    assert format_time(moment) == "2026-01-01T19:04:05.678Z"


@given(st.binary())
def test_bytes_come_back_from_base64(data):
    assert decode_base64(encode_base64(data)) == data
    assert decode_base64url(encode_base64url(data)) == data


@pytest.mark.parametrize(
    "text", ["QQ", "QQ=", "QQ===", "QR==", "QUE", "Q Q=", "QQ==\n", "=", "Q", "-_8=", "\u00e9A=="]
)
def test_base64_has_one_spelling(text):
    with pytest.raises(ValueError, match=r".+"):
        decode_base64(text)


@pytest.mark.parametrize(
    "text", ["QQ==", "QR", "Q", "QUF", "+/8", "Q Q", "QQ\n", "=", "QQ=", "\u00e9A"]
)
def test_base64url_has_one_spelling_and_no_padding(text):
    with pytest.raises(ValueError, match=r".+"):
        decode_base64url(text)


def test_hex_is_lower_case_and_of_its_length():
    assert decode_hex("00ff", 2) == b"\x00\xff"


@pytest.mark.parametrize(
    "text", ["", "00", "00FF", "00fg", "0 ff", "00ff ", "000ff", "\u0660\u0660\u0660\u0660"]
)
def test_other_hex_is_refused(text):
    with pytest.raises(ValueError, match=r".+"):
        decode_hex(text, 2)


@pytest.mark.parametrize(
    ("text", "expected"), [("0", 0), ("10", 10), (str(MAX_DECIMAL), MAX_DECIMAL)]
)
def test_a_decimal_is_read(text, expected):
    assert parse_decimal(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "00", "01", "+1", "-1", "1 ", "1_0", "1.0", "\u0661", str(MAX_DECIMAL + 1), "9" * 5000],
)
def test_another_decimal_is_refused(text):
    with pytest.raises(ValueError, match="decimal"):
        parse_decimal(text)


@pytest.mark.parametrize(
    "text",
    [
        "urn:chiptrail:party:acme",
        "urn:chiptrail:party:Acme-2.eu_1",
        "urn:epc:id:pgln:0614141.00000",
        "urn:epc:id:pgln:061414100000.",
        "https://id.gs1.org/417/9506000134376",
        "https://example.com/registry/417/9506000134376",
    ],
)
def test_a_party_id_is_returned_as_it_is(text):
    assert check_party_id(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "acme",
        "urn:chiptrail:party:",
        "urn:chiptrail:party:a b",
        "urn:chiptrail:party:a\u0441me",
        "urn:chiptrail:party:acme\n",
        "urn:chiptrail:party:" + "a" * 240,
        "urn:epc:id:pgln:0614141.0000",
        "urn:epc:id:pgln:06141.4100000",
        "urn:epc:id:sgln:0614141.00777.0",
        "https://id.gs1.org/414/9506000134376",
        "https://id.gs1.org/417/950600013437",
        "https://id.gs1.org/417/9506000134376?a=b",
    ],
)
def test_another_party_id_is_refused(text):
    with pytest.raises(ValueError, match="urn:chiptrail:party"):
        check_party_id(text)
