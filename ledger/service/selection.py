"""Which entries a bundle holds, and what of each it shows.

All that the fold over a bundle needs, and no other item's name (docs/formats.md, "Bundle"):

- every event that names a subject, and every one that names a container while a subject was in it,
  to any depth; of the containers, also what decided before then in whose hands they were;
- the shipment that a subject is on, and every entry that a finding cites;
- of every correction that one of these is a part of, what it corrects and puts in its place, and
  who concurred with it; the statements by which findings were settled;
- the statements by which what was disclosed of these was erased, whenever that was;
- what ``ledger.service.credentials`` adds: who signed, with which keys.

Of a committed list, subjects and containers are shown, each with its proof. An event that names
only other items in the open, and changes nothing for a subject, is withheld: there as its leaf.
(What is put into a subject that is a container itself is no other item.)

For a reader who does not see all (``ledger.service.sight``) nothing is in it from after its
horizon, of containers what it may see of them itself, and withheld is what names in the open an
item that it may not see.
"""

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from ledger.act import ActKind
from ledger.agreement import Agreement
from ledger.facts import FactsOf
from ledger.holding import Step
from ledger.identity import given_in
from ledger.record import Record, Refold
from ledger.registry import Registry
from ledger.replay import Placed, Replay
from ledger.service.candidates import Candidate, disclosing, load_candidates
from ledger.service.credentials import Credentials
from ledger.service.dealings import papers_of
from ledger.service.rows import enter_statement
from ledger.service.sight import Sight
from ledger.service.sightings import places_named
from ledger.service.takings import load_corrected
from ledger.service.views import load_views
from ledger.sighting import read_saying
from ledger.store import items, log, scope
from ledger.store.log import EntryRow
from ledger.view import Horizon
from schemas.bundle_statement import Taking
from schemas.statement import Resolution, parse_statement
from schemas.transcript import keys_named


@dataclass(frozen=True, slots=True)
class Selection:
    """*shown* and *withheld* events and the *statements* that go with them.

    *containers* are the items beside the subjects whose story is told; *refold* has folded what is
    shown in the order that *takings* give it. By subject *missing* says whose consent is not shown.
    """

    shown: tuple[Candidate, ...]
    withheld: tuple[EntryRow, ...]
    statements: tuple[EntryRow, ...]
    containers: tuple[str, ...]
    ours: frozenset[str]
    takings: tuple[Taking, ...]
    refold: Refold
    missing: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """*subjects*: integer ids by item; *bearing* on them are these events; *cited* are these.

    *failed* had no effect on some subject. Nothing is told from after entry *horizon*. *disclose*:
    what was disclosed of the events up to *told* is shown too.
    """

    subjects: Mapping[str, int]
    bearing: frozenset[int]
    cited: frozenset[int]
    failed: frozenset[int]
    horizon: Horizon
    told: Horizon
    disclose: bool


def select(sight: Sight, operator: str, wanted: Wanted) -> Selection:
    """The selection for what is *wanted*; *operator* is the keyid that will sign."""
    connection = sight.connection
    scoped = scope.load_scope(connection, wanted.subjects.values(), wanted.horizon)
    scoped = [event for event in scoped if event.idx <= wanted.horizon]
    names = items.load_names(connection, {event.item for event in scoped})
    containers = tuple(sorted(set(names.values()) - wanted.subjects.keys()))
    ours = frozenset((*wanted.subjects, *containers))
    indexes = {event.idx for event in scoped} | wanted.bearing | wanted.cited
    made = load_corrected(connection, indexes, wanted.horizon)
    indexes |= made.parts
    listing = {event.idx for event in scoped if event.named} | made.parts
    candidates = load_candidates(connection, sorted(indexes), sorted(listing), ours)
    if wanted.disclose:
        candidates = disclosing(connection, candidates, ours, wanted.told)
    asked = wanted.bearing | wanted.cited | made.parts
    named = places_named(sight.registry, [one.event for one in candidates])
    papers = papers_of(sight, [one.dealing for one in candidates], wanted.horizon)
    said = _load_said(sight, indexes | named, candidates, papers, wanted.horizon)
    hidden: list[EntryRow] = []
    if not sight.reader.sees_all:
        candidates, hidden = _in_view(sight, candidates, containers, wanted)
        said, unread = _said_in_view(sight, said, ours, papers, wanted)
        hidden += unread
    folding = _Folding(sight, operator, wanted, containers)
    steps = folding.refold(candidates, said, _provable(made.takings, candidates))[0].steps
    shown, unseen = _divide(candidates, steps, asked, ours, wanted)
    withheld = [row for row in (*hidden, *unseen) if row.idx in asked]
    takings = _provable(made.takings, shown)
    refold, statements, missing = folding.refold(shown, said, takings)
    return Selection(
        shown=tuple(shown),
        withheld=tuple(withheld),
        statements=statements,
        containers=containers,
        ours=ours,
        takings=takings,
        refold=refold,
        missing=missing,
    )


