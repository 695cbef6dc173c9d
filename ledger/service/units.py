"""The units in a reader's view: what lies by itself, each with all that is inside it.

Which items a reader may have in view is known by party (``ledger.store.stakes``), so that a list
goes through these alone; which it has, and what it sees, is found out for a block of them at once.
A chip inside a box that is in view too is no unit: it is found below the box. Example::

    for block in walk(sight, START.number):
        [unit.seen.view.item for unit in block.units], block.last
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import merge
from typing import TypeVar

from ledger.service.inside import look_inside
from ledger.service.paging import Cursor
from ledger.service.past import Past
from ledger.service.sight import Outlook, Sight
from ledger.service.views import Seen, look_at
from ledger.store import items, stakes, stays
from ledger.view import EVERYTHING

# A page goes through so many items that may be in view, and judges about so many things in all.
MOST_TRIED = 2_000
MOST_SEEN = 20_000
_PAST = 10  # to fold what was once in view takes so much longer
_FIRST, _BLOCK = 60, 200  # a page is mostly full after somewhat more than its lines
_FEW = 25  # of which all that is inside is read at once

T = TypeVar("T")

Keep = Callable[[Outlook], bool]


@dataclass(frozen=True, slots=True)
class Unit:
    """What is *seen* of a unit, and of all that is inside it, at any depth."""

    seen: Seen
    inside: Mapping[str, Seen]
    children: int

    @property
    def is_container(self) -> bool:
        """Whether there is something inside, or was."""
        return bool(self.inside) or self.seen.view.is_empty_container


@dataclass(frozen=True, slots=True)
class Block:
    """Some *units*, the newest first, for which *tried* items were looked at, down to *last*."""

    units: tuple[Unit, ...]
    last: int
    tried: int


def keep_all(_: Outlook) -> bool:
    """No outlook is left out."""
    return True


def walk(
    sight: Sight,
    before: int,
    keep: Keep = keep_all,
    size: int = _BLOCK,
    *,
    is_past: bool | None = None,
) -> Iterator[Block]:
    """The units in view with numbers below *before* that are to be *keep*-t, in blocks.

    *is_past*: what *keep* keeps is of the past, or of the present; None for both.
    """

    def candidates(at: int, some: int) -> list[int]:
        return _candidates(sight, at, some)

    return _walk(sight, candidates, before, keep, size, is_past=is_past)


def walk_inside(
    sight: Sight, container: Seen, before: int, keep: Keep = keep_all, size: int = _BLOCK
) -> Iterator[Block]:
    """As ``walk``, what lies directly inside *container*, as far as that is seen."""
    then = sight.at(container.horizon)
    numbers = sorted(Past(sight.connection).ever_inside(container.number), reverse=True)

    def is_inside(outlook: Outlook) -> bool:
        is_in = outlook.around[:1] == (container.view.item,)
        return is_in and outlook.horizon == container.horizon and keep(outlook)

    def candidates(at: int, some: int) -> list[int]:
        return [number for number in numbers if number < at][:some]

    return _walk(then, candidates, before, is_inside, size, is_below=True)


def _walk(  # noqa: PLR0913 - two lists, and how far
    sight: Sight,
    candidates: Callable[[int, int], list[int]],
    before: int,
    keep: Keep,
    size: int,
    *,
    is_below: bool = False,
    is_past: bool | None = None,
) -> Iterator[Block]:
    some = min(_FIRST, size)
    while numbers := candidates(before, some):
        some = min(2 * some, size)
        before, tried = numbers[-1], len(numbers)
        names = items.load_names(sight.connection, numbers)
        known = sight.outlooks(names.values(), is_past=is_past)
        outlooks = {item: one for item, one in known.items() if keep(one)}
        if not is_below:
            outlooks = _outermost(sight, outlooks)
        shown = [number for number in numbers if names[number] in outlooks]
        few = _FEW if stays.load_filled(sight.connection, shown) else size
        for start in range(0, len(shown), few):
            part = shown[start : start + few]
            wanted = {names[number]: outlooks[names[number]] for number in part}
            yield Block(_units(sight, wanted), part[-1], tried if start == 0 else 0)
        yield Block((), before, 0 if shown else tried)


def _units(sight: Sight, outlooks: Mapping[str, Outlook]) -> tuple[Unit, ...]:
    seen = look_at(sight, outlooks)
    inside = look_inside(sight, list(seen.values()))
    units = [
        Unit(one, inside.contents.get(one.number, {}), len(inside.children.get(item, ())))
        for item, one in seen.items()
    ]
    return tuple(sorted(units, key=_number, reverse=True))


def _number(unit: Unit) -> int:
    return unit.seen.number


def _candidates(sight: Sight, before: int, some: int) -> list[int]:
    connection, reader = sight.connection, sight.reader
    if reader.browses:
        return stakes.load_outermost(connection, before, some)
    assert reader.party is not None
    own = stakes.load_stakes(connection, reader.party, before, some)
    granted = sorted({n for n in _granted(sight) if n < before}, reverse=True)
    found = dict.fromkeys(merge(own, granted[:some], reverse=True))
    return list(found)[:some]


def _granted(sight: Sight) -> Collection[int]:
    """What the reader was ever granted to see; whether it still is is the sight's."""
    named: Iterable[str] = [
        item
        for grant in sight.registry.grants.values()
        if grant.grantee == sight.reader.party
        for item in grant.items
    ]
    return items.load_ids(sight.connection, set(named)).values() if named else ()


def _outermost(sight: Sight, outlooks: Mapping[str, Outlook]) -> dict[str, Outlook]:
    """Those of *outlooks* that are not found below something else that is in view."""
    wanted = {one.around[0] for one in outlooks.values() if one.around}
    around = sight.outlooks(wanted) if wanted else {}
    return {
        item: one
        for item, one in outlooks.items()
        if not one.around
        or one.around[0] not in around
        or around[one.around[0]].horizon < one.horizon
    }


# Pages -------------------------------------------------------------------------------------------


def fill(
    blocks: Iterable[Block],
    lines_of: Callable[[Unit], Iterable[tuple[Hashable, T]]],
    after: Cursor,
    limit: int,
    join: Callable[[T, T], T] | None = None,
) -> tuple[tuple[T, ...], Cursor | None]:
    """The first *limit* lines of *blocks*, which begin *after* it, and where to go on.

    *lines_of* gives those of a unit, each with its key; lines of one key are made one by *join*.
    """
    lines: dict[Hashable, T] = {}
    tried = seen = 0
    for block in blocks:
        for unit in block.units:
            number = unit.seen.number
            given = after.given if number == after.number - 1 else 0
            for count, (key, line) in enumerate(lines_of(unit)):
                if count < given:
                    continue
                if key in lines and join is not None:
                    lines[key] = join(lines[key], line)
                elif len(lines) < limit:
                    lines[key] = line
                else:
                    return tuple(lines.values()), Cursor(number + 1, count)
        tried += block.tried
        seen += sum(map(_weight, block.units))
        if tried >= MOST_TRIED or seen >= MOST_SEEN:
            return tuple(lines.values()), Cursor(block.last)
    return tuple(lines.values()), None


def _weight(unit: Unit) -> int:
    things = 1 + len(unit.inside)
    return things if unit.seen.horizon == EVERYTHING else things * _PAST
