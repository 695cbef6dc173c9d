"""What became of an entry that bears on an item: whether it changed anything, and if not, why.

Whatever is well-formed is recorded: also a receipt of what was never sent, an agreement that nobody
waited for, the settling of what was not found. A story must not tell it as if it had done what it
says. All is read off what else is told of the item, so that whoever reads a bundle comes to the
same, and nobody learns of anything out of view. Before a statement is signed the ledger says more:
``ledger.service.hearing``. Example::

    outcomes(steps)[1].stands        # False: what it rested on was taken back
    idle(one, said, steps)           # "entry 7 waited for nobody"
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ledger.act import Act, ActKind
from ledger.finding import WITHOUT_EFFECT, Code, Finding
from ledger.judge import ARRIVAL
from ledger.replay import MOVED_NOTHING
from ledger.wording import later, phrase
from schemas.statement import Concurrence, Resolution, Statement


def is_effective(findings: Iterable[Finding]) -> bool:
    """Whether an entry with these *findings* on the item moved it."""
    return not any(
        found.code in WITHOUT_EFFECT or (found.code is Code.PENDING_SHIPMENT and found.is_open)
        for found in findings
    )


def is_effective_on(items: Collection[str], findings: Iterable[Finding]) -> bool:
    """Whether an entry that names *items*, with these *findings* on any, moved one of them."""
    idle = [found.items for found in findings if not is_effective([found])]
    return not idle or (all(idle) and not {item for some in idle for item in some} >= {*items})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an entry that bears on an item.

    *stands*: it took effect, and has it still. If not, it was taken back by *corrected_by*, or what
    it rested on was by *fell_by*, or it *waits* for what it rests on; else it never had any.
    *redirects*: it sent on what was under way. *rights* are what an acceptance took: ``owner``,
    ``user``. *corrects* is the entry that it declares wrong, if that is known. If it *replaces*, it
    counts only in the place that *corrected_by* gives it.
    """

    stands: bool = True
    waits: bool = False
    fell_by: int | None = None
    redirects: bool = False
    rights: tuple[str, ...] = ()
    corrects: int | None = None
    corrected_by: int | None = None
    replaces: bool = False


class Recorded(Protocol):
    """An entry that bears on an item, with what was found of it."""

    @property
    def index(self) -> int:
        """Of the entry."""

    @property
    def act(self) -> Act:
        """What was signed."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found of it on the item."""

    @property
    def corrects(self) -> int | None:
        """As in ``Outcome``."""

    @property
    def corrected_by(self) -> int | None:
        """As in ``Outcome``."""


def outcomes(steps: Iterable[Recorded], agreed: Collection[int] = ()) -> list[Outcome]:
    """What became of each of *steps*, which are all that bear on one item, in order.

    *agreed* are the entries by which somebody agreed to a correction.
    """
    steps = list(steps)
    acts = {step.index: step.act for step in steps}
    targets = {step.index: step.corrects for step in steps}
    offers: dict[str, str] = {}
    found = []
    for step in steps:
        moot = [one for one in step.findings if _is_moot(one, step, acts)]
        stands = step.corrected_by is None and not moot
        found.append(
            Outcome(
                stands,
                waits=any(one.code is Code.PENDING_SHIPMENT and one.is_open for one in moot),
                fell_by=_fallen(moot, acts, agreed),
                redirects=any(one.code is Code.REDIRECTED for one in step.findings),
                rights=_taken(offers, step.act) if stands else (),
                corrects=step.corrects,
                corrected_by=step.corrected_by,
                replaces=targets.get(step.corrected_by or -1, step.index) != step.index,
            )
        )
    return found


def _is_moot(found: Finding, step: Recorded, acts: Mapping[int, Act]) -> bool:
    """Whether it says that *step* has no effect: of a receipt that came first, no more once sent.

    By the sender, or by who sent it back.
    """
    if found.code not in MOVED_NOTHING:
        return False
    by = None if found.closed_by is None else acts.get(found.closed_by)
    if found.code is not Code.PENDING_SHIPMENT or by is None:
        return True
    is_sent = by.kind is ActKind.SHIP and by.counterparty == step.act.who
    return not (is_sent or by.kind is ActKind.REFUSE)


