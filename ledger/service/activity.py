"""Activity, as those who look after people may read it: who recorded what, and who looked at what.

A row is one request that wrote, or one look of an inspector or auditor. The administrators of the
operator read all of it, those of a party its own::

    activity(ledger, boss, after=START, limit=50, act="look").lines[0].ref
"""

from dataclasses import dataclass
from datetime import datetime

from ledger.service.ledger import Ledger
from ledger.service.paging import Cursor, Page
from ledger.service.tokens import Caller
from ledger.store.activity import SHARED, load_activity
from ledger.store.items import moment

_MOST_ID = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Deed:
    """At *at* *actor*, a party or ``cli``, did *act*; *ref* says to what."""

    id: int
    at: datetime
    actor: str
    act: str
    ref: str


def activity(  # noqa: PLR0913 - each says one thing of the page
    ledger: Ledger,
    caller: Caller,
    *,
    after: Cursor,
    limit: int,
    actor: str | None = None,
    act: str | None = None,
) -> Page[Deed]:
    """A page of the activity that *caller* may read, the newest first."""
    if not caller.is_operator and actor not in (None, caller.party):
        return Page((), None, ledger.head.size, ledger.clock.now())
    whose = actor if caller.is_operator else caller.party
    with ledger.database.reading() as connection:
        size = ledger.renew(connection).head.size
        rows = load_activity(connection, min(after.number, _MOST_ID), limit + 1, whose, act)
    deeds = tuple(
        [Deed(one.id, moment(one.at), one.actor, one.act.rstrip(SHARED), one.ref) for one in rows]
    )
    shown = deeds[:limit]
    more = Cursor(shown[-1].id) if len(deeds) > limit else None
    return Page(shown, more, size, ledger.clock.now())
