"""Judgement at the time of reading: what is late or missing, what is settled, what to make of it.

Source: docs/findings.md. Findings of acts were kept when the log was folded; what depends on the
day, the rule pack or the goods before us is worked out here and never stored. Everything comes in
as a ``View``, so that whoever asks is judged by what that reader may see. What to do about a
finding is in ``ledger.advice``. Example::

    found = judge(view, pack, as_of)
    verdict(found, known=view.state is not None)     # Verdict.CHECK
    match_line(view.state, shipments, presented_by)  # Match.OTHER_SHIPMENT
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from ledger.act import ActKind
from ledger.finding import Closing, Code, Finding, Tier
from ledger.holding import ItemState, Phase
from ledger.rules import RulePack


class Verdict(StrEnum):
    """What a reader is told of an item; ``unknown`` is not in the reader's view."""

    CLEAR = "clear"
    UNKNOWN = "unknown"
    CHECK = "check"
    STOP = "stop"


class Match(StrEnum):
    """How a serial that is presented fits what was expected."""

    MATCH = "match"
    OTHER_SHIPMENT = "other-shipment"
    ELSEWHERE = "elsewhere"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Docket:
    """What the entries about one item or container found and closed, in log order."""

    findings: tuple[Finding, ...] = ()
    closings: tuple[Closing, ...] = ()


@dataclass(frozen=True, slots=True)
class Shipment:
    """Entry *index*, a ``ship`` or ``refuse``, and what came of it.

    *received* are the entries by which any part of it arrived, *closed_by* the one among them that
    said it was final; *due_at* None if nobody said when.
    """

    index: int
    due_at: datetime | None
    received: tuple[int, ...] = ()
    closed_by: int | None = None


@dataclass(frozen=True, slots=True)
class View:
    """What a reader may see of one *item*.

    *state* is the effective one, None if the item is not in view. *docket* is its own;
    *containers* has one for every stay in a container, cut to the entries of that stay (after it
    went in, before it came out). *shipment* is that of the state's custody, None unless in
    transit. *is_empty_container*: things were in it, and nothing is any more.
    """

    item: str
    state: ItemState | None
    docket: Docket = Docket()
    containers: tuple[Docket, ...] = ()
    shipment: Shipment | None = None
    is_empty_container: bool = False


def judge(view: View, pack: RulePack, as_of: datetime) -> tuple[Finding, ...]:
    """Everything found about the item at *as_of*, open and closed.

    Raises: UnknownRule, MalformedRules.
    """
    own = view.docket
    found = list(settle(own.findings, own.closings))
    for container in view.containers:
        # What is cleared of the item itself is cleared, also if its container brought it on.
        found += settle(container.findings, container.closings + own.closings)
    late = _check_arrival(view, pack, as_of)
    return (*found, late) if late is not None else tuple(found)


def settle(findings: Iterable[Finding], closings: Iterable[Closing]) -> tuple[Finding, ...]:
    """*findings* with what closed them: the first later closing of their code, or of all codes."""
    closings = sorted(closings, key=lambda closing: closing.index)
    return tuple([_settled(finding, closings) for finding in findings])


def _settled(finding: Finding, closings: Iterable[Closing]) -> Finding:
    for closing in closings:
        if closing.index > finding.index and closing.code in (None, finding.code):
            return replace(finding, closed_by=closing.index)
    return finding


def check_presented(view: View, *, index: int | None = None) -> tuple[Finding, ...]:
    """What it means that the item lies before us.

    *index* is the entry that says so, if one does; else the entry that ended the item shows it.
    """
    state = view.state
    if state is None or state.ended is None:
        return ()
    word = "destroyed" if state.ended is ActKind.DESTROY else "taken out of use"
    message = f"by entry {state.last} this item was {word}, yet it is here"
    shown_by = state.last if index is None else index
    return (Finding(Code.AFTER_TERMINAL, message, shown_by, (view.item,), (state.last,)),)


def verdict(findings: Iterable[Finding], *, known: bool) -> Verdict:
    """The worst open tier against the item; what counts against an entry only is passed over."""
    if not known:
        return Verdict.UNKNOWN
    tiers = {finding.tier for finding in findings if finding.is_open and finding.on_items}
    if Tier.CONTRAINDICATED in tiers:
        return Verdict.STOP
    return Verdict.CHECK if Tier.WARNING in tiers else Verdict.CLEAR


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict on a container or a lot: ``clear`` if there is nothing in it."""
    return max(verdicts, key=list(Verdict).index, default=Verdict.CLEAR)


def match_line(
    state: ItemState | None, shipments: frozenset[int], presented_by: str | None
) -> Match:
    """How one presented item fits.

    *state* is the effective one, None if not in view. *shipments* are those of the document that
    was asked for, empty if none was; *presented_by* is who brings the goods, None if not said.
    """
    if state is None:
        return Match.UNKNOWN
    custody = state.custody
    if state.ended is not None:
        return Match.ELSEWHERE
    if shipments:
        if custody.phase is Phase.HELD:
            return Match.ELSEWHERE
        return Match.MATCH if custody.shipment in shipments else Match.OTHER_SHIPMENT
    is_part = presented_by is None or custody.involves(presented_by)
    return Match.MATCH if is_part else Match.ELSEWHERE


# Late and missing --------------------------------------------------------------------------------


def _check_arrival(view: View, pack: RulePack, as_of: datetime) -> Finding | None:
    """An item still in transit when it should not be.

    An empty container is waited for by nobody: its contents were received one by one.
    """
    state, shipment = view.state, view.shipment
    if state is None or shipment is None or view.is_empty_container:
        return None
    if state.custody.phase is not Phase.IN_TRANSIT or state.ended is not None:
        return None
    if shipment.closed_by is not None:
        return _find_short(view, shipment)
    if shipment.due_at is None:
        return None
    code = Code.SHORT if shipment.received else Code.OVERDUE
    grace = pack.rule(code, as_of).duration("grace_hours")
    return _find_late(view, shipment, code, grace, as_of)


def _find_short(view: View, shipment: Shipment) -> Finding:
    state = view.state
    assert state is not None
    assert shipment.closed_by is not None
    message = (
        f"{state.custody.consignee} signed that shipment {shipment.index} is complete"
        f" (entry {shipment.closed_by}), but this item of it was not received"
    )
    cites = (shipment.index, *shipment.received)
    return Finding(Code.SHORT, message, shipment.closed_by, (view.item,), cites)


def _find_late(
    view: View, shipment: Shipment, code: Code, grace: timedelta, as_of: datetime
) -> Finding | None:
    state, due_at = view.state, shipment.due_at
    assert state is not None
    assert due_at is not None
    if as_of - due_at <= grace:
        return None
    due = (
        f"due at {state.custody.consignee} on {due_at:%Y-%m-%d %H:%M} UTC (entry {shipment.index})"
    )
    if code is Code.OVERDUE:
        message = f"{due}, and no receipt is recorded"
    else:
        message = f"{due}; a part of the shipment was received, this item was not"
    return Finding(code, message, shipment.index, (view.item,), shipment.received)
