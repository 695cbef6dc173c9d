"""Audit the cosignatures: each is its witness's, over the checkpoint that was signed for its size.

That none is missing nobody can tell: whoever was given one has it.

    for text in cosignature_problems(origin, rows): ...
"""

from collections.abc import Iterator

from ledger.checkpoint import Checkpoint, encode_checkpoint
from ledger.cosignature import encode_cosignature, verify_cosignature
from ledger.note import parse_vkey
from ledger.store.cosignatures import CosignedRow
from schemas.errors import Refusal


def cosignature_problems(origin: str, rows: Iterator[CosignedRow]) -> Iterator[str]:
    """A line for each of *rows* that does not verify, of the log *origin*."""
    for row in rows:
        name = f"cosignature of checkpoint {row.size}"
        if row.root is None:
            yield f"{name}: that was never signed"
            continue
        text = encode_checkpoint(Checkpoint(origin, row.size, row.root))
        try:
            witness = parse_vkey(row.witness)
            verify_cosignature(text, witness.key, encode_cosignature(row.at, row.signature))
        except (Refusal, OverflowError):
            yield f"{name}: not the signature of {row.witness.partition('+')[0]}"
