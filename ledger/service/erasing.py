"""Erasure: what was disclosed of an entry is forgotten; that it was erased, and by whom, is not.

docs/formats.md, "Statements". The entry's signer is heard, and the registrar. The bodies go in the
transaction of the statement, and do not come back when somebody sends them again:
``Batch.disclose``. The signed digest stays, so a copy that somebody kept can still be checked.

    erase(batch, statement)        # once the batch's registry has taken it in
"""

from collections.abc import Mapping

from ledger.disclosure import Erased
from ledger.registry import Registry
from ledger.service.sequencer import Batch
from ledger.store import log
from ledger.store.database import Connection
from ledger.store.items import moment
from ledger.store.log import EntryRow
from schemas.event import Event
from schemas.statement import Erasure


def erase(batch: Batch, erasure: Erasure) -> list[int]:
    """Clear what *erasure* names, if its signer is heard and the entry is in the log.

    What is in *batch* by then must have been flushed. Gives the events of which something is gone.
    """
    connection, cleared = batch.connection, []
    for index, _ in log.find_identities(connection, [erasure.entry]).values():
        row = log.load_entries_at(connection, [index])[index]
        erased = _erased(row, batch.registry)
        log.erase_disclosures(connection, [(index, digest) for digest in erased])
        if erased and row.kind == log.EVENT:
            cleared.append(index)
    return cleared


def erased_fields(
    connection: Connection, row: EntryRow, event: Event, registry: Registry
) -> tuple[Erased, ...]:
    """The withheld fields of the *event* in *row* that were erased."""
    erased = _erased(row, registry) if event.commitments else {}
    if not erased:
        return ()
    recorded_at = log.load_recorded_at(connection, list(set(erased.values())))
    return tuple(
        [
            Erased(name, erased[digest], moment(recorded_at[erased[digest]]))
            for name, digest in event.commitments.items()
            if digest in erased
        ]
    )


def _erased(row: EntryRow, registry: Registry) -> Mapping[str, int]:
    return registry.erased(row.identity, registry.by_index[row.key_idx].party)
