"""The answer to a check, arranged for somebody with the goods before her: the worst first.

Lines of which the same is to be said are one: a pallet is mostly one story. Example::

    arrange(checked, declared, names).verdict        # Verdict.STOP: of anything that does not fit
    arrange(checked, declared, names).troubles       # what to act on; ``rest`` is as it should be
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ledger.advice import ACTIONS
from ledger.finding import Code, Finding, Tier
from ledger.judge import Match, Verdict, worst
from ledger.names import Names, item_name
from ledger.place_story import short_place
from ledger.service.dossiers import to_look_at
from ledger.service.presenting import Counts, Line
from ledger.service.query import Check

_WORST_FIRST = (Verdict.STOP, Verdict.UNKNOWN, Verdict.CHECK, Verdict.CLEAR)
_FURTHEST_FIRST = (Match.ELSEWHERE, Match.OTHER_SHIPMENT, Match.UNKNOWN, Match.MATCH)


@dataclass(frozen=True, slots=True)
class Group:
    """*lines* of which the same is to be said; *findings* are those open, the worst first.

    *place* is where they are said to be, "" where nobody signed any.
    """

    lines: tuple[Line, ...]
    findings: tuple[Finding, ...]
    place: str

    @property
    def first(self) -> Line:
        """One of them, as all are."""
        return self.lines[0]

    @property
    def verdict(self) -> Verdict:
        """That on each, and at best *check* of what is not where it should be."""
        is_here = self.first.answer in {Match.MATCH, Match.UNKNOWN}
        return worst((self.first.verdict, Verdict.CLEAR if is_here else Verdict.CHECK))

    @property
    def is_fine(self) -> bool:
        """Whether there is nothing to do about it."""
        line = self.first
        is_one = line.times == line.bearers == 1
        return is_one and line.verdict is Verdict.CLEAR and line.answer is Match.MATCH


@dataclass(frozen=True, slots=True)
class Declared:
    """How many *name* (packages, units) there are by the papers, and how many there were."""

    name: str
    presented: int
    declared: int

    @property
    def fits(self) -> bool:
        """Whether they are as many."""
        return self.presented == self.declared


@dataclass(frozen=True, slots=True)
class Answer:
    """*verdict* is that on the whole: the worst of any, and at best *check* if anything is amiss.

    *looks* are what to look at next, with the serials that it is about, also of
    what is missing.
    """

    verdict: Verdict
    troubles: tuple[Group, ...]
    rest: tuple[Group, ...]
    looks: Mapping[str, Sequence[str]]
    declared: tuple[Declared, ...]
    fine: int


def arrange(checked: Check, declared: Mapping[str, int | None] | None, names: Names) -> Answer:
    """*checked* for people; *declared* is what the papers say, None if nothing was said."""
    lines = sorted(checked.lines, key=_badness)
    groups = _grouped(lines, names, checked.as_of)
    troubles = tuple([group for group in groups if not group.is_fine])
    rest = tuple([group for group in groups if group.is_fine])
    held = _held_against(checked.counted, declared or {})
    is_amiss = (
        bool(checked.missing)
        or not all(one.fits for one in held)
        or any(group.first.answer is not Match.UNKNOWN for group in troubles)
    )
    at_best = Verdict.CHECK if is_amiss else Verdict.CLEAR
    return Answer(
        verdict=worst((at_best, *checked.verdicts)),
        troubles=troubles,
        rest=rest,
        looks=_looks(lines, checked.missing),
        declared=held,
        fine=sum(len(group.lines) for group in rest),
    )


def _looks(lines: Iterable[Line], missing: Sequence[str]) -> Mapping[str, Sequence[str]]:
    looks = to_look_at(lines)
    if missing:
        looks.setdefault(ACTIONS[Code.SHORT].look, []).extend(map(item_name, missing))
    return looks


def _grouped(lines: Iterable[Line], names: Names, as_of: datetime) -> list[Group]:
    groups: dict[object, list[Line]] = {}
    places: dict[object, str] = {}
    for line in lines:
        found = tuple((one.code, one.message) for one in line.findings if one.is_open)
        state = line.state
        where = None if state is None else (state.custody, state.parent, state.ended)
        place = "" if line.place is None else short_place(line.place, names, as_of)
        inside = tuple(line.troubled.items())
        key = line.verdict, line.answer, where, found, line.times, line.bearers, place, inside
        groups.setdefault(key, []).append(line)
        places[key] = place
    return [
        Group(tuple(some), _pressing(some[0].findings), places[key]) for key, some in groups.items()
    ]


def _badness(line: Line) -> tuple[int, int]:
    return _WORST_FIRST.index(line.verdict), _FURTHEST_FIRST.index(line.answer)


def _pressing(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those that are open, each said once, the worst first."""
    order = list(Tier)
    said = {(one.code, one.message): one for one in reversed(list(findings)) if one.is_open}
    return tuple(sorted(said.values(), key=lambda one: (-order.index(one.tier), one.index)))


def _held_against(counted: Counts, declared: Mapping[str, int | None]) -> tuple[Declared, ...]:
    return tuple(
        [
            Declared(name, getattr(counted, name), said)
            for name, said in declared.items()
            if said is not None
        ]
    )
