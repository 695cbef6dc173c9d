"""Proofs that travel alone: one entry's place in the log, checked without asking the log.

Source: C2SP tlog-proof, file extension ``.tlog-proof``. The entry itself is not in it::

    c2sp.org/tlog-proof@v1
    extra <base64>                  (only if there is any; nobody signed it)
    index 1
    <base64 hash>                   (inclusion path, the leaf's sibling first; 0 to 63 lines)

    <the checkpoint note, verbatim, with its cosignatures>

How an entry becomes a leaf hash is ``ledger.leaf``'s and ``ledger.merkle``'s. Example::

    proof = parse_proof(data)
    verify_proof(proof, leaf_hash(record), parse_vkey(log_vkey))
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from ledger.merkle import HASH_SIZE, verify_inclusion
from ledger.note import MAX_NOTE_SIZE, Verifier, parse_note, verify_note
from schemas.errors import MalformedNote, Refusal, TooLarge, VerificationFailed
from schemas.formats import decode_base64, encode_base64, parse_decimal

MAX_PATH = 63
MAX_EXTRA_SIZE = 64 << 10

_HEADER = "c2sp.org/tlog-proof@v1"
_MAX_PROOF_SIZE = 2 * MAX_NOTE_SIZE


@dataclass(frozen=True, slots=True)
class Proof:
    """The entry at *index* of the tree that the note *checkpoint* heads.

    *path* has 32-byte hashes, the leaf's sibling first; *extra* is authenticated by nobody, and
    empty when there is none.
    """

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes = b""


def encode_proof(proof: Proof) -> bytes:
    """The bytes of *proof*; ``parse_proof`` reads them back."""
    extra = f"extra {encode_base64(proof.extra)}\n" if proof.extra else ""
    head = f"{_HEADER}\n{extra}index {proof.index}\n{encode_hashes(proof.path)}\n"
    return head.encode() + proof.checkpoint


def parse_proof(data: bytes) -> Proof:
    """The proof in *data*, its checkpoint of good form; nothing is verified yet.

    Raises: MalformedNote, TooLarge.
    """
    if len(data) > _MAX_PROOF_SIZE:
        raise TooLarge(f"the proof has {len(data)} bytes, limit {_MAX_PROOF_SIZE}")
    # No line before the checkpoint is empty but the one that separates it.
    head, _, checkpoint = data.partition(b"\n\n")
    try:
        header, *lines = head.decode("ascii").split("\n")
        extra = decode_base64(lines.pop(0)[6:]) if lines[0].startswith("extra ") else b""
        word, number = lines.pop(0).split(" ")
        index = parse_decimal(number)
    except (IndexError, ValueError) as exc:
        raise MalformedNote("not a proof of version 1") from exc
    if (header, word) != (_HEADER, "index") or len(extra) > MAX_EXTRA_SIZE:
        raise MalformedNote("not a proof of version 1")
    parse_checkpoint(parse_note(checkpoint).text)
    proof = Proof(index, parse_hashes(lines), checkpoint, extra)
    if encode_proof(proof) != data:
        raise MalformedNote("not a proof of version 1")
    return proof


def encode_hashes(path: Sequence[bytes]) -> str:
    """The lines of a path: base64, one 32-byte hash each, each with its line end."""
    return "".join([f"{encode_base64(value)}\n" for value in path])


def parse_hashes(lines: Sequence[str]) -> tuple[bytes, ...]:
    """The path in 0 to 63 *lines* without their line ends; of a proof or a witness request.

    Raises: MalformedNote.
    """
    if len(lines) > MAX_PATH:
        raise MalformedNote(f"got a path of {len(lines)} hashes, want at most {MAX_PATH}")
    try:
        path = tuple(decode_base64(line) for line in lines)
    except ValueError as exc:
        raise MalformedNote("a hash is not base64 in its one form") from exc
    if any(len(value) != HASH_SIZE for value in path):
        raise MalformedNote(f"want hashes of {HASH_SIZE} bytes")
    return path


def verify_proof(
    proof: Proof,
    leaf_hash: bytes,
    log: Verifier,
    witnesses: Sequence[Verifier] = (),
    quorum: int = 0,
) -> Checkpoint:
    """The checkpoint under which the entry with *leaf_hash* stands in the log.

    (1) *log* signed the checkpoint, and it is of its origin; (2) at least *quorum* of the
    *witnesses* cosigned it, counted by public key; (3) the path leads from the leaf to its root.

    Raises: VerificationFailed with the number of the step.
    """
    try:
        checkpoint = open_checkpoint(proof.checkpoint, log)  # (1)
    except Refusal as exc:
        raise VerificationFailed(f"checkpoint: {exc}", 1) from exc
    try:
        signers = verify_note(parse_note(proof.checkpoint), [log, *witnesses])  # (2)
    except Refusal as exc:
        raise VerificationFailed(f"cosignatures: {exc}", 2) from exc
    # One key under two names is one witness.
    found = len({signer.key.raw for signer in signers} - {log.key.raw})
    if found < quorum:
        raise VerificationFailed(f"got cosignatures of {found} witnesses, want {quorum}", 2)
    try:
        verify_inclusion(
            proof.index, checkpoint.size, leaf_hash, proof.path, checkpoint.root
        )  # (3)
    except VerificationFailed as exc:
        raise VerificationFailed(f"inclusion: {exc}", 3) from exc
    return checkpoint
