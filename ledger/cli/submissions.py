"""Submissions in files and on standard input: one a line, or one JSON document.

Lines are numbered in each file, from 1, blank ones included: an answer points at its line, and at
its file if there are several.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import click

from schemas import strict_json
from schemas.envelope import SUBMISSION_LIMIT
from schemas.errors import CannotOpen, MalformedJson, TooLarge

_DOCUMENT_LIMIT = 64 << 20


@dataclass(frozen=True, slots=True)
class Place:
    """Where a submission stands."""

    file: str
    line: int


def open_submissions(name: str) -> IO[bytes]:
    """The file of that *name*, until the command ends; ``-`` is standard input.

    Raises: CannotOpen.
    """
    if name == "-":
        return sys.stdin.buffer
    try:
        return click.get_current_context().with_resource(Path(name).open("rb"))
    except OSError as exc:
        raise CannotOpen(f"{name}: {exc.strerror}") from exc


def called(name: str) -> str:
    """What people call the file of that *name*."""
    return "standard input" if name == "-" else name


def numbered(stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """The lines of *stream* that are not blank, with their numbers."""
    for number, line in enumerate(_read_lines(stream), 1):
        if line.strip():
            yield number, line


def is_laid_out(line: bytes) -> bool:
    """Whether *line*, the first, begins JSON that is laid out over several."""
    return line.strip() in (b"{", b"[")


def unfolded(first: bytes, stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """The submissions of the one JSON document that *first* and the rest of *stream* are.

    It is a submission, a list of them or ``{"entries": [...]}``; they are numbered from 1.
    Raises: MalformedJson, TooLarge.
    """
    data = first + stream.read(_DOCUMENT_LIMIT + 1)
    if len(data) > _DOCUMENT_LIMIT:
        raise TooLarge(f"one JSON document of over {_DOCUMENT_LIMIT >> 20} MiB; want one a line")
    value = strict_json.load(data, limit=_DOCUMENT_LIMIT)
    if isinstance(value, dict) and "entries" in value:
        value = value["entries"]
    found = value if isinstance(value, list) else [value]
    if not all(isinstance(one, dict) for one in found):
        raise MalformedJson("want a submission, or a list of submissions")
    for number, one in enumerate(found, 1):
        yield number, strict_json.dump(one)


def count(streams: Sequence[IO[bytes]]) -> int | None:
    """How many lines there are; None where that cannot be known beforehand."""
    total = 0
    for stream in streams:
        if not stream.seekable():
            return None
        while block := stream.read(1 << 20):
            total += block.count(b"\n")
        stream.seek(0)
    return total


def _read_lines(stream: IO[bytes]) -> Iterator[bytes]:
    """The lines of *stream*; of one that is too long for a submission only the beginning."""
    while line := stream.readline(SUBMISSION_LIMIT + 1):
        yield line
        while len(line) > SUBMISSION_LIMIT and not line.endswith(b"\n"):
            line = stream.readline(SUBMISSION_LIMIT + 1)
            if len(line) <= SUBMISSION_LIMIT:
                break
