"""Checkpoints: one spelling each, and only from the log's own key."""

import json
from base64 import b64decode, b64encode
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.checkpoint import (
    Checkpoint,
    encode_checkpoint,
    open_checkpoint,
    parse_checkpoint,
    sign_checkpoint,
)
from ledger.keys import private_key
from ledger.merkle import EMPTY_ROOT
from ledger.note import COSIGNATURE_V1, cosign, parse_note, parse_vkey, sign_note, verifier_of
from schemas.errors import BadSignature, MalformedNote, WrongLedger

NOTES = json.loads((Path(__file__).parents[1] / "vectors" / "notes.json").read_text())["notes"]
HEADS = [row for row in NOTES if "origin" in row]
FULL = NOTES[-1]
KEY = private_key(sha256(b"test seed log").digest())
ORIGIN = "ledger.example/test"
LOG = verifier_of(ORIGIN, KEY.public)
HEAD = Checkpoint(ORIGIN, 3, b64decode(FULL["root"]))
ROOT = FULL["root"]


@pytest.mark.parametrize("row", HEADS, ids=[row["desc"] for row in HEADS])
def test_a_known_checkpoint_is_read_and_spelt_again(row):
    text = parse_note(row["note"].encode()).text
    expected = Checkpoint(row["origin"], row["size"], b64decode(row["root"]))

    assert parse_checkpoint(text) == expected
    assert encode_checkpoint(expected) == text


def test_the_log_signs_the_known_note_under_its_origin():
    lines = FULL["note"].splitlines(keepends=True)

    assert sign_checkpoint(HEAD, KEY).decode() == "".join(lines[:5])


def test_a_cosigned_note_opens_with_the_log_key():
    assert open_checkpoint(FULL["note"].encode(), parse_vkey(FULL["vkeys"][0])) == HEAD


@given(st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32))
def test_a_signed_checkpoint_opens_as_it_was(size, root):
    head = Checkpoint(ORIGIN, size, root)

    assert open_checkpoint(sign_checkpoint(head, KEY), LOG) == head


def test_an_empty_log_signs_the_empty_root():
    text = encode_checkpoint(Checkpoint(ORIGIN, 0, EMPTY_ROOT))

    assert text == f"{ORIGIN}\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"


BAD_TEXTS = {
    "nothing": "",
    "no origin": f"\n3\n{ROOT}\n",
    "no size": f"{ORIGIN}\n\n{ROOT}\n",
    "no root": f"{ORIGIN}\n3\n\n",
    "two lines": f"{ORIGIN}\n3\n",
    "no last line end": f"{ORIGIN}\n3\n{ROOT}",
    "an extension line": f"{ORIGIN}\n3\n{ROOT}\nextension\n",
    "an extension line without end": f"{ORIGIN}\n3\n{ROOT}\nextension",
    "a blank line at the end": f"{ORIGIN}\n3\n{ROOT}\n\n",
    "a size with a sign": f"{ORIGIN}\n+5\n{ROOT}\n",
    "a negative size": f"{ORIGIN}\n-5\n{ROOT}\n",
    "a size with a leading zero": f"{ORIGIN}\n05\n{ROOT}\n",
    "a size in fullwidth digits": f"{ORIGIN}\n\uff15\n{ROOT}\n",
    "a size after a blank": f"{ORIGIN}\n 5\n{ROOT}\n",
    "a size before a blank": f"{ORIGIN}\n5 \n{ROOT}\n",
    "a size with an underscore": f"{ORIGIN}\n1_0\n{ROOT}\n",
    "a hexadecimal size": f"{ORIGIN}\n0x5\n{ROOT}\n",
    "a size over 2^63 - 1": f"{ORIGIN}\n{2**63}\n{ROOT}\n",
    "a size of 5,000 digits": f"{ORIGIN}\n{'9' * 5000}\n{ROOT}\n",
    "a root of 31 bytes": f"{ORIGIN}\n3\n{b64encode(bytes(31)).decode()}\n",
    "a root of 33 bytes": f"{ORIGIN}\n3\n{b64encode(bytes(33)).decode()}\n",
    "a root with unused bits set": f"{ORIGIN}\n3\n{ROOT[:-2]}l=\n",
    "a root without padding": f"{ORIGIN}\n3\n{ROOT[:-1]}\n",
    "a root after a blank": f"{ORIGIN}\n3\n {ROOT}\n",
    "a root in URL-safe base64": f"{ORIGIN}\n3\n{'_' * 42}8=\n",
    "a root in hex": f"{ORIGIN}\n3\n{'00' * 32}\n",
}


@pytest.mark.parametrize("text", BAD_TEXTS.values(), ids=BAD_TEXTS)
def test_what_only_looks_like_a_checkpoint_is_malformed(text):
    with pytest.raises(MalformedNote):
        parse_checkpoint(text)


@given(st.text(max_size=80) | st.from_regex(r"[a-z]*\n[0-9+ ]{0,3}\n[A-Za-z0-9+/]{43}=\n?"))
def test_a_text_that_parses_is_the_one_spelling(text):
    try:
        checkpoint = parse_checkpoint(text)
    except MalformedNote:
        return

    assert encode_checkpoint(checkpoint) == text


BAD_HEADS = {
    "no origin": replace(HEAD, origin=""),
    "an origin of two lines": replace(HEAD, origin="a\n4"),
    "an origin with a space": replace(HEAD, origin="a b"),
    "an origin with plus": replace(HEAD, origin="a+b"),
    "a negative size": replace(HEAD, size=-1),
    "a size over 2^63 - 1": replace(HEAD, size=2**63),
    "a short root": replace(HEAD, root=bytes(31)),
}


@pytest.mark.parametrize("head", BAD_HEADS.values(), ids=BAD_HEADS)
def test_the_log_does_not_sign_what_nobody_could_read(head):
    with pytest.raises(MalformedNote):
        sign_checkpoint(head, KEY)


def test_a_checkpoint_of_another_key_is_refused():
    forged = sign_checkpoint(HEAD, private_key(bytes(32)))

    with pytest.raises(BadSignature):
        open_checkpoint(forged, LOG)


def test_an_altered_size_is_refused():
    with pytest.raises(BadSignature):
        open_checkpoint(sign_checkpoint(HEAD, KEY).replace(b"\n3\n", b"\n4\n"), LOG)


def test_a_checkpoint_of_another_origin_under_the_log_key_is_refused():
    note = sign_note(encode_checkpoint(replace(HEAD, origin="ledger.example/b")), ORIGIN, KEY)

    with pytest.raises(WrongLedger):
        open_checkpoint(note, LOG)


def test_a_cosignature_alone_opens_nothing():
    """A witness says what it saw, not what the log is."""
    text = encode_checkpoint(HEAD)
    note = f"{text}\n{cosign(text, ORIGIN, KEY, 1)}".encode()

    for verifier in (LOG, verifier_of(ORIGIN, KEY.public, COSIGNATURE_V1)):
        with pytest.raises(BadSignature):
            open_checkpoint(note, verifier)


def test_a_signed_note_that_is_no_checkpoint_is_malformed():
    with pytest.raises(MalformedNote):
        open_checkpoint(sign_note("hello\n", ORIGIN, KEY), LOG)
