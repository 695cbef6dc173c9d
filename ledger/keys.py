"""Ed25519 keys and signatures, and the file a private key is kept in.

Source: RFC 8032, narrowed so that every verifier in the world agrees with this one: a public key is
a canonical point of prime order, and neither it nor the R of a signature is one of the 14 encodings
of a small-order point. OpenSSL, Node and browsers accept some of those; under the key ``01 00..00``
one signature fits every message, so its owner could deny anything.

A keyid is the lower-case hex SHA-256 of the 32-byte public key. A key file is one JSON object, its
seed in the open or in a box under a passphrase (``ledger.key_box``)::

    {"chiptrailKey": 1, "name": "urn:chiptrail:party:acme", "publicKey": "<b64>", "keyid": "<hex>",
     "kdf": "argon2id", "salt": "<b64>", "opslimit": 3, "memlimit": 67108864, "box": "<b64>"}

Who owns a key, and from which index to which it counts, is ``ledger.service``'s to know; file modes
and randomness (seeds, salts and nonces come in as arguments) are the shell's. Example::

    key = private_key(seed)
    verify_signature(key.public, b"message", key.sign(b"message"))
"""

from dataclasses import dataclass, field
from hashlib import sha256

from nacl.bindings import (
    crypto_core_ed25519_is_valid_point,
    crypto_sign,
    crypto_sign_open,
    crypto_sign_seed_keypair,
)
from nacl.exceptions import BadSignatureError

from ledger.key_box import FIELDS, Box, bytes_of, seal, unseal
from schemas import strict_json
from schemas.errors import BadSignature, MalformedKey, WeakKey
from schemas.formats import encode_base64
from schemas.strict_json import JSON

KEY_SIZE = 32
SEED_SIZE = 32
SIGNATURE_SIZE = 64

_KEY_FILE_LIMIT = 1 << 16
_COMMON_FIELDS = frozenset({"chiptrailKey", "name", "publicKey", "keyid"})
_OPEN_FIELDS = _COMMON_FIELDS | {"seed"}

# All 14 encodings of the 8 points of small order, non-canonical ones included: as key or as R they
# are where verifiers differ. Little-endian as on the wire, each with either sign bit.
SMALL_ORDER_POINTS: frozenset[bytes] = frozenset(
    bytes.fromhex(low) + bytes([high | sign])
    for low, high in (
        ("00" * 31, 0x00),
        ("01" + "00" * 30, 0x00),
        ("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc", 0x05),
        ("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03", 0x7A),
        ("ec" + "ff" * 30, 0x7F),
        ("ed" + "ff" * 30, 0x7F),
        ("ee" + "ff" * 30, 0x7F),
    )
    for sign in (0x00, 0x80)
)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that passed ``parse_public_key``: *raw* is a canonical point of prime order.

    *keyid* is the lower-case hex SHA-256 of *raw*.
    """

    raw: bytes
    keyid: str

    def __post_init__(self) -> None:
        # The binding reads 32 bytes whatever it is given: a shorter key would read past its end.
        if len(self.raw) != KEY_SIZE:
            raise MalformedKey(f"got a public key of {len(self.raw)} bytes, want {KEY_SIZE}")


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A signing key; made by ``private_key``. The secret shows in no repr."""

    public: PublicKey
    _secret: bytes = field(repr=False)

    @property
    def seed(self) -> bytes:
        """The 32 bytes that it was made from, to be kept in a key file and nowhere else."""
        return self._secret[:SEED_SIZE]

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature over *message* (RFC 8032: the same one every time)."""
        return crypto_sign(message, self._secret)[:SIGNATURE_SIZE]


@dataclass(frozen=True, slots=True)
class KeyFile:
    """An opened key file: the signer's *name* as it was given, not authenticated, and the key."""

    name: str
    key: PrivateKey


def parse_public_key(raw: bytes) -> PublicKey:
    """The public key of 32 bytes in *raw*.

    Raises: MalformedKey (length), WeakKey (not a canonical point of prime order: off the curve,
    small order, mixed order, or y not below 2^255 - 19).
    """
    if len(raw) != KEY_SIZE:
        raise MalformedKey(f"got a public key of {len(raw)} bytes, want {KEY_SIZE}")
    # The list comes first so that no version of the library decides what we refuse.
    if raw in SMALL_ORDER_POINTS or not crypto_core_ed25519_is_valid_point(raw):
        raise WeakKey("the public key is not a canonical point of prime order")
    return PublicKey(raw, keyid_of(raw))


