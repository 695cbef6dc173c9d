"""What the bundles of one log have in common, verified and read once.

They share the rule pack, most of the heads that signers held, and nearly all statements about
parties and keys: more than half of the signatures of a bundle. What is remembered is the outcome of
pure functions for the very same bytes, in bounded memory; what is refused is not remembered.

    verify_envelope(envelope, key)      # as ledger.dsse.verify, for a statement at most once
"""

from functools import lru_cache

from ledger import dsse
from ledger.checkpoint import Checkpoint, open_checkpoint
from ledger.dsse import VerifiedPayload
from ledger.keys import PublicKey
from ledger.note import Verifier
from ledger.rules import RulePack, parse_pack
from schemas.envelope import Envelope, PayloadType
from schemas.statement import Statement, parse_statement


@lru_cache(maxsize=4096)
def open_head(note: bytes, log: Verifier) -> Checkpoint:
    """As ``ledger.checkpoint.open_checkpoint``."""
    return open_checkpoint(note, log)


@lru_cache(maxsize=8)
def read_pack(data: bytes) -> RulePack:
    """As ``ledger.rules.parse_pack``."""
    return parse_pack(data)


@lru_cache(maxsize=4096)
def read_statement(payload: bytes) -> Statement:
    """As ``schemas.statement.parse_statement``."""
    return parse_statement(payload)


def verify_envelope(envelope: Envelope, key: PublicKey) -> VerifiedPayload:
    """As ``ledger.dsse.verify``. Events are not remembered: each is of few items."""
    if envelope.payload_type is PayloadType.STATEMENT:
        return _verify_statement(envelope, key)
    return dsse.verify(envelope, key)


@lru_cache(maxsize=4096)
def _verify_statement(envelope: Envelope, key: PublicKey) -> VerifiedPayload:
    return dsse.verify(envelope, key)


def forget() -> None:
    """Start anew: for whoever measures what a single bundle costs."""
    for remembered in (open_head, read_pack, read_statement, _verify_statement):
        remembered.cache_clear()
