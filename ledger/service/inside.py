"""What is inside containers now, and what of an expected load was not presented.

Example::

    look_inside(connection, [seen]).below(pallet)     # the ids of all in it, at any depth
"""

from collections import deque
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from ledger.judge import Verdict, judge, verdict
from ledger.service.ledger import Ledger
from ledger.service.views import Seen, load_views
from ledger.store import items
from ledger.store.database import Connection


@dataclass(frozen=True, slots=True)
class Inside:
    """Some items with all that is inside them: *contents* at any depth, by the item's number.

    *children* lie directly in an item; all are in *views*.
    """

    contents: Mapping[int, Sequence[str]]
    children: Mapping[str, Sequence[str]]
    views: Mapping[str, Seen]

    def troubled(self, ledger: Ledger, as_of: datetime) -> dict[int, dict[str, Verdict]]:
        """By the number of the container, the items inside it that are not clear."""
        below = {item for group in self.contents.values() for item in group}
        judged = {
            item: verdict(judge(seen.view, ledger.pack, as_of), known=seen.view.state is not None)
            for item, seen in self.views.items()
            if item in below
        }
        return {
            number: {item: judged[item] for item in group if judged[item] is not Verdict.CLEAR}
            for number, group in self.contents.items()
        }

    def below(self, item: str) -> Sequence[str]:
        """What is inside *item*, at any depth."""
        seen = self.views.get(item)
        return () if seen is None else self.contents.get(seen.number, ())

    def above(self, item: str) -> list[str]:
        """What *item* is inside of, the nearest first, as far as that was looked up."""
        found: list[str] = []
        while (seen := self.views.get(item)) and seen.view.state and seen.view.state.parent:
            item = seen.view.state.parent
            if item in found:
                break
            found.append(item)
        return found


def look_inside(connection: Connection, containers: Sequence[Seen]) -> Inside:
    """Everything inside *containers*, at any depth."""
    contents = items.load_inside(connection, [seen.number for seen in containers])
    views = {seen.view.item: seen for seen in containers}
    more = {item for group in contents.values() for item in group} - views.keys()
    views |= load_views(connection, list(more))
    children: dict[str, list[str]] = {}
    for item, seen in views.items():
        if seen.view.state is not None and seen.view.state.parent is not None:
            children.setdefault(seen.view.state.parent, []).append(item)
    return Inside(contents, children, views)


def missing(
    expected: Mapping[int, Sequence[str]], presented: AbstractSet[str], inside: Inside
) -> tuple[str, ...]:
    """What should be here and is not: whole containers, or of an opened one what is not there.

    A container that is presented accounts for its contents. Where only some of the contents are
    presented, the others are missing.
    """
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
