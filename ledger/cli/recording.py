"""Capturing streams of submissions: lines in, an answer for each out, and a summary."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import IO

import click

from ledger.cli.output import progress, warn
from ledger.cli.settings import Settings
from ledger.cli.submissions import Place, count, is_laid_out, numbered
from ledger.cli.tally import Tally
from ledger.service.answers import receipt_to_json
from ledger.service.capture import Outcome, Receipt, capture_stream
from ledger.service.ledger import Ledger
from schemas.envelope import encode_submission, parse_submission
from schemas.errors import MalformedJson, Refusal


class Recording:
    """One run of ``chiptrail capture``."""

    def __init__(
        self, settings: Settings, ledger: Ledger, *, dry_run: bool, undisclosed: bool = False
    ) -> None:
        """*undisclosed*: what is disclosed beside entries is left out."""
        self._settings, self._ledger, self._dry_run = settings, ledger, dry_run
        self._undisclosed = undisclosed
        self._places: list[Place] = []

    def run(self, files: Sequence[tuple[str, IO[bytes]]]) -> None:
        """Capture everything in *files*, each with its name, and end with the exit code.

        Raises: ReadOnly, IntegrityError; what came before stays recorded.
        """
        tally = Tally(self._settings, dry_run=self._dry_run, has_several=len(files) > 1)
        lines = self._lines(files, tally)
        total = count([stream for _, stream in files])
        with progress("capturing", "submissions") as tell:
            try:
                for outcomes in capture_stream(
                    self._ledger, lines, actor="cli", dry_run=self._dry_run
                ):
                    self._answer(outcomes, tally)
                    tell(tally.done, total)
            finally:
                self._sum_up(tally)
        if tally.worst:
            raise click.exceptions.Exit(tally.worst)

    def _lines(self, files: Iterable[tuple[str, IO[bytes]]], tally: Tally) -> Iterator[bytes]:
        for name, stream in files:
            is_empty = True
            for number, line in numbered(stream):
                if is_empty and is_laid_out(line):
                    tally.refuse(Place(name, number), MalformedJson(_SPREAD_OUT))
                    is_empty = False
                    break
                is_empty = False
                self._places.append(Place(name, number))
                yield _without_disclosures(line) if self._undisclosed else line
            if is_empty:
                warn(f"{name}: it is empty, there is nothing to record")

    def _answer(self, outcomes: Sequence[Outcome], tally: Tally) -> None:
        places, self._places = self._places[: len(outcomes)], self._places[len(outcomes) :]
        names = self._ledger.registry.names
        for place, outcome in zip(places, outcomes, strict=True):
            if isinstance(outcome, Receipt):
                tally.take(place, outcome, receipt_to_json(outcome), names)
            else:
                tally.refuse(place, outcome)

    def _sum_up(self, tally: Tally) -> None:
        tally.sum_up()
        if tally.created and not (self._dry_run or self._settings.as_json):
            click.echo(f"The tree has {self._ledger.head.size:,} entries.")


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
