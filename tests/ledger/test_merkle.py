"""Merkle trees against the recursive definition, and proofs against those who bend them."""

import json
from base64 import b64decode
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.merkle import (
    EMPTY_ROOT,
    inclusion_path,
    leaf_hash,
    node_hash,
    path_in,
    root_of,
    rows_of,
    verify_consistency,
    verify_inclusion,
)
from schemas.errors import VerificationFailed
from tests.logs import consistency_path

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "merkle.json").read_text())
SIZE = 130
HASHES = [leaf_hash(b"entry %d" % i) for i in range(SIZE)]
ROOTS = [root_of(HASHES[:n]) for n in range(SIZE + 1)]


# RFC 6962 section 2.1, word for word: the definition that everything is held against.


def split(n):
    k = 1
    while 2 * k < n:
        k *= 2
    return k


def defined_root(hashes):
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = split(len(hashes))
    return node_hash(defined_root(hashes[:k]), defined_root(hashes[k:]))


def defined_path(m, hashes):
    if len(hashes) == 1:
        return []
    k = split(len(hashes))
    if m < k:
        return [*defined_path(m, hashes[:k]), defined_root(hashes[k:])]
    return [*defined_path(m - k, hashes[k:]), defined_root(hashes[:k])]


def test_leaf_and_node_hash_to_the_known_answers():
    leaf, node = VECTORS["leaf"], VECTORS["node"]

    assert leaf_hash(leaf["data"].encode()).hex() == leaf["hash"]
    assert node_hash(node["left"].encode(), node["right"].encode()).hex() == node["hash"]


def test_the_classic_leaves_have_the_known_roots():
    hashes = [leaf_hash(bytes.fromhex(leaf)) for leaf in VECTORS["classic"]["leaves"]]
    roots = [root_of(hashes[:n]).hex() for n in range(1, 9)]

    assert roots == VECTORS["classic"]["roots"]


@pytest.mark.parametrize("size", VECTORS["numbered"]["roots"])
def test_the_numbered_entries_have_the_known_roots(size):
    hashes = [leaf_hash(b"entry %d" % i) for i in range(int(size))]

    assert root_of(hashes) == b64decode(VECTORS["numbered"]["roots"][size])


def test_the_empty_tree_has_the_hash_of_nothing():
    assert root_of([]) == EMPTY_ROOT == sha256(b"").digest()
    assert rows_of([]) == []


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=70))
def test_a_tree_is_the_recursive_definition(hashes):
    assert root_of(hashes) == defined_root(hashes)


@given(st.integers(1, SIZE), st.data())
def test_paths_are_the_recursive_definition(size, data):
    index = data.draw(st.integers(0, size - 1))

    assert inclusion_path(HASHES[:size], index) == defined_path(index, HASHES[:size])


def test_every_inclusion_proof_verifies():
    for size in range(1, SIZE + 1):
        rows = rows_of(HASHES[:size])
        for index in range(size):
            verify_inclusion(index, size, HASHES[index], path_in(rows, index), ROOTS[size])


def test_every_consistency_proof_verifies():
    for size in range(SIZE + 1):
        for old_size in range(size + 1):
            path = consistency_path(HASHES[:size], old_size)
            verify_consistency(old_size, size, ROOTS[old_size], ROOTS[size], path)


# Attacks on inclusion ---------------------------------------------------------------------------


def refused_inclusion(index, size, leaf, path, root):
    with pytest.raises(VerificationFailed):
        verify_inclusion(index, size, leaf, path, root)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 8, 9, 16, 31, 33])
def test_bent_inclusion_proofs_are_refused(size):
    for index in range(size):
        leaf, path, root = HASHES[index], inclusion_path(HASHES[:size], index), ROOTS[size]
        refused_inclusion(index, size, leaf, [*path, root], root)  # an extra hash
        refused_inclusion(index, size, leaf, [root, *path], root)
        refused_inclusion(index, size, leaf, path, ROOTS[size + 1])  # the root of another tree
        refused_inclusion(index, size, HASHES[index + 1], path, root)  # another leaf
        if path:
            refused_inclusion(index, size, leaf, path[:-1], root)  # a truncated path
            refused_inclusion(index, size, leaf, path[1:], root)
            refused_inclusion(index ^ 1, size, leaf, path, root)  # another place
            refused_inclusion(index, size, leaf, [path[0][::-1], *path[1:]], root)