_NOTHING = Step()


def _divide(
    candidates: Iterable[Candidate],
    steps: Mapping[int, Step],
    asked: Container[int],
    ours: frozenset[str],
    wanted: Wanted,
) -> tuple[list[Candidate], list[EntryRow]]:
    """Those of *candidates* that are shown, and those that may not be."""
    shown: list[Candidate] = []
    hidden: list[EntryRow] = []
    for candidate in candidates:
        index = candidate.row.idx
        step = steps.get(index, _NOTHING)
        others = candidate.names_others(ours, wanted.subjects)
        if step.moves or (index in asked and (_tells(step) or not others)):
            shown.append(candidate)
        else:
            hidden.append(candidate.row)
    return shown, hidden


def _provable(takings: Iterable[Taking], events: Iterable[Candidate]) -> tuple[Taking, ...]:
    """*takings* as far as the *events* that are shown, or in view, bear them out."""
    shown = {event.row.idx for event in events}
    found: dict[tuple[int, tuple[int, ...], bool], Taking] = {}
    for taking in takings:
        correctives = tuple([index for index in taking.correctives if index in shown])
        is_shown = taking.entry in shown and taking.target in shown
        if is_shown and (correctives or not taking.waits):
            key = taking.entry, correctives, taking.waits
            found.setdefault(key, replace(taking, correctives=correctives))
    return tuple(found.values())


def _load_said(
    sight: Sight,
    indexes: Iterable[int],
    candidates: Iterable[Candidate],
    papers: Collection[int],
    horizon: Horizon,
) -> list[EntryRow]:
    """The statements among *indexes* and *papers*, and all that concur with a correction."""
    wanted = set(indexes)
    for candidate in candidates:
        if candidate.act.kind is ActKind.CORRECT:
            agreed = sight.registry.concurrences.get(candidate.row.identity, {})
            wanted.update(agreed.values())
    wanted.update(papers)
    rows = log.load_entries_at(sight.connection, sorted(wanted))
    return [row for i, row in rows.items() if row.kind == log.STATEMENT and i <= horizon]


def _said_in_view(
    sight: Sight,
    said: Iterable[EntryRow],
    ours: frozenset[str],
    papers: Collection[int],
    wanted: Wanted,
) -> tuple[list[EntryRow], list[EntryRow]]:
    """Those of *said* that the reader may read, of licences those among *papers*; the others."""
    statements = {row.idx: parse_statement(row.payload) for row in said}
    named = {i: {*one.items} - ours for i, one in statements.items() if isinstance(one, Resolution)}
    outlooks = sight.outlooks(set().union(*named.values()), wanted.horizon)
    unread = sight.registry.licences.keys() - set(papers)
    readable = [
        row
        for row in said
        if row.idx not in unread and all(one in outlooks for one in named.get(row.idx, ()))
    ]
    return readable, [row for row in said if row not in readable]


