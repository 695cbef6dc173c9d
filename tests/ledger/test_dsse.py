"""DSSE: what is signed, and whom a payload may be believed of."""

import json
from base64 import b64decode
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.dsse import VerifiedPayload, identity_of, pae, sign, verify
from ledger.keys import private_key
from schemas.envelope import PayloadType
from schemas.errors import BadSignature, UnknownKey

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "dsse.json").read_text())
KNOWN = VECTORS["envelope"]
KEY = private_key(sha256(KNOWN["seed"].encode()).digest())
PAYLOAD = KNOWN["payload"].encode()
ENVELOPE = sign(PAYLOAD, PayloadType.EVENT, KEY)


@pytest.mark.parametrize("row", VECTORS["pae"], ids=[row["desc"] for row in VECTORS["pae"]])
def test_the_encoding_is_that_of_the_specification(row):
    assert pae(row["type"], row["payload"].encode()) == row["pae"].encode()


def test_the_known_envelope_is_signed_again():
    assert (KEY.public.raw.hex(), ENVELOPE.keyid) == (KNOWN["key"], KNOWN["keyid"])
    assert ENVELOPE.signature == b64decode(KNOWN["signature"])


def test_a_verified_payload_carries_what_was_signed():
    identity = bytes.fromhex(KNOWN["identity"])

    assert verify(ENVELOPE, KEY.public) == VerifiedPayload(
        PAYLOAD, PayloadType.EVENT, KEY.public, identity, ENVELOPE.signature
    )
    assert identity_of(KNOWN["payloadType"], PAYLOAD) == identity


def test_a_payload_cannot_be_passed_off_as_another_type():
    for payload_type in (PayloadType.STATEMENT, PayloadType.BUNDLE):
        with pytest.raises(BadSignature):
            verify(replace(ENVELOPE, payload_type=payload_type), KEY.public)


def test_an_altered_payload_is_refused():
    with pytest.raises(BadSignature):
        verify(replace(ENVELOPE, payload=PAYLOAD + b" "), KEY.public)


def test_a_keyid_decides_nothing():
    """An envelope that names the trusted key is still checked with it; another name is refused."""
    stranger = private_key(bytes(32))
    forged = sign(PAYLOAD, PayloadType.EVENT, stranger)

    with pytest.raises(BadSignature):
        verify(replace(forged, keyid=KEY.public.keyid), KEY.public)
    with pytest.raises(UnknownKey):
        verify(forged, KEY.public)


@given(st.text(max_size=9), st.binary(max_size=9), st.text(max_size=9), st.binary(max_size=9))
def test_two_payloads_never_encode_alike(type_a, payload_a, type_b, payload_b):
    same = pae(type_a, payload_a) == pae(type_b, payload_b)

    assert same == ((type_a, payload_a) == (type_b, payload_b))
