"""The files of a data directory: keys, the checkpoint, the lock, evidence; written to survive.

chiptrail-data/
  checkpoint        the last-signed record (docs/architecture.md, invariant 2)
  ledger.sqlite3    the database, unless another is named
  log.key           signs checkpoints; operator.key signs what the operator asserts
  evidence/         heads of another history (docs/formats.md); any file there means read-only
  lock              held while a batch is sequenced: the lock is the sequencer
"""

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from schemas.errors import CannotOpen, NotFound


class DataDirectory:
    """One ledger's directory. Nothing is created before ``create``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.checkpoint = path / "checkpoint"
        self.database = path / "ledger.sqlite3"
        self.log_key = path / "log.key"
        self.operator_key = path / "operator.key"
        self.evidence = path / "evidence"
        self._lock = path / "lock"

    def create(self) -> None:
        """Make the directory, readable by its owner only; an existing ledger is never touched.

        Raises: CannotOpen where a ledger is already there, or the directory cannot be made.
        """
        if self.checkpoint.exists():
            raise CannotOpen(f"{self.path}: there is a ledger already; choose another --data")
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as exc:
            raise CannotOpen(f"{self.path}: {exc.strerror}") from exc

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the sequencer's lock: one writer on this host at a time, freed even by a crash.

        Raises: CannotOpen when the directory cannot be written.
        """
        try:
            descriptor = os.open(self._lock, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError as exc:
            raise CannotOpen(f"{self._lock}: {exc.strerror}") from exc
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            # Closing alone frees nothing while a process that was forked meanwhile shares it.
            fcntl.flock(descriptor, fcntl.LOCK_UN)
            os.close(descriptor)

    def keep_evidence(self, name: str, data: bytes) -> Path:
        """Store a proof of two histories; while any is here the ledger opens read-only.

        Raises: CannotOpen when it cannot be written.
        """
        path = self.evidence / name
        try:
            self.evidence.mkdir(mode=0o700, exist_ok=True)
            save_durably(path, data)
            sync_directory(self.path)
        except OSError as exc:
            raise CannotOpen(f"{path}: {exc.strerror}") from exc
        return path

    def evidence_files(self) -> list[Path]:
        """The evidence kept, oldest name first."""
        return sorted(self.evidence.iterdir()) if self.evidence.is_dir() else []


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


def sync_directory(path: Path) -> None:
    """Make renames in *path* durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
