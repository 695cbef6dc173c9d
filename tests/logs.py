"""A log to ask witnesses with: its key, its heads and its proofs, of entries ``entry <n>``.

What proves that a list of leaves begins with another is worked out as RFC 6962 defines it.

log = Log("ledger.example/test")
log.request(3, 20)           # the body that asks to cosign 20 entries, coming from 3
"""

from collections.abc import Sequence

from ledger import keys, merkle, note
from ledger.checkpoint import Checkpoint, sign_checkpoint
from ledger.witness import encode_request

MOST = 400


def consistency_path(hashes: Sequence[bytes], old_size: int) -> list[bytes]:
    """PROOF(*old_size*, *hashes*) of RFC 6962 section 2.1.2; empty for an *old_size* of 0."""
    return _subproof(old_size, hashes, is_whole=True) if old_size else []


def _subproof(m: int, hashes: Sequence[bytes], *, is_whole: bool) -> list[bytes]:
    if m == len(hashes):
        return [] if is_whole else [merkle.root_of(hashes)]
    k = 1 << ((len(hashes) - 1).bit_length() - 1)
    if m <= k:
        return [*_subproof(m, hashes[:k], is_whole=is_whole), merkle.root_of(hashes[k:])]
    return [*_subproof(m - k, hashes[k:], is_whole=False), merkle.root_of(hashes[:k])]


class Log:
    """The log *origin*; *branch* tells one history of it from another, from entry *fork* on."""

    def __init__(self, origin: str = "ledger.example/test", fork: int = MOST) -> None:
        self.origin = origin
        self._key = keys.private_key(bytes(32))
        self.verifier = note.verifier_of(origin, self._key.public)
        self.vkey = note.encode_vkey(origin, self._key.public)
        entries = [b"entry %d" % n if n < fork else b"other %d" % n for n in range(MOST)]
        self._leaves = [merkle.leaf_hash(entry) for entry in entries]

    def checkpoint(self, size: int) -> Checkpoint:
        """Its head of *size* entries."""
        return Checkpoint(self.origin, size, merkle.root_of(self._leaves[:size]))

    def note(self, size: int) -> bytes:
        """Its signed checkpoint of *size* entries."""
        return sign_checkpoint(self.checkpoint(size), self._key)

    def proof(self, old: int, new: int) -> tuple[bytes, ...]:
        """That the first *new* entries begin with the first *old* ones."""
        return tuple(consistency_path(self._leaves[:new], old))

    def request(self, old: int, new: int) -> bytes:
        """The body that asks to cosign *new* entries, coming from *old*."""
        proof = self.proof(old, new) if old <= new else ()
        return encode_request(old, proof, self.note(new))
