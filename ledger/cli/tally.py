"""What became of many submissions: each is told as it is known, and the sum at the end."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

import click

from ledger.cli import receipts
from ledger.cli.output import (
    BAD_NEWS,
    exit_code,
    printable,
    problem,
    sentence,
    show_json,
)
from ledger.cli.settings import Settings
from ledger.cli.submissions import Place
from ledger.finding import Tier
from ledger.names import retell
from schemas.errors import ChiptrailError
from schemas.strict_json import JSON

if TYPE_CHECKING:
    from ledger.client import answers
    from ledger.service import capture

    Receipt: TypeAlias = capture.Receipt | answers.Receipt

# So many refusals and findings are shown one by one; the rest is counted.
_SHOWN = 20


class Tally:
    """Counts, and tells on the terminal or as JSON; *worst* is the exit code."""

    def __init__(self, settings: Settings, *, dry_run: bool, has_several: bool) -> None:
        """*has_several*: there are several files, so that places name theirs."""
        self._settings, self._dry_run, self._has_several = settings, dry_run, has_several
        self.done = self.created = self.worst = 0
        self._refused = self._skipped = self._findings = self._shown = 0

    def take(
        self, place: Place, receipt: "Receipt", said: Mapping[str, JSON], names: Mapping[str, str]
    ) -> None:
        """The submission at *place* has that *receipt*, *said* in JSON."""
        self.done += 1
        self.created += receipt.created
        self._findings += len(receipt.findings)
        if receipts.is_contraindicated(receipt):
            self.worst = max(self.worst, BAD_NEWS)
        if self._settings.as_json:
            status = "recorded" if receipt.created else "known"
            show_json({**self._where(place), "status": status, **said})
            return
        for remark in receipts.remarks(receipt, names, dry_run=self._dry_run):
            self._say(f"{self._called(place)}: note  {remark}")
        for found in receipt.findings:
            if found.tier in (Tier.WARNING, Tier.CONTRAINDICATED):
                word = receipts.TIER_WORDS[found.tier]
                words = retell(found.message, names)
                self._say(f"{self._called(place)}: {word}  {found.code}: {words}")

    def refuse(self, place: Place, error: ChiptrailError) -> None:
        """The submission at *place* was refused."""
        self.done += 1
        self._refused += 1
        self.worst = max(self.worst, exit_code(error))
        if self._settings.as_json:
            show_json({**self._where(place), "status": "refused", **problem(error)})
        else:
            self._say(f"{self._called(place)}: refused  {sentence(error)}")

    def skip(self) -> None:
        """One had its receipt before."""
        self.done += 1
        self._skipped += 1

    def sum_up(self) -> None:
        """Tell how many of each there were."""
        if self._settings.as_json:
            return
        if self._shown > _SHOWN:
            click.echo(f"... and {self._shown - _SHOWN:,} more; --json shows all")
        known = self.done - self.created - self._refused - self._skipped
        parts = [
            f"{self.created:,} {'would be ' if self._dry_run else ''}recorded",
            f"{known:,} recorded before" if known else "",
            f"{self._skipped:,} pushed before" if self._skipped else "",
            f"{self._refused:,} refused" if self._refused else "",
            _findings(self._findings),
        ]
        noun = "submission" if self.done == 1 else "submissions"
        click.echo(f"{self.done:,} {noun}: {', '.join(part for part in parts if part)}.")

    def _where(self, place: Place) -> dict[str, JSON]:
        return {**({"file": place.file} if self._has_several else {}), "line": place.line}

    def _called(self, place: Place) -> str:
        return f"{f'{place.file}, ' if self._has_several else ''}line {place.line}"

    def _say(self, words: str) -> None:
        self._shown += 1
        if self._shown <= _SHOWN:
            click.echo(printable(words))


def _findings(count: int) -> str:
    return f"{count:,} finding{'s' if count != 1 else ''}" if count else "no findings"
