"""Capturing streams of submissions: lines in, an answer for each out, and a summary.

Lines are numbered in each file, from 1, blank ones included: an answer points at its line, and at
its file if there are several.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
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
    warn,
)
from ledger.cli.settings import Settings
from ledger.finding import Tier
from ledger.names import retell
from ledger.service.answers import receipt_to_json
from ledger.service.capture import Outcome, Receipt, capture_stream
from ledger.service.ledger import Ledger
from schemas.envelope import SUBMISSION_LIMIT, encode_submission, parse_submission
from schemas.errors import ChiptrailError, MalformedJson, ReadOnly, Refusal
from schemas.strict_json import JSON

# So many refusals and findings are shown one by one; the rest is counted.
_SHOWN = 20


class Recording:
    """One run of ``chiptrail capture``."""

    def __init__(
        self, settings: Settings, ledger: Ledger, *, dry_run: bool, undisclosed: bool = False
    ) -> None:
        """*undisclosed*: what is disclosed beside entries is left out."""
        self._settings, self._ledger, self._dry_run = settings, ledger, dry_run
        self._undisclosed = undisclosed
        self._places: list[_Place] = []
        self._has_several = False
        self._done = self._created = self._refused = self._findings = self._shown = 0
        self._worst = 0

    def run(self, files: Sequence[tuple[str, IO[bytes]]]) -> None:
        """Capture everything in *files*, each with its name, and end with the exit code.

        Raises: ReadOnly, IntegrityError; what came before stays recorded.
        """
        self._has_several = len(files) > 1
        lines = self._lines(files)
        actor = "cli"
        total = _count([stream for _, stream in files])
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

    def _lines(self, files: Iterable[tuple[str, IO[bytes]]]) -> Iterator[bytes]:
        for name, stream in files:
            is_empty = True
            for number, line in enumerate(_read_lines(stream), 1):
                if not line.strip():
                    continue
                if is_empty and line.strip() in _OPENINGS:
                    self._done += 1
                    self._refuse(_Place(name, number), MalformedJson(_SPREAD_OUT))
                    is_empty = False
                    break
                is_empty = False
                self._places.append(_Place(name, number))
                yield _without_disclosures(line) if self._undisclosed else line
            if is_empty:
                warn(f"{name}: it is empty, there is nothing to record")

    def _where(self, place: "_Place") -> dict[str, JSON]:
        return {**({"file": place.file} if self._has_several else {}), "line": place.line}

    def _called(self, place: "_Place") -> str:
        return f"{f'{place.file}, ' if self._has_several else ''}line {place.line}"

    def _answer(self, outcomes: Sequence[Outcome]) -> None:
        places, self._places = self._places[: len(outcomes)], self._places[len(outcomes) :]
        for place, outcome in zip(places, outcomes, strict=True):
            self._done += 1
            if isinstance(outcome, Receipt):
                self._take(place, outcome)
            else:
                self._refuse(place, outcome)

    def _take(self, place: "_Place", receipt: Receipt) -> None:
        self._created += receipt.created
        self._findings += len(receipt.findings)
        if receipts.is_contraindicated(receipt):
            self._worst = max(self._worst, BAD_NEWS)
        if self._settings.as_json:
            status = "recorded" if receipt.created else "known"
            show_json({**self._where(place), "status": status, **receipt_to_json(receipt)})
            return
        names = names_of(self._ledger)
        for remark in receipts.remarks(receipt, names, dry_run=self._dry_run):
            self._say(f"{self._called(place)}: note  {remark}")
        for found in receipt.findings:
            if found.tier in (Tier.WARNING, Tier.CONTRAINDICATED):
                word = receipts.TIER_WORDS[found.tier]
                words = retell(found.message, names)
                self._say(f"{self._called(place)}: {word}  {found.code}: {words}")

    def _refuse(self, place: "_Place", error: ChiptrailError) -> None:
        self._refused += 1
        code = CANNOT_OPEN if isinstance(error, ReadOnly) else BAD_NEWS
        self._worst = max(self._worst, code)
        if self._settings.as_json:
            show_json({**self._where(place), "status": "refused", **problem(error)})
        else:
            self._say(f"{self._called(place)}: refused  {sentence(error)}")

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
            _findings(self._findings),
        ]
        noun = "submission" if self._done == 1 else "submissions"
        click.echo(f"{self._done:,} {noun}: {', '.join(part for part in parts if part)}.")
        if not self._dry_run and self._created:
            click.echo(f"The tree has {self._ledger.head.size:,} entries.")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a submission stands."""

    file: str
    line: int


# The first line of JSON that a person or a program has laid out over several.
_OPENINGS = frozenset({b"{", b"["})
_SPREAD_OUT = (
    "JSON laid out over several lines; want each submission on one line, as sign writes it"
)


def _without_disclosures(line: bytes) -> bytes:
    """The submission in *line* with nothing disclosed; as it is, if it is none."""
    try:
        submission = parse_submission(line)
    except Refusal:
        return line
    return encode_submission(replace(submission, disclosures=()))


def _findings(count: int) -> str:
    return f"{count:,} finding{'s' if count != 1 else ''}" if count else "no findings"


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
