"""An open ledger: its keys, its database, its head; and the start-up rules.

The checkpoint file is the last-signed record (docs/architecture.md, invariant 2). At start-up and
before every batch the database is compared with it:

- equal: go on; the database ahead by one consistent head: a crash came between commit and file, so
  the file is written forward; the database behind or further ahead, another root, no file:
  read-only, loud, never signing. ``ledger.service.recover`` is the way out.

    ledger = Ledger.open(DataDirectory(Path("chiptrail-data")))
    ledger.demand_writable()
"""

import errno
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from importlib import resources

from ledger import merkle, note
from ledger.checkpoint import Checkpoint, encode_checkpoint, open_checkpoint, sign_checkpoint
from ledger.frontier import Frontier
from ledger.keys import PrivateKey
from ledger.note import Note, NoteSignature, Verifier
from ledger.registry import Registry
from ledger.rule_files import join_files, parse_pack
from ledger.rules import RulePack
from ledger.service.clock import Clock
from ledger.service.geography import atlas_for
from ledger.service.group_commit import MOST_WAITING, GroupCommit
from ledger.service.keyring import load_own_key
from ledger.service.reading import restore_frontier
from ledger.service.rebuild import rebuild
from ledger.service.rows import enter_statement
from ledger.service.workers import Helpers
from ledger.store import files, log
from ledger.store.database import Connection, Database
from ledger.store.files import DataDirectory
from ledger.store.log import Head
from schemas.errors import (
    CannotOpen,
    ChiptrailError,
    DiskFull,
    IntegrityError,
    NotFound,
    ReadOnly,
    Refusal,
)

# What requests that share a transaction weigh together: a bound on its memory and its time.
GROUP_BYTES = 4 << 20
_Reading = AbstractContextManager[Connection]


@dataclass(slots=True)
class Tip:
    """What this process knows of the end of the log; renewed under the lock when others wrote."""

    head: Head
    registry: Registry
    frontier: Frontier
    seen: Checkpoint | None = None  # the last that a signer named, found to be of this history


@dataclass(frozen=True, slots=True)
class OwnKeys:
    """The two keys that are the server's, and the *origin* that names its log."""

    origin: str
    log: PrivateKey
    operator: PrivateKey


