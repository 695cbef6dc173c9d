"""What others hold of a ledger, judged with plain drivers: witnesses and backups.

``roots[n]`` is the root of the first n entries that the ledger has. The first word of a violation
is its kind: ``forgotten``: a witness answered what it does not remember, or the ledger lacks what
it said that it keeps; ``fork``: they hold another history; ``torn``: a file of theirs is not whole;
``copy``: a backup is not what it says.

    held = Held(cosigned=[(vkey, note)])
    list(violations(folder, roots, held)) == []
"""

import base64
import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey


@dataclass(slots=True)
class Held:
    """What was told: cosigned notes by witness, (size, witness, signature) kept, backups by name.

    The sizes of backups are those that were told when they were done.
    """

    cosigned: list[tuple[str, str]] = field(default_factory=list)
    kept: set[tuple[int, str, bytes]] = field(default_factory=set)
    backups: dict[str, int] = field(default_factory=dict)

    def hear(self, said: dict[str, Any]) -> None:
        """Take in what the program said."""
        match said["said"]:
            case "cosigned":
                self.cosigned.append((said["witness"], said["note"]))
            case "kept":
                signature = base64.b64decode(said["signature"])
                self.kept.add((said["size"], said["witness"], signature))
            case "backup":
                self.backups[said["name"]] = said["size"]
            case _:
                pass


def violations(folder: Path, roots: Sequence[bytes], held: Held) -> Iterator[str]:
    """Every way in which what is held below *folder* breaks what was told."""
    yield from _forgotten(folder / "witness", roots, held)
    for name, size in held.backups.items():
        if not (folder / name).exists():
            yield f"copy: the backup of {size} entries is not there"
    for path in sorted(folder.glob("backup*")):
        yield from _backup(path, roots)


def unkept(db: Any, held: Held) -> Iterator[str]:
    """Cosignatures that the ledger said it keeps, and does not."""
    if not held.kept:
        return
    rows = db.execute("SELECT size, witness, signature FROM cosignature")
    for size, witness, _ in held.kept - {(row[0], row[1], bytes(row[2])) for row in rows}:
        yield f"forgotten: what {witness.partition('+')[0]} cosigned of {size} entries"


def _head(text: str) -> tuple[int, bytes]:
    _, size, root, *_ = text.split("\n")
    return int(size), base64.b64decode(root, validate=True)


def _forgotten(witness: Path, roots: Sequence[bytes], held: Held) -> Iterator[str]:
    """A witness remembers at least what it has answered; C2SP tlog-witness."""
    remembered = 0
    for path in (witness / "logs").glob("[0-9a-f]*"):
        _, _, note = path.read_text(encoding="utf-8").split("\n", 2)
        if not note:
            continue
        try:
            remembered, root = _head(note)
        except ValueError as exc:
            yield f"torn: the file of the witness: {exc!r}"
            return
        if remembered >= len(roots) or roots[remembered] != root:
            yield f"fork: the witness holds another history of {remembered} entries"
    for vkey, note in held.cosigned:
        size, root = _head(note)
        if not _is_cosigned(vkey, note):
            yield f"torn: the cosignature of {size} entries does not hold"
        if size >= len(roots) or roots[size] != root:
            yield f"fork: {size} entries were cosigned that are not of this history"
        if size > remembered:
            yield f"forgotten: the witness cosigned {size} entries, and remembers {remembered}"


def _is_cosigned(vkey: str, note: str) -> bool:
    """C2SP tlog-cosignature, version 1."""
    text, _, line = note.partition("\n\n")
    data = base64.b64decode(line.rstrip("\n").split(" ")[2], validate=True)[4:]
    message = f"cosignature/v1\ntime {int.from_bytes(data[:8], 'big')}\n{text}\n"
    try:
        VerifyKey(base64.b64decode(vkey.split("+", 2)[2])[1:]).verify(message.encode(), data[8:])
    except BadSignatureError:
        return False
    return True


def _backup(path: Path, roots: Sequence[bytes]) -> Iterator[str]:
    """docs/formats.md, "Backup": its manifest names its files, and the tree that they give."""
    try:
        manifest = json.loads((path / "manifest.json").read_bytes())
    except (OSError, ValueError) as exc:
        yield f"copy: {path.name} has no manifest: {exc!r}"
        return
    size = manifest["size"]
    if size >= len(roots) or roots[size].hex() != manifest["root"]:
        yield f"fork: {path.name} is of another history"
    for file in manifest["files"]:
        data = (path / file["name"]).read_bytes()
        if (len(data), hashlib.sha256(data).hexdigest()) != (file["size"], file["sha256"]):
            yield f"copy: {path.name}: {file['name']} is not what its manifest says"
    with closing(sqlite3.connect(f"file:{path}/ledger.sqlite3?immutable=1", uri=True)) as db:
        (count,) = db.execute("SELECT count(*) FROM entry").fetchone()
        if count != size:
            yield f"copy: {path.name} has {count} entries, its manifest says {size}"
