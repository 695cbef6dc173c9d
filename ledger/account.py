"""The account of a bundle's subjects: what its entries give, held against what the operator claims.

Step (12) of ``ledger.verify``. Which corrections took effect, and when, is held against the entries
first (``ledger.record``, ``ledger.agreement``). Findings with basis ``entries`` must be exactly
those that the same rules give when custody is refolded over the entries shown (``ledger.replay``);
their words are taken from there, so that the operator cannot lend them others. Findings with basis
``ledger`` are the operator's word. One on arrival takes the place of what the entries give: they do
not show what others received out of a shipment. So does one that rests on where borders run, if the
reader's are of another version than those that the pack names, whatever its basis. One that says of
a packing that it did nothing is believed. What the fold loses sight of has to be among the
unproven; of these nothing follows from the entries, so their verdict is ``unknown`` at best.
Example::

    accounts(statement, Evidence(entries, record, registry), pack, atlas)[0].state
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import NamedTuple, TypeAlias

from ledger.act import ActKind
from ledger.agreement import Agreement
from ledger.atlas import Atlas
from ledger.disclosure import Erased
from ledger.finding import WITHOUT_EFFECT, Code, Finding
from ledger.holding import ItemState
from ledger.judge import ARRIVAL, BORDERS, PLACES, Verdict, bound_to, judge, verdict, worst
from ledger.key_findings import check_key
from ledger.location import appraise, terms_of
from ledger.record import Record, Refold
from ledger.registry import Registry
from ledger.replay import Replay, Told
from ledger.rules import RulePack
from ledger.testimony import Shown, Step, Subject
from ledger.wording import phrase
from schemas.bundle_statement import Basis, BundleFinding, BundleStatement, Taking
from schemas.errors import VerificationFailed
from schemas.event import Event

_Key: TypeAlias = tuple[str, int, tuple[int, ...], bool, int | None]


class Evidence(NamedTuple):
    """What a bundle shows: *entries*, and what they make of acts and of keys."""

    entries: Sequence[Shown]
    record: Record
    registry: Registry


def accounts(
    statement: BundleStatement, shown: Evidence, pack: RulePack, atlas: Atlas
) -> tuple[Subject, ...]:
    """What is to be said of each subject of *statement*.

    Raises: VerificationFailed (a claim that does not follow, or one left out; a correction that is
    none, or to which somebody did not agree; a subject that was put into something of which nothing
    is told, but is not unproven), UnknownRule.
    """
    claims: dict[str, list[BundleFinding]] = {item: [] for item in statement.subjects}
    for claim in statement.findings:
        if len(claim.items) != 1 or claim.items[0] not in claims:
            raise VerificationFailed("a finding is not about one of the subjects")
        claims[claim.items[0]].append(claim)
    record, takings = shown.record, statement.corrections
    record.check(takings)
    failed = {claim.index for claim in statement.findings if denies(claim)}
    begin = partial(Replay, statement.subjects, statement.containers, failed)
    agreement = Agreement(record, takings, begin)
    for item, reason in agreement.missing.items():
        if item not in statement.unproven:
            raise VerificationFailed(reason)
    refold = Refold(record, takings, begin(), agreement.settled)
    found = [
        _account(refold, refold.told(item), claims[item], statement, shown, pack, atlas)
        for item in statement.subjects
    ]
    return tuple(_naming(record, takings, begin, found))


def judged(
    told: Told,
    pack: RulePack,
    atlas: Atlas,
    as_of: datetime,
    asserted: AbstractSet[Code] = frozenset(),
) -> tuple[Finding, ...]:
    """Everything that the entries show against the subject, or for it, at *as_of*.

    Each is about the subject, also where a container brought it on. *asserted* is what whoever
    knows the whole ledger says. If that is something of what arrived of its shipment, the entries
    do not say that; likewise of where it was.

    Raises: UnknownRule, MalformedRules.
    """
    view = told.view if ARRIVAL.isdisjoint(asserted) else told.view._replace(shipment=None)
    left_out = frozenset[Code]() if PLACES.isdisjoint(asserted) else PLACES
    found = judge(view, pack, atlas, as_of)
    return tuple([about(view.item, one) for one in found if one.code not in left_out])


def beyond(pack: RulePack, atlas: Atlas) -> frozenset[Code]:
    """What *atlas* cannot work out: its borders are not of the version that *pack* names."""
    return frozenset() if pack.geography in (None, atlas.version) else BORDERS


def about(subject: str, finding: Finding) -> Finding:
    """*finding* as it stands against *subject* alone, each entry cited once."""
    return replace(finding, items=(subject,), cites=tuple(dict.fromkeys(finding.cites)))


def _naming(
    record: Record,
    takings: Sequence[Taking],
    begin: Callable[[], Replay],
    subjects: Iterable[Subject],
) -> Iterator[Subject]:
    """*subjects*, where a correction waits with whom it waits for, as far as the entries tell."""
    missing: dict[int, Mapping[str, str]] = {}
    for subject in subjects:
        waiting = {one.index for one in subject.findings if _waits(one)}
        for entry in waiting - missing.keys():
            missing[entry] = _missing(record, takings, begin, entry)
        why = {
            entry: missing[entry][subject.item]
            for entry in waiting
            if subject.item in missing[entry]
        }
        steps = [replace(one, findings=_named(one.findings, why)) for one in subject.steps]
        yield replace(subject, findings=_named(subject.findings, why), steps=tuple(steps))


def _named(findings: Iterable[Finding], why: Mapping[int, str]) -> tuple[Finding, ...]:
    return tuple(
        [
            replace(
                found,
                message=phrase("%(found)s: %(why)s", found=found.message, why=why[found.index]),
            )
            if _waits(found) and found.index in why
            else found
            for found in findings
        ]
    )


def _waits(found: Finding) -> bool:
    return found.code is Code.CORRECTION_OPEN and found.is_open


def _missing(
    record: Record, takings: Sequence[Taking], begin: Callable[[], Replay], entry: int
) -> Mapping[str, str]:
    """By subject, whose consent correction *entry* lacks, if it has a target."""
    target = record.target(entry) if record.acts[entry].act.kind is ActKind.CORRECT else None
    if target is None:
        return {}
    as_if = Taking(entry, target, record.correctives(entry), max(record.acts) + 1)
    return Agreement(record, [*takings, as_if], begin).missing


def denies(claim: BundleFinding) -> bool:
    """Whether it says on the operator's word that its entry had no effect."""
    return claim.basis is Basis.LEDGER and claim.code in WITHOUT_EFFECT


