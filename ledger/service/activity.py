"""Activity, as those who look after people may read it: who recorded what, and who looked at what.

A row is one request that wrote, or one look of an inspector or auditor. The administrators of the
operator read all of it, those of a party its own::

    activity(ledger, boss, after=START, limit=50, act="look").lines[0].ref
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from ledger.service.ledger import Ledger
from ledger.service.paging import Cursor, Page
from ledger.service.tokens import Caller
from ledger.store.activity import LOOK, SHARED, ActivityRow, load_activity
from ledger.store.items import moment

_MOST_ID = (1 << 63) - 1
_BY = re.compile(r"(?P<what>.+) by (?P<user>\S+)")
_ADDED = re.compile(r"\[([0-9]+), ([0-9]+)\)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Deed:
    """At *at* *actor*, a party or ``cli``, did *act*; *ref* says to what.

    *entries* are those that it added. Of an account *what* was done, by *user* of the actor, ""
    for none; of a look *what* was asked for, and by which *names*.
    """

    id: int
    at: datetime
    actor: str
    act: str
    ref: str
    entries: range
    what: str
    user: str = ""
    names: str = ""


def activity(  # noqa: PLR0913 - each says one thing of the page
    ledger: Ledger,
    caller: Caller,
    *,
    after: Cursor,
    limit: int,
    actor: str | None = None,
    act: str | None = None,
    of: str | None = None,
) -> Page[Deed]:
    """A page of the activity that *caller* may read, the newest first.

    *of* is a part of what was looked at, as it was asked for: a serial, say.
    """
    if not caller.is_operator and actor not in (None, caller.party):
        return Page((), None, ledger.head.size, ledger.clock.now())
    whose = actor if caller.is_operator else caller.party
    with ledger.database.reading() as connection:
        size = ledger.renew(connection).head.size
        rows = load_activity(connection, min(after.number, _MOST_ID), limit + 1, whose, act, of)
    deeds = tuple([_deed(row) for row in rows])
    shown = deeds[:limit]
    more = Cursor(shown[-1].id) if len(deeds) > limit else None
    return Page(shown, more, size, ledger.clock.now())


def _deed(row: ActivityRow) -> Deed:
    added = _ADDED.fullmatch(row.ref)
    entries = range(0) if added is None else range(int(added[1]), int(added[2]))
    act = row.act.removesuffix(SHARED)
    deed = Deed(row.id, moment(row.at), row.actor, act, row.ref, entries, what=row.ref)
    if act == LOOK:
        what, _, names = row.ref.partition(": ")
        return replace(deed, what=what, names=names)
    by = _BY.fullmatch(row.ref)
    return deed if by is None else replace(deed, what=by["what"], user=by["user"])
