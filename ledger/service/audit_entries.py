"""Audit one stretch of entries by itself; runs in a process of its own.

Everything is recomputed from stored bytes: identity, signature, leaf, payload, lists. What needs
the stretches before it (the tree, the order of log time) is left to ``ledger.service.audit``.
"""

from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from ledger import disclosure, dsse, leaf, merkle
from ledger.checkpoint import Checkpoint, open_checkpoint
from ledger.note import Verifier, parse_vkey
from ledger.registry import EnrolledKey, Registry
from ledger.service.rows import PAYLOAD_TYPES, load_item_lists
from ledger.store import log
from ledger.store.database import Database
from ledger.store.log import EntryRow
from schemas.envelope import Envelope, ItemList
from schemas.errors import ChiptrailError, IntegrityError
from schemas.event import parse_event
from schemas.statement import parse_statement


class EntriesAudited(NamedTuple):
    """*leaf_hashes*: 32 bytes an entry; *heads*: the distinct checkpoints their signers held."""

    leaf_hashes: bytes
    heads: list[Checkpoint]
    first_at: int
    last_at: int
    problems: list[str]


class Job(NamedTuple):
    """What another process needs to open the same log: *registry* is that of all statements."""

    url: str
    origin: str
    vkey: str
    registry: Registry


class _Log(NamedTuple):
    origin: str
    verifier: Verifier
    registry: Registry


def audit_entries(job: Job, start: int, stop: int) -> EntriesAudited:
    """Audit the entries start <= index < stop of the database that *job* names."""
    log_of = _Log(job.origin, parse_vkey(job.vkey), job.registry)
    try:
        with _database(job.url).reading() as connection:
            rows = {row.idx: row for row in log.load_entries(connection, start, stop)}
            lists = load_item_lists(connection, list(rows))
    except IntegrityError as exc:
        return EntriesAudited(bytes(merkle.HASH_SIZE) * (stop - start), [], 0, 0, [str(exc)])
    problems: list[str] = []
    heads: dict[Checkpoint, None] = {}
    hashes: list[bytes] = []
    times = [row.recorded_at for row in rows.values()]
    for index in range(start, stop):
        try:
            if index not in rows:
                raise IntegrityError("it is missing")
            hashes.append(_audit_entry(rows[index], lists.get(index, {}), log_of, heads))
        except ChiptrailError as exc:
            problems.append(f"entry {index}: {exc}")
            hashes.append(bytes(merkle.HASH_SIZE))
    problems += [
        f"entry {later.idx}: log time goes back"
        for earlier, later in pairwise(rows.values())
        if later.recorded_at < earlier.recorded_at
    ]
    bounds = (times[0], times[-1]) if times else (0, 0)
    return EntriesAudited(b"".join(hashes), list(heads), *bounds, problems)


@lru_cache(maxsize=1)
def _database(url: str) -> Database:
    return Database.open(url)


def _audit_entry(
    row: EntryRow, lists: dict[str, ItemList], log_of: _Log, heads: dict[Checkpoint, None]
) -> bytes:
    """The leaf hash of a stored entry that holds in itself.

    Raises: a refusal or IntegrityError, which names what does not.
    """
    signer = _live_key(row, log_of.registry)
    payload_type = PAYLOAD_TYPES[row.kind]
    envelope = Envelope(row.payload, payload_type, signer.key.keyid, row.signature)
    verified = dsse.verify(envelope, signer.key)
    if verified.identity != row.identity:
        raise IntegrityError("identity is not that of the payload")
    party, after = _read(row, lists, log_of)
    if party != signer.party:
        raise IntegrityError("the payload names another party than the key's")
    if after is not None:
        if after.size > row.idx:
            raise IntegrityError(
                f"its signer held a head of {after.size} entries, later than itself"
            )
        heads[after] = None
    record = leaf.leaf_record(
        row.recorded_at, signer.key.raw, payload_type, row.payload, row.signature
    )
    return merkle.leaf_hash(record)


def _live_key(row: EntryRow, registry: Registry) -> EnrolledKey:
    signer = registry.by_index.get(row.key_idx)
    if signer is None:
        raise IntegrityError(f"no key was enrolled at {row.key_idx}")
    if row.idx:
        registry.signer(signer.key.keyid, row.idx)
    return signer


def _read(row: EntryRow, lists: dict[str, ItemList], log_of: _Log) -> tuple[str, Checkpoint | None]:
    """(party, after) of the payload, parsed with its lists."""
    if row.kind == log.STATEMENT:
        statement = parse_statement(row.payload)
        ledger, party, after = statement.ledger, statement.party, statement.after
    else:
        event = parse_event(row.payload)
        disclosure.open_items(event.lists, lists)
        ledger, party, after = event.ledger, event.party, event.after
    if ledger != log_of.origin:
        raise IntegrityError("signed for another ledger")
    if after is None:
        return party, None
    return party, _open(after, log_of.verifier)


@lru_cache(maxsize=4096)
def _open(after: str, verifier: Verifier) -> Checkpoint:
    return open_checkpoint(after.encode(), verifier)
