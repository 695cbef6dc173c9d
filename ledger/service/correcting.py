"""Corrections as they come: which takes effect, which waits for whom, and what follows.

Source: docs/custody.md, "Corrections". A correction is tried when it is recorded, when an event
that it named as a corrective is, and when somebody concurs. One that takes effect may clear the
way for others that wait and share items with it: they are tried again, the first recorded first,
until none of them can. All of it follows from the log alone, at the index of the entry that
brought it about, so a rebuild comes to the same rows. What was to take the place of something
counts nowhere while its correction waits, as long as nobody else built on it. Example::

    correcting = Correcting(sources)
    correcting.recorded(index, act)
    list(correcting.opened(EVERYTHING))            # that it waits, and for whom; or nothing
"""

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from ledger.act import Act, ActKind
from ledger.finding import Closing, Code, Finding
from ledger.order import Correction, Placing, key_of, ordinal, placements
from ledger.reach import Entry
from ledger.service.amending import amend, bearing_change
from ledger.service.drawing import Drawing
from ledger.service.history import History, Sources
from ledger.store import amendments, corrections, events, items, log
from ledger.store.amendments import Kind, changed, row_of_finding
from ledger.store.corrections import CorrectionRow
from ledger.store.events import ItemEvent
from ledger.view import Horizon, signer_of
from ledger.wording import chained, later, phrase

Found: TypeAlias = dict[int, tuple[Finding, ...]]

_IT_WAITS = later(
    "%(who)s declared entry %(entry)s wrong, but %(others)s signed for what followed; entry"
    " %(entry)s stands until they agree"
)
_NOT_ITS_OWN = later(
    "%(who)s declared an entry wrong, but it signed no such event before that it may take back"
)


