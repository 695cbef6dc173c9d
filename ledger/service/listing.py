"""Lists of what a reader has in view: its units, and what is found on them, a page at a time.

Each is judged by what that reader may see, as in a check. Example::

    page = units(ledger, Wanted(verdicts=frozenset({Verdict.STOP})), limit=50, reader=reader)
    findings(ledger, Sought(is_open=True), after=page.next or START, limit=50, reader=reader)
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from ledger.finding import Code, Finding, Tier
from ledger.holding import ItemState, Phase
from ledger.judge import Verdict, judge, verdict, worst
from ledger.location import Appraisal, appraise, terms_of
from ledger.service.ledger import Ledger
from ledger.service.looking import looked_at, looking
from ledger.service.lookup import find
from ledger.service.paging import Cursor, Page
from ledger.service.sight import Outlook, Sight
from ledger.service.units import Block, Unit, fill, walk, walk_inside
from ledger.service.views import Seen, load_views
from ledger.view import EVERYTHING, Horizon, Reader
from ledger.wording import later, phrase
from schemas.errors import MalformedParameter, NotFound


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which units: None and nothing leave the question open.

    *phase* is ``held``, ``in-transit`` or ``ended``; *is_past*: the reader's part in it has ended.
    """

    verdicts: frozenset[Verdict] = frozenset()
    phase: str | None = None
    holder: str | None = None
    is_container: bool | None = None
    is_past: bool | None = None

    def keeps(self, outlook: Outlook) -> bool:
        """Whether what is seen so is wanted, as far as that can be told by it."""
        if self.is_past is not None and self.is_past is (outlook.horizon == EVERYTHING):
            return False
        state = outlook.state
        if self.phase is not None and (state is None or self.phase != phase_of(state)):
            return False
        return self.holder is None or (state is not None and state.custody.holder == self.holder)


def phase_of(state: ItemState) -> str:
    """``held``, ``in-transit`` or ``ended``."""
    return "ended" if state.ended is not None else state.custody.phase.value


PHASES = (*[phase.value for phase in Phase], "ended")


@dataclass(frozen=True, slots=True)
class Listed:
    """One unit as it is listed: *codes* are the open findings on it.

    *inside* counts what is in it at any depth, *children* directly; *troubled* those of it that are
    not clear. *horizon* as in ``ledger.service.query.Dossier``.
    """

    item: str
    verdict: Verdict
    state: ItemState | None
    is_container: bool
    codes: tuple[Code, ...]
    children: int
    inside: int
    troubled: int
    place: Appraisal
    horizon: Horizon | None


@dataclass(frozen=True, slots=True)
class Sought:
    """Which findings; None and nothing leave the question open.

    *is_past*: of units in which the reader's part has ended.
    """

    is_open: bool | None = None
    codes: frozenset[Code] = frozenset()
    tier: Tier | None = None
    is_past: bool | None = None

    def finds(self, found: Finding) -> bool:
        """Whether *found* is sought."""
        return (
            (self.is_open is None or self.is_open is found.is_open)
            and (not self.codes or found.code in self.codes)
            and (self.tier is None or self.tier is found.tier)
        )


# Units -------------------------------------------------------------------------------------------


def units(  # noqa: PLR0913 - each says one thing of the page
    ledger: Ledger,
    wanted: Wanted,
    *,
    after: Cursor,
    limit: int,
    reader: Reader,
    parent: str | None = None,
    as_of: datetime | None = None,
) -> Page[Listed]:
    """A page of the units in view, or of what lies directly inside *parent*, in any spelling.

    Raises: NotFound when *parent* is not in view; MalformedParameter when it can mean several.
    """
    day = as_of or ledger.clock.now()
    what = phrase("items") if parent is None else looked_at(later("items %(count)s"), [parent])
    with _seeing(ledger, reader, what) as sight:

        def lines_of(unit: Unit) -> Iterator[tuple[str, Listed]]:
            if wanted.is_container in (None, unit.is_container):
                line = _listed(ledger, unit, day)
                if not wanted.verdicts or line.verdict in wanted.verdicts:
                    yield line.item, line

        if parent is None:
            blocks = walk(sight, after.number, wanted.keeps, is_past=wanted.is_past)
        else:
            blocks = walk_inside(sight, _named(sight, parent), after.number, wanted.keeps)
        lines, rest = fill(blocks, lines_of, after, limit)
        return Page(lines, rest, ledger.renew(sight.connection).head.size, day)


