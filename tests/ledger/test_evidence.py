"""Evidence proves two histories or nothing, and nobody honest is ever accused."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import keys, merkle
from ledger.checkpoint import Checkpoint, sign_checkpoint
from ledger.evidence import evidence_of, open_head, prefix_of, verify_evidence
from ledger.note import encode_vkey, parse_vkey
from ledger.tree import Tree
from schemas.errors import VerificationFailed
from schemas.evidence import Evidence, Prefix, encode_evidence
from tests.ledger.malicious import (
    KEY,
    ORIGIN,
    SIZES,
    VERIFIER,
    WITNESS_VERIFIER,
    Shelf,
    cosigned,
    digest,
    records,
    signed,
)

HONEST = records(0, 40)
OTHER = [*records(0, 20), *records(20, 30, "other")]


def tree_of(history):
    return Tree(len(history), Shelf(history).published().tile)


def evidence(one, other, prover=None):
    """The evidence in the heads of two histories, with what the larger proves."""
    smaller, larger = sorted([one, other], key=len)
    head = open_head(signed(larger), VERIFIER)
    prefix = prefix_of(tree_of(prover or larger), head.checkpoint, len(smaller))
    return evidence_of(open_head(signed(smaller), VERIFIER), head, prefix)


def refused(found, log=VERIFIER):
    with pytest.raises(VerificationFailed) as caught:
        verify_evidence(encode_evidence(found), log)
    return caught.value.step


def test_a_larger_tree_that_does_not_begin_with_the_smaller_is_proved():
    found = verify_evidence(encode_evidence(evidence(HONEST, OTHER)), VERIFIER)

    root = merkle.root_of([merkle.leaf_hash(record) for record in OTHER[:40]])
    assert (40, 50, root) == (found.smaller.size, found.larger.size, found.root)


def test_two_roots_of_one_size_need_no_proof():
    found = verify_evidence(encode_evidence(evidence(HONEST, OTHER[:40])), VERIFIER)

    assert (found.is_proven, found.smaller.size) == (True, found.larger.size)


def test_an_empty_tree_with_a_root_is_proved_false():
    note = sign_checkpoint(Checkpoint(ORIGIN, 0, bytes(32)), KEY)
    prefix = Prefix(merkle.EMPTY_ROOT, ())
    data = encode_evidence(Evidence((note, signed(HONEST)), prefix))

    assert verify_evidence(data, VERIFIER).is_proven


def test_heads_without_a_proof_prove_nothing():
    found = replace(evidence(HONEST, OTHER), prefix=None)

    assert not verify_evidence(encode_evidence(found), VERIFIER).is_proven


def test_an_honest_log_is_not_accused_with_its_own_proof():
    assert 5 == refused(evidence(HONEST[:17], HONEST))


@given(SIZES, SIZES, st.lists(st.integers(0, 5).map(digest), max_size=9), st.integers(0, 5))
def test_an_honest_log_is_not_accused_with_any_proof(one, other, path, number):
    smaller, larger = sorted([one, other])
    notes = signed(records(0, smaller)), signed(records(0, larger))

    step = refused(Evidence(notes, Prefix(digest(number), tuple(path))))
    assert step == (3 if one == other else 4)


PROOF = evidence(HONEST, OTHER)


ROOT, PATH = PROOF.prefix.root, PROOF.prefix.consistency


def proof(root, path):
    return replace(PROOF, prefix=Prefix(root, tuple(path)))


def unsigned(note, other):
    """The text of *note* over the signature of *other*."""
    return note.partition(b"\n\n")[0] + b"\n\n" + other.partition(b"\n\n")[2]


BENT = {
    "no JSON": (replace(PROOF, checkpoints=(b"", b"")), 2),
    "a note that nobody signed": (
        replace(PROOF, checkpoints=(unsigned(signed(HONEST), signed(OTHER)), signed(OTHER))), 2),
    "the larger first": (replace(PROOF, checkpoints=PROOF.checkpoints[::-1]), 3),
    "one head twice": (replace(PROOF, checkpoints=(signed(OTHER), signed(OTHER))), 3),
    "a root of nothing": (proof(bytes(32), PATH), 4),
    "a proof cut short": (proof(ROOT, PATH[:-1]), 4),
    "a proof too long": (proof(ROOT, (*PATH, bytes(32))), 4),
}  # fmt: skip


@pytest.mark.parametrize(("found", "step"), BENT.values(), ids=BENT)
def test_bent_evidence_is_refused_by_the_number_of_the_step(found, step):
    assert step == refused(found)


def test_what_is_no_evidence_is_refused_at_the_first_step():
    with pytest.raises(VerificationFailed) as caught:
        verify_evidence(b"{}", VERIFIER)
    assert 1 == caught.value.step


@pytest.mark.parametrize("name", [ORIGIN, "ledger.example/other"])
def test_evidence_against_one_log_is_none_against_another(name):
    other = encode_vkey(name, keys.private_key(b"o" * 32).public)

    assert 2 == refused(PROOF, parse_vkey(other))


def test_a_head_of_another_origin_under_the_same_key_is_none():
    note = sign_checkpoint(Checkpoint("ledger.example/other", 3, bytes(32)), KEY)

    assert 2 == refused(replace(PROOF, checkpoints=(note, signed(OTHER))))


def test_tiles_of_another_tree_prove_nothing():
    with pytest.raises(VerificationFailed):
        evidence(HONEST, OTHER, prover=[*HONEST, *records(40, 10)])


# Witnesses ---------------------------------------------------------------------------------------

COSIGNED = {
    "both": ((cosigned(HONEST), cosigned(OTHER)), ("witness.example",)),
    "one": ((signed(HONEST), cosigned(OTHER)), ()),
    "one, and a false line": (
        (signed(HONEST) + cosigned(OTHER).splitlines(keepends=True)[-1], cosigned(OTHER)), ()),
}  # fmt: skip


@pytest.mark.parametrize(("notes", "names"), COSIGNED.values(), ids=COSIGNED)
def test_a_witness_is_accused_that_cosigned_both(notes, names):
    data = encode_evidence(replace(PROOF, checkpoints=notes))

    assert names == verify_evidence(data, VERIFIER, [WITNESS_VERIFIER]).accomplices
