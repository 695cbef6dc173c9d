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
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from ledger.act import ActKind, Status
from ledger.finding import Closing, Finding
from ledger.title import Gift, Offer, Title, title_of, with_gift

NO_TIME = timedelta(0)


class Phase(StrEnum):
    """Refused goods are in transit too, with their sender as the consignee."""

    HELD = "held"
    IN_TRANSIT = "in-transit"


@dataclass(frozen=True, slots=True)
class Custody:
    """Where an item is between parties.

    *holder* possesses it, or in transit is the sender, who still answers for it. Only in transit:
    *consignee*. *via*, who may carry and repack; *shipment*, the index of the ``ship``, or of the
    ``refuse`` that sent it back; *departed*, whether somebody signed that it has left; *owner* and
    *user*, who is to own and to use it once the consignee has signed; *redirected*, whether it was
    sent elsewhere than at first; *paused*, how long in all its clock has stood still. *sender* is
    set while the holder has it by the sender's word only: delivered, and not signed for.
    """

    phase: Phase
    holder: str
    consignee: str | None = None
    via: tuple[str, ...] = ()
    shipment: int | None = None
    departed: bool = False
    owner: str | None = None
    user: str | None = None
    sender: str | None = None
    redirected: bool = False
    paused: timedelta = NO_TIME

    @property
    def delivered(self) -> bool:
        """Whether the holder has not signed for it."""
        return self.sender is not None

    def is_held_by(self, party: str) -> bool:
        """Whether *party* possesses it: in transit nobody does."""
        return self.phase is Phase.HELD and self.holder == party

    def is_handled_by(self, party: str) -> bool:
        """Whether *party* may pack and unpack it: the holder, in transit a ``via`` party."""
        return party in self.via if self.phase is Phase.IN_TRANSIT else self.holder == party

    def involves(self, party: str) -> bool:
        """Whether *party* holds it, answers for it, awaits it or carries it."""
        return party in (self.holder, self.consignee, self.sender) or party in self.via

    def goes_with(self, other: "Custody") -> bool:
        """Whether things in the two may lie in one container: they come to the same end."""
        return self.ends == other.ends

    @property
    def ends(self) -> tuple[object, ...]:
        """Where it came from and where it goes, whoever carries it."""
        ends = (self.phase, self.holder, self.consignee, self.owner, self.user)
        return (*ends, self.sender, self.redirected)


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


class Beginning(NamedTuple):
    """*party* began to use a number outside its ranges in entry *entry*, dated *at*."""

    party: str
    entry: int
    at: datetime


class Mark(NamedTuple):
    """What *party* said of an item in entry *entry* and has not taken back: a ``Status``.

    *at* is when it was so; *kept* the custody out of which an inspector seized it.
    """

    word: str
    party: str
    entry: int
    at: datetime
    kept: Custody | None = None


