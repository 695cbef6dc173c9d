"""What is made beside its place, and put there only when it is whole: backups, what is restored.

The file with a name is the finished one, at any moment: what is unfinished is in a hidden folder
beside it, which goes away with the error or, after a power cut, by hand. Example::

    with new_folder(Path("backups/monday")) as folder:
        copy_hashed(source, folder / "ledger.sqlite3")
"""

import contextlib
import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ledger.store import files
from schemas.errors import CannotOpen


@contextlib.contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """A folder to fill, which at the end becomes *target*, durable and whole.

    It is for its owner only. After an error nothing is left of it.
    Raises: CannotOpen when *target* is there already, or cannot be made.
    """
    if target.exists():
        raise CannotOpen(f"{target}: exists already, and is not overwritten")
    with staging_folder(target.parent, target.name) as folder:
        yield folder
        try:
            for path in folder.iterdir():
                path.chmod(0o600)
                files.sync_file(path)
            files.sync_directory(folder)
            folder.rename(target)
            files.sync_directory(target.parent)
        except OSError as exc:
            raise CannotOpen(f"{target}: {exc.strerror}") from exc


@contextlib.contextmanager
def staging_folder(parent: Path, name: str) -> Iterator[Path]:
    """A hidden folder in *parent* for what is not finished; whatever is left in it goes.

    Raises: CannotOpen when it cannot be made.
    """
    try:
        folder = Path(tempfile.mkdtemp(dir=parent, prefix=f".{name}."))
    except OSError as exc:
        raise CannotOpen(f"{parent}: {exc.strerror}") from exc
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def place(source: Path, target: Path) -> None:
    """Move the finished file *source* to *target*, durably; both are on one disk.

    Raises: CannotOpen.
    """
    try:
        files.sync_file(source)
        source.rename(target)
        files.sync_directory(target.parent)
    except OSError as exc:
        raise CannotOpen(f"{target}: {exc.strerror}") from exc


def copy_hashed(source: Path, target: Path) -> tuple[int, bytes]:
    """Copy *source* to the new file *target*; the size and the SHA-256 of what was copied.

    Raises: CannotOpen.
    """
    digest, size = hashlib.sha256(), 0
    try:
        with source.open("rb") as reading, target.open("xb") as writing:
            while block := reading.read(1 << 20):
                digest.update(block)
                size += writing.write(block)
    except OSError as exc:
        raise CannotOpen(f"{exc.filename or target}: {exc.strerror}") from exc
    return size, digest.digest()


def hash_file(path: Path) -> tuple[int, bytes]:
    """The size and the SHA-256 of the file at *path*.

    Raises: CannotOpen.
    """
    try:
        with path.open("rb") as file:
            return path.stat().st_size, hashlib.file_digest(file, "sha256").digest()
    except OSError as exc:
        raise CannotOpen(f"{path}: {exc.strerror}") from exc
