"""What a log asks of a witness, and what a witness looks at before it cosigns.

Source: C2SP tlog-witness, "add-checkpoint". The body of a request, its proof of 0 to 63 lines::

    old <size>
    <base64 of a hash of the consistency proof>
    <empty line>
    <the signed checkpoint, a whole note>

A witness checks in this order, each refused by an error of its own and over HTTP by a status:

(1) the body is well formed (``MalformedNote``, ``TooLarge``: 400)
(2) the origin is one that it knows (``NotFound``: 404; whoever keeps the logs raises it)
(3) the log's key signed the checkpoint, and no line of it is false (``BadSignature``: 403)
(4) *old* is no more than the size of the checkpoint (``MalformedNote``: 400)
(5) *old* is the size that it cosigned last, 0 if none (``Conflict``: 409, says that size)
(6) the checkpoint extends that tree (``VerificationFailed``: 422; version 1.0 answered another root
    of the same size with 409)

To persist what it cosigns, before it answers, is ``ledger.service.witness``'s. Example::

    request = parse_request(body)
    verify_request(request, log, last)
"""

from dataclasses import dataclass

from ledger import merkle
from ledger.checkpoint import Checkpoint, parse_checkpoint
from ledger.note import MAX_NOTE_SIZE, Note, Verifier, parse_note, verify_note
from ledger.proof import encode_hashes, parse_hashes
from schemas.errors import Conflict, MalformedNote, VerificationFailed
from schemas.formats import parse_decimal

# 63 hashes of 45 bytes, and the first line.
MAX_REQUEST_SIZE = MAX_NOTE_SIZE + 63 * 45 + 64


@dataclass(frozen=True, slots=True)
class Request:
    """A request of good form, nothing verified: *note* holds *checkpoint*, *proof* leads to it."""

    old_size: int
    proof: tuple[bytes, ...]
    note: Note
    checkpoint: Checkpoint


def encode_request(old_size: int, proof: tuple[bytes, ...], note: bytes) -> bytes:
    """The body that asks to cosign *note*, coming from *old_size*."""
    return f"old {old_size}\n{encode_hashes(proof)}\n".encode() + note


def parse_request(data: bytes) -> Request:
    """The request in a body: check (1).

    Raises: MalformedNote, TooLarge.
    """
    # No line before the checkpoint is empty but the one that separates it.
    head, separator, note = data.partition(b"\n\n")
    try:
        first, *lines = head.decode("ascii").split("\n")
        word, size = first.split(" ")
        old_size = parse_decimal(size)
    except ValueError as exc:
        raise MalformedNote("want a first line `old <size>`") from exc
    if word != "old" or not separator:
        raise MalformedNote("want a first line `old <size>`, proof lines and an empty line")
    opened = parse_note(note)
    return Request(old_size, parse_hashes(lines), opened, parse_checkpoint(opened.text))


def verify_request(request: Request, log: Verifier, last: Checkpoint) -> None:
    """Checks (3) to (6) of *request*, which is of the origin of *log*; *last* may be of size 0.

    Raises: BadSignature, MalformedNote, Conflict, VerificationFailed.
    """
    verify_note(request.note, [log])
    new = request.checkpoint
    if request.old_size > new.size:
        raise MalformedNote(f"got old size {request.old_size} for {new.size} entries")
    if request.old_size != last.size:
        raise Conflict(f"got old size {request.old_size}, want {last.size}", last.size)
    if new.size == 0 and new.root != merkle.EMPTY_ROOT:
        raise VerificationFailed("the root of the empty tree is not SHA-256 of nothing")
    merkle.verify_consistency(last.size, new.size, last.root, new.root, request.proof)
