"""What the members of statements are made of, and the preamble that all statements have.

docs/formats.md, "Statements". *text* is 1 to 200 printable characters in NFC without blanks at the
ends, *party* a party id, *item* the canonical id of an item, *time* RFC 3339 with offset. Every
statement but the genesis, which has no head before it, begins::

    {"statement": kind, "chiptrail:ledger": origin, "chiptrail:party": party (the signer's),
     "chiptrail:nonce": base64url of 16 to 64 bytes, "chiptrail:after": signed checkpoint note,
     "id": "urn:uuid:...", "issuedAt": time, ...}

The kinds are in ``schemas.enrolment`` (what the registrar says) and ``schemas.authority`` (what
any party does). Objects are closed.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, TypeAlias

from schemas.country import is_country
from schemas.errors import MalformedEvent, MalformedItems
from schemas.extension import (
    DIGEST,
    FIELDS,
    LATITUDE,
    LONGITUDE,
    MAX_LABEL,
    SHA256_HEX,
    check_party,
)
from schemas.form import Called, Form, several
from schemas.formats import decode_base64, encode_base64, format_time, parse_time
from schemas.item import check_item_prefix, fold_item
from schemas.shape import Check, count, misfit, text
from schemas.strict_json import JSON

MAX_PASSAGE = 2000
MAX_ITEMS = 10_000

_UUID = re.compile("urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_VERIFIER_KEY = re.compile(r"[!-*,-~]{1,255}\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}")
_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _is_text(value: str, limit: int = MAX_LABEL) -> bool:
    # Printable leaves out controls and the marks that turn the direction of writing.
    return (
        0 < len(value) <= limit
        and value.isprintable()
        and value.strip() == value
        and unicodedata.is_normalized("NFC", value)
    )


def _is_date(value: str) -> bool:
    try:
        return _DATE.fullmatch(value) is not None and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _is_moment(value: str) -> bool:
    try:
        return bool(parse_time(value))
    except ValueError:
        return False


def bytes_of(size: int) -> Form:
    """Exactly *size* bytes, in base64."""

    def is_base64(value: str) -> bool:
        try:
            return len(decode_base64(value)) == size
        except ValueError:
            return False

    return Form(text(is_base64, f"base64 of {size} bytes"), decode_base64, encode_base64)


def _check_prefix(value: JSON) -> None:
    try:
        check_item_prefix(value if isinstance(value, str) else "")
    except MalformedItems as exc:
        raise misfit(value, exc.message.removeprefix("want ")) from None


def _is_item(value: str) -> bool:
    try:
        return fold_item(value) == value
    except MalformedItems:
        return False


def _positive(value: JSON) -> None:
    count(value)
    if value == 0:
        raise misfit(value, "a whole number from 1 on")


def either(one: Check, other: Check) -> Check:
    """What fits *one*; else it must fit *other*, which says what is wanted."""

    def check(value: JSON) -> None:
        try:
            one(value)
        except MalformedEvent:
            other(value)

    return check


TEXT = Form(text(_is_text, f"1 to {MAX_LABEL} printable characters in NFC"))
PASSAGE = Form(
    text(
        lambda value: _is_text(value, MAX_PASSAGE),
        f"1 to {MAX_PASSAGE} printable characters in NFC",
    )
)
PARTY = Form(check_party)
PARTY_OR_TEXT = Form(either(check_party, TEXT.check))
ITEM = Form(text(_is_item, "the id of an item in canonical form"))
PREFIX = Form(_check_prefix)
COUNTRY = Form(text(is_country, "an ISO 3166-1 alpha-2 code"))
COUNT = Form(_positive)
NOTE = Form(FIELDS["chiptrail:after"])
ORIGIN = Form(FIELDS["chiptrail:ledger"])
VERIFIER_KEY = Form(text(_VERIFIER_KEY.fullmatch, "a verifier key"))
UUID = Form(text(_UUID.fullmatch, "urn:uuid: and a UUID in lower case"))
HASH = Form(SHA256_HEX, bytes.fromhex, bytes.hex)
KEYID = Form(SHA256_HEX)
DIGEST_OF_DISCLOSURE = Form(DIGEST)
MOMENT = Form(
    text(_is_moment, "an RFC 3339 time with offset, within the years 1 to 9999"),
    parse_time,
    format_time,
)
DAY = Form(text(_is_date, "a date such as 2026-01-31"), date.fromisoformat, date.isoformat)

Text: TypeAlias = Annotated[str, TEXT]
Party: TypeAlias = Annotated[str, PARTY]
Moment: TypeAlias = Annotated[datetime, MOMENT]
Hash: TypeAlias = Annotated[bytes, HASH]
Country: TypeAlias = Annotated[str, COUNTRY]
Parties: TypeAlias = Annotated[tuple[str, ...], several(PARTY, distinct=True)]
Items: TypeAlias = Annotated[tuple[str, ...], several(ITEM, least=1, most=MAX_ITEMS, distinct=True)]
Latitude: TypeAlias = Annotated[float, Form(LATITUDE, float)]
Longitude: TypeAlias = Annotated[float, Form(LONGITUDE, float)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What every statement begins with; *party* is the signer's."""

    ledger: Annotated[str, ORIGIN, Called("chiptrail:ledger")]
    party: Annotated[str, PARTY, Called("chiptrail:party")]
    nonce: Annotated[str, Form(FIELDS["chiptrail:nonce"]), Called("chiptrail:nonce")]
    id: Annotated[str, UUID]
    issued_at: Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Preamble(Opening):
    """The opening of all but the genesis; *after* is a complete note."""

    after: Annotated[str, NOTE, Called("chiptrail:after")] | None
