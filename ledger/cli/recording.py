"""Capturing streams of submissions: lines in, an answer for each out, and a summary.

Lines are numbered over all files, from 1, blank ones included: an answer points at its line.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import IO

import click

from ledger.cli import receipts
from ledger.cli.naming import names_of
from ledger.cli.output import (
    BAD_NEWS,
    CANNOT_OPEN,
    printable,
    problem,
    progress,
    sentence,
    show_json,
)
from ledger.cli.settings import Settings
from ledger.finding import Tier
from ledger.service.capture import Outcome, Receipt, capture_stream
from ledger.service.ledger import Ledger
from ledger.story import retell
from schemas.envelope import SUBMISSION_LIMIT
from schemas.errors import ChiptrailError, ReadOnly

# So many refusals and findings are shown one by one; the rest is counted.
_SHOWN = 20


class Recording:
    """One run of ``chiptrail capture``."""

    def __init__(self, settings: Settings, ledger: Ledger, *, dry_run: bool) -> None:
        self._settings, self._ledger, self._dry_run = settings, ledger, dry_run
        self._numbers: list[int] = []
        self._done = self._created = self._refused = self._findings = self._shown = 0
        self._worst = 0

    def run(self, streams: Sequence[IO[bytes]]) -> None:
        """Capture everything in *streams* and end with the exit code.

        Raises: ReadOnly, IntegrityError; what came before stays recorded.
        """
        lines = self._lines(streams)
        actor = "cli"
        total = _count(streams)
        with progress("capturing", "submissions") as tell:
            try:
                for outcomes in capture_stream(
                    self._ledger, lines, actor=actor, dry_run=self._dry_run
                ):
                    self._answer(outcomes)
                    tell(self._done, total)
            finally:
                self._sum_up()
        if self._worst:
            raise click.exceptions.Exit(self._worst)

    def _lines(self, streams: Iterable[IO[bytes]]) -> Iterator[bytes]:
        number = 0
        for stream in streams:
            for line in _read_lines(stream):
                number += 1
                if line.strip():
                    self._numbers.append(number)
                    yield line

    def _answer(self, outcomes: Sequence[Outcome]) -> None:
        numbers, self._numbers = self._numbers[: len(outcomes)], self._numbers[len(outcomes) :]
        for number, outcome in zip(numbers, outcomes, strict=True):
            self._done += 1
            if isinstance(outcome, Receipt):
                self._take(number, outcome)
            else:
                self._refuse(number, outcome)

    def _take(self, number: int, receipt: Receipt) -> None:
        self._created += receipt.created
        self._findings += len(receipt.findings)
        if receipts.is_contraindicated(receipt):
            self._worst = max(self._worst, BAD_NEWS)
        if self._settings.as_json:
            status = "recorded" if receipt.created else "known"
            show_json({"line": number, "status": status, **receipts.to_json(receipt)})
            return
        names = names_of(self._ledger)
        for found in receipt.findings:
            if found.tier in (Tier.WARNING, Tier.CONTRAINDICATED):
                word = receipts.TIER_WORDS[found.tier]
                words = retell(found.message, names)
                self._say(f"line {number}: {word}  {found.code}: {words}")

    def _refuse(self, number: int, error: ChiptrailError) -> None:
        self._refused += 1
        code = CANNOT_OPEN if isinstance(error, ReadOnly) else BAD_NEWS
        self._worst = max(self._worst, code)
        if self._settings.as_json:
            show_json({"line": number, "status": "refused", **problem(error)})
        else:
            self._say(f"line {number}: refused  {sentence(error)}")

    def _say(self, words: str) -> None:
        self._shown += 1
        if self._shown <= _SHOWN:
            click.echo(printable(words))

    def _sum_up(self) -> None:
        if self._settings.as_json:
            return
        if self._shown > _SHOWN:
            click.echo(f"... and {self._shown - _SHOWN:,} more; --json shows all")
        known = self._done - self._created - self._refused
        parts = [
            f"{self._created:,} {'would be ' if self._dry_run else ''}recorded",
            f"{known:,} recorded before" if known else "",
            f"{self._refused:,} refused" if self._refused else "",
            f"{self._findings:,} findings" if self._findings else "no findings",
        ]
        noun = "submission" if self._done == 1 else "submissions"
        click.echo(f"{self._done:,} {noun}: {', '.join(part for part in parts if part)}.")
        if not self._dry_run and self._created:
            click.echo(f"The tree has {self._ledger.head.size:,} entries.")


def _read_lines(stream: IO[bytes]) -> Iterator[bytes]:
    """The lines of *stream*; of one that is too long for a submission only the beginning."""
    while line := stream.readline(SUBMISSION_LIMIT + 1):
        yield line
        while len(line) > SUBMISSION_LIMIT and not line.endswith(b"\n"):
            line = stream.readline(SUBMISSION_LIMIT + 1)
            if len(line) <= SUBMISSION_LIMIT:
                break


def _count(streams: Sequence[IO[bytes]]) -> int | None:
    """How many lines there are; None where that cannot be known beforehand."""
    total = 0
    for stream in streams:
        if not stream.seekable():
            return None
        while block := stream.read(1 << 20):
            total += block.count(b"\n")
        stream.seek(0)
    return total
