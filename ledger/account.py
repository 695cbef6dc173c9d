"""The account of a bundle's subjects: what its entries give, held against what the operator claims.

Step (12) of ``ledger.verify``. Findings with basis ``entries`` must be exactly those that the same
rules give when custody is refolded over the entries shown (``ledger.replay``); their words are
taken from there, so that the operator cannot lend them others. Findings with basis ``ledger`` are
the operator's word. One on arrival takes the place of what the entries give: they do not show what
others received out of a shipment. What the fold loses sight of has to be among the unproven; of
these nothing follows from the entries, so their verdict is ``unknown`` at best. Example::

    accounts(statement, history.entries, history.acts, pack)[0].state
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from ledger.finding import Code, Finding
from ledger.holding import ItemState
from ledger.judge import Verdict, verdict, worst
from ledger.replay import Placed, Replay, Told, judged
from ledger.rules import RulePack
from ledger.testimony import Shown, Step, Subject
from schemas.bundle_statement import Basis, BundleFinding, BundleStatement
from schemas.errors import VerificationFailed

ARRIVAL = frozenset({Code.SHORT, Code.OVERDUE})

_Key: TypeAlias = tuple[str, int, tuple[int, ...], bool, int | None]


def accounts(
    statement: BundleStatement, entries: Sequence[Shown], acts: Iterable[Placed], pack: RulePack
) -> tuple[Subject, ...]:
    """What is to be said of each subject of *statement*.

    Raises: VerificationFailed (a claim that does not follow, or one left out; a subject that was
    put into something of which nothing is told, but is not unproven), UnknownRule.
    """
    replay = Replay(statement.subjects, statement.containers)
    for placed in acts:
        replay.take(placed)
    claims: dict[str, list[BundleFinding]] = {item: [] for item in statement.subjects}
    for claim in statement.findings:
        if len(claim.items) != 1 or claim.items[0] not in claims:
            raise VerificationFailed("a finding is not about one of the subjects")
        claims[claim.items[0]].append(claim)
    return tuple(
        [
            _account(replay.told(item), claims[item], statement, entries, pack)
            for item in statement.subjects
        ]
    )


def _account(
    told: Told,
    claims: Sequence[BundleFinding],
    statement: BundleStatement,
    entries: Sequence[Shown],
    pack: RulePack,
) -> Subject:
    item = told.view.item
    asserted = tuple([_finding(claim) for claim in claims if claim.basis is Basis.LEDGER])
    claimed = Counter([_claim_key(claim) for claim in claims if claim.basis is Basis.ENTRIES])
    is_proven = item not in statement.unproven
    if is_proven and told.untold_since is not None:
        raise VerificationFailed(
            f"entry {told.untold_since} puts {item} into something that is not among the"
            " containers, and it is not among the unproven"
        )
    found: tuple[Finding, ...] = ()
    if is_proven:
        is_arrival_asserted = any(finding.code in ARRIVAL for finding in asserted)
        found = judged(told, pack, statement.as_of, is_arrival_asserted=is_arrival_asserted)
    if Counter(map(_key, found)) != claimed:
        raise VerificationFailed(f"the entries give other findings on {item} than are claimed")
    state = told.view.state if is_proven else None
    every = (*found, *asserted)
    return Subject(
        item=item,
        is_proven=is_proven,
        is_container=told.is_container,
        state=state,
        verdict=_verdict(every, state, is_proven=is_proven),
        findings=found,
        asserted=asserted,
        steps=_steps(told, every, entries),
    )


def _verdict(findings: Sequence[Finding], state: ItemState | None, *, is_proven: bool) -> Verdict:
    if is_proven:
        return verdict(findings, known=state is not None)
    # That the operator knows of nothing clears no item; what it knows of counts.
    return worst([Verdict.UNKNOWN, verdict(findings, known=True)])


def _steps(told: Told, findings: Sequence[Finding], entries: Sequence[Shown]) -> tuple[Step, ...]:
    by_index = {entry.index: entry for entry in entries}
    through = {bearing.index: bearing.through for bearing in reversed(told.bearings)}
    through |= {bearing.index: None for bearing in told.bearings if bearing.through is None}
    return tuple(
        [
            Step(
                by_index[index],
                through[index],
                tuple([found for found in findings if found.index == index]),
            )
            for index in sorted(through)
        ]
    )


def _finding(claim: BundleFinding) -> Finding:
    try:
        code = Code(claim.code)
    except ValueError as exc:
        raise VerificationFailed(f"a finding that is not known here: {claim.code}") from exc
    return Finding(
        code,
        claim.message,
        claim.index,
        claim.items,
        claim.cites,
        claim.on_items,
        claim.closed_by,
    )


def _key(finding: Finding) -> _Key:
    return finding.code, finding.index, finding.cites, finding.on_items, finding.closed_by


def _claim_key(claim: BundleFinding) -> _Key:
    return claim.code, claim.index, claim.cites, claim.on_items, claim.closed_by
