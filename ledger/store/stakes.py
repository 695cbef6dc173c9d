"""What parties may have in view: the items and shipments that a list of theirs is made of.

A row says that a party once had a part in an item, or is named in a shipment. That is more than it
may see now; what it may is found out for a page of them at a time (``ledger.service.sight``).
Pages go from the newest item or shipment to the oldest::

    load_stakes(connection, party, before=1 << 62, limit=100)    # [181, 180, 12]
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from ledger.act import ActKind
from ledger.holding import Holdings, Step, effective
from ledger.order import key_of
from ledger.store import bulk, statements
from ledger.store.database import Connection
from ledger.store.events import EventRow
from ledger.view import parties_to


class Begun(NamedTuple):
    """*parties* have, or had by now, a part in *items* by themselves."""

    parties: frozenset[str]
    items: tuple[str, ...]


def parts_begun(step: Step, before: Holdings) -> list[Begun]:
    """The parts that begin by *step*, *before* it is committed.

    Who had one in a container also had one in what comes out of it.
    """
    begun = []
    for move in step.moves:
        parties, was = parties_to(move.state), move.before
        if was is not None and was.parent is not None and was.parent != move.state.parent:
            parties |= parties_around(before, move.items[0])
        elif was is not None:
            parties -= parties_to(was)
        if parties:
            begun.append(Begun(parties, move.items))
    return begun


def parties_around(holdings: Holdings, item: str) -> frozenset[str]:
    """Who has a part in *item*, by all that it is inside of."""
    state = effective(holdings, item)
    return frozenset() if state is None else parties_to(state)


@lru_cache(maxsize=4096)
def _key(party: str) -> int:
    return key_of(party, "")


def save_stakes(connection: Connection, begun: Iterable[Begun], ids: Mapping[str, int]) -> None:
    """Store who has a part in what by now; *ids* are the integer ids of the items."""
    rows = {
        (key, ids[item]) for parties, items in begun for key in map(_key, parties) for item in items
    }
    bulk.insert_new(connection, "stake", ("party", "item"), sorted(rows))


def save_sendings(connection: Connection, rows: Iterable[EventRow]) -> None:
    """Store whom those of the events *rows* name that are shipments."""
    named = {
        (_key(party), row.idx)
        for row in rows
        if row.kind == ActKind.SHIP
        for party in (row.actor, *(row.parties or "").split())
    }
    bulk.insert(connection, "sending", ("party", "idx"), sorted(named))


def load_stakes(connection: Connection, party: str, before: int, limit: int) -> list[int]:
    """The items in which *party* ever had a part, below integer id *before*, the newest first."""
    return _page(
        connection,
        "SELECT item FROM stake WHERE party = ? AND item < ? ORDER BY item DESC LIMIT ?",
        (_key(party), before, limit),
    )


def load_outermost(connection: Connection, before: int, limit: int) -> list[int]:
    """The items that were entered and are inside of nothing, whoever has them; as above."""
    return _page(
        connection,
        "SELECT i.id FROM item AS i JOIN holding AS h ON h.id = i.holding"
        " WHERE h.parent IS NULL AND i.id < ? ORDER BY i.id DESC LIMIT ?",
        (before, limit),
    )


def load_sendings(connection: Connection, party: str | None, before: int, limit: int) -> list[int]:
    """The shipments that name *party* before entry *before*, the newest first; None: all."""
    if party is None:
        query = "SELECT idx FROM event WHERE kind = 'ship' AND idx < ? ORDER BY idx DESC LIMIT ?"
        return _page(connection, query, (before, limit))
    return _page(
        connection,
        "SELECT idx FROM sending WHERE party = ? AND idx < ? ORDER BY idx DESC LIMIT ?",
        (_key(party), before, limit),
    )


def _page(connection: Connection, query: str, values: Sequence[object]) -> list[int]:
    return [row[0] for row in statements.fetch(connection, query, tuple(values))]
