"""One act while it is being decided: what it names, what it moves, what it shows.

A ``Case`` is the notebook of ``ledger.custody`` and ``ledger.containment`` for a single act. It
groups the items that share a state, so that a lot is decided once, and holds the rules that are
the same for every act: what nobody entered, what has ended, and who may only challenge: a
stranger's act counts against its own entry, never above a warning against the item
(docs/custody.md, "Rules"). Example::

    for group in case.known(act.items):
        if group.now.custody.is_held_by(act.actor):
            case.move(group, group.now.loose(custody, case.index, case.at))
        else:
            case.object(group, Code.NOT_HOLDER, phrase("%(did)s, but ...", did=case.did))
"""

from dataclasses import dataclass, field, replace
from datetime import datetime

from ledger.act import Act, ActKind, Status
from ledger.facts import Facts
from ledger.finding import Closing, Code, Finding
from ledger.group import Group
from ledger.holding import (
    Holdings,
    ItemState,
    Move,
    Step,
    containers_of,
    effective,
    held_by,
)
from ledger.wording import ENDED, in_words, phrase, signed

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
        ActKind.SEIZE,
    }
)
# Who does this with what was only delivered to it, has it.
_AS_HOLDER = frozenset(
    {
        ActKind.SHIP,
        ActKind.PACK,
        ActKind.INSTALL,
        ActKind.UNPACK,
        ActKind.REMOVE,
        ActKind.TRANSFORM,
        ActKind.DESTROY,
        ActKind.DECOMMISSION,
    }
)
_BY_INSPECTOR = frozenset({ActKind.INSPECT, ActKind.DETAIN, ActKind.SEIZE, ActKind.RELEASE})


_Key = tuple[Code, str, tuple[int, ...], bool]


