"""Taking an entry back: the same event again, declared wrong, and what was meant in its place.

Source: docs/formats.md, "Event"; EPCIS 2.0, "ErrorDeclaration". Both are signed by whoever signed
the entry. What takes its place is a plain event, to be composed as any other; fields that were
withheld are withheld again, if their values are known. Example::

    draft = plain_event(payload, lists, disclosures)
    right = compose({**draft.event, "chiptrail:dueBy": due}, signer, event_id, now, draft.withheld)
    wrong = retract(payload, lists, signer, Error(now, "incorrect_data", (event_id,))).signed(key)
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ledger import dsse
from ledger.compose import NONCE_SIZE, PAYLOAD_LIMIT, Author, Prepared
from ledger.disclosure import parse_disclosure
from schemas.draft import Draft
from schemas.envelope import ItemList, PayloadType
from schemas.errors import MalformedEvent, MalformedParameter, TooLarge
from schemas.event import parse_event
from schemas.extension import LIST_FIELDS
from schemas.formats import encode_base64url, format_time
from schemas.strict_json import dump, load_object
from schemas.withheld import COMMITMENTS

# What is said anew of every event.
_IMPRINT = ("eventID", "chiptrail:nonce", "chiptrail:after", "chiptrail:ledger", "chiptrail:party")


@dataclass(frozen=True, slots=True)
class Error:
    """What was wrong, declared at *declared_at*: a reason of the CBV, and what is right instead."""

    declared_at: datetime
    reason: str
    corrective_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlainEvent:
    """The *event* as it was before it was signed, and the names of what it *withheld*."""

    event: Draft
    withheld: tuple[str, ...]


def retract(
    payload: bytes, lists: Mapping[str, ItemList], author: Author, error: Error
) -> Prepared:
    """The correction of the entry with *payload*, to be signed; its item lists come along.

    Raises: MalformedEvent (it is a correction itself, or somebody else's), TooLarge.
    """
    body = load_object(payload)
    if "errorDeclaration" in body:
        raise MalformedEvent("declares an error itself; correct the entry that it corrects", "")
    if body["chiptrail:party"] != author.party:
        raise MalformedEvent("only its signer takes it back", "/chiptrail:party")
    said: Draft = {
        "declarationTime": format_time(error.declared_at),
        "reason": error.reason,
        "chiptrail:corrects": dsse.identity_of(PayloadType.EVENT, payload).hex(),
        "chiptrail:nonce": encode_base64url(author.fresh(NONCE_SIZE)),
        "chiptrail:after": author.after,
    }
    if error.corrective_ids:
        said["correctiveEventIDs"] = list(error.corrective_ids)
    whole = dump({**body, "errorDeclaration": said})
    if len(whole) > PAYLOAD_LIMIT:
        raise TooLarge(f"the payload has {len(whole)} bytes, limit {PAYLOAD_LIMIT}", "")
    parse_event(whole)  # what must hold of it no signature can take back
    return Prepared(whole, PayloadType.EVENT, dict(lists), ())


def plain_event(
    payload: bytes, lists: Mapping[str, ItemList], disclosures: Iterable[str]
) -> PlainEvent:
    """The event in *payload* as a draft, lists and withheld fields filled in.

    Raises: MalformedEvent when something that it withheld is in none of *disclosures*.
    """
    body: Draft = load_object(payload)
    event = {name: value for name, value in body.items() if name not in (*_IMPRINT, COMMITMENTS)}
    event |= {field: list(given.ids) for field, given in lists.items()}
    known = {found.name: found.value for found in map(parse_disclosure, disclosures)}
    withheld = tuple(body.get(COMMITMENTS, ()))
    for name in withheld:
        if name not in known:
            raise MalformedEvent(f"withholds {name}, which the ledger does not know", "")
        # Of the destinations, those that custody rests on stand in the open.
        value: Any = known[name]
        event[name] = [*event[name], *value] if name in event else value
    return PlainEvent(event, withheld)


def leave_out(event: Draft, gone: Collection[str]) -> Draft:
    """*event* without the items *gone*.

    Raises: MalformedParameter (one that it does not list).
    """
    lists = {name: event[name] for name in LIST_FIELDS if name in event}
    unnamed = sorted(frozenset(gone).difference(*lists.values()))
    if unnamed:
        raise MalformedParameter(f"the entry does not name {unnamed[0]}")
    return {
        **event,
        **{name: [one for one in ids if one not in gone] for name, ids in lists.items()},
    }


def lists_anything(event: Draft) -> bool:
    """Whether *event* lists an item."""
    return any(event.get(name) for name in LIST_FIELDS)
