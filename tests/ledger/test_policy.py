"""The policy of a ledger: a part of tlog-policy that reads as it is written."""

import pytest

from ledger import keys, note
from ledger.policy import MAX_WITNESSES, encode_policy, parse_policy, policy_of, witness_of
from schemas.errors import MalformedNote, TooLarge

LOG = note.verifier_of("ledger.example", keys.private_key(bytes(32)).public)


def vkey(number, name=None, algorithm=note.COSIGNATURE_V1):
    key = keys.private_key(bytes([number] * 32)).public
    return note.encode_vkey(name or f"w{number}.example", key, algorithm)


def witness(number):
    return witness_of(vkey(number), f"https://w{number}.example/a")


POLICY = policy_of(LOG, [witness(1), witness(2), witness(3)], 2)


def test_a_policy_reads_as_it_was_written():
    assert parse_policy(encode_policy(POLICY)) == POLICY


def test_comments_blank_lines_and_tabs_are_no_matter():
    data = b"# ours\n\n" + encode_policy(POLICY).replace(b" ", b"\t") + b"  # end\n"

    assert parse_policy(data) == POLICY


@pytest.mark.parametrize(("word", "quorum"), [(b"any", 1), (b"all", 3), (b"3", 3)])
def test_a_quorum_may_be_a_word(word, quorum):
    data = encode_policy(POLICY).replace(b"witnesses 2", b"witnesses " + word)

    assert parse_policy(data).quorum == quorum


WRONG = {
    "nothing": b"",
    "not UTF-8": b"\xff",
    "another group as quorum": encode_policy(POLICY).replace(b"quorum w", b"quorum x"),
    "a member that is no witness": encode_policy(POLICY).replace(b" w3.example\nq", b" w4\nq"),
    "a name that is not the key's": encode_policy(POLICY).replace(b"witness w1", b"witness w9"),
    "a quorum of none": encode_policy(POLICY).replace(b"witnesses 2", b"witnesses 0"),
    "a quorum over all": encode_policy(POLICY).replace(b"witnesses 2", b"witnesses 4"),
    "a quorum that is a word": encode_policy(POLICY).replace(b"witnesses 2", b"witnesses two"),
    "a witness without address": encode_policy(POLICY).replace(b" https://w1.example/a", b""),
    "a line of another kind": encode_policy(POLICY).replace(b"witness w1", b"mirror w1"),
}


@pytest.mark.parametrize("data", WRONG.values(), ids=WRONG)
def test_a_file_that_is_no_policy_is_refused(data):
    with pytest.raises(MalformedNote):
        parse_policy(data)


@pytest.mark.parametrize(
    "url",
    ["", "w.example", "ftp://w.example", "file:///etc/passwd", "https://", "http://w:x/", "http://w:0",
     "https://w.example/?a", "https://w.example/#a", "https://w.example/a b", "http://[::1",
     "https://user:secret@w.example"],
)  # fmt: skip
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(MalformedNote) as caught:
        witness_of(vkey(1), url)

    assert "secret" not in str(caught.value)


def test_a_logs_key_is_no_witness():
    with pytest.raises(MalformedNote, match="type 0x04"):
        witness_of(vkey(1, algorithm=note.ED25519), "https://w.example")


def test_one_key_under_two_names_is_not_two_witnesses():
    twice = [witness(1), witness_of(vkey(1, "other.example"), "https://other.example")]

    with pytest.raises(MalformedNote, match="same name or key"):
        policy_of(LOG, twice, 1)


def test_the_log_is_no_witness_of_its_own():
    key = keys.private_key(bytes(32)).public
    itself = witness_of(
        note.encode_vkey("w.example", key, note.COSIGNATURE_V1), "https://w.example"
    )

    with pytest.raises(MalformedNote, match="same name or key"):
        policy_of(LOG, [itself], 1)


def test_a_checkpoint_with_all_cosignatures_fits_into_what_signers_sign():
    with pytest.raises(TooLarge):
        policy_of(LOG, [witness(number) for number in range(1, MAX_WITNESSES + 2)], 1)
    with pytest.raises(TooLarge):
        witness_of(vkey(1, "w" * 101), "https://w.example")