@dataclass(slots=True)
class Case:
    """*act* as entry *index*, and what it comes to; *holdings* are only read.

    The actor of *act* is whose act it is; *agent* signed it if the actor did not. *bound* as in
    ``Step``.
    """

    holdings: Holdings
    act: Act
    facts: Facts
    index: int
    recorded_at: datetime
    agent: str | None = None
    bound: bool = False
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
        return signed(self.act, self.agent)

    @property
    def ranges(self) -> tuple[str, ...]:
        """What the numbers begin with that the actor may commission."""
        return self.facts.prefixes.get(self.act.actor, ())

    # What the act names -------------------------------------------------------------------------

    def split(self, items: tuple[str, ...]) -> tuple[tuple[str, ...], list[Group]]:
        """The *items* nobody entered, and the others by state, each in order."""
        states = self.holdings.states
        if len(items) == 1:
            only = states.get(items[0])
            return (items, []) if only is None else ((), [self.group(items, only)])
        found = list(map(states.get, items))
        if len(set(map(id, found))) == 1:
            return (items, []) if found[0] is None else ((), [self.group(items, found[0])])
        unseen: list[str] = []
        shared: dict[int, tuple[ItemState, list[str]]] = {}
        for item, own in zip(items, found, strict=True):
            if own is None:
                unseen.append(item)
            else:
                shared.setdefault(id(own), (own, []))[1].append(item)
        return tuple(unseen), [self.group(tuple(some), own) for own, some in shared.values()]

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
        message = phrase(
            "%(did)s, which was %(ended)s (entry %(entry)s)",
            did=self.did,
            ended=ENDED[group.now.ended],
            entry=group.now.last,
        )
        self.object(group, Code.AFTER_TERMINAL, message)
        return True

    def is_held(self, group: Group) -> bool:
        """Whether the actor has *group* in hand, by itself; if not, that is found."""
        if group.now.custody.is_held_by(self.act.actor):
            return self.is_loose(group)
        self.object_to_no_holder(group)
        return False

    def is_loose(self, group: Group) -> bool:
        """Whether *group* is in no container; if it is, that is found."""
        if group.own.parent is None:
            return True
        message = phrase(
            "%(did)s, but it is in %(container)s (entry %(entry)s)",
            did=self.did,
            container=group.own.parent,
            entry=group.own.since,
        )
        self.object(group, Code.OUTSIDE_CONTAINER, message)
        return False

    def group(self, items: tuple[str, ...], own: ItemState) -> Group:
        """*items*, which all have the state *own*."""
        now = own if own.parent is None else effective(self.holdings, items[0])
        assert now is not None
        if now.custody.sender is not None and self.act.kind in _AS_HOLDER:
            return self._signed(Group(items, own, now))
        return Group(items, own, now)

    def _signed(self, group: Group) -> Group:
        is_made = self.act.kind is ActKind.TRANSFORM and group.items[0] not in self.act.items
        if is_made or not group.now.custody.is_held_by(self.act.actor):
            return group
        now = replace(
            group.now, custody=held_by(self.act.actor), gifts=group.now.gifts_on_arrival(self.index)
        )
        own = now if group.own.parent is None else group.own
        return Group(group.items, own, now, is_signed=True)

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
                phrase(
                    "dated %(date)s, before the act that came before it (entry %(entry)s, dated"
                    " %(before)s)",
                    date=in_words(self.act.event_at),
                    entry=group.now.last,
                    before=in_words(group.now.last_at),
                ),
                group.items,
                cites=(group.now.last,),
            )
        if group.now.marks:
            self._find_detained(group)
        if group.is_signed:
            self.close(Code.NOT_COUNTERSIGNED, group.items)
        if state.pending:
            state = self._without_stale(group, state)
        self.amend(group, state)

    def _without_stale(self, group: Group, state: ItemState) -> ItemState:
        """*state* without the receipts that nobody sent anything for until the item moved on."""
        live = state.live_receipts()
        if not live:
            self.close(Code.PENDING_SHIPMENT, group.items)
        return replace(state, pending=live)

    def _find_detained(self, group: Group) -> None:
        for mark in group.now.marks:
            if mark.word == Status.DETAINED and mark.party != self.act.actor:
                message = phrase(
                    "%(did)s, which %(who)s detained (entry %(entry)s)",
                    did=self.did,
                    who=mark.party,
                    entry=mark.entry,
                )
                self.find(Code.DETAINED, message, group.items, cites=(mark.entry,))

    def begin(self, items: tuple[str, ...], state: ItemState) -> None:
        """*items*, which nobody entered before, begin."""
        self.moves.append(Move(items, state, None))

    def amend(self, group: Group, state: ItemState) -> None:
        """Something else than custody changes."""
        self.moves.append(Move(group.items, state, group.own))

    def object(self, group: Group, code: Code, message: str) -> None:
        """The act does not stand against *group*, for the reason in *message*.

        Whoever has a part in the custody of the items contradicts it and casts doubt on them; a
        stranger only on its own entry.
        """
        last = group.now.last
        is_party = self.has_part(group)
        self.find(code, message, group.items, cites=(last,), on_items=is_party)
        if not is_party:
            message = phrase(
                "%(did)s, but has no part in its custody; the record stands: %(where)s",
                did=self.did,
                where=group.whereabouts,
            )
            self.find(Code.CHALLENGED, message, group.items, cites=(last,))

    def object_to_no_holder(self, group: Group) -> None:
        """Only who holds *group* could do it."""
        where = group.whereabouts
        message = phrase("%(did)s, but did not hold it: %(where)s", did=self.did, where=where)
        self.object(group, Code.NOT_HOLDER, message)

    def find_idle(self, code: Code, message: str, group: Group) -> None:
        """The act has standing and changes nothing of *group*, for the reason in *message*.

        It contradicts nobody, so it counts against its entry only.
        """
        self.find(code, message, group.items, on_items=False)

    def find_unknown(self, items: tuple[str, ...]) -> None:
        """Nobody entered *items*."""
        message = phrase("%(did)s, which nobody has entered in this ledger", did=self.did)
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
            self.bound,
        )

    def is_inspector(self) -> bool:
        """Whether the actor inspects by its role."""
        return INSPECTOR in self.facts.roles.get(self.act.actor, ())

    def has_part(self, group: Group) -> bool:
        """Whether the actor has to do with the custody of *group*, so that its word weighs."""
        actor, now, begun = self.act.actor, group.now, group.own.begun
        # Of what another had entered the ledger cannot tell whether its maker is right.
        is_maker = group.own.has_origin(actor) and (begun is None or begun.party == actor)
        if is_maker or now.custody.involves(actor):
            return True
        is_owner = now.title is not None and actor in now.title[:2]
        if is_owner or (now.kept is not None and now.kept.involves(actor)):
            return True
        return self.act.kind in _BY_INSPECTOR and self.is_inspector()

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
        named, chosen = self.act.items, set(items)
        if len(items) == len(named) and chosen == set(named):
            return ()
        return (*[item for item in named if item in chosen], *sorted(chosen.difference(named)))
