"""What bundles share is verified once; what is refused is refused every time."""

from dataclasses import replace

import pytest

from ledger import remembered
from ledger.keys import PublicKey
from ledger.service.ledger import load_pack
from schemas.errors import BadSignature
from tests.forger import VERIFIER, Forger, private_key

ENVELOPE = Forger.begun().rows[1].envelope
REGISTRAR: PublicKey = private_key("registrar").public


def test_a_statement_is_verified_once():
    first = remembered.verify_envelope(ENVELOPE, REGISTRAR)

    assert remembered.verify_envelope(replace(ENVELOPE), REGISTRAR) is first


def test_another_signature_is_another_matter():
    remembered.verify_envelope(ENVELOPE, REGISTRAR)

    for _ in range(2):
        with pytest.raises(BadSignature):
            remembered.verify_envelope(replace(ENVELOPE, signature=bytes(64)), REGISTRAR)


def test_a_head_is_opened_once_for_each_log():
    note = Forger.begun().note().encode()

    assert remembered.open_head(note, VERIFIER) is remembered.open_head(note, VERIFIER)


def test_what_is_long_fills_no_memory():
    for cached in remembered.CACHES:
        cached.cache_clear()
    forger = Forger.begun()
    forger.party("long", names=[f"{number:é>200}" for number in range(16)])
    envelope = forger.rows[-1].envelope
    remembered.verify_envelope(envelope, REGISTRAR)
    remembered.read_statement(envelope.payload)
    remembered.read_pack(load_pack() + b"#" * (64 << 10))

    assert [cached.cache_info().currsize for cached in remembered.CACHES] == [0, 0, 0, 0]
