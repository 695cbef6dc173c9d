"""A disk that loses power: what may be left of recorded writes.

Covered by a later fsync of the file, a write is there for good. Any other may be lost, kept, kept
without those before it, or torn at a sector. Names are kept once their folder is synced; until then
the first few changes of a folder may be kept and the rest lost. A new file that is itself synced
has its name for good, as on ext4, or has not, as POSIX allows: both are drawn. What SQLite keeps in
memory beside its log (``-shm``) never survives. Disks that lie about fsync are not modelled.

    disk = Disk({"ledger.sqlite3": data})
    disk.do(Op("write", "ledger.sqlite3", offset=0, data=page))
    left = disk.lose(Random(1))              # path -> bytes
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from random import Random

SECTOR = 512


@dataclass(frozen=True, slots=True)
class Op:
    """One call that changed the disk: its *kind*, the *path* below the folder, what it needs more.

    Kinds: create, write, size (*offset* is the new one), sync, rename (to *to*), unlink, mkdir,
    syncdir; ``said``: a line that the user read.
    """

    kind: str
    path: str = ""
    offset: int = 0
    data: bytes = b""
    to: str = ""


@dataclass(slots=True)
class _File:
    durable: bytearray
    pending: list[Op] = field(default_factory=list)

    def now(self) -> bytes:
        """What a reader sees while there is power."""
        data = bytearray(self.durable)
        for op in self.pending:
            _write(data, op)
        return bytes(data)


def _write(data: bytearray, op: Op) -> None:
    if op.kind == "size":
        del data[op.offset :]
        data.extend(bytes(op.offset - len(data)))
        return
    data.extend(bytes(max(0, op.offset - len(data))))
    data[op.offset : op.offset + len(op.data)] = op.data


class Disk:
    """The files of a folder, as they are seen and as they would survive."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._seen = {path: _File(bytearray(data)) for path, data in files.items()}
        self._durable = dict(self._seen)
        self._folders = {_parent(path) for path in files} | {"."}
        # Changes of names that are not synced, in order: those of one folder are kept in order.
        self._pending: list[tuple[str, Op, _File | None]] = []

    def read(self, path: str) -> bytes:
        """What is in the file *path* now."""
        return self._seen[path].now()

    def do(self, op: Op) -> None:
        """Do *op* while there is power."""
        match op.kind:
            case "create":
                if op.path not in self._seen:
                    self._rename(op, file := _File(bytearray()))
                    self._seen[op.path] = file
            case "write" | "size":
                self._seen[op.path].pending.append(op)
            case "sync":
                file = self._seen[op.path]
                file.durable = bytearray(file.now())
                file.pending.clear()
            case "rename":
                self._rename(op, self._seen[op.path])
                self._seen[op.to] = self._seen.pop(op.path)
            case "unlink":
                self._rename(op, None)
                self._seen.pop(op.path, None)
            case "mkdir":
                self._rename(op, None)
            case "syncdir":
                self._sync_folder(op.path)

    def _rename(self, op: Op, file: _File | None) -> None:
        self._pending.append((_parent(op.path), op, file))

    def _sync_folder(self, folder: str) -> None:
        mine = [one for one in self._pending if one[0] == folder]
        self._pending = [one for one in self._pending if one[0] != folder]
        for _, op, file in mine:
            _name(self._durable, self._folders, op, file)

    def lose(self, dice: Random) -> dict[str, bytes]:
        """What is left when power goes now."""
        names, folders = dict(self._durable), set(self._folders)
        is_ext4 = dice.random() < 0.5
        broken: dict[str, bool] = {}
        for folder, op, file in self._pending:
            synced = is_ext4 and op.kind == "create" and file is not None and not file.pending
            if broken.get(folder) and not synced:
                continue
            if not synced and dice.random() < 0.4:
                broken[folder] = True
                continue
            _name(names, folders, op, file)
        (mode,) = dice.choices(("none", "all", "subset", "torn"), (1, 1, 4, 4))
        share = dice.choice((0.1, 0.5, 0.9))  # of unsynced writes that are lost
        left = {p: _left(f, mode, share, dice) for p, f in names.items() if not p.endswith("-shm")}
        return {path: data for path, data in left.items() if _has_folders(path, folders)}


def _name(names: dict[str, _File], folders: set[str], op: Op, file: _File | None) -> None:
    """Do one change of names to what survives."""
    if op.kind == "mkdir":
        folders.add(op.path)
    elif op.kind == "create" and file is not None:
        names[op.path] = file
    elif op.kind == "rename" and file is not None:
        names.pop(op.path, None)
        names[op.to] = file
    else:
        names.pop(op.path, None)


def _left(file: _File, mode: str, share: float, dice: Random) -> bytes:
    data = bytearray(file.durable)
    for op in file.pending if mode != "none" else ():
        if mode != "all" and dice.random() < share:
            continue
        if mode == "torn" and op.kind == "write" and len(op.data) > SECTOR:
            kept = SECTOR * dice.randint(1, len(op.data) // SECTOR)
            _write(data, Op("write", op.path, op.offset, op.data[:kept]))
        else:
            _write(data, op)
    return bytes(data)


def _parent(path: str) -> str:
    return str(PurePosixPath(path).parent)


def _has_folders(path: str, folders: set[str]) -> bool:
    return all(str(parent) in folders for parent in PurePosixPath(path).parents)
