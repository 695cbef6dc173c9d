"""What was presented, line by line: does it fit, what is known against it.

The whole of it is ``ledger.service.query.check``; here are its lines, what a document lets one
expect, and how what was counted compares with what was declared.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from ledger.act import ActKind
from ledger.finding import Finding
from ledger.holding import ItemState
from ledger.judge import Match, Verdict, check_presented, judge, match_line, verdict, worst
from ledger.location import Appraisal, appraise, terms_of
from ledger.presence import check_here, is_elsewhere
from ledger.registry import Registry
from ledger.service.inside import Inside
from ledger.service.ledger import Ledger
from ledger.service.lookup import find, find_by_number, in_view
from ledger.service.sight import Sight
from ledger.service.steps import read_acts
from ledger.service.views import Seen, load_views
from ledger.store import events, log
from ledger.store.database import Connection
from ledger.view import Horizon
from schemas.errors import ParseError
from schemas.item import parse_query
from schemas.place import Place


class Line(NamedTuple):
    """The answer for one presented text; *item* is None when the reader may see nothing by it.

    *verdict* counts what is inside the item too; *troubled* are those inside that are not clear.
    *times*: how often it was presented, in whatever spelling; *bearers*: how many items *text* can
    mean. More than one of either is what a clone would look like.
    """

    text: str
    item: str | None
    answer: Match
    verdict: Verdict
    findings: tuple[Finding, ...]
    state: ItemState | None
    troubled: Mapping[str, Verdict]
    times: int = 1
    bearers: int = 1
    place: Appraisal | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What is the same for every line of a check; *here* is where the goods lie, if it is said."""

    ledger: Ledger
    shipments: frozenset[int]
    presented_by: str | None
    here: Place | None
    as_of: datetime


class Counts(NamedTuple):
    """*packages* are not inside of others; *units* have nothing inside."""

    packages: int
    units: int


def count(items: Iterable[str], inside: Inside) -> Counts:
    """What *items* come to with all that is inside of them, each once."""
    given = dict.fromkeys(items)
    packages = [item for item in given if given.keys().isdisjoint(inside.above(item))]
    things = {*given, *[below for item in packages for below in inside.below(item)]}
    return Counts(len(packages), sum(not inside.children.get(item) for item in things))


def look_up(
    sight: Sight, texts: Sequence[str], expected: Iterable[Sequence[str]]
) -> tuple[dict[str, list[str]], dict[str, Seen]]:
    """The items in view that each of *texts* means; their views, and those of the *expected*."""
    matches = find(sight.connection, texts)
    groups = (*matches.values(), *expected)
    views = load_views(sight, dict.fromkeys(item for group in groups for item in group))
    matches = in_view(matches, views)
    rest = [text for text, found in matches.items() if not found]
    if rest:
        numbered, bearers = find_by_number(sight, rest)
        matches, views = matches | numbered, {**views, **bearers}
    return matches, views


def lines_of(
    asked: Asked,
    matches: Mapping[str, Sequence[str]],
    given: Mapping[str, int],
    views: Mapping[str, Seen],
    troubled: Mapping[int, Mapping[str, Verdict]],
) -> tuple[Line, ...]:
    """One line for each item that a text of *matches* means, and for each that nothing bears."""
    presented: dict[str, _Presented] = {}
    for text, found in matches.items():
        for key in _keys(text, found):
            one = presented.setdefault(key, _Presented(text))
            one.times += given[text]
            one.bearers = max(one.bearers, len(found))
    return tuple([_line(asked, one, views.get(key), troubled) for key, one in presented.items()])


def _keys(text: str, matches: Sequence[str]) -> Sequence[str]:
    """What *text* is counted under: the items it means; what is not recorded, its id or itself."""
    if matches:
        return matches
    try:
        query = parse_query(text)
    except ParseError:
        return (text,)
    return (query.item or query.serial or text,)


def expected_by(
    connection: Connection,
    document: str | None,
    shipment: int | None,
    registry: Registry,
    until: Horizon,
) -> dict[int, tuple[str, ...]]:
    """The units that *shipment*, and each one under *document*, set out with."""
    named = [] if shipment is None else [shipment]
    named += [] if document is None else events.find_documents(connection, document)
    if not named:
        return {}
    rows = log.load_entries_at(connection, [index for index in named if index <= until])
    acts = read_acts(
        connection, {i: row for i, row in rows.items() if row.kind == log.EVENT}, registry
    )
    return {index: act.items for index, (_, act) in acts.items() if act.kind is ActKind.SHIP}


def expected_in_view(
    expected: Mapping[int, Sequence[str]], views: Mapping[str, Seen]
) -> dict[int, tuple[str, ...]]:
    """*expected* with the units that a reader saw go, without shipments of which it saw nothing."""
    seen = {
        index: tuple([unit for unit in units if unit in views and views[unit].horizon >= index])
        for index, units in expected.items()
    }
    return {index: units for index, units in seen.items() if units}


@dataclass(slots=True)
class _Presented:
    """One thing that was presented, first as *text*; *times* and *bearers* as in ``Line``."""

    text: str
    times: int = 0
    bearers: int = 1


def _line(
    asked: Asked,
    one: _Presented,
    seen: Seen | None,
    troubled: Mapping[int, Mapping[str, Verdict]],
) -> Line:
    if seen is None:
        unknown = Match.UNKNOWN, Verdict.UNKNOWN
        return Line(one.text, None, *unknown, (), None, {}, one.times, one.bearers)
    view, inside = seen.view, troubled.get(seen.number, {})
    ledger, here, as_of = asked.ledger, asked.here, seen.judged_at(asked.as_of)
    found = (*judge(view, ledger.pack, ledger.atlas, as_of), *check_presented(view))
    answer = match_line(view.state, asked.shipments, asked.presented_by)
    if here is not None:
        found += check_here(view, here, ledger.pack, ledger.atlas, as_of)
        if answer is Match.MATCH and is_elsewhere(view, here, ledger.pack, ledger.atlas, as_of):
            answer = Match.ELSEWHERE
    # By position, as views: one is made of every serial.
    return Line(
        one.text,
        view.item,
        answer,
        worst((verdict(found, known=view.state is not None), *inside.values())),
        tuple([one for one in found if one.on_items]),
        view.state,
        inside,
        one.times,
        one.bearers,
        appraise(view.claims, terms_of(ledger.pack, as_of)),
    )
