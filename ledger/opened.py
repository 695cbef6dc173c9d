"""What an entry in a bundle shows of what was signed: items of its lists, and fields withheld.

Step (9) of ``ledger.verify``: every item is in the list that was signed, every disclosure matches a
signed digest. Example::

    act, disclosed = open_entry(event, entry)
"""

from collections.abc import Mapping

from ledger import disclosure
from ledger.act import Act, read_act
from ledger.replay import OTHERS
from schemas.bundle import OpenEntry
from schemas.errors import VerificationFailed
from schemas.event import CommittedItems, Event, OpenItems
from schemas.statement import Statement
from schemas.strict_json import JSON


def open_entry(said: Event | Statement, entry: OpenEntry) -> tuple[Act | None, Mapping[str, JSON]]:
    """The act of an event as far as its lists are shown, and the withheld fields that are.

    Raises: VerificationFailed, and what ``ledger.disclosure`` raises.
    """
    if not isinstance(said, Event):
        _demand(not entry.items and not entry.disclosures, "a statement has nothing beside it")
        return None, {}
    committed = {name for name, listed in said.lists.items() if isinstance(listed, CommittedItems)}
    _demand(entry.items.keys() <= committed, "shows items of a list that was not committed")
    items = {name: _shown_items(name, listed, entry) for name, listed in said.lists.items()}
    return read_act(said, items), disclosure.open_disclosures(said.commitments, entry.disclosures)


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
