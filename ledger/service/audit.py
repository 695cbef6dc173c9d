"""Audit the whole store: everything that can be recomputed is, and whatever differs is named.

(1) the database's own check, and the triggers as the migrations make them; (2) every entry, in
as many processes as there are cores: identity and signature from the stored bytes, key live at its
index and of the payload's party, payload, lists and disclosures as signed, log time not going back;
(3) the tree regrown from those entries: every stored tile, every signed checkpoint with its
signature and time, every ``after`` a signer held, the checkpoint file; (4) activity: every request
in turn, and the checkpoint that it led to; what witnesses cosigned; (5) projections rebuilt from
truth, row by row.

Memory does not grow with the log. Nothing is changed. What nobody signs cannot be told: who asked
and what for (``activity``), and whether the last requests that added nothing are missing.

    for step in audit(ledger):
        if isinstance(step, AuditReport): print(step.problems)
"""

from collections import deque
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import TypeVar

from ledger import keys
from ledger.act import Act
from ledger.checkpoint import Checkpoint, encode_checkpoint
from ledger.frontier import Frontier
from ledger.merkle import HASH_SIZE
from ledger.registry import Registry
from ledger.service.audit_activity import activity_problems
from ledger.service.audit_cosignatures import cosignature_problems
from ledger.service.audit_entries import (
    EntriesAudited,
    Job,
    Window,
    audit_entries,
    audit_window,
    end_auditing,
    start_auditing,
    time_goes_back,
)
from ledger.service.ledger import Ledger
from ledger.service.progress import Progress
from ledger.service.projector import PlacedAct
from ledger.service.reading import root_at
from ledger.service.rebuild import STRETCH_CHARACTERS, Rebuilding
from ledger.service.rows import enter_statement
from ledger.service.workers import in_order
from ledger.store import comparison, items, log
from ledger.store.activity import iterate_activity
from ledger.store.cosignatures import iterate_cosignatures
from ledger.store.database import Connection, Database
from ledger.store.log import CheckpointRow, EntryRow
from schemas.errors import BadSignature, ChiptrailError, IntegrityError

Row = TypeVar("Row")

