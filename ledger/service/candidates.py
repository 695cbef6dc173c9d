"""Events that may go into a bundle, each with what it shows: items of its lists, withheld fields.

Of a committed list only what the bundle is about is shown, each item with its proof; of what was
disclosed, all but the numbers of other items. Which go in is for ``ledger.service.selection``.
Example::

    candidates = load_candidates(connection, indexes, listing, ours)
    candidates = disclosing(connection, candidates, ours)     # where that was asked for
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ledger import disclosure
from ledger.act import Act, read_act
from ledger.replay import OTHERS
from ledger.service.identities import load_disclosed
from ledger.service.rows import load_item_lists, whole_event
from ledger.store import log
from ledger.store.database import Connection
from ledger.store.log import EntryRow
from schemas.bundle import ItemProof
from schemas.envelope import ItemList
from schemas.event import Event, OpenItems, parse_event


@dataclass(frozen=True, slots=True)
class Candidate:
    """An event that may go into the bundle, with what it shows: *proofs* by list field.

    *act* names subjects and containers and, where there are others, ``OTHERS``; *event* is as its
    *disclosures* make it.
    """

    row: EntryRow
    event: Event
    act: Act
    proofs: Mapping[str, tuple[ItemProof, ...]]
    disclosures: tuple[str, ...]

    def parties(self) -> set[str]:
        """Who signs it or is named in it."""
        ends = (*self.event.sources, *self.event.destinations)
        named = {self.act.actor, *self.act.via, *[end for _, end in ends]}
        return named if self.act.principal is None else named | {self.act.principal}

    def in_the_open(self) -> set[str]:
        """The items that it names in the open."""
        lists = self.event.lists.values()
        named = {one for listed in lists if isinstance(listed, OpenItems) for one in listed.ids}
        return named.union([one.item for one in self.event.identities])

    def names_others(self, ours: frozenset[str], subjects: Mapping[str, int]) -> bool:
        """Whether a list in the open names items, none of *ours* and not what is in a subject."""
        return self.act.parent not in subjects and any(
            isinstance(listed, OpenItems) and listed.ids and ours.isdisjoint(listed.ids)
            for listed in self.event.lists.values()
        )


def load_candidates(
    connection: Connection, indexes: list[int], listing: list[int], ours: frozenset[str]
) -> list[Candidate]:
    """The events among *indexes*; of the lists of those of *listing* what is *ours* is shown."""
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
    return Candidate(row, event, read_act(event, shown), proofs, ())


def disclosing(
    connection: Connection, candidates: Sequence[Candidate], ours: frozenset[str]
) -> list[Candidate]:
    """*candidates* with what was disclosed of them, but for the numbers of other items."""
    disclosed = load_disclosed(connection, [one.row.idx for one in candidates])
    found = []
    for one in candidates:
        bodies = tuple(disclosed.get(one.row.idx, ()))
        event, _ = whole_event(one.event, bodies)
        if not ours.issuperset([said.item for said in event.identities]):
            parse = disclosure.parse_disclosure
            bodies = tuple([b for b in bodies if parse(b).name != "chiptrail:identities"])
            event, _ = whole_event(one.event, bodies)
        found.append(replace(one, event=event, disclosures=bodies))
    return found
