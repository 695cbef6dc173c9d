"""What events say of the numbers of their items, put into the projection, and read out of it.

It comes from truth: the open fields of events, and what was disclosed of the withheld ones. So it
is the same after a rebuild, whenever something was disclosed, and without what was erased::

    project(truth, target, {41: act})
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain

from ledger.act import Act, ActKind
from ledger.identity import Identities, Reading, heard_of, numbers_of
from ledger.service.past import Past
from ledger.service.rows import whole_event
from ledger.store import events, items, log
from ledger.store import identities as stored
from ledger.store.database import Connection
from ledger.store.events import Bearing
from ledger.view import EVERYTHING, Horizon
from schemas.event import parse_event


def project(truth: Connection, target: Connection, acts: Mapping[int, Act]) -> None:
    """Write what the events that are *acts*, by index, say of numbers; what is there gives way.

    The items that they name must have ids.
    Raises: IntegrityError when what is kept of a withheld field is not as it was signed.
    """
    numbered = {index: act for index, act in acts.items() if act.numbers}
    if not numbered:
        return
    disclosed = load_disclosed(truth, list(numbered))
    named = {index: (*act.items, *act.outputs) for index, act in numbered.items()}
    ids = items.load_ids(target, set(chain.from_iterable(named.values())))
    places = {(ids[item], index) for index, some in named.items() for item in some if item in ids}
    stored.delete_identities(target, sorted(places))
    rows = []
    for index, row in log.load_entries_at(truth, sorted(numbered)).items():
        event, _ = whole_event(parse_event(row.payload), disclosed.get(index, ()))
        said = [one for one in heard_of(numbered[index], event.identities) if one.item in ids]
        rows += [(ids[one.item], index, numbers_of(one)) for one in said]
    stored.insert_identities(target, rows)


def load_disclosed(connection: Connection, indexes: Sequence[int]) -> dict[int, list[str]]:
    """What was disclosed of the entries at *indexes*, and not erased, by index."""
    found: dict[int, list[str]] = {}
    for index, _, body in log.load_disclosures(connection, indexes):
        if body is not None:
            found.setdefault(index, []).append(body)
    return found


class Numbers:
    """What *connection* knows of the numbers of *items*, ids."""

    def __init__(self, connection: Connection, numbers: Collection[int]) -> None:
        self._connection = connection
        self._said: dict[int, dict[int, Mapping[str, str]]] = {}
        for item, index, said in stored.load_identities(connection, numbers):
            self._said.setdefault(item, {})[index] = said
        indexes = {index for said in self._said.values() for index in said}
        self._events = events.load_events(connection, indexes)

    def of(
        self, item: int, bearings: Iterable[Bearing], horizon: Horizon, told: Horizon
    ) -> Identities:
        """What the entries among *bearings* say of *item*, as it counted after *horizon*.

        What they withheld and was disclosed up to entry *told*.
        """
        said = self._said.get(item)
        if said is None:
            return _NOTHING_SAID
        indexes = [one.idx for one in bearings if one.subject == item and one.idx in said]
        out = {*self._out(indexes, horizon), *self._withheld(indexes, told)}
        return Identities(tuple([self._reading(i, said[i]) for i in indexes if i not in out]))

    def _out(self, indexes: Sequence[int], horizon: Horizon) -> Collection[int]:
        """Those of *indexes* that had been taken back."""
        if horizon != EVERYTHING:
            return Past(self._connection).corrected_by(indexes, horizon)
        return {i for i in indexes if self._events[i].corrected_by is not None}

    def _withheld(self, indexes: Iterable[int], told: Horizon) -> set[int]:
        """Those of *indexes* after *told* that withhold what they say."""
        later = [index for index in indexes if index > told]
        rows = log.load_entries_at(self._connection, later) if later else {}
        said = {index: parse_event(row.payload).commitments for index, row in rows.items()}
        return {index for index, names in said.items() if _IDENTITIES in names}

    def _reading(self, index: int, numbers: Mapping[str, str]) -> Reading:
        row = self._events[index]
        return Reading(index, ActKind(row.kind), row.actor, numbers)


_IDENTITIES = "chiptrail:identities"
_NOTHING_SAID = Identities()
