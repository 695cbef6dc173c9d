"""Retire an origin whose end is lost: read-only for good, so that no index is used twice.

``retired`` in the folder says what the log signed last and which entries are lost. The genesis of
its successor, a ledger with a name and keys of its own, repeats it under the registrar's signature
(``ledger.service.founding``; docs/formats.md, "Statements").

    retire(ledger, last_signed(ledger, []))
    load_retirement(Path("chiptrail-data")).missing
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ledger.merkle import EMPTY_ROOT
from ledger.service.ledger import Ledger
from ledger.service.recover import KnownHead, signed_heads
from ledger.service.salvage import survey
from ledger.store import files, log
from ledger.store.files import DataDirectory
from ledger.store.log import Head
from schemas.enrolment import Gap
from schemas.errors import CannotOpen, NotFound, ReadOnly, Refusal
from schemas.retirement import Retirement, encode_retirement, parse_retirement


class Ending(NamedTuple):
    """What is known of the end: the newest head that was signed, and how many entries are here."""

    size: int
    head: KnownHead


def last_signed(ledger: Ledger, sources: Sequence[Path]) -> Ending:
    """What *ledger*'s log signed last, as its files and *sources* know it, of whatever history.

    Raises: CannotOpen for a source that is none, or of another log.
    """
    with ledger.directory.locked(), ledger.database.reading() as connection:
        head = log.load_head(connection) or Head(0, EMPTY_ROOT, b"", 0)
        heads = signed_heads(ledger, head, survey(sources, head.size))
    return Ending(head.size, max(heads, key=lambda one: one.checkpoint.size))


def retire(ledger: Ledger, ending: Ending) -> Retirement:
    """Retire *ledger*, which ends so.

    Raises: ReadOnly when it was retired before; CannotOpen when another process has recorded
    something since *ending* was looked up, or when it cannot be written down.
    """
    directory, head = ledger.directory, ending.head
    size = head.checkpoint.size
    retirement = Retirement(
        origin=ledger.origin,
        checkpoint=head.note.decode(),
        missing=Gap(ending.size, size) if ending.size < size else None,
        retired_at=ledger.clock.now(),
    )
    with ledger.thread_lock, directory.locked():
        if directory.retired.exists():
            raise ReadOnly(f"this origin was retired, for good: {directory.retired}")
        # What is written down as the last that was signed must be: nobody signs under the lock.
        with ledger.database.reading() as connection:
            size_now = log.count_entries(connection)
        if size_now != ending.size:
            raise CannotOpen(
                f"{directory.path}: has {size_now} entries by now, and had {ending.size}; stop what"
                " records into it, and retire it again"
            )
        files.save_new(directory.retired, encode_retirement(retirement), 0o644)
        with ledger.database.reading() as connection:
            ledger.stopped = ledger.why_stopped(connection)
    return retirement


def load_retirement(folder: Path) -> Retirement:
    """What is left of the retired ledger in *folder*.

    Raises: CannotOpen when there is none.
    """
    path = DataDirectory(folder).retired
    try:
        return parse_retirement(files.load(path))
    except NotFound as exc:
        raise CannotOpen(
            f"{folder}: no ledger was retired here; run chiptrail recover --retire first"
        ) from exc
    except Refusal as exc:
        raise CannotOpen(f"{path}: not what chiptrail recover --retire wrote: {exc}") from exc
