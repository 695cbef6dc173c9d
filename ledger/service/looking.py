"""Looking: the transaction in which a reader is answered, and what is kept of it.

Inspectors and auditors are shown what they have no part in. So that it can be told who looked at
what, a line of activity is written in the same transaction: what cannot be kept is not shown.
Example::

    with looking(ledger, reader, looked_at(later("item %(count)s"), [item])) as connection:
        ...
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256

from ledger.service.ledger import Ledger
from ledger.store import items
from ledger.store.activity import LOOK, insert_activity
from ledger.store.database import Connection
from ledger.view import Reader
from ledger.wording import phrase

# So many are named in a line of activity; of more it has their number, and a hash of them.
_MOST_NAMED = 100


def looked_at(kind: str, names: Sequence[str]) -> str:
    """What was looked at, in a line: ``check 2: A-1 A-2``, or ``check 4000: sha256 91ab...``.

    *kind* is the text of a phrase with their count.
    """
    whole = " ".join(names)
    if len(names) > _MOST_NAMED:
        whole = f"sha256 {sha256(whole.encode(errors='replace')).hexdigest()}"
    return f"{phrase(kind, count=len(names))}: {whole}"


def is_kept(reader: Reader) -> bool:
    """Whether it is kept what *reader* looks at."""
    return reader.is_noted and reader.sees_all


@contextmanager
def looking(ledger: Ledger, reader: Reader, what: str) -> Iterator[Connection]:
    """A transaction to answer *reader* in, who looks at *what*.

    Raises: DiskFull, CannotOpen when that it looked cannot be kept.
    """
    if not is_kept(reader):
        with ledger.database.reading() as connection:
            yield connection
        return
    with ledger.database.writing() as connection:
        yield connection
        # Not before what was recorded by then: the clock may have gone back.
        at = max(items.milliseconds(ledger.clock.now()), ledger.renew(connection).head.recorded_at)
        actor = reader.party or ""
        insert_activity(connection, at, {"actor": actor, "act": LOOK, "ref": what})