class Ledger:
    """An open ledger. ``stopped`` says why nothing may be written, None when all is well.

    ``scrubbed``: whether what is stored was gone through since it was opened, which signing awaits.
    ``helpers``: processes that a server keeps for what comes in numbers; None: there are none.
    """

    def __init__(
        self,
        directory: DataDirectory,
        database: Database,
        own: OwnKeys,
        clock: Clock,
    ) -> None:
        self.directory, self.database, self.clock = directory, database, clock
        self.log_key, self.operator_key, self.origin = own.log, own.operator, own.origin
        self.vkey = note.encode_vkey(own.origin, own.log.public)
        self.verifier: Verifier = note.parse_vkey(self.vkey)
        self.pack_data = join_files(load_pack(), directory.rule_files())
        self.pack: RulePack = parse_pack(self.pack_data)
        self.atlas = atlas_for(self.pack)
        self.stopped: str | None = None
        self.scrubbed = False
        self.tip: Tip | None = None
        self.thread_lock = threading.Lock()
        self.group = GroupCommit(GROUP_BYTES)
        self.look_ups = GroupCommit(MOST_WAITING)
        self.helpers: Helpers | None = None

    @classmethod
    def open(
        cls, directory: DataDirectory, url: str | None = None, clock: Clock | None = None
    ) -> "Ledger":
        """The ledger in *directory*, compared with its checkpoint file.

        A ledger that fails the comparison opens read-only: ``stopped`` says why.
        Raises: CannotOpen when there is none, or its keys, rules or database cannot be opened.
        """
        log_key = load_own_key(directory.log_key)
        operator_key = load_own_key(directory.operator_key)
        if url is None and not directory.database.exists():
            raise CannotOpen(
                f"{directory.database}: the database is missing; put it back, or name the one in"
                " use with --database"
            )
        database = Database.open(url or f"sqlite:///{directory.database}")
        own = OwnKeys(log_key.name, log_key.key, operator_key.key)
        ledger = cls(directory, database, own, clock or Clock())
        # Under the lock no other process is between its commit and its checkpoint file.
        with directory.locked():
            with database.reading() as connection:
                if not log.has_checkpoints(connection):
                    raise CannotOpen(
                        f"{directory.path}: the ledger was never founded; run chiptrail init"
                    )
                with suppress(DiskFull):  # nothing is wrong with it
                    ledger.stopped = ledger.why_stopped(connection)
            ledger._renew_projections()
        return ledger

    def _renew_projections(self) -> None:
        """Make projections of another version anew, in one transaction: all is seen or none."""
        with self.database.reading() as connection:
            if self.database.has_current_projections(connection):
                return
        with self.database.writing() as connection:
            size = self.renew(connection).head.size
            self.database.clear_projections(connection)
            for _ in rebuild(connection, connection, size, self.pack, self.atlas):
                pass

    @contextmanager
    def snapshot(self, reading: _Reading | None = None) -> Iterator[tuple[Connection, Tip]]:
        """A moment of the ledger whose head is the checkpoint file's; for what is handed out.

        It waits for who writes only where they differ.
        Raises: ReadOnly, IntegrityError when the two do not agree.
        """
        if reading is None:
            with self.database.reading() as connection:
                tip = self.renew(connection)
                if self._is_filed(tip.head):
                    yield connection, tip
                    return
        with ExitStack() as opened:
            with self.directory.locked():
                connection = opened.enter_context(reading or self.database.reading())
                tip = self.renew(connection)  # the first read fixes the snapshot
                self._compare(connection, tip.head)
            yield connection, tip

    def _is_filed(self, head: Head) -> bool:
        """Whether the checkpoint file says *head*, cosigned or not."""
        with suppress(ChiptrailError):
            data = files.load(self.directory.checkpoint)
            if data != self.note_of(head):  # else to the byte what was verified, or signed here
                signed = open_checkpoint(data, self.verifier)
                return (signed.size, signed.root) == (head.size, head.root)
            return True
        return False

    # The start-up rules ------------------------------------------------------------------------

    def why_stopped(self, connection: Connection) -> str | None:
        """Why this ledger must not sign, None when it may. Loads the tip.

        Raises: DiskFull, which passes by itself.
        """
        if self.directory.retired.exists():
            return f"this origin was retired, for good: {self.directory.retired}"
        try:
            with self.database.explained():  # a page that cannot be read is told, and no crash
                self._compare(connection, self.renew(connection).head)
        except IntegrityError as exc:
            return f"{exc}; run chiptrail audit"
        except DiskFull:
            raise
        except (ReadOnly, Refusal) as exc:
            return str(exc)
        evidence = self.directory.evidence_files()
        if evidence:
            return (
                "a checkpoint of another history was submitted (log/split-view):"
                f" {evidence[0]}; keep it, and retire this origin: chiptrail recover --retire"
            )
        return None

    def _compare(self, connection: Connection, head: Head) -> None:
        """Compare the database with the checkpoint file; write the file forward after a crash."""
        if self.head.size > head.size:  # under the lock nobody's snapshot is older
            raise ReadOnly(f"{self.head.size} entries were signed, {head.size} are there")
        if head.size == 0 and not self.directory.checkpoint.exists():
            return  # being founded: nothing was ever signed
        if self._is_filed(head):
            return
        try:
            signed = self.load_checkpoint()
        except NotFound as exc:
            raise ReadOnly(
                f"{self.directory.checkpoint} is missing, so nothing says what was signed last;"
                " put it back from where it went, or run chiptrail recover"
            ) from exc
        if signed.size > head.size:
            raise ReadOnly(
                f"the database ends at {head.size} entries but {signed.size} were signed; it is an"
                " old copy: refill it with chiptrail recover"
            )
        if log.load_checkpoint_root(connection, signed.size) != signed.root:
            raise ReadOnly(
                f"the database has another root for {signed.size} entries than was signed;"
                " nothing is signed until that is explained"
            )
        if signed.size == head.size:
            return
        if len(log.load_heads(connection, signed.size, head.size)) > 1:
            # A crash leaves the file one head behind, never more: somebody put an old one there.
            raise ReadOnly(
                f"{self.directory.checkpoint} is an old copy: it says {signed.size} entries, and"
                f" {head.size} were signed here since; put the newest there, or run chiptrail"
                " recover"
            )
        self.keep_note(self.note_of(head))

    def keep_note(self, signed: bytes) -> None:
        """Make *signed* the last-signed record.

        Raises: DiskFull, the old one being there still: it is written when there is room again;
        ReadOnly when it cannot be written; the ledger is stopped.
        """
        is_sealed = self.directory.is_sealed()
        try:
            files.save_durably(self.directory.checkpoint, signed, 0o644)
        except OSError as exc:
            if exc.errno in (errno.ENOSPC, errno.EDQUOT):
                raise DiskFull(f"the checkpoint file cannot be written: {exc.strerror}") from exc
            self.stopped = f"the checkpoint file cannot be written: {exc.strerror}"
            raise ReadOnly(self.stopped) from exc
        # What was signed is durable. A broken seal takes the word of a witness before the next.
        with suppress(CannotOpen):
            if is_sealed:
                self.directory.seal()

    def note(self) -> bytes:
        """The note in the checkpoint file, verified: what is served, and what signers saw last.

        Raises: NotFound; ReadOnly when the file is not a checkpoint of this log.
        """
        data = files.load(self.directory.checkpoint)
        try:
            open_checkpoint(data, self.verifier)
        except ChiptrailError as exc:
            raise ReadOnly(f"{self.directory.checkpoint}: {exc}") from exc
        return data

    def load_checkpoint(self) -> Checkpoint:
        """The checkpoint in the checkpoint file, its signature verified. Raises: as ``note``."""
        return open_checkpoint(self.note(), self.verifier)

    # The tip -------------------------------------------------------------------------------------

    @property
    def head(self) -> Head:
        """The newest head that this process knows."""
        return self._tip.head

    @property
    def registry(self) -> Registry:
        """Parties and keys as of the head."""
        return self._tip.registry

    @property
    def _tip(self) -> Tip:
        if self.tip is None:
            raise IntegrityError("the tip was not loaded")
        return self.tip

    def renew(self, connection: Connection) -> Tip:
        """The tip as of *connection*'s snapshot, read anew only when the head moved.

        Raises: IntegrityError when entries, tiles and head contradict each other.
        """
        head = log.load_head(connection) or Head(0, merkle.EMPTY_ROOT, b"", 0)
        known = self.tip
        if known is not None and known.head == head:
            return known
        if log.count_entries(connection) != head.size:
            raise IntegrityError(f"entries do not end at the head's size {head.size}")
        if head.size:
            self.verify_head(head)
        # A snapshot may be older than what others have read or written here since.
        is_base = known is not None and known.head.size <= head.size
        registry = known.registry.copy() if known is not None and is_base else Registry()
        for row in log.load_statements(connection, registry.size):
            enter_statement(registry, row)
        if head.size and (registry.origin, registry.log_vkey) != (self.origin, self.vkey):
            raise IntegrityError("the genesis names another log key than the one in log.key")
        tip = Tip(head, registry, restore_frontier(connection, registry, head))
        if self.tip is None or self.tip.head.size <= head.size:
            self.tip = tip
        return tip

    def verify_head(self, head: Head) -> None:
        """Check that the log key signed *head*.

        Raises: IntegrityError.
        """
        try:
            open_checkpoint(self.note_of(head), self.verifier)
        except Refusal as exc:
            raise IntegrityError(
                f"checkpoint {head.size}: the stored signature is not the log key's"
            ) from exc

    # Signing -------------------------------------------------------------------------------------

    def demand_writable(self) -> None:
        """Raises: ReadOnly with the reason when nothing may be signed."""
        if self.stopped is not None:
            raise ReadOnly(self.stopped)

    def sign(self, size: int, root: bytes) -> bytes:
        """A complete signed note for the tree of *size* with *root*."""
        return sign_checkpoint(Checkpoint(self.origin, size, root), self.log_key)

    def note_of(self, head: Head) -> bytes:
        """The note that was signed for *head*, put together from what is stored."""
        text = encode_checkpoint(Checkpoint(self.origin, head.size, head.root))
        line = NoteSignature(self.origin, self.verifier.key_id, head.signature)
        return note.encode_note(Note(text, (line,)))


def load_pack() -> bytes:
    """The rule pack that comes with the product, byte for byte."""
    packs = resources.files("ledger") / "packs"
    export = ("export.toml", (packs / "export.toml").read_bytes())
    return join_files((packs / "base.toml").read_bytes(), [export])
