"""The box in which a key file keeps its seed, under a passphrase: two kinds, by who can open them.

``argon2id``: argon2id, then secretbox; what a machine with libsodium should use. ``pbkdf2-sha256``:
PBKDF2 (RFC 8018), then AES-256-GCM; all that browsers have, which is how one that made a key backs
it up. Salts and nonces come in as arguments. The members of a key file that make up its box::

    {"kdf": "argon2id", "salt": b64, "opslimit": 3, "memlimit": 67108864, "box": b64}
    {"kdf": "pbkdf2-sha256", "iterations": 600000, "salt": b64, "iv": b64, "box": b64}
"""

from collections.abc import Mapping
from enum import StrEnum
from hashlib import pbkdf2_hmac

from nacl.bindings import crypto_aead_aes256gcm_decrypt, crypto_aead_aes256gcm_encrypt
from nacl.exceptions import CryptoError
from nacl.pwhash import argon2id
from nacl.secret import SecretBox

from schemas.errors import MalformedKey, WrongPassphrase
from schemas.formats import decode_base64, encode_base64
from schemas.strict_json import JSON

SALT_SIZE = argon2id.SALTBYTES
NONCE_SIZE = SecretBox.NONCE_SIZE
_IV_SIZE = 12
_AES_KEY_SIZE = 32

# RFC 9106 section 4, second recommended option: 3 passes over 64 MiB.
OPSLIMIT = 3
MEMLIMIT = 64 << 20
# What OWASP asks of PBKDF2 with SHA-256 (Password Storage Cheat Sheet, 2023).
ITERATIONS = 600_000
# What a key file may ask of the machine that opens it; the floor of memory is libsodium's own.
_OPSLIMITS = range(1, 17)
_MEMLIMITS = range(8192, (1 << 30) + 1)
_ITERATIONS = range(1, 10_000_001)


class Box(StrEnum):
    """A kind of box, by its ``kdf``."""

    ARGON2ID = "argon2id"
    PBKDF2 = "pbkdf2-sha256"


FIELDS: Mapping[Box, frozenset[str]] = {
    Box.ARGON2ID: frozenset({"kdf", "salt", "opslimit", "memlimit", "box"}),
    Box.PBKDF2: frozenset({"kdf", "salt", "iterations", "iv", "box"}),
}


def seal(kind: Box, seed: bytes, passphrase: bytes, salt: bytes, nonce: bytes) -> dict[str, JSON]:
    """The members of a key file that keep *seed*; *salt* and *nonce* must be fresh random ones.

    Raises: MalformedKey (length of salt or nonce).
    """
    if len(salt) != SALT_SIZE or len(nonce) != NONCE_SIZE:
        raise MalformedKey(f"want a salt of {SALT_SIZE} bytes and a nonce of {NONCE_SIZE}")
    said: dict[str, JSON] = {"kdf": kind.value, "salt": encode_base64(salt)}
    if kind is Box.ARGON2ID:
        box = bytes(_secretbox(passphrase, salt, OPSLIMIT, MEMLIMIT).encrypt(seed, nonce))
        return {**said, "opslimit": OPSLIMIT, "memlimit": MEMLIMIT, "box": encode_base64(box)}
    iv, key = nonce[:_IV_SIZE], _aes_key(passphrase, salt, ITERATIONS)
    box = crypto_aead_aes256gcm_encrypt(seed, None, iv, key)
    more: dict[str, JSON] = {"iterations": ITERATIONS, "iv": encode_base64(iv)}
    return {**said, **more, "box": encode_base64(box)}


def unseal(value: Mapping[str, JSON], passphrase: bytes | None) -> bytes:
    """The seed in the box that is among the members *value* of a key file.

    Raises: MalformedKey, WrongPassphrase (also when none is given).
    """
    if passphrase is None:
        raise WrongPassphrase("the key file is encrypted: a passphrase is needed")
    salt, box = bytes_of(value, "salt"), bytes_of(value, "box")
    if len(salt) != SALT_SIZE:
        raise MalformedKey(f"want a salt of {SALT_SIZE} bytes", "/salt")
    try:
        if value["kdf"] == Box.ARGON2ID:
            # A key file may not ask for all memory of the machine.
            work = _work(value, "opslimit", _OPSLIMITS), _work(value, "memlimit", _MEMLIMITS)
            return _secretbox(passphrase, salt, *work).decrypt(box)
        key = _aes_key(passphrase, salt, _work(value, "iterations", _ITERATIONS))
        return crypto_aead_aes256gcm_decrypt(box, None, bytes_of(value, "iv"), key)
    except (CryptoError, ValueError) as exc:
        raise WrongPassphrase("the key file does not open with this passphrase") from exc


def bytes_of(value: Mapping[str, JSON], name: str) -> bytes:
    """The bytes in the member *name* of a key file.

    Raises: MalformedKey.
    """
    text = value[name]
    try:
        return decode_base64(text if isinstance(text, str) else "\n")
    except ValueError as exc:
        raise MalformedKey("want standard base64", f"/{name}") from exc


def _work(value: Mapping[str, JSON], name: str, bounds: range) -> int:
    found = value[name]
    # True would pass for 1.
    if type(found) is not int or found not in bounds:
        raise MalformedKey("want an integer, within bounds", f"/{name}")
    return found


def _secretbox(passphrase: bytes, salt: bytes, opslimit: int, memlimit: int) -> SecretBox:
    return SecretBox(argon2id.kdf(SecretBox.KEY_SIZE, passphrase, salt, opslimit, memlimit))


def _aes_key(passphrase: bytes, salt: bytes, iterations: int) -> bytes:
    return pbkdf2_hmac("sha256", passphrase, salt, iterations, _AES_KEY_SIZE)
