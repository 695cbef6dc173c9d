"""The histories that a correction touches, loaded and told twice: ``ledger.correction``.

What bears on the items comes from the projections, which acts these were from truth, as in a
rebuild. Each round of loading is one statement a table, whatever the number of items; there are as
many rounds as containers are deep.

    history = History(sources, placings, names)
    history.retelling.against(party)
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ledger.act import Act, ActKind
from ledger.atlas import Atlas
from ledger.correction import Retelling
from ledger.facts import Facts, FactsOf
from ledger.order import Placing, ordinal
from ledger.reach import Entry, Scope, reach, start_of
from ledger.registry import Registry
from ledger.rules import RulePack
from ledger.service.credentials import Credentials
from ledger.service.rows import enter_statement, load_item_lists, read_row
from ledger.store import corrections, events, items, log
from ledger.store.database import Connection
from ledger.store.events import EventRow, ItemEvent
from ledger.store.log import EntryRow


@dataclass(frozen=True, slots=True)
class Sources:
    """*truth* has the entries, *target* the projections; *registry* is as of now.

    *acts* are those read so far: what waits in one container is tried again and again.
    """

    truth: Connection
    target: Connection
    pack: RulePack
    atlas: Atlas
    registry: Registry
    acts: dict[int, tuple[datetime, Act]] = field(default_factory=dict)

    def load_acts(self, indexes: Iterable[int]) -> dict[int, tuple[datetime, Act]]:
        """When each of the events at *indexes* was recorded, and what it asks of custody."""
        wanted = list(indexes)
        new = [index for index in wanted if index not in self.acts]
        lists = load_item_lists(self.truth, new)
        for index, row in log.load_entries_at(self.truth, new).items():
            act = read_row(row, lists.get(index, {}))[1]
            self.acts[index] = items.moment(row.recorded_at), act
        return {index: self.acts[index] for index in wanted if index in self.acts}

    def load_facts(self, entries: Sequence[Entry]) -> dict[int, Facts]:
        """The facts as of each of *entries*, by index, as far as its own signer needs them."""
        entries = sorted(entries, key=lambda entry: entry.index)
        registry, rows = self.registry, tuple[EntryRow, ...]()
        if registry.size > entries[0].index:  # something was stated since: it is folded again
            acts = [entry.act for entry in entries]
            agents = {(act.principal, act.actor) for act in acts if act.principal is not None}
            parties = {act.actor for act in acts}.union(*agents)
            rows = Credentials(self.truth, registry).about(parties, (), agents)
            registry = Registry()
        facts, found = FactsOf(registry, self.pack), dict[int, Facts]()
        statements = deque(rows)
        for entry in entries:
            while statements and statements[0].idx < entry.index:
                enter_statement(registry, statements.popleft())
            found[entry.index] = facts.on(entry.recorded_at)
        return found


class History:
    """What bears on some items, with both tellings; *retelling* is None where nothing moves.

    *ids* are the items' integer ids, *rows* those of item_event, each with the index of its entry.
    """

    def __init__(
        self, sources: Sources, placings: Mapping[int, Placing], names: Iterable[str]
    ) -> None:
        """What is placed anew by *placings*, and all that it or *names* leads to."""
        self._sources, self._placings = sources, placings
        self.retelling: Retelling | None = None
        self.ids: dict[str, int] = {}
        self.rows: list[tuple[int, ItemEvent]] = []
        self.entries: dict[int, Entry] = {}
        self._opened: set[str] = set()
        self._add_entries(placings)
        start = start_of(self.entries.values())
        self.scope = self._named(names, start or 0)
        self._load_new()
        if start is not None:
            self._grow()

    def _named(self, names: Iterable[str], start: int) -> Scope:
        written, around = set(names), set[str]()
        for entry in self.entries.values():
            act = entry.act
            written.update((*act.items, *act.outputs))
            if act.parent is not None:
                (around if act.items else written).add(act.parent)
        return Scope(frozenset(written), frozenset(around - written), start)

    def _grow(self) -> None:
        """Load what bears on the scope, and draw more in, until nothing is missing."""
        settled = False
        while not settled:
            self._load_new()
            grown = reach(self.entries.values(), self.scope.with_written(self._contents()))
            if grown == self.scope:
                grown = self._retell().scope()
            settled, self.scope = grown == self.scope, grown

    def _load_new(self) -> None:
        """What bears on items that are new to the scope."""
        new = self.scope.items - self.ids.keys()
        target = self._sources.target
        ids = items.load_ids(target, new)
        rows = corrections.load_item_events(target, ids.values())
        self.ids.update(ids)
        self.rows += rows
        self._add_entries({index for index, _ in rows} - self.entries.keys())

    def _add_entries(self, indexes: Iterable[int]) -> None:
        rows = events.load_events(self._sources.target, indexes)
        wanted = [index for index, row in rows.items() if self._matters(row)]
        for index, (recorded_at, act) in self._sources.load_acts(wanted).items():
            self.entries[index] = self._entry(rows[index], recorded_at, act)

    def _matters(self, row: EventRow) -> bool:
        counts = row.corrected_by is None or row.idx in self._placings
        return counts and row.kind != ActKind.CORRECT

    def _entry(self, row: EventRow, recorded_at: datetime, act: Act) -> Entry:
        at = ordinal(row.idx) if row.ordinal is None else row.ordinal
        before = at if row.corrected_by is None else None
        placing = self._placings.get(row.idx)
        after = before if placing is None else placing.counts
        return Entry(row.idx, recorded_at, act, before, after, bool(row.is_bound))

    def _contents(self) -> list[str]:
        """What was inside of what may differ, when the first difference came."""
        opened = self.scope.written & self.ids.keys() - self._opened
        self._opened |= opened
        numbers = [self.ids[item] for item in opened]
        return corrections.load_contents_at(self._sources.target, numbers, self.scope.start)

    def _retell(self) -> Retelling:
        facts = self._sources.load_facts(list(self.entries.values()))
        self.retelling = Retelling(self.entries.values(), self.scope, facts)
        return self.retelling
