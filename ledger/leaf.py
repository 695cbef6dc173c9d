r"""Leaf v1: the log's entry, 137 bytes that tell an outsider nothing about the payload.

Source: docs/formats.md, "Leaf". Byte for byte::

      0    1  0x01
      1    8  recorded_at, milliseconds since 1970, big-endian
      9   32  SHA-256(PAE), the identity of the entry
     41   32  SHA-256("chiptrail/leaf-key/v1\n" || public key || PAE)
     73   64  Ed25519 signature

Both hashes cover the nonce inside the payload, so neither payload nor key can be guessed from the
leaf. The PAE is ``ledger.dsse``'s, the leaf hash ``ledger.merkle``'s. Example::

    record = leaf_record(1_700_000_000_000, key.raw, PayloadType.EVENT, payload, signature)
    assert parse_leaf(record).identity == identity_of(PayloadType.EVENT, payload)
"""

from dataclasses import dataclass
from hashlib import sha256
from struct import Struct

from ledger.dsse import pae
from schemas.errors import MalformedNote

LEAF_SIZE = 137
LEAF_VERSION = 1
MAX_TIME_MS = (1 << 63) - 1

_LAYOUT = Struct(">BQ32s32s64s")
_KEY_DOMAIN = b"chiptrail/leaf-key/v1\n"


@dataclass(frozen=True, slots=True)
class Leaf:
    """The five parts of a leaf: hashes have 32 bytes, the signature 64."""

    recorded_at_ms: int
    identity: bytes
    key_commitment: bytes
    signature: bytes


def leaf_of(
    recorded_at_ms: int, public_key_raw: bytes, payload_type: str, payload: bytes, signature: bytes
) -> Leaf:
    """The leaf of a payload signed by the key with the 32 bytes *public_key_raw*."""
    message = pae(payload_type, payload)
    commitment = sha256(_KEY_DOMAIN + public_key_raw + message).digest()
    return Leaf(recorded_at_ms, sha256(message).digest(), commitment, signature)


def leaf_record(
    recorded_at_ms: int, public_key_raw: bytes, payload_type: str, payload: bytes, signature: bytes
) -> bytes:
    """``encode_leaf(leaf_of(...))`` without the value in between: the capture path.

    Raises: MalformedNote (time or length out of range).
    """
    message = pae(payload_type, payload)
    return _pack(
        recorded_at_ms,
        sha256(message).digest(),
        sha256(_KEY_DOMAIN + public_key_raw + message).digest(),
        signature,
    )


def encode_leaf(leaf: Leaf) -> bytes:
    """The 137 bytes of *leaf*.

    Raises: MalformedNote (time or length out of range).
    """
    # struct cuts and pads silently, so lengths are checked before it sees them.
    if len(leaf.identity) != 32 or len(leaf.key_commitment) != 32:
        raise MalformedNote("want hashes of 32 bytes in a leaf")
    return _pack(leaf.recorded_at_ms, leaf.identity, leaf.key_commitment, leaf.signature)


def parse_leaf(data: bytes) -> Leaf:
    """The leaf in *data*.

    Raises: MalformedNote (length, version, or a time over 2^63 - 1).
    """
    if len(data) != LEAF_SIZE or data[0] != LEAF_VERSION:
        raise MalformedNote(f"not a leaf of version {LEAF_VERSION}")
    _, recorded_at_ms, identity, key_commitment, signature = _LAYOUT.unpack(data)
    if recorded_at_ms > MAX_TIME_MS:
        raise MalformedNote("the time of the leaf is over 2^63 - 1")
    return Leaf(recorded_at_ms, identity, key_commitment, signature)


def _pack(recorded_at_ms: int, identity: bytes, key_commitment: bytes, signature: bytes) -> bytes:
    if len(signature) != 64 or not 0 <= recorded_at_ms <= MAX_TIME_MS:
        raise MalformedNote("want a signature of 64 bytes and a time from 0 to 2^63 - 1 in a leaf")
    return _LAYOUT.pack(LEAF_VERSION, recorded_at_ms, identity, key_commitment, signature)
