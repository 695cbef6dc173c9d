"""What the bundles of one log have in common, verified and read once.

They share the rule pack, most of the heads that signers held, and nearly all statements about
parties and keys: more than half of the signatures of a bundle. What is remembered is the outcome of
pure functions for the very same bytes; what is refused is not remembered. It is bounded in length
as in number, so that no bundle fills the memory: 48 MiB of bytes at most, and what they read as.

    verify_envelope(envelope, key)      # as ledger.dsse.verify, for a statement at most once
"""

from functools import lru_cache

from ledger import dsse
from ledger.checkpoint import Checkpoint, open_checkpoint
from ledger.dsse import VerifiedPayload
from ledger.keys import PublicKey
from ledger.note import Verifier
from ledger.rule_files import parse_pack
from ledger.rules import RulePack
from schemas.envelope import Envelope, PayloadType
from schemas.statement import Statement, parse_statement

_MAX_BYTES = 4096  # several times a head with its cosignatures, or a statement about a party
_MAX_PACK_BYTES = 64 << 10

_open_head = lru_cache(maxsize=4096)(open_checkpoint)
_read_pack = lru_cache(maxsize=8)(parse_pack)
_read_statement = lru_cache(maxsize=4096)(parse_statement)
_verify_statement = lru_cache(maxsize=4096)(dsse.verify)
CACHES = (_open_head, _read_pack, _read_statement, _verify_statement)


def open_head(note: bytes, log: Verifier) -> Checkpoint:
    """As ``ledger.checkpoint.open_checkpoint``."""
    return (_open_head if len(note) <= _MAX_BYTES else open_checkpoint)(note, log)


def read_pack(data: bytes) -> RulePack:
    """As ``ledger.rules.parse_pack``."""
    return (_read_pack if len(data) <= _MAX_PACK_BYTES else parse_pack)(data)


def read_statement(payload: bytes) -> Statement:
    """As ``schemas.statement.parse_statement``."""
    return (_read_statement if len(payload) <= _MAX_BYTES else parse_statement)(payload)


def verify_envelope(envelope: Envelope, key: PublicKey) -> VerifiedPayload:
    """As ``ledger.dsse.verify``. Events are not remembered: each is of few items."""
    is_statement = envelope.payload_type is PayloadType.STATEMENT
    if is_statement and len(envelope.payload) <= _MAX_BYTES:
        return _verify_statement(envelope, key)
    return dsse.verify(envelope, key)