STRETCH = 1000
PARALLEL_FROM = 4 * STRETCH
MOST_PROBLEMS = 100


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What was audited, and every contradiction found, at most the first hundred.

    Those that are *mendable* are in what follows from the entries, which are as they were signed:
    ``ledger.service.repair`` makes it anew.
    """

    entries: int
    checkpoints: int
    tiles: int
    problems: tuple[str, ...]
    mendable: tuple[str, ...] = ()


def audit(ledger: Ledger, *, projections: bool = True) -> Iterator[Progress | AuditReport]:
    """Audit *ledger*; progress in entries, and the report at the end."""
    with ledger.database.examining() as connection, Database.temporary() as target:
        made = Rebuilding(connection, target, ledger.pack, ledger.atlas) if projections else None
        run = _Run(ledger, connection, made)
        try:
            run.check_database()
            yield from run.check_log()
            run.check_projections(target)
        finally:
            run.close()
            end_auditing()
        yield run.report()


class _Run:
    """The state of one audit: the regrown frontier, projections, and what was found wrong."""

    def __init__(self, ledger: Ledger, connection: Connection, made: Rebuilding | None) -> None:
        self._ledger, self._connection = ledger, connection
        self.problems: list[str] = []
        self._derived: list[str] = []
        self._registry = Registry()
        self._frontier = Frontier()
        self._last_recorded_at = 0
        # After a broken entry every later root differs: naming each would bury the cause.
        self._are_entries_whole, self._is_whole = True, False
        self._checkpoints = self._readable(log.iterate_checkpoints(connection))
        self._next_checkpoint: CheckpointRow | None = None
        self._checkpoint_count = self._tile_count = 0
        self._size = log.count_entries(connection)
        self._rebuilding = made
        self._statements: deque[EntryRow] = deque()

    def _problem(self, text: str) -> None:
        if len(self.problems) < MOST_PROBLEMS and text not in self.problems:
            self.problems.append(text)
        self._rebuilding = None  # projections of what is wrong would say no more

    def _derived_problem(self, text: str) -> None:
        """Wrong is what can be made anew, if the entries are as they were signed."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(text)
            self._derived.append(text)

    def _readable(self, rows: Iterator[Row]) -> Generator[Row, None, None]:
        """*rows* without those that are of other types than their table's, which are named."""
        while True:
            try:
                yield next(rows)
            except StopIteration:
                return
            except IntegrityError as exc:
                self._problem(str(exc))

    def check_log(self) -> Iterator[Progress]:
        """Steps (2) to (4); a row that cannot be read where nothing else can be ends them."""
        try:
            with self._ledger.database.explained():
                self.fold_statements()
                yield from self.check_entries()
                self.check_end()
                self.check_activity()
        except IntegrityError as exc:
            self._problem(str(exc))

    def close(self) -> None:
        """Close what is still being read, before its connection goes."""
        self._checkpoints.close()

    # (1) the database ---------------------------------------------------------------------------

    def check_database(self) -> None:
        """Pages and indexes, as the database sees them; triggers, as they are made anew."""
        database = self._ledger.database
        for text in database.integrity_problems():
            tell = self._derived_problem if database.is_of_index(text) else self._problem
            tell(f"database: {text}")
        # Not _problem: without a trigger, projections can still be what the entries give.
        triggers = comparison.trigger_differences(
            database.load_triggers(self._connection), database.make_triggers()
        )
        self.problems += [f"trigger {text}" for text in triggers]
        self._bound_entries()

    def _bound_entries(self) -> None:
        """One entry moved far away must not make this run for ever."""
        stored, lowest = comparison.measure_entries(self._connection)
        if lowest < 0:
            self._problem(f"entry {lowest}: before the first")
        if self._size > stored:
            self._problem(f"entries: got {stored}, want {self._size}")
        self._size = min(self._size, stored + MOST_PROBLEMS)
        stray = comparison.count_stray(self._connection, self._size)
        for what, count in zip(("item lists", "disclosures"), stray, strict=True):
            if count:
                self._problem(f"{what}: {count} lie beside no entry")

    def fold_statements(self) -> None:
        """Parties and keys from the statements alone."""
        for row in log.load_statements(self._connection, 0):
            self._statements.append(row)
            try:
                enter_statement(self._registry, row)
            except IntegrityError as exc:
                self._problem(str(exc))

    # (2) entries --------------------------------------------------------------------------------

    def check_entries(self) -> Iterator[Progress]:
        """Windows of entries, a few ahead in other processes, taken into the tree in order."""
        self._advance()
        for window, audited in self._audited():
            self._take(window, audited)
            self._project(window, audited)
            yield Progress(window.stop, self._size)

    def _audited(self) -> Iterator[tuple[Window, EntriesAudited]]:
        ledger = self._ledger
        job = Job(ledger.database.url, ledger.origin, ledger.vkey, self._registry)
        windows = (
            Window(start, stop)
            for start, stop in log.iterate_stretches(
                self._connection, self._size, STRETCH, STRETCH_CHARACTERS
            )
        )
        if self._size < PARALLEL_FROM:
            return ((window, audit_entries(job, window)) for window in windows)
        return in_order(audit_window, windows, start_auditing, job)

    def _take(self, window: Window, audited: EntriesAudited) -> None:
        for text in audited.problems:
            self._problem(text)
            self._are_entries_whole = False
        if audited.first_at is not None and audited.first_at < self._last_recorded_at:
            self._problem(time_goes_back(window.start))
        self._last_recorded_at = audited.last_at or self._last_recorded_at
        hashes = audited.leaf_hashes
        self._grow([hashes[i : i + HASH_SIZE] for i in range(0, len(hashes), HASH_SIZE)])
        for index, after in audited.heads:
            self._check_after(index, after)

    # (3) tree -----------------------------------------------------------------------------------

    def _grow(self, leaves: list[bytes]) -> None:
        """Append *leaves*, stopping at every size that was signed."""
        done = 0
        while done < len(leaves):
            stop = len(leaves)
            if self._next_checkpoint is not None:
                stop = min(stop, done + self._next_checkpoint.size - self._frontier.size)
            for tile in self._frontier.append(leaves[done:stop]):
                self._check_tile(tile.level, tile.index, tile.hashes, tile.root)
            done = stop
            if self._next_checkpoint and self._next_checkpoint.size == self._frontier.size:
                self._check_checkpoint(self._next_checkpoint)
                self._advance()

    def _advance(self) -> None:
        """The next checkpoint that can be one."""
        for found in self._checkpoints:
            if found.size > 0:
                self._next_checkpoint = found
                return
            self._problem(f"checkpoint {found.size}: want at least one entry")
        self._next_checkpoint = None

    def _check_tile(self, level: int, index: int, hashes: bytes, root: bytes) -> None:
        self._tile_count += 1
        try:
            self._compare_tile(level, index, hashes, root)
        except IntegrityError as exc:
            self._derived_problem(str(exc))

    def _compare_tile(self, level: int, index: int, hashes: bytes, root: bytes) -> None:
        if log.load_tile(self._connection, level, index) != hashes:
            self._derived_problem(f"tile {level}/{index}: not the hashes of its entries")
        elif log.load_tile_roots(self._connection, level, index, 1) != [root]:
            self._derived_problem(f"tile {level}/{index}: root is not that of its hashes")

    def _check_checkpoint(self, row: CheckpointRow) -> None:
        self._checkpoint_count += 1
        if self._are_entries_whole and row.root != self._frontier.root():
            for text in comparison.explain_root(self._connection, row.size):
                self._problem(text)
        if row.signed_at != row.recorded_at:
            self._problem(f"checkpoint {row.size}: time is not that of its last entry")
        text = encode_checkpoint(Checkpoint(self._ledger.origin, row.size, row.root))
        try:
            keys.verify_signature(self._ledger.verifier.key, text.encode(), row.signature)
        except BadSignature:
            self._problem(f"checkpoint {row.size}: signature is not the log key's")

    def _check_after(self, index: int, after: Checkpoint) -> None:
        grown = self._frontier.size
        if after.size <= grown and self._are_entries_whole:
            root = root_at(self._connection, self._registry, grown, after.size)
            if root != after.root:
                self._problem(
                    f"entry {index}: its signer held another root for {after.size} entries"
                    " (log/split-view)"
                )

    def check_end(self) -> None:
        """What the log ends with: no tile too many, the head, the checkpoint file."""
        if log.count_tiles(self._connection) != self._tile_count:
            self._derived_problem("tiles: stored tiles that belong to no full stretch of entries")
        if self._next_checkpoint is not None:
            size = self._next_checkpoint.size
            self._problem(f"checkpoint {size}: signed, its entries are missing")
        head = log.load_head(self._connection)
        regrown = self._size, self._frontier.root()
        self._is_whole = head is not None and (head.size, head.root) == regrown
        if not self._is_whole:
            self._problem("the newest checkpoint is not that of all entries")
        try:
            signed = self._ledger.load_checkpoint()
        except ChiptrailError as exc:
            self._problem(f"checkpoint file: {exc}")
            return
        if signed.size > self._size:
            self._problem(f"checkpoint file: {signed.size} entries were signed, not all are here")
        elif signed.root != root_at(self._connection, self._registry, self._size, signed.size):
            self._problem(f"checkpoint file: another root for {signed.size} entries")

    # (4) activity -------------------------------------------------------------------------------

    def check_activity(self) -> None:
        """Every request in turn, the checkpoint that it led to, what witnesses signed under it."""
        heads = self._readable(log.iterate_checkpoints(self._connection))
        requests = self._readable(iterate_activity(self._connection))
        cosigned = self._readable(iterate_cosignatures(self._connection))
        origin = self._ledger.origin
        for text in (*activity_problems(heads, requests), *cosignature_problems(origin, cosigned)):
            self._problem(text)

    # (5) projections ----------------------------------------------------------------------------

    def _project(self, window: Window, audited: EntriesAudited) -> None:
        """Take the window's statements and events into the projections, in order."""
        if self._rebuilding is None:
            return
        for index, at, fields, said in audited.events:
            self._enter_before(index)
            act = Act._make(fields)
            self._rebuilding.take(PlacedAct(index, items.moment(at), act, *said))
        self._enter_before(window.stop)

    def _enter_before(self, index: int) -> None:
        assert self._rebuilding is not None
        while self._statements and self._statements[0].idx < index:
            self._rebuilding.enter(self._statements.popleft())

    def check_projections(self, target: Connection) -> None:
        """Name every projection with a row that differs from those made anew in *target*."""
        if self._rebuilding is None:
            return
        self._rebuilding.flush()
        try:
            with self._ledger.database.explained():
                for text in comparison.differences(self._connection, target):
                    self._derived_problem(f"projection {text}")
        except IntegrityError as exc:
            self._derived_problem(f"projections: {exc}")

    def report(self) -> AuditReport:
        """What was done and found."""
        return AuditReport(
            self._size,
            self._checkpoint_count,
            self._tile_count,
            tuple(self.problems),
            tuple(self._derived) if self._is_whole else (),
        )
