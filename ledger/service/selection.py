"""Which entries a bundle holds, and what of each it shows.

All that the fold over a bundle needs, and no other item's name (docs/formats.md, "Bundle"):

- every event that names a subject, and every one that names a container while a subject was in it,
  to any depth; of the containers, also what decided before then in whose hands they were;
- the shipment that a subject is on, and every entry that a finding cites;
- what ``ledger.service.credentials`` adds: who signed, with which keys.

Of a committed list, subjects and containers are shown, each with its proof. An event that names
only other items in the open, and changes nothing for a subject, is withheld: there as its leaf.
(What is put into a subject that is a container itself is no other item.)
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ledger import disclosure
from ledger.act import Act, read_act
from ledger.facts import FactsOf
from ledger.holding import Step
from ledger.registry import Registry
from ledger.replay import OTHERS, Placed, Replay
from ledger.rules import RulePack
from ledger.service.credentials import Credentials
from ledger.service.rows import enter_statement, load_item_lists
from ledger.store import items, log, scope
from ledger.store.database import Connection
from ledger.store.log import EntryRow
from schemas.bundle import ItemProof
from schemas.envelope import ItemList
from schemas.event import Event, OpenItems, parse_event


@dataclass(frozen=True, slots=True)
class Candidate:
    """An event that may go into the bundle, with what it shows: *proofs* by list field.

    *act* names subjects and containers and, where there are others, ``OTHERS``.
    """

    row: EntryRow
    event: Event
    act: Act
    proofs: Mapping[str, tuple[ItemProof, ...]]

    def parties(self) -> set[str]:
        """Who signs it or is named in it."""
        ends = (*self.event.sources, *self.event.destinations)
        named = {self.act.actor, *self.act.via, *[end for _, end in ends]}
        return named if self.act.principal is None else named | {self.act.principal}

    def names_others(self, ours: frozenset[str], subjects: Mapping[str, int]) -> bool:
        """Whether a list in the open names items, none of *ours* and not what is in a subject."""
        return self.act.parent not in subjects and any(
            isinstance(listed, OpenItems) and listed.ids and ours.isdisjoint(listed.ids)
            for listed in self.event.lists.values()
        )


@dataclass(frozen=True, slots=True)
class Selection:
    """*shown* and *withheld* events and the *statements* that go with them.

    *containers* are the items beside the subjects whose story is told; *replay* has folded all.
    """

    shown: tuple[Candidate, ...]
    withheld: tuple[EntryRow, ...]
    statements: tuple[EntryRow, ...]
    containers: tuple[str, ...]
    ours: frozenset[str]
    replay: Replay


@dataclass(frozen=True, slots=True)
class Wanted:
    """*subjects*: integer ids by item; *bearing* on them are these events; *cited* are these."""

    subjects: Mapping[str, int]
    bearing: frozenset[int]
    cited: frozenset[int]


def select(
    connection: Connection, registry: Registry, pack: RulePack, operator: str, wanted: Wanted
) -> Selection:
    """The selection for what is *wanted*; *operator* is the keyid that will sign."""
    scoped = scope.load_scope(connection, wanted.subjects.values())
    names = items.load_names(connection, {event.item for event in scoped})
    containers = tuple(sorted(set(names.values()) - wanted.subjects.keys()))
    ours = frozenset((*wanted.subjects, *containers))
    indexes = {event.idx for event in scoped} | wanted.bearing | wanted.cited
    listing = sorted({event.idx for event in scoped if event.named})
    candidates = _load_candidates(connection, sorted(indexes), listing, ours)
    credentials = Credentials(connection, registry)
    statements = credentials.about(*_involved(candidates, registry, operator))
    replay = Replay(wanted.subjects, containers)
    steps = _fold(replay, candidates, statements, pack)
    asked = wanted.bearing | wanted.cited
    shown, withheld = [], []
    for candidate in candidates:
        index = candidate.row.idx
        step, others = steps[index], candidate.names_others(ours, wanted.subjects)
        if step.moves or (index in asked and (_tells(step) or not others)):
            shown.append(candidate)
        elif index in asked:
            withheld.append(candidate.row)
    statements = credentials.about(*_involved(shown, registry, operator))
    return Selection(tuple(shown), tuple(withheld), statements, containers, ours, replay)


def _load_candidates(
    connection: Connection, indexes: list[int], listing: list[int], ours: frozenset[str]
) -> list[Candidate]:
    rows = log.load_entries_at(connection, indexes)
    lists = load_item_lists(connection, listing)
    events = [rows[index] for index in indexes if rows[index].kind == log.EVENT]
    return [_candidate(row, lists.get(row.idx, {}), ours) for row in events]


def _candidate(row: EntryRow, lists: Mapping[str, ItemList], ours: frozenset[str]) -> Candidate:
    event = parse_event(row.payload)
    shown: dict[str, tuple[str, ...]] = {}
    proofs: dict[str, tuple[ItemProof, ...]] = {}
    for field, listed in event.lists.items():
        if isinstance(listed, OpenItems):
            shown[field] = listed.ids
            continue
        given = lists.get(field)
        ids = sorted(ours.intersection(given.ids)) if given else []
        if given and ids:
            proofs[field] = disclosure.item_proofs(field, given, ids)
        shown[field] = (*ids, *((OTHERS,) if len(ids) < listed.count else ()))
    return Candidate(row, event, read_act(event, shown), proofs)


def _involved(
    candidates: Iterable[Candidate], registry: Registry, operator: str
) -> tuple[set[str], set[int]]:
    """The parties that are named and the keys that sign."""
    signed_by = registry.keys[operator]
    parties = {registry.registrar, signed_by.party}
    keys = {signed_by.index}
    for candidate in candidates:
        parties |= candidate.parties()
        keys.add(candidate.row.key_idx)
    return parties, keys


def _fold(
    replay: Replay,
    candidates: Iterable[Candidate],
    statements: Iterable[EntryRow],
    pack: RulePack,
) -> dict[int, Step]:
    """Fold all in order of the log; what each event did to subjects and containers."""
    registry = Registry()
    facts = FactsOf(registry, pack)
    steps: dict[int, Step] = {}
    entries: list[tuple[int, Candidate | EntryRow]] = [(row.idx, row) for row in statements]
    entries += [(candidate.row.idx, candidate) for candidate in candidates]
    for index, entry in sorted(entries, key=lambda pair: pair[0]):
        if isinstance(entry, EntryRow):
            enter_statement(registry, entry)
            continue
        recorded_at = items.moment(entry.row.recorded_at)
        placed = Placed(index, recorded_at, entry.act, facts.on(recorded_at))
        steps[index] = replay.take(placed)
    return steps


def _tells(step: Step) -> bool:
    return bool(step.findings or step.closings)
