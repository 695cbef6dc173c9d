"""Queries: what a serial means, one chip's dossier, the check of many serials at once.

    resolve(ledger, "S1234")                    # every item with that bare serial
    dossier(ledger, item)                       # state, verdict, findings, the story
    check(ledger, ["S1", "S2"], document="urn:chiptrail:doc:awb:160-12345675")

Each takes the ``reader`` who asks: by default whoever runs the ledger, who sees all. What a reader
may not see is answered as if it did not exist (docs/custody.md, "Who sees what").
"""

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ledger.act import ActKind
from ledger.finding import Finding
from ledger.holding import ItemState
from ledger.identity import Bound
from ledger.judge import (
    Match,
    Verdict,
    bound_to,
    check_presented,
    judge,
    match_line,
    verdict,
    worst,
)
from ledger.location import Appraisal, appraise, terms_of
from ledger.registry import Registry
from ledger.service.inside import look_inside, missing
from ledger.service.ledger import Ledger, Tip
from ledger.service.lookup import find, find_by_number
from ledger.service.sight import Sight
from ledger.service.steps import Said, Step, names_in, read_acts, said_of, steps_of
from ledger.service.views import Seen, load_views
from ledger.service.workers import collecting_seldom
from ledger.store import events, log
from ledger.store.database import Connection
from ledger.view import EVERYTHING, OPERATOR, Horizon, Reader
from schemas.errors import ParseError
from schemas.item import parse_query


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that is known of one item, as of *as_of* and a tree of *size* entries.

    *state* is the effective one, None if no effective act ever named it. *findings* are open and
    closed; *contents* lie directly inside it; *container* is what it lies directly inside.
    *verdict* is the worst of the item's own and of all that is inside it at any depth; *troubled*
    are those inside that are not clear. *horizon* is the last entry that the reader may see of it,
    None if it may see all: then *as_of* is at most when that was recorded. *names* are those of
    the parties that are in it; *said* are the statements that bear on it, *numbers* are those that
    it is bound to, by kind; *place* is where it is said to be, None if it is not in view.
    """

    item: str
    state: ItemState | None
    verdict: Verdict
    findings: tuple[Finding, ...]
    steps: tuple[Step, ...]
    contents: tuple[str, ...]
    troubled: Mapping[str, Verdict]
    container: str | None
    names: Mapping[str, str]
    size: int
    as_of: datetime
    horizon: Horizon | None = None
    said: tuple[Said, ...] = ()
    numbers: Mapping[str, Bound] = field(default_factory=dict)
    place: Appraisal | None = None


@dataclass(frozen=True, slots=True)
class Line:
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
class Check:
    """Answers in the order asked, one for each item; *missing* were expected and not presented.

    *presented* counts what was given, repeats too. *shipments* is how many that the reader may see
    go by the document, None if none was asked after.
    """

    lines: tuple[Line, ...]
    presented: int
    shipments: int | None
    answers: Mapping[Match, int]
    verdicts: Mapping[Verdict, int]
    missing: tuple[str, ...]
    size: int
    as_of: datetime


def resolve(
    ledger: Ledger, texts: Sequence[str], reader: Reader = OPERATOR
) -> dict[str, list[str]]:
    """Every item in view that each of *texts* can mean: in any spelling, or as a bare serial.

    If there is none, those of which an entry in view gives it as a number (a UUID, say).
    """
    with ledger.database.reading() as connection:
        matches = find(connection, texts)
        if not reader.sees_all:
            sight = _sight(ledger, connection, ledger.renew(connection), reader)
            seen = sight.outlooks({item for found in matches.values() for item in found})
            matches = _in_view(matches, seen)
        rest = [text for text, found in matches.items() if not found]
        if not rest:
            return matches
        sight = _sight(ledger, connection, ledger.renew(connection), reader)
        return matches | find_by_number(sight, rest)[0]


def _sight(ledger: Ledger, connection: Connection, tip: Tip, reader: Reader) -> Sight:
    return Sight(connection, tip.registry, ledger.pack, reader, ledger.clock.now())


def _in_view(matches: Mapping[str, Sequence[str]], seen: Container[str]) -> dict[str, list[str]]:
    return {text: [item for item in found if item in seen] for text, found in matches.items()}


# One item ----------------------------------------------------------------------------------------


def dossier(
    ledger: Ledger, item: str, *, as_of: datetime | None = None, reader: Reader = OPERATOR
) -> Dossier:
    """The dossier of *item*; one that no entry names, or not in view, has no state and no steps.

    Raises: UnknownRule when the rule pack says nothing of *as_of*.
    """
    as_of = as_of or ledger.clock.now()
    with ledger.database.reading() as connection:
        tip = ledger.renew(connection)
        size = tip.head.size
        sight = _sight(ledger, connection, tip, reader)
        seen = load_views(sight, [item]).get(item)
        if seen is None:
            return Dossier(item, None, Verdict.UNKNOWN, (), (), (), {}, None, {}, size, as_of)
        as_of = seen.judged_at(as_of)
        findings = judge(seen.view, ledger.pack, ledger.atlas, as_of)
        state = seen.view.state
        inside = look_inside(sight, [seen])
        troubled = inside.troubled(ledger.pack, ledger.atlas, as_of).get(seen.number, {})
        steps, said = steps_of(sight, seen, findings), said_of(sight, seen)
        return Dossier(
            item=item,
            state=state,
            verdict=worst((verdict(findings, known=state is not None), *troubled.values())),
            findings=findings,
            steps=steps,
            contents=tuple(inside.children.get(item, ())),
            troubled=troubled,
            container=None if state is None else state.parent,
            names=names_in(state, steps, said, findings, tip.registry),
            size=size,
            as_of=as_of,
            horizon=None if seen.horizon == EVERYTHING else seen.horizon,
            said=said,
            numbers=bound_to(seen.view),
            place=appraise(seen.view.claims, terms_of(ledger.pack, as_of)),
        )


# Many items --------------------------------------------------------------------------------------


@collecting_seldom()
def check(  # noqa: PLR0913 - each says one thing of what is presented
    ledger: Ledger,
    texts: Sequence[str],
    *,
    document: str | None = None,
    presented_by: str | None = None,
    as_of: datetime | None = None,
    reader: Reader = OPERATOR,
) -> Check:
    """Answer each presented text: does it fit, what is known against it.

    *document* is a document URI: what its shipments hold is expected. *presented_by* is a party id.
    What is presented twice, in one spelling or two, is answered once and counted.
    Raises: UnknownRule when the rule pack says nothing of *as_of*.
    """
    as_of = as_of or ledger.clock.now()
    with ledger.database.reading() as connection:
        tip = ledger.renew(connection)
        size = tip.head.size
        sight = _sight(ledger, connection, tip, reader)
        expected = _expected(connection, document, tip.registry)
        matches, views = _look_up(sight, texts, expected.values())
        inside = look_inside(sight, list(views.values()))
    if not reader.sees_all:
        expected = _expected_in_view(expected, views)
    ask = _Asked(ledger, frozenset(expected), presented_by, as_of)
    lines = _lines(
        ask, matches, Counter(texts), views, inside.troubled(ledger.pack, ledger.atlas, as_of)
    )
    presented = {line.item for line in lines if line.item}
    return Check(
        lines=lines,
        presented=len(texts),
        shipments=None if document is None else len(expected),
        answers=Counter(line.answer for line in lines),
        verdicts=Counter(line.verdict for line in lines),
        missing=missing(expected, presented, inside),
        size=size,
        as_of=as_of,
    )


def _look_up(
    sight: Sight, texts: Sequence[str], expected: Iterable[Sequence[str]]
) -> tuple[dict[str, list[str]], dict[str, Seen]]:
    """The items in view that each of *texts* means; their views, and those of the *expected*."""
    matches = find(sight.connection, texts)
    groups = (*matches.values(), *expected)
    views = load_views(sight, dict.fromkeys(item for group in groups for item in group))
    matches = _in_view(matches, views)
    rest = [text for text, found in matches.items() if not found]
    if rest:
        numbered, bearers = find_by_number(sight, rest)
        matches, views = matches | numbered, {**views, **bearers}
    return matches, views


def _lines(
    asked: "_Asked",
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


def _expected(
    connection: Connection, document: str | None, registry: Registry
) -> dict[int, tuple[str, ...]]:
    """The units that each shipment under *document* set out with."""
    if document is None:
        return {}
    rows = log.load_entries_at(connection, events.find_documents(connection, document))
    acts = read_acts(connection, rows, registry)
    return {index: act.items for index, (_, act) in acts.items() if act.kind is ActKind.SHIP}


def _expected_in_view(
    expected: Mapping[int, Sequence[str]], views: Mapping[str, Seen]
) -> dict[int, tuple[str, ...]]:
    """*expected* with the units that a reader saw go, without shipments of which it saw nothing."""
    seen = {
        index: tuple([unit for unit in units if unit in views and views[unit].horizon >= index])
        for index, units in expected.items()
    }
    return {index: units for index, units in seen.items() if units}


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is the same for every line of a check."""

    ledger: Ledger
    shipments: frozenset[int]
    presented_by: str | None
    as_of: datetime


@dataclass(slots=True)
class _Presented:
    """One thing that was presented, first as *text*; *times* and *bearers* as in ``Line``."""

    text: str
    times: int = 0
    bearers: int = 1


def _line(
    asked: _Asked,
    one: _Presented,
    seen: Seen | None,
    troubled: Mapping[int, Mapping[str, Verdict]],
) -> Line:
    if seen is None:
        unknown = Match.UNKNOWN, Verdict.UNKNOWN
        return Line(one.text, None, *unknown, (), None, {}, one.times, one.bearers)
    view, inside = seen.view, troubled.get(seen.number, {})
    as_of = seen.judged_at(asked.as_of)
    findings = (*judge(view, asked.ledger.pack, asked.ledger.atlas, as_of), *check_presented(view))
    own = verdict(findings, known=view.state is not None)
    return Line(
        text=one.text,
        item=view.item,
        answer=match_line(view.state, asked.shipments, asked.presented_by),
        verdict=worst((own, *inside.values())),
        findings=tuple([found for found in findings if found.on_items]),
        state=view.state,
        troubled=inside,
        times=one.times,
        bearers=one.bearers,
        place=appraise(view.claims, terms_of(asked.ledger.pack, as_of)),
    )
