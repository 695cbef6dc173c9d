"""The story of one item: the entries that bear on it, read anew as they were signed.

Each is shown as far as the reader may see: with what was found on the item, and naming of other
items only what goes into it or comes out in the reader's view. Example::

    steps_of(sight, seen, findings)[0].act.kind      # ActKind.COMMISSION
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ledger.act import Act
from ledger.disclosure import Erased
from ledger.finding import Finding
from ledger.holding import ItemState
from ledger.identity import only
from ledger.key_findings import check_key
from ledger.registry import Registry
from ledger.replay import OTHERS
from ledger.service.erasing import erased_fields
from ledger.service.identities import load_disclosed
from ledger.service.past import Past
from ledger.service.rows import ReadEvent, event_of_row, load_item_lists, whole_event
from ledger.service.sight import Sight
from ledger.service.views import Seen
from ledger.store import corrections, items, log
from ledger.store.database import Connection
from ledger.store.log import EntryRow
from ledger.view import parties_in
from schemas.event import Event
from schemas.statement import Concurrence, Resolution, Statement, parse_statement


@dataclass(frozen=True, slots=True)
class Step:
    """One event that bears on an item; *through* is the container it names, None for the item.

    *event* is as it was disclosed, and gives of the numbers of items those of this one; *withheld*
    are the names of what is not known of it, *erased* says what was known and is no more.
    *findings* are also those on its key.
    *corrected_by* is the correction that took it back, *corrects* what it is itself a correction
    of; None if there is no such entry.
    """

    index: int
    recorded_at: datetime
    event: Event
    act: Act
    through: str | None
    findings: tuple[Finding, ...]
    erased: tuple[Erased, ...] = ()
    withheld: tuple[str, ...] = ()
    corrected_by: int | None = None
    corrects: int | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """One statement that bears on an item: it settles a finding, or agrees with a correction.

    *about* is the entry that it names.
    """

    index: int
    recorded_at: datetime
    statement: Statement
    about: int | None


def names_in(
    state: ItemState | None,
    steps: Sequence[Step],
    said: Sequence[Said],
    findings: Sequence[Finding],
    registry: Registry,
) -> dict[str, str]:
    """What the parties that sign these, or are named in them, are called."""
    parties = {party for step in steps for party in (step.act.actor, *parties_in(step.act))}
    parties |= {party for s in steps for _, party in (*s.event.sources, *s.event.destinations)}
    parties |= {one.statement.party for one in said}
    parties |= {word.rstrip(".,:;") for found in findings for word in found.message.split()}
    parties |= _parties_of(state)
    known = registry.parties
    return {party: known[party].names[0] for party in sorted(parties & known.keys())}


def _parties_of(state: ItemState | None) -> set[str]:
    if state is None:
        return set()
    custody, title = state.custody, state.title
    named = {custody.holder, custody.consignee, custody.sender, *custody.via, state.owner}
    named |= {state.origin, None if title is None else title.user}
    return {party for party in named if party is not None}


def steps_of(sight: Sight, seen: Seen, findings: Sequence[Finding]) -> tuple[Step, ...]:
    """The steps of the item that is *seen*, in order of the log; *findings* are those on it."""
    connection, registry = sight.connection, sight.registry
    through = {bearing.idx: bearing.subject for bearing in reversed(seen.bearings)}
    through |= {b.idx: b.subject for b in seen.bearings if b.subject == seen.number}
    rows = _rows(sight, seen, log.EVENT)
    acts = read_acts(connection, rows, registry)
    disclosed = load_disclosed(connection, list(rows))
    corrected_by, corrects = _corrections(sight, seen, rows)
    if not sight.reader.sees_all:
        acts = _shown(sight, seen, acts)
    steps = []
    for index in sorted(rows):
        row, (signed, act) = rows[index], acts[index]
        is_told = index <= seen.told
        event, names = whole_event(signed, disclosed.get(index, ()) if is_told else ())
        erased = erased_fields(connection, row, event, registry) if is_told else ()
        recorded_at, subject = items.moment(row.recorded_at), through[index]
        found = tuple(found for found in findings if found.index == index)
        of_key = [
            found
            for found in check_key(registry.by_index[row.key_idx], index, recorded_at)
            if max(found.cites) <= seen.horizon
        ]
        steps.append(
            Step(
                index=index,
                recorded_at=recorded_at,
                event=only(event, seen.view.item),
                act=act,
                through=None if subject == seen.number else seen.subjects[subject],
                findings=(*found, *of_key),
                erased=erased,
                withheld=tuple(sorted(names - {one.name for one in erased})),
                corrected_by=corrected_by.get(index),
                corrects=corrects.get(index),
            )
        )
    return tuple(steps)


def said_of(sight: Sight, seen: Seen) -> tuple[Said, ...]:
    """The statements that bear on the item that is *seen*, in order of the log."""
    said = []
    for index, row in sorted(_rows(sight, seen, log.STATEMENT).items()):
        statement = parse_statement(row.payload)
        identity = _entry_named(statement)
        known = {} if identity is None else log.find_identities(sight.connection, [identity])
        about = next((found for found, _ in known.values()), None)
        said.append(Said(index, items.moment(row.recorded_at), statement, about))
    return tuple(said)


def _entry_named(statement: Statement) -> bytes | None:
    match statement:
        case Concurrence():
            return statement.correction
        case Resolution():
            return statement.entry
        case _:
            return None


def _rows(sight: Sight, seen: Seen, kind: int) -> dict[int, EntryRow]:
    indexes = sorted({bearing.idx for bearing in seen.bearings})
    rows = log.load_entries_at(sight.connection, indexes)
    return {index: row for index, row in rows.items() if row.kind == kind}


def _corrections(
    sight: Sight, seen: Seen, indexes: Collection[int]
) -> tuple[dict[int, int], dict[int, int]]:
    """By which correction each entry was taken back, and what each of them corrects."""
    taken_by = Past(sight.connection).corrected_by(indexes, seen.horizon)
    made = corrections.load_corrections(sight.connection, indexes)
    return taken_by, {i: row.target for i, row in made.items() if row.target is not None}


def _shown(sight: Sight, seen: Seen, acts: Mapping[int, ReadEvent]) -> dict[int, ReadEvent]:
    """*acts* naming of the items the one in view, and what it sees go into it and come out."""
    item = seen.view.item
    loads = {i for i, (_, act) in acts.items() if act.parent == item}
    then = sight.at(seen.horizon)
    below = then.outlooks({one for i in loads for one in acts[i][1].items})
    shown: dict[int, ReadEvent] = {}
    for index, (event, act) in acts.items():
        ours = {one for one in below if below[one].horizon >= index} if index in loads else set()
        mine = ours.union([item], seen.subjects.values())
        shown[index] = (
            event,
            act._replace(items=_cut(act.items, mine), outputs=_cut(act.outputs, mine)),
        )
    return shown


def _cut(listed: Sequence[str], mine: Collection[str]) -> tuple[str, ...]:
    """Those of *listed* that are *mine*, and ``OTHERS`` if there are others."""
    kept = tuple([item for item in listed if item in mine])
    return kept if len(kept) == len(listed) else (*kept, OTHERS)


def read_acts(
    connection: Connection, rows: Mapping[int, EntryRow], registry: Registry
) -> dict[int, ReadEvent]:
    """The event and the act of each entry, as it was signed."""
    lists = load_item_lists(connection, list(rows))
    return {index: event_of_row(row, lists.get(index, {}), registry) for index, row in rows.items()}
