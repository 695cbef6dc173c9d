"""Mistakes that a ledger like this could have; each function plants one in this process, for good.

What they are and what must catch them is in ``tests.faults.mutants``.
"""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import sqlalchemy

from ledger import leaf, merkle
from ledger.admission import Admitted
from ledger.registry import Registry
from ledger.service import capture as capturing
from ledger.service import clock, reading, scrub, sequencer
from ledger.service import publish as publishing
from ledger.service import restore as restoring
from ledger.service.ledger import Ledger
from ledger.service.projector import Projector
from ledger.service.rows import PAYLOAD_TYPES
from ledger.store import files, log, sqlite
from ledger.store.database import Connection, Database
from ledger.store.files import DataDirectory
from ledger.store.witness_directory import WitnessDirectory, WitnessedLog

# Order of writes -------------------------------------------------------------------------------


class _Late:
    """Things that are done when the next one comes, or at the end: later than promised."""

    def __init__(self) -> None:
        self._left: list[Callable[[], Any]] = []

    def put_off(self, what: Callable[[], Any]) -> None:
        """Do it later."""
        self._left.append(what)

    def catch_up(self) -> None:
        """Do all of it."""
        while self._left:
            self._left.pop(0)()

    def at_the_end(self) -> None:
        """Catch up when the database is closed."""
        dispose = Database.dispose

        def last(database: Database) -> None:
            self.catch_up()
            dispose(database)

        Database.dispose = last


def ack_before_commit() -> None:
    late, keep_note = _Late(), Ledger.keep_note
    late.at_the_end()

    @contextmanager
    def writing(database: Database, *, keep: bool = True) -> Iterator[Connection]:
        late.catch_up()
        connection = database._engine.connect()
        transaction = connection.begin()
        try:
            yield connection
        except BaseException:
            transaction.rollback()
            connection.close()
            raise
        late.put_off(transaction.commit if keep else transaction.rollback)
        late.put_off(connection.close)

    Database.writing = writing
    Ledger.keep_note = lambda ledger, note: late.put_off(partial(keep_note, ledger, note))


def ack_before_file() -> None:
    late, keep_note = _Late(), Ledger.keep_note
    late.at_the_end()

    def keep(ledger: Ledger, note: bytes) -> None:
        late.catch_up()
        late.put_off(partial(keep_note, ledger, note))

    Ledger.keep_note = keep


def file_before_commit() -> None:
    sign = sequencer._sign

    def eager(ledger: Ledger, batch: sequencer.Batch, activity: dict[str, str]) -> Any:
        head = sign(ledger, batch, activity)
        if batch.note is not None:
            ledger.keep_note(batch.note)
        return head

    sequencer._sign = eager


def savepoint() -> None:
    @contextmanager
    def writing(database: Database, *, keep: bool = True) -> Iterator[Connection]:
        with database._engine.connect() as connection:
            connection.begin()
            nested = connection.begin_nested()
            yield connection
            if keep:
                nested.commit()

    Database.writing = writing


def commit_failure_swallowed() -> None:
    @contextmanager
    def writing(database: Database, *, keep: bool = True) -> Iterator[Connection]:
        with database._engine.connect() as connection:
            transaction = connection.begin()
            yield connection
            with suppress(sqlalchemy.exc.DBAPIError):
                transaction.commit() if keep else transaction.rollback()

    Database.writing = writing


def projection_outside() -> None:
    """What acts do is written in a transaction of its own, after that of the entries."""
    sequence = capturing.sequence
    put_off: list[tuple[str, tuple[Any, ...]]] = []

    class Later(Projector):
        def take(self, *given: Any) -> None:
            put_off.append(("take", given))

        def enter(self, *given: Any) -> None:
            put_off.append(("enter", given))

        def flush(self, *given: Any) -> None:
            put_off.append(("flush", given))

    def in_two(ledger: Ledger, *given: Any, **more: Any) -> Any:
        outcomes = sequence(ledger, *given, **more)
        with ledger.database.writing() as connection:
            projector = Projector(connection, connection, ledger.pack, ledger.atlas)
            for name, arguments in put_off:
                getattr(projector, name)(*arguments)
            put_off.clear()
        return outcomes

    capturing.Projector, capturing.sequence = Later, in_two


