"""DSSE v1.0.2: what a party signs, and the payload that such a signature vouches for.

The signed bytes are the pre-authentication encoding::

    DSSEv1 <len(type)> <type> <len(payload)> <payload>

lengths in bytes, ASCII decimal. The identity of an entry is SHA-256 of those bytes: it depends on
no spelling of the envelope. The JSON form is ``schemas.envelope``'s; which key a party has at which
index is for the caller to know. Example::

    envelope = sign(payload, PayloadType.EVENT, key)
    verified = verify(envelope, key.public)
    event = parse_event(verified.payload)
"""

from hashlib import sha256
from typing import NamedTuple

from ledger.keys import PrivateKey, PublicKey, verify_signature
from schemas.envelope import Envelope, PayloadType
from schemas.errors import UnknownKey


class VerifiedPayload(NamedTuple):
    """A payload whose signature was checked; made by ``verify`` alone.

    *identity* is SHA-256(PAE). Parse *payload*, never the envelope again.
    """

    payload: bytes
    payload_type: PayloadType
    key: PublicKey
    identity: bytes
    signature: bytes


def pae(payload_type: str, payload: bytes) -> bytes:
    """The bytes that are signed.

    Source: DSSE v1.0.2, "Signature Definition".
    """
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def identity_of(payload_type: str, payload: bytes) -> bytes:
    """SHA-256(PAE): the identity of an entry, 32 bytes, unique in the log."""
    return sha256(pae(payload_type, payload)).digest()


def sign(payload: bytes, payload_type: PayloadType, key: PrivateKey) -> Envelope:
    """The envelope of *payload* signed with *key*."""
    return Envelope(payload, payload_type, key.public.keyid, key.sign(pae(payload_type, payload)))


def verify(envelope: Envelope, key: PublicKey) -> VerifiedPayload:
    """The payload of *envelope*, vouched for by *key*.

    The keyid in the envelope decides nothing: *key* is the one the caller trusts.

    Raises: UnknownKey (the envelope names another key), BadSignature.
    """
    if envelope.keyid != key.keyid:
        raise UnknownKey(f"got keyid {envelope.keyid}, want {key.keyid}")
    message = pae(envelope.payload_type, envelope.payload)
    verify_signature(key, message, envelope.signature)
    identity = sha256(message).digest()
    return VerifiedPayload(
        envelope.payload, envelope.payload_type, key, identity, envelope.signature
    )
