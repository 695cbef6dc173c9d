"""A proof that travels alone says where an entry stands, and nothing it cannot show."""

import json
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.checkpoint import Checkpoint, sign_checkpoint
from ledger.keys import private_key
from ledger.merkle import inclusion_path, leaf_hash, root_of
from ledger.note import COSIGNATURE_V1, add_signature, cosign, encode_vkey, parse_note, parse_vkey
from ledger.proof import Proof, encode_hashes, encode_proof, parse_hashes, parse_proof, verify_proof
from schemas.errors import MalformedNote, TooLarge, VerificationFailed

FULL = json.loads((Path(__file__).parents[1] / "vectors" / "notes.json").read_text())["notes"][-1]
NOTE = FULL["note"].encode()
LOG, WITNESS = (parse_vkey(vkey) for vkey in FULL["vkeys"])
LOG_KEY, WITNESS_KEY = (private_key(sha256(seed.encode()).digest()) for seed in FULL["seeds"])
HASHES = [leaf_hash(b"entry %d" % i) for i in range(3)]
PROOF = Proof(1, tuple(inclusion_path(HASHES, 1)), NOTE)
LINES = [f"{b64encode(value).decode()}\n" for value in PROOF.path]
HEAD = "c2sp.org/tlog-proof@v1\n"
TEXT = encode_proof(PROOF).decode()


def test_a_proof_is_spelt_as_the_specification_says():
    assert f"{HEAD}index 1\n{''.join(LINES)}\n{FULL['note']}" == TEXT


def test_extra_data_stands_in_front():
    data = encode_proof(replace(PROOF, extra=b"hello"))

    assert data.startswith(f"{HEAD}extra aGVsbG8=\nindex 1\n".encode())
    assert parse_proof(data).extra == b"hello"


@given(
    st.integers(0, 2**63 - 1),
    st.lists(st.binary(min_size=32, max_size=32), max_size=63),
    st.binary(max_size=40),
)
def test_any_proof_survives_its_bytes(index, path, extra):
    proof = Proof(index, tuple(path), NOTE, extra)

    assert parse_proof(encode_proof(proof)) == proof


def test_a_proof_leads_to_the_checkpoint():
    head = verify_proof(parse_proof(TEXT.encode()), HASHES[1], LOG, [WITNESS], 1)

    assert head == Checkpoint("ledger.example/test", 3, root_of(HASHES))


BAD_PROOFS = {
    "nothing": "",
    "another version": TEXT.replace("@v1", "@v2"),
    "carriage returns": TEXT.replace("\n", "\r\n"),
    "no index": TEXT.replace("index 1\n", ""),
    "an index with a sign": TEXT.replace("index 1", "index +1"),
    "an index with a leading zero": TEXT.replace("index 1", "index 01"),
    "an index in fullwidth digits": TEXT.replace("index 1", "index \uff11"),
    "an index after two blanks": TEXT.replace("index 1", "index  1"),
    "an index over 2^63 - 1": TEXT.replace("index 1", f"index {2**63}"),
    "a negative index": TEXT.replace("index 1", "index -1"),
    "another word": TEXT.replace("index 1", "Index 1"),
    "empty extra data": TEXT.replace("index", "extra \nindex"),
    "extra data after the index": TEXT.replace("index 1\n", "index 1\nextra aGVsbG8=\n"),
    "extra data twice": TEXT.replace("index", "extra aGVsbG8=\nextra aGVsbG8=\nindex"),
    "extra data with unused bits set": TEXT.replace("index", "extra aGVsbG9=\nindex"),
    "a hash of 31 bytes": TEXT.replace(LINES[0], f"{b64encode(bytes(31)).decode()}\n"),
    "a hash without padding": TEXT.replace("=\n", "\n", 1),
    "a hash with unused bits set": TEXT.replace(LINES[0], f"{'A' * 42}B=\n"),
    "64 hashes": TEXT.replace(LINES[0], LINES[0] * 63),
    "no blank line": TEXT.replace("\n\n", "\n", 1),
    "a second blank line": TEXT.replace("\n\n", "\n\n\n", 1),
    "no checkpoint": TEXT.split("\n\n")[0] + "\n\n",
    "a checkpoint without signatures": "\n\n".join(TEXT.split("\n\n")[:2]) + "\n",
    "no last line end": TEXT[:-1],
}


