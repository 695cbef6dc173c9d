"""Queries: what a serial means, one chip's dossier, the check of many serials at once.

    resolve(ledger, "S1234")                    # every item with that bare serial
    dossier(ledger, item)                       # state, verdict, findings, the story
    check(ledger, ["S1", "S2"], document="urn:chiptrail:doc:awb:160-12345675")

What a reader may see is decided by where this runs: on the command line it is the operator's own
data directory, so all of it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ledger.act import Act, ActKind
from ledger.finding import Finding
from ledger.holding import ItemState
from ledger.judge import Match, Verdict, check_presented, judge, match_line, verdict, worst
from ledger.registry import Registry
from ledger.service.inside import look_inside, missing
from ledger.service.ledger import Ledger
from ledger.service.rows import ReadEvent, event_of_row, load_item_lists
from ledger.service.views import Seen, load_views
from ledger.store import events, items, log
from ledger.store.database import Connection
from schemas.errors import ParseError
from schemas.event import Event
from schemas.item import parse_query


@dataclass(frozen=True, slots=True)
class Step:
    """One event that bears on an item; *through* is the container it names, None for the item."""

    index: int
    recorded_at: datetime
    event: Event
    act: Act
    through: str | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that is known of one item, as of *as_of* and a tree of *size* entries.

    *state* is the effective one, None if no effective act ever named it. *findings* are open and
    closed; *contents* lie directly inside it; *container* is what it lies directly inside.
    *verdict* is the worst of the item's own and of all that is inside it at any depth; *troubled*
    are those inside that are not clear.
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


@dataclass(frozen=True, slots=True)
class Line:
    """The answer for one presented text; *item* is None when nothing by it is recorded.

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


@dataclass(frozen=True, slots=True)
class Check:
    """Answers in the order asked, one for each item; *missing* were expected and not presented.

    *presented* counts what was given, repeats too. *shipments* is how many go by the document, None
    if none was asked after.
    """

    lines: tuple[Line, ...]
    presented: int
    shipments: int | None
    answers: Mapping[Match, int]
    verdicts: Mapping[Verdict, int]
    missing: tuple[str, ...]
    size: int
    as_of: datetime


def resolve(ledger: Ledger, texts: Sequence[str]) -> dict[str, list[str]]:
    """Every recorded item that each of *texts* (any spelling, or a bare serial) can mean."""
    with ledger.database.reading() as connection:
        return _resolve(connection, texts)


def _resolve(connection: Connection, texts: Sequence[str]) -> dict[str, list[str]]:
    exact: dict[str, str] = {}
    serials: dict[str, str] = {}
    for text in texts:
        try:
            query = parse_query(text)
        except ParseError:
            continue
        if query.item is not None:
            exact[text] = query.item
        if query.serial is not None:
            serials[text] = query.serial
    known = items.load_ids(connection, set(exact.values()))
    found = items.find_serials(connection, set(serials.values()))
    matches: dict[str, list[str]] = {}
    for text in texts:
        named = [exact[text]] if exact.get(text) in known else []
        by_serial = found.get(serials[text], []) if text in serials else []
        matches[text] = list(dict.fromkeys(named + by_serial))
    return matches


# One item ----------------------------------------------------------------------------------------


def dossier(ledger: Ledger, item: str, *, as_of: datetime | None = None) -> Dossier:
    """The dossier of *item*; one that no entry names has no state and no steps.

    Raises: UnknownRule when the rule pack says nothing of *as_of*.
    """
    as_of = as_of or ledger.clock.now()
    with ledger.database.reading() as connection:
        tip = ledger.renew(connection)
        seen = load_views(connection, [item]).get(item)
        names = {party.id: party.names[0] for party in tip.registry.parties.values()}
        if seen is None:
            return Dossier(
                item, None, Verdict.UNKNOWN, (), (), (), {}, None, names, tip.head.size, as_of
            )
        findings = judge(seen.view, ledger.pack, as_of)
        state = seen.view.state
        inside = look_inside(connection, [seen]).troubled(ledger, as_of).get(seen.number, {})
        return Dossier(
            item=item,
            state=state,
            verdict=worst((verdict(findings, known=state is not None), *inside.values())),
            findings=findings,
            steps=_steps(connection, seen, findings, tip.registry),
            contents=tuple(items.load_contents(connection, seen.number)),
            troubled=inside,
            container=None if state is None else state.parent,
            names=names,
            size=tip.head.size,
            as_of=as_of,
        )