@dataclass(frozen=True, slots=True)
class ItemState:
    """What the acts so far make of one item; an item never entered has no state.

    While *parent* is set (since entry *since*), *custody* is what it was at its packing: see
    ``effective``. *last* is the last act that moved the item, dated *last_at*, at most when it was
    recorded. *ended* is ``destroy``, ``decommission`` or ``transform``. *origin* is who
    commissioned it, None if nobody yet; *foreign*: out of a range of numbers that was not its own,
    so that the owner of the range may still claim it; *registered*: entered by a holder. (What has
    neither origin nor registration is a container that began with its first packing.) *begun*: who
    registered it, or filled it first, with a number that was none of its own. *gifts* make
    its title; *since_gifts* are the entries of those of the containers around it which do not,
    having been made before it went in, or counted among its own. *emptied*: it was unpacked
    without a list, and nothing has gone in since. Equal items share one state object where
    possible: what shares one is decided as one.
    """

    custody: Custody
    last: int
    last_at: datetime
    parent: str | None = None
    since: int | None = None
    marks: tuple[Mark, ...] = ()
    ended: ActKind | None = None
    origin: str | None = None
    foreign: bool = False
    pending: tuple[Pending, ...] = ()
    gifts: tuple[Gift, ...] = ()
    offers: tuple[Offer, ...] = ()
    since_gifts: tuple[int, ...] = ()
    registered: bool = False
    emptied: bool = False
    begun: Beginning | None = None

    @property
    def status(self) -> frozenset[str]:
        """What is said of it: values of ``Status``."""
        return frozenset([mark.word for mark in self.marks]) if self.marks else _NOTHING

    @property
    def kept(self) -> Custody | None:
        """The custody out of which it was seized, None unless it is seized."""
        return next((mark.kept for mark in self.marks if mark.kept is not None), None)

    @property
    def stopped_at(self) -> datetime | None:
        """Since when an inspector holds it back, so that its clock stands still."""
        return min([mark.at for mark in self.marks if mark.word in HELD_BACK], default=None)

    @property
    def title(self) -> Title | None:
        """Who is said to own and to use it, None if nothing was said."""
        return title_of(self.gifts) if self.gifts else None

    @property
    def owner(self) -> str:
        """Who owns it: who is said to, else who answers for it."""
        title = self.title
        return self.answers if title is None or title.owner is None else title.owner

    @property
    def answers(self) -> str:
        """Who answers for it: its holder, or its sender until the consignee has signed."""
        return self.custody.sender or self.custody.holder

    def loose(self, custody: Custody, index: int, at: datetime) -> "ItemState":
        """In *custody*, outside any container."""
        return ItemState(
            custody,
            index,
            at,
            None,
            None,
            self.marks,
            self.ended,
            self.origin,
            self.foreign,
            self.pending,
            self.gifts,
            self.offers,
            (),
            self.registered,
            self.emptied,
            self.begun,
        )

    def inside(
        self, parent: str, index: int, at: datetime, gifts: tuple[int, ...] = ()
    ) -> "ItemState":
        """In the container *parent*; *gifts* as ``since_gifts``."""
        return replace(self, last=index, last_at=at, parent=parent, since=index, since_gifts=gifts)

    def gifts_on_arrival(self, index: int) -> tuple[Gift, ...]:
        """*gifts* once the consignee signs in entry *index*; this is the effective state.

        The sender names the new owner, if the item is the sender's; the user it names in any case.
        """
        custody, giver = self.custody, self.answers
        owner = custody.owner if custody.owner is not None and self.owner == giver else None
        if owner is None and custody.user is None:
            return self.gifts
        given = Gift(index, owner, custody.user, None if owner is None else giver, giver)
        return with_gift(self.gifts, given)

    def live_receipts(self) -> tuple[Pending, ...]:
        """The *pending* receipts that a shipment may answer: nothing was dated after them."""
        return tuple([one for one in self.pending if one.event_at >= self.last_at])

    def has_origin(self, party: str) -> bool:
        """Whether *party* made it: a number out of a foreign range makes nobody its maker."""
        return self.origin == party and not self.foreign


HELD_BACK = frozenset({Status.DETAINED, Status.SEIZED})
_NOTHING: frozenset[str] = frozenset()


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
    after which nothing more is expected. *bound*: what it did to one thing depended on another:
    a container that a carrier filled with goods in transit on these, in a transformation all on
    each other.
    """

    moves: tuple[Move, ...] = ()
    findings: tuple[Finding, ...] = ()
    closings: tuple[Closing, ...] = ()
    received: tuple[int, ...] = ()
    closed: tuple[int, ...] = ()
    bound: bool = False


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

    Inside a container it has the custody of the outermost one, the latest act of any, what is said
    of all, and it is destroyed with any of them. (A container that is decommissioned has only
    lost its number.) It changes owner and user with them, as far as it was theirs to give.
    *parent*, *since*, *origin*, *pending* and *offers* are its own.
    """
    own = holdings.states.get(item)
    return own if own is None or own.parent is None else _inherit(holdings, item, own)


def _inherit(holdings: Holdings, item: str, own: ItemState) -> ItemState:
    outer = latest = own
    marks, ended, gifts, before = own.marks, own.ended, own.gifts, own.since_gifts
    for container in containers_of(holdings, item):
        outer = holdings.states[container]
        latest = outer if outer.last > latest.last else latest
        marks += outer.marks
        ended = outer.ended if ended is None and outer.ended is ActKind.DESTROY else ended
        if outer.gifts:
            gifts += tuple([gift for gift in outer.gifts if gift.entry not in before])
        before += outer.since_gifts
    # By position: it is made for every act on contents, and replace takes three times as long.
    return ItemState(
        outer.custody,
        latest.last,
        latest.last_at,
        own.parent,
        own.since,
        _distinct(marks) if marks else (),
        ended,
        own.origin,
        own.foreign,
        own.pending,
        gifts,
        own.offers,
        own.since_gifts,
        own.registered,
        own.emptied,
        own.begun,
    )


def _distinct(marks: tuple[Mark, ...]) -> tuple[Mark, ...]:
    """Each once; of what a party reports of a thing and of what it is in, the last."""
    kept: dict[object, Mark] = {}
    for mark in marks:
        said = mark if mark.word in HELD_BACK else (mark.word, mark.party)
        if said not in kept or kept[said].entry < mark.entry:
            kept[said] = mark
    return tuple(kept.values())


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
