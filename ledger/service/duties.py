"""What needs a party now: what it should receive, what is late, what does not fit, what runs out.

duties(ledger, reader=reader).to_receive

Each list is short: the first of what there is, the newest before. The rest is in the lists.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from ledger.finding import Code, Finding, Tier
from ledger.service import directory, listing, shipments
from ledger.service.directory import Paper, Wallet
from ledger.service.ledger import Ledger
from ledger.service.listing import Sought
from ledger.service.paging import START
from ledger.service.shipments import Manifest, Shipment, State
from ledger.view import Reader

T = TypeVar("T")

MOST = 8
WAITING = frozenset({State.OPEN, State.OVERDUE, State.SHORT})
_LATE = frozenset({State.OVERDUE, State.SHORT})
_TIERS = (Tier.CONTRAINDICATED, Tier.WARNING)
_OF_PLACE = frozenset({Code.STALE, Code.NO_LOCATION})


@dataclass(frozen=True, slots=True)
class Duties:
    """What needs a party; *to_state* are findings that a new statement of place would close."""

    to_receive: tuple[Shipment, ...]
    late: tuple[Shipment, ...]
    to_settle: tuple[Finding, ...]
    to_state: tuple[Finding, ...]
    running_out: tuple[Wallet, ...]

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return any((self.to_receive, self.late, self.to_settle, self.to_state, self.running_out))


def duties(ledger: Ledger, *, reader: Reader) -> Duties:
    """What needs the party of *reader*."""
    waiting = shipments.shipments(
        ledger, Manifest(WAITING, partner=reader.party), after=START, limit=50, reader=reader
    ).lines
    found = listing.findings(
        ledger, Sought(is_open=True, is_past=False), after=START, limit=100, reader=reader
    ).lines
    worst_first = sorted((o for o in found if o.tier in _TIERS), key=lambda o: _TIERS.index(o.tier))
    wallets = directory.licences(
        ledger, Paper(holder=reader.party), after=START, limit=50, reader=reader
    ).lines
    return Duties(
        to_receive=_first(one for one in waiting if one.consignee == reader.party),
        late=_first(o for o in waiting if o.sender == reader.party and o.state in _LATE),
        to_settle=_first(one for one in worst_first if one.code not in _OF_PLACE),
        to_state=_first(one for one in worst_first if one.code in _OF_PLACE),
        running_out=_first(one for one in wallets if one.near),
    )


def _first(found: Iterable[T]) -> tuple[T, ...]:
    return tuple(found)[:MOST]
