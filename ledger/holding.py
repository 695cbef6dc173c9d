"""Who holds what: the state of an item, and of all that a batch needs.

Source: docs/custody.md, "Rules": state is the fold of acts. A container's contents have no custody
of their own while they are inside: theirs is that of the outermost container, whatever the depth,
so that an act on a pallet of 10,000 chips changes one state. ``ledger.custody`` decides what an
act moves; ``commit`` is the only place where it is written. Example::

    holdings.states[chip].parent == tray, holdings.states[tray].parent == pallet
    effective(holdings, chip).custody is holdings.states[pallet].custody
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from ledger.act import ActKind
from ledger.finding import Closing, Finding


class Phase(StrEnum):
    """Refused goods are in transit too, with their sender as the consignee."""

    HELD = "held"
    IN_TRANSIT = "in-transit"


@dataclass(frozen=True, slots=True)
class Custody:
    """Where an item is between parties.

    *holder* possesses it, or in transit is the sender, who still answers for it. Only in transit:
    *consignee*; *via*, who may carry and repack; *shipment*, the index of the ``ship``, or of the
    ``refuse`` that sent it back; *departed*, whether somebody signed that it has left.
    """

    phase: Phase
    holder: str
    consignee: str | None = None
    via: tuple[str, ...] = ()
    shipment: int | None = None
    departed: bool = False

    def is_held_by(self, party: str) -> bool:
        """Whether *party* possesses it: in transit nobody does."""
        return self.phase is Phase.HELD and self.holder == party

    def is_handled_by(self, party: str) -> bool:
        """Whether *party* may pack and unpack it: the holder, in transit a ``via`` party."""
        return party in self.via if self.phase is Phase.IN_TRANSIT else self.holder == party

    def involves(self, party: str) -> bool:
        """Whether *party* holds it, answers for it, awaits it or carries it."""
        return party in (self.holder, self.consignee) or party in self.via

    def goes_with(self, other: "Custody") -> bool:
        """Whether things in the two may lie in one container."""
        return (self.phase, self.holder, self.consignee) == (
            other.phase,
            other.holder,
            other.consignee,
        )


@lru_cache(maxsize=4096)
def held_by(party: str) -> Custody:
    """In the hands of *party*; one value for all that it holds."""
    return Custody(Phase.HELD, party)


@dataclass(frozen=True, slots=True)
class Pending:
    """A receipt by *party*, entry *index*, that waits for the shipment to be recorded."""

    party: str
    index: int
    event_at: datetime
    final: bool


@dataclass(frozen=True, slots=True)
class ItemState:
    """What the acts so far make of one item; an item never entered has no state.

    While *parent* is set (since entry *since*), *custody* is what it was at its packing: see
    ``effective``. *last* is the last act that moved the item, dated *last_at*, at most when it was
    recorded. *status* has values of ``Status``, *ended* is ``destroy`` or ``decommission``.
    *origin* is who commissioned it, None if nobody yet; *foreign*: out of a range of numbers that
    was not its own, so that the owner of the range may still claim it. Equal items share one
    state object where possible: what shares one is decided as one.
    """

    custody: Custody
    last: int
    last_at: datetime
    parent: str | None = None
    since: int | None = None
    status: frozenset[str] = frozenset()
    ended: ActKind | None = None
    origin: str | None = None
    foreign: bool = False
    pending: tuple[Pending, ...] = ()

    def loose(self, custody: Custody, index: int, at: datetime) -> "ItemState":
        """In *custody*, outside any container."""
        return ItemState(
            custody,
            index,
            at,
            None,
            None,
            self.status,
            self.ended,
            self.origin,
            self.foreign,
            self.pending,
        )

    def inside(self, parent: str, index: int, at: datetime) -> "ItemState":
        """In the container *parent*."""
        return replace(self, last=index, last_at=at, parent=parent, since=index)

    def has_origin(self, party: str) -> bool:
        """Whether *party* made it: a number out of a foreign range makes nobody its maker."""
        return self.origin == party and not self.foreign


@dataclass(slots=True)
class Holdings:
    """The working set of one batch: every item that its acts need (``custody.needs``).

    With an item come all containers around it; *contents* has the items directly inside the
    containers whose contents are needed, and is not complete for others.
    """

    states: dict[str, ItemState] = field(default_factory=dict)
    contents: dict[str, set[str]] = field(default_factory=dict)


class Move(NamedTuple):
    """From entry on, *items* have *state*; *before* is what they had, None if they are new."""

    items: tuple[str, ...]
    state: ItemState
    before: ItemState | None


class Step(NamedTuple):
    """All that one act does: states, findings, closings.

    *received* are the shipments out of which it received something, *closed* those among them
    after which nothing more is expected.
    """

    moves: tuple[Move, ...] = ()
    findings: tuple[Finding, ...] = ()
    closings: tuple[Closing, ...] = ()
    received: tuple[int, ...] = ()
    closed: tuple[int, ...] = ()


def containers_of(holdings: Holdings, item: str) -> Iterator[str]:
    """The containers around *item*, inmost first; none around what nobody entered."""
    seen = {item}  # no pack makes a circle; a damaged projection must not hang a reader
    own = holdings.states.get(item)
    while own is not None and own.parent is not None and own.parent not in seen:
        yield own.parent
        seen.add(own.parent)
        own = holdings.states[own.parent]


def effective(holdings: Holdings, item: str) -> ItemState | None:
    """The state of *item* as all around it makes it; None if it was never entered.

    Inside a container it has the custody of the outermost one, the latest act of any, the status
    of all, and it is destroyed with any of them. (A container that is decommissioned has only
    lost its number.) *parent*, *since*, *origin* and *pending* are its own.
    """
    own = holdings.states.get(item)
    return own if own is None or own.parent is None else _inherit(holdings, item, own)


def _inherit(holdings: Holdings, item: str, own: ItemState) -> ItemState:
    outer = latest = own
    status, ended = own.status, own.ended
    for container in containers_of(holdings, item):
        outer = holdings.states[container]
        latest = outer if outer.last > latest.last else latest
        status |= outer.status
        ended = outer.ended if ended is None and outer.ended is ActKind.DESTROY else ended
    return replace(
        own,
        custody=outer.custody,
        last=latest.last,
        last_at=latest.last_at,
        status=status,
        ended=ended,
    )


def commit(holdings: Holdings, step: Step) -> None:
    """Write what *step* moves."""
    for move in step.moves:
        holdings.states.update(dict.fromkeys(move.items, move.state))
        old = None if move.before is None else move.before.parent
        if old == move.state.parent:
            continue
        if old is not None:
            holdings.contents.get(old, set()).difference_update(move.items)
        if move.state.parent is not None:
            holdings.contents.setdefault(move.state.parent, set()).update(move.items)