def test_an_inclusion_proof_does_not_serve_a_tree_of_another_height():
    """The root alone does not say how many leaves it has: the length of the path must."""
    refused_inclusion(0, 3, HASHES[0], inclusion_path(HASHES[:2], 0), ROOTS[2])
    refused_inclusion(1, 2, HASHES[3], inclusion_path(HASHES[:4], 3), ROOTS[4])


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (4, 3), (0, 0), (0, -1), (2**63, 3)])
def test_a_place_outside_the_tree_is_refused(index, size):
    refused_inclusion(index, size, HASHES[0], [], HASHES[0])


def test_a_node_cannot_be_passed_off_as_a_leaf():
    """The leaf prefix 0x00 keeps the two apart: the root of a subtree is no leaf of the log."""
    inner = HASHES[2] + HASHES[3]

    refused_inclusion(1, 2, leaf_hash(b"\x01" + inner), [ROOTS[2]], ROOTS[4])


@pytest.mark.parametrize("size", [31, 33])
def test_hashes_of_another_length_are_refused(size):
    """31 + 33 bytes would hash as 32 + 32 do."""
    left, right = HASHES[0], HASHES[1]
    glued = left + right

    refused_inclusion(0, 2, glued[:size], [glued[size:]], ROOTS[2])
    refused_inclusion(0, 2, left, [right], ROOTS[2] + b"\x00")


# Attacks on consistency -------------------------------------------------------------------------


def refused_consistency(old_size, size, old_root, root, path):
    with pytest.raises(VerificationFailed):
        verify_consistency(old_size, size, old_root, root, path)


@pytest.mark.parametrize("size", [2, 3, 5, 7, 8, 9, 16, 31, 33])
def test_bent_consistency_proofs_are_refused(size):
    for old_size in range(1, size):
        old_root, root = ROOTS[old_size], ROOTS[size]
        path = consistency_path(HASHES[:size], old_size)
        refused_consistency(old_size, size, root, old_root, path)  # swapped roots
        refused_consistency(old_size, size, root, root, path)
        refused_consistency(old_size, size, old_root, ROOTS[size + 1], path)
        refused_consistency(old_size, size, old_root, root, [*path, root])  # an extra hash
        refused_consistency(old_size, size, old_root, root, path[:-1])  # a truncated path
        refused_consistency(old_size, size, old_root, root, path[1:])
        refused_consistency(old_size, size, old_root, root, [])
        refused_consistency(old_size, size, old_root, root, [path[0][:31], *path[1:]])


def test_a_consistency_proof_does_not_serve_a_tree_of_another_height():
    refused_consistency(1, 3, ROOTS[1], ROOTS[2], consistency_path(HASHES[:2], 1))
    refused_consistency(3, 4, ROOTS[7], ROOTS[8], consistency_path(HASHES[:8], 7))


def test_a_rewritten_history_is_refused():
    forged = [leaf_hash(b"forged"), *HASHES[1:7]]

    refused_consistency(4, 7, ROOTS[4], root_of(forged), consistency_path(forged, 4))


@pytest.mark.parametrize(("old_size", "size"), [(4, 3), (-1, 3), (0, -1)])
def test_a_tree_that_shrinks_is_refused(old_size, size):
    refused_consistency(old_size, size, ROOTS[3], ROOTS[3], [])


def test_one_size_has_one_root_and_no_path():
    refused_consistency(3, 3, ROOTS[3], ROOTS[4], [])
    refused_consistency(3, 3, ROOTS[3], ROOTS[3], [ROOTS[3]])


def test_the_empty_tree_takes_no_path_and_no_other_root():
    """Older implementations show an all-zero root for the empty tree."""
    refused_consistency(0, 3, bytes(32), ROOTS[3], [])
    refused_consistency(0, 3, EMPTY_ROOT, ROOTS[3], [ROOTS[3]])
    refused_consistency(0, 0, EMPTY_ROOT, bytes(32), [])


# Preconditions ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "ask",
    [
        lambda: inclusion_path([], 0),
        lambda: inclusion_path(HASHES[:3], 3),
        lambda: inclusion_path(HASHES[:3], -1),
    ],
)
def test_there_is_no_proof_for_what_is_not_there(ask):
    with pytest.raises(ValueError, match="want one in"):
        ask()