def _steps(
    connection: Connection, seen: Seen, findings: Sequence[Finding], registry: Registry
) -> tuple[Step, ...]:
    through = {bearing.idx: bearing.subject for bearing in reversed(seen.bearings)}
    through |= {b.idx: b.subject for b in seen.bearings if b.subject == seen.number}
    indexes = sorted(through)
    acts = _read_acts(connection, indexes, registry)
    recorded = log.load_recorded_at(connection, indexes)
    steps = []
    for index in indexes:
        event, act = acts[index]
        subject = through[index]
        steps.append(
            Step(
                index=index,
                recorded_at=items.moment(recorded[index]),
                event=event,
                act=act,
                through=None if subject == seen.number else seen.subjects[subject],
                findings=tuple(found for found in findings if found.index == index),
            )
        )
    return tuple(steps)


def _read_acts(
    connection: Connection, indexes: Sequence[int], registry: Registry
) -> dict[int, ReadEvent]:
    """The event and the act of each entry, as it was signed."""
    lists = load_item_lists(connection, list(indexes))
    rows = log.load_entries_at(connection, indexes)
    return {index: event_of_row(row, lists.get(index, {}), registry) for index, row in rows.items()}


# Many items --------------------------------------------------------------------------------------


def check(
    ledger: Ledger,
    texts: Sequence[str],
    *,
    document: str | None = None,
    presented_by: str | None = None,
    as_of: datetime | None = None,
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
        matches = _resolve(connection, texts)
        expected = _expected(connection, document, tip.registry)
        groups = (*matches.values(), *expected.values())
        wanted = list(dict.fromkeys(item for group in groups for item in group))
        views = load_views(connection, wanted)
        inside = look_inside(connection, list(views.values()))
    ask = _Asked(ledger, frozenset(expected), presented_by, as_of)
    lines = _lines(ask, matches, Counter(texts), views, inside.troubled(ledger, as_of))
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


def _lines(
    asked: "_Asked",
    matches: Mapping[str, Sequence[str]],
    given: Mapping[str, int],
    views: Mapping[str, Seen],
    troubled: Mapping[int, Mapping[str, Verdict]],
) -> tuple[Line, ...]:
    """One line for each item that a text of *matches* means, and for each that nothing bears."""
    times: Counter[str] = Counter()
    lines: dict[str, Line] = {}
    for text, found in matches.items():
        for key in _keys(text, found):
            times[key] += given[text]
            bearers = max(len(found), 1)
            if key in lines:
                lines[key] = replace(lines[key], bearers=max(bearers, lines[key].bearers))
            elif (seen := views.get(key)) is not None:
                line = _line(asked, text, seen, troubled.get(seen.number, {}))
                lines[key] = replace(line, bearers=bearers)
            else:
                lines[key] = Line(text, None, Match.UNKNOWN, Verdict.UNKNOWN, (), None, {})
    return tuple(replace(line, times=times[key]) for key, line in lines.items())


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
    acts = _read_acts(connection, events.find_documents(connection, document), registry)
    return {index: act.items for index, (_, act) in acts.items() if act.kind is ActKind.SHIP}


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is the same for every line of a check."""

    ledger: Ledger
    shipments: frozenset[int]
    presented_by: str | None
    as_of: datetime


def _line(asked: _Asked, text: str, seen: Seen, inside: Mapping[str, Verdict]) -> Line:
    view = seen.view
    findings = (*judge(view, asked.ledger.pack, asked.as_of), *check_presented(view))
    own = verdict(findings, known=view.state is not None)
    return Line(
        text=text,
        item=view.item,
        answer=match_line(view.state, asked.shipments, asked.presented_by),
        verdict=worst((own, *inside.values())),
        findings=tuple(found for found in findings if found.on_items),
        state=view.state,
        troubled=inside,
    )
