"""One act while it is being decided: what it names, what it moves, what it shows.

A ``Case`` is the notebook of ``ledger.custody`` and ``ledger.containment`` for a single act. It
groups the items that share a state, so that a lot is decided once, and holds the rules that are
the same for every act: what nobody entered, what has ended, and who may only challenge: a
stranger's act counts against its own entry, never above a warning against the item
(docs/custody.md, "Rules").
Example::

    for group in case.known(act.items):
        if group.now.custody.is_held_by(act.actor):
            case.move(group, group.now.loose(custody, case.index, case.at))
        else:
            case.object(group, Code.NOT_HOLDER, "but does not hold it")
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ledger.act import Act, ActKind
from ledger.facts import Facts
from ledger.finding import Closing, Code, Finding
from ledger.holding import Holdings, ItemState, Move, Phase, Step, containers_of, effective

INSPECTOR = "inspector"

# What these do to a container they do to its contents, so contents may be named along with it.
_TOGETHER = frozenset(
    {
        ActKind.SHIP,
        ActKind.RECEIVE,
        ActKind.REFUSE,
        ActKind.VOID,
        ActKind.PACK,
        ActKind.INSTALL,
        ActKind.DESTROY,
    }
)
_DID: Mapping[ActKind, str] = {
    ActKind.COMMISSION: "made",
    ActKind.REGISTER: "holds",
    ActKind.PACK: "packed",
    ActKind.UNPACK: "unpacked",
    ActKind.INSTALL: "installed",
    ActKind.REMOVE: "removed",
    ActKind.SHIP: "shipped",
    ActKind.CARRY: "carried",
    ActKind.RECEIVE: "received",
    ActKind.REFUSE: "refused",
    ActKind.VOID: "took back",
    ActKind.DECLARE: "saw",
    ActKind.INSPECT: "inspected",
    ActKind.REPORT: "reported on",
    ActKind.CLEAR: "cleared",
    ActKind.DESTROY: "destroyed",
    ActKind.DECOMMISSION: "decommissioned",
}


@dataclass(slots=True)
class Group:
    """Items of one act that share the state *own*; *now* is what it is effectively."""

    items: tuple[str, ...]
    own: ItemState
    now: ItemState

    @property
    def whereabouts(self) -> str:
        """Where the record has the items, in words."""
        custody, entry = self.now.custody, self.now.last
        if custody.phase is Phase.HELD:
            return f"by entry {entry} it is in the hands of {custody.holder}"
        return f"by entry {entry} it is on its way from {custody.holder} to {custody.consignee}"


_Key = tuple[Code, str, tuple[int, ...], bool]


@dataclass(slots=True)
class Case:
    """*act* as entry *index*, and what it comes to; *holdings* are only read."""

    holdings: Holdings
    act: Act
    facts: Facts
    index: int
    recorded_at: datetime
    moves: list[Move] = field(default_factory=list)
    received: set[int] = field(default_factory=set)
    closed: set[int] = field(default_factory=set)
    _found: dict[_Key, list[str]] = field(default_factory=dict)
    _closed: dict[Code | None, list[str]] = field(default_factory=dict)

    @property
    def at(self) -> datetime:
        """When it happened: as said, but not after it was recorded."""
        # Else one wrong date would make every later act of others look backdated.
        return min(self.act.event_at, self.recorded_at)

    @property
    def did(self) -> str:
        """The beginning of a message: who signed that it did what."""
        return f"{self.act.actor} signed that it {_DID[self.act.kind]} this item"

    # What the act names -------------------------------------------------------------------------

    def split(self, items: tuple[str, ...]) -> tuple[tuple[str, ...], list[Group]]:
        """The *items* nobody entered, and the others by state, each in order."""
        states = self.holdings.states
        if len(items) == 1:
            only = states.get(items[0])
            return (items, []) if only is None else ((), [self._group(items, only)])
        found = list(map(states.get, items))
        if len(set(map(id, found))) == 1:
            return (items, []) if found[0] is None else ((), [self._group(items, found[0])])
        unseen: list[str] = []
        shared: dict[int, tuple[ItemState, list[str]]] = {}
        for item, own in zip(items, found, strict=True):
            if own is None:
                unseen.append(item)
            else:
                shared.setdefault(id(own), (own, []))[1].append(item)
        return tuple(unseen), [self._group(tuple(some), own) for own, some in shared.values()]

    def known(self, items: tuple[str, ...]) -> list[Group]:
        """The groups that the act can be about; the others are found wanting, or go along."""
        unseen, groups = self.split(items)
        if unseen:
            self.find_unknown(unseen)
        return self.live(groups)

    def live(self, groups: list[Group]) -> list[Group]:
        """*groups* without what has ended, and what lies in a container that the act names."""
        return [
            group
            for group in groups
            if not (group.own.parent is not None and self._goes_along(group))
            and not self.has_ended(group)
        ]

    def has_ended(self, group: Group) -> bool:
        """Whether nothing can happen to *group* any more; then that is found."""
        if group.now.ended is None:
            return False
        word = "destroyed" if group.now.ended is ActKind.DESTROY else "taken out of use"
        self.object(group, Code.AFTER_TERMINAL, f"which was {word} (entry {group.now.last})")
        return True

    def _group(self, items: tuple[str, ...], own: ItemState) -> Group:
        now = own if own.parent is None else effective(self.holdings, items[0])
        assert now is not None
        return Group(items, own, now)

    def _goes_along(self, group: Group) -> bool:
        if self.act.kind not in _TOGETHER or len(self.act.items) == 1:
            return False
        around = set(containers_of(self.holdings, group.items[0]))
        return not around.isdisjoint(self.act.items)

    # What it comes to ---------------------------------------------------------------------------

    def move(self, group: Group, state: ItemState) -> None:
        """An act of custody takes effect: *group* has *state* from now on."""
        if self.act.event_at < group.now.last_at:
            self.find(
                Code.BACKDATED,
                f"dated {_words(self.act.event_at)}, before the act that came before it"
                f" (entry {group.now.last}, dated {_words(group.now.last_at)})",
                group.items,
                cites=(group.now.last,),
            )
        self.amend(group, state)

    def begin(self, items: tuple[str, ...], state: ItemState) -> None:
        """*items*, which nobody entered before, begin."""
        self.moves.append(Move(items, state, None))

    def amend(self, group: Group, state: ItemState) -> None:
        """Something else than custody changes."""
        self.moves.append(Move(group.items, state, group.own))

    def object(self, group: Group, code: Code, reason: str) -> None:
        """The act does not stand against *group*, for a *reason* that ends its message.

        Whoever has a part in the custody of the items contradicts it and casts doubt on them; a
        stranger only on its own entry.
        """
        last = group.now.last
        is_party = self._has_part(group)
        self.find(code, f"{self.did}, {reason}", group.items, cites=(last,), on_items=is_party)
        if not is_party:
            self.find(
                Code.CHALLENGED,
                f"{self.did}, but has no part in its custody; the record stands:"
                f" {group.whereabouts}",
                group.items,
                cites=(last,),
            )

    def find_unknown(self, items: tuple[str, ...]) -> None:
        """Nobody entered *items*."""
        message = f"{self.did}, which nobody has entered in this ledger"
        self.find(Code.UNKNOWN_ITEM, message, items, on_items=False)

    def find(
        self,
        code: Code,
        message: str,
        items: tuple[str, ...],
        *,
        cites: tuple[int, ...] = (),
        on_items: bool = True,
    ) -> None:
        """The same finding on several groups is one."""
        self._found.setdefault((code, message, cites, on_items), []).extend(items)

    def close(self, code: Code | None, items: tuple[str, ...]) -> None:
        """What earlier entries showed of *code* on *items* is settled."""
        self._closed.setdefault(code, []).extend(items)

    def receive(self, shipment: int | None, *, final: bool) -> None:
        """Something arrived out of *shipment*."""
        if shipment is not None:
            self.received.add(shipment)
            if final:
                self.closed.add(shipment)

    def step(self) -> Step:
        """All of it, in an order that does not depend on how states are shared."""
        return Step(
            tuple(self.moves),
            self._findings() if self._found else (),
            self._closings() if self._closed else (),
            tuple(sorted(self.received)) if self.received else (),
            tuple(sorted(self.closed)) if self.closed else (),
        )

    def is_inspector(self) -> bool:
        """Whether the actor inspects by its role."""
        return INSPECTOR in self.facts.roles.get(self.act.actor, ())

    def _has_part(self, group: Group) -> bool:
        actor = self.act.actor
        if group.now.custody.involves(actor) or group.own.has_origin(actor):
            return True
        return self.act.kind is ActKind.INSPECT and self.is_inspector()

    def _findings(self) -> tuple[Finding, ...]:
        return tuple(
            [
                Finding(code, message, self.index, self._named(items), cites, on_items)
                for (code, message, cites, on_items), items in self._found.items()
            ]
        )

    def _closings(self) -> tuple[Closing, ...]:
        return tuple(
            [Closing(code, self.index, self._named(items)) for code, items in self._closed.items()]
        )

    def _named(self, items: list[str]) -> tuple[str, ...]:
        named = self.act.items
        if len(items) == len(named) and set(items) == set(named):
            return ()
        chosen = set(items)
        return (*[item for item in named if item in chosen], *sorted(chosen.difference(named)))


def _words(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
