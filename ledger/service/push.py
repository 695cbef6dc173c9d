"""Push: any number of signed submissions to a ledger elsewhere, in bounded memory.

They go in batches, so that progress is known and little is to be sent again when a connection
breaks; sending again changes nothing. What has a receipt in the journal is not sent. Example::

    with open_journal(path, remote.origin) as journal:
        for pushed in push(remote.api, numbered_lines, journal):
            print(pushed.number, pushed.outcome)
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ledger.client.answers import Outcome
from ledger.client.api import Api
from ledger.service.answers import problem_to_json
from ledger.service.journal import REFUSED, Journal
from schemas.errors import ChiptrailError

# Many enough for the ledger to admit them on every core, few enough to send again.
BATCH, BATCH_BYTES = 5000, 8 << 20
_NOTED_TOGETHER = 500


@dataclass(frozen=True, slots=True)
class Pushed:
    """What became of the line of that *number*; *outcome* None: it had its receipt before."""

    number: int
    outcome: Outcome | None


def push(
    api: Api,
    lines: Iterable[tuple[int, bytes]],
    journal: Journal | None = None,
    *,
    dry_run: bool = False,
) -> Iterator[Pushed]:
    """Push numbered *lines*, a submission each; what became of each, in their order.

    With a *journal* receipts are kept there, and what has one is not sent. In a dry run each batch
    takes those before it in the same batch into account, and nothing is recorded.

    Raises: as ``Api.capture_lines``; what came out before stays recorded.
    """
    for batch in _batches(lines):
        waiting = [one for one in batch if journal is None or not journal.has(*one)]
        outcomes = api.capture_lines([line for _, line in waiting], dry_run=dry_run)
        sent = {number for number, _ in waiting}
        try:
            for count, (number, line) in enumerate(batch):
                if number not in sent:
                    yield Pushed(number, None)
                    continue
                outcome = next(outcomes)
                if journal is not None:
                    _note(journal, number, line, outcome)
                    if count % _NOTED_TOGETHER == 0:
                        journal.flush()
                yield Pushed(number, outcome)
        finally:
            if journal is not None:
                journal.flush()


def _note(journal: Journal, number: int, line: bytes, outcome: Outcome) -> None:
    if isinstance(outcome, ChiptrailError):
        journal.note(number, line, REFUSED, problem_to_json(outcome))
    else:
        journal.note(number, line, "recorded" if outcome.created else "known", outcome.said)


def _batches(lines: Iterable[tuple[int, bytes]]) -> Iterator[list[tuple[int, bytes]]]:
    batch: list[tuple[int, bytes]] = []
    size = 0
    for one in lines:
        batch.append(one)
        size += len(one[1])
        if len(batch) == BATCH or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
