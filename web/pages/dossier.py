"""A dossier arranged for people: what it is, who has it, what happened, what to do.

    shown = arrange(dossier)
    shown.story[0].told         # the newest step, in words
    shown.inside.verdicts       # how many of what is in it are clear, and how many are not

Of what a shipper tells customs, prices are left out: an inspector needs none, and a printed dossier
goes from hand to hand.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ledger.advice import ACTIONS, Action
from ledger.finding import Finding, Tier
from ledger.identity import KINDS, spelled
from ledger.judge import Verdict
from ledger.outcome import Outcome, agreements, idle, outcomes
from ledger.service.query import Dossier
from ledger.service.steps import Step
from ledger.statement_story import tell_statement
from ledger.story import tell
from ledger.tenure import due_at, making, sending, tenure
from schemas.particulars import Particulars, read_particulars

FIRST_INSIDE = 50
"""So many of what is directly inside are listed; the list of goods has all."""
# What is recorded sooner than this after it happened is recorded in time.
_PROMPTLY = timedelta(hours=24)
_COMMERCIAL = frozenset({"value", "currency", "incoterm"})
_CUSTOMS, _EVIDENCE = "chiptrail:customs", "chiptrail:evidence"


@dataclass(frozen=True, slots=True)
class Told:
    """One entry of the story: *told* by *signer*; *recorded_at* is None where that was prompt.

    *stands*: it took effect, and has it still. *through* is the container that it names.
    """

    index: int
    at: datetime
    told: str
    signer: str
    recorded_at: datetime | None = None
    stands: bool = True
    through: str | None = None
    findings: tuple[Finding, ...] = ()
    numbers: Mapping[str, str] | None = None
    withheld: tuple[str, ...] = ()
    erased: tuple[str, ...] = ()
    evidence: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Number:
    """A *number* of some *kind* that the item is bound to, by *entry*."""

    kind: str
    number: str
    entry: int


@dataclass(frozen=True, slots=True)
class Inside:
    """How many lie directly inside, the *first* of them, and what is not clear at any depth."""

    total: int
    first: tuple[tuple[str, Verdict], ...]
    verdicts: Mapping[Verdict, int]
    troubled: tuple[tuple[str, Verdict], ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page says of an item, beside its dossier.

    *made*, *since* and *sent* are the steps that made it, by which its holder has it, and by which
    it went out last; *maker* and *shipment* are what the first and the last say besides. *open* and
    *closed* are findings, the worst first, *looks* what to look at next.
    """

    made: Step | None
    maker: Particulars | None
    since: Step | None
    sent: Step | None
    shipment: Particulars | None
    customs: Mapping[str, Any]
    due_at: datetime | None
    numbers: tuple[Number, ...]
    open: tuple[Finding, ...]
    closed: tuple[Finding, ...]
    looks: tuple[str, ...]
    story: tuple[Told, ...]
    inside: Inside

    @property
    def actions(self) -> Mapping[str, Action]:
        """What to do about each finding that is open."""
        return {found.code: ACTIONS[found.code] for found in self.open}


def arrange(found: Dossier) -> Shown:
    """What a page says of *found*."""
    state, steps = found.state, found.steps
    made, sent = making(state, steps), sending(steps)
    customs: Any = {} if sent is None else sent.event.body.get(_CUSTOMS, {})
    on_it = sorted(found.findings, key=_gravity)
    opened = tuple([one for one in on_it if one.is_open and one.on_items])
    return Shown(
        made=made,
        maker=None if made is None else read_particulars(made.event),
        since=None if state is None else tenure(state, steps),
        sent=sent,
        shipment=None if sent is None else read_particulars(sent.event),
        customs={name: said for name, said in customs.items() if name not in _COMMERCIAL},
        due_at=None if state is None else due_at(state, steps),
        numbers=tuple(_numbers(found)),
        open=opened,
        closed=tuple([one for one in on_it if one not in opened]),
        looks=tuple(_looks(opened)),
        story=tuple(sorted(_story(found), key=lambda told: -told.index)),
        inside=_inside(found),
    )


def _gravity(found: Finding) -> tuple[int, int]:
    return -tuple(Tier).index(found.tier), found.index


def _looks(findings: Iterable[Finding]) -> Sequence[str]:
    pressing = [one for one in findings if one.tier in (Tier.WARNING, Tier.CONTRAINDICATED)]
    return list(dict.fromkeys(ACTIONS[one.code].look for one in pressing))


def _numbers(found: Dossier) -> Iterator[Number]:
    """As they were signed; what is looked up by is in small letters."""
    signed = {step.index: spelled(one) for step in found.steps for one in step.event.identities}
    for kind in [kind for kind in KINDS if kind in found.numbers]:
        number, entry = found.numbers[kind]
        yield Number(KINDS[kind], signed.get(entry, {}).get(kind, number), entry)


def _inside(found: Dossier) -> Inside:
    direct = [(item, found.troubled.get(item, Verdict.CLEAR)) for item in found.contents]
    order = (Verdict.STOP, Verdict.UNKNOWN, Verdict.CHECK)
    troubled = sorted(found.troubled.items(), key=lambda one: order.index(one[1]))
    counts = Counter(verdict for _, verdict in direct)
    return Inside(
        len(direct),
        tuple(direct[:FIRST_INSIDE]),
        {verdict: counts[verdict] for verdict in Verdict if counts[verdict]},
        tuple(troubled[:FIRST_INSIDE]),
    )


# The story ---------------------------------------------------------------------------------------


def _story(found: Dossier) -> Iterator[Told]:
    became = outcomes(found.steps, agreements(found.said))
    for step, outcome in zip(found.steps, became, strict=True):
        yield _step(found, step, outcome)
    for said in found.said:
        statement = said.statement
        why_idle = idle(said, found.said, found.steps)
        told = tell_statement(statement, found.names, said.about, idle=why_idle)
        yield Told(said.index, statement.issued_at, told, statement.party, stands=why_idle is None)


def _step(found: Dossier, step: Step, outcome: Outcome) -> Told:
    act, event = step.act, step.event
    # A correction is the wrong event again.
    at = act.event_at if event.error is None else event.error.declared_at
    evidence: Any = event.body.get(_EVIDENCE, ())
    return Told(
        index=step.index,
        at=at,
        told=tell(act, event, found.names, item=step.through or found.item, outcome=outcome),
        signer=act.actor,
        recorded_at=step.recorded_at if step.recorded_at - at > _PROMPTLY else None,
        stands=outcome.stands,
        through=step.through,
        findings=step.findings,
        numbers={
            KINDS[kind]: text for one in event.identities for kind, text in spelled(one).items()
        },
        withheld=step.withheld,
        erased=tuple([one.name for one in step.erased]),
        evidence=tuple(evidence),
    )
