"""Signing on this machine: drafts into submissions, with the randomness and the time of day.

The forms are ``ledger.compose``'s. A signer takes the head that it saw last along; here that is the
newest of a ledger at hand, or a checkpoint that somebody sent. Example::

    signer = signer_at(ledger, key_file)
    submission = sign(short_form.declare([chip], details), signer, now)
    prepare(short_form.declare([chip], details), author_at(ledger, party), now).payload
"""

import uuid
from collections.abc import Callable, Iterable
from datetime import datetime
from os import urandom

from ledger.checkpoint import parse_checkpoint
from ledger.compose import Author, Prepared, Signer, prepare_statement
from ledger.compose import prepare as prepare_event
from ledger.keys import KeyFile
from ledger.note import parse_note
from ledger.service.ledger import Ledger
from schemas.draft import Draft, is_statement
from schemas.envelope import Submission

_V7, _VARIANT = 7 << 76, 2 << 62


def signer_at(ledger: Ledger, key_file: KeyFile, fresh: Callable[[int], bytes] = urandom) -> Signer:
    """The signer with the key in *key_file*, for the next entry of *ledger*.

    Raises: UnknownKey, RevokedKey.
    """
    with ledger.database.reading() as connection:
        tip = ledger.renew(connection)
    enrolled = tip.registry.signer(key_file.key.public.keyid, tip.head.size)
    after = ledger.note().decode()
    return Signer(enrolled.party, ledger.origin, after, fresh, key_file.key)


def signer_after(note: bytes, key_file: KeyFile, fresh: Callable[[int], bytes] = urandom) -> Signer:
    """The signer with the key in *key_file*, away from the ledger whose checkpoint is in *note*.

    The party is the name in the key file. The signature of the note is the ledger's to check.

    Raises: MalformedNote.
    """
    origin = parse_checkpoint(parse_note(note).text).origin
    return Signer(key_file.name, origin, note.decode(), fresh, key_file.key)


def author_at(ledger: Ledger, party: str, fresh: Callable[[int], bytes] = urandom) -> Author:
    """*party*, that is to sign the next entry of *ledger* elsewhere, where its key is."""
    return Author(party, ledger.origin, ledger.note().decode(), fresh)


def sign(draft: Draft, signer: Signer, now: datetime, withheld: Iterable[str] = ()) -> Submission:
    """The signed submission of *draft*; all else as in ``prepare``."""
    return prepare(draft, signer, now, withheld).signed(signer.key)


def prepare(draft: Draft, author: Author, now: datetime, withheld: Iterable[str] = ()) -> Prepared:
    """What is to be signed of *draft*, event or statement, under a fresh id if it has none.

    Raises: as ``ledger.compose``'s ``prepare`` and ``prepare_statement``.
    """
    fresh_id = event_id(now, author.fresh)
    if is_statement(draft):
        return prepare_statement(draft, author, fresh_id, now)
    return prepare_event(draft, author, fresh_id, now, withheld)


def event_id(now: datetime, fresh: Callable[[int], bytes] = urandom) -> str:
    """A UUIDv7 as a URN: 48 bits of milliseconds, 74 random ones (RFC 9562, section 5.7)."""
    random = int.from_bytes(fresh(10))
    milliseconds = int(now.timestamp() * 1000) & ((1 << 48) - 1)
    value = milliseconds << 80 | _V7 | (random >> 62 & 0xFFF) << 64 | _VARIANT | random % (1 << 62)
    return uuid.UUID(int=value).urn
