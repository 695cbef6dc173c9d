"""Planted faults: what the harness is worth is what it catches.

Each is one mistake that a ledger like this could have, planted in the process of the program only:
nothing of the product is edited, and nothing in it knows. ``MUTANTS`` names the cases that must
catch it; they are played until one does. Add another as a function and a line in the table.
"""

import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
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
from ledger.service.ledger import Ledger
from ledger.service.projector import Projector
from ledger.service.rows import PAYLOAD_TYPES
from ledger.store import files, log, sqlite
from ledger.store.database import Connection, Database
from ledger.store.files import DataDirectory
from tests.faults.plan import Outcome, Run

WHAT = "planted faults"


@dataclass(frozen=True, slots=True)
class Mutant:
    """*what* is wrong, how to *plant* it, which cases must see it, by the start of their names."""

    what: str
    plant: Callable[[], None]
    caught_by: str
    seen_as: str  # the kind of the violation


def plant(name: str) -> None:
    """Make this process the mutant *name*."""
    MUTANTS[name].plant()


def missing() -> str | None:
    """Why this cannot be done here."""
    from tests.faults import strace

    return strace.missing()


def cases(_of: Run) -> list[str]:
    """Every mutant."""
    return [f"mutant/{name}" for name in MUTANTS]


def play(of: Run, name: str) -> Outcome:
    """Play cases on the mutant until one finds something."""
    from tests.faults.__main__ import KINDS

    mutant = MUTANTS[name.split("/")[1]]
    kind = KINDS[mutant.caught_by.split("/")[0]]
    planted = replace(of, mutant=name.split("/")[1], is_deep=False)
    tried = 0
    for case in kind.cases(planted):
        if case.startswith(mutant.caught_by):
            tried += 1
            found = kind.play(planted, case).violations
            if any(text.startswith(f"{mutant.seen_as}:") for text in found):
                return Outcome(name, Counter(mutants=1, caught=1, cases=tried))
    missed = f"not caught: {mutant.what}, in {tried} cases of {mutant.caught_by}"
    return Outcome(name, Counter(mutants=1, cases=tried), (missed,))


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


def _ack_before_commit() -> None:
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


def _ack_before_file() -> None:
    late, keep_note = _Late(), Ledger.keep_note
    late.at_the_end()

    def keep(ledger: Ledger, note: bytes) -> None:
        late.catch_up()
        late.put_off(partial(keep_note, ledger, note))

    Ledger.keep_note = keep


def _file_before_commit() -> None:
    sign = sequencer._sign

    def eager(ledger: Ledger, batch: sequencer.Batch, activity: dict[str, str]) -> Any:
        head = sign(ledger, batch, activity)
        if batch.note is not None:
            ledger.keep_note(batch.note)
        return head

    sequencer._sign = eager


def _savepoint() -> None:
    @contextmanager
    def writing(database: Database, *, keep: bool = True) -> Iterator[Connection]:
        with database._engine.connect() as connection:
            connection.begin()
            nested = connection.begin_nested()
            yield connection
            if keep:
                nested.commit()

    Database.writing = writing


def _commit_failure_swallowed() -> None:
    @contextmanager
    def writing(database: Database, *, keep: bool = True) -> Iterator[Connection]:
        with database._engine.connect() as connection:
            transaction = connection.begin()
            yield connection
            with suppress(sqlalchemy.exc.DBAPIError):
                transaction.commit() if keep else transaction.rollback()

    Database.writing = writing


def _projection_outside() -> None:
    """What acts do is written in a transaction of its own, after that of the entries."""
    sequence = capturing._sequence
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
            projector = Projector(connection, connection, ledger.pack)
            for name, arguments in put_off:
                getattr(projector, name)(*arguments)
            put_off.clear()
        return outcomes

    capturing.Projector, capturing._sequence = Later, in_two


def _published_first() -> None:
    publish = publishing.publish

    def hasty(ledger: Ledger, target: Path, **more: Any) -> Any:
        target.mkdir(exist_ok=True)
        with ledger.snapshot() as (_, tip):
            files.save_durably(target / "checkpoint", ledger.note_of(tip.head), 0o644)
        return publish(ledger, target, **more)

    publishing.publish = hasty


# What reaches the disk -------------------------------------------------------------------------


def _synchronous_normal() -> None:
    sqlite._PRAGMAS["synchronous"] = ("NORMAL", 1)


def _no_folder_sync() -> None:
    files.sync_directory = lambda _path: None


