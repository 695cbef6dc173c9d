"""Shipments, derived: what set out, what became of each unit of it, and how it stands.

Nothing of them is stored beside the entries: a shipment is what its reader sees of the units that
it names. To who saw none of them go there is no shipment. Example::

    page = shipments(ledger, Manifest(states=frozenset({State.OVERDUE})), after=START, limit=50,
                     reader=reader)
    page.lines[0].counts[Fate.OUTSTANDING]
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ledger.act import Act, ActKind
from ledger.dealing import Authorisation, read_dealing
from ledger.finding import Code
from ledger.service.fates import End, Fate, Fates
from ledger.service.identities import load_disclosed
from ledger.service.ledger import Ledger
from ledger.service.looking import looking
from ledger.service.paging import Cursor, Page
from ledger.service.rows import whole_event
from ledger.service.sight import Sight
from ledger.service.steps import read_acts
from ledger.service.units import MOST_SEEN, MOST_TRIED
from ledger.store import events, items, log, stakes
from ledger.view import Reader
from ledger.wording import phrase
from schemas.errors import NotFound
from schemas.event import Event

_CHUNK = 20


class State(StrEnum):
    """How a shipment stands."""

    OPEN = "open"
    OVERDUE = "overdue"
    SHORT = "short"
    RECEIVED = "received"
    REFUSED = "refused"
    PARTLY_REFUSED = "partly-refused"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Manifest:
    """Which shipments; None and nothing leave the question open.

    *partner* is anybody named in it, *document* the URI of one that it names.
    """

    states: frozenset[State] = frozenset()
    partner: str | None = None
    document: str | None = None


@dataclass(frozen=True, slots=True)
class Shipment:
    """Entry *index*: *sender* sent *units*, each with its fate, to *consignee*.

    *units* are those that the reader saw go: what it names, and what came out of that on its own.
    *due_at* None: nobody said when. *settled_by* are the entries by which units came to an end;
    *codes* are the open findings that are of its arrival.
    """

    index: int
    recorded_at: datetime
    sent_at: datetime
    sender: str
    signed_by: str
    consignee: str | None
    via: tuple[str, ...]
    owner: str | None
    user: str | None
    due_at: datetime | None
    documents: tuple[str, ...]
    authorisations: tuple[Authorisation, ...]
    units: Mapping[str, Fate]
    settled_by: tuple[int, ...]
    codes: frozenset[Code]

    @property
    def counts(self) -> Mapping[Fate, int]:
        """How many units came to what."""
        return Counter(self.units.values())

    @property
    def state(self) -> State:
        """How it stands: by what is outstanding, if anything is."""
        fates = set(self.units.values())
        if Fate.OUTSTANDING in fates:
            if Code.SHORT in self.codes:
                return State.SHORT
            return State.OVERDUE if self.codes else State.OPEN
        if fates == {Fate.VOID}:
            return State.VOID
        if Fate.REFUSED not in fates:
            return State.RECEIVED
        return State.PARTLY_REFUSED if fates & _ARRIVED else State.REFUSED


_ARRIVED = frozenset({Fate.RECEIVED, Fate.DELIVERED})


def shipments(  # noqa: PLR0913 - each says one thing of the page
    ledger: Ledger,
    wanted: Manifest,
    *,
    after: Cursor,
    limit: int,
    reader: Reader,
    as_of: datetime | None = None,
) -> Page[Shipment]:
    """A page of the shipments that name *reader*, or the document that it asks for.

    Who browses is given all of them.
    """
    day = as_of or ledger.clock.now()
    what = phrase("shipments")
    if wanted.document is not None:
        what = phrase("shipments by %(name)s", name=wanted.document)
    with looking(ledger, reader, what) as connection:
        tip = ledger.renew(connection)
        sight = Sight(connection, tip.registry, ledger.pack, reader, ledger.clock.now())
        lines: list[Shipment] = []
        last: int | None = None
        tried = seen = 0
        for indexes in _candidates(sight, wanted, after.number):
            for one in _read(ledger, sight, _naming(sight, indexes, wanted.partner), day):
                if not wanted.states or one.state in wanted.states:
                    lines.append(one)
                seen += len(one.units)
            tried, last = tried + len(indexes), indexes[-1]
            if len(lines) >= limit or tried >= MOST_TRIED or seen >= MOST_SEEN:
                break
        else:
            last = None
    if len(lines) > limit:
        lines = lines[:limit]
        last = lines[-1].index
    rest = None if last is None else Cursor(last)
    return Page(tuple(lines), rest, tip.head.size, day)


def shipment(
    ledger: Ledger, index: int, *, reader: Reader, as_of: datetime | None = None
) -> Shipment:
    """The shipment that entry *index* is.

    Raises: NotFound, the same whether there is none or it is not for this reader.
    """
    day = as_of or ledger.clock.now()
    with looking(ledger, reader, phrase("shipment %(entry)s", entry=index)) as connection:
        tip, now = ledger.renew(connection), ledger.clock.now()
        sight = Sight(connection, tip.registry, ledger.pack, reader, now)
        asked = [index] if index < tip.head.size else []  # it may be past what a database counts
        for found in _read(ledger, sight, asked, day):
            return found
    raise NotFound(f"there is no shipment {index}, or not for you")


def _candidates(sight: Sight, wanted: Manifest, below: int) -> Iterator[list[int]]:
    """The shipments that may be in view, the newest first."""
    connection, reader = sight.connection, sight.reader
    if wanted.document is not None:
        named = [i for i in events.find_documents(connection, wanted.document) if i < below]
        named.reverse()
        for start in range(0, len(named), _CHUNK):
            yield named[start : start + _CHUNK]
        return
    party = None if reader.browses else reader.party
    while indexes := stakes.load_sendings(connection, party, below, _CHUNK):
        below = indexes[-1]
        yield indexes


def _naming(sight: Sight, indexes: Sequence[int], partner: str | None) -> Sequence[int]:
    if partner is None:
        return indexes
    naming = events.find_named(sight.connection, indexes, partner)
    return [index for index in indexes if index in naming]


# Reading -----------------------------------------------------------------------------------------


def _read(
    ledger: Ledger, sight: Sight, indexes: Sequence[int], day: datetime
) -> Iterator[Shipment]:
    """Those of *indexes* that are shipments of which the reader saw a unit go, in that order."""
    connection = sight.connection
    rows = log.load_entries_at(connection, indexes)
    rows = {index: row for index, row in rows.items() if row.kind == log.EVENT}
    read = read_acts(connection, rows, sight.registry)
    sent = {i: (event, act) for i, (event, act) in read.items() if act.kind is ActKind.SHIP}
    if not sent:
        return
    fates = Fates(ledger, sight, {index: act for index, (_, act) in sent.items()}, day)
    disclosed = load_disclosed(connection, list(sent))
    for index in indexes:
        if index in sent:
            signed, act = sent[index]
            found, bodies = fates.of(index), disclosed.get(index, ())
            event, _ = whole_event(signed, bodies if fates.is_told(index) else ())
            recorded_at = items.moment(rows[index].recorded_at)
            if found:
                yield _shipment(index, recorded_at, event, act, found)


def _shipment(
    index: int, recorded_at: datetime, event: Event, act: Act, ends: Mapping[str, End]
) -> Shipment:
    dealing = read_dealing(event, act)
    return Shipment(
        index=index,
        recorded_at=recorded_at,
        sent_at=act.event_at,
        sender=act.who,
        signed_by=act.actor,
        consignee=act.counterparty,
        via=act.via,
        owner=act.owner,
        user=act.user,
        due_at=act.due_at,
        documents=event.documents,
        authorisations=() if dealing is None else dealing.authorisations,
        units={unit: end.fate for unit, end in ends.items()},
        settled_by=tuple(sorted({end.by for end in ends.values() if end.by is not None})),
        codes=frozenset[Code]().union(*[end.codes for end in ends.values()]),
    )
