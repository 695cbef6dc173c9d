"""Text forms that several wire formats share: URI, time, base64, hex, decimal, party id.

URIs are RFC 3986 absolute ones (section 4.3 with a fragment allowed), as JSON Schema's ``uri``
asserts them: ASCII, with a scheme. Times are RFC 3339 with an offset and without leap seconds, as
``date-time``. Every decoder is strict: what it accepts is the only spelling of the bytes it gives.

    >>> format_time(parse_time("2026-01-02T03:04:05+01:00"))
    '2026-01-02T02:04:05.000Z'
    >>> decode_base64url(encode_base64url(b"abcd"))
    b'abcd'
"""

import binascii
import re
from datetime import UTC, datetime
from functools import lru_cache

MAX_DECIMAL = (1 << 63) - 1
_MAX_PARTY_ID = 255
_MAX_REMEMBERED = 255  # characters: what is remembered is bounded in length as in number


# RFC 3986 appendix A ----------------------------------------------------------------------------

_UNRESERVED = r"A-Za-z0-9._~\-"
_SUB_DELIMS = r"!$&'()*+,;="
_ESCAPED = r"%[0-9A-Fa-f]{2}"


def _chars(more: str) -> str:
    """Any run of unreserved, sub-delims, percent-encoded and *more*."""
    return rf"(?:[{_UNRESERVED}{_SUB_DELIMS}{more}]++|{_ESCAPED})*+"


def _ipv6() -> str:
    """``IPv6address``: up to *n* groups before ``::`` leave room for 7 - *n* at most after it."""
    group = "[0-9A-Fa-f]{1,4}"
    octet = "(?:25[0-5]|2[0-4][0-9]|[01]?[0-9]{1,2})"
    last = rf"(?:{group}:{group}|(?:{octet}\.){{3}}{octet})"
    forms = [rf"(?:{group}:){{6}}{last}", rf"::(?:{group}:){{5}}{last}"]
    for before in range(7):
        after = {6: "", 5: group}.get(before, rf"(?:{group}:){{{4 - before}}}{last}")
        forms.append(rf"(?:(?:{group}:){{0,{before}}}{group})?::{after}")
    return "(?:" + "|".join(forms) + ")"


_HOST = rf"(?:\[(?:{_ipv6()}|v[0-9A-Fa-f]+\.[{_UNRESERVED}{_SUB_DELIMS}:]+)\]|{_chars('')})"
_AUTHORITY = rf"(?:{_chars(':')}@)?{_HOST}(?::[0-9]*)?"
_URI = re.compile(
    rf"[A-Za-z][A-Za-z0-9+.\-]*+:"
    rf"(?://{_AUTHORITY}(?:/{_chars(':@/')})?|(?!//){_chars(':@/')})"
    rf"(?:\?{_chars(':@/?')})?"
    rf"(?:#{_chars(':@/?')})?"
)

match_uri = _URI.fullmatch
"""``is_uri`` for ``map`` over long lists: a match or None; TypeError if the value is no text."""


def is_uri(text: str) -> bool:
    """Whether *text* is an absolute URI."""
    return _URI.fullmatch(text) is not None


_remembered_uri = lru_cache(maxsize=4096)(is_uri)


def is_familiar_uri(text: str) -> bool:
    """``is_uri``, remembered: for what repeats (names, parties, places), not for serials."""
    return _remembered_uri(text) if len(text) <= _MAX_REMEMBERED else is_uri(text)


# Times ------------------------------------------------------------------------------------------

_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    r"(?:\.[0-9]+)?(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
)


def _read_time(text: str) -> datetime | None:
    if _TIME.fullmatch(text) is None:
        return None
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError:
        return None  # no such day


# Remembered because a time is checked in one pass and read in another.
_remembered_time = lru_cache(maxsize=1024)(_read_time)


def _moment(text: str) -> datetime | None:
    return _remembered_time(text) if len(text) <= _MAX_REMEMBERED else _read_time(text)


def is_time(text: str) -> bool:
    """Whether *text* is an RFC 3339 time with offset, on a day that exists, years 1 to 9999."""
    return _moment(text) is not None


def parse_time(text: str) -> datetime:
    """The moment in UTC; digits beyond the microsecond are dropped.

    Raises: ValueError (also when the moment is outside the years 1 to 9999 in UTC).
    """
    moment = _moment(text)
    if moment is None:
        raise ValueError("want an RFC 3339 time with offset")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("want a time within the years 1 to 9999 in UTC") from None


def format_time(moment: datetime) -> str:
    """``2026-01-02T03:04:05.678Z``; *moment* is aware, digits beyond the millisecond dropped."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


# Bytes ------------------------------------------------------------------------------------------

_TO_URL = str.maketrans("+/", "-_", "=")
_FROM_URL = str.maketrans("-_", "+/")


def encode_base64(data: bytes) -> str:
    """Standard base64 with padding (RFC 4648 section 4)."""
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def decode_base64(text: str) -> bytes:
    """The bytes of padded standard base64 that re-encodes to itself.

    Raises: ValueError.
    """
    data = binascii.a2b_base64(text)
    if encode_base64(data) != text:
        raise ValueError("base64 is not in its one form")
    return data


def encode_base64url(data: bytes) -> str:
    """URL-safe base64 without padding (RFC 4648 section 5)."""
    return encode_base64(data).translate(_TO_URL)


def decode_base64url(text: str) -> bytes:
    """The bytes of unpadded URL-safe base64 that re-encodes to itself.

    Raises: ValueError.
    """
    data = binascii.a2b_base64(text.translate(_FROM_URL) + "=" * (-len(text) % 4))
    if encode_base64url(data) != text:
        raise ValueError("base64url is not in its one form")
    return data


def decode_hex(text: str, length: int) -> bytes:
    """Exactly *length* bytes of lower-case hex.

    Raises: ValueError.
    """
    if len(text) != 2 * length or (data := bytes.fromhex(text)).hex() != text:
        raise ValueError(f"want {2 * length} lower-case hex digits")
    return data


# Numbers and names ------------------------------------------------------------------------------

_DECIMAL = re.compile("0|[1-9][0-9]{0,18}")
_PARTY_ID = re.compile(
    r"urn:chiptrail:party:[A-Za-z0-9._-]+"
    r"|urn:epc:id:pgln:(?=[0-9.]{13}\Z)[0-9]{6,12}\.[0-9]{0,6}"
    r"|https?://[A-Za-z0-9.-]+(?::[0-9]+)?(?:/[A-Za-z0-9._:-]+)*/417/[0-9]{13}"
)


def parse_decimal(text: str) -> int:
    """A count in ASCII digits: no sign, no leading zero, at most 2**63 - 1.

    Raises: ValueError.
    """
    if _DECIMAL.fullmatch(text) is None or (number := int(text)) > MAX_DECIMAL:
        raise ValueError("want a decimal number below 2^63 without leading zero")
    return number


@lru_cache(maxsize=4096)
def check_party_id(text: str) -> str:
    """*text* itself, when it is ``urn:chiptrail:party:<slug>`` or a GS1 party URI.

    The latter is an EPC ``urn:epc:id:pgln:`` or a Digital Link that ends in ``/417/<GLN>``.

    Raises: ValueError.
    """
    if len(text) > _MAX_PARTY_ID or _PARTY_ID.fullmatch(text) is None:
        raise ValueError("want urn:chiptrail:party:<slug> or a GS1 party URI")
    return text
