"""The leaf: 137 bytes, one spelling, nothing to guess a payload from."""

import json
from base64 import b64decode
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.leaf import LEAF_SIZE, Leaf, encode_leaf, leaf_of, leaf_record, parse_leaf
from ledger.merkle import leaf_hash
from schemas.errors import MalformedNote

FOLDER = Path(__file__).parents[1] / "vectors"
VECTORS = json.loads((FOLDER / "leaf.json").read_text())
ENVELOPE = json.loads((FOLDER / "dsse.json").read_text())["envelope"]
PARTS = (
    VECTORS["recordedAtMs"],
    bytes.fromhex(ENVELOPE["key"]),
    ENVELOPE["payloadType"],
    ENVELOPE["payload"].encode(),
    b64decode(ENVELOPE["signature"]),
)
RECORD = bytes.fromhex(VECTORS["leaf"])
HASHES = st.binary(min_size=32, max_size=32)
LEAVES = st.builds(
    Leaf, st.integers(0, 2**63 - 1), HASHES, HASHES, st.binary(min_size=64, max_size=64)
)


def test_the_known_envelope_has_the_known_leaf():
    assert leaf_record(*PARTS) == RECORD
    assert leaf_hash(RECORD).hex() == VECTORS["leafHash"]


def test_a_leaf_commits_to_identity_key_and_signature():
    expected = Leaf(
        VECTORS["recordedAtMs"],
        bytes.fromhex(ENVELOPE["identity"]),
        bytes.fromhex(VECTORS["keyCommitment"]),
        PARTS[-1],
    )

    assert leaf_of(*PARTS) == expected
    assert parse_leaf(RECORD) == expected


@given(LEAVES)
def test_a_leaf_survives_its_bytes(leaf):
    data = encode_leaf(leaf)

    assert len(data) == LEAF_SIZE
    assert parse_leaf(data) == leaf


@given(st.binary(min_size=LEAF_SIZE - 1, max_size=LEAF_SIZE - 1))
def test_bytes_that_parse_encode_to_themselves(rest):
    data = b"\x01" + bytes([rest[0] & 0x7F]) + rest[1:]

    assert encode_leaf(parse_leaf(data)) == data


BAD_BYTES = {
    "nothing": b"",
    "one byte short": RECORD[:-1],
    "one byte over": RECORD + b"\x00",
    "version 0": b"\x00" + RECORD[1:],
    "version 2": b"\x02" + RECORD[1:],
    "a time over 2^63 - 1": b"\x01\x80" + RECORD[2:],
}


@pytest.mark.parametrize("data", BAD_BYTES.values(), ids=BAD_BYTES)
def test_other_bytes_are_no_leaf(data):
    with pytest.raises(MalformedNote):
        parse_leaf(data)


BAD_PARTS = {
    "a time before 1970": {"recorded_at_ms": -1},
    "a time over 2^63 - 1": {"recorded_at_ms": 2**63},
    "a cut identity": {"identity": bytes(31)},
    "a cut commitment": {"key_commitment": bytes(31)},
    "a long signature": {"signature": bytes(65)},
}


@pytest.mark.parametrize("change", BAD_PARTS.values(), ids=BAD_PARTS)
def test_parts_are_neither_cut_nor_padded(change):
    with pytest.raises(MalformedNote):
        encode_leaf(replace(parse_leaf(RECORD), **change))


def test_a_record_is_not_made_with_a_cut_signature():
    with pytest.raises(MalformedNote):
        leaf_record(*PARTS[:-1], PARTS[-1][:-1])
