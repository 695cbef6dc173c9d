"""Cosigning: ask the witnesses, keep what they signed for good, and serve it with the checkpoint.

A row a cosignature, in one transaction with its line of activity; then the checkpoint file is
written anew with the lines, if it is still of that size. What signers sign from then on holds the
cosigned head, which proves that they signed after the witness's time.

    poll = cosign(ledger)
    poll.is_quorum
"""

import time
from collections.abc import Callable

from ledger.client.witness import Answer, Standing
from ledger.service.founding import OPERATOR
from ledger.service.ledger import Ledger
from ledger.service.reading import cosigned
from ledger.service.sequencer import sequencing
from ledger.service.witnesses import Poll, ask_witnesses, heed
from ledger.store.cosignatures import CosignatureRow, insert_cosignatures
from ledger.store.log import Head


def cosign(ledger: Ledger, *, pause: Callable[[float], None] = time.sleep) -> Poll:
    """Have the newest head cosigned by all witnesses that answer, and keep what they signed.

    Raises: ReadOnly when one of them knows more entries or another history: nothing is signed from
    then on, in any process, until that is mended; CannotOpen, IntegrityError.
    """
    poll = ask_witnesses(ledger, pause=pause)
    heed(ledger, poll)
    if agreed := poll.of(Standing.AGREES):
        rows = [_row(poll.head, answer) for answer in agreed]
        with sequencing(ledger, actor=OPERATOR, act="cosign") as batch:
            insert_cosignatures(batch.connection, rows)
        _serve(ledger, poll.head)
    return poll


def _row(head: Head, answer: Answer) -> CosignatureRow:
    assert answer.at is not None
    assert answer.signature is not None
    return CosignatureRow(head.size, answer.witness.vkey, answer.at, answer.signature)


def _serve(ledger: Ledger, head: Head) -> None:
    """Put the lines into the checkpoint file, unless another process has signed more by now."""
    with ledger.directory.locked(), ledger.database.reading() as connection:
        signed = ledger.load_checkpoint()
        if (signed.size, signed.root) == (head.size, head.root):
            ledger.keep_note(cosigned(connection, ledger.note_of(head), head.size))
