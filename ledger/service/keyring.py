"""Key files on disk: made with mode 0600, never written over, opened with a passphrase.

The format is ``ledger.keys``'s; here is only the file around it. A party's private key is on the
party's machine; the ledger has two of its own (``ledger.service.founding``).

    key = make_key_file(Path("acme.key"), name="urn:chiptrail:party:acme", passphrase=b"...")
    open_key_file(Path("acme.key"), b"...").key.sign(message)
"""

from collections.abc import Callable
from os import urandom
from pathlib import Path

from ledger import key_box, keys
from ledger.key_box import Box
from ledger.keys import KeyFile, PrivateKey
from ledger.store import files
from schemas.errors import CannotOpen, NotFound, WrongPassphrase


def make_key_file(
    path: Path,
    *,
    name: str,
    passphrase: bytes | None,
    fresh: Callable[[int], bytes] = urandom,
) -> PrivateKey:
    """A fresh key, kept at *path* for its owner only; *passphrase* None keeps it in the open.

    Raises: CannotOpen when *path* exists or cannot be written.
    """
    seed = fresh(keys.SEED_SIZE)
    data = keys.encode_key_file(
        seed,
        name=name,
        passphrase=passphrase,
        salt=fresh(key_box.SALT_SIZE),
        nonce=fresh(key_box.NONCE_SIZE),
    )
    write_new(path, data, 0o600)
    return keys.private_key(seed)


def copy_key_file(key_file: KeyFile, path: Path, *, passphrase: bytes | None, box: Box) -> None:
    """The same key at another *path*: in a *box*, or in the open when *passphrase* is None.

    Raises: CannotOpen when *path* exists or cannot be written.
    """
    data = keys.encode_key_file(
        key_file.key.seed,
        name=key_file.name,
        passphrase=passphrase,
        salt=urandom(key_box.SALT_SIZE),
        nonce=urandom(key_box.NONCE_SIZE),
        box=box,
    )
    write_new(path, data, 0o600)


def open_key_file(path: Path, passphrase: bytes | None) -> KeyFile:
    """The name and key in the file at *path*.

    Raises: CannotOpen, MalformedKey, WrongPassphrase (also when one is needed and none is given).
    """
    data = read(path)
    try:
        return keys.parse_key_file(data, passphrase)
    except WrongPassphrase as exc:
        raise WrongPassphrase(f"{path}: {exc.message}") from exc


def is_encrypted(path: Path) -> bool:
    """Whether the key file at *path* needs a passphrase.

    Raises: CannotOpen, MalformedKey.
    """
    try:
        keys.parse_key_file(read(path), None)
    except WrongPassphrase:
        return True
    return False


def read(path: Path) -> bytes:
    """The bytes of the file at *path*.

    Raises: CannotOpen.
    """
    try:
        return files.load(path)
    except NotFound as exc:
        raise CannotOpen(exc.message) from exc


def write_new(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write *path* durably; what is there is never written over.

    Raises: CannotOpen when *path* exists or cannot be written.
    """
    if not path.parent.is_dir():
        raise CannotOpen(f"{path.parent}: no such folder")
    files.save_new(path, data, mode)


def write(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write *path* durably, in place of what is there.

    Raises: CannotOpen.
    """
    try:
        files.save_durably(path, data, mode)
    except OSError as exc:
        raise CannotOpen(f"{path}: {exc.strerror}") from exc


def load_own_key(path: Path) -> KeyFile:
    """The key file at *path* of a ledger's own, which is not encrypted.

    Raises: CannotOpen when there is none; MalformedKey, WrongPassphrase.
    """
    try:
        data = files.load(path)
    except NotFound as exc:
        raise CannotOpen(
            f"{path.parent}: no ledger here; run chiptrail init or chiptrail demo"
        ) from exc
    return keys.parse_key_file(data, None)
