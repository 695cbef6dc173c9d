"""Queries: what a serial means, one chip's dossier, the check of many serials at once.

    resolve(ledger, "S1234")                    # every item with that bare serial
    dossier(ledger, item)                       # state, verdict, findings, the story
    check(ledger, ["S1", "S2"], document="urn:chiptrail:doc:awb:160-12345675")

Each takes the ``reader`` who asks: by default whoever runs the ledger, who sees all. What a reader
may not see is answered as if it did not exist (docs/custody.md, "Who sees what").
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ledger.finding import Finding
from ledger.holding import ItemState
from ledger.identity import Bound
from ledger.judge import (
    Match,
    Verdict,
    bound_to,
    judge,
    verdict,
    worst,
)
from ledger.location import NO_CLAIMS, Appraisal, Claims, appraise, terms_of
from ledger.service.inside import look_inside, missing
from ledger.service.knowing import NOW, Known, cut
from ledger.service.ledger import Ledger, Tip
from ledger.service.looking import looked_at, looking
from ledger.service.lookup import find, find_by_number, in_view
from ledger.service.presenting import (
    Asked,
    Counts,
    Line,
    count,
    expected_by,
    expected_in_view,
    lines_of,
    look_up,
)
from ledger.service.sight import Sight
from ledger.service.steps import Said, Step, names_in, said_of, steps_of
from ledger.service.views import load_views
from ledger.service.workers import collecting_seldom
from ledger.store.database import Connection
from ledger.view import EVERYTHING, OPERATOR, Horizon, Reader
from ledger.wording import later
from schemas.place import Place


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that is known of one item, as of *as_of* and a tree of *size* entries.

    *state* is the effective one, None if no effective act ever named it. *findings* are open and
    closed; *contents* lie directly inside it; *container* is what it lies directly inside.
    *verdict* is the worst of the item's own and of all that is inside it at any depth; *troubled*
    are those inside that are not clear. *horizon* is the last entry that the reader may see of it,
    None if it may see all: then *as_of* is at most when that was recorded. *names* are those of
    the parties that are in it; *said* are the statements that bear on it, *numbers* are those that
    it is bound to, by kind; *place* is where it is said to be, None if it is not in view, of all
    *claims* of that. *around* are the containers that it lies in, the inmost first.
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
    around: tuple[str, ...] = ()
    claims: Claims = NO_CLAIMS


@dataclass(frozen=True, slots=True)
class Check:
    """Answers in the order asked, one for each item; *missing* were expected and not presented.

    *presented* counts what was given, repeats too. *shipments* is how many that the reader may see
    are those that were asked after, None if none were. *counted* is what was presented and is in
    view, *expected* what these shipments set out with.
    """

    lines: tuple[Line, ...]
    presented: int
    shipments: int | None
    answers: Mapping[Match, int]
    verdicts: Mapping[Verdict, int]
    missing: tuple[str, ...]
    size: int
    as_of: datetime
    counted: Counts
    expected: Counts | None = None


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
            matches = in_view(matches, seen)
        rest = [text for text, found in matches.items() if not found]
        if not rest:
            return matches
        sight = _sight(ledger, connection, ledger.renew(connection), reader)
        return matches | find_by_number(sight, rest)[0]


def _sight(
    ledger: Ledger,
    connection: Connection,
    tip: Tip,
    reader: Reader,
    known: Horizon = EVERYTHING,
) -> Sight:
    now = ledger.clock.now()
    return Sight(connection, tip.registry, ledger.pack, reader, now, known=known)


# One item ----------------------------------------------------------------------------------------


def dossier(
    ledger: Ledger,
    item: str,
    *,
    as_of: datetime | None = None,
    known: Known = NOW,
    reader: Reader = OPERATOR,
) -> Dossier:
    """The dossier of *item*; one that no entry names, or not in view, has no state and no steps.

    With what was *known* then, judged as of *as_of*, else of then.
    Raises: UnknownRule when the rule pack says nothing of *as_of*; MalformedParameter.
    """
    with looking(ledger, reader, looked_at(later("item %(count)s"), [item])) as connection:
        tip = ledger.renew(connection)
        then = cut(connection, known, tip.head.size, ledger.clock.now())
        size, as_of = then.size, as_of or then.day
        sight = _sight(ledger, connection, tip, reader, then.horizon)
        seen = load_views(sight, [item]).get(item)
        if seen is None:
            return Dossier(item, None, Verdict.UNKNOWN, (), (), (), {}, None, {}, size, as_of)
        as_of = seen.judged_at(as_of)
        view, inside = seen.view, look_inside(sight, [seen])
        findings, state = judge(view, ledger.pack, ledger.atlas, as_of), view.state
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
            horizon=None if seen.horizon >= then.horizon else seen.horizon,
            said=said,
            numbers=bound_to(view),
            place=appraise(view.claims, terms_of(ledger.pack, as_of)),
            around=seen.around,
            claims=view.claims,
        )


# Many items ---------------------------------------------------------------------------------------


@collecting_seldom()
def check(  # noqa: PLR0913 - each says one thing of what is presented
    ledger: Ledger,
    texts: Sequence[str],
    *,
    document: str | None = None,
    shipment: int | None = None,
    presented_by: str | None = None,
    here: Place | None = None,
    as_of: datetime | None = None,
    known: Known = NOW,
    reader: Reader = OPERATOR,
) -> Check:
    """Answer each presented text: does it fit, what is known against it.

    *document* is a document URI: what its shipments hold is expected, and so is what *shipment*
    holds, the index of one. *presented_by* is a party id,
    *here* is where the goods lie. What is presented twice, in one spelling or two, is answered once
    and counted.
    Raises: UnknownRule when the rule pack says nothing of *as_of*; MalformedParameter.
    """
    with looking(ledger, reader, looked_at(later("check %(count)s"), texts)) as connection:
        tip = ledger.renew(connection)
        then = cut(connection, known, tip.head.size, ledger.clock.now())
        as_of = as_of or then.day
        sight = _sight(ledger, connection, tip, reader, then.horizon)
        expected = expected_by(connection, document, shipment, tip.registry, then.horizon)
        matches, views = look_up(sight, texts, expected.values())
        inside = look_inside(sight, list(views.values()))
    if not reader.sees_all:
        expected = expected_in_view(expected, views)
    ask = Asked(ledger, frozenset(expected), presented_by, here, as_of)
    troubled = inside.troubled(ledger.pack, ledger.atlas, as_of)
    lines = lines_of(ask, matches, Counter(texts), views, troubled)
    presented = {line.item for line in lines if line.item}
    awaited = {unit for units in expected.values() for unit in units}
    is_expecting = document is not None or shipment is not None
    return Check(
        lines=lines,
        presented=len(texts),
        shipments=len(expected) if is_expecting else None,
        answers=Counter(line.answer for line in lines),
        verdicts=Counter(line.verdict for line in lines),
        missing=missing(expected, presented, inside),
        size=then.size,
        as_of=as_of,
        counted=count(presented, inside),
        expected=count(awaited, inside) if is_expecting else None,
    )
