"""A damaged database as a source of a recovery: places, submissions and the newest head in it.

A source of last resort: an entry counts only where its payload has the identity stored beside it.
Whether it is what was signed, the root decides (``ledger.service.recover``).

    for place, index in places_in(Path("damaged.sqlite3"), start=660): ...
"""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path

from ledger import dsse, keys, note
from ledger.checkpoint import Checkpoint, encode_checkpoint, open_checkpoint
from ledger.note import Note, NoteSignature
from ledger.service.rows import PAYLOAD_TYPES
from ledger.store.log import EntryRow
from ledger.store.wreck import MAGIC, Wreck
from schemas.envelope import Envelope, ItemList, Submission, encode_submission
from schemas.errors import Refusal
from schemas.statement import Genesis, KeyStatement, parse_statement

__all__ = ["MAGIC", "entries_in", "newest_head", "submissions_in"]


def entries_in(path: Path, start: int) -> Iterator[EntryRow]:
    """The entries from index *start* on that are as they were stored.

    Raises: CannotOpen.
    """
    with Wreck.opened(path) as wreck:
        for row in wreck.entries(start):
            if _identity(row) == row.identity:
                yield row


def submissions_in(path: Path, wanted: AbstractSet[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """(identity, submission) of the entries whose identities are *wanted*.

    Raises: CannotOpen.
    """
    with Wreck.opened(path) as wreck:
        for row in wreck.entries(0):
            if row.identity not in wanted or _identity(row) != row.identity:
                continue
            if (keyid := _keyid(wreck, row.key_idx)) is not None:
                envelope = Envelope(row.payload, PAYLOAD_TYPES[row.kind], keyid, row.signature)
                lists = {
                    field: ItemList(seed, tuple(ids))
                    for field, (seed, ids) in wreck.lists(row.idx).items()
                }
                given = tuple(wreck.disclosures(row.idx))
                yield row.identity, encode_submission(Submission(envelope, lists, given))


def newest_head(path: Path) -> bytes | None:
    """The newest checkpoint in it that its own log signed, as a note; None where there is none.

    Raises: CannotOpen.
    """
    with Wreck.opened(path) as wreck:
        genesis = _statement(wreck, 0)
        if not isinstance(genesis, Genesis):
            return None
        log = note.parse_vkey(genesis.log_key)
        for size, root, signature in wreck.heads():
            line = NoteSignature(log.name, log.key_id, signature)
            try:
                text = encode_checkpoint(Checkpoint(log.name, size, root))
                signed = note.encode_note(Note(text, (line,)))
                open_checkpoint(signed, log)
            except (Refusal, ValueError):
                continue
            return signed
    return None


def _identity(row: EntryRow) -> bytes:
    return dsse.identity_of(PAYLOAD_TYPES[row.kind], row.payload)


def _keyid(wreck: Wreck, index: int) -> str | None:
    """The id of the key that the statement at *index* enrolled."""
    match _statement(wreck, index):
        case Genesis(registrar_key=raw) | KeyStatement(public_key=raw):
            return keys.keyid_of(raw)
        case _:
            return None


def _statement(wreck: Wreck, index: int) -> object:
    row = wreck.entry(index)
    try:
        return None if row is None else parse_statement(row.payload)
    except Refusal:
        return None
