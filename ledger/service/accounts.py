"""Changes of accounts, as lines of activity: who let whom in, and who shut whom out.

Written in the transaction that makes the change::

    note_change(ledger, connection, "urn:chiptrail:party:acme", "invite anna as logger by boss")
"""

from ledger.service.ledger import Ledger
from ledger.store import items
from ledger.store.activity import ACCOUNT, insert_activity
from ledger.store.database import Connection

CONSOLE = "cli"
"""Who runs the server, at its console."""


def note_change(ledger: Ledger, connection: Connection, who: str, what: str) -> None:
    """*who*, a party or ``CONSOLE``, did *what* to an account."""
    # Not before what was recorded by then: the clock may have gone back.
    at = max(items.milliseconds(ledger.clock.now()), ledger.renew(connection).head.recorded_at)
    insert_activity(connection, at, {"actor": who, "act": ACCOUNT, "ref": what})
