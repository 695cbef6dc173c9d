"""cosignature/v1: what a witness signs under a checkpoint, and when.

Source: C2SP tlog-cosignature, the Ed25519 type 0x04. The bytes in the note's signature line, after
the key id, are the time and the signature::

    uint64 big-endian POSIX seconds || Ed25519 signature over

    cosignature/v1
    time <decimal seconds>
    <the whole checkpoint text with its final line end>

It says that at that time this was the largest consistent tree the witness had seen of that origin.
The message names no cosigner, so a key serves one cosigner only. Lines and key ids are
``ledger.note``'s; whether a time lies in the future is for those to ask who have a clock. Example::

    data = sign_cosignature(text, key, 1_700_000_000)
    assert verify_cosignature(text, key.public, data) == 1_700_000_000
"""

from ledger.keys import SIGNATURE_SIZE, PrivateKey, PublicKey, verify_signature
from schemas.errors import BadSignature

TIME_SIZE = 8
MAX_TIME_S = (1 << 63) - 1


def cosignature_message(text: str, at_seconds: int) -> bytes:
    """The bytes that a cosignature of checkpoint *text* at that time covers."""
    return f"cosignature/v1\ntime {at_seconds}\n{text}".encode()


def sign_cosignature(text: str, key: PrivateKey, at_seconds: int) -> bytes:
    """Time and signature, 72 bytes.

    Raises: ValueError unless 0 <= at_seconds < 2^63.
    """
    if not 0 <= at_seconds <= MAX_TIME_S:
        raise ValueError(f"got time {at_seconds}, want one from 0 to 2^63 - 1")
    return encode_cosignature(at_seconds, key.sign(cosignature_message(text, at_seconds)))


def encode_cosignature(at_seconds: int, signature: bytes) -> bytes:
    """What stands in the line of a note after the key id."""
    return at_seconds.to_bytes(TIME_SIZE, "big") + signature


def verify_cosignature(text: str, key: PublicKey, data: bytes) -> int:
    """The POSIX seconds at which *key* cosigned checkpoint *text*.

    Raises: BadSignature (also: not 72 bytes, or a time over 2^63 - 1).
    """
    at_seconds = int.from_bytes(data[:TIME_SIZE], "big")
    if len(data) != TIME_SIZE + SIGNATURE_SIZE or at_seconds > MAX_TIME_S:
        raise BadSignature("not a cosignature of version 1")
    verify_signature(key, cosignature_message(text, at_seconds), data[TIME_SIZE:])
    return at_seconds