def keyid_of(raw: bytes) -> str:
    """The keyid of a public key: lower-case hex SHA-256 of its 32 bytes."""
    return sha256(raw).hexdigest()


def private_key(seed: bytes) -> PrivateKey:
    """The signing key of a 32-byte *seed* (RFC 8032 calls it the private key).

    Raises: MalformedKey (length).
    """
    if len(seed) != SEED_SIZE:
        raise MalformedKey(f"got a seed of {len(seed)} bytes, want {SEED_SIZE}")
    raw, secret = crypto_sign_seed_keypair(seed)
    return PrivateKey(PublicKey(raw, keyid_of(raw)), secret)


def verify_signature(key: PublicKey, message: bytes, signature: bytes) -> None:
    """Check that *signature* is one of *key* over *message*.

    Raises: BadSignature, also for a length other than 64 and for an R of small order.
    """
    if len(signature) != SIGNATURE_SIZE:
        raise BadSignature(f"got a signature of {len(signature)} bytes, want {SIGNATURE_SIZE}")
    if signature[:32] in SMALL_ORDER_POINTS:
        raise BadSignature("the R of the signature is a point of small order")
    try:
        crypto_sign_open(signature + message, key.raw)
    except BadSignatureError as exc:
        raise BadSignature(f"not a signature of key {key.keyid}") from exc


def key_proof_message(origin: str, party: str, keyid: str) -> bytes:
    r"""What a new key signs to prove that its owner has it.

    Wire form: ``chiptrail/key-proof/v1\n`` origin ``\n`` party ``\n`` keyid ``\n``. The
    endorsement by a live key of the same party covers the same bytes.

    Raises: MalformedKey when a part holds a line end, which would let one proof read as another.
    """
    if any("\n" in part for part in (origin, party, keyid)):
        raise MalformedKey("a part of the key proof holds a line end")
    return f"chiptrail/key-proof/v1\n{origin}\n{party}\n{keyid}\n".encode()


def encode_key_file(  # noqa: PLR0913 - each by its name
    seed: bytes,
    *,
    name: str,
    passphrase: bytes | None,
    salt: bytes,
    nonce: bytes,
    box: Box = Box.ARGON2ID,
) -> bytes:
    """The key file of *seed*: in the open when *passphrase* is None, else in a box of that kind.

    *salt* (16 bytes) and *nonce* (24 bytes) must be fresh random ones; unused without a passphrase.

    Raises: MalformedKey (length of the seed, salt or nonce).
    """
    public = private_key(seed).public
    value: dict[str, JSON] = {
        "chiptrailKey": 1,
        "name": name,
        "publicKey": encode_base64(public.raw),
        "keyid": public.keyid,
    }
    if passphrase is None:
        value["seed"] = encode_base64(seed)
    else:
        value |= seal(box, seed, passphrase, salt, nonce)
    return strict_json.dump(value) + b"\n"


def parse_key_file(data: bytes, passphrase: bytes | None) -> KeyFile:
    """The name and key in a key file; *passphrase* is ignored where the seed is in the open.

    Raises: MalformedJson, TooLarge, MalformedKey (form, or public key and seed do not belong
    together), WrongPassphrase (also when none is given and one is needed).
    """
    value = strict_json.load_object(data, limit=_KEY_FILE_LIMIT)
    kinds = (_OPEN_FIELDS, *[_COMMON_FIELDS | fields for fields in FIELDS.values()])
    if value.keys() not in kinds or ("kdf" in value and not _has_its_fields(value)):
        raise MalformedKey("not a key file of version 1")
    version, name = value["chiptrailKey"], value["name"]
    if type(version) is not int or version != 1:
        raise MalformedKey("not a key file of version 1", "/chiptrailKey")
    if not isinstance(name, str):
        raise MalformedKey("want a string", "/name")
    key = private_key(bytes_of(value, "seed") if "seed" in value else unseal(value, passphrase))
    if (value["publicKey"], value["keyid"]) != (encode_base64(key.public.raw), key.public.keyid):
        raise MalformedKey("the public key and the seed do not belong together", "/publicKey")
    return KeyFile(name, key)


def _has_its_fields(value: dict[str, JSON]) -> bool:
    kdf = value["kdf"]
    return isinstance(kdf, str) and kdf in FIELDS and FIELDS[Box(kdf)] <= value.keys()
