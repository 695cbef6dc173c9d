"""Ed25519 as strict as the strictest verifier, and the files that hold private keys."""

import json
from hashlib import sha256, sha512
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.bindings import crypto_core_ed25519_add, crypto_core_ed25519_is_valid_point

from ledger.key_box import Box
from ledger.keys import (
    SMALL_ORDER_POINTS,
    KeyFile,
    PublicKey,
    encode_key_file,
    key_proof_message,
    parse_key_file,
    parse_public_key,
    private_key,
    verify_signature,
)
from schemas.errors import BadSignature, MalformedKey, TooLarge, WeakKey, WrongPassphrase

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "keys.json").read_text())
SEED = bytes(range(32))
KEY = private_key(SEED)
MESSAGE = b"a custody event"
SIGNATURE = KEY.sign(MESSAGE)
GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493


def by_desc(rows):
    return pytest.mark.parametrize("row", rows, ids=[row["desc"] for row in rows])


@by_desc(VECTORS["rfc8032"])
def test_the_rfc_vectors_sign_and_verify(row):
    key, message = private_key(bytes.fromhex(row["seed"])), bytes.fromhex(row["message"])

    verify_signature(parse_public_key(key.public.raw), message, key.sign(message))

    assert (key.public.raw.hex(), key.sign(message).hex()) == (row["key"], row["signature"])


def test_a_keyid_is_the_hash_of_the_public_key():
    assert parse_public_key(KEY.public.raw) == KEY.public
    assert KEY.public.keyid == sha256(KEY.public.raw).hexdigest()


def test_the_small_order_list_is_the_published_one():
    assert {point.hex() for point in SMALL_ORDER_POINTS} == set(VECTORS["smallOrder"])


@pytest.mark.parametrize("point", VECTORS["smallOrder"])
def test_a_small_order_key_cannot_be_enrolled(point):
    with pytest.raises(WeakKey):
        parse_public_key(bytes.fromhex(point))


@by_desc(VECTORS["weak"])
def test_a_weak_key_cannot_be_enrolled(row):
    with pytest.raises(WeakKey):
        parse_public_key(bytes.fromhex(row["key"]))


def test_every_torsion_component_makes_a_key_weak():
    points = [bytes.fromhex(text) for text in VECTORS["smallOrder"]]
    torsion = [point for point in points if point != b"\x01" + bytes(31) and is_on_curve(point)]
    mixed = [crypto_core_ed25519_add(KEY.public.raw, point) for point in torsion]

    assert len(set(mixed)) >= 7
    assert not any(crypto_core_ed25519_is_valid_point(point) for point in mixed)


def is_on_curve(point):
    try:
        crypto_core_ed25519_add(KEY.public.raw, point)
    except Exception:  # noqa: BLE001 - the binding's own error, whatever its class
        return False
    return crypto_core_ed25519_add(KEY.public.raw, point) != KEY.public.raw


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_key_of_another_length_is_malformed(size):
    for make in (parse_public_key, private_key, lambda raw: PublicKey(raw, "")):
        with pytest.raises(MalformedKey):
            make(bytes(size))


@pytest.mark.parametrize("point", VECTORS["smallOrder"])
def test_a_signature_with_small_order_r_is_refused(point):
    with pytest.raises(BadSignature, match="small order"):
        verify_signature(KEY.public, MESSAGE, bytes.fromhex(point) + SIGNATURE[32:])


def test_the_owner_of_a_key_cannot_sign_with_the_identity_as_r():
    """S = H(R, A, M) * a satisfies the equation: OpenSSL and browsers accept this one."""
    scalar = bytearray(sha512(SEED).digest()[:32])
    scalar[0], scalar[31] = scalar[0] & 248, scalar[31] & 127 | 64
    r = b"\x01" + bytes(31)
    k = int.from_bytes(sha512(r + KEY.public.raw + MESSAGE).digest(), "little")
    s = k * int.from_bytes(scalar, "little") % GROUP_ORDER

    with pytest.raises(BadSignature, match="small order"):
        verify_signature(KEY.public, MESSAGE, r + s.to_bytes(32, "little"))


def test_a_second_spelling_of_s_is_refused():
    s = int.from_bytes(SIGNATURE[32:], "little") + GROUP_ORDER

    with pytest.raises(BadSignature):
        verify_signature(KEY.public, MESSAGE, SIGNATURE[:32] + s.to_bytes(32, "little"))


@pytest.mark.parametrize("cut", [0, 32, 63])
def test_bytes_cannot_move_between_signature_and_message(cut):
    with pytest.raises(BadSignature, match="bytes"):
        verify_signature(KEY.public, SIGNATURE[cut:] + MESSAGE, SIGNATURE[:cut])


