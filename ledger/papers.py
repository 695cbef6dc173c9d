"""What the papers of an item ask of where it is: where it may be, where it must not, and reports.

Source: docs/location.md, "What licences ask"; docs/rules.md. A condition of a licence is text,
word for word as the authority wrote it. One wording is understood, and asked of the holder::

    Report location every 90 days.

    papers_of(view.consignments, pack, as_of).duty      # Duty(timedelta(90), "EAR licence D1", 12)
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from ledger.act import ActKind
from ledger.consignment import Consignment, Named
from ledger.geodesy import Circle
from ledger.restriction import closed_to
from ledger.rules import RulePack

_REPORT = re.compile(r"report (?:the )?location every ([0-9]{1,4}) days?\.?", re.IGNORECASE)


class Bound(NamedTuple):
    """Licence *name*, stated in *said_in*, is for *countries* and *sites*; none is any."""

    countries: frozenset[str]
    sites: tuple[Circle, ...]
    name: str
    said_in: int


class Duty(NamedTuple):
    """Every so often somebody has to say where goods are: licence *name*, stated in *said_in*."""

    every: timedelta
    name: str
    said_in: int


@dataclass(frozen=True, slots=True)
class Papers:
    """*barred* are countries in which it must not be; *duty* None: no licence asks for reports.

    *bounds* are those of all licences that it was shipped under last.
    """

    barred: frozenset[str] = frozenset()
    duty: Duty | None = None
    bounds: tuple[Bound, ...] = ()


NO_PAPERS = Papers()


@lru_cache(maxsize=1 << 14)  # items that went the same way have the same consignments
def papers_of(consignments: tuple[Consignment, ...], pack: RulePack, as_of: datetime) -> Papers:
    """What is asked by that under which an item was sent last."""
    if not consignments:
        return NO_PAPERS
    bounds = tuple(_bounds(consignments))
    return Papers(closed_to(consignments[-1], pack, as_of), _duty(consignments), bounds)


def _bounds(consignments: Sequence[Consignment]) -> Iterator[Bound]:
    """What the licences of the last shipment are for; what is transferred stays where it is."""
    shipped = (one for one in reversed(consignments) if one.leg.dealing.kind is ActKind.SHIP)
    last = next(shipped, None)
    for one in () if last is None else last.named:
        if one.licence is None or one.said_in is None:
            continue
        countries = frozenset(one.licence.countries)
        if countries or one.sites:
            yield Bound(countries, one.sites, one.authorisation.name, one.said_in)


def _duty(consignments: Sequence[Consignment]) -> Duty | None:
    """The strictest of the last licences that ask for any."""
    for one in reversed(consignments):
        found = min(_duties(one.named), default=None)
        if found is not None:
            return found
    return None


def _duties(named: Sequence[Named]) -> Iterator[Duty]:
    for one in named:
        for condition in () if one.licence is None else one.licence.conditions:
            asked = _REPORT.fullmatch(condition.strip())
            if asked is not None and one.said_in is not None:
                yield Duty(timedelta(days=int(asked[1])), one.authorisation.name, one.said_in)
