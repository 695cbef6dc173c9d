"""What texts mean among the things that a party can act on: for forms, scans and spreadsheets.

Row by row: the item that it names, or what is doubtful about it. No row holds up the others; who
fills in a form mends them or leaves them out. Example::

    found = sort_out(ledger, ["A-1", "A-1", "A-9"], reader, Standing.HOLDER)
    found.items                                       # ("urn:chiptrail:chip:acme:x1:A-1",)
    [(row.text, row.doubt) for row in found.doubtful]      # A-1 is there twice, A-9 is unknown
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ledger.holding import ItemState, Phase
from ledger.order import ordinal
from ledger.service.ledger import Ledger
from ledger.service.looking import looked_at, looking
from ledger.service.query import resolve
from ledger.service.sight import Outlook, Sight
from ledger.service.workers import collecting_seldom
from ledger.store import items, stays
from ledger.store.database import Connection
from ledger.view import EVERYTHING, Reader
from ledger.wallet import units
from ledger.wording import later
from schemas.errors import MalformedItems
from schemas.spelling import number_of, whole_item


class Standing(StrEnum):
    """What somebody has to be to things to act on them.

    HANDLER: who may pack them; CARRIER: who sent them, or carries them.
    """

    HOLDER = "holder"
    SENDER = "sender"
    CONSIGNEE = "consignee"
    HANDLER = "handler"
    CARRIER = "carrier"
    ANYBODY = "anybody"


class Doubt(StrEnum):
    """Why a row names nothing that can be acted on."""

    UNREADABLE = "unreadable"
    UNKNOWN = "unknown"
    SEVERAL = "several"
    REPEATED = "repeated"
    ELSEWHERE = "elsewhere"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Row:
    """Row *number*, from 1, with *text*; *item* is None where that is in doubt.

    *about* goes with the doubt: what is wrong (UNREADABLE), a spelling that is known (UNKNOWN; may
    be empty), the ids (SEVERAL), the first row that names it (REPEATED), who has it (ELSEWHERE).
    """

    number: int
    text: str
    item: str | None
    doubt: Doubt | None = None
    about: str = ""


@dataclass(frozen=True, slots=True)
class Sorted:
    """All *rows* as they were given; *inside* counts what is inside each item that has contents.

    *units* are what licences count: whatever has nothing inside, at any depth.
    """

    rows: tuple[Row, ...]
    inside: Mapping[str, int]
    units: int

    @property
    def items(self) -> tuple[str, ...]:
        """What they name, each once."""
        return tuple([row.item for row in self.rows if row.item is not None])

    @property
    def doubtful(self) -> tuple[Row, ...]:
        """The rows that name nothing."""
        return tuple([row for row in self.rows if row.doubt is not None])


@collecting_seldom()
def sort_out(
    ledger: Ledger, texts: Sequence[str], reader: Reader, standing: Standing = Standing.ANYBODY
) -> Sorted:
    """What each of *texts* names of the things that *reader* has that *standing* to."""
    matches = resolve(ledger, list(dict.fromkeys(texts)), reader)
    with looking(ledger, reader, looked_at(later("form %(count)s"), texts)) as connection:
        registry = ledger.renew(connection).registry
        sight = Sight(connection, registry, ledger.pack, reader, ledger.clock.now())
        outlooks = sight.outlooks({item for found in matches.values() for item in found})
        seen: dict[str, int] = {}
        rows = tuple(
            [
                _row(number, text, _narrowed(matches[text], outlooks, reader, standing), seen)
                for number, text in enumerate(texts, 1)
            ]
        )
        rows = _judged(rows, outlooks, reader, standing)
        rows = _spelled(ledger, rows, reader)
        named = [row.item for row in rows if row.item is not None]
        inside, count = _contents(connection, named)
    return Sorted(rows, inside, count)


def new_items(texts: Sequence[str], under: str | None) -> Sorted:
    """What each of *texts* names, which may be new: full ids, or serials *under* a class."""
    seen: dict[str, int] = {}
    rows = []
    for number, text in enumerate(texts, 1):
        try:
            rows.append(_row(number, text, [number_of(text, under)], seen))
        except MalformedItems as exc:
            rows.append(Row(number, text, None, Doubt.UNREADABLE, exc.message))
    return Sorted(tuple(rows), {}, len(seen))


def _narrowed(
    found: Sequence[str], outlooks: Mapping[str, Outlook], reader: Reader, standing: Standing
) -> Sequence[str]:
    """Of several that bear a serial those alone that can be meant, if there are any."""
    if len(found) < 2:
        return found
    fit = [one for one in found if _is_fit(_state(outlooks, one), reader, standing)]
    return fit or found


def _row(number: int, text: str, found: Sequence[str], seen: dict[str, int]) -> Row:
    if len(found) > 1:
        return Row(number, text, None, Doubt.SEVERAL, " ".join(found))
    try:
        item = found[0] if found else whole_item(text)
    except MalformedItems as exc:
        return Row(number, text, None, Doubt.UNREADABLE, exc.message)
    if item is None:
        return Row(number, text, None, Doubt.UNKNOWN)
    first = seen.setdefault(item, number)
    if first != number:
        return Row(number, text, None, Doubt.REPEATED, str(first))
    return Row(number, text, item)


def _judged(
    rows: tuple[Row, ...], outlooks: Mapping[str, Outlook], reader: Reader, standing: Standing
) -> tuple[Row, ...]:
    """*rows* without the items that *reader* has not that *standing* to."""
    judged = []
    for row in rows:
        doubt, about = None, ""
        if row.item is not None and standing is not Standing.ANYBODY:
            state = _state(outlooks, row.item)
            if state is None:
                doubt = Doubt.UNKNOWN
            elif state.ended is not None:
                doubt, about = Doubt.ENDED, str(state.ended)
            elif not _is_fit(state, reader, standing):
                doubt, about = Doubt.ELSEWHERE, state.custody.holder
        judged.append(row if doubt is None else Row(row.number, row.text, None, doubt, about))
    return tuple(judged)


def _state(outlooks: Mapping[str, Outlook], item: str) -> ItemState | None:
    outlook = outlooks.get(item)
    return None if outlook is None else outlook.state


def _is_fit(state: ItemState | None, reader: Reader, standing: Standing) -> bool:
    if state is None or reader.party is None:
        return False
    custody, party = state.custody, reader.party
    is_away, is_ours = custody.phase is Phase.IN_TRANSIT, custody.holder == party
    fits = {
        Standing.ANYBODY: True,
        Standing.HOLDER: is_ours,  # who sent something may send it on
        Standing.SENDER: is_away and is_ours,
        Standing.CONSIGNEE: is_away and custody.consignee == party,
        Standing.HANDLER: custody.is_handled_by(party),
        Standing.CARRIER: is_away and (is_ours or party in custody.via),
    }
    return fits[standing]


def _spelled(ledger: Ledger, rows: tuple[Row, ...], reader: Reader) -> tuple[Row, ...]:
    """*rows*, with what is known in capitals said of those that are unknown: case counts."""
    raised = {row.text: row.text.upper() for row in rows if row.doubt is Doubt.UNKNOWN}
    raised = {text: capitals for text, capitals in raised.items() if text != capitals}
    found = resolve(ledger, list(raised.values()), reader) if raised else {}
    known = {text: capitals for text, capitals in raised.items() if found[capitals]}
    return tuple(
        [
            Row(row.number, row.text, None, row.doubt, known[row.text])
            if row.doubt is Doubt.UNKNOWN and row.text in known
            else row
            for row in rows
        ]
    )


def contents_of(ledger: Ledger, containers: Sequence[str]) -> dict[str, dict[str, str]]:
    """By container that has contents: all that is inside, at any depth, with what it lies in.

    They are in view.
    """
    found: dict[str, dict[str, str]] = {}
    with ledger.database.reading() as connection:
        for root, thing, container in _inside(connection, containers):
            found.setdefault(root, {})[thing] = container
    return found


def _contents(connection: Connection, named: Sequence[str]) -> tuple[dict[str, int], int]:
    """How much is inside each of *named* that has contents; the units in all."""
    rows = list(_inside(connection, named))
    pairs = [(thing, container) for _, thing, container in rows]
    return dict(Counter(root for root, _, _ in rows)), len(units(named, pairs, ()))


def _inside(connection: Connection, named: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Each of *named* with a thing inside it, and what that lies directly in."""
    numbers = items.load_ids(connection, named)
    names = {number: item for item, number in numbers.items()}
    wanted = [(number, ordinal(EVERYTHING)) for number in numbers.values()]
    for root, _, thing, container in stays.load_contained(connection, wanted):
        yield names[root], thing, container
