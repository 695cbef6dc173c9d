"""Before a statement about an entry counts: whether it changes anything, and if not, why.

Concurrences, resolutions and erasures are recorded whatever comes of them; whoever signs one that
changes nothing is told so, in its dry run and in its receipt. The answer keeps to what the signer
may see (docs/custody.md, "What a signer is told"): to whom an entry is out of view it is the same
whether or not the entry exists. Example::

    Hearing(sources, now).why_idle(statement, index)       # "entry 12 waits for nobody", or None

In words of its own after the fact, from a story alone: ``ledger.outcome.idle``.
"""

from collections.abc import Sequence
from datetime import datetime

from ledger.finding import Code
from ledger.judge import ARRIVAL, View, judge
from ledger.service.history import Sources
from ledger.service.resolving import accused_of, items_of
from ledger.service.sight import Sight
from ledger.service.views import load_views
from ledger.store import corrections, events, log
from ledger.store.corrections import CorrectionRow
from ledger.store.log import EntryRow
from ledger.view import OPERATOR, Reader
from ledger.wording import later, listed, phrase
from schemas.statement import Concurrence, Erasure, Resolution, Statement


class Hearing:
    """What statements come to, as of *now* and what is written in *sources*.

    *is_veiled*: some of that is of a trial, and must not show: else an act that nobody is held to
    would give its signer a view.
    """

    def __init__(self, sources: Sources, now: datetime, *, is_veiled: bool = False) -> None:
        self._sources, self._connection, self._now = sources, sources.target, now
        self._registry, self._is_veiled = sources.registry, is_veiled

    def why_idle(self, statement: Statement, index: int) -> str | None:
        """Why *statement*, to be entry *index*, changes nothing; None if it does.

        The registry has it already, nothing else does.
        """
        match statement:
            case Concurrence():
                return self._unasked(statement, index)
            case Resolution():
                return self._unsettled(statement, index)
            case Erasure():
                return self._unerased(statement, index)
            case _:
                return None

    def _entry(self, identity: bytes, index: int) -> EntryRow | None:
        known = log.find_identities(self._sources.truth, [identity]).get(identity)
        if known is None or known[0] >= index:
            return None
        return log.load_entries_at(self._sources.truth, [known[0]])[known[0]]

    # Concurrences --------------------------------------------------------------------------------

    def _unasked(self, said: Concurrence, index: int) -> str | None:
        party = said.party
        agreed = self._registry.concurrences[said.correction][party]
        if agreed < index:
            return phrase("%(who)s agreed already, in entry %(entry)s", who=party, entry=agreed)
        row = self._entry(said.correction, index)
        return None if self._is_veiled else self._unasked_by(party, row)

    def _unasked_by(self, party: str, row: EntryRow | None) -> str | None:
        if row is None:
            return phrase("nothing that %(who)s may see waits for it", who=party)
        made = corrections.load_corrections(self._connection, [row.idx]).get(row.idx)
        awaited = () if made is None else self._awaited(made)
        if party in awaited:
            return None
        if not self._sees(party, row):
            return phrase("nothing that %(who)s may see waits for it", who=party)
        if made is None or made.target is None:
            return phrase("entry %(entry)s corrects nothing", entry=row.idx)
        if not awaited:
            return phrase("entry %(entry)s waits for nobody", entry=row.idx)
        return phrase(
            "entry %(entry)s waits for %(others)s, and not for %(who)s",
            entry=row.idx,
            others=listed(awaited),
            who=party,
        )

    def _awaited(self, row: CorrectionRow) -> tuple[str, ...]:
        """Whom correction *row* waits for: who signed what its finding cites."""
        if row.open_at is None:
            return ()
        found = events.load_findings(self._connection, [row.open_at]).get(row.open_at, ())
        cited = {i for one in found if one.code is Code.CORRECTION_OPEN for i in one.cites}
        acts = self._sources.load_acts(sorted(cited - {row.idx, row.target}))
        return tuple(sorted({act.who for _, act in acts.values()}))

    def _sees(self, party: str, row: EntryRow) -> bool:
        """Whether all that entry *row* names is in the view of *party* by then."""
        if row.kind != log.EVENT:
            return False
        reader = Reader(party, self._registry.roles().get(party, frozenset()))
        pack = self._sources.pack
        sight = Sight(self._connection, self._registry, pack, reader, self._now)
        named = self._sources.load_acts([row.idx])[row.idx][1].names()
        seen = sight.outlooks(named)
        return all(item in seen and seen[item].horizon >= row.idx for item in named)

    # Resolutions ---------------------------------------------------------------------------------

    def _unsettled(self, said: Resolution, index: int) -> str | None:
        if not self._registry.may_resolve(said.party):
            return phrase("only the registrar and inspectors settle what was found")
        row = self._entry(said.entry, index)
        if row is None:
            return phrase("no entry that it may be about is recorded")
        if not self._registry.may_resolve(said.party, *accused_of(self._sources, row)):
            text = later("entry %(entry)s is %(who)s's own, which others have to judge")
            return phrase(text, entry=row.idx, who=said.party)
        return self._unfound(said, row)

    def _unfound(self, said: Resolution, row: EntryRow) -> str | None:
        """Why there is nothing to settle, None if there is."""
        views = self._views(said, row)
        judged = [judge(view, self._sources.pack, self._sources.atlas, self._now) for view in views]
        found = [one for some in judged for one in some if one.index == row.idx]
        same = [one for one in found if one.code == said.code]
        if any(one.is_open for one in same):
            return None
        if same:
            that = phrase("that on these items") if said.items else phrase("that")
            text = later("entry %(entry)s has settled %(that)s already")
            return phrase(text, entry=same[0].closed_by, that=that)
        finding = phrase("such finding on these items") if said.items else phrase("such finding")
        ways = {None if view.shipment is None else view.shipment.index for view in views}
        if said.code in ARRIVAL and row.idx in ways:
            text = later("entry %(entry)s has no %(finding)s yet; once it has, this settles it")
            return phrase(text, entry=row.idx, finding=finding)
        codes = sorted({one.code.value for one in found if one.is_open})
        if not codes:
            text = later("entry %(entry)s has no %(finding)s, and none that is open")
            return phrase(text, entry=row.idx, finding=finding)
        text = later("entry %(entry)s has no %(finding)s, it has these: %(codes)s")
        return phrase(text, entry=row.idx, finding=finding, codes=", ".join(codes))

    def _views(self, said: Resolution, row: EntryRow) -> Sequence[View]:
        """What is known of the items that are to be cleared of what entry *row* showed."""
        about = said.items or tuple(items_of(self._sources, row, said.code))
        sight = Sight(self._connection, self._registry, self._sources.pack, OPERATOR, self._now)
        return [seen.view for seen in load_views(sight, about).values()]

    # Erasures ------------------------------------------------------------------------------------

    def _unerased(self, said: Erasure, index: int) -> str | None:
        row = self._entry(said.entry, index)
        author = None if row is None else self._registry.by_index[row.key_idx].party
        if author is None or not self._registry.may_erase(said.party, author):
            text = later("%(who)s signed no such entry, and only the registrar erases for others")
            return phrase(text, who=said.party)
        assert row is not None
        earlier = {
            digest: by
            for by, one in self._registry.erasures[said.entry].items()
            if by < index and self._registry.may_erase(one.party, author)
            for digest in one.digests
        }
        if set(said.digests) <= earlier.keys():
            entry = max(earlier[one] for one in said.digests)
            return phrase("entry %(entry)s erased that already", entry=entry)
        kept = log.load_disclosures(self._connection, [row.idx])
        if not any(body and digest in said.digests for _, digest, body in kept):
            text = later(
                "nothing of that was disclosed of entry %(entry)s; nor will it be kept if it is"
            )
            return phrase(text, entry=row.idx)
        return None
