"""What an entry in a bundle shows of what was signed: items of its lists, and fields withheld.

Step (9) of ``ledger.verify``: every item is in the list that was signed, every disclosure matches a
signed digest. Example::

    said, act, disclosed = open_entry(event, entry)
    act.items        # the subject, and OTHERS if the list has more than is shown
"""

from collections.abc import Mapping
from typing import NamedTuple

from ledger import disclosure
from ledger.act import Act, read_act
from ledger.replay import OTHERS
from schemas.bundle import OpenEntry
from schemas.errors import VerificationFailed
from schemas.event import CommittedItems, Event, OpenItems, with_fields
from schemas.statement import Statement
from schemas.strict_json import JSON


class Opened(NamedTuple):
    """What was *said*, with what is *disclosed* of it in its place; *act* is as far as is shown.

    *act* is None of a statement. What is disclosed changes no act.
    """

    said: Event | Statement
    act: Act | None
    disclosed: Mapping[str, JSON]


def open_entry(said: Event | Statement, entry: OpenEntry) -> Opened:
    """What *entry* shows of what was *said* in it.

    Raises: VerificationFailed, and what ``ledger.disclosure`` raises.
    """
    if not isinstance(said, Event):
        _demand(not entry.items and not entry.disclosures, "a statement has nothing beside it")
        return Opened(said, None, {})
    committed = {name for name, listed in said.lists.items() if isinstance(listed, CommittedItems)}
    _demand(entry.items.keys() <= committed, "shows items of a list that was not committed")
    items = {name: _shown_items(name, listed, entry) for name, listed in said.lists.items()}
    disclosed = disclosure.open_disclosures(said.commitments, entry.disclosures)
    whole = with_fields(said, disclosed) if disclosed else said
    return Opened(whole, read_act(said, items), disclosed)


def _shown_items(
    name: str, listed: OpenItems | CommittedItems, entry: OpenEntry
) -> tuple[str, ...]:
    if isinstance(listed, OpenItems):
        return listed.ids
    proofs = entry.items.get(name, ())
    for proof in proofs:
        disclosure.verify_item(proof, listed)
    ids = tuple([proof.id for proof in proofs])
    _demand(len(set(ids)) == len(ids), "shows an item twice")
    return ids if len(ids) == listed.count else (*ids, OTHERS)


def _demand(holds: bool, message: str) -> None:
    if not holds:
        raise VerificationFailed(message)