def _no_file_sync() -> None:
    def save(path: Path, data: bytes, mode: int = 0o600) -> None:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        os.fchmod(descriptor, mode)
        os.write(descriptor, data)
        os.close(descriptor)
        Path(name).rename(path)
        files.sync_directory(path.parent)

    files.save_durably = save


# What is compared and recomputed ---------------------------------------------------------------


def _no_compare() -> None:
    Ledger._compare = lambda _ledger, _connection: None


def _evidence_forgotten() -> None:
    DataDirectory.evidence_files = lambda _directory: []


def _dedupe_by_bytes() -> None:
    admit_all = capturing.admit_all

    def by_bytes(submissions: Any, gate: Any) -> list[Any]:
        found = admit_all(submissions, gate)
        pairs = zip(found, submissions, strict=True)
        return [
            one._replace(identity=sha256(data).digest()) if isinstance(one, Admitted) else one
            for one, data in pairs
        ]

    def record(row: log.EntryRow, registry: Registry) -> bytes:
        """Without a look at the identity."""
        key, kind = registry.by_index[row.key_idx].key, PAYLOAD_TYPES[row.kind]
        return leaf.leaf_record(row.recorded_at, key.raw, kind, row.payload, row.signature)

    capturing.admit_all = by_bytes
    sequencer.Batch._leaf_hash = lambda batch, row: merkle.leaf_hash(record(row, batch.registry))
    scrub.leaf_of_row = reading.leaf_of_row = record


def _leaf_from_memory() -> None:
    flush, load = sequencer.Batch.flush, log.load_entries
    meant: dict[int, log.EntryRow] = {}

    def remembering(batch: sequencer.Batch) -> None:
        meant.update({row.idx: row for row in batch._entries})
        flush(batch)

    def from_memory(connection: Connection, start: int, stop: int) -> list[log.EntryRow]:
        return [meant.get(row.idx, row) for row in load(connection, start, stop)]

    sequencer.Batch.flush = remembering
    log.load_entries = from_memory


def _clock_back() -> None:
    begin = sequencer.Batch.__init__

    def trusting(batch: sequencer.Batch, connection: Connection, tip: Any, now_ms: int) -> None:
        begin(batch, connection, tip, now_ms)
        batch.recorded_at = now_ms

    sequencer.Batch.__init__ = trusting


def _clock_jump() -> None:
    clock.DRIFT_LIMIT_S = float("inf")


MUTANTS = {
    "ack-before-commit": Mutant(
        "acks before the commit", _ack_before_commit, "kill/capture/", "lost"
    ),
    "checkpoint-before-commit": Mutant(
        "writes the checkpoint file before the commit",
        _file_before_commit,
        "kill/capture/",
        "ahead",
    ),
    "ack-before-file": Mutant(
        "acks before the checkpoint file is written", _ack_before_file, "kill/capture/", "behind"
    ),
    "savepoint": Mutant(
        "releases a savepoint instead of committing", _savepoint, "kill/capture/", "lost"
    ),
    "commit-failure-swallowed": Mutant(
        "takes a failed commit for a commit", _commit_failure_swallowed, "io/capture/eio/", "lost"
    ),
    "projection-outside": Mutant(
        "updates projections outside the transaction",
        _projection_outside,
        "kill/capture/",
        "projection",
    ),
    "published-first": Mutant(
        "publishes the checkpoint before its tiles", _published_first, "kill/publish/", "published"
    ),
    "synchronous-normal": Mutant(
        "runs SQLite with synchronous=NORMAL", _synchronous_normal, "power/capture/", "lost"
    ),
    "no-directory-fsync": Mutant(
        "does not sync folders", _no_folder_sync, "power/capture/", "behind"
    ),
    "no-file-fsync": Mutant(
        "does not sync the checkpoint file", _no_file_sync, "power/capture/", "torn"
    ),
    "no-compare": Mutant(
        "does not compare the database with the checkpoint file",
        _no_compare,
        "restore/database",
        "unsafe",
    ),
    "evidence-forgotten": Mutant(
        "forgets the evidence of two histories", _evidence_forgotten, "restore/clone", "unsafe"
    ),
    "dedupe-by-envelope": Mutant(
        "takes another spelling for another entry", _dedupe_by_bytes, "kill/capture/", "twice"
    ),
    "leaf-not-rehashed": Mutant(
        "signs what it meant to store, not what is stored", _leaf_from_memory, "memory/", "unsafe"
    ),
    "clock-backwards": Mutant("lets log time go back", _clock_back, "clock/", "time"),
    "clock-jump": Mutant("signs when the clock has jumped", _clock_jump, "clock/", "clock"),
}
