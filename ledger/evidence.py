"""Evidence of two histories: what two signed heads of one log prove against it.

A log that signed two trees of which the smaller is no beginning of the larger has told two
histories, and its own two signatures say so to anybody. Shown is the root that the larger tree has
for as many entries as the smaller, with the consistency proof from it (RFC 6962 section 2.1.2): the
proof binds that root to the larger signature, and the smaller signature is under another. Steps:

(1) the evidence reads; (2) the log signed both checkpoints, of its origin; (3) they ascend by size;
(4) the proof leads from the root shown to the root of the larger; (5) the smaller has another root.

Two heads without a proof show only that the log signed a tree of that size. Example::

    found = verify_evidence(data, parse_vkey(log_vkey))
    assert found.is_proven
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.checkpoint import Checkpoint, open_checkpoint
from ledger.merkle import verify_consistency
from ledger.note import Verifier, parse_note, verify_note
from ledger.tree import Tree
from schemas.errors import BadSignature, ChiptrailError, VerificationFailed
from schemas.evidence import Evidence, Prefix, parse_evidence


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A checkpoint, and the *note* in which it was signed."""

    checkpoint: Checkpoint
    note: bytes


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two heads that one log signed; *smaller* has at most as many entries as *larger*.

    *root* is what the larger tree has for the entries of the smaller: another root. None: that is
    not shown, and the smaller may be the beginning of the larger. *accomplices* names witnesses,
    of those asked about, that cosigned both.
    """

    smaller: Checkpoint
    larger: Checkpoint
    root: bytes | None
    accomplices: tuple[str, ...] = ()

    @property
    def is_proven(self) -> bool:
        """Whether two histories are proved."""
        return self.root is not None


def open_head(note: bytes, log: Verifier) -> SignedHead:
    """The head in *note*, signed by *log*.

    Raises: as ``ledger.checkpoint.open_checkpoint``.
    """
    return SignedHead(open_checkpoint(note, log), note)


def prefix_of(tree: Tree, head: Checkpoint, size: int) -> Prefix:
    """What the tree that *head* signs has for its first *size* entries, proved under that head.

    *tree* reads tiles that nobody vouches for.

    Raises: VerificationFailed when they do not give the root of *head*; IntegrityError as ``Tree``.
    """
    if size == head.size:
        return Prefix(head.root, ())  # the signature says it: no tile is needed
    prefix = Prefix(tree.root(size), tuple(tree.consistency_proof(size)))
    verify_consistency(size, head.size, prefix.root, head.root, prefix.consistency)
    return prefix


def in_order(one: SignedHead, other: SignedHead) -> tuple[SignedHead, SignedHead]:
    """The smaller and the larger of two heads, in an order that does not depend on the caller's."""
    smaller, larger = sorted([one, other], key=lambda h: (h.checkpoint.size, h.checkpoint.root))
    return smaller, larger


def evidence_of(one: SignedHead, other: SignedHead, prefix: Prefix | None) -> Evidence:
    """The evidence in two heads; *prefix* is that of the larger, None when it is not known."""
    smaller, larger = in_order(one, other)
    return Evidence((smaller.note, larger.note), prefix)


def verify_evidence(
    data: bytes, log: Verifier, witnesses: Sequence[Verifier] = ()
) -> Contradiction:
    """What the evidence *data* proves of *log*, and of *witnesses* that cosigned what it signed.

    Raises: VerificationFailed with the number of the step.
    """
    step = 1
    try:
        evidence = parse_evidence(data)  # (1)
        step = 2
        smaller, larger = (open_checkpoint(note, log) for note in evidence.checkpoints)
        step = 3
        _demand(smaller.size <= larger.size, "the smaller checkpoint does not come first")
        _demand(smaller != larger, "the two checkpoints are the same")
        prefix = evidence.prefix
        if prefix is None:
            return Contradiction(smaller, larger, None)
        step = 4
        sizes = smaller.size, larger.size
        verify_consistency(*sizes, prefix.root, larger.root, prefix.consistency)
        step = 5
        _demand(prefix.root != smaller.root, "the larger tree begins with the smaller one")
    except ChiptrailError as exc:
        raise VerificationFailed(str(exc), step) from exc
    accomplices = [one.name for one in witnesses if _signed_all(one, evidence.checkpoints)]
    return Contradiction(smaller, larger, prefix.root, tuple(accomplices))


def _signed_all(witness: Verifier, notes: Sequence[bytes]) -> bool:
    try:
        return all(verify_note(parse_note(note), [witness]) for note in notes)
    except BadSignature:
        return False  # a false line accuses nobody


def _demand(holds: bool, message: str) -> None:
    if not holds:
        raise VerificationFailed(message)
