"""The fields of statements: the shape of each, in tables.

docs/formats.md, "Statements". Every statement has the first lines, ``chiptrail:after``
lacking in genesis only; objects are closed; ``?`` marks what may be missing. *text* is 1 to 200
printable characters in NFC without blanks at the ends, *party* a party id::

    {"statement": "genesis" | "party" | "key" | "key-revocation",
     "chiptrail:ledger": origin, "chiptrail:party": party (the signer's),
     "chiptrail:nonce": base64url of 16 to 64 bytes, "chiptrail:after": signed checkpoint note,
     "id": "urn:uuid:...", "issuedAt": RFC 3339 time, ...}

    genesis         "origin": that of chiptrail:ledger, "logKey": verifier key with that name,
                    "registrarKey": base64 of 32 bytes, "predecessor"?: last checkpoint of the
                    retired origin that this one goes on from
    party           "subject": {"id": party, "names": [text, ...], "country"?: fact,
                    "hqCountry"?: fact, "ultimateParentCountry"?: fact, "roles": [role, ...],
                    "identifiers"?: {"lei"?, "gln"?, "eori"?, "duns"?},
                    "itemPrefixes"?: [prefix of canonical item ids, ...]}
                    fact: {"code": ISO 3166-1 alpha-2, "source": text, "date": "2026-01-31"}
    key             "subject": party, "publicKey": base64 of 32 bytes, "proof": base64 of 64 bytes,
                    "endorsement"?: {"keyid": hex, "sig": base64 of 64 bytes}
    key-revocation  "keyid": hex, "reason": text, "suspectedSince"?: RFC 3339 time

The values they become are in ``schemas.statement``.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from schemas.country import is_country
from schemas.errors import MalformedItems
from schemas.extension import FIELDS, MAX_LABEL, SHA256_HEX, check_party
from schemas.formats import decode_base64
from schemas.identifier import IDENTIFIERS
from schemas.item import check_item_prefix
from schemas.shape import TIME, Check, code, list_of, misfit, record, text
from schemas.strict_json import JSON

MAX_NAMES = 16
MAX_PREFIXES = 1000


class Role(StrEnum):
    """What a party does in the custody of chips; decides what it may sign with effect."""

    MAKER = "maker"
    PACKER = "packer"
    DISTRIBUTOR = "distributor"
    EXPORTER = "exporter"
    CARRIER = "carrier"
    CONSIGNEE = "consignee"
    END_USER = "end-user"
    INSPECTOR = "inspector"
    AUDITOR = "auditor"
    OPERATOR = "operator"
    REGISTRAR = "registrar"


_UUID = re.compile("urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_VERIFIER_KEY = re.compile(r"[!-*,-~]{1,255}\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}")
_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _is_text(value: str) -> bool:
    # Printable leaves out controls and the marks that turn the direction of writing.
    return (
        0 < len(value) <= MAX_LABEL
        and value.isprintable()
        and value.strip() == value
        and unicodedata.is_normalized("NFC", value)
    )


def _is_date(value: str) -> bool:
    try:
        return _DATE.fullmatch(value) is not None and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _bytes_of(size: int) -> Check:
    def is_base64(value: str) -> bool:
        try:
            return len(decode_base64(value)) == size
        except ValueError:
            return False

    return text(is_base64, f"base64 of {size} bytes")


def _check_prefix(value: JSON) -> None:
    try:
        check_item_prefix(value if isinstance(value, str) else "")
    except MalformedItems as exc:
        raise misfit(value, exc.message.removeprefix("want ")) from None


_TEXT = text(_is_text, f"1 to {MAX_LABEL} printable characters in NFC")
_NOTE = FIELDS["chiptrail:after"]
_FACT = record(
    {
        "code": text(is_country, "an ISO 3166-1 alpha-2 code"),
        "source": _TEXT,
        "date": text(_is_date, "a date such as 2026-01-31"),
    },
    required=("code", "source", "date"),
)
_SUBJECT = record(
    {
        "id": check_party,
        "names": list_of(_TEXT, least=1, most=MAX_NAMES, distinct=True),
        "country": _FACT,
        "hqCountry": _FACT,
        "ultimateParentCountry": _FACT,
        "roles": list_of(code({role.value for role in Role}), distinct=True),
        "identifiers": record(
            {name: text(is_one, f"a valid {name.upper()}") for name, is_one in IDENTIFIERS.items()}
        ),
        "itemPrefixes": list_of(_check_prefix, most=MAX_PREFIXES, distinct=True),
    },
    required=("id", "names", "roles"),
)
_ENDORSEMENT = record({"keyid": SHA256_HEX, "sig": _bytes_of(64)}, required=("keyid", "sig"))

AFTER = "chiptrail:after"
_PREAMBLE = {
    "statement": text(lambda _kind: True, "text"),  # it chose the table
    **{name: FIELDS[name] for name in ("chiptrail:ledger", "chiptrail:party", "chiptrail:nonce")},
    "id": text(_UUID.fullmatch, "urn:uuid: and a UUID in lower case"),
    "issuedAt": TIME,
}


def _statement(fields: Mapping[str, Check], *optional: str, after: bool = True) -> Check:
    every = {**_PREAMBLE, **({AFTER: _NOTE} if after else {}), **fields}
    return record(every, required=tuple(name for name in every if name not in optional))


GENESIS = _statement(
    {
        "origin": FIELDS["chiptrail:ledger"],
        "logKey": text(_VERIFIER_KEY.fullmatch, "a verifier key"),
        "registrarKey": _bytes_of(32),
        "predecessor": _NOTE,
    },
    "predecessor",
    after=False,
)
PARTY = _statement({"subject": _SUBJECT})
KEY = _statement(
    {
        "subject": check_party,
        "publicKey": _bytes_of(32),
        "proof": _bytes_of(64),
        "endorsement": _ENDORSEMENT,
    },
    "endorsement",
)
REVOCATION = _statement(
    {"keyid": SHA256_HEX, "reason": _TEXT, "suspectedSince": TIME}, "suspectedSince"
)
