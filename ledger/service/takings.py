"""The corrections that bear on a bundle's entries: which took effect, and by which entry.

As the operator states it (``schemas.bundle_statement.Taking``); who reads the bundle holds it
against the entries (``ledger.record``). ::

    made = load_corrected(connection, bearing, EVERYTHING)
    made.takings, made.parts
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from ledger.finding import Code
from ledger.order import Correction
from ledger.store import corrections, events
from ledger.store.database import Connection
from ledger.view import Horizon
from schemas.bundle_statement import Taking


@dataclass(frozen=True, slots=True)
class Corrected:
    """*takings* as they came about; *parts* are the entries of these, and of those that wait."""

    takings: tuple[Taking, ...]
    parts: frozenset[int]


def load_corrected(connection: Connection, bearing: Collection[int], horizon: Horizon) -> Corrected:
    """All corrections of which one of the entries *bearing* is a part, up to entry *horizon*."""
    rows = corrections.load_corrections(connection, bearing)
    targets = {row.target for row in rows.values() if row.target is not None}
    made = corrections.load_all_related(connection, targets.union(bearing))
    rows |= corrections.load_corrections(connection, [one.index for one in made])
    spans = _spans(connection, bearing) if made else {}
    every = [
        taking
        for one in made
        if one.is_taken
        for taking in _takings(one, rows[one.index].taken_at or one.index, spans)
    ]
    every += _holdings(connection, made)
    takings = [taking for taking in every if taking.since <= horizon]
    parts = {row.target for row in rows.values() if row.target is not None} | rows.keys()
    parts |= {corrective for taking in takings for corrective in taking.correctives}
    in_order = sorted(takings, key=lambda taking: (taking.since, taking.entry, not taking.waits))
    return Corrected(tuple(in_order), frozenset([index for index in parts if index <= horizon]))


def _spans(connection: Connection, bearing: Collection[int]) -> dict[int, int]:
    """The entries whose finding said that a correction waits, with those that ended it."""
    closings = events.load_closings(connection, bearing)
    return {
        one.entry: one.index
        for some in closings.values()
        for one in some
        if one.code is Code.CORRECTION_OPEN and one.entry is not None
    }


def _takings(made: Correction, taken_at: int, spans: dict[int, int]) -> Iterator[Taking]:
    """When it took effect, and with each corrective that came later again."""
    since = {index: _since(index, taken_at, spans) for index in made.correctives}
    for at in sorted({taken_at, *since.values()}):
        placed = tuple(sorted([index for index in since if since[index] <= at]))
        yield Taking(made.index, made.target, placed, at)


def _holdings(connection: Connection, made: Iterable[Correction]) -> Iterator[Taking]:
    """What waits, or waited, for its place and counted nowhere."""
    targets = {one.index: one.target for one in made}
    for (at, index), some in groupby(
        corrections.load_held(connection, targets), key=lambda row: (row[2], row[0])
    ):
        yield Taking(index, targets[index], tuple(row[1] for row in some), at, waits=True)


def _since(corrective: int, taken_at: int, spans: dict[int, int]) -> int:
    """The entry by which *corrective* took its place: itself, unless it or one before it waited."""
    waited = [stop for start, stop in spans.items() if taken_at < start <= corrective <= stop]
    return max(taken_at, min(waited, default=corrective))
