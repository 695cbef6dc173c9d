"""Push: signed submissions to a ledger elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from ledger.cli.help import Command, Several
from ledger.cli.output import progress, warn
from ledger.cli.remote import Elsewhere, remote_options
from ledger.cli.settings import Settings, json_option, pass_settings
from ledger.cli.submissions import (
    Place,
    called,
    count,
    is_laid_out,
    numbered,
    open_submissions,
    unfolded,
)
from schemas.errors import ChiptrailError

if TYPE_CHECKING:
    from ledger.cli.tally import Tally
    from ledger.service.remote import Remote


@click.command(cls=Command)
@click.argument("files", metavar="FILE", nargs=-1, required=True, cls=Several)
@click.option("--dry-run", is_flag=True, help="Show what would come of it; record nothing.")
@click.option(
    "--receipts",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Where the receipts go, and what is read to go on; if not given, beside FILE, with"
    " .receipts after its name, and for standard input nowhere.",
)
@remote_options
@json_option
@pass_settings
def push(
    settings: Settings,
    *,
    files: tuple[str, ...],
    dry_run: bool,
    receipts: Path | None,
    elsewhere: Elsewhere | None,
) -> None:
    """Send signed submissions to a ledger elsewhere.

    They are read one a line, or as one JSON document, from FILE... or from - (standard input), and
    each gets an index and a receipt, or a refusal with its reason. What has a receipt is not sent
    again: after an interruption the same command goes on where it was. Before, and after, the
    ledger shows its head: it must go on from the one that was seen last, else nothing is sent.
    Exit code 1 if anything was refused or is contraindicated, 3 if the ledger cannot be reached.

    For example:

        chiptrail push signed.ndjson --ledger https://ledger.example.com
        chiptrail sign event.json --key a.key | chiptrail push - --dry-run
        chiptrail push day1.ndjson day2.ndjson --token-file token --json
    """
    if elsewhere is None:
        raise click.UsageError("say where to: --ledger URL, or CHIPTRAIL_LEDGER")
    if receipts is not None and len(files) > 1:
        raise click.UsageError("--receipts is for one FILE; without it each has a file of its own")
    streams = [(name, open_submissions(name)) for name in files]
    with elsewhere.opened() as remote:
        _Pushing(settings, remote, dry_run=dry_run, receipts=receipts).run(streams)


class _Pushing:
    """One run of ``chiptrail push``."""

    def __init__(
        self, settings: Settings, remote: "Remote", *, dry_run: bool, receipts: Path | None
    ) -> None:
        self._settings, self._remote = settings, remote
        self._dry_run, self._receipts = dry_run, receipts

    def run(self, streams: list[tuple[str, IO[bytes]]]) -> None:
        """Push everything in *streams*, each with its name, and end with the exit code."""
        from ledger.cli.tally import Tally

        total = count([stream for _, stream in streams])
        tally = Tally(self._settings, dry_run=self._dry_run, has_several=len(streams) > 1)
        with progress("pushing", "submissions") as tell:
            try:
                for name, stream in streams:
                    self._push(name, stream, tally, lambda done: tell(done, total))
            finally:
                if tally.done:
                    tally.sum_up()
        self._remote.look()
        if tally.worst:
            raise click.exceptions.Exit(tally.worst)

    def _push(
        self, name: str, stream: IO[bytes], tally: "Tally", tell: Callable[[int], None]
    ) -> None:
        from ledger.service.journal import open_journal
        from ledger.service.push import push as run

        path = self._receipts_of(name)
        kept = nullcontext() if path is None else open_journal(path, self._remote.origin)
        before = tally.done
        with kept as journal:
            lines = _submissions(stream)
            for pushed in run(self._remote.api, lines, journal, dry_run=self._dry_run):
                place = Place(called(name), pushed.number)
                if pushed.outcome is None:
                    tally.skip()
                elif isinstance(pushed.outcome, ChiptrailError):
                    tally.refuse(place, pushed.outcome)
                else:
                    tally.take(place, pushed.outcome, pushed.outcome.said, {})
                tell(tally.done)
        if tally.done == before:
            warn(f"{called(name)}: it is empty, there is nothing to push")

    def _receipts_of(self, name: str) -> Path | None:
        """Where the receipts of the file of that *name* go; a dry run has none."""
        if self._dry_run:
            return None
        return self._receipts or (None if name == "-" else Path(f"{name}.receipts"))


def _submissions(stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """The submissions of *stream* with the numbers of their lines.

    Raises: MalformedJson, TooLarge (one JSON document that is none).
    """
    lines = numbered(stream)
    for number, line in lines:
        if is_laid_out(line):
            yield from unfolded(line, stream)
            return
        yield number, line.strip()
        break
    for number, line in lines:
        yield number, line.strip()