@pytest.mark.parametrize("text", BAD_PROOFS.values(), ids=BAD_PROOFS)
def test_what_only_looks_like_a_proof_is_malformed(text):
    with pytest.raises(MalformedNote):
        parse_proof(text.encode())


def test_an_endless_proof_is_not_read():
    with pytest.raises(TooLarge):
        parse_proof(TEXT.encode() + bytes(1 << 20))


@given(st.binary(max_size=80).map(lambda data: HEAD.encode() + b"index " + data))
def test_bytes_parse_or_are_malformed(data):
    with pytest.raises(MalformedNote):
        parse_proof(data)


def test_a_path_of_63_lines_is_read_and_one_of_64_is_not():
    lines = encode_hashes([bytes(32)] * 64).splitlines()

    assert parse_hashes(lines[:63]) == (bytes(32),) * 63
    with pytest.raises(MalformedNote, match="64 hashes"):
        parse_hashes(lines)


# Verification -----------------------------------------------------------------------------------


def failed_step(proof, leaf=HASHES[1], log=LOG, witnesses=(), quorum=0):
    with pytest.raises(VerificationFailed) as caught:
        verify_proof(proof, leaf, log, witnesses, quorum)
    return caught.value.step


def renamed(name):
    return parse_vkey(encode_vkey(name, WITNESS.key, COSIGNATURE_V1))


def test_a_checkpoint_of_another_log_fails_first():
    other = parse_vkey(encode_vkey("ledger.example/test", WITNESS.key))

    assert failed_step(PROOF, log=other) == 1


def test_an_altered_checkpoint_fails_first():
    assert failed_step(replace(PROOF, checkpoint=NOTE.replace(b"\n3\n", b"\n4\n"))) == 1


def test_a_missing_witness_fails_second():
    plain = replace(
        PROOF, checkpoint=sign_checkpoint(Checkpoint(LOG.name, 3, root_of(HASHES)), LOG_KEY)
    )

    assert failed_step(plain, witnesses=[WITNESS], quorum=1) == 2
    assert failed_step(PROOF, witnesses=[WITNESS], quorum=2) == 2
    assert failed_step(PROOF, witnesses=[], quorum=1) == 2


def test_a_witness_under_two_names_is_one_witness():
    text = parse_note(NOTE).text
    note = add_signature(NOTE, cosign(text, "w2.example", WITNESS_KEY, 1))
    witnesses = [WITNESS, renamed("w2.example")]

    assert failed_step(replace(PROOF, checkpoint=note), witnesses=witnesses, quorum=2) == 2


def test_the_log_is_not_its_own_witness():
    text = parse_note(NOTE).text
    note = add_signature(NOTE, cosign(text, "w2.example", LOG_KEY, 1))
    own = parse_vkey(encode_vkey("w2.example", LOG.key, COSIGNATURE_V1))

    assert failed_step(replace(PROOF, checkpoint=note), witnesses=[own], quorum=1) == 2


def test_a_forged_cosignature_fails_second():
    text = parse_note(NOTE).text
    line = cosign(text, "w2.example", WITNESS_KEY, 1)
    note = replace(PROOF, checkpoint=add_signature(NOTE, line.replace("AAAA", "AAAB", 1)))

    assert failed_step(note, witnesses=[renamed("w2.example")]) == 2


@pytest.mark.parametrize(
    "proof",
    [
        replace(PROOF, index=0),
        replace(PROOF, index=3),
        replace(PROOF, path=PROOF.path[:-1]),
        replace(PROOF, path=(*PROOF.path, PROOF.path[0])),
        replace(PROOF, path=PROOF.path[::-1]),
    ],
    ids=["another place", "outside the tree", "truncated path", "extra hash", "path reversed"],
)
def test_a_bent_path_fails_third(proof):
    assert failed_step(proof) == 3


def test_another_entry_fails_third():
    assert failed_step(PROOF, leaf=HASHES[0]) == 3
