"""Chiptrail's own fields in an EPCIS event: the shape of each.

They are namespaced extensions, so an event that has them is a valid EPCIS 2.0 event. ``?`` marks
what may be missing; objects are closed; a ``chiptrail:`` name that is not here is refused. *label*
is 1 to 200 printable characters, *party* a party id, *time* RFC 3339 with offset::

    chiptrail:ledger          "example.com/ledger"     origin; printable ASCII, no blank, no "+"
    chiptrail:party           party                    the signer's
    chiptrail:nonce           base64url of 16 to 64 bytes
    chiptrail:after           signed checkpoint note, 1 to 4096 bytes of UTF-8
    chiptrail:onBehalfOf?     party
    chiptrail:via?            [party, ...]             distinct, at most 64
    chiptrail:dueBy?          time
    chiptrail:final?          true | false
    chiptrail:authorisations? [{"regime": label, "kind": "licence"|"exception"|"nlr"|"permit",
                                "number"?: label, "code"?: label}, ...]
    chiptrail:location?       {"latitude": -90..90, "longitude": -180..180, "accuracyM": > 0,
                               "countryCode"?: ISO 3166-1 alpha-2, "method"?: label,
                               "observedAt"?: time}
    chiptrail:identities?     [{"item": URI, "printedSerial"?: label, "nvmlSerial"?: label,
                                "uuid"?: label, "pdi"?: label, "partNumber"?: label,
                                "attestationCertSha256"?: 64 hex digits}, ...]
                               each with one of the optional members, no item twice
    chiptrail:customs?        {"itn"?: "X" and 14 digits, "hts"?: [6, 8 or 10 digits, dots allowed],
                               "eccn"?: ["EAR99" | "3A090.a", ...], "value"?: >= 0,
                               "currency"?: ISO 4217, "incoterm"?: three capitals,
                               "packages"?: count, "weightKg"?: > 0, "seals"?: [label, ...],
                               "origin"?: ISO 3166-1 alpha-2,
                               "ports"?: {"loading"?: label, "discharge"?: label},
                               "mode"?: "air"|"sea"|"road"|"rail"|"mail"|"multimodal",
                               "regime"?: "free"|"bonded"|"ftz"|"transit"}
                               value and currency only together
    chiptrail:evidence?       [{"name": label, "mediaType": "type/subtype",
                                "sha256": 64 hex digits, "size": count}, ...]
    chiptrail:commitments?    {name: SHA-256 in base64url}    see schemas.withheld
    chiptrail:transcripts?    [DSSE envelope, ...]     1 to 8; see schemas.transcript

    in errorDeclaration:
    chiptrail:corrects?       64 hex digits            SHA-256(PAE) of the entry; then required:
    chiptrail:nonce?          as above                 fresh, since the rest is the old event again
    chiptrail:after?          as above
"""

import re
from collections.abc import Mapping
from typing import Any

from schemas.context import NAMESPACE, PREFIX, check_namespace
from schemas.epcis import event_check
from schemas.errors import MalformedEvent, MalformedItems
from schemas.formats import check_party_id
from schemas.geo import SWAPPED
from schemas.item import fold_item
from schemas.shape import (
    TIME,
    URI,
    Fields,
    boolean,
    check_distinct,
    code,
    count,
    list_of,
    mapping,
    misfit,
    number_where,
    pointer,
    record,
    text,
    texts,
)
from schemas.strict_json import JSON

MAX_AFTER_BYTES = 4096
MAX_LABEL = 200
MAX_VIA = 64
MAX_TRANSCRIPTS = 8
TRANSCRIPTS = "chiptrail:transcripts"


# Scalars -----------------------------------------------------------------------------------------