def _listed(ledger: Ledger, unit: Unit, day: datetime) -> Listed:
    view, as_of = unit.seen.view, unit.seen.judged_at(day)
    found = judge(view, ledger.pack, ledger.atlas, as_of)
    below = [_verdict(ledger, seen, as_of) for seen in unit.inside.values()]
    return Listed(
        item=view.item,
        verdict=worst((verdict(found, known=view.state is not None), *below)),
        state=view.state,
        is_container=unit.is_container,
        codes=tuple(dict.fromkeys(one.code for one in found if one.is_open and one.on_items)),
        children=unit.children,
        inside=len(below),
        troubled=sum(one is not Verdict.CLEAR for one in below),
        place=appraise(view.claims, terms_of(ledger.pack, as_of)),
        horizon=None if unit.seen.horizon == EVERYTHING else unit.seen.horizon,
    )


def _verdict(ledger: Ledger, seen: Seen, as_of: datetime) -> Verdict:
    found = judge(seen.view, ledger.pack, ledger.atlas, seen.judged_at(as_of))
    return verdict(found, known=seen.view.state is not None)


# Findings ----------------------------------------------------------------------------------------


def findings(  # noqa: PLR0913 - each says one thing of the page
    ledger: Ledger,
    sought: Sought,
    *,
    after: Cursor,
    limit: int,
    reader: Reader,
    item: str | None = None,
    as_of: datetime | None = None,
) -> Page[Finding]:
    """A page of what is found on the units in view and all inside them; or on *item* alone.

    In the order of the units, each finding once with all in the page that it is on.
    Raises: NotFound when *item* is not in view; MalformedParameter when it can mean several.
    """
    day = as_of or ledger.clock.now()
    what = phrase("findings") if item is None else looked_at(later("findings %(count)s"), [item])
    with _seeing(ledger, reader, what) as sight:

        def lines_of(unit: Unit) -> Iterator[tuple[Finding, Finding]]:
            for seen in (unit.seen, *unit.inside.values()):
                as_of, on = seen.judged_at(day), (seen.view.item,)
                for one in judge(seen.view, ledger.pack, ledger.atlas, as_of):
                    if sought.finds(one):
                        yield replace(one, items=()), replace(one, items=on)

        if item is None:
            keeps = Wanted(is_past=sought.is_past).keeps
            blocks: Iterable[Block] = walk(sight, after.number, keeps, is_past=sought.is_past)
        else:
            blocks = [Block((Unit(_named(sight, item), {}, 0),), 0, 0)]
        lines, rest = fill(blocks, lines_of, after, limit, _joined)
        return Page(lines, rest, ledger.renew(sight.connection).head.size, day)


def _joined(one: Finding, other: Finding) -> Finding:
    return replace(one, items=(*one.items, *other.items))


# Both --------------------------------------------------------------------------------------------


@contextmanager
def _seeing(ledger: Ledger, reader: Reader, what: str) -> Iterator[Sight]:
    with looking(ledger, reader, what) as connection:
        registry, now = ledger.renew(connection).registry, ledger.clock.now()
        yield Sight(connection, registry, ledger.pack, reader, now)


def _named(sight: Sight, text: str) -> Seen:
    seen = load_views(sight, find(sight.connection, [text])[text])
    if not seen:
        raise NotFound("nothing is recorded by that name, or not for you")
    if len(seen) > 1:
        raise MalformedParameter("several items bear this serial; name one by its whole id")
    return next(iter(seen.values()))
