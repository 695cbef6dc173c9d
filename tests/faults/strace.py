"""strace, attached to a process: what calls it makes, and what is done to one of them.

Kernels and containers can forbid it; ``missing`` says so.

    Tracer(pid, [RECORDED], trace).end()
    ops = read_ops(trace, folder)                    # what changed below the folder
"""

import functools
import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from tests.faults.disk import Op

# Every call by which a process changes a file or its name; between two of them a kill finds the
# same disk. (The index beside SQLite's log is changed in memory: a kill leaves it, power does not.)
CHANGES = (
    "write", "pwrite64", "pwritev", "writev", "fsync", "fdatasync", "ftruncate", "fallocate",
    "rename", "renameat", "renameat2", "unlink", "unlinkat", "link", "mkdir", "rmdir",
    "fchmod", "chmod", "fchown", "flock",
)  # fmt: skip


class Tracer:
    """strace on the process *pid* and its children until they end."""

    def __init__(self, pid: int, options: list[str], output: Path | None = None) -> None:
        """Raises: RuntimeError when it cannot attach."""
        expressions = [part for option in options for part in ("-e", option)]
        if output is not None:  # whole paths and data, which a reader of the lines needs
            expressions += ["-y", "-xx", "-s", "4000000"]
        self._process = subprocess.Popen(
            ["strace", "-f", "-p", str(pid), "-o", str(output or os.devnull), *expressions],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip
        assert self._process.stderr is not None
        said = self._process.stderr.readline()
        if b"attached" not in said:
            self._process.kill()
            self._process.communicate()
            raise RuntimeError(said.decode().strip() or "strace says nothing")

    def end(self) -> None:
        """Wait for it: it ends with the last process that it traces."""
        self._process.communicate()


@functools.cache
def missing() -> str | None:
    """Why strace cannot be used here, None when it can."""
    if shutil.which("strace") is None:
        return "strace is not installed (Debian: apt install strace)"
    sleeper = subprocess.Popen(["sleep", "60"])
    try:
        tracer = Tracer(sleeper.pid, ["trace=none"])
    except RuntimeError as exc:
        return f"strace cannot attach to a process: {exc}"
    finally:
        sleeper.kill()
        sleeper.wait()
    tracer.end()
    return None


# What was recorded -----------------------------------------------------------------------------

RECORDED = (
    "trace=openat,pwrite64,write,pwritev,writev,fallocate,fsync,fdatasync,ftruncate,rename,renameat,"
    "renameat2,unlink,unlinkat,mkdir,link"
)
_CALL = re.compile(r"^\d+ +(\w+)\((.*)\) += (-?\d+)")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_FILE = re.compile(r"^\d+<((?:\\x[0-9a-f]{2})*)>")


_NAMED = frozenset(
    {"openat", "rename", "unlink", "mkdir", "renameat", "renameat2", "unlinkat", "link"}
)


def read_ops(trace: Path, folder: Path, folders: Iterable[str] = ()) -> list[Op]:
    """The calls in *trace* that changed anything below *folder*, or said something, in order.

    *folders* were below it from the start.

    Raises: ValueError for a call that is not understood: nothing may be left out.
    """
    reader = _Reader(folder, folders)
    with trace.open(encoding="ascii") as lines:
        calls = [m.groups() for line in lines if (m := _CALL.match(line))]
    ops = [reader.read(call, args) for call, args, result in calls if not result.startswith("-")]
    return [op for op in ops if op is not None]


class _Reader:
    """Makes an ``Op`` of each call; knows how far each file was written and what is a folder."""

    def __init__(self, folder: Path, folders: Iterable[str]) -> None:
        self._folder = folder
        self._written: dict[str, int] = {}
        self._folders = {".", *folders}

    def read(self, call: str, arguments: str) -> Op | None:
        """What *call* did below the folder; None when that is nothing."""
        if call in _NAMED:
            paths = [self._path(_bytes(text)) for text in _TEXT.findall(arguments)]
            return None if paths[0] is None else self._read_named(call, arguments, paths)
        file = _FILE.match(arguments)
        target = _bytes(file[1]) if file else b""
        if call == "write" and target.startswith(b"pipe:"):
            return Op("said", data=_data(arguments))
        path = self._path(target)
        return None if path is None else self._read_file(call, arguments, path)

    def _read_named(self, call: str, arguments: str, paths: list[str | None]) -> Op | None:
        path = paths[0] or ""
        match call:
            case "openat" if "O_TRUNC" not in arguments:
                self._written[path] = 0
                return Op("create", path) if "O_CREAT" in arguments else None
            case "rename" if paths[1] is not None:
                return Op("rename", path, to=paths[1])
            case "unlink":
                return Op("unlink", path)
            case "mkdir":
                self._folders.add(path)
                return Op("mkdir", path)
        raise ValueError(f"{call} of {path} was not expected")

    def _read_file(self, call: str, arguments: str, path: str) -> Op:
        match call:
            case "pwrite64":
                return Op("write", path, int(arguments.rpartition(", ")[2]), _data(arguments))
            case "write":
                data, at = _data(arguments), self._written.get(path, 0)
                self._written[path] = at + len(data)
                return Op("write", path, at, data)
            case "ftruncate":
                return Op("size", path, int(arguments.rpartition(", ")[2]))
            case "fsync" | "fdatasync":
                return Op("syncdir" if path in self._folders else "sync", path)
        raise ValueError(f"{call} of {path} was not expected")

    def _path(self, name: bytes) -> str | None:
        """The path below the folder, None when it is elsewhere."""
        path = Path(os.fsdecode(name))
        return str(path.relative_to(self._folder)) if path.is_relative_to(self._folder) else None


def _bytes(text: str) -> bytes:
    """What strace wrote as hex."""
    return bytes.fromhex(text.replace("\\x", ""))


def _data(arguments: str) -> bytes:
    found = _TEXT.search(arguments)
    return _bytes(found[1]) if found else b""