# Canonical base64url: the bits of the last character that no byte needs are 0.
_REST_OF_2 = "[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048]"
_NONCE = re.compile(
    rf"(?=.{{22,86}}\Z)(?:[A-Za-z0-9_-]{{4}})+(?:[A-Za-z0-9_-][AQgw]|{_REST_OF_2})?"
)
_DIGEST = re.compile(rf"[A-Za-z0-9_-]{{40}}{_REST_OF_2}")
_HEX = re.compile("[0-9a-f]{64}")
_ORIGIN = re.compile("[!-*,-~]{1,255}")
_CAPITALS_2 = re.compile("[A-Z]{2}")
_CAPITALS_3 = re.compile("[A-Z]{3}")
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}/[A-Za-z0-9!#$&^_.+-]{1,127}")
_ITN = re.compile("X[0-9]{14}")
_ECCN = re.compile(r"EAR99|[0-9][A-E][0-9]{3}(?:\.[A-Za-z0-9.]{1,12})?")
_HTS = re.compile(r"[0-9]{4}(?:\.?[0-9]{2}){1,3}")


def _is_label(value: str) -> bool:
    # Printable leaves out controls and the marks that turn the direction of writing.
    return 0 < len(value) <= MAX_LABEL and value.isprintable()


def _is_note(value: str) -> bool:
    return 0 < (len(value) if value.isascii() else len(value.encode())) <= MAX_AFTER_BYTES


def check_party(value: JSON) -> None:
    """A party id.

    Raises: MalformedEvent.
    """
    if isinstance(value, str):
        try:
            check_party_id(value)
        except ValueError:
            pass
        else:
            return
    raise misfit(value, "urn:chiptrail:party:<slug> or a GS1 party URI")


LABEL = text(_is_label, f"1 to {MAX_LABEL} printable characters")
SHA256_HEX = text(_HEX.fullmatch, "64 lower-case hex digits")
DIGEST = text(_DIGEST.fullmatch, "base64url of 32 bytes, unpadded")
COUNTRY = text(_CAPITALS_2.fullmatch, "a country code of two capitals")
LATITUDE = number_where(lambda value: -90 <= value <= 90, "degrees from -90 to 90")
LONGITUDE = number_where(lambda value: -180 <= value <= 180, "degrees from -180 to 180")
_NONCE_FIELD = text(_NONCE.fullmatch, "base64url of 16 to 64 bytes, unpadded")
_AFTER_FIELD = text(_is_note, f"a signed checkpoint note of at most {MAX_AFTER_BYTES} bytes")
_POSITIVE = number_where(lambda value: value > 0, "a number above 0")
_NOT_NEGATIVE = number_where(lambda value: value >= 0, "a number from 0 on")


# Objects -----------------------------------------------------------------------------------------

_LOCATION = record(
    {
        "latitude": LATITUDE,
        "longitude": LONGITUDE,
        "accuracyM": _POSITIVE,
        "countryCode": COUNTRY,
        "method": LABEL,
        "observedAt": TIME,
    },
    required=("latitude", "longitude", "accuracyM"),
)
_NUMBERS_OF_A_CHIP = ("printedSerial", "nvmlSerial", "uuid", "pdi", "partNumber")
_IDENTITY = record(
    {
        "item": URI,
        **dict.fromkeys(_NUMBERS_OF_A_CHIP, LABEL),
        "attestationCertSha256": SHA256_HEX,
    },
    required=("item",),
)
_CUSTOMS = record(
    {
        "itn": text(_ITN.fullmatch, "X and 14 digits"),
        "hts": list_of(text(_HTS.fullmatch, "6, 8 or 10 digits, dots between them allowed")),
        "eccn": list_of(text(_ECCN.fullmatch, "EAR99 or a number such as 3A090.a")),
        "value": _NOT_NEGATIVE,
        "currency": text(_CAPITALS_3.fullmatch, "a currency code of three capitals"),
        "incoterm": text(_CAPITALS_3.fullmatch, "three capitals"),
        "packages": count,
        "weightKg": _POSITIVE,
        "seals": list_of(LABEL),
        "origin": COUNTRY,
        "ports": record({"loading": LABEL, "discharge": LABEL}),
        "mode": code({"air", "sea", "road", "rail", "mail", "multimodal"}),
        "regime": code({"free", "bonded", "ftz", "transit"}),
    }
)
_AUTHORISATION = record(
    {
        "regime": LABEL,
        "kind": code({"licence", "exception", "nlr", "permit"}),
        "number": LABEL,
        "code": LABEL,
    },
    required=("regime", "kind"),
)
_EVIDENCE = record(
    {
        "name": LABEL,
        "mediaType": text(_MEDIA_TYPE.fullmatch, "type/subtype"),
        "sha256": SHA256_HEX,
        "size": count,
    },
    required=("name", "mediaType", "sha256", "size"),
)


def _identity(value: JSON) -> None:
    _IDENTITY(value)
    assert isinstance(value, dict)
    if len(value) < 2:
        raise MalformedEvent("binds the item to nothing", "")


_IDENTITIES = list_of(_identity)


def check_identities(value: JSON) -> None:
    """What else identifies items, each of them once.

    Raises: MalformedEvent.
    """
    _IDENTITIES(value)
    assert isinstance(value, list)
    items = []
    for index, entry in enumerate(value):
        assert isinstance(entry, dict)
        try:
            items.append(fold_item(str(entry["item"])))
        except MalformedItems as exc:
            raise MalformedEvent(exc.message, pointer(index, "item")) from exc
    check_distinct(items)


def check_location(value: JSON) -> None:
    """A location.

    Raises: MalformedEvent.
    """
    try:
        _LOCATION(value)
    except MalformedEvent as error:
        if error.pointer == "/latitude" and isinstance(value, dict) and _is_mirrored(value):
            raise MalformedEvent(f"{error.message}; {SWAPPED}", error.pointer) from None
        raise


def _is_mirrored(value: dict[str, JSON]) -> bool:
    """Whether the two coordinates fit when they change places."""
    try:
        LONGITUDE(value.get("latitude"))
        LATITUDE(value.get("longitude"))
    except MalformedEvent:
        return False
    return True


def check_customs(value: JSON) -> None:
    """Customs facts of a shipment.

    Raises: MalformedEvent.
    """
    _CUSTOMS(value)
    assert isinstance(value, dict)
    if ("value" in value) != ("currency" in value):
        raise MalformedEvent(
            "missing, want value and currency together",
            "/currency" if "value" in value else "/value",
        )


# Fields -------------------------------------------------------------------------------------------

FIELDS: Fields = {
    "@context": check_namespace,
    "chiptrail:ledger": text(_ORIGIN.fullmatch, "an origin without blanks and plus signs"),
    "chiptrail:party": check_party,
    "chiptrail:nonce": _NONCE_FIELD,
    "chiptrail:after": _AFTER_FIELD,
    "chiptrail:onBehalfOf": check_party,
    "chiptrail:via": list_of(check_party, distinct=True, most=MAX_VIA),
    "chiptrail:dueBy": TIME,
    "chiptrail:final": boolean,
    "chiptrail:authorisations": list_of(_AUTHORISATION),
    "chiptrail:location": check_location,
    "chiptrail:identities": check_identities,
    "chiptrail:customs": check_customs,
    "chiptrail:evidence": list_of(_EVIDENCE),
    "chiptrail:commitments": mapping,  # read name by name in schemas.withheld
    TRANSCRIPTS: list_of(mapping, least=1, most=MAX_TRANSCRIPTS),  # read in schemas.transcript
}
LIST_FIELDS = ("epcList", "childEPCs", "inputEPCList", "outputEPCList")
"""The fields that hold items one by one, open or committed."""

REQUIRED = ("eventID", "chiptrail:ledger", "chiptrail:party", "chiptrail:nonce", "chiptrail:after")
_ERROR_FIELDS: Fields = {
    "chiptrail:nonce": _NONCE_FIELD,
    "chiptrail:after": _AFTER_FIELD,
    "chiptrail:corrects": SHA256_HEX,
}
_CHECK = event_check(
    fields=FIELDS,
    required=REQUIRED,
    replaced=dict.fromkeys(LIST_FIELDS, texts),  # schemas.event folds them, which is more
    error_fields=_ERROR_FIELDS,
    reserved=(PREFIX + ":", NAMESPACE),
)


def check_extended(event: JSON) -> None:
    """An EPCIS event that has the required fields of a payload, every field in its shape.

    Left to ``schemas.event``: whether items are URIs and distinct, which folding finds. What
    fields say together (withheld and open, ``corrects`` and its nonce) is not looked at.

    Raises: MalformedEvent.
    """
    _CHECK(event)


def check_correction(event: Mapping[str, Any]) -> None:
    """A correction has a nonce and a checkpoint of its own; *event* has its shape.

    Raises: MalformedEvent.
    """
    error = event.get("errorDeclaration", {})
    for name in ("chiptrail:nonce", "chiptrail:after"):
        if "chiptrail:corrects" in error and name not in error:
            raise MalformedEvent("missing beside chiptrail:corrects", f"/errorDeclaration/{name}")
