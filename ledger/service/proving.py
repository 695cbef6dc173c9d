"""That the log only grew: the proof between any two of its sizes, with what was signed at them.

It tells nothing of what is in the log, so it is for everybody. Example::

    found = consistency(ledger, 40, 41)
    merkle.verify_consistency(40, 41, found.old_root, found.root, found.path)
"""

from dataclasses import dataclass

from ledger.service.ledger import Ledger
from ledger.service.reading import cosigned, open_tree
from ledger.store.database import Connection
from ledger.store.log import load_heads
from schemas.errors import MalformedParameter


@dataclass(frozen=True, slots=True)
class Consistency:
    """The *path* from the root of *old_size* entries to that of *size* (RFC 6962, 2.1.2).

    *old_note* and *note* are what was signed at these sizes; None where nothing was.
    """

    old_size: int
    size: int
    old_root: bytes
    root: bytes
    path: tuple[bytes, ...]
    old_note: bytes | None
    note: bytes | None


def consistency(ledger: Ledger, old_size: int, size: int | None = None) -> Consistency:
    """The proof between two sizes of the log, the later one its present size if none is said.

    Raises: MalformedParameter.
    """
    with ledger.snapshot() as (connection, tip):
        now = tip.head.size
        size = now if size is None else size
        if not 0 <= old_size <= size <= now:
            raise MalformedParameter(
                f"got from {old_size} to {size}, want 0 <= from <= to <= {now}"
            )
        tree = open_tree(connection, tip.registry, now)
        return Consistency(
            old_size=old_size,
            size=size,
            old_root=tree.root(old_size),
            root=tree.root(size),
            path=tuple(tree.consistency_proof(old_size, size)),
            old_note=signed_note(ledger, connection, old_size),
            note=signed_note(ledger, connection, size),
        )


def signed_note(ledger: Ledger, connection: Connection, size: int) -> bytes | None:
    """What was signed at *size*, with its cosignatures; None if nothing was."""
    heads = load_heads(connection, size - 1, size)
    return cosigned(connection, ledger.note_of(heads[0]), heads[0].size) if heads else None
