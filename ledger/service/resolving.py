"""What a ``resolution`` settles: a finding of one entry, on its items.

docs/formats.md, "Statements". The registrar and inspectors are heard, but never whoever signed the
entry or had it signed; anybody else's resolution is in the story of the items, and closes nothing.
Findings that depend on the day (late, missing) are of the entry that began the shipment. Example::

    resolve(sources, statement, index)      # once the registry has taken it in
"""

from collections.abc import Iterable

from ledger.finding import Closing, Code
from ledger.order import ordinal
from ledger.service.history import Sources
from ledger.store import events, items, log, stays
from ledger.store.database import Connection
from ledger.store.events import ItemEvent
from ledger.store.log import EntryRow
from schemas.statement import Resolution


def resolve(sources: Sources, statement: Resolution, index: int) -> None:
    """Put *statement*, entry *index*, into the story of its items, and close what it settles."""
    connection = sources.target
    known = log.find_identities(sources.truth, [statement.entry]).get(statement.entry)
    if known is None or known[0] >= index:
        return
    row = log.load_entries_at(sources.truth, [known[0]])[known[0]]
    about = statement.items or items_of(sources, row, statement.code)
    numbers = items.load_ids(connection, about)
    if not numbers:
        return
    rows = [ItemEvent(number, ordinal(index), False) for number in numbers.values()]
    events.insert_item_events(connection, sorted(rows))
    accused = accused_of(sources, row)
    if statement.code in set(Code) and sources.registry.may_resolve(statement.party, *accused):
        code, settled = Code(statement.code), tuple(sorted(numbers))
        events.insert_closings(connection, [Closing(code, index, settled, row.idx)])


def accused_of(sources: Sources, row: EntryRow) -> tuple[str, str | None]:
    """Who signed the entry in *row*, and who had it signed, if anybody."""
    signer = sources.registry.by_index[row.key_idx].party
    if row.kind != log.EVENT:
        return signer, None
    return signer, sources.load_acts([row.idx])[row.idx][1].principal


def items_of(sources: Sources, row: EntryRow, code: str) -> Iterable[str]:
    """The items of the entry's findings of *code*; of one that depends on the day, all of its."""
    if row.kind != log.EVENT:
        return ()
    entry = row.idx
    connection, (_, act) = sources.target, sources.load_acts([entry])[entry]
    found = events.load_findings(connection, [entry]).get(entry, ())
    listed = [one.items or act.items for one in found if one.code.value == code] or [act.items]
    named = {item for some in listed for item in some}
    return named | _taken_out(connection, named, entry)


def _taken_out(connection: Connection, containers: Iterable[str], entry: int) -> set[str]:
    """What was inside when the entry came and is no more: its story is its own since."""
    numbers = items.load_ids(connection, containers)
    then = stays.load_inside(connection, dict.fromkeys(numbers.values(), entry))
    now = stays.load_inside(connection, dict.fromkeys(numbers.values(), _NOW))
    return {item for some in then.values() for item in some} - {
        item for some in now.values() for item in some
    }


# Later than any entry; ``ledger.order.ordinal`` of it fits a column.
_NOW = 1 << 46
