"""Stored rows as values: the leaf of an entry, the statement in it, its item lists."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from ledger import disclosure, dsse, keys, leaf
from ledger.act import Act, read_act
from ledger.keys import PublicKey
from ledger.registry import Registry
from ledger.store import log
from ledger.store.database import Connection
from ledger.store.log import EntryRow
from schemas.envelope import Envelope, ItemList, PayloadType, Submission
from schemas.errors import IntegrityError, Refusal
from schemas.event import Event, parse_event, with_fields
from schemas.statement import Genesis, Statement, parse_statement

PAYLOAD_TYPES = {log.EVENT: PayloadType.EVENT, log.STATEMENT: PayloadType.STATEMENT}
ReadEvent: TypeAlias = tuple[Event, Act]
KINDS = {kind: number for number, kind in PAYLOAD_TYPES.items()}


def enter_statement(registry: Registry, row: EntryRow) -> Statement:
    """Take the stored statement *row* into *registry*; gives it.

    Raises: IntegrityError when it could not have been recorded.
    """
    try:
        statement = parse_statement(row.payload)
        signer: PublicKey
        if isinstance(statement, Genesis):
            signer = keys.parse_public_key(statement.registrar_key)
        else:
            signer = registry.by_index[row.key_idx].key
        registry.enter(statement, index=row.idx, signer=signer)
    except (Refusal, KeyError) as exc:
        raise IntegrityError(f"entry {row.idx}: not an acceptable statement: {exc}") from exc
    return statement


def event_of_row(row: EntryRow, lists: Mapping[str, ItemList], registry: Registry) -> ReadEvent:
    """The event and the act of a stored entry, its signature and lists verified anew.

    What people are shown must be what was signed, also after somebody had the file in hand.
    Raises: IntegrityError.
    """
    signer = registry.by_index.get(row.key_idx)
    if signer is None:
        raise IntegrityError(f"entry {row.idx} names a key that is not enrolled")
    envelope = Envelope(row.payload, PAYLOAD_TYPES[row.kind], signer.key.keyid, row.signature)
    try:
        event = parse_event(dsse.verify(envelope, signer.key).payload)
        return event, read_act(event, disclosure.open_items(event.lists, lists))
    except Refusal as exc:
        raise IntegrityError(f"entry {row.idx} is not what was signed: {exc}") from exc


def whole_event(event: Event, disclosed: Sequence[str]) -> tuple[Event, frozenset[str]]:
    """*event* with what was *disclosed* of it, and the names of what it withholds still.

    Raises: IntegrityError when that is not what was signed.
    """
    try:
        opened = disclosure.open_disclosures(event.commitments, disclosed)
    except Refusal as exc:
        raise IntegrityError(
            f"a withheld field that is kept is not as it was signed: {exc}"
        ) from exc
    whole = with_fields(event, opened) if opened else event
    return whole, frozenset(event.commitments.keys() - opened.keys())


def read_row(row: EntryRow, lists: Mapping[str, ItemList]) -> ReadEvent:
    """The event and the act of a stored entry; its lists are checked against what was signed.

    Raises: a refusal where they are not.
    """
    event = parse_event(row.payload)
    return event, read_act(event, disclosure.open_items(event.lists, lists))


def leaf_of_row(row: EntryRow, registry: Registry) -> bytes:
    """The 137-byte leaf of a stored entry, from its stored bytes alone.

    Raises: IntegrityError when the row's identity is not that of its payload, its key unknown, or
    its signature of another length.
    """
    signer = registry.by_index.get(row.key_idx)
    if signer is None:
        raise IntegrityError(f"entry {row.idx} names a key that is not enrolled")
    built = leaf.leaf_of(
        row.recorded_at, signer.key.raw, PAYLOAD_TYPES[row.kind], row.payload, row.signature
    )
    if built.identity != row.identity:
        raise IntegrityError(f"entry {row.idx}: identity is not that of the stored payload")
    try:
        return leaf.encode_leaf(built)
    except Refusal as exc:
        raise IntegrityError(f"entry {row.idx}: {exc}") from exc


def load_item_lists(connection: Connection, indexes: list[int]) -> dict[int, dict[str, ItemList]]:
    """The stored item lists of the entries at *indexes*, by index and field."""
    found: dict[int, dict[str, ItemList]] = {}
    for index, field, seed, ids in log.load_lists(connection, indexes):
        found.setdefault(index, {})[field] = ItemList(seed, tuple(ids))
    return found


def load_submission(connection: Connection, row: EntryRow, registry: Registry) -> Submission:
    """The stored entry *row* as its signer submitted it, with all that was not erased of it."""
    keyid = registry.by_index[row.key_idx].key.keyid
    envelope = Envelope(row.payload, PAYLOAD_TYPES[row.kind], keyid, row.signature)
    lists = load_item_lists(connection, [row.idx]).get(row.idx, {})
    bodies = [body for _, _, body in log.load_disclosures(connection, [row.idx]) if body]
    return Submission(envelope, lists, tuple(bodies))
