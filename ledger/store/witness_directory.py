r"""The folder of a witness: its key, and one durable file a log that holds what it cosigned last.

chiptrail-witness/
  witness.key         signs cosignatures
  logs/<hex>          <hex> is the SHA-256 of the origin; a witness that loses one must be retired:
                      origin ``\n`` vkey of the log ``\n`` the checkpoint it cosigned last, if any
  evidence/<hex>      a checkpoint of a size that it cosigned with another root: two histories
  lock                held from the check until what was cosigned is durable

That the file of a log names the log too is why a lost one is noticed: the log is unknown then, and
never begun anew.
"""

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from ledger.store import files
from schemas.errors import CannotOpen, IntegrityError, NotFound


@dataclass(frozen=True, slots=True)
class WitnessedLog:
    """A log that the witness knows; *note* is the checkpoint it cosigned last, empty if none."""

    origin: str
    vkey: str
    note: bytes = b""


class WitnessDirectory:
    """One witness's folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.key = path / "witness.key"
        self._logs = path / "logs"
        self._evidence = path / "evidence"

    def create(self) -> None:
        """Make the folder, for its owner only.

        Raises: CannotOpen where a witness is already there, or the folder cannot be made.
        """
        if self.key.exists():
            raise CannotOpen(f"{self.path}: there is a witness already; choose another folder")
        try:
            files.make_directory(self._logs, 0o700)
            self.path.chmod(0o700)
        except OSError as exc:
            raise CannotOpen(f"{self.path}: {exc.strerror}") from exc

    def locked(self) -> contextlib.AbstractContextManager[None]:
        """Hold the witness's lock, against other threads and processes.

        Raises (on entering): CannotOpen.
        """
        return files.locked(self.path / "lock")

    def load_log(self, name: str) -> WitnessedLog:
        """The log whose origin has the SHA-256 *name*, in hex.

        Raises: NotFound; CannotOpen; IntegrityError when its file is damaged.
        """
        data = files.load(self._logs / name)
        origin, first, rest = data.partition(b"\n")
        vkey, second, note = rest.partition(b"\n")
        if not (first and second) or sha256(origin).hexdigest() != name:
            raise IntegrityError(f"{self._logs / name}: not the file of a log")
        return WitnessedLog(origin.decode(), vkey.decode("utf-8", "replace"), note)

    def save_log(self, log: WitnessedLog) -> None:
        """Write what is known of *log*, durably: when this returns it survives a power cut.

        Raises: CannotOpen when it cannot be written; what was there stays.
        """
        path = self._logs / hash_of(log.origin)
        try:
            files.save_durably(path, f"{log.origin}\n{log.vkey}\n".encode() + log.note)
        except OSError as exc:
            raise CannotOpen(f"{path}: {exc.strerror}") from exc

    def names(self) -> Iterable[str]:
        """The names of all logs, as ``load_log`` takes them."""
        return sorted([path.name for path in self._logs.glob("[0-9a-f]*")])

    def keep_evidence(self, note: bytes) -> Path:
        """Keep a checkpoint that contradicts one that was cosigned; each once.

        Raises: CannotOpen when it cannot be written.
        """
        name = sha256(note.partition(b"\n\n")[0]).hexdigest()
        return files.keep(self._evidence, name, note)


def hash_of(origin: str) -> str:
    """The name of a log: the hex SHA-256 of its *origin* (tlog-witness, "Monitoring")."""
    return sha256(origin.encode()).hexdigest()


def check_name(text: str) -> str:
    """*text*, if it can be the name of a log.

    Raises: NotFound.
    """
    if len(text) != 64 or any(sign not in "0123456789abcdef" for sign in text):
        raise NotFound("no such log")
    return text
