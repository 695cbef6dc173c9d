"""What is inside containers, and what of an expected load was not presented.

Of a container in which the reader has no part any more it is what was inside at its horizon.
Example::

    look_inside(sight, [seen]).below(pallet)     # the ids of all in it, at any depth
"""

from collections import deque
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from ledger.atlas import Atlas
from ledger.judge import Verdict, judge, verdict
from ledger.rules import RulePack
from ledger.service.past import Past
from ledger.service.sight import Sight
from ledger.service.views import Seen, load_views
from ledger.store import stays
from ledger.view import EVERYTHING, Horizon


@dataclass(frozen=True, slots=True)
class Inside:
    """Some items with all that is inside them: *contents* at any depth, by the item's number.

    Each is seen as it was at the horizon of its container. *children* lie directly in an item, in
    the order of going in; *views* has all of them and the containers.
    """

    contents: Mapping[int, Mapping[str, Seen]]
    children: Mapping[str, Sequence[str]]
    views: Mapping[str, Seen]

    def troubled(
        self, pack: RulePack, atlas: Atlas, as_of: datetime
    ) -> dict[int, dict[str, Verdict]]:
        """By the number of the container, the items inside it that are not clear."""
        judged: dict[int, Verdict] = {}
        return {
            number: {
                item: found
                for item, seen in group.items()
                if (found := _verdict(seen, pack, atlas, as_of, judged)) is not Verdict.CLEAR
            }
            for number, group in self.contents.items()
        }

    def below(self, item: str) -> Sequence[str]:
        """What is inside *item*, at any depth."""
        seen = self.views.get(item)
        return () if seen is None else tuple(self.contents.get(seen.number, ()))

    def above(self, item: str) -> list[str]:
        """What *item* is inside of, the nearest first, as far as that was looked up."""
        found: list[str] = []
        while (seen := self.views.get(item)) and seen.view.state and seen.view.state.parent:
            item = seen.view.state.parent
            if item in found:
                break
            found.append(item)
        return found


def _verdict(
    seen: Seen, pack: RulePack, atlas: Atlas, as_of: datetime, known: dict[int, Verdict]
) -> Verdict:
    """The verdict on *seen*, which may be inside of several of the containers asked for."""
    if id(seen) not in known:
        found = judge(seen.view, pack, atlas, seen.judged_at(as_of))
        known[id(seen)] = verdict(found, known=seen.view.state is not None)
    return known[id(seen)]


def look_inside(sight: Sight, containers: Sequence[Seen]) -> Inside:
    """Everything inside *containers*, at any depth, that is in view as far as its container."""
    inside = _numbers_inside(sight, {c.number: c.horizon for c in containers})
    by_horizon: dict[Horizon, dict[int, list[str]]] = {}
    for container in containers:
        if container.number in inside:
            alike = by_horizon.setdefault(container.horizon, {})
            alike[container.number] = inside[container.number]
    contents: dict[int, Mapping[str, Seen]] = {}
    views: dict[str, Seen] = {}
    known = {seen.view.item: seen for seen in containers}
    for horizon, groups in by_horizon.items():
        wanted = {item for group in groups.values() for item in group}
        below = {}
        if horizon == EVERYTHING:  # seen as they are: a packed chip may be among those asked for
            below = {item: known[item] for item in wanted & known.keys()}
        below |= load_views(sight.at(horizon), wanted - below.keys(), horizon)
        views |= below
        for number, group in groups.items():
            contents[number] = {
                item: below[item]
                for item in group
                if item in below and below[item].horizon == horizon
            }
    views |= known
    return Inside(contents, _children(views), views)


def _numbers_inside(sight: Sight, wanted: Mapping[int, Horizon]) -> dict[int, list[str]]:
    """What was inside each container of *wanted* then, at any depth."""
    ended = {number: horizon for number, horizon in wanted.items() if horizon != EVERYTHING}
    lasting = {number: horizon for number, horizon in wanted.items() if horizon == EVERYTHING}
    return stays.load_inside(sight.connection, lasting) | Past(sight.connection).inside(ended)


def _children(views: Mapping[str, Seen]) -> dict[str, list[str]]:
    inside = []
    for item, seen in views.items():
        state = seen.view.state
        if state is not None and state.parent is not None:
            inside.append((state.since or 0, seen.number, item, state.parent))
    children: dict[str, list[str]] = {}
    for _, _, item, parent in sorted(inside):
        children.setdefault(parent, []).append(item)
    return children


def missing(
    expected: Mapping[int, Sequence[str]], presented: AbstractSet[str], inside: Inside
) -> tuple[str, ...]:
    """What should be here and is not: whole containers, or of an opened one what is not there.

    A container that is presented accounts for its contents. Where only some of the contents are
    presented, the others are missing.
    """
    if not expected:
        return ()
    covered = {below for item in presented for below in inside.below(item)} | presented
    opened = {above for item in presented for above in inside.above(item)}
    units = {unit for group in expected.values() for unit in group}
    found: list[str] = []
    waiting = deque(
        unit
        for index, group in expected.items()
        for unit in group
        if _is_still_in(inside.views.get(unit), index) and units.isdisjoint(inside.above(unit))
    )
    while waiting:
        unit = waiting.popleft()
        if unit in opened and unit not in covered:
            waiting.extendleft(reversed(inside.children.get(unit, ())))
        elif unit not in covered:
            found.append(unit)
    return tuple(dict.fromkeys(found))


def _is_still_in(seen: Seen | None, shipment: int) -> bool:
    """Whether the unit is on its way with that shipment, so that it should be here."""
    state = None if seen is None else seen.view.state
    return state is not None and state.custody.shipment == shipment
