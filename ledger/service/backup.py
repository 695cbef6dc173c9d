"""Back a ledger up, while others go on writing: one folder that proves itself whole.

docs/formats.md, "Backup". It holds the tables of truth as of one moment, in a SQLite file whatever
database the ledger is kept in, and a manifest; that an origin was retired, and who its witnesses
are, goes along. So it is restored into either kind, and what was erased lies in no page of it. It
holds no key, and no checkpoint file: what was signed last must not go back in time together with
the entries. What was disclosed to the ledger is in it, and who may ask over HTTP, unless left out.

A backup is written beside its place, audited from entry 0 as any ledger is, and only then put
there; one that cannot be finished leaves nothing.

    for step in back_up(ledger, Path("backups/monday")):
        if isinstance(step, Manifest): print(step.size)
    last_backup(ledger)      # when, and of how many entries
"""

from collections.abc import Generator, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from ledger.checkpoint import open_checkpoint
from ledger.service.audit import AuditReport, audit
from ledger.service.ledger import Ledger, OwnKeys
from ledger.service.progress import Progress
from ledger.store import files, transfer
from ledger.store.database import Database
from ledger.store.files import DataDirectory
from ledger.store.staging import copy_hashed, hash_file, new_folder
from ledger.store.transfer import copy_truth, count_truth
from schemas import strict_json
from schemas.errors import CannotOpen, IntegrityError, Refusal
from schemas.formats import format_time, parse_time
from schemas.manifest import BackupFile, Manifest, encode_manifest

MANIFEST = "manifest.json"
TRUTH = "ledger.sqlite3"
# What else of the folder goes along: that nothing is to be signed, or not without being asked.
BESIDE = ("retired", "witnesses")


def back_up(
    ledger: Ledger, target: Path, *, disclosures: bool = True
) -> Iterator[Progress | Manifest]:
    """Write a backup of *ledger* as the new folder *target*; progress, and its manifest at the end.

    A ledger that may not sign is backed up too: as far as its own signed head goes. Without
    *disclosures* it is a copy for others, and has no accounts either.
    Raises: CannotOpen when *target* is there, or cannot be written; IntegrityError when what is
    stored is not what was signed.
    """
    created_at = ledger.clock.now()
    with new_folder(target) as folder:
        database = Database.open(f"sqlite:///{folder / TRUTH}")
        try:
            note, total = yield from _copy(ledger, database, disclosures=disclosures)
            own = OwnKeys(ledger.origin, ledger.log_key, ledger.operator_key)
            copied = Ledger(DataDirectory(folder), database, own, ledger.clock)
            for step in verify_copy(copied, note):
                yield Progress(total + step.done, total + step.total)
            database.close()
        finally:
            database.dispose()
        for path in [ledger.directory.path / name for name in BESIDE]:
            if path.exists():
                copy_hashed(path, folder / path.name)
        kept = sorted([path.name for path in folder.iterdir()])
        head = open_checkpoint(note, ledger.verifier)
        manifest = Manifest(
            origin=ledger.origin,
            vkey=ledger.vkey,
            size=head.size,
            root=head.root,
            checkpoint=note.decode(),
            created_at=created_at,
            software=f"chiptrail {version('chiptrail')}",
            has_disclosures=disclosures,
            has_accounts=disclosures,
            files=tuple([BackupFile(name, *hash_file(folder / name)) for name in kept]),
        )
        files.save_new(folder / MANIFEST, encode_manifest(manifest))
    _note(ledger, manifest)
    yield manifest


def _note(ledger: Ledger, made: Manifest) -> None:
    """Keep for those who look after the ledger when it was backed up last."""
    said = {"size": made.size, "createdAt": format_time(made.created_at)}
    with suppress(OSError):  # it is whole all the same
        files.save_durably(ledger.directory.last_backup, strict_json.dump(said))


@dataclass(frozen=True, slots=True)
class Backup:
    """The last backup that was made of a ledger, *at* what time, of *size* entries."""

    at: datetime
    size: int


def last_backup(ledger: Ledger) -> Backup | None:
    """The last backup that was made from this folder; None if none is known of."""
    try:
        said = strict_json.load_object(files.load(ledger.directory.last_backup))
        return Backup(parse_time(str(said["createdAt"])), int(str(said["size"])))
    except (Refusal, CannotOpen, KeyError, ValueError):
        return None


def _copy(
    ledger: Ledger, database: Database, *, disclosures: bool
) -> Generator[Progress, None, tuple[bytes, int]]:
    """Copy truth as of now into *database*; the note of its head, and how many rows there were."""
    leave_out = frozenset[str]() if disclosures else frozenset({transfer.DISCLOSURES})
    with ExitStack() as reading:
        # Under the lock nobody is between a commit and its checkpoint file.
        with ledger.directory.locked():
            source = reading.enter_context(ledger.database.reading())
            head = ledger.renew(source).head  # the first read fixes the snapshot
        total = count_truth(source, leave_out)
        with database.writing() as target:
            for done in copy_truth(source, target, leave_out):
                yield Progress(done, total + head.size)
            if disclosures:
                transfer.copy_accounts(source, target)
    return ledger.note_of(head), total


def verify_copy(copied: Ledger, note: bytes) -> Iterator[Progress]:
    """Audit *copied*, projections aside, which must end at the head in *note*.

    Its folder has a checkpoint file meanwhile, and none afterwards.
    Raises: IntegrityError that names what differs; a refusal when *note* is not its log's.
    """
    signed = open_checkpoint(note, copied.verifier)
    with copied.database.reading() as connection:
        head = copied.renew(connection).head
    if (head.size, head.root) != (signed.size, signed.root):
        raise IntegrityError(f"the copy ends at {head.size} entries, want {signed.size}")
    files.save_durably(copied.directory.checkpoint, note)
    for step in audit(copied, projections=False):
        if isinstance(step, AuditReport):
            _demand_sound(step)
        else:
            yield step
    copied.directory.checkpoint.unlink()


def _demand_sound(report: AuditReport) -> None:
    if report.problems:
        first, *more = report.problems
        rest = f", and {len(more)} more" if more else ""
        raise IntegrityError(f"{first}{rest}")
