"""A split view met at home: somebody holds a head that this log's key signed, of another history.

What is kept of it is the evidence format of docs/formats.md: it holds the two signed heads and no
submission, so that it can be shown to anybody, and ``chiptrail verify`` says what it proves.

    data = prove_split(ledger, batch, note)      # under the lock, before anything is rolled back
"""

from contextlib import suppress
from hashlib import sha256

from ledger.evidence import evidence_of, in_order, open_head, prefix_of
from ledger.service.ledger import Ledger
from ledger.service.reading import open_tree
from ledger.service.sequencer import Batch
from schemas.errors import IntegrityError, VerificationFailed
from schemas.evidence import encode_evidence


def prove_split(ledger: Ledger, batch: Batch, note: bytes) -> bytes:
    """The evidence in *note* and the head that *batch* goes on from.

    A head beyond ours proves nothing yet: its tiles are not here. Ours is shown beside it, for
    whoever has them.
    """
    ours, theirs = (open_head(one, ledger.verifier) for one in (ledger.note(), note))
    smaller, larger = in_order(ours, theirs)
    prefix = None
    if larger is ours or smaller.checkpoint.size == larger.checkpoint.size:
        tree = open_tree(batch.connection, batch.registry, batch.start)
        # Where what is stored is damaged the notes alone are kept: stopping must not fail.
        with suppress(IntegrityError, VerificationFailed):
            prefix = prefix_of(tree, larger.checkpoint, smaller.checkpoint.size)
    return encode_evidence(evidence_of(ours, theirs, prefix))


def stop(ledger: Ledger, evidence: bytes) -> None:
    """Stop, then keep the *evidence* of two histories: under the lock, before anybody else signs.

    Raises: CannotOpen when it cannot be kept; the ledger is stopped all the same.
    """
    ledger.stopped = "a checkpoint of another history was submitted (log/split-view)"
    # Named by what it holds: the same proof is kept once, whoever meets it.
    name = f"{sha256(evidence).hexdigest()[:16]}.evidence.json"
    ledger.stopped += f": {ledger.directory.keep_evidence(name, evidence)}"