def published_first() -> None:
    publish = publishing.publish

    def hasty(ledger: Ledger, target: Path, **more: Any) -> Any:
        target.mkdir(exist_ok=True)
        with ledger.snapshot() as (_, tip):
            files.save_durably(target / "checkpoint", ledger.note_of(tip.head), 0o644)
        return publish(ledger, target, **more)

    publishing.publish = hasty


def cosigned_first() -> None:
    """What a witness cosigned is kept when somebody asks for it, after it has answered."""
    late, save, load = _Late(), WitnessDirectory.save_log, WitnessDirectory.load_log

    def loaded(directory: WitnessDirectory, name: str) -> WitnessedLog:
        late.catch_up()
        return load(directory, name)

    WitnessDirectory.save_log = lambda directory, log: late.put_off(partial(save, directory, log))
    WitnessDirectory.load_log = loaded


# What reaches the disk -------------------------------------------------------------------------


def synchronous_normal() -> None:
    sqlite._PRAGMAS["synchronous"] = ("NORMAL", 1)


def no_folder_sync() -> None:
    files.sync_directory = lambda _path: None


def no_file_sync() -> None:
    def save(path: Path, data: bytes, mode: int = 0o600) -> None:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        os.fchmod(descriptor, mode)
        os.write(descriptor, data)
        os.close(descriptor)
        Path(name).rename(path)
        files.sync_directory(path.parent)

    files.save_durably = save


# What is compared and recomputed ---------------------------------------------------------------


def no_compare() -> None:
    Ledger._compare = lambda _ledger, _connection: None


def restored_signing() -> None:
    """What was signed last is set back together with the entries."""
    put_in_place = restoring._put_in_place

    def trusting(copied: Ledger, directory: DataDirectory, url: str | None, manifest: Any) -> Any:
        yield from put_in_place(copied, directory, url, manifest)
        files.save_durably(directory.checkpoint, manifest.checkpoint.encode(), 0o644)

    restoring._put_in_place = trusting


def seal_ignored() -> None:
    DataDirectory.is_sealed = lambda _directory: True


def evidence_forgotten() -> None:
    DataDirectory.evidence_files = lambda _directory: []


def dedupe_by_bytes() -> None:
    admit_together = capturing.admit_together

    def by_bytes(ledger: Any, submissions: Any, party: Any) -> list[Any]:
        found = admit_together(ledger, submissions, party)
        pairs = zip(found, submissions, strict=True)
        return [
            one._replace(identity=sha256(data).digest()) if isinstance(one, Admitted) else one
            for one, data in pairs
        ]

    def record(row: log.EntryRow, registry: Registry) -> bytes:
        """Without a look at the identity."""
        key, kind = registry.by_index[row.key_idx].key, PAYLOAD_TYPES[row.kind]
        return leaf.leaf_record(row.recorded_at, key.raw, kind, row.payload, row.signature)

    capturing.admit_together = by_bytes
    sequencer.Batch._leaf_hash = lambda batch, row: merkle.leaf_hash(record(row, batch.registry))
    scrub.leaf_of_row = reading.leaf_of_row = record


def leaf_from_memory() -> None:
    flush, load = sequencer.Batch.flush, log.load_entries
    meant: dict[int, log.EntryRow] = {}

    def remembering(batch: sequencer.Batch) -> None:
        meant.update({row.idx: row for row in batch._entries})
        flush(batch)

    def from_memory(connection: Connection, start: int, stop: int) -> list[log.EntryRow]:
        return [meant.get(row.idx, row) for row in load(connection, start, stop)]

    sequencer.Batch.flush = remembering
    log.load_entries = from_memory


def clock_back() -> None:
    begin = sequencer.Batch.__init__

    def trusting(batch: sequencer.Batch, connection: Connection, tip: Any, now_ms: int) -> None:
        begin(batch, connection, tip, now_ms)
        batch.recorded_at = now_ms

    sequencer.Batch.__init__ = trusting


def clock_jump() -> None:
    clock.DRIFT_LIMIT_S = float("inf")
