"""A request to enrol a key: what a party hands to the registrar, who needs no private key.

``chiptrail keygen --origin`` writes one beside the key file, ``chiptrail enroll key`` reads it::

    {"chiptrailKeyRequest": 1, "origin": "example.com/ledger", "party": "urn:chiptrail:party:acme",
     "publicKey": b64 of 32 bytes, "proof": b64 of 64 bytes,
     "endorsement"?: {"keyid": 64 hex digits, "sig": b64 of 64 bytes}}

*proof* is the new key's signature over ``ledger.keys.key_proof_message``, *endorsement* the same by
a key that the party has already. Whether they verify is the ledger's to decide.
"""

from dataclasses import dataclass

from schemas import strict_json
from schemas.errors import MalformedKey
from schemas.formats import check_party_id, decode_base64, decode_hex, encode_base64
from schemas.statement import Endorsement
from schemas.strict_json import JSON

LIMIT = 1 << 16
_FIELDS = frozenset({"chiptrailKeyRequest", "origin", "party", "publicKey", "proof"})


@dataclass(frozen=True, slots=True)
class KeyRequest:
    """*public_key* has 32 bytes, *proof* 64; *endorsement* is None for a party's first key."""

    origin: str
    party: str
    public_key: bytes
    proof: bytes
    endorsement: Endorsement | None = None


def encode_key_request(request: KeyRequest) -> bytes:
    """*request* as a file, one line."""
    value: dict[str, JSON] = {
        "chiptrailKeyRequest": 1,
        "origin": request.origin,
        "party": request.party,
        "publicKey": encode_base64(request.public_key),
        "proof": encode_base64(request.proof),
    }
    if request.endorsement is not None:
        value["endorsement"] = {
            "keyid": request.endorsement.keyid,
            "sig": encode_base64(request.endorsement.signature),
        }
    return strict_json.dump(value) + b"\n"


def is_key_request(data: bytes) -> bool:
    """Whether *data* says that it is one."""
    return b'"chiptrailKeyRequest"' in data


def parse_key_request(data: bytes) -> KeyRequest:
    """The request in the file *data*.

    Raises: MalformedJson, TooLarge, MalformedKey.
    """
    value = strict_json.load_object(data, limit=LIMIT)
    if value.keys() not in (_FIELDS, _FIELDS | {"endorsement"}):
        raise MalformedKey(f"want the members {', '.join(sorted(_FIELDS))}", "")
    if value["chiptrailKeyRequest"] != 1:
        raise MalformedKey("want version 1", "/chiptrailKeyRequest")
    return KeyRequest(
        origin=_text(value, "origin"),
        party=_party(value),
        public_key=_bytes(value["publicKey"], 32, "/publicKey"),
        proof=_bytes(value["proof"], 64, "/proof"),
        endorsement=_endorsement(value["endorsement"]) if "endorsement" in value else None,
    )


def _text(value: dict[str, JSON], name: str) -> str:
    text = value[name]
    if not isinstance(text, str) or not text:
        raise MalformedKey("want text", f"/{name}")
    return text


def _party(value: dict[str, JSON]) -> str:
    try:
        return check_party_id(_text(value, "party"))
    except ValueError as exc:
        raise MalformedKey(str(exc), "/party") from exc


def _bytes(value: JSON, length: int, pointer: str) -> bytes:
    try:
        raw = decode_base64(value if isinstance(value, str) else "\n")
    except ValueError as exc:
        raise MalformedKey("want standard base64", pointer) from exc
    if len(raw) != length:
        raise MalformedKey(f"got {len(raw)} bytes, want {length}", pointer)
    return raw


def _endorsement(value: JSON) -> Endorsement:
    if not isinstance(value, dict) or value.keys() != {"keyid", "sig"}:
        raise MalformedKey("want keyid and sig", "/endorsement")
    keyid = value["keyid"]
    try:
        decode_hex(keyid if isinstance(keyid, str) else "", 32)
    except ValueError as exc:
        raise MalformedKey("want 64 lower-case hex digits", "/endorsement/keyid") from exc
    return Endorsement(str(keyid), _bytes(value["sig"], 64, "/endorsement/sig"))
