"""Merkle trees over SHA-256: hashes, proofs and their verification.

Source: RFC 6962 section 2.1 (RFC 9162 section 2.1). A leaf hashes as ``SHA-256(0x00 || data)``, a
node as ``SHA-256(0x01 || left || right)``, the empty tree as ``SHA-256("")``; a tree of n leaves
splits at the largest power of two below n. Pairing neighbours row by row and carrying an odd last
hash up unchanged gives the same tree, and is how everything here is computed.

Trees here are lists in memory (item lists); the log's own tree is ``ledger.frontier`` when written
and ``ledger.tree`` when read. Example::

    hashes = [leaf_hash(b"a"), leaf_hash(b"b"), leaf_hash(b"c")]
    verify_inclusion(2, 3, hashes[2], inclusion_path(hashes, 2), root_of(hashes))
"""

from collections.abc import Sequence
from hashlib import sha256

from schemas.errors import VerificationFailed

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf with content *data*."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of the node over two subtrees."""
    return sha256(b"\x01" + left + right).digest()


def parent_row(row: Sequence[bytes]) -> list[bytes]:
    """The nodes over each full pair of *row*; an odd last hash has none."""
    pairs = iter(row)
    return [
        sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=False)
    ]


def rows_of(hashes: Sequence[bytes]) -> list[list[bytes]]:
    """All rows of the tree over leaf *hashes*, from the leaves to the root; [] for none.

    An odd last hash stands again in the next row. Row h, position i is the root over the leaves
    [i << h, (i + 1) << h), cut off at the end of the tree.
    """
    rows = [list(hashes)] if hashes else []
    while rows and len(rows[-1]) > 1:
        row = rows[-1]
        rows.append(parent_row(row) + row[len(row) & ~1 :])
    return rows


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root over leaf *hashes*; ``EMPTY_ROOT`` for none."""
    row = hashes
    while len(row) > 1:
        row = parent_row(row) + list(row[len(row) & ~1 :])
    return row[0] if row else EMPTY_ROOT


def inclusion_path(hashes: Sequence[bytes], index: int) -> list[bytes]:
    """The path from leaf *index* to the root over *hashes*, the leaf's sibling first.

    Raises: ValueError unless 0 <= index < len(hashes).
    """
    return path_in(rows_of(hashes), index)


def path_in(rows: Sequence[Sequence[bytes]], index: int) -> list[bytes]:
    """``inclusion_path`` in *rows* made by ``rows_of``: for many proofs of one tree.

    Raises: ValueError unless 0 <= index < number of leaves.
    """
    size = len(rows[0]) if rows else 0
    if not 0 <= index < size:
        raise ValueError(f"got index {index}, want one in [0, {size})")
    return _siblings(rows, 0, index)


def last_subtree(size: int) -> tuple[int, int]:
    """Height and position of the last of the full subtrees that *size* > 0 leaves fall into."""
    height = (size & -size).bit_length() - 1
    return height, (size >> height) - 1


def _siblings(rows: Sequence[Sequence[bytes]], height: int, index: int) -> list[bytes]:
    path = []
    for row in rows[height:]:
        # A node without a right neighbour is carried up and adds nothing to the path.
        if index ^ 1 < len(row):
            path.append(row[index ^ 1])
        index >>= 1
    return path


def verify_inclusion(
    index: int, size: int, leaf_hash: bytes, path: Sequence[bytes], root: bytes
) -> None:
    """Check that the leaf stands at *index* of the tree of *size* leaves with *root*.

    Source: RFC 9162 section 2.1.3.2.

    Raises: VerificationFailed.
    """
    _check_hashes(leaf_hash, root, *path)
    if not 0 <= index < size:
        raise VerificationFailed(f"got index {index}, want one in [0, {size})")
    node, last, found = index, size - 1, leaf_hash
    for sibling in path:
        if last == 0:
            raise VerificationFailed("the inclusion path is too long")
        # node_hash written out: a bundle has a dozen of these an entry.
        if node & 1 or node == last:
            found = sha256(b"\x01" + sibling + found).digest()
            node, last = _carry(node, last)
        else:
            found = sha256(b"\x01" + found + sibling).digest()
        node, last = node >> 1, last >> 1
    if last != 0:
        raise VerificationFailed("the inclusion path is too short")
    if found != root:
        raise VerificationFailed(f"the path gives root {found.hex()}, want {root.hex()}")


def verify_consistency(
    old_size: int, size: int, old_root: bytes, root: bytes, path: Sequence[bytes]
) -> None:
    """Check that the tree of *size* leaves extends the one of *old_size*.

    An *old_size* of 0 takes an empty path and the empty root.
    Source: RFC 9162 section 2.1.4.2.

    Raises: VerificationFailed.
    """
    _check_hashes(old_root, root, *path)
    if not 0 <= old_size <= size:
        raise VerificationFailed(f"got old size {old_size}, want one in [0, {size}]")
    if old_size in (0, size):
        _check_without_path(old_size, size, old_root, root, path)
        return
    height, index = last_subtree(old_size)
    if index == 0:
        _climb(index, (size - 1) >> height, old_root, (old_root, root), path)
    elif path:
        _climb(index, (size - 1) >> height, path[0], (old_root, root), path[1:])
    else:
        raise VerificationFailed("the consistency path is too short")


def _check_without_path(
    old_size: int, size: int, old_root: bytes, root: bytes, path: Sequence[bytes]
) -> None:
    if path:
        raise VerificationFailed("the consistency path is too long")
    if old_size == 0 and old_root != EMPTY_ROOT:
        raise VerificationFailed("the root of the empty tree is not SHA-256 of nothing")
    if old_size == size and old_root != root:
        raise VerificationFailed(f"two roots of size {size}: {old_root.hex()} and {root.hex()}")


def _climb(
    node: int, last: int, start: bytes, roots: tuple[bytes, bytes], path: Sequence[bytes]
) -> None:
    """From the subtree *start* that both trees hold, compute both roots and compare."""
    old = new = start
    for sibling in path:
        if last == 0:
            raise VerificationFailed("the consistency path is too long")
        if node & 1 or node == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            node, last = _carry(node, last)
        else:
            new = node_hash(new, sibling)
        node, last = node >> 1, last >> 1
    if last != 0:
        raise VerificationFailed("the consistency path is too short")
    if (old, new) != roots:
        raise VerificationFailed(
            f"the path gives roots {old.hex()} and {new.hex()}, "
            f"want {roots[0].hex()} and {roots[1].hex()}"
        )


def _carry(node: int, last: int) -> tuple[int, int]:
    """Skip the heights at which a node without right neighbour is carried up unchanged."""
    while not node & 1 and node:
        node, last = node >> 1, last >> 1
    return node, last


def _check_hashes(*hashes: bytes) -> None:
    # A hash of another length could shift bytes between the two halves of a node.
    if set(map(len, hashes)) != {HASH_SIZE}:
        raise VerificationFailed(f"want hashes of {HASH_SIZE} bytes")
