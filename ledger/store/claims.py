"""What entries say of where things were and where they go: ``ledger.sighting``, a row an entry.

insert_claims(connection, [SightingRow(12, claim, None, has_digests=False)])
sighting_of(*row)                      # out of such a row, by COLUMNS
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from ledger.landmark import Measured
from ledger.sighting import Claim, Route
from ledger.store import bulk
from ledger.store.database import Connection
from ledger.store.items import milliseconds, moment
from schemas.place import Place
from schemas.strict_json import dump, load, load_object


class SightingRow(NamedTuple):
    """What entry *idx* says; *has_digests*: more of it may be withheld."""

    idx: int
    claim: Claim | None
    route: Route | None
    has_digests: bool


COLUMNS = (
    "idx",
    "at",
    "who",
    "company",
    "is_inspector",
    "place",
    "has_digests",
    "regime",
    "is_stop",
    "measured",
    "destinations",
    "through",
)
_PLACE = ("latitude", "longitude", "accuracy_m", "country", "uri")


def insert_claims(connection: Connection, rows: Sequence[SightingRow]) -> None:
    """Store *rows*."""
    bulk.insert(connection, "claim", COLUMNS, [_written(row) for row in rows])


def _written(row: SightingRow) -> tuple[object, ...]:
    claim, route = row.claim, row.route
    said: tuple[object, ...] = (None,) * 9
    if claim is not None:
        said = (
            milliseconds(claim.at),
            claim.who,
            claim.company,
            claim.is_inspector,
            None if claim.place is None else _place_text(claim.place),
            row.has_digests,
            claim.regime,
            claim.is_stop,
            _measured_text(claim.measured) if claim.measured else None,
        )
    ends: tuple[object, ...] = (None, None)
    if route is not None:
        ends = (" ".join(sorted(route.destinations)), " ".join(sorted(route.through)))
    return (row.idx, *said, *ends)


@lru_cache(maxsize=4096)
def _place_text(place: Place) -> str:
    members = {name: getattr(place, name) for name in _PLACE}
    return dump({name: value for name, value in members.items() if value is not None}).decode()


@lru_cache(maxsize=4096)
def _place(text: str) -> Place:
    return Place(**load_object(text.encode()))  # type: ignore[arg-type]  # as written


def _measured_text(measured: tuple[Measured, ...]) -> str:
    return dump(
        [(*one[:5], milliseconds(one.starts_at), milliseconds(one.ends_at)) for one in measured]
    ).decode()


@lru_cache(maxsize=4096)
def _measured(text: str) -> tuple[Measured, ...]:
    rows: Any = load(text.encode())
    return tuple([Measured._make((*row[:5], moment(row[5]), moment(row[6]))) for row in rows])


def sighting_of(  # noqa: PLR0913, PLR0917 - columns
    idx: int,
    at: int | None,
    who: str,
    company: str,
    is_inspector: bool,
    place: str | None,
    has_digests: bool,
    regime: str | None,
    is_stop: bool,
    measured: str | None,
    destinations: str | None,
    through: str,
) -> SightingRow:
    """What the row of these ``COLUMNS`` says."""
    claim = route = None
    if at is not None:
        claim = Claim(
            idx,
            moment(at),
            who,
            company,
            bool(is_inspector),
            None if place is None else _place(place),
            regime,
            bool(is_stop),
            () if measured is None else _measured(measured),
        )
    if destinations is not None:
        route = Route(idx, frozenset(destinations.split()), frozenset(through.split()))
    return SightingRow(idx, claim, route, bool(has_digests))