@given(st.binary(max_size=200), st.integers(0, 511))
def test_a_flipped_bit_of_a_signature_is_refused(message, bit):
    signature = bytearray(KEY.sign(message))
    signature[bit // 8] ^= 1 << bit % 8

    with pytest.raises(BadSignature):
        verify_signature(KEY.public, message, bytes(signature))


def test_a_signature_of_another_key_or_message_is_refused():
    other = private_key(bytes(32))

    for key, message in ((other.public, MESSAGE), (KEY.public, MESSAGE + b"\x00")):
        with pytest.raises(BadSignature):
            verify_signature(key, message, SIGNATURE)


def test_a_private_key_shows_no_secret():
    assert SEED.hex() not in repr(KEY)
    assert repr(SEED)[2:20] not in repr(KEY)


def test_a_key_proof_covers_origin_party_and_keyid():
    message = key_proof_message("ledger.example/test", "urn:chiptrail:party:acme", "ab")

    assert message == (
        b"chiptrail/key-proof/v1\nledger.example/test\nurn:chiptrail:party:acme\nab\n"
    )


def test_a_key_proof_cannot_be_read_two_ways():
    for parts in (("a\nb", "c", "d"), ("a", "b\nc", "d"), ("a", "b", "c\nd")):
        with pytest.raises(MalformedKey):
            key_proof_message(*parts)


# Key files --------------------------------------------------------------------------------------


def sealed(passphrase=b"correct horse", box=Box.ARGON2ID):
    return encode_key_file(
        SEED, name="Acme", passphrase=passphrase, salt=bytes(16), nonce=bytes(24), box=box
    )


SEALED = sealed()
FOR_BROWSERS = sealed(box=Box.PBKDF2)
OPEN = sealed(None)


def changed(data, **fields):
    value = json.loads(data) | fields
    return json.dumps({name: one for name, one in value.items() if one is not None}).encode()


def test_an_open_key_file_opens_without_a_passphrase():
    assert parse_key_file(OPEN, None) == KeyFile("Acme", KEY)
    assert set(json.loads(OPEN)) == {"chiptrailKey", "name", "publicKey", "keyid", "seed"}


@pytest.mark.parametrize("data", [SEALED, FOR_BROWSERS], ids=["argon2id", "for browsers"])
def test_a_sealed_key_file_opens_with_its_passphrase_only(data):
    with pytest.raises(WrongPassphrase):
        parse_key_file(data, b"wrong horse")
    with pytest.raises(WrongPassphrase, match="needed"):
        parse_key_file(data, None)

    assert parse_key_file(data, b"correct horse") == KeyFile("Acme", KEY)


def test_a_sealed_key_file_does_not_hold_the_seed():
    value = json.loads(SEALED)

    assert "seed" not in value
    assert (value["kdf"], value["opslimit"], value["memlimit"]) == ("argon2id", 3, 64 << 20)


def test_what_a_browser_sealed_is_opened():
    file = json.dumps(VECTORS["ofABrowser"]["file"]).encode()

    assert parse_key_file(file, b"correct horse") == KeyFile("Acme", KEY)


BAD_FILES = {
    "another version": changed(OPEN, chiptrailKey=2),
    "a boolean for the version": changed(OPEN, chiptrailKey=True),
    "an unknown field": changed(OPEN, comment="x"),
    "no name": changed(OPEN, name=None),
    "a name that is no text": changed(OPEN, name=1),
    "seed and box": changed(SEALED, seed=json.loads(OPEN)["seed"]),
    "a seed that is no text": changed(OPEN, seed=1),
    "a short seed": changed(OPEN, seed="AAAA"),
    "non-canonical base64": changed(OPEN, seed=json.loads(OPEN)["seed"].replace("8=", "9=")),
    "a public key of another seed": changed(OPEN, publicKey="A" * 43 + "="),
    "a keyid of another seed": changed(OPEN, keyid="00" * 32),
    "another kdf": changed(SEALED, kdf="scrypt"),
    "a short salt": changed(SEALED, salt="AAAA"),
    "work beyond bounds": changed(SEALED, opslimit=1000),
    "memory beyond bounds": changed(SEALED, memlimit=1 << 40),
    "no work": changed(SEALED, opslimit=0),
    "a boolean for a number": changed(SEALED, opslimit=True),
    "the fields of another box": changed(FOR_BROWSERS, kdf="argon2id"),
    "work without bounds": changed(FOR_BROWSERS, iterations=1 << 40),
}


@pytest.mark.parametrize("data", BAD_FILES.values(), ids=BAD_FILES)
def test_a_bad_key_file_is_malformed(data):
    with pytest.raises(MalformedKey):
        parse_key_file(data, b"correct horse")


def test_an_endless_key_file_is_not_read():
    with pytest.raises(TooLarge):
        parse_key_file(b" " * (1 << 17), None)


def test_a_box_that_was_cut_off_does_not_open():
    with pytest.raises(WrongPassphrase):
        parse_key_file(changed(SEALED, box="AAAA"), b"correct horse")


def test_a_box_without_fresh_salt_and_nonce_is_not_made():
    for salt, nonce in ((b"", bytes(24)), (bytes(16), b"")):
        with pytest.raises(MalformedKey):
            encode_key_file(SEED, name="", passphrase=b"x", salt=salt, nonce=nonce)
