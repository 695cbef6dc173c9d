"""Restore a backup: all of it, or nothing; and never a signature before it is known to be safe.

(1) the keys in the folder are those of the ledger that was backed up, and no database is there;
(2) the files are those of the manifest, by size and hash; (3) a copy of them, in the folder, is
audited from entry 0 against the signed root; (4) its projections are made anew, and it is put in
place: by renaming the SQLite file, or in one transaction of PostgreSQL.

The checkpoint file is not touched, so that the start-up rules (``ledger.service.ledger``) decide
what may be done: beside the newest one the ledger goes on, behind it or without any it is read-only
until ``ledger.service.recover`` has found what was signed last.

    for step in restore(Path("backups/monday"), Path("chiptrail-data")):
        if isinstance(step, Manifest): print(step.size)
"""

from collections.abc import Iterator
from pathlib import Path

from ledger import note
from ledger.checkpoint import open_checkpoint
from ledger.service.backup import BESIDE, MANIFEST, TRUTH, verify_copy
from ledger.service.clock import Clock
from ledger.service.keyring import load_own_key
from ledger.service.ledger import Ledger, OwnKeys
from ledger.service.progress import Progress
from ledger.service.rebuild import rebuild
from ledger.store import files, log
from ledger.store.database import Database
from ledger.store.files import DataDirectory
from ledger.store.staging import copy_hashed, place, staging_folder
from ledger.store.transfer import copy_accounts, copy_truth
from schemas.errors import CannotOpen, IntegrityError, NotFound, Refusal
from schemas.manifest import Manifest, parse_manifest


def restore(
    backup: Path,
    folder: Path,
    url: str | None = None,
    *,
    dry_run: bool = False,
    clock: Clock | None = None,
) -> Iterator[Progress | Manifest]:
    """Put the backup in *backup* into the ledger's *folder*, or into the database at *url*.

    A dry run verifies all of it and puts nothing in place.
    Raises: CannotOpen when there is no backup, no key or no vacant place; MalformedBackup;
    IntegrityError when it is not what was backed up.
    """
    directory, manifest = DataDirectory(folder), load_manifest(backup)
    own = _keys_of(directory, manifest)
    _demand_vacant(directory, url, manifest)  # (1)
    with staging_folder(folder, "restore") as staging:
        _take(backup, manifest, staging)  # (2)
        database = Database.open(f"sqlite:///{staging / TRUTH}")
        try:
            copied = Ledger(DataDirectory(staging), database, own, clock or Clock())
            yield from verify_copy(copied, manifest.checkpoint.encode())  # (3)
            if not dry_run:
                _put_beside(staging, folder)
                yield from _put_in_place(copied, directory, url, manifest)  # (4)
        finally:
            database.dispose()
    yield manifest


def load_manifest(backup: Path) -> Manifest:
    """The manifest of the backup in the folder *backup*.

    Raises: CannotOpen, MalformedJson, MalformedBackup.
    """
    try:
        return parse_manifest(files.load(backup / MANIFEST))
    except NotFound as exc:
        raise CannotOpen(f"{backup}: no backup here, want a folder with {MANIFEST}") from exc


def _keys_of(directory: DataDirectory, manifest: Manifest) -> OwnKeys:
    for path in (directory.log_key, directory.operator_key):
        if not path.exists():
            raise CannotOpen(
                f"{path}: is missing; a backup has no keys, put log.key and operator.key of"
                f" {manifest.origin} there first"
            )
    log_key = load_own_key(directory.log_key)
    own = OwnKeys(log_key.name, log_key.key, load_own_key(directory.operator_key).key)
    vkey = note.encode_vkey(own.origin, own.log.public)
    if vkey != manifest.vkey:
        raise CannotOpen(
            f"{directory.log_key}: is the key of {vkey}, and the backup is of {manifest.vkey}"
        )
    return own


def _demand_vacant(directory: DataDirectory, url: str | None, manifest: Manifest) -> None:
    """No database may be there, and no checkpoint file older than the backup.

    Raises: CannotOpen.
    """
    if url is None:
        beside = directory.path.glob(f"{directory.database.name}*")  # a left log would be replayed
        if found := sorted(beside):
            raise CannotOpen(
                f"{found[0]}: a database is there; move {directory.database.name}* away, and keep"
                " it: it may have what the backup lacks"
            )
    elif _has_entries(url):
        raise CannotOpen("the database has entries; name an empty --database")
    try:
        noted = open_checkpoint(files.load(directory.checkpoint), note.parse_vkey(manifest.vkey))
    except NotFound:
        return
    except Refusal as exc:
        raise CannotOpen(f"{directory.checkpoint}: {exc}; move it away") from exc
    if noted.size < manifest.size:
        raise CannotOpen(
            f"{directory.checkpoint}: says {noted.size} entries were signed, and the backup has"
            f" {manifest.size}: it is not the newest; move it away"
        )


def _has_entries(url: str) -> bool:
    database = Database.open(url)
    try:
        with database.reading() as connection:
            return log.count_entries(connection) > 0
    finally:
        database.dispose()


def _take(backup: Path, manifest: Manifest, staging: Path) -> None:
    """Copy the files of *backup* into *staging*.

    Raises: CannotOpen; IntegrityError when one is not what the manifest says.
    """
    for file in manifest.files:
        if copy_hashed(backup / file.name, staging / file.name) != (file.size, file.sha256):
            raise IntegrityError(f"{backup / file.name}: is not the file that was backed up")
    if not (staging / TRUTH).exists():
        raise CannotOpen(f"{backup}: its manifest names no {TRUTH}")


def _put_beside(staging: Path, folder: Path) -> None:
    """Before there is a database: what keeps it from signing is there first."""
    for name in BESIDE:
        if (staging / name).exists() and not (folder / name).exists():
            place(staging / name, folder / name)


def _put_in_place(
    copied: Ledger, directory: DataDirectory, url: str | None, manifest: Manifest
) -> Iterator[Progress]:
    size = manifest.size
    if url is not None:
        database = Database.open(url)
        try:
            with copied.database.reading() as source, database.writing() as target:
                if log.count_entries(target):
                    raise CannotOpen("the database has entries; name an empty --database")
                for _ in copy_truth(source, target):
                    pass
                copy_accounts(source, target)
                database.clear_projections(target)
                yield from rebuild(target, target, size, copied.pack, copied.atlas)
        finally:
            database.dispose()
        return
    with copied.database.writing() as connection:
        copied.database.clear_projections(connection)
        yield from rebuild(connection, connection, size, copied.pack, copied.atlas)
    copied.database.close()
    with directory.locked():
        _demand_vacant(directory, None, manifest)
        place(copied.directory.path / TRUTH, directory.database)
