"""Audit one stretch of entries by itself; runs in a process of its own.

Everything is recomputed from stored bytes: identity, signature, leaf, payload, lists, and what was
disclosed, unless it was erased. What needs the stretches before it (the tree, the order of log
time) is left to ``ledger.service.audit``.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple, TypeAlias

from ledger import disclosure, dsse, leaf, merkle
from ledger.act import read_act
from ledger.checkpoint import Checkpoint, open_checkpoint
from ledger.dealing import told_of
from ledger.note import Verifier, parse_vkey
from ledger.registry import EnrolledKey, Registry
from ledger.service.rows import PAYLOAD_TYPES, load_item_lists
from ledger.sighting import Saying, read_saying
from ledger.store import log
from ledger.store.database import Database
from ledger.store.log import EntryRow
from schemas.envelope import Envelope, ItemList
from schemas.errors import ChiptrailError, IntegrityError
from schemas.event import Event, parse_event
from schemas.statement import Statement, parse_statement


class Window(NamedTuple):
    """The entries [start, stop) to audit in one go."""

    start: int
    stop: int


# Documents, what it says of places and of dealings.
FlatSaid: TypeAlias = tuple[tuple[str, ...], Saying | None, str | None]
# Index, time of recording in ms, the fields of the act, the rest: it crosses to another process.
FlatEvent: TypeAlias = tuple[int, int, tuple[Any, ...], FlatSaid]


class EntriesAudited(NamedTuple):
    """What a window holds: 32 bytes of leaf hash an entry, the distinct heads of its signers.

    Each of *heads* is with the index of the first entry that names it. *first_at* and *last_at* are
    None where nothing could be read. *events* are those that are sound, in order.
    """

    leaf_hashes: bytes
    heads: list[tuple[int, Checkpoint]]
    first_at: int | None
    last_at: int | None
    problems: list[str]
    events: list[FlatEvent]


class Job(NamedTuple):
    """What another process needs to open the same log: *registry* is that of all statements."""

    url: str
    origin: str
    vkey: str
    registry: Registry


_job: Job | None = None


def start_auditing(job: Job) -> None:
    """Make this process ready for ``audit_window``."""
    global _job  # noqa: PLW0603 - one job a process, set once as it starts
    _job = job


def audit_window(window: Window) -> EntriesAudited:
    """``audit_entries`` of the job that this process started with."""
    assert _job is not None
    return audit_entries(_job, window)


def audit_entries(job: Job, window: Window) -> EntriesAudited:
    """Audit the entries of *window* of the database that *job* names.

    Where one cannot even be read, the window is halved until that one is alone and can be named.
    """
    try:
        return _Audit(job).run(window)
    except IntegrityError as exc:
        start, stop = window
        if stop - start > 1:
            middle = (start + stop) // 2
            one, other = (
                audit_entries(job, half) for half in (Window(start, middle), Window(middle, stop))
            )
            return _joined(one, other, middle)
        text = str(exc) if f"entry {start}" in str(exc) else f"entry {start}: {exc}"
        return EntriesAudited(bytes(merkle.HASH_SIZE), [], None, None, [text], [])


def time_goes_back(index: int) -> str:
    """What is wrong where entry *index* is dated before the last one; either may be damaged."""
    return f"entry {index}: log time goes back from entry {index - 1} to it"


def _joined(one: EntriesAudited, other: EntriesAudited, start: int) -> EntriesAudited:
    """Both; *other* begins with entry *start*."""
    problems = one.problems + other.problems
    if one.last_at is not None and other.first_at is not None and other.first_at < one.last_at:
        problems.append(time_goes_back(start))
    return EntriesAudited(
        one.leaf_hashes + other.leaf_hashes,
        one.heads + other.heads,
        other.first_at if one.first_at is None else one.first_at,
        one.last_at if other.last_at is None else other.last_at,
        problems,
        one.events + other.events,
    )


@lru_cache(maxsize=1)
def _database(url: str) -> Database:
    return Database.open(url)


def end_auditing() -> None:
    """Close what ``audit_entries`` keeps open in this process."""
    _database.cache_clear()


class _Audit:
    """The audit of one window: what was found so far."""

    def __init__(self, job: Job) -> None:
        self._job, self._verifier = job, parse_vkey(job.vkey)
        self._hashes: dict[int, bytes] = {}
        self._problems: list[str] = []
        self._heads: dict[Checkpoint, int] = {}
        self._disclosed: dict[int, dict[str, str | None]] = {}
        self._events: list[FlatEvent] = []

    def run(self, window: Window) -> EntriesAudited:
        """All signatures, then all payloads: see ``ledger.admission.admit_all``.

        Raises: IntegrityError when one cannot be read.
        """
        rows, lists = self._load(window)
        for index in range(*window):
            self._attempt(index, lambda i: self._verify(i, rows.get(i)))
        for index in list(self._hashes):
            self._attempt(index, lambda i: self._read(rows[i], lists.get(i, {})))
        for index in self._disclosed:
            self._problems.append(f"disclosure of entry {index}: it is no event")
        times = [row.recorded_at for row in rows.values()]
        for index, (earlier, later) in zip(rows, pairwise([0, *times]), strict=False):
            if later < earlier:
                self._problems.append(time_goes_back(index))
        none = bytes(merkle.HASH_SIZE)
        hashes = b"".join([self._hashes.get(index, none) for index in range(*window)])
        heads = [(index, head) for head, index in self._heads.items()]
        first_at, last_at = (times[0], times[-1]) if times else (None, None)
        return EntriesAudited(hashes, heads, first_at, last_at, self._problems, self._events)

    def _load(self, window: Window) -> tuple[dict[int, EntryRow], dict[int, dict[str, ItemList]]]:
        """The window's entries and their lists; keeps what was disclosed.

        Raises: IntegrityError.
        """
        with _database(self._job.url).reading() as connection:
            rows = {row.idx: row for row in log.load_entries(connection, *window)}
            for index, digest, body in log.load_disclosures_of(connection, *window):
                self._disclosed.setdefault(index, {})[digest] = body
            return rows, load_item_lists(connection, list(rows))

    def _attempt(self, index: int, step: Callable[[int], None]) -> None:
        try:
            step(index)
        except ChiptrailError as exc:
            self._problems.append(f"entry {index}: {exc}")
            self._hashes.pop(index, None)
            self._disclosed.pop(index, None)

    def _verify(self, index: int, row: EntryRow | None) -> None:
        """Key, signature and identity of a stored entry; gives its leaf hash.

        Raises: a refusal or IntegrityError, which names what does not hold.
        """
        if row is None:
            raise IntegrityError("it is missing")
        key, payload_type = self._signer(row).key, PAYLOAD_TYPES[row.kind]
        verified = dsse.verify(Envelope(row.payload, payload_type, key.keyid, row.signature), key)
        if verified.identity != row.identity:
            raise IntegrityError("identity is not that of the payload")
        record = leaf.leaf_record(
            row.recorded_at, key.raw, payload_type, row.payload, row.signature
        )
        self._hashes[index] = merkle.leaf_hash(record)

    def _signer(self, row: EntryRow) -> EnrolledKey:
        signer = self._job.registry.by_index.get(row.key_idx)
        if signer is None:
            raise IntegrityError(f"no key was enrolled at {row.key_idx}")
        if row.idx:
            self._job.registry.signer(signer.key.keyid, row.idx)
        return signer

    def _read(self, row: EntryRow, lists: dict[str, ItemList]) -> None:
        """Payload and lists of a stored entry whose signature holds.

        Raises: as ``_verify``.
        """
        if row.kind == log.STATEMENT:
            disclosure.open_items({}, lists)  # none belong to it
            self._check_preamble(row, parse_statement(row.payload))
            return
        event = parse_event(row.payload)
        act = read_act(event, disclosure.open_items(event.lists, lists))
        self._check_preamble(row, event)
        self._check_disclosed(row, event)
        said = event.documents, read_saying(event), told_of(event, act)
        self._events.append((row.idx, row.recorded_at, tuple(act), said))

    def _check_preamble(self, row: EntryRow, said: Event | Statement) -> None:
        if said.ledger != self._job.origin:
            raise IntegrityError("signed for another ledger")
        if said.party != self._signer(row).party:
            raise IntegrityError("the payload names another party than the key's")
        if said.after is None:
            return
        after = _open(said.after, self._verifier)
        if after.size > row.idx:
            raise IntegrityError(
                f"its signer held a head of {after.size} entries, later than itself"
            )
        self._heads.setdefault(after, row.idx)

    def _check_disclosed(self, row: EntryRow, event: Event) -> None:
        """Name what was not signed or not erased; the entry itself is sound all the same."""
        disclosed = self._disclosed.pop(row.idx, {})
        if not disclosed:
            return
        try:
            _check_disclosures(event, disclosed)
            _check_erased(disclosed, self._job.registry.erased(row.identity, event.party))
        except ChiptrailError as exc:
            self._problems.append(f"disclosure of entry {row.idx}: {exc}")


def _check_erased(disclosed: dict[str, str | None], erased: Mapping[str, int]) -> None:
    """Whatever lacks its body was erased by a statement, and what was erased lacks its body.

    Raises: IntegrityError.
    """
    for digest, body in disclosed.items():
        if body is None and digest not in erased:
            raise IntegrityError("it has no body, and no statement erased it")
        if body is not None and digest in erased:
            raise IntegrityError(f"it has a body that entry {erased[digest]} erased")


def _check_disclosures(event: Event, disclosed: dict[str, str | None]) -> None:
    """Digests that the event signed, and bodies of those digests; an erased body is None.

    Raises: IntegrityError, MalformedDisclosure, DisclosureMismatch.
    """
    bodies = [body for body in disclosed.values() if body is not None]
    disclosure.open_disclosures(event.commitments, bodies)
    signed = set(event.commitments.values())
    for digest, body in disclosed.items():
        if digest not in signed:
            raise IntegrityError("a disclosure has a digest that was not signed")
        if body is not None and disclosure.digest_of(body) != digest:
            raise IntegrityError("a disclosure has the digest of another")


@lru_cache(maxsize=4096)
def _open(after: str, verifier: Verifier) -> Checkpoint:
    return open_checkpoint(after.encode(), verifier)
