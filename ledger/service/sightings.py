"""The claims of place on items, from the projections: as ``ledger.location`` reads them.

One statement a table for any number of items. What was disclosed of withheld places is opened
anew; who may see an entry sees that too. Example::

    sightings = Sightings(sight, said, disclose=True)
    sightings.claims([12, 15, 40], dockets, EVERYTHING)      # of an item on which these bear
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from ledger.act import ActKind
from ledger.judge import Docket, idle_entries
from ledger.keys import keyid_of
from ledger.location import NO_CLAIMS, Claims, gather
from ledger.registry import Registry
from ledger.service.identities import load_disclosed
from ledger.service.past import Past
from ledger.service.rows import whole_event
from ledger.service.sight import Sight
from ledger.sighting import Entry, custody_parties, placed, read_saying, routed
from ledger.store import items, log
from ledger.store.claims import SightingRow
from ledger.store.events import EventRow
from ledger.store.said import Said
from ledger.view import EVERYTHING, Horizon
from schemas.event import Event, parse_event


class Sightings:
    """What *said*, by index, is of places, to whom *sight* is; *disclose*: all it may."""

    def __init__(self, sight: Sight, said: Mapping[int, Said], *, disclose: bool) -> None:
        self._sight, self._indexes = sight, said.keys()
        self._said = {i: one.sighting for i, one in said.items() if one.sighting is not None}
        self._entries: dict[int, Entry] = {}
        self._shown: dict[Horizon, Mapping[int, Entry]] = {}
        self._corrected: dict[Horizon, frozenset[int]] = {}
        self._known: dict[tuple[object, ...], Claims] = {}
        if not self._said:
            return
        self._entries = {index: _entry(one.event, one.sighting) for index, one in said.items()}
        opened = self._disclosed() if disclose else {}
        self._opened = {index: _entry(said[index].event, row) for index, row in opened.items()}
        taken = [index for index, one in said.items() if one.event.corrected_by is not None]
        self._corrected[EVERYTHING] = frozenset(taken)

    def claims(
        self,
        bearing: Sequence[int],
        dockets: Iterable[Docket],
        horizon: Horizon,
        told: Horizon = EVERYTHING,
    ) -> Claims:
        """Those on an item on which the entries *bearing* bear, in the order that counts.

        *dockets* are its own and those of what it was in, all as told after entry *horizon*. What
        was disclosed counts up to entry *told*.
        """
        if not self._said:
            return NO_CLAIMS
        idle = idle_entries(dockets)
        key = (*bearing, horizon, told, idle)
        if key not in self._known:
            idle |= self._taken_back(horizon)
            self._known[key] = gather(self._shown_until(told), bearing, idle)
        return self._known[key]

    def _shown_until(self, told: Horizon) -> Mapping[int, Entry]:
        if told not in self._shown:
            opened = {index: one for index, one in self._opened.items() if index <= told}
            self._shown[told] = self._entries | opened
        return self._shown[told]

    def _taken_back(self, horizon: Horizon) -> frozenset[int]:
        """Which entries corrections had taken out by then."""
        if horizon not in self._corrected:
            past = Past(self._sight.connection)
            self._corrected[horizon] = frozenset(past.corrected_by(self._indexes, horizon))
        return self._corrected[horizon]

    def _disclosed(self) -> dict[int, SightingRow]:
        """What was withheld and is disclosed, as it then reads."""
        connection = self._sight.connection
        withheld = sorted(index for index, row in self._said.items() if row.has_digests)
        bodies = load_disclosed(connection, withheld)
        found = {}
        for index, row in log.load_entries_at(connection, sorted(bodies)).items():
            event, _ = whole_event(parse_event(row.payload), bodies[index])
            saying, said = read_saying(event), self._said[index]
            if saying is None:
                continue
            sites = self._sight.registry.places(before=index)
            claim, route = said.claim, said.route
            if claim is not None:
                bare = claim._replace(at=items.moment(row.recorded_at))
                claim = placed(bare, saying, event.event_at, sites)
            if route is not None:
                route = routed(route, saying, sites)
            found[index] = said._replace(claim=claim, route=route)
        return found


def _entry(row: EventRow, said: SightingRow | None) -> Entry:
    kind, parties = _doing(row.kind, row.actor, row.parties)
    if said is None:
        return Entry(kind, parties, None, None)
    return Entry(kind, parties, said.claim, said.route)


@lru_cache(maxsize=4096)  # the same few parties do the same things to each other
def _doing(word: str, actor: str, parties: str | None) -> tuple[ActKind, frozenset[str]]:
    kind = ActKind(word)
    return kind, custody_parties(kind, (actor, *(parties or "").split()))


def places_named(registry: Registry, said: Iterable[Event]) -> set[int]:
    """All statements about the sites and landmarks that the events *said* name."""
    named: set[str] = set()
    keyids: set[str] = set()
    for event in said if registry.sites or registry.landmarks else ():
        saying = read_saying(event)
        if saying is None:
            continue
        named.update(saying.ends, [place.uri for place in saying.places if place.uri])
        keyids.update([one.keyid for one in saying.transcripts])
    found = {index for index, site in registry.sites.items() if site.id in named}
    if keyids:
        marks = registry.landmarks.items()
        found |= {i for i, mark in marks if keyid_of(mark.public_key) in keyids}
        revoked = map(registry.marks.get, keyids)
        found |= {index for index in revoked if index is not None}
    return found
