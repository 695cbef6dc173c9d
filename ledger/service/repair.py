"""Make anew what follows from the entries: indexes, tiles, projections. Entries are never changed.

In one transaction: indexes are made anew from the rows of their tables; the tree is regrown from
the stored bytes of the entries, and if it has the root that was signed last, its tiles take the
place of those that are stored, and projections are rebuilt. Otherwise nothing is changed: what was
signed is then only in a backup, or with others.

    for progress in repair(ledger): ...
"""

from collections.abc import Iterator

from ledger import merkle
from ledger.frontier import Frontier
from ledger.registry import Registry
from ledger.service.ledger import Ledger
from ledger.service.progress import Progress
from ledger.service.rebuild import STRETCH, rebuild
from ledger.service.rows import enter_statement, leaf_of_row
from ledger.store import log
from ledger.store.database import Connection
from schemas.errors import IntegrityError


def repair(ledger: Ledger) -> Iterator[Progress]:
    """Replace indexes, tiles and projections of *ledger* by those that its entries give.

    Raises: IntegrityError when the entries do not give the root that was signed last; DiskFull.
    """
    database = ledger.database
    with ledger.thread_lock, ledger.directory.locked():
        ledger.directory.demand_room()
        with database.writing() as connection:
            database.reindex(connection)
            head = log.load_head(connection)
            if head is None or head.size != log.count_entries(connection):
                raise IntegrityError("entries do not end at the newest head; restore a backup")
            ledger.verify_head(head)
            with database.replacing_tiles(connection):
                frontier = Frontier()
                for leaves in _leaves(connection, head.size):
                    log.insert_tiles(connection, frontier.append(leaves))
                    yield Progress(frontier.size, 2 * head.size)
            if frontier.root() != head.root:
                raise IntegrityError(
                    f"the entries do not give the root that was signed for {head.size} entries;"
                    " restore a backup"
                )
            database.clear_projections(connection)
            for step in rebuild(connection, connection, head.size, ledger.pack, ledger.atlas):
                yield Progress(head.size + step.done, 2 * head.size)
        ledger.tip, ledger.scrubbed = None, False
        with database.reading() as connection:
            ledger.stopped = ledger.why_stopped(connection)


def _leaves(connection: Connection, size: int) -> Iterator[list[bytes]]:
    """The leaf hashes of all entries, a stretch at a time."""
    registry = Registry()
    for row in log.load_statements(connection, 0):
        enter_statement(registry, row)
    for start in range(0, size, STRETCH):
        rows = log.load_entries(connection, start, min(start + STRETCH, size))
        yield [merkle.leaf_hash(leaf_of_row(row, registry)) for row in rows]
