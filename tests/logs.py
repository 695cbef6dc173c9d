"""A log to ask witnesses with: its key, its heads and its proofs, of entries ``entry <n>``.

log = Log("ledger.example/test")
log.request(3, 20)           # the body that asks to cosign 20 entries, coming from 3
"""

from ledger import keys, merkle, note
from ledger.checkpoint import Checkpoint, sign_checkpoint
from ledger.witness import encode_request

MOST = 400


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
        return tuple(merkle.consistency_path(self._leaves[:new], old))

    def request(self, old: int, new: int) -> bytes:
        """The body that asks to cosign *new* entries, coming from *old*."""
        proof = self.proof(old, new) if old <= new else ()
        return encode_request(old, proof, self.note(new))
