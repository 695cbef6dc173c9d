"""The receipts of a push, in a file that also says where to go on after an interruption.

One JSON object a line. The first names the ledger; each of the others is what became of a line::

    {"ledger": "ledger.example.com/custody"}
    {"line": 1, "sent": "<first 16 hex digits of the SHA-256 of the line>", "status": "recorded",
     "index": 41, "identity": "..", ...}

What has a receipt here is not sent again, unless the line has changed; what was refused is. A line
that is not whole, because the machine stopped while it was written, counts for nothing. Memory: 8
bytes a line. Example::

    with open_journal(Path("signed.ndjson.receipts"), origin) as journal:
        if not journal.has(1, line):
            journal.note(1, line, "recorded", {"index": 41, ...})
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO

from ledger.store import files
from schemas import strict_json
from schemas.errors import CannotOpen, Refusal
from schemas.strict_json import JSON

_MARK = 8
REFUSED = "refused"
_LINE = re.compile(rb'\{"line":([0-9]{1,9}),"sent":"([0-9a-f]{16})","status":"([a-z]+)"')


class Journal:
    """The receipts in *file*, which is at its end; one process at a time has it."""

    def __init__(self, file: IO[bytes], marks: bytearray) -> None:
        self._file, self._marks = file, marks

    def has(self, number: int, line: bytes) -> bool:
        """Whether *line*, of that *number*, has a receipt."""
        at = number * _MARK
        return self._marks[at : at + _MARK] == _mark(line)

    def note(self, number: int, line: bytes, status: str, said: Mapping[str, JSON]) -> None:
        """Write down what became of *line*."""
        mark = _mark(line)
        told = {"line": number, "sent": mark.hex(), "status": status, **said}
        self._file.write(strict_json.dump(told) + b"\n")
        if status != REFUSED:
            _set(self._marks, number, mark)

    def flush(self) -> None:
        """Let it outlive this process."""
        self._file.flush()


@contextmanager
def open_journal(path: Path, ledger: str) -> Iterator[Journal]:
    """The receipts of *ledger* in the file at *path*, which is made if it is not there.

    Raises: CannotOpen (the file; it has other things in it, or the receipts of another ledger).
    """
    with files.locked(path), path.open("r+b") as file:
        marks = _load(file, path, ledger)
        yield Journal(file, marks)


def _load(file: IO[bytes], path: Path, ledger: str) -> bytearray:
    """What has a receipt; *file* is at its end then, behind a whole line."""
    marks, end = bytearray(), 0
    for count, line in enumerate(file):
        if not line.endswith(b"\n"):
            break
        if count == 0:
            _check_header(line, path, ledger)
        elif (found := _LINE.match(line)) is None:
            raise CannotOpen(f"{path}: line {count + 1} is no receipt; name another --receipts")
        elif found[3].decode() != REFUSED:
            _set(marks, int(found[1]), bytes.fromhex(found[2].decode()))
        end += len(line)
    file.seek(end)
    file.truncate()
    if end == 0:
        file.write(strict_json.dump({"ledger": ledger}) + b"\n")
    return marks


def _check_header(line: bytes, path: Path, ledger: str) -> None:
    try:
        said = strict_json.load_object(line).get("ledger")
    except Refusal:
        said = None
    if not isinstance(said, str):
        raise CannotOpen(f"{path}: is no file of receipts; name another --receipts")
    if said != ledger:
        raise CannotOpen(f"{path}: has receipts of {said}, not {ledger}; name another --receipts")


def _set(marks: bytearray, number: int, mark: bytes) -> None:
    at = number * _MARK
    if len(marks) < at + _MARK:
        marks.extend(bytes(at + _MARK))  # twice as many, or more
    marks[at : at + _MARK] = mark


def _mark(line: bytes) -> bytes:
    return sha256(line).digest()[:_MARK]
