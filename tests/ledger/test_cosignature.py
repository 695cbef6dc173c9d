"""cosignature/v1: what a witness has seen, and when."""

import json
from hashlib import sha256
from pathlib import Path

import pytest

from ledger.cosignature import cosignature_message, sign_cosignature, verify_cosignature
from ledger.keys import private_key
from ledger.note import add_signature, cosign, cosigned_at, parse_note, parse_vkey
from schemas.errors import BadSignature

NOTES = json.loads((Path(__file__).parents[1] / "vectors" / "notes.json").read_text())["notes"]
COSIGNED = [row for row in NOTES if "cosignedAt" in row]
KEY = private_key(sha256(b"test seed witness1").digest())
TEXT = "ledger.example/test\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
DATA = sign_cosignature(TEXT, KEY, 1_700_000_000)


@pytest.mark.parametrize("row", COSIGNED, ids=[row["desc"] for row in COSIGNED])
def test_a_known_cosignature_gives_its_time(row):
    note, witness = parse_note(row["note"].encode()), parse_vkey(row["vkeys"][-1])

    assert cosigned_at(note, witness) == row["cosignedAt"]


def test_the_message_is_that_of_the_specification():
    assert cosignature_message("text\n", 17) == b"cosignature/v1\ntime 17\ntext\n"


@pytest.mark.parametrize("at_seconds", [0, 1, 2**63 - 1])
def test_any_time_is_signed_and_read_back(at_seconds):
    data = sign_cosignature(TEXT, KEY, at_seconds)

    assert len(data) == 72
    assert verify_cosignature(TEXT, KEY.public, data) == at_seconds


@pytest.mark.parametrize("at_seconds", [-1, 2**63])
def test_a_time_out_of_range_is_not_signed(at_seconds):
    with pytest.raises(ValueError, match="want one from 0"):
        sign_cosignature(TEXT, KEY, at_seconds)


BAD_DATA = {
    "nothing": b"",
    "a signature without time": DATA[8:],
    "a time alone": DATA[:8],
    "one byte short": DATA[:-1],
    "one byte over": DATA + b"\x00",
    "another time": bytes(8) + DATA[8:],
    "a time over 2^63 - 1": (2**63).to_bytes(8, "big") + KEY.sign(cosignature_message(TEXT, 2**63)),
    "a plain signature of the text": DATA[:8] + KEY.sign(TEXT.encode()),
}


@pytest.mark.parametrize("data", BAD_DATA.values(), ids=BAD_DATA)
def test_a_bad_cosignature_is_refused(data):
    with pytest.raises(BadSignature):
        verify_cosignature(TEXT, KEY.public, data)


def test_a_cosignature_of_another_tree_is_refused():
    with pytest.raises(BadSignature):
        verify_cosignature(TEXT.replace("\n0\n", "\n1\n"), KEY.public, DATA)


def test_the_last_of_several_times_counts():
    row = COSIGNED[-1]
    name, witness = "witness1.example/w", parse_vkey(row["vkeys"][-1])
    text, later = parse_note(row["note"].encode()).text, row["cosignedAt"] + 60
    note = add_signature(row["note"].encode(), cosign(text, name, KEY, later))

    assert cosigned_at(parse_note(note), witness) == later


def test_a_note_without_the_witness_has_no_time():
    other = parse_vkey(COSIGNED[0]["vkeys"][0])

    with pytest.raises(BadSignature, match="no cosignature"):
        cosigned_at(parse_note(COSIGNED[-1]["note"].encode()), other)