def _fallen(
    moot: Iterable[Finding], acts: Mapping[int, Act], agreed: Collection[int]
) -> int | None:
    """The entry by which a correction took away what the findings *moot* say is missing."""
    for found in moot:
        by = found.closed_by
        act = None if by is None else acts.get(by)
        if by in agreed or (act is not None and act.kind is ActKind.CORRECT):
            return by
    return None


def _taken(offers: dict[str, str], act: Act) -> tuple[str, ...]:
    """The rights that *act* takes; *offers* are those that wait, by right."""
    if act.kind is ActKind.TRANSFER:
        takers = {"owner": act.owner, "user": act.user}
        offers.update({right: taker for right, taker in takers.items() if taker is not None})
    if act.kind is not ActKind.ACCEPT:
        return ()
    taken = tuple([right for right, taker in offers.items() if taker == act.who])
    # What a former owner offered is off when there is a new one (ledger.ownership).
    for right in tuple(offers) if "owner" in taken else taken:
        del offers[right]
    return taken


# Statements --------------------------------------------------------------------------------------


class Heard(Protocol):
    """Entry *index*, a *statement* about entry *about*, None if that is not known."""

    @property
    def index(self) -> int:
        """Of the entry."""

    @property
    def statement(self) -> Statement:
        """What was signed."""

    @property
    def about(self) -> int | None:
        """The entry that it names."""


def agreements(said: Iterable[Heard]) -> frozenset[int]:
    """The entries among *said* by which somebody agreed to a correction."""
    return frozenset([one.index for one in said if isinstance(one.statement, Concurrence)])


def idle(one: Heard, said: Iterable[Heard], steps: Sequence[Recorded]) -> str | None:
    """Why *one* changed nothing of an item, None if it did or that cannot be told from here.

    *said* and *steps* are all that is told of the item, with all that was found, open and closed.
    """
    findings = [found for step in steps for found in step.findings]
    match one.statement:
        case Concurrence():
            return _unasked(one, said, steps, findings)
        case Resolution():
            return _unsettled(one, one.statement, findings)
        case _:
            return None


def _unsettled(one: Heard, said: Resolution, findings: Iterable[Finding]) -> str | None:
    found = [f for f in findings if f.index == one.about and f.code == said.code]
    if any(f.closed_by == one.index for f in found):
        return None
    if not found:
        # Of what depends on the day it may have settled what is not so any more.
        return (
            None
            if said.code in ARRIVAL
            else phrase("entry %(entry)s has no such finding here", entry=one.about)
        )
    closed = [f.closed_by for f in found if f.closed_by is not None]
    if closed:
        return phrase("entry %(entry)s had settled it already", entry=min(closed))
    return phrase("only the registrar or an inspector settles it, and not in its own cause")


def _unasked(
    one: Heard, said: Iterable[Heard], steps: Iterable[Recorded], findings: Iterable[Finding]
) -> str | None:
    waited = [f for f in findings if _is_of(f, one.about) and f.index < one.index]
    if any(f.closed_by == one.index for f in waited):
        return None
    if not waited:
        return phrase("entry %(entry)s waited for nobody", entry=one.about)
    if all(f.closed_by is not None and f.closed_by < one.index for f in waited):
        since = waited[-1].closed_by
        text = later("entry %(entry)s waited no more since entry %(since)s")
        return phrase(text, entry=one.about, since=since)
    before = [other.index for other in said if _is_same(other, one) and other.index < one.index]
    if before:
        return phrase("it agreed already, in entry %(entry)s", entry=before[0])
    # Who built on it through other goods is not told here.
    if any(step.act.who == one.statement.party for step in steps):
        return None
    return phrase("nothing that is told here waited for it")


def _is_of(found: Finding, correction: int | None) -> bool:
    """Whether it says that *correction* waits, or a corrective of it that came later."""
    return found.code is Code.CORRECTION_OPEN and correction in (found.index, *found.cites)


def _is_same(one: Heard, other: Heard) -> bool:
    is_both = isinstance(one.statement, Concurrence) and one.about == other.about
    return is_both and one.statement.party == other.statement.party
