"""The files of a data directory: keys, the checkpoint, the lock, evidence; written to survive.

chiptrail-data/
  checkpoint        the last-signed record (docs/architecture.md, invariant 2)
  ledger.sqlite3    the database, unless another is named
  log.key           signs checkpoints; operator.key signs what the operator asserts
  evidence/         heads of another history (docs/formats.md); any file there means read-only
  rules/            *.toml: the operator's own rules, beside those of the product (docs/rules.md)
  retired           the log signs no more, for good; what its successor's genesis refers to
  maps/             outlines of countries for the pages; may be deleted, and is made again
  lock              held while a batch is sequenced: the lock is the sequencer
  witnesses         who cosigns checkpoints, and how many of them must; absent: nobody is asked
  seal              where and since when the checkpoint file is the one that was written here; or
                    which witnesses said that it is not the newest
"""

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Collection, Iterator
from functools import lru_cache
from pathlib import Path

from schemas.errors import CannotOpen, DiskFull, NotFound

# Of the disk, kept free of entries: room for what must still be written when it runs full.
RESERVE = 256 << 20

# Before the name of a witness, in the place of a seal.
_OBJECTS = "objects "

# Another one with every start of the machine (Linux, random(4)).
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class DataDirectory:
    """One ledger's directory. Nothing is created before ``create``.

    *reserve*: the bytes of its disk to keep free of entries; None is ``RESERVE``, or 5 % of less.
    """

    def __init__(self, path: Path, reserve: int | None = None) -> None:
        self.path, self.reserve = path, reserve
        self.checkpoint = path / "checkpoint"
        self.database = path / "ledger.sqlite3"
        self.log_key = path / "log.key"
        self.operator_key = path / "operator.key"
        self.evidence = path / "evidence"
        self.rules = path / "rules"
        self.witnesses = path / "witnesses"
        self.seal_file = path / "seal"
        self.retired = path / "retired"
        self.last_backup = path / "last-backup"
        self._lock = path / "lock"

    def create(self) -> None:
        """Make the directory, readable by its owner only; an existing ledger is never touched.

        Raises: CannotOpen where a ledger is already there, or the directory cannot be made.
        """
        if self.checkpoint.exists():
            raise CannotOpen(f"{self.path}: there is a ledger already; choose another --data")
        try:
            make_directory(self.path, 0o700)
        except OSError as exc:
            raise CannotOpen(f"{self.path}: {exc.strerror}") from exc

    def locked(self) -> contextlib.AbstractContextManager[None]:
        """Hold the sequencer's lock: one writer on this host at a time, freed even by a crash.

        Raises (on entering): CannotOpen when the directory cannot be written.
        """
        return locked(self._lock)

    def rule_files(self) -> list[tuple[str, bytes]]:
        """The operator's own rules, each file with its name, in the order of the names.

        Raises: CannotOpen.
        """
        return load_rule_files(self.rules)

    # The seal ------------------------------------------------------------------------------------

    def seal(self) -> None:
        """Say that the checkpoint file is the one that was written here, since this start.

        Not synced: after a power cut the machine has started anew, and no seal holds. Written over
        in place: a full disk has room for it. Where there is no checkpoint file nothing is said.
        Raises: CannotOpen.
        """
        if not self.checkpoint.exists():
            return
        try:
            descriptor = os.open(self.seal_file, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600)
            try:
                os.ftruncate(descriptor, os.pwrite(descriptor, self._place(), 0))
            finally:
                os.close(descriptor)
        except OSError as exc:
            raise CannotOpen(f"{self.seal_file}: {exc.strerror}") from exc

    def is_sealed(self) -> bool:
        """Whether the checkpoint file is where and what it was when it was sealed.

        It is not after a restart of the machine, after the folder was copied or written over, or
        when a crash came between the checkpoint file and its seal.
        """
        try:
            return self.seal_file.read_bytes() == self._place()
        except OSError:
            return False

    def break_seal(self, objectors: Collection[str] = ()) -> None:
        """Let nothing be signed in this folder, by any process, before a witness agrees.

        Nor before each of *objectors*, witnesses by name, does.
        Raises: CannotOpen when they cannot be written down; the seal is broken all the same.
        """
        self.seal_file.unlink(missing_ok=True)
        if objectors:
            said = "".join([f"{_OBJECTS}{name}\n" for name in sorted(objectors)])
            try:
                save_durably(self.seal_file, said.encode())
            except OSError as exc:
                raise CannotOpen(f"{self.seal_file}: {exc.strerror}") from exc

    def objectors(self) -> frozenset[str]:
        """The witnesses because of which the seal was broken, by name.

        Raises: CannotOpen.
        """
        try:
            lines = self.seal_file.read_text().split("\n")
        except FileNotFoundError:
            return frozenset()
        except (OSError, UnicodeDecodeError) as exc:
            raise CannotOpen(f"{self.seal_file}: cannot be read; remove it") from exc
        return frozenset([x.removeprefix(_OBJECTS) for x in lines if x.startswith(_OBJECTS)])

    def _place(self) -> bytes:
        """What no copy of the checkpoint file has in common with it: nobody can set a ctime."""
        found = self.checkpoint.stat()
        place = f"{found.st_dev} {found.st_ino} {found.st_ctime_ns}\n"
        return _read_boot_id(BOOT_ID) + place.encode()

    def demand_room(self) -> None:
        """See that the reserve of the disk is free.

        Raises: DiskFull.
        """
        try:
            disk = os.statvfs(self.path)
        except OSError as exc:
            raise CannotOpen(f"{self.path}: {exc.strerror}") from exc
        reserve = self.reserve
        if reserve is None:
            reserve = min(RESERVE, disk.f_blocks * disk.f_frsize // 20)
        free = disk.f_bavail * disk.f_frsize
        if free < reserve:
            raise DiskFull(
                f"{self.path}: {free >> 20:,} MiB of the disk are free, want"
                f" {reserve >> 20:,} MiB; reading goes on, and writing when there is room again"
            )

    def keep_evidence(self, name: str, data: bytes) -> Path:
        """Store a proof of two histories; while any is here the ledger opens read-only.

        Raises: CannotOpen when it cannot be written.
        """
        return keep(self.evidence, name, data)

    def evidence_files(self) -> list[Path]:
        """The evidence kept, oldest name first."""
        return sorted(self.evidence.iterdir()) if self.evidence.is_dir() else []


@lru_cache(maxsize=1)
def _read_boot_id(path: Path) -> bytes:
    return path.read_bytes()


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file *path*, or a folder, against other processes and other threads.

    Raises: CannotOpen when it cannot be written.
    """
    flags = os.O_RDONLY if path.is_dir() else os.O_CREAT | os.O_RDWR
    try:
        descriptor = os.open(path, flags | os.O_CLOEXEC, 0o600)
    except OSError as exc:
        raise CannotOpen(f"{path}: {exc.strerror}") from exc
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        # Closing alone frees nothing while a process that was forked meanwhile shares it.
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        os.close(descriptor)


def load(path: Path) -> bytes:
    """The bytes of *path*.

    Raises: NotFound when there is none; CannotOpen when it cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError as exc:
        raise NotFound(f"{path}: no such file") from exc
    except OSError as exc:
        raise CannotOpen(f"{path}: {exc.strerror}") from exc


def load_rule_files(folder: Path) -> list[tuple[str, bytes]]:
    """The files ``*.toml`` of *folder* with their names, in order; none if there is no folder.

    Raises: CannotOpen.
    """
    found = []
    for path in sorted(folder.glob("*.toml")):
        if len(path.name.split()) != 1:
            raise CannotOpen(f"{path}: a file of rules has a name without blanks")
        try:
            found.append((path.name, path.read_bytes()))
        except OSError as exc:
            raise CannotOpen(f"{path}: {exc.strerror}") from exc
    return found


def save_durably(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Replace *path* by *data* so that after a power cut one of the two whole versions is there.

    Temporary file, fsync, rename, fsync of the directory: without the last the rename itself may
    be lost (as FiloSottile/sunlight's ``durable.WriteFile``).
    """
    # A name of its own: two processes that replace one file must not share their temporary.
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, mode)
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        temporary.rename(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def keep(folder: Path, name: str, data: bytes) -> Path:
    """Write *name* into *folder*, durably; the folder is made, for its owner only, if it must be.

    Raises: CannotOpen when it cannot be written.
    """
    path = folder / name
    try:
        make_directory(folder, 0o700)
        save_durably(path, data)
    except OSError as exc:
        raise CannotOpen(f"{path}: {exc.strerror}") from exc
    return path


def save_new(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Write *path* durably; refuse to replace what is there.

    Raises: CannotOpen when *path* exists or cannot be written.
    """
    if path.exists():
        raise CannotOpen(f"{path}: exists already, and is not overwritten")
    try:
        save_durably(path, data, mode)
    except OSError as exc:
        raise CannotOpen(f"{path}: {exc.strerror}") from exc


def sync_file(path: Path) -> None:
    """Make the bytes of the file at *path* durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_directory(path: Path, mode: int = 0o777) -> None:
    """Make *path* and what is missing above it, so that a power cut takes none of them."""
    if path.is_dir():
        return
    make_directory(path.parent)
    path.mkdir(mode, exist_ok=True)
    sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Make renames in *path* durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