def _account(  # noqa: PLR0913, PLR0917 - what is claimed, and all that it is held against
    refold: Refold,
    told: Told,
    claims: Sequence[BundleFinding],
    statement: BundleStatement,
    shown: Evidence,
    pack: RulePack,
    atlas: Atlas,
) -> Subject:
    item = told.view.item
    elsewhere = beyond(pack, atlas)
    by_word = [one for one in claims if one.basis is Basis.LEDGER or one.code in elsewhere]
    asserted = tuple([_finding(claim) for claim in by_word])
    claimed = Counter([_claim_key(claim) for claim in claims if claim not in by_word])
    is_proven = item not in statement.unproven
    found: tuple[Finding, ...] = ()
    if is_proven:
        _demand_told(told, claims)
        codes = {_finding(claim).code for claim in claims if claim.basis is Basis.LEDGER}
        given = judged(told, pack, atlas, statement.as_of, codes)
        found = tuple([one for one in given if one.code not in elsewhere])
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
        steps=_steps(refold, told, every, shown),
        failed=tuple(sorted(told.failed)) if is_proven else (),
        numbers=bound_to(told.view) if is_proven else {},
        place=appraise(told.view.claims, terms_of(pack, statement.as_of)) if is_proven else None,
    )


def _demand_told(told: Told, claims: Iterable[BundleFinding]) -> None:
    """What becomes of a proven subject is told to the end."""
    failed = told.failed - {claim.index for claim in claims if denies(claim)}
    hidden = min(failed, default=told.untold_since)
    if hidden is not None:
        raise VerificationFailed(
            f"entry {hidden} puts {told.view.item} into something that is not among the"
            " containers, and it is not among the unproven"
        )


def _verdict(findings: Sequence[Finding], state: ItemState | None, *, is_proven: bool) -> Verdict:
    if is_proven:
        return verdict(findings, known=state is not None)
    # That the operator knows of nothing clears no item; what it knows of counts.
    return worst([Verdict.UNKNOWN, verdict(findings, known=True)])


def _steps(
    refold: Refold, told: Told, findings: Sequence[Finding], shown: Evidence
) -> tuple[Step, ...]:
    by_index = {entry.index: entry for entry in shown.entries}
    through = {bearing.index: bearing.through for bearing in reversed(told.bearings)}
    through |= {bearing.index: None for bearing in told.bearings if bearing.through is None}
    steps = []
    for index in sorted(through):
        entry = by_index[index]
        key = shown.registry.keys[entry.signer.key.keyid]  # as it is now: it may be revoked since
        found = [one for one in findings if one.index == index]
        found += check_key(key, index, entry.recorded_at)
        by, about = refold.corrected_by(index), refold.about(index)
        erased = tuple(_erased(entry, by_index, shown))
        steps.append(Step(entry, through[index], tuple(found), by, about, erased))
    return tuple(steps)


def _erased(entry: Shown, by_index: Mapping[int, Shown], evidence: Evidence) -> Iterator[Erased]:
    """What was disclosed of *entry*, and erased by an entry that is shown."""
    if not isinstance(entry.said, Event) or not entry.said.commitments:
        return
    identity = evidence.record.identity(entry.index)
    gone = evidence.registry.erased(identity, entry.said.party)
    for name, digest in entry.said.commitments.items():
        if digest in gone:
            yield Erased(name, gone[digest], by_index[gone[digest]].recorded_at)


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
