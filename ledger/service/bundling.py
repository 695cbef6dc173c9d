"""Bundles: the history of some items as a file that verifies without the ledger.

Everything is read in one snapshot; what goes in is ``ledger.service.selection``'s. The operator
signs what it asserts: that nothing is missing, and the findings that need the data of others. A
finding that the fold over the bundle gives too has the basis ``entries``; a reader recomputes it.

    data = make_bundle(ledger, ["urn:chiptrail:chip:acme:x1:A0001"])
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from ledger import dsse
from ledger.account import about, judged
from ledger.atlas import Atlas
from ledger.checkpoint import parse_checkpoint
from ledger.finding import WITHOUT_EFFECT, Code, Finding
from ledger.holding import ItemState
from ledger.judge import ARRIVAL, PLACES, judge
from ledger.note import parse_note
from ledger.replay import Told
from ledger.rules import RulePack
from ledger.service.candidates import Candidate
from ledger.service.ledger import Ledger, Tip
from ledger.service.looking import is_kept, looked_at, looking
from ledger.service.reading import cosigned, open_tree
from ledger.service.rows import PAYLOAD_TYPES, leaf_of_row
from ledger.service.selection import Selection, Wanted, select
from ledger.service.sight import Sight
from ledger.service.views import Seen, load_views
from ledger.store import items as stored_items
from ledger.store.database import Connection
from ledger.store.log import EntryRow
from ledger.verify import verify_bundle
from ledger.view import EVERYTHING, OPERATOR, Reader
from ledger.wording import later
from schemas.bundle import (
    BUNDLE_LIMIT,
    Bundle,
    BundledHead,
    Contents,
    Entry,
    OpenEntry,
    WithheldEntry,
    encode_bundle,
    encode_contents,
)
from schemas.bundle_statement import (
    Basis,
    BundleFinding,
    BundleStatement,
    encode_bundle_statement,
)
from schemas.envelope import Envelope, PayloadType
from schemas.errors import IntegrityError, NotFound, TooLarge, VerificationFailed
from schemas.statement import parse_statement


def make_bundle(
    ledger: Ledger,
    items: Sequence[str],
    *,
    as_of: datetime | None = None,
    disclose: bool = False,
    reader: Reader = OPERATOR,
) -> bytes:
    """The bundle of *items*, canonical ids, judged as of *as_of* (now), as far as *reader* may see.

    *disclose*: with the withheld fields that the ledger was shown, which whoever gets the bundle
    will read. Without, it has their digests. If the reader's part in one of the items has ended,
    all of them are told as they were then.

    Raises: NotFound when it may see nothing of one of them; TooLarge (over 64 MiB); UnknownRule
    when the rule pack says nothing of *as_of*; IntegrityError when it would not verify.
    """
    moment = stored_items.moment(stored_items.milliseconds(as_of or ledger.clock.now()))
    subjects = tuple(dict.fromkeys(items))
    look = looking(ledger, reader, looked_at(later("bundle %(count)s"), subjects))
    with ledger.snapshot(look if is_kept(reader) else None) as (connection, tip):
        sight = Sight(connection, tip.registry, ledger.pack, reader, ledger.clock.now())
        seen = _see(sight, subjects, disclose=disclose)
        horizon = min(one.horizon for one in seen.values())
        moment = min(one.judged_at(moment) for one in seen.values())
        known = {item: _judged(seen[item], ledger.pack, ledger.atlas, moment) for item in subjects}
        wanted = _wanted(seen, known, disclose=disclose)
        selection = select(sight, ledger.operator_key.public.keyid, wanted)
        contents = _Assembly(connection, ledger, tip, selection).contents()
    findings, unproven = _findings(selection, seen, known, ledger, moment)
    statement = BundleStatement(
        subjects=subjects,
        as_of=moment,
        origin=ledger.origin,
        size=tip.head.size,
        root=tip.head.root,
        indexes=tuple([entry.index for entry in contents.entries]),
        containers=selection.containers,
        unproven=unproven,
        contents_sha256=sha256(encode_contents(contents)).digest(),
        rule_pack_sha256=sha256(contents.rule_pack).digest(),
        findings=findings,
        corrections=selection.takings,
        reader=reader.party,
        horizon=None if horizon == EVERYTHING else horizon,
    )
    return _sealed(statement, contents, ledger)


def _see(sight: Sight, subjects: Collection[str], *, disclose: bool) -> dict[str, Seen]:
    """The views of *subjects*, all up to the nearest of their horizons.

    Raises: NotFound.
    """
    seen = load_views(sight, subjects, disclose=disclose)
    for item in subjects:
        if item not in seen:
            raise NotFound(f"{item}: no entry names it")
    horizon = min(one.horizon for one in seen.values())
    if all(one.horizon == horizon for one in seen.values()):
        return seen
    return load_views(sight, subjects, horizon, disclose=disclose)


def _sealed(statement: BundleStatement, contents: Contents, ledger: Ledger) -> bytes:
    """The signed bundle, verified as a reader will: once handed out, nobody can mend it."""
    payload = encode_bundle_statement(statement)
    envelope = dsse.sign(payload, PayloadType.BUNDLE, ledger.operator_key)
    data = encode_bundle(Bundle(envelope, contents))
    if len(data) > BUNDLE_LIMIT:
        raise TooLarge(
            f"the bundle has {len(data)} bytes, limit {BUNDLE_LIMIT}; ask for fewer items"
        )
    try:
        verify_bundle(data, ledger.verifier, ledger.atlas)
    except VerificationFailed as exc:
        raise IntegrityError(
            f"the bundle would not verify (step {exc.step}, {exc}); run chiptrail audit"
        ) from exc
    return data


def _judged(seen: Seen, pack: RulePack, atlas: Atlas, as_of: datetime) -> tuple[Finding, ...]:
    """Everything that the ledger knows against an item, or for it."""
    return tuple([about(seen.view.item, found) for found in judge(seen.view, pack, atlas, as_of)])


def _wanted(
    seen: Mapping[str, Seen], known: Mapping[str, tuple[Finding, ...]], *, disclose: bool
) -> Wanted:
    cited = {index for found in known.values() for finding in found for index in _cites(finding)}
    for view in [one.view for one in seen.values()]:
        if view.shipment is not None:
            cited.add(view.shipment.index)
    return Wanted(
        subjects={item: one.number for item, one in seen.items()},
        bearing=frozenset([b.idx for one in seen.values() for b in one.bearings]),
        cited=frozenset(cited),
        failed=frozenset([i for found in known.values() for i in _denied(found)]),
        horizon=min(one.horizon for one in seen.values()),
        told=min(one.told for one in seen.values()),
        disclose=disclose,
    )


def _denied(found: Iterable[Finding]) -> frozenset[int]:
    """The entries that had no effect on an item, of what is *found* on it."""
    return frozenset([one.index for one in found if one.code in WITHOUT_EFFECT])


def _cites(finding: Finding) -> tuple[int, ...]:
    closed_by = () if finding.closed_by is None else (finding.closed_by,)
    return (finding.index, *finding.cites, *closed_by)


# What is asserted ---------------------------------------------------------------------------------


def _findings(
    selection: Selection,
    seen: Mapping[str, Seen],
    known: Mapping[str, tuple[Finding, ...]],
    ledger: Ledger,
    as_of: datetime,
) -> tuple[tuple[BundleFinding, ...], tuple[str, ...]]:
    """All findings by basis, and the subjects of which the entries tell something else."""
    findings: list[BundleFinding] = []
    unproven: list[str] = []
    for item, found in known.items():
        told = selection.refold.told(item)
        proven = _proven(told, found, ledger, as_of)
        is_borne_out = item not in selection.missing and told.failed <= _denied(found)
        if not is_borne_out or not _agrees(told, proven, found, seen[item].view.state):
            unproven.append(item)
            proven = ()
        keys = set(map(_key, proven))
        findings += [_bundled(one, Basis.ENTRIES) for one in proven]
        findings += [_bundled(one, Basis.LEDGER) for one in found if _key(one) not in keys]
    return tuple(findings), tuple(unproven)


def _proven(
    told: Told, known: Sequence[Finding], ledger: Ledger, as_of: datetime
) -> tuple[Finding, ...]:
    """What the entries give; of arrival and places only if all known of them is in them."""
    found = judged(told, ledger.pack, ledger.atlas, as_of)
    given = set(map(_key, found))
    asserted: set[Code] = set()
    if not {_key(one) for one in known if one.code in ARRIVAL} <= given:
        asserted |= ARRIVAL
    places = {_key(one) for one in known if one.code in PLACES}
    if places and places != {_key(one) for one in found if one.code in PLACES}:
        asserted |= PLACES
    return judged(told, ledger.pack, ledger.atlas, as_of, asserted) if asserted else found


def _agrees(
    told: Told, proven: Sequence[Finding], known: Sequence[Finding], state: ItemState | None
) -> bool:
    """Whether a reader of the entries alone comes to nothing that the ledger does not know."""
    return _facts(told.view.state) == _facts(state) and set(map(_key, proven)) <= set(
        map(_key, known)
    )


def _facts(state: ItemState | None) -> tuple[object, ...]:
    if state is None:
        return ()
    inside = (state.parent, state.since)
    said = (state.status, state.stopped_at, state.title, state.ended)
    return (state.custody, *inside, *said, state.origin, state.last)


def _key(finding: Finding) -> tuple[object, ...]:
    return finding.code, finding.index, finding.on_items, finding.closed_by


def _bundled(finding: Finding, basis: Basis) -> BundleFinding:
    return BundleFinding(
        code=finding.code.value,
        message=finding.message,
        index=finding.index,
        items=finding.items,
        cites=finding.cites,
        on_items=finding.on_items,
        closed_by=finding.closed_by,
        basis=basis,
    )


# What is shown ------------------------------------------------------------------------------------


class _Assembly:
    """Rows into entries with their proofs."""

    def __init__(
        self, connection: Connection, ledger: Ledger, tip: Tip, selection: Selection
    ) -> None:
        self._connection, self._ledger, self._tip = connection, ledger, tip
        self._selection = selection
        self._tree = open_tree(connection, tip.registry, tip.head.size)

    def contents(self) -> Contents:
        """Everything beside the statement."""
        selection = self._selection
        entries: list[Entry] = [self._statement(row) for row in selection.statements]
        entries += [self._withheld(row) for row in selection.withheld]
        entries += [self._event(one) for one in selection.shown]
        afters = [one.event.after for one in selection.shown]
        afters += [parse_statement(row.payload).after or "" for row in selection.statements]
        return Contents(
            checkpoint=cosigned(
                self._connection, self._ledger.note_of(self._tip.head), self._tip.head.size
            ),
            heads=tuple(self._heads(set(afters) - {""})),
            rule_pack=self._ledger.pack_data,
            entries=tuple(sorted(entries, key=lambda entry: entry.index)),
        )

    def _heads(self, notes: Iterable[str]) -> list[BundledHead]:
        """The heads that signers held, the smallest first."""
        # Their signatures were verified when the entries that carry them were captured.
        opened = [(parse_checkpoint(parse_note(n.encode()).text).size, n) for n in notes]
        return [
            BundledHead(note.encode(), tuple(self._tree.consistency_proof(size)))
            for size, note in sorted(opened)
        ]

    def _event(self, one: Candidate) -> OpenEntry:
        entry = self._statement(one.row)
        return replace(entry, items=one.proofs, disclosures=one.disclosures)

    def _statement(self, row: EntryRow) -> OpenEntry:
        signer = self._tip.registry.by_index[row.key_idx]
        kind = PAYLOAD_TYPES[row.kind]
        return OpenEntry(
            index=row.idx,
            recorded_at=stored_items.moment(row.recorded_at),
            envelope=Envelope(row.payload, kind, signer.key.keyid, row.signature),
            inclusion=tuple(self._tree.inclusion_proof(row.idx)),
            items={},
            disclosures=(),
        )

    def _withheld(self, row: EntryRow) -> WithheldEntry:
        leaf = leaf_of_row(row, self._tip.registry)
        return WithheldEntry(row.idx, leaf, tuple(self._tree.inclusion_proof(row.idx)))
