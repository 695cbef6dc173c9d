"""One recorded entry as its readers get it: where it stands in the log, and what was signed.

Who sees all that an entry names gets the envelope as it was signed; who sees a part of it gets the
leaf, which says nothing of the rest; to everybody else the entry does not exist. Example::

    found = recorded(ledger, 41, Reader("urn:chiptrail:party:fab"))
    found.envelope, found.proof
"""

from dataclasses import dataclass
from datetime import datetime

from ledger.proof import Proof
from ledger.registry import Registry
from ledger.service.ledger import Ledger
from ledger.service.looking import looking
from ledger.service.reading import open_tree
from ledger.service.rows import PAYLOAD_TYPES, leaf_of_row
from ledger.service.sight import Sight
from ledger.service.steps import read_acts
from ledger.store import items, log
from ledger.store.database import Connection
from ledger.store.log import EntryRow
from ledger.view import Reader
from schemas.envelope import Envelope
from schemas.errors import NotFound


@dataclass(frozen=True, slots=True)
class Recorded:
    """Entry *index*, its *leaf* of 137 bytes, and the *proof* that the log has it.

    *envelope* is None where the reader does not see all that it names.
    """

    index: int
    recorded_at: datetime
    identity: bytes
    leaf: bytes
    envelope: Envelope | None
    proof: Proof


def recorded(ledger: Ledger, index: int, reader: Reader) -> Recorded:
    """Entry *index*, as far as *reader* sees it.

    Raises: NotFound, the same whether there is none or it is not for this reader.
    """
    with ledger.snapshot(looking(ledger, reader, f"entry {index}")) as (connection, tip):
        row = log.load_entries_at(connection, [index]).get(index)
        sees = None
        if row is not None:
            sight = Sight(connection, tip.registry, ledger.pack, reader, ledger.clock.now())
            sees = _sees(sight, row, tip.registry)
        if row is None or sees is None:
            raise NotFound(f"there is no entry {index}, or not for you")
        leaf = leaf_of_row(row, tip.registry)
        path = open_tree(connection, tip.registry, tip.head.size).inclusion_proof(index)
        note = ledger.cosigned_note(connection, tip.head)
    keyid = tip.registry.by_index[row.key_idx].key.keyid
    envelope = Envelope(row.payload, PAYLOAD_TYPES[row.kind], keyid, row.signature)
    return Recorded(
        index=index,
        recorded_at=items.moment(row.recorded_at),
        identity=row.identity,
        leaf=leaf,
        envelope=envelope if sees else None,
        proof=Proof(index, tuple(path), note),
    )


def _sees(sight: Sight, row: EntryRow, registry: Registry) -> bool | None:
    """Whether the reader sees all that the entry names; None if it sees nothing of it."""
    reader = sight.reader
    if reader.sees_all or reader.party == registry.by_index[row.key_idx].party:
        return True
    if row.kind != log.EVENT:
        return None
    named = _named(sight.connection, row, registry)
    seen = sight.outlooks(named)
    mine = [item for item in named if item in seen and seen[item].horizon >= row.idx]
    return len(mine) == len(named) if mine else None


def _named(connection: Connection, row: EntryRow, registry: Registry) -> set[str]:
    ((_, act),) = read_acts(connection, {row.idx: row}, registry).values()
    return {*act.names()}
