"""The signed envelope and what travels beside it.

Source: DSSE v1.0.2, narrowed as docs/formats.md says: exactly one signature, standard base64 that
re-encodes to itself, no unknown fields, at most 1 MiB. The wire form is::

    {"payload": "<base64>", "payloadType": "application/vnd.chiptrail.event+json",
     "signatures": [{"keyid": "<64 hex digits>", "sig": "<base64 of 64 bytes>"}]}

A submission is that envelope bare, or with the item lists and disclosures it commits to::

    {"envelope": {...}, "lists": {"epcList": {"seed": "<base64>", "ids": ["https://..."]}},
     "disclosures": ["<base64url>"]}

Nothing is verified here: ``ledger.dsse.verify`` makes the envelope a ``VerifiedPayload`` and
``ledger.disclosure`` checks lists and disclosures against what was signed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from schemas import shape, strict_json
from schemas.errors import MalformedEnvelope, TooLarge
from schemas.formats import decode_base64, decode_hex, encode_base64
from schemas.strict_json import JSON

ENVELOPE_LIMIT = 1 << 20
SUBMISSION_LIMIT = 16 << 20
SEED_SIZE = 32
SIGNATURE_SIZE = 64

_ENVELOPE_FIELDS = frozenset({"payload", "payloadType", "signatures"})
_SIGNATURE_FIELDS = frozenset({"keyid", "sig"})
_SUBMISSION_FIELDS = frozenset({"envelope", "lists", "disclosures"})
_LIST_FIELDS = frozenset({"seed", "ids"})
_NO_LISTS: Mapping[str, "ItemList"] = {}


class PayloadType(StrEnum):
    """What a payload is; part of what is signed (DSSE PAE)."""

    EVENT = "application/vnd.chiptrail.event+json"
    STATEMENT = "application/vnd.chiptrail.statement+json"
    BUNDLE = "application/vnd.chiptrail.bundle+json"
    TRANSCRIPT = "application/vnd.chiptrail.transcript+json"


_PAYLOAD_TYPES: Mapping[str, PayloadType] = {str(member): member for member in PayloadType}


@dataclass(frozen=True, slots=True)
class Envelope:
    """One payload with one signature, not yet verified.

    *keyid* is a hint (64 lower-case hex digits) that decides nothing; *signature* has 64 bytes.
    """

    payload: bytes
    payload_type: PayloadType
    keyid: str
    signature: bytes


@dataclass(frozen=True, slots=True)
class ItemList:
    """The opened form of one committed list: its 32-byte *seed* and all item ids."""

    seed: bytes
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Submission:
    """An envelope with the detached parts it commits to; *lists* go by field."""

    envelope: Envelope
    lists: Mapping[str, ItemList]
    disclosures: tuple[str, ...]


def envelope_from_json(value: JSON, pointer: str = "") -> Envelope:
    """The envelope in a parsed *value*, found at *pointer* of its document.

    Raises: MalformedEnvelope.
    """
    if not isinstance(value, dict) or value.keys() != _ENVELOPE_FIELDS:
        raise MalformedEnvelope(_fields_wanted(value, _ENVELOPE_FIELDS), pointer)
    text, payload_type, signatures = value["payload"], value["payloadType"], value["signatures"]
    known = _PAYLOAD_TYPES.get(payload_type) if isinstance(payload_type, str) else None
    if known is None:
        raise MalformedEnvelope("not a payload type of this format", f"{pointer}/payloadType")
    if not isinstance(signatures, list) or len(signatures) != 1:
        raise MalformedEnvelope("want exactly one signature", f"{pointer}/signatures")
    keyid, signature = _signature(signatures[0], f"{pointer}/signatures/0")
    return Envelope(_bytes(text, f"{pointer}/payload"), known, keyid, signature)


def _signature(value: JSON, pointer: str) -> tuple[str, bytes]:
    if not isinstance(value, dict) or value.keys() != _SIGNATURE_FIELDS:
        raise MalformedEnvelope(_fields_wanted(value, _SIGNATURE_FIELDS), pointer)
    keyid = value["keyid"]
    try:
        decode_hex(keyid if isinstance(keyid, str) else "", 32)
    except ValueError as exc:
        raise MalformedEnvelope("want 64 lower-case hex digits", f"{pointer}/keyid") from exc
    signature = _bytes(value["sig"], f"{pointer}/sig")
    if len(signature) != SIGNATURE_SIZE:
        raise MalformedEnvelope(f"got {len(signature)} bytes, want 64", f"{pointer}/sig")
    return str(keyid), signature


def _bytes(value: JSON, pointer: str) -> bytes:
    if not isinstance(value, str):
        raise MalformedEnvelope("want a base64 string", pointer)
    try:
        return decode_base64(value)
    except ValueError as exc:
        raise MalformedEnvelope(
            "want standard base64, padded, that re-encodes to itself", pointer
        ) from exc


def _fields_wanted(value: JSON, fields: frozenset[str]) -> str:
    if not isinstance(value, dict):
        return f"want an object with {', '.join(sorted(fields))}"
    unknown, missing = sorted(value.keys() - fields), sorted(fields - value.keys())
    parts = [f"missing {', '.join(missing)}"] if missing else []
    # Names of unknown fields are the sender's text: say how many, show none.
    return "; ".join([*parts, f"{len(unknown)} unknown field(s)"] if unknown else parts)


def envelope_to_json(envelope: Envelope) -> dict[str, JSON]:
    """The wire object of *envelope*."""
    return {
        "payload": encode_base64(envelope.payload),
        "payloadType": envelope.payload_type.value,
        "signatures": [{"keyid": envelope.keyid, "sig": encode_base64(envelope.signature)}],
    }


def parse_submission(data: bytes) -> Submission:
    """One submission: an envelope with its lists and disclosures, or a bare envelope.

    Raises: MalformedJson, MalformedEnvelope, TooLarge (envelope over 1 MiB, all over 16 MiB).
    """
    found = _PLAIN(data)
    plain = None if found is None else _plain_submission(*found.groups())
    if plain is not None:
        return plain
    value = strict_json.load(data, limit=SUBMISSION_LIMIT)
    if isinstance(value, dict) and "envelope" in value:
        return _full_submission(value)
    if len(data) > ENVELOPE_LIMIT:
        raise TooLarge(f"envelope has {len(data)} bytes, limit {ENVELOPE_LIMIT}", "")
    return Submission(envelope_from_json(value), _NO_LISTS, ())


def split_plain(data: bytes) -> list[bytes] | None:
    """Each submission in ``{"entries": [...]}``, where all of them are envelopes alone.

    They are the bytes that were sent, and JSON, whatever else they may be; None where *data* is
    spelled in another way than ``encode_submission`` does, or is no such thing.
    """
    start, end = len(_ENTRIES), len(data) - len(b"]}")
    if not (data.startswith(_ENTRIES) and data.endswith(b"]}")):
        return None
    found = []
    while (one := _PLAIN_TEXT.match(data, start, end)) is not None:
        found.append(one[0])
        start = one.end() + 1
        if start > end:
            return found
        if data[start - 1] != ord(","):
            break
    return None


_ENTRIES = b'{"entries":['
# What ``encode_submission`` writes of an envelope alone: read without a JSON parser, at a third of
# the cost. Whatever is not spelled like that to the byte, and whatever is wrong, goes the long way.
_PLAIN_TEXT = re.compile(
    rb'\{"envelope":\{"payload":"([A-Za-z0-9+/=]*)","payloadType":"([a-z0-9.+/]*)",'
    rb'"signatures":\[\{"keyid":"([0-9a-f]{64})","sig":"([A-Za-z0-9+/=]{88})"\}\]\}\}'
)
_PLAIN = re.compile(_PLAIN_TEXT.pattern + rb"\n?").fullmatch


def _plain_submission(
    payload: bytes, payload_type: bytes, keyid: bytes, signature: bytes
) -> Submission | None:
    try:
        envelope = Envelope(
            decode_base64(payload.decode()),
            _PAYLOAD_TYPES[payload_type.decode()],
            keyid.decode(),
            decode_base64(signature.decode()),
        )
    except (ValueError, KeyError):
        return None
    is_sound = len(envelope.signature) == SIGNATURE_SIZE and len(payload) <= ENVELOPE_LIMIT
    return Submission(envelope, _NO_LISTS, ()) if is_sound else None


def _full_submission(value: dict[str, JSON]) -> Submission:
    if not value.keys() <= _SUBMISSION_FIELDS:
        unknown = len(value.keys() - _SUBMISSION_FIELDS)
        raise MalformedEnvelope(f"{unknown} unknown field(s) beside the envelope", "")
    envelope = envelope_from_json(value["envelope"], "/envelope")
    # Base64 stretches by 4/3; the exact wire size is checked without encoding again.
    if len(envelope.payload) * 4 > ENVELOPE_LIMIT * 3:
        raise TooLarge(f"payload has {len(envelope.payload)} bytes", "/envelope/payload")
    lists = value.get("lists", {})
    if not isinstance(lists, dict):
        raise MalformedEnvelope("want an object of lists by field", "/lists")
    disclosures = value.get("disclosures", [])
    if not isinstance(disclosures, list):
        raise MalformedEnvelope("want a list of disclosures", "/disclosures")
    texts = tuple(text for text in disclosures if isinstance(text, str))
    if len(texts) != len(disclosures):
        raise MalformedEnvelope("want base64url strings", "/disclosures")
    return Submission(
        envelope,
        {field: _item_list(entry, shape.pointer("lists", field)) for field, entry in lists.items()},
        texts,
    )


def _item_list(value: JSON, pointer: str) -> ItemList:
    if not isinstance(value, dict) or value.keys() != _LIST_FIELDS:
        raise MalformedEnvelope(_fields_wanted(value, _LIST_FIELDS), pointer)
    seed, ids = _bytes(value["seed"], f"{pointer}/seed"), value["ids"]
    if len(seed) != SEED_SIZE:
        raise MalformedEnvelope(f"got {len(seed)} bytes, want {SEED_SIZE}", f"{pointer}/seed")
    if not isinstance(ids, list):
        raise MalformedEnvelope("want a list of item ids", f"{pointer}/ids")
    texts = tuple([text for text in ids if isinstance(text, str)])
    if len(texts) != len(ids):
        raise MalformedEnvelope("want strings", f"{pointer}/ids")
    return ItemList(seed, texts)


def submission_to_json(submission: Submission) -> dict[str, JSON]:
    """The wire object of *submission*; always in the form with ``envelope``."""
    value: dict[str, JSON] = {"envelope": envelope_to_json(submission.envelope)}
    if submission.lists:
        value["lists"] = {
            field: {"seed": encode_base64(given.seed), "ids": list(given.ids)}
            for field, given in submission.lists.items()
        }
    if submission.disclosures:
        value["disclosures"] = list(submission.disclosures)
    return value


def encode_submission(submission: Submission) -> bytes:
    """*submission* as one line of JSON without the line end, as NDJSON wants it."""
    return strict_json.dump(submission_to_json(submission))
