"""Through whose eyes a snapshot is read: how far the reader sees each item, and in which state.

The rule is ``ledger.view``'s; here is what it is applied to. Most answers need the present states
alone: who has a part in an item now sees all of it, and whom no entry about it names sees nothing.
Only for the others is the history folded (``ledger.chronicle``). Example::

    sight = Sight(connection, tip.registry, ledger.pack, reader, ledger.clock.now())
    sight.outlooks([chip])[chip].horizon
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain

from ledger import disclosure
from ledger.act import Act, read_act
from ledger.chronicle import Chronicle
from ledger.custody import Needs
from ledger.facts import FactsOf
from ledger.holding import Holdings, ItemState, containers_of, effective
from ledger.order import ordinal
from ledger.registry import Registry
from ledger.replay import Placed
from ledger.rules import RulePack
from ledger.service.credentials import Credentials
from ledger.service.licensed import Licensed
from ledger.service.past import Past
from ledger.service.rows import enter_statement, load_item_lists
from ledger.store import events, items, log, scope
from ledger.store.amendments import Kind, before, load_changes
from ledger.store.database import Connection
from ledger.store.log import EntryRow
from ledger.store.scope import ScopedEvent
from ledger.view import EVERYTHING, NOTHING, Horizon, Reader, horizon, parties_to
from schemas.event import parse_event


@dataclass(frozen=True, slots=True)
class Outlook:
    """An item is seen up to *horizon*, in *state* then, with these containers *around* it.

    What was withheld and disclosed is seen up to entry *told*: a licence alone does not show it.
    """

    horizon: Horizon
    state: ItemState | None
    around: tuple[str, ...]
    told: Horizon = EVERYTHING


@dataclass(frozen=True, slots=True)
class Sight:
    """*reader* before one snapshot; *now* decides which grants hold.

    *as_of*: what it had a part in after that entry, as it saw it then. *known*: as if the log had
    ended with that entry. *ids*: the integer ids of what was looked for.
    """

    connection: Connection
    registry: Registry
    pack: RulePack
    reader: Reader
    now: datetime
    as_of: Horizon = EVERYTHING
    known: Horizon = EVERYTHING
    ids: dict[str, int] = field(default_factory=dict, compare=False)
    acts: dict[int, Act] = field(default_factory=dict, compare=False)

    def at(self, as_of: Horizon) -> "Sight":
        """The same as it was after entry *as_of*."""
        return replace(self, as_of=as_of)

    def outlooks(
        self, wanted: Collection[str], until: Horizon = EVERYTHING, *, is_past: bool | None = None
    ) -> dict[str, Outlook]:
        """Of each of *wanted* that is in view: how; nothing of it after *until* is seen.

        *is_past* False: those in which the reader's part has ended may be missing.
        """
        until = min(until, self.as_of, self.known)
        is_now = is_past is False and until == EVERYTHING
        found = self._outlooks_of(self.reader, wanted, until, is_licensed=True, is_now=is_now)
        for grantor, granted in self._grants().items():
            rest = [item for item in wanted if not _is_full(found.get(item), until)]
            for item, outlook in self._outlooks_of(grantor, rest, until, is_now=is_now).items():
                known = found.get(item)
                is_granted = not granted.isdisjoint((item, *outlook.around))
                if is_granted and (known is None or _extent(known) < _extent(outlook)):
                    found[item] = outlook
        return found

    def _grants(self) -> Mapping[Reader, set[str]]:
        """What others let the reader see of their own view, by who does."""
        if self.reader.sees_all:
            return {}
        roles = self.registry.roles()
        granted: dict[Reader, set[str]] = {}
        for grant in self.registry.grants.values():
            is_over = grant.ends_at is not None and grant.ends_at <= self.now
            if grant.grantee == self.reader.party and not is_over:
                grantor = Reader(grant.party, roles.get(grant.party, frozenset()))
                granted.setdefault(grantor, set()).update(grant.items)
        return granted

    def _outlooks_of(
        self,
        reader: Reader,
        wanted: Collection[str],
        until: Horizon,
        *,
        is_licensed: bool = False,
        is_now: bool = False,
    ) -> dict[str, Outlook]:
        """How *reader* sees each of *wanted*; *is_licensed*: also for the licences that it has.

        *is_now*: what was when its part ended is not asked for, which is to be folded.
        """
        holdings, ids = items.load_holdings(self.connection, Needs(frozenset(wanted), frozenset()))
        self.ids.update(ids)
        found: dict[str, Outlook] = {}
        rest: dict[str, int] = {}
        alike: dict[int, Outlook | None] = {}  # in a tray all are
        for item in wanted:
            if item not in ids:
                continue
            own = holdings.states.get(item)
            if id(own) not in alike:
                alike[id(own)] = _present(reader, holdings, item)
            outlook = alike[id(own)]
            if outlook is not None and until == EVERYTHING:
                found[item] = outlook
            else:  # what was entered by mistake has no state any more
                rest[item] = ids[item]
        licensed = self._licensed(reader, holdings, rest) if is_licensed and rest else {}
        if is_now:
            rest = {i: n for i, n in rest.items() if i in licensed or i not in holdings.states}
        if rest:
            found.update(_Hindsight(self, reader, until).outlooks(rest, licensed))
        return found

    def _licensed(
        self, reader: Reader, holdings: Holdings, wanted: Mapping[str, int]
    ) -> Mapping[str, Horizon]:
        """How far *reader* sees those of *wanted*, ids by item, for the licences that it has."""
        if reader.sees_all or reader.party is None:
            return {}
        known = min(self.as_of, self.known)
        licences = Licensed(self.connection, self.registry, reader.party, known, self.now)
        states = {item: holdings.states.get(item) for item in wanted}
        made = {item for item, own in states.items() if own and (own.origin or own.registered)}
        return licences.horizons(wanted, wanted.keys() - made)


def _present(reader: Reader, holdings: Holdings, item: str) -> Outlook | None:
    """How *item* is seen if *reader* has a part in it now."""
    state = effective(holdings, item)
    if state is None:
        return Outlook(EVERYTHING, None, ()) if reader.sees_all else None
    if not (reader.sees_all or reader.party in parties_to(state)):
        return None
    return Outlook(EVERYTHING, state, tuple(containers_of(holdings, item)))


def _is_full(outlook: Outlook | None, until: Horizon) -> bool:
    return outlook is not None and min(_extent(outlook)) >= until


def _extent(outlook: Outlook) -> tuple[Horizon, Horizon]:
    return outlook.horizon, min(outlook.told, outlook.horizon)


class _Hindsight:
    """What *reader* saw of items in which it has no part any more."""

    def __init__(self, sight: Sight, reader: Reader, until: Horizon) -> None:
        self._connection, self._registry, self._pack = sight.connection, sight.registry, sight.pack
        self._reader, self._until, self._known = reader, until, sight.acts
        self._as_of = min(sight.as_of, sight.known)
        self._past = Past(self._connection)

    def outlooks(
        self, wanted: Mapping[str, int], licensed: Mapping[str, Horizon]
    ) -> dict[str, Outlook]:
        """Of those of *wanted*, ids by item, that it ever had a part in, or sees as *licensed*."""
        chosen = self._candidates(wanted) | {item: wanted[item] for item in licensed}
        if not chosen:
            return {}
        chronicle = self._chronicle(chosen)
        found = {}
        alike: dict[object, Outlook | None] = {}  # most of a lot went the same way
        for item in chosen:
            to = licensed.get(item, NOTHING)
            key = chronicle.course(item), to
            if key not in alike:
                alike[key] = self._outlook(chronicle, item, to)
            outlook = alike[key]
            if outlook is not None:
                found[item] = outlook
        return found

    def _outlook(self, chronicle: Chronicle, item: str, licensed: Horizon) -> Outlook | None:
        history = [part for part in chronicle.history(item) if part.start <= self._as_of]
        own = horizon(history, self._reader)
        seen = min(max(own, licensed), self._until)
        if seen == NOTHING:
            return None
        told = EVERYTHING if own >= seen else own
        return Outlook(seen, chronicle.state(item, seen), chronicle.around(item, seen), told)

    def _candidates(self, wanted: Mapping[str, int]) -> dict[str, int]:
        """Those of *wanted* that the reader can have had a part in: it is named in their story."""
        if self._reader.sees_all:
            return dict(wanted)
        assert self._reader.party is not None
        scoped, groups = self._reach(wanted.values())
        naming = events.find_named(
            self._connection, {event.idx for event in scoped}, self._reader.party
        )
        touched = {event.item for event in scoped if event.idx in naming}
        if not touched:
            return {}
        held = self._past.ever_around({event.item for event in scoped})
        size = 0
        while size != len(touched):  # what goes along with it, or was decided together
            size = len(touched)
            touched.update([item for item, parent in held if parent in touched])
            touched.update(*[group for group in groups if not touched.isdisjoint(group)])
        return {item: number for item, number in wanted.items() if number in touched}

    def _reach(self, numbers: Collection[int]) -> tuple[list[ScopedEvent], list[set[int]]]:
        """All that the story of *numbers* hangs on; those that were decided together."""
        wanted, groups = set(numbers), list[set[int]]()
        while True:
            scoped = self._scope(wanted)
            known = wanted.union([event.item for event in scoped])
            coupling = events.find_coupled(self._connection, {event.idx for event in scoped})
            changes = load_changes(self._connection, Kind.BOUND, {event.idx for event in scoped})
            rows = log.load_entries_at(self._connection, sorted(coupling | changes.keys()))
            things = [set(act.names()) for act in self._acts(rows).values()]
            ids = items.load_ids(self._connection, set().union(*things))
            groups = [{ids[thing] for thing in some if thing in ids} for some in things]
            if known.issuperset(ids.values()):
                return scoped, groups
            wanted.update(ids.values())

    def _chronicle(self, chosen: Mapping[str, int]) -> Chronicle:
        """The history of *chosen*, and of all that decided it."""
        scoped, _ = self._reach(chosen.values())
        names = items.load_names(self._connection, {event.item for event in scoped})
        indexes = sorted({event.idx for event in scoped})
        rows = log.load_entries_at(self._connection, indexes)
        rows = {index: row for index, row in rows.items() if row.kind == log.EVENT}
        return self._fold(Chronicle(names.values()), rows, self._acts(rows))

    def _acts(self, rows: Mapping[int, EntryRow]) -> dict[int, Act]:
        """What *rows* say; each is read once, as a lot went one way in lists of thousands."""
        new = {index: row for index, row in rows.items() if index not in self._known}
        self._known |= _read_acts(self._connection, new)
        return {index: self._known[index] for index in rows}

    def _scope(self, numbers: Iterable[int]) -> list[ScopedEvent]:
        """What bears on *numbers* and on all that they were ever in, also if by mistake."""
        scoped = scope.load_scope(self._connection, numbers)
        known = {*numbers, *[event.item for event in scoped]}
        new = known
        while new:
            new = {parent for _, parent in self._past.misplaced(new)} - known
            scoped += scope.load_scope(self._connection, new)
            new |= {event.item for event in scoped} - known
            known |= new
        return scoped

    def _fold(
        self, chronicle: Chronicle, rows: Mapping[int, EntryRow], acts: Mapping[int, Act]
    ) -> Chronicle:
        registry = Registry()
        facts = FactsOf(registry, self._pack)
        credentials = Credentials(self._connection, self._registry)
        agents = {(act.principal, act.actor) for act in acts.values() if act.principal is not None}
        parties = {act.actor for act in acts.values()}.union(*agents)
        keys = {row.key_idx for row in rows.values()}
        statements = credentials.about(parties, keys, agents)
        order = _Order(self._connection, acts)
        for row in sorted(chain(rows.values(), statements), key=lambda row: row.idx):
            order.revise(chronicle, row.idx)
            if row.kind == log.STATEMENT:
                enter_statement(registry, row)
                continue
            recorded_at = items.moment(row.recorded_at)
            placed = Placed(row.idx, recorded_at, acts[row.idx], facts.on(recorded_at))
            chronicle.take(placed)
            order.acts[row.idx] = placed
        order.revise(chronicle, EVERYTHING)
        return chronicle


class _Order:
    """Which *acts* counted so far, and where they stood: the corrections that were in effect."""

    def __init__(self, connection: Connection, indexes: Collection[int]) -> None:
        self.acts: dict[int, Placed] = {}
        stored = events.load_events(connection, indexes)
        self._placings = {i: [(row.ordinal, row.corrected_by)] for i, row in stored.items()}
        self._changes = load_changes(connection, Kind.PLACING, indexes)
        moments = {change.at for changes in self._changes.values() for change in changes}
        self._moments = sorted(moments, reverse=True)

    def revise(self, chronicle: Chronicle, index: int) -> None:
        """Let take effect in *chronicle* what did before entry *index*."""
        while self._moments and self._moments[-1] < index:
            at = self._moments.pop()
            standing = [(*self._placing(i, at), i) for i in self.acts]
            counted = sorted((place, i) for place, by, i in standing if by is None)
            chronicle.revise(at, [self.acts[i] for _, i in counted])

    def _placing(self, index: int, at: int) -> tuple[int, int | None]:
        """Where *index* stood after entry *at*, and what had taken it out."""
        found = self._placings[index]
        if index in self._changes:
            found = before(found, self._changes[index], at)
        ((place, by),) = found
        return ordinal(index) if place is None else place, by


def _read_acts(connection: Connection, rows: Mapping[int, EntryRow]) -> dict[int, Act]:
    lists = load_item_lists(connection, list(rows))
    acts = {}
    for index, row in rows.items():
        event = parse_event(row.payload)
        acts[index] = read_act(event, disclosure.open_items(event.lists, lists.get(index, {})))
    return acts
