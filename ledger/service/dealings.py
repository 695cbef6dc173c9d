"""The consignments of items, as a reader may see them: out of the projections, a statement a table.

Items that went the same way share the same values, so that each is judged once
(``ledger.authorisation``). To a reader whose part has ended all is as it was then. Example::

    Dealings(sight, said, disclose=True).consignments(way, horizon, told, around, unsent)
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from itertools import accumulate

from ledger import disclosure
from ledger.consignment import Consignment, Leg, Made, legs
from ledger.dealing import Dealing
from ledger.order import ordinal
from ledger.service.identities import load_disclosed
from ledger.service.past import Past
from ledger.service.sight import Sight
from ledger.store import draws
from ledger.store.amendments import Kind, before, load_changes
from ledger.store.database import Connection
from ledger.store.draws import DrawRow
from ledger.store.said import Said
from ledger.view import EVERYTHING, Horizon
from ledger.wallet import Drawn, drawers, licence_key, may_read
from schemas.statement import Licence
from schemas.strict_json import JSON


class Dealings:
    """The dealings among *said*, by index, before the eyes of *sight*.

    *disclose*: with what was withheld of them and disclosed.
    """

    def __init__(self, sight: Sight, said: Mapping[int, Said], *, disclose: bool) -> None:
        self._sight, connection = sight, sight.connection
        self._said = said
        self._dealings = {i: one.dealing for i, one in said.items() if one.dealing is not None}
        self._disclose = disclose
        hiding = [i for i, one in self._dealings.items() if one.hidden and disclose]
        self._opened = {
            index: self._dealings[index].disclosed(values)
            for index, values in _disclosed(connection, hiding).items()
        }
        self._balances = Balances(connection)
        self._made: dict[tuple[Horizon, bool], Made] = {}
        self._taken: dict[Horizon, Mapping[int, int]] = {}
        self._known: dict[object, tuple[Consignment, ...]] = {}

    @property
    def indexes(self) -> AbstractSet[int]:
        """The entries that are dealings."""
        return self._dealings.keys()

    def consignments(  # noqa: PLR0913 - how far it is seen, and what it lies in
        self,
        way: tuple[int, ...],
        horizon: Horizon,
        told: Horizon,
        around: frozenset[str],
        unsent: int | None,
        *,
        is_container: bool,
    ) -> tuple[Consignment, ...]:
        """What an item was sent by whose story has the entries *way*, in the order that counts.

        What was disclosed counts up to entry *told*. *around* and *is_container* as in
        ``Consignment``; *unsent* is what has not left yet.
        """
        key = way, horizon, told, around, unsent, is_container
        if key not in self._known:
            taken = self._taken_by(horizon)
            opened = {index: one for index, one in self._opened.items() if index <= told}
            shown = self._dealings | opened if opened else self._dealings
            story = [(index, shown[index]) for index in way if index not in taken]
            made = self._makes(horizon, hides=not self._disclose or told < horizon)
            self._known[key] = made.consignments(
                legs(story, unsent), around, is_container=is_container
            )
        return self._known[key]

    def _taken_by(self, horizon: Horizon) -> Mapping[int, int]:
        """The entries that corrections had taken out."""
        if horizon in self._taken:
            return self._taken[horizon]
        if horizon == EVERYTHING:
            now = {index: self._said[index].event.corrected_by for index in self._dealings}
            self._taken[horizon] = {index: by for index, by in now.items() if by is not None}
        else:
            past = Past(self._sight.connection)
            self._taken[horizon] = past.corrected_by(self._dealings, horizon)
        return self._taken[horizon]

    def _makes(self, horizon: Horizon, *, hides: bool) -> Made:
        if (horizon, hides) not in self._made:
            reader, said, balances = self._sight.reader, self._said, self._balances

            # Not a method: what it is kept in would be a cycle, of all that was read.
            def drawn(leg: Leg, licence: Licence) -> Drawn | None:
                row = said[leg.index].event
                place = ordinal(leg.index) if row.ordinal is None else row.ordinal
                total = balances.up_to(licence, place, horizon)
                if licence.quantity is None or total <= licence.quantity:
                    return None
                is_shown = reader.sees_all or reader.party in (licence.party, *drawers(licence))
                return Drawn(total, licence.quantity, is_shown)

            self._made[horizon, hides] = Made(
                self._sight.registry, horizon, hides=hides, drawn=drawn
            )
        return self._made[horizon, hides]


def _disclosed(connection: Connection, indexes: list[int]) -> dict[int, dict[str, JSON]]:
    """The withheld fields of the entries at *indexes* that were disclosed to the ledger."""
    bodies = load_disclosed(connection, indexes) if indexes else {}
    opened = {i: map(disclosure.parse_disclosure, some) for i, some in bodies.items()}
    return {i: {one.name: one.value for one in some} for i, some in opened.items()}


def papers_of(sight: Sight, some: Iterable[Dealing | None], until: Horizon) -> set[int]:
    """The licences that *some* dealings rest on, as stated up to entry *until*, and their sites.

    Of a licence all that is said, if the reader may read all of it, else nothing.
    """
    registry, reader = sight.registry, sight.reader
    dealings = [one for one in some if one is not None]
    numbers = {(one.regime, one.number) for said in dealings for one in said.authorisations}
    found: set[int] = set()
    for regime, number in numbers:
        known = registry.licensed.get((regime, number or ""), ())
        indexes = [index for index in known if index <= until]
        licences = [registry.licences[index] for index in indexes]
        if reader.sees_all or may_read(licences, reader.party):
            found.update(indexes)
    sites = {site for index in found for site in registry.licences[index].sites}
    return found.union([i for i, one in registry.sites.items() if one.id in sites and i <= until])


class Balances:
    """What was drawn of licences, each counted once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._totals: dict[int, Mapping[str, int]] = {}
        self._running: dict[object, tuple[list[int], list[int]]] = {}

    def total(self, licence: Licence) -> int:
        """What was drawn in all of *licence*, by whoever may draw on it."""
        key = licence_key(licence.regime, licence.number)
        if key not in self._totals:
            self._totals[key] = draws.load_totals(self._connection, key)
        return sum([self._totals[key].get(party, 0) for party in drawers(licence)])

    def up_to(self, licence: Licence, place: int, horizon: Horizon = EVERYTHING) -> int:
        """What was drawn of it up to and with the shipment at ordinal *place*.

        Where there is enough in any case, what was drawn in all.
        """
        if horizon == EVERYTHING and licence.quantity is not None:
            total = self.total(licence)
            if total <= licence.quantity:
                return total
        key = licence.regime, licence.number, frozenset(drawers(licence)), horizon
        if key not in self._running:
            self._running[key] = self._run(licence, horizon)
        places, totals = self._running[key]
        found = bisect_right(places, place)
        return totals[found - 1] if found else 0

    def _run(self, licence: Licence, horizon: Horizon) -> tuple[list[int], list[int]]:
        """The places of all draws, ascending, and what was drawn up to each."""
        key, senders = licence_key(licence.regime, licence.number), frozenset(drawers(licence))
        if horizon == EVERYTHING:
            return draws.load_running(self._connection, key, senders)
        rows = [tuple(row[1:]) for row in draws.load_draws(self._connection, key)]
        changes = load_changes(self._connection, Kind.DRAW, [key]).get(key, ())
        then = [DrawRow(key, *row) for row in before(rows, changes, horizon)]
        ours = sorted([row for row in then if row.idx <= horizon and row.sender in senders])
        return [row.ordinal for row in ours], list(accumulate([row.quantity for row in ours]))
