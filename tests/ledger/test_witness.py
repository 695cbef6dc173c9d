"""add-checkpoint: the form of a request, and the checks in the order that the standard states."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import keys, note
from ledger.checkpoint import Checkpoint, sign_checkpoint
from ledger.proof import MAX_PATH
from ledger.witness import MAX_REQUEST_SIZE, encode_request, parse_request, verify_request
from schemas.errors import BadSignature, Conflict, MalformedNote, TooLarge, VerificationFailed
from tests.logs import Log

ORIGIN = "ledger.example/test"
KEY, OTHER = keys.private_key(bytes(32)), keys.private_key(b"\x01" * 32)
ONE = Log(ORIGIN)
proof = ONE.proof


def signed(size, root=None, key=KEY):
    return sign_checkpoint(Checkpoint(ORIGIN, size, root or ONE.checkpoint(size).root), key)


def ask(old, path, signed_note, last):
    request = parse_request(encode_request(old, path, signed_note))
    verify_request(request, ONE.verifier, ONE.checkpoint(last))


@given(st.integers(0, 40), st.integers(0, 40))
def test_every_continuation_is_accepted(one, other):
    old, new = sorted((one, other))

    assert ask(old, proof(old, new), signed(new), old) is None


def test_a_request_reads_as_it_was_written():
    read = parse_request(encode_request(3, proof(3, 20), signed(20)))

    assert (3, proof(3, 20), ONE.checkpoint(20)) == (read.old_size, read.proof, read.checkpoint)
    assert signed(20) == note.encode_note(read.note)


GOOD = encode_request(3, proof(3, 20), signed(20))
MALFORMED = {
    "nothing": b"",
    "no empty line": b"old 3\n" + signed(20).partition(b"\n\n")[0],
    "no first line": b"\n" + signed(20),
    "another word": GOOD.replace(b"old", b"new", 1),
    "a sign": GOOD.replace(b"old 3", b"old +3"),
    "a leading zero": GOOD.replace(b"old 3", b"old 03"),
    "two blanks": GOOD.replace(b"old 3", b"old  3"),
    "a size of 2^63": GOOD.replace(b"old 3", b"old 9223372036854775808"),
    "digits of another script": GOOD.replace(b"old 3", "old \uff13".encode()),
    "carriage returns": GOOD.replace(b"\n", b"\r\n"),
    "64 proof lines": encode_request(3, (bytes(32),) * (MAX_PATH + 1), signed(20)),
    "a short hash": encode_request(3, (bytes(31),), signed(20)),
    "base64 in another form": GOOD.replace(b"=\n", b"==\n", 1),
    "an extension line": GOOD.replace(b"20\n", b"20\nmore\n"),
    "no signature": GOOD[: GOOD.index("—".encode())],
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_body_is_refused_first(body):
    with pytest.raises(MalformedNote):
        parse_request(body)


def test_a_proof_of_63_lines_reads():
    assert MAX_PATH == len(parse_request(encode_request(3, (bytes(32),) * 63, signed(20))).proof)


def test_a_body_over_the_limit_is_refused():
    with pytest.raises(TooLarge):
        parse_request(GOOD + b"x" * MAX_REQUEST_SIZE)


FALSE_LINE = signed(20).replace(b"\n\n", b"\n\n" + signed(20, bytes(32)).partition(b"\n\n")[2])
# Each breaks one check, and every later one too: it is the first that answers.
IN_ORDER = {
    "a stranger's signature": (25, (), signed(20, key=OTHER), 7, BadSignature),
    "a second line that is false": (25, (), FALSE_LINE, 7, BadSignature),
    "an old size over the new one": (25, (), signed(20), 7, MalformedNote),
    "an old size that is not the last": (3, (), signed(20, bytes(32)), 7, Conflict),
    "no proof": (7, (), signed(20), 7, VerificationFailed),
    "the proof of another size": (7, proof(6, 20), signed(20), 7, VerificationFailed),
    "another root of the same size": (7, (), signed(7, bytes(32)), 7, VerificationFailed),
    "a proof from nothing": (0, proof(3, 20), signed(20), 0, VerificationFailed),
    "no entries under a root": (0, (), signed(0, bytes(32)), 0, VerificationFailed),
}


@pytest.mark.parametrize(("old", "path", "asked", "last", "error"), IN_ORDER.values(), ids=IN_ORDER)
def test_the_first_check_that_fails_answers(old, path, asked, last, error):
    with pytest.raises(error):
        ask(old, path, asked, last)


def test_a_conflict_says_the_size_that_was_cosigned_last():
    with pytest.raises(Conflict) as refused:
        ask(3, proof(3, 20), signed(20), 7)

    assert refused.value.size == 7


def test_lines_of_strangers_beside_the_logs_do_not_matter():
    line = signed(20, key=OTHER).decode().partition("\n\n")[2]

    assert ask(3, proof(3, 20), note.add_signature(signed(20), line), 3) is None
