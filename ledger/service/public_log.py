"""How the log stands, for everybody: its newest head, how it grew, and who cosigned when.

It tells an outsider no more than the checkpoints do that are served to everybody. Example::

    seen = look_at_log(ledger)
    seen.head.size, [witness.name for witness in seen.witnesses]
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from ledger.note import parse_vkey
from ledger.service.ledger import Ledger
from ledger.service.reading import cosigned
from ledger.service.witnesses import load_policy
from ledger.store.cosignatures import load_last_cosignatures
from ledger.store.database import Connection
from ledger.store.log import Head, load_recorded_at

MAX_POINTS = 120


@dataclass(frozen=True, slots=True)
class Point:
    """From *at* on the log had *size* entries, until the next point."""

    at: datetime
    size: int


@dataclass(frozen=True, slots=True)
class WitnessSeen:
    """A witness by its *name* and *vkey*: the largest tree that it last cosigned, None if none.

    *is_named*: the ledger asks it; else it only did so once.
    """

    name: str
    vkey: str
    is_named: bool
    last: Point | None


@dataclass(frozen=True, slots=True)
class PublicLog:
    """The newest *head* and its *note*, with cosignatures; at most MAX_POINTS of its *growth*.

    *quorum* is how many of the named *witnesses* are to cosign, 0 if none are named.
    """

    head: Head
    note: bytes
    growth: tuple[Point, ...]
    witnesses: tuple[WitnessSeen, ...]
    quorum: int


def look_at_log(ledger: Ledger) -> PublicLog:
    """How the log stands.

    Raises: CannotOpen when the file of witnesses cannot be read; ReadOnly, IntegrityError.
    """
    policy = load_policy(ledger)
    named = {} if policy is None else {one.vkey: one.name for one in policy.witnesses}
    with ledger.snapshot() as (connection, tip):
        return PublicLog(
            head=tip.head,
            note=cosigned(connection, ledger.note_of(tip.head), tip.head.size),
            growth=_growth(connection, tip.head.size),
            witnesses=_witnesses(connection, named),
            quorum=0 if policy is None else policy.quorum,
        )


def _growth(connection: Connection, size: int) -> tuple[Point, ...]:
    """Evenly spread over the entries, the first and the last among them."""
    last, steps = size - 1, min(size, MAX_POINTS) - 1
    indexes = sorted({last * n // max(steps, 1) for n in range(steps + 1)})
    found = load_recorded_at(connection, indexes)
    return tuple([Point(_time(found[index] / 1000), index + 1) for index in indexes])


def _witnesses(connection: Connection, named: dict[str, str]) -> tuple[WitnessSeen, ...]:
    signed = load_last_cosignatures(connection)
    last = {vkey: Point(_time(row.at), row.size) for vkey, row in signed.items()}
    others = {vkey: parse_vkey(vkey).name for vkey in last if vkey not in named}
    return tuple(
        [
            WitnessSeen(name, vkey, vkey in named, last.get(vkey))
            for vkey, name in (named | others).items()
        ]
    )


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
