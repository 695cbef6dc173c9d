"""The events that may go into a bundle, and what each shows: items with proofs, what is disclosed.

Of a committed list the items of the bundle are shown, each with its proof; of others at most that
there are some. Example::

    load_candidates(connection, [41, 44], listing=[41], ours=frozenset([chip]))[0].act.items
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ledger import disclosure
from ledger.act import Act, read_act
from ledger.dealing import Dealing, read_dealing
from ledger.replay import OTHERS
from ledger.service.identities import load_disclosed
from ledger.service.rows import load_item_lists, whole_event
from ledger.store import log
from ledger.store.database import Connection
from ledger.store.log import EntryRow
from ledger.view import Horizon
from schemas.bundle import ItemProof
from schemas.envelope import ItemList
from schemas.event import Event, OpenItems, parse_event


@dataclass(frozen=True, slots=True)
class Candidate:
    """An event that may go into the bundle, with what it shows: *proofs* by list field.

    *act* names subjects and containers and, where there are others, ``OTHERS``; *event* is as its
    *disclosures* make it, and so is *dealing*, by which authorisation is judged.
    """

    row: EntryRow
    event: Event
    act: Act
    proofs: Mapping[str, tuple[ItemProof, ...]]
    disclosures: tuple[str, ...]
    dealing: Dealing | None

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
    """The events at *indexes*, as far as they are about *ours*; of *listing* with their lists."""
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
    act = read_act(event, shown)
    return Candidate(row, event, act, proofs, (), read_dealing(event, act))


def disclosing(
    connection: Connection, candidates: Sequence[Candidate], ours: frozenset[str], told: Horizon
) -> list[Candidate]:
    """*candidates* with what was disclosed of them up to entry *told*.

    But for the numbers of other items.
    """
    shown = [one.row.idx for one in candidates if one.row.idx <= told]
    disclosed = load_disclosed(connection, shown)
    found = []
    for one in candidates:
        bodies = tuple(disclosed.get(one.row.idx, ()))
        event, hidden = whole_event(one.event, bodies)
        if not ours.issuperset([said.item for said in event.identities]):
            bodies = tuple([body for body in bodies if not _gives_numbers(body)])
            event, hidden = whole_event(one.event, bodies)
        dealing = read_dealing(event, one.act, hidden)
        found.append(replace(one, event=event, disclosures=bodies, dealing=dealing))
    return found


def _gives_numbers(body: str) -> bool:
    return disclosure.parse_disclosure(body).name == "chiptrail:identities"
