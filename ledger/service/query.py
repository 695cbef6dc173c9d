"""Queries: what a serial means, one chip's dossier, the check of many serials at once.

    resolve(ledger, "S1234")                    # every item with that bare serial
    dossier(ledger, item)                       # state, verdict, findings, the story
    check(ledger, ["S1", "S2"], document="urn:chiptrail:doc:awb:160-12345675")

What a reader may see is decided by where this runs: on the command line it is the operator's own
data directory, so all of it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ledger.act import Act, ActKind, read_act
from ledger.finding import Finding
from ledger.holding import ItemState
from ledger.judge import Match, Verdict, check_presented, judge, match_line, verdict, worst
from ledger.service.ledger import Ledger
from ledger.service.rows import load_item_lists
from ledger.service.views import Seen, load_views
from ledger.store import events, items, log
from ledger.store.database import Connection
from schemas.errors import ParseError
from schemas.event import Event, OpenItems, parse_event
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
    """

    text: str
    item: str | None
    answer: Match
    verdict: Verdict
    findings: tuple[Finding, ...]
    state: ItemState | None
    troubled: Mapping[str, Verdict]


@dataclass(frozen=True, slots=True)
class Check:
    """Answers in the order asked; *missing* were expected by the document and not presented."""

    lines: tuple[Line, ...]
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
        inside = _troubled_inside(connection, ledger, [seen], as_of).get(seen.number, {})
        return Dossier(
            item=item,
            state=state,
            verdict=worst((verdict(findings, known=state is not None), *inside.values())),
            findings=findings,
            steps=_steps(connection, seen, findings),
            contents=tuple(items.load_contents(connection, seen.number)),
            troubled=inside,
            container=None if state is None else state.parent,
            names=names,
            size=tip.head.size,
            as_of=as_of,
        )


def _troubled_inside(
    connection: Connection, ledger: Ledger, containers: Sequence[Seen], as_of: datetime
) -> dict[int, dict[str, Verdict]]:
    """By the number of the container, the items inside it that are not clear."""
    inside = items.load_inside(connection, [seen.number for seen in containers])
    views = load_views(connection, list({item for found in inside.values() for item in found}))
    verdicts = {
        item: verdict(judge(seen.view, ledger.pack, as_of), known=seen.view.state is not None)
        for item, seen in views.items()
    }
    return {
        number: {item: verdicts[item] for item in found if verdicts[item] is not Verdict.CLEAR}
        for number, found in inside.items()
    }


def _steps(connection: Connection, seen: Seen, findings: Sequence[Finding]) -> tuple[Step, ...]:
    through = {bearing.idx: bearing.subject for bearing in reversed(seen.bearings)}
    through |= {b.idx: b.subject for b in seen.bearings if b.subject == seen.number}
    indexes = sorted(through)
    acts = _read_acts(connection, indexes)
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


def _read_acts(connection: Connection, indexes: Sequence[int]) -> dict[int, tuple[Event, Act]]:
    """The event and the act of each entry, from the signed payload and its stored lists."""
    lists = load_item_lists(connection, list(indexes))
    read: dict[int, tuple[Event, Act]] = {}
    for index, row in log.load_entries_at(connection, indexes).items():
        event = parse_event(row.payload)
        # The lists were checked against what was signed when they were captured.
        opened = {field: given.ids for field, given in lists.get(index, {}).items()} | {
            field: found.ids for field, found in event.lists.items() if isinstance(found, OpenItems)
        }
        read[index] = event, read_act(event, opened)
    return read


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
    Raises: UnknownRule when the rule pack says nothing of *as_of*.
    """
    as_of = as_of or ledger.clock.now()
    with ledger.database.reading() as connection:
        size = ledger.renew(connection).head.size
        matches = _resolve(connection, texts)
        expected = _expected(connection, document)
        groups = (*matches.values(), *expected.values())
        wanted = list(dict.fromkeys(item for group in groups for item in group))
        views = load_views(connection, wanted)
        inside = _troubled_inside(connection, ledger, list(views.values()), as_of)
    ask = _Asked(ledger, frozenset(expected), presented_by, as_of)
    lines: list[Line] = []
    for text in texts:
        found = [views[item] for item in matches[text] if item in views]
        lines += [_line(ask, text, seen, inside.get(seen.number, {})) for seen in found] or [
            Line(text, None, Match.UNKNOWN, Verdict.UNKNOWN, (), None, {})
        ]
    presented = {item for line in lines if line.item for item in _around(line)}
    missing = [
        item
        for index, units in expected.items()
        for item in units
        if item not in presented and _is_still_in(views.get(item), index)
    ]
    return Check(
        lines=tuple(lines),
        answers=Counter(line.answer for line in lines),
        verdicts=Counter(line.verdict for line in lines),
        missing=tuple(missing),
        size=size,
        as_of=as_of,
    )


def _around(line: Line) -> tuple[str, ...]:
    """The presented item and the container it lies in: either accounts for an expected unit."""
    assert line.item is not None
    parent = line.state.parent if line.state else None
    return (line.item,) if parent is None else (line.item, parent)


def _is_still_in(seen: Seen | None, shipment: int) -> bool:
    """Whether the unit is on its way with that shipment, so that it should be here."""
    state = None if seen is None else seen.view.state
    return state is not None and state.custody.shipment == shipment


def _expected(connection: Connection, document: str | None) -> dict[int, tuple[str, ...]]:
    """The units that each shipment under *document* set out with."""
    if document is None:
        return {}
    acts = _read_acts(connection, events.find_documents(connection, document))
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
