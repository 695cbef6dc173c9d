"""Judgement at the time of reading: what is late or missing, what is settled, what to make of it.

Source: docs/findings.md. Findings of acts were kept when the log was folded; what depends on the
day, the rule pack or the goods before us is worked out here and never stored. Everything comes in
as a ``View``, so that whoever asks is judged by what that reader may see. What to do about a
finding is in ``ledger.advice``. Example::

    found = judge(view, pack, atlas, as_of)
    verdict(found, known=view.state is not None)     # Verdict.CHECK
    match_line(view.state, shipments, presented_by)  # Match.OTHER_SHIPMENT
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from ledger.arrival import Awaited, Shipment, check_arrival
from ledger.atlas import Atlas
from ledger.authorisation import check_dealings
from ledger.consignment import Consignment
from ledger.finding import WITHOUT_EFFECT, Closing, Code, Finding, Tier
from ledger.holding import ItemState, Phase
from ledger.identity import NO_IDENTITIES, Bound, Identities, appraise
from ledger.location import NO_CLAIMS, Claims
from ledger.order import ordinal
from ledger.papers import papers_of
from ledger.rules import RulePack
from ledger.whereabouts import check_location
from ledger.wording import ENDED, phrase

ARRIVAL = frozenset({Code.SHORT, Code.OVERDUE, Code.DWELL})
"""What depends on the day, and on what of a shipment has arrived."""


PLACES = frozenset([code for code in Code if code.startswith("location/")])
"""What is found of the claims of place in a history."""
BORDERS = frozenset({Code.COUNTRY_MISMATCH, Code.CANNOT_TELL, Code.OUTSIDE_DESTINATION})
"""What of them rests on where borders run."""


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


def idle_entries(dockets: Iterable[Docket]) -> frozenset[int]:
    """The entries that by *dockets* did nothing, or wait for a shipment still."""
    idle: set[int] = set()
    for docket in dockets:
        for found in docket.findings:
            waits = found.code is Code.PENDING_SHIPMENT and not any(
                closing.code is found.code for closing in docket.closings
            )
            if waits or found.code in WITHOUT_EFFECT:
                idle.add(found.index)
    return frozenset(idle)


_IN_PLACE: Mapping[int, int] = {}


class View(NamedTuple):
    """What a reader may see of one *item*.

    *state* is the effective one, None if the item is not in view. *docket* is its own;
    *containers* has one for every stay in a container, cut to the entries of that stay (after it
    went in, before it came out). *shipment* is that of the state's custody, None unless in
    transit. *is_empty_container*: things were in it, and nothing is any more. *ordinals* are those
    of entries that do not stand where they were recorded (``ledger.order``). *identities* are what
    was said of its numbers, *claims* of where it was, on itself or through what it was in;
    *consignments* are the shipments and transfers that it went out by, in the order that counts.
    """

    item: str
    state: ItemState | None
    docket: Docket = Docket()
    containers: tuple[Docket, ...] = ()
    shipment: Shipment | None = None
    is_empty_container: bool = False
    ordinals: Mapping[int, int] = _IN_PLACE
    identities: Identities = NO_IDENTITIES
    claims: Claims = NO_CLAIMS
    consignments: tuple[Consignment, ...] = ()


def judge(view: View, pack: RulePack, atlas: Atlas, as_of: datetime) -> tuple[Finding, ...]:
    """Everything found about the item at *as_of*, open and closed.

    Raises: UnknownRule, MalformedRules.
    """
    own, ordinals = view.docket, view.ordinals
    around = _around(view)
    found = list(_settled_own(view, around))
    if view.identities.readings:
        others = appraise(view.identities, view.item, found).findings
        found += settle(others, own.closings, ordinals)
    for container in view.containers:
        if not container.findings:
            continue
        # What is cleared of the item itself is cleared, also if its container brought it on.
        cleared = container.closings + own.closings
        still, over = _by_state(container.findings, view.state)
        found += settle(still, cleared, ordinals)
        found += settle(over, (*cleared, *around), ordinals)
    # An empty container is waited for by nobody: its contents were received one by one.
    if view.state is not None and view.shipment is not None and not view.is_empty_container:
        awaited = Awaited(view.item, view.state, view.shipment, view.claims)
        found += settle(check_arrival(awaited, pack, as_of), (*own.closings, *around), ordinals)
    if view.state is not None and view.state.ended is None:
        placed = check_location(
            view.state, view.claims, pack, atlas, as_of, papers_of(view.consignments, pack, as_of)
        )
        on_it = [replace(one, items=(view.item,)) for one in placed]
        found += settle(on_it, (*own.closings, *around), ordinals)
    if view.consignments:
        sent = check_dealings(view.item, view.consignments, pack, as_of)
        found += settle(sent, (*own.closings, *around), ordinals)
    return tuple(found)


def bound_to(view: View) -> Mapping[str, Bound]:
    """The numbers that the item is bound to, by kind (``ledger.identity``)."""
    return appraise(view.identities, view.item, _settled_own(view, _around(view))).bound


def _around(view: View) -> list[Closing]:
    return [closing for container in view.containers for closing in container.closings]


def _settled_own(view: View, around: Iterable[Closing]) -> tuple[Finding, ...]:
    if not view.docket.findings:
        return ()
    # Goods arrive in what they are packed in.
    arrivals = tuple([closing for closing in around if closing.code in _OF_JOURNEY])
    return settle(view.docket.findings, view.docket.closings + arrivals, view.ordinals)


def _by_state(
    findings: Iterable[Finding], state: ItemState | None
) -> tuple[list[Finding], list[Finding]]:
    """*findings* of a container, and those of them that are not said of the item any more.

    A crate that is taken off a stolen pallet is stolen goods; once it is cleared, so is all in it.
    """
    said = set() if state is None else {mark.entry for mark in state.marks}
    still: list[Finding] = []
    over: list[Finding] = []
    for found in findings:
        is_over = found.code in _SAID and found.index not in said
        (over if is_over else still).append(found)
    return still, over


_SAID = frozenset(
    {Code.STOLEN, Code.LOST, Code.TAMPERED, Code.RECALLED, Code.DETAINED, Code.SEIZED}
)
_OF_JOURNEY = frozenset({Code.REFUSED, Code.REDIRECTED, Code.NOT_COUNTERSIGNED})


def settle(
    findings: Iterable[Finding],
    closings: Iterable[Closing],
    ordinals: Mapping[int, int] = _IN_PLACE,
) -> tuple[Finding, ...]:
    """*findings* with what closed them: the first later closing of their code, or of all codes.

    Later is what stands later; of one entry's findings what was recorded later. *ordinals* as in
    ``View``.
    """
    findings = tuple(findings)
    if not findings:  # as of almost every item
        return ()

    def order(index: int) -> int:
        return ordinals.get(index, ordinal(index))

    closings = sorted(closings, key=lambda closing: order(closing.index))
    return tuple([_settled(finding, closings, order) for finding in findings])


def _settled(finding: Finding, closings: Iterable[Closing], order: Callable[[int], int]) -> Finding:
    for closing in closings:
        if closing.code not in (None, finding.code):
            continue
        if closing.entry is None:
            is_later = order(closing.index) > order(finding.index)
        else:
            is_later = closing.entry == finding.index < closing.index
        if is_later:
            return replace(finding, closed_by=closing.index)
    return finding


def check_presented(view: View, *, index: int | None = None) -> tuple[Finding, ...]:
    """What it means that the item lies before us.

    *index* is the entry that says so, if one does; else the entry that ended the item shows it.
    """
    state = view.state
    if state is None or state.ended is None:
        return ()
    message = phrase(
        "by entry %(entry)s this item was %(ended)s, yet it is here",
        entry=state.last,
        ended=ENDED[state.ended],
    )
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
    return max(verdicts, key=_SEVERITY.index, default=Verdict.CLEAR)


_SEVERITY = tuple(Verdict)


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
