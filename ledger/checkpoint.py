"""Checkpoints: the signed head of a log's tree.

Source: C2SP tlog-checkpoint. The text of a signed note, with the origin of the log, the number of
its entries and the base64 of the RFC 6962 root hash::

    ledger.example/test
    3
    lPvQ3YNvUDAWkubQ6t5yjuGexSv/8WBu2AfIV11aqhk=

Extension lines are refused: some cosignatures do not cover them. The log's key has the origin as
its name. Whether two checkpoints are consistent is ``ledger.merkle``'s. Example::

    note = sign_checkpoint(Checkpoint(origin, frontier.size, frontier.root()), log_key)
    checkpoint = open_checkpoint(note, parse_vkey(log_vkey))
"""

from dataclasses import dataclass

from ledger.keys import PrivateKey
from ledger.merkle import HASH_SIZE
from ledger.note import ED25519, Verifier, parse_note, sign_note, verify_note
from schemas.errors import BadSignature, MalformedNote, WrongLedger
from schemas.formats import decode_base64, encode_base64, parse_decimal


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree head: *size* entries of the log *origin* have the 32-byte *root*."""

    origin: str
    size: int
    root: bytes


def encode_checkpoint(checkpoint: Checkpoint) -> str:
    """The text that is signed: three lines, each with its line end."""
    return f"{checkpoint.origin}\n{checkpoint.size}\n{encode_base64(checkpoint.root)}\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """The tree head in the text of a note; trust it only once the note is verified.

    The root of an empty tree is not looked at here (``ledger.merkle.verify_consistency`` does).

    Raises: MalformedNote.
    """
    try:
        origin, size, root, rest = text.split("\n")
        checkpoint = Checkpoint(origin, parse_decimal(size), decode_base64(root))
    except ValueError as exc:
        raise MalformedNote("not a checkpoint: want an origin, a tree size, a root hash") from exc
    if not origin or rest or len(checkpoint.root) != HASH_SIZE:
        raise MalformedNote("not a checkpoint: want an origin, a tree size, a root hash")
    return checkpoint


def sign_checkpoint(checkpoint: Checkpoint, key: PrivateKey) -> bytes:
    """The complete note: the checkpoint signed with the log's *key*, whose name is the origin.

    Raises: MalformedNote when the checkpoint would not read back, or its origin is no key name.
    """
    text = encode_checkpoint(checkpoint)
    # What a log signs cannot be taken back: sign only what every reader takes for the same.
    if parse_checkpoint(text) != checkpoint:
        raise MalformedNote("the checkpoint does not read back")
    return sign_note(text, checkpoint.origin, key)


def open_checkpoint(data: bytes, log: Verifier) -> Checkpoint:
    """The checkpoint in the note *data*, signed by *log*, whose name is its origin.

    Raises: MalformedNote, TooLarge, BadSignature (also for a cosigner's key), WrongLedger (the
    log's key signed a checkpoint of another origin).
    """
    note = parse_note(data)
    if log.algorithm != ED25519:
        raise BadSignature("a checkpoint is signed with a key of type 0x01")
    verify_note(note, [log])
    checkpoint = parse_checkpoint(note.text)
    if checkpoint.origin != log.name:
        raise WrongLedger(f"got origin {checkpoint.origin}, want {log.name}")
    return checkpoint