def _in_view(
    sight: Sight, candidates: Sequence[Candidate], containers: Sequence[str], wanted: Wanted
) -> tuple[list[Candidate], list[EntryRow]]:
    """Those of *candidates* that the reader may read, and those it may know of.

    What happened to a container beside that bears on no subject and is not for it to know of.
    """
    around = load_views(sight, containers, wanted.horizon).values()
    known = wanted.bearing | wanted.cited | {b.idx for seen in around for b in seen.bearings}
    kept = [candidate for candidate in candidates if candidate.row.idx in known]
    named = set().union(*[candidate.in_the_open() for candidate in kept])
    outlooks = sight.outlooks(named.difference(wanted.subjects, containers))
    readable, hidden = [], []
    for candidate in kept:
        others = candidate.in_the_open().difference(wanted.subjects, containers)
        index = candidate.row.idx
        if all(one in outlooks and outlooks[one].horizon >= index for one in others):
            readable.append(candidate)
        else:
            hidden.append(candidate.row)
    return readable, hidden


class _Folding:
    """Custody refolded over some entries and whatever says who signed them."""

    def __init__(
        self,
        sight: Sight,
        operator: str,
        wanted: Wanted,
        containers: Sequence[str],
    ) -> None:
        self._registry, self._pack, self._operator = sight.registry, sight.pack, operator
        self._connection = sight.connection
        self._credentials = Credentials(sight.connection, sight.registry)
        self._horizon = wanted.horizon
        self._begin = partial(Replay, tuple(wanted.subjects), containers, wanted.failed)

    def refold(
        self, candidates: Sequence[Candidate], said: Iterable[EntryRow], takings: Sequence[Taking]
    ) -> tuple[Refold, tuple[EntryRow, ...], Mapping[str, str]]:
        """The fold, the statements that go with it, and by subject whose consent is missing."""
        said = [*said, *self._erasures(candidates)]
        rows = {row.idx: row for row in self._credentials.about(*self._involved(candidates, said))}
        rows |= {row.idx: row for row in said}
        statements = tuple([rows[index] for index in sorted(rows)])
        record = self._record(candidates, statements)
        agreement = Agreement(record, takings, self._begin)
        refold = Refold(record, takings, self._begin(), agreement.settled)
        return refold, statements, agreement.missing

    def _erasures(self, candidates: Iterable[Candidate]) -> Iterable[EntryRow]:
        """The statements by which something that was disclosed of *candidates* is no more."""
        known = [(one.row.identity, one.event) for one in candidates if one.event.commitments]
        gone = [self._registry.erased(identity, event.party) for identity, event in known]
        indexes = {index for some in gone for index in some.values()}
        return log.load_entries_at(self._connection, sorted(indexes)).values()

    def _involved(
        self, candidates: Iterable[Candidate], said: Iterable[EntryRow]
    ) -> tuple[set[str], set[int], set[tuple[str, str]]]:
        """The parties and keys that are named or sign, and who signs on whose behalf."""
        registry = self._registry
        signed_by = registry.keys[self._operator]
        keys = {signed_by.index, *[row.key_idx for row in said]}
        parties = {registry.registrar, *[registry.by_index[index].party for index in keys]}
        agents: set[tuple[str, str]] = set()
        for candidate in candidates:
            parties |= candidate.parties()
            keys.add(candidate.row.key_idx)
            if candidate.act.principal is not None:
                agents.add((candidate.act.principal, candidate.act.actor))
            for keyid in keys_named(candidate.event.body):
                if keyid in registry.keys:
                    keys.add(registry.keys[keyid].index)
                    parties.add(registry.keys[keyid].party)
        return parties, keys, agents

    def _record(self, candidates: Iterable[Candidate], statements: Iterable[EntryRow]) -> Record:
        """All of them put down in the order of the log."""
        registry, record = Registry(), Record(self._horizon)
        facts = FactsOf(registry, self._pack)
        entries: list[tuple[int, Candidate | EntryRow]] = [(row.idx, row) for row in statements]
        entries += [(candidate.row.idx, candidate) for candidate in candidates]
        for index, entry in sorted(entries, key=lambda pair: pair[0]):
            if isinstance(entry, EntryRow):
                record.hear(enter_statement(registry, entry), index, registry)
                continue
            recorded_at = items.moment(entry.row.recorded_at)
            on, event = facts.on(recorded_at), entry.event
            said = given_in(event), read_saying(event), entry.dealing
            placed = Placed(index, recorded_at, entry.act, on, *said)
            record.take(placed, entry.row.identity)
        return record


def _tells(step: Step) -> bool:
    return bool(step.findings or step.closings)
