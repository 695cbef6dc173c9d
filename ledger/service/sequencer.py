"""The lock is the sequencer: one batch gets its indexes, its place in the tree and one signature.

An ack comes in this order (docs/architecture.md, "What never breaks"): everything in one
transaction; before signing, the root recomputed from the stored bytes; commit; checkpoint file
durable; only then the ack. Another process may have written since: the tip is renewed under the
lock. The first batch after opening goes through what is stored before (``ledger.service.scrub``).

    with sequencing(ledger, actor="urn:chiptrail:party:fab", act="capture") as batch:
        index = batch.append(admitted, key_index)
    batch.note                                   # signed, committed, durable
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from ledger import leaf, merkle
from ledger.admission import UNSIGNED, Admitted
from ledger.note import first_signature
from ledger.registry import Registry
from ledger.service.ledger import Ledger, Tip
from ledger.service.rows import KINDS, PAYLOAD_TYPES
from ledger.service.scrub import scrub
from ledger.store import items, log
from ledger.store.activity import insert_activity
from ledger.store.database import Connection
from ledger.store.log import EntryRow, Head
from schemas.envelope import ItemList
from schemas.errors import IntegrityError, ReadOnly


class Batch:
    """What is being sequenced in one transaction. ``note`` is set once it is sealed."""

    def __init__(self, connection: Connection, tip: Tip, now_ms: int) -> None:
        self.connection = connection
        self.start = self.size = tip.head.size
        # Log time never goes back, whatever the clock does between two batches.
        self.recorded_at = max(now_ms, tip.head.recorded_at)
        self.registry: Registry = tip.registry.copy()
        self.frontier = tip.frontier.copy()
        self.seen = tip.seen
        self.note: bytes | None = None
        self._begun = self.size
        self._entries: list[EntryRow] = []
        self._written: list[EntryRow] = []
        self._lists: list[tuple[int, str, bytes, str]] = []
        self._disclosures: list[tuple[int, str, str]] = []
        self._requests: list[Mapping[str, str]] = []

    def append(self, admitted: Admitted, key_index: int) -> int:
        """Give *admitted* the next index; written by ``flush``."""
        index = self.size
        self.size += 1
        self._entries.append(
            EntryRow(
                index,
                admitted.identity,
                self.recorded_at,
                key_index,
                admitted.signature,
                KINDS[admitted.payload_type],
                admitted.payload,
            )
        )
        for field, given in admitted.lists.items():
            self._lists.append(list_row(index, field, given))
        if admitted.disclosures:
            self.disclose(index, admitted)
        return index

    def disclose(self, index: int, admitted: Admitted) -> None:
        """Keep the disclosures that came with *admitted*, also with one already recorded.

        Those that were erased are not among them, whoever sends them again.
        """
        if admitted.disclosures:
            erased = self.registry.erased(admitted.identity, admitted.party)
            given = admitted.disclosures.items()
            self._disclosures += [(index, *pair) for pair in given if pair[0] not in erased]

    def log_request(self, activity: Mapping[str, str]) -> None:
        """What was appended since the last request is one of its own: ``actor``, ``act``.

        Written by ``flush``.
        """
        ref = f"[{self._begun}, {self.size})"
        self._requests.append({**activity, "ref": ref})
        self._begun = self.size

    def flush(self) -> None:
        """Write what was appended since the last flush, one statement per table."""
        log.insert_entries(self.connection, self._entries)
        log.insert_lists(self.connection, self._lists)
        log.insert_disclosures(self.connection, self._disclosures)
        self._written += self._entries
        insert_activity(self.connection, self.recorded_at, *self._requests)
        self._entries, self._lists, self._disclosures, self._requests = [], [], [], []

    def integrate(self) -> bytes:
        """Take the new entries into the tree, from their stored bytes; returns the new root.

        A row is read back and hashed here and nowhere before: what the tree says is what the
        database holds, and that is what was verified (the log Yeti 2022 was lost to one flipped
        bit).
        """
        rows = log.load_entries(self.connection, self.start, self.size)
        if len(rows) != self.size - self.start:
            raise IntegrityError(f"got {len(rows)} of {self.size - self.start} entries back")
        leaves = [self._leaf_hash(row) for row in rows]
        for row, given in zip(rows, self._written, strict=True):
            if row != given:  # its signature was verified, its time is what will be acked
                raise IntegrityError(f"entry {given.idx}: what is stored is not what was given")
            if row.signature == UNSIGNED:  # that was a rehearsal, and nobody's word
                raise IntegrityError(f"entry {row.idx} is not signed")
        tiles = self.frontier.append(leaves)
        log.insert_tiles(self.connection, tiles)
        return self.frontier.root()

    def _leaf_hash(self, row: EntryRow) -> bytes:
        key = self.registry.by_index[row.key_idx].key
        record = leaf.leaf_record(
            row.recorded_at, key.raw, PAYLOAD_TYPES[row.kind], row.payload, row.signature
        )
        if record[9:41] != row.identity:
            raise IntegrityError(f"entry {row.idx}: identity is not that of the stored payload")
        return merkle.leaf_hash(record)


def list_row(index: int, field: str, given: ItemList) -> tuple[int, str, bytes, str]:
    """The row of an item list; ids are URIs, so a line end separates them."""
    return index, field, given.seed, "\n".join(given.ids)


@contextmanager
def sequencing(ledger: Ledger, *, actor: str, act: str, dry_run: bool = False) -> Iterator[Batch]:
    """Run the block as one batch: under the lock, in one transaction, then signed and durable.

    A dry run does all of it up to the signature and rolls back.
    Raises: ReadOnly, DiskFull; IntegrityError, after which the ledger is stopped.
    """
    with ExitStack() as held:
        held.enter_context(ledger.thread_lock)
        if not dry_run:
            _await_agreement(ledger)
        held.enter_context(ledger.directory.locked())
        ledger.demand_writable()
        ledger.directory.demand_room()
        now_ms = items.milliseconds(ledger.clock.now())
        try:
            with ledger.database.writing(keep=not dry_run) as connection:
                tip = _renewed(ledger, connection)
                batch = Batch(connection, tip, now_ms)
                yield batch
                head = None if dry_run else _sign(ledger, batch, {"actor": actor, "act": act})
        except IntegrityError as exc:
            ledger.stopped = str(exc)
            raise
        _publish(ledger, batch, head)


def _await_agreement(ledger: Ledger) -> None:
    """Where witnesses are named, one is asked if the checkpoint file was not written here.

    That takes its time, and the lock is not held: other processes go on reading.
    Raises: ReadOnly.
    """
    if not ledger.directory.witnesses.exists():
        return
    with ledger.directory.locked():
        if ledger.directory.is_sealed():
            return
    from ledger.service.witnesses import (  # noqa: PLC0415 - takes 0.2 s, and is hardly ever needed
        demand_agreement,
    )

    demand_agreement(ledger)


def _renewed(ledger: Ledger, connection: Connection) -> Tip:
    stopped = ledger.why_stopped(connection)
    if stopped is not None:
        ledger.stopped = stopped
        raise ReadOnly(stopped)
    if not ledger.scrubbed:
        scrub(ledger, connection)
        ledger.scrubbed = True
    assert ledger.tip is not None  # it was renewed to find that nothing is wrong
    return ledger.tip


def _sign(ledger: Ledger, batch: Batch, activity: dict[str, str]) -> Head | None:
    """Integrate and sign the batch, inside its transaction; None when it is empty."""
    batch.log_request(activity)
    batch.flush()
    if batch.size == batch.start:
        return None
    root = batch.integrate()
    batch.note = ledger.sign(batch.size, root)
    signature = first_signature(batch.note)
    log.insert_checkpoint(batch.connection, batch.size, root, batch.recorded_at, signature)
    return Head(batch.size, root, signature, batch.recorded_at)


def _publish(ledger: Ledger, batch: Batch, head: Head | None) -> None:
    """After the commit, before any ack: the checkpoint file, then what this process knows."""
    if head is None or batch.note is None:
        return
    ledger.keep_note(batch.note)
    ledger.tip = Tip(head, batch.registry, batch.frontier, batch.seen)
