"""How far a correction reaches: the entries that it moves, and the items whose history can differ.

Source: docs/custody.md, "Corrections". An act on an item looks at the item and at all around it, so
the search goes *down*, into all that was inside what is corrected from there on, and *up*, to
every container that any of these was ever meant for. What is above is folded too, but not
written, unless it turns out to differ (``ledger.correction``). Example::

    reach(entries, Scope(frozenset({tray}), frozenset(), ordinal(7)))    # chips and pallet, too
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ledger.act import Act, ActKind


@dataclass(frozen=True, slots=True)
class Entry:
    """*act* of entry *index*, its ordinal *before* and *after*: None where it does not count.

    *is_bound* as the ledger has it: ``ledger.holding.Step``.
    """

    index: int
    recorded_at: datetime
    act: Act
    before: int | None
    after: int | None
    is_bound: bool = False

    @property
    def latest(self) -> int:
        """The last place where it counts, -1 if in none."""
        return max(-1 if at is None else at for at in (self.before, self.after))

    def names(self) -> frozenset[str]:
        """Everything that it says something of."""
        return frozenset(self.act.names())


@dataclass(frozen=True, slots=True)
class Scope:
    """Items that are folded: *written* may differ, *around* is only looked at.

    Nothing differs before the ordinal *start*.
    """

    written: frozenset[str]
    around: frozenset[str]
    start: int

    @property
    def items(self) -> frozenset[str]:
        """All of them."""
        return self.written | self.around

    def with_written(self, items: Iterable[str]) -> "Scope":
        """*items* may differ, too."""
        written = self.written.union(items)
        return Scope(written, self.around - written, self.start)


def start_of(entries: Iterable[Entry]) -> int | None:
    """The ordinal from which on something differs, None if nothing does."""
    moved = [entry for entry in entries if entry.before != entry.after]
    places = [at for entry in moved for at in (entry.before, entry.after) if at is not None]
    return min(places, default=None)


def reach(entries: Iterable[Entry], scope: Scope) -> Scope:
    """*scope* with what the *entries*, all that bear on it so far, draw in.

    Whoever calls it adds the contents at ``scope.start`` of what is written, reads the entries that
    bear on what is new, and asks again until nothing is.
    """
    written, around = set(scope.written), set(scope.around)
    entries = [entry for entry in entries if entry.latest >= 0]
    size = -1
    while size != len(written) + len(around | written):
        size = len(written) + len(around | written)
        for entry in entries:
            _draw_in(entry, scope.start, written, around)
    return Scope(frozenset(written), frozenset(around - written), scope.start)


def _draw_in(entry: Entry, start: int, written: set[str], around: set[str]) -> None:
    act, is_late = entry.act, entry.latest >= start
    if entry.is_bound or act.kind is ActKind.TRANSFORM:
        # Decided as a whole: what one item is bears on all others, and on the container.
        names = entry.names()
        if is_late and not names.isdisjoint(written | around):
            written.update(names)
        elif not is_late and not names.isdisjoint(written | around):
            around.update(names)
    elif act.parent is not None:
        if act.parent in written and is_late:
            written.update(act.items)
        if act.parent not in written and not (
            written.isdisjoint(act.items) and around.isdisjoint(act.items)
        ):
            around.add(act.parent)