@dataclass(frozen=True, slots=True)
class _Trial:
    """One correction as it would be, *made*: where all entries that it moves would stand."""

    row: CorrectionRow
    act: Act
    made: Correction
    placings: Mapping[int, Placing]
    history: History

    def borne(self) -> list[str]:
        """The items that its target bears on: what was inside of them then, and is no more, too."""
        retelling, target = self.history.retelling, self.row.target
        departed = frozenset[str]()
        if retelling is not None and target is not None:
            departed = retelling.departed(target)
        return [*self._items_of({target}), *sorted(departed)]

    def touched(self) -> list[str]:
        """Those, and the items that its correctives bear on."""
        return list(dict.fromkeys((*self.borne(), *self._items_of(self.made.correctives))))

    def _items_of(self, entries: Container[int | None]) -> list[str]:
        numbers = {row.item for index, row in self.history.rows if index in entries}
        return sorted([item for item, number in self.history.ids.items() if number in numbers])


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A correction by *actor* for which parties are *missing*, each with its first entry.

    It is found of entry *open_at*, on the *items*; () for all that this names.
    """

    row: CorrectionRow
    actor: str
    missing: Mapping[str, int]
    open_at: int
    items: tuple[str, ...]

    def finding(self) -> Finding:
        """That it waits, and for whom."""
        target, others = self.row.target or 0, chained(sorted(self.missing))
        message = phrase(_IT_WAITS, who=self.actor, entry=target, others=others)
        itself = () if self.open_at == self.row.idx else (self.row.idx,)
        cites = tuple(dict.fromkeys((*itself, target, *self.missing.values())))
        return Finding(Code.CORRECTION_OPEN, message, self.open_at, self.items, cites)


class Correcting:
    """What one entry brings about; everything before it is written.

    *touched* are the items that bear on whether it takes effect, *targets* what would be taken
    back, *moved* the entries that were put somewhere else, or out.
    """

    def __init__(self, sources: Sources) -> None:
        self._sources, self._connection = sources, sources.target
        self._found: Found = {}
        self._waiting: dict[int, _Waiting] = {}
        self._arrived = -1
        self.touched: set[str] = set()
        self.targets: set[int] = set()
        self.moved: set[int] = set()

    def recorded(self, index: int, act: Act) -> None:
        """Correction *index* is recorded."""
        target = self._target(index, act)
        corrections.save_correction(self._connection, CorrectionRow(index, target))
        if target is None:
            message = phrase(_NOT_ITS_OWN, who=act.actor)
            found = Finding(Code.CORRECTION_OPEN, message, index, on_items=False)
            events.insert_findings(self._connection, [found])
            self._found[index] = (found,)
            return
        keys = [key_of(act.actor, named) for named in act.correctives]
        corrections.insert_awaited(self._connection, index, keys)
        for row in corrections.find_of_targets(self._connection, [target]):
            if row.idx < index and row.taken_at is None and row.open_at is not None:
                self._close(row, index)  # it never took effect, and its signer asks for another
        self._try_all(index, index)

    def arrived(self, index: int, act: Act) -> None:
        """Event *index* is recorded, which corrections await."""
        self._arrived = index
        awaiting = corrections.find_awaiting(self._connection, key_of(act.actor, act.event_id))
        for row in corrections.load_corrections(self._connection, awaiting).values():
            if row.taken_at is None and row.open_at is None:
                self._hold(self._trial(row.idx), index)  # its signer asked for another one since
            else:
                self._try_all(row.idx, index)

    def opened(self, until: Horizon) -> Iterator[Finding]:
        """What is found of those that wait, to whom saw what was signed up to entry *until*."""
        for index, found in self._found.items():
            waiting = self._waiting.get(index)
            seen = waiting and {who: i for who, i in waiting.missing.items() if i <= until}
            if waiting is None:
                yield from found
            elif seen:
                yield replace(waiting, missing=seen).finding()

    def agreed(self, identity: bytes, index: int) -> None:
        """Statement *index* concurs with the correction of that *identity*."""
        known = log.find_identities(self._sources.truth, [identity]).get(identity)
        rows = corrections.load_corrections(self._connection, [known[0]] if known else [])
        for row in rows.values():
            if row.open_at is not None:
                self._try_all(row.idx, index)
            else:
                names = self._sources.load_acts([row.idx])[row.idx][1].items
                self._insert_bearings(
                    index, items.load_ids(self._connection, names).values(), index
                )

    def _target(self, index: int, act: Act) -> int | None:
        """The entry that a correction takes back: an event of the same party, no correction."""
        if act.corrects is None:
            return None
        known = log.find_identities(self._sources.truth, [act.corrects]).get(act.corrects)
        if known is None or known[0] >= index:
            return None
        row = events.load_events(self._connection, [known[0]]).get(known[0])
        if row is None or row.actor != act.actor or row.kind == ActKind.CORRECT:
            return None
        return row.idx if self._may_take_back(row.idx, index) else None

    def _may_take_back(self, target: int, index: int) -> bool:
        """Whether who signed *target* for somebody else could still do so as entry *index*."""
        made = self._sources.load_acts([target, index])
        act = made[target][1]
        if act.principal is None or act.principal == act.actor:
            return True
        entries = [Entry(i, at, act, None, None) for i, (at, _) in made.items()]
        facts = self._sources.load_facts(entries)
        whose = {signer_of(act, facts[one.index], one.recorded_at) for one in entries}
        return len(whose) == 1

    # Trying --------------------------------------------------------------------------------------

    def _try_all(self, first: int, at: int) -> None:
        """Try correction *first*, and all that wait and share items with what took effect."""
        waiting = [first]
        while waiting:
            trial = self._trial(waiting.pop(0))
            if self._take(trial, at):
                shared = {index for index, _ in trial.history.rows}
                still = [i for i in corrections.load_open(self._connection) if i in shared]
                waiting = sorted({*waiting, *still})

    def _trial(self, index: int) -> _Trial:
        row = corrections.load_corrections(self._connection, [index])[index]
        assert row.target is not None
        acts = self._sources.load_acts([index, row.target])
        act, target = acts[index][1], acts[row.target][1]
        made = Correction(index, row.target, self._correctives(row, act))
        return self._as_if(row, act, made, target.names())

    def _as_if(
        self, row: CorrectionRow, act: Act, made: Correction, names: Iterable[str]
    ) -> _Trial:
        """What would be if correction *row*, which says *act*, were *made*."""
        entries = {made.target, *made.correctives, *made.held}
        related = corrections.load_all_related(self._connection, entries)
        placed = placements([*[one for one in related if one.index != made.index], made])
        known = events.load_events(self._connection, placed)
        placings = {i: at for i, at in placed.items() if at != _placing(known[i])}
        return _Trial(row, act, made, placings, History(self._sources, placings, names))

    def _correctives(self, row: CorrectionRow, act: Act) -> tuple[int, ...]:
        """The events recorded so far that the correction puts in the place of its target."""
        keys = [key_of(act.actor, named) for named in act.correctives]
        found = corrections.find_events(self._connection, keys)
        acts = self._sources.load_acts([index for index in found if index != row.target])
        return tuple(
            [
                index
                for index, (_, one) in sorted(acts.items())
                if one.actor == act.actor
                and one.event_id in act.correctives
                and one.kind is not ActKind.CORRECT
            ]
        )

    def _take(self, trial: _Trial, at: int) -> bool:
        """Let the correction take effect by entry *at*, if nobody has to concur first."""
        row, agreed = trial.row, self._agreed(trial.row)
        missing = _missing(trial, agreed)
        borne, touched = trial.borne(), trial.touched()
        self.touched.update(touched)
        self.targets.add(trial.made.target)
        self._bear(row.idx, touched, trial.history, at)
        if at not in (row.idx, self._arrived):
            self._bear(at, borne, trial.history, at)
        if missing:
            self._wait(trial, at, missing, borne)
            self._hold(trial, at)
            return False
        self._found.pop(row.idx, None)
        corrections.save_correctives(self._connection, row.idx, trial.made.correctives)
        self._amend(trial, at, agreed)
        for older in corrections.find_of_targets(self._connection, [row.target or 0]):
            if older.open_at is not None and older.idx <= row.idx:
                self._close(older, at)
        taken_at = at if row.taken_at is None else row.taken_at
        corrections.save_correction(self._connection, row._replace(taken_at=taken_at, open_at=None))
        return True

    def _hold(self, trial: _Trial, at: int) -> None:
        """What waits for the place of something counts nowhere, unless others built on it."""
        (made,) = corrections.load_whole(self._connection, [trial.row.idx])
        new = set(trial.made.correctives).difference(made.correctives, made.held)
        if not new:
            return
        held = replace(made, held=(*made.held, *sorted(new)))
        without = self._as_if(trial.row, trial.act, held, ())
        agreed = self._agreed(trial.row)
        if not _missing(without, agreed):
            self._amend(without, at, agreed)
            corrections.save_held(self._connection, made.index, sorted(new), at)

    def _amend(self, trial: _Trial, at: int, agreed: Collection[str]) -> None:
        """Let be what *trial* says."""
        self.moved.update(trial.placings)
        heard = set(agreed) - {trial.act.actor}
        history, target = trial.history, trial.made.target
        settled = amend(self._connection, history, trial.placings, at, target, heard)
        self._settle([Closing(one.code, at, one.items, one.entry) for one in settled])
        Drawing(self._sources).count({*history.entries, *trial.placings}, at)

    def _agreed(self, row: CorrectionRow) -> Collection[str]:
        """The parties that concurred with it so far."""
        identity = log.load_entries_at(self._sources.truth, [row.idx])[row.idx].identity
        return self._sources.registry.concurrences.get(identity, {}).keys()

    def _bear(self, index: int, borne: Iterable[str], history: History, at: int) -> None:
        """By entry *at* entry *index* is in the story of these items too."""
        there = {row.item for i, row in history.rows if i == index}
        numbers = {history.ids[item] for item in borne} - there
        self._insert_bearings(index, numbers, at)

    def _insert_bearings(self, index: int, numbers: Iterable[int], at: int) -> None:
        rows = sorted([ItemEvent(number, ordinal(index), False) for number in numbers])
        events.insert_item_events(self._connection, rows)
        if at != index:
            changes = [bearing_change(at, row, is_new=True) for row in rows]
            amendments.save_changes(self._connection, changes)

    # What is found -------------------------------------------------------------------------------

    def _wait(
        self, trial: _Trial, at: int, missing: Mapping[str, int], borne: Sequence[str]
    ) -> None:
        row, act = trial.row, trial.act
        open_at = row.open_at if row.open_at is not None else row.idx
        if row.open_at is None and row.taken_at is not None:
            open_at = at  # in force already: only the corrective that came now has to wait
        listed = () if open_at == row.idx and set(borne) == set(act.items) else tuple(borne)
        waiting = _Waiting(row, act.actor, missing, open_at, listed)
        self._waiting[row.idx] = waiting
        found = waiting.finding()
        self._note(at, open_at, found)
        corrections.delete_waiting(self._connection, open_at)
        events.insert_findings(self._connection, [found])
        corrections.save_correction(self._connection, row._replace(open_at=open_at))
        self._found[row.idx] = (found,)

    def _settle(self, closings: Sequence[Closing]) -> None:
        """Write *closings* of one entry, and put it into the story of their items."""
        events.insert_closings(self._connection, closings)
        named = {item for closing in closings for item in closing.items}
        numbers = set(items.load_ids(self._connection, named).values())
        known = corrections.load_item_events(self._connection, numbers)
        for at in {closing.index for closing in closings}:
            there = {bearing.item for index, bearing in known if index == at}
            self._insert_bearings(at, numbers - there, at)

    def _note(self, at: int, index: int, found: Finding) -> None:
        """By entry *at* this is what entry *index* found of a correction that waits."""
        if at != index:
            known = events.load_findings(self._connection, [index]).get(index, ())
            old = [row_of_finding(one) for one in known if one.code is Code.CORRECTION_OPEN]
            changes = changed(at, Kind.FINDING, index, old, [row_of_finding(found)])
            amendments.save_changes(self._connection, changes)

    def _close(self, row: CorrectionRow, at: int) -> None:
        """What was found of correction *row* while it waited is settled by entry *at*."""
        assert row.open_at is not None
        self._found.pop(row.idx, None)
        (act,) = [act for _, act in self._sources.load_acts([row.open_at]).values()]
        for found in events.load_findings(self._connection, [row.open_at])[row.open_at]:
            if found.code is Code.CORRECTION_OPEN:
                names = tuple(sorted(found.items or act.items))
                self._settle([Closing(Code.CORRECTION_OPEN, at, names, row.open_at)])
        corrections.save_correction(self._connection, row._replace(open_at=None))


def _missing(trial: _Trial, agreed: Collection[str]) -> dict[str, int]:
    """Who did not agree, each with the first entry that builds on what it would change."""
    retelling = trial.history.retelling
    against = {} if retelling is None else retelling.against(trial.act.actor)
    return {party: index for party, index in against.items() if party not in agreed}


def _placing(row: events.EventRow) -> Placing:
    at = ordinal(row.idx) if row.ordinal is None else row.ordinal
    return Placing(at, row.corrected_by)
