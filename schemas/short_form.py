"""Short forms: drafts of the events that a party signs day by day, from plain values.

Each function gives one row of the table in docs/custody.md ("Acts") as a draft in EPCIS shape;
``ledger.compose`` makes a payload of it. Items, parties and documents are URIs in any spelling::

    ship([chip], "urn:chiptrail:party:acme", "urn:chiptrail:party:dc-one", Details(due_at=friday))
    -> {"type": "ObjectEvent", "action": "OBSERVE", "bizStep": "shipping",
        "disposition": "in_transit", "epcList": [chip], "sourceList": [...], ...}

What ``Details`` adds is not judged here: a payload that makes no sense is refused when it is read
back, before it is signed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from schemas.draft import Draft, timed
from schemas.errors import MalformedEvent
from schemas.formats import format_time
from schemas.strict_json import JSON

BIZ_STEP = "urn:chiptrail:bizstep:"
REPORTS: Mapping[str, str] = {
    "stolen": "stolen",
    "lost": "urn:chiptrail:disp:lost",
    "tampered": "urn:chiptrail:disp:tampered",
    "recalled": "recalled",
}
"""What can be reported of an item: our word, and the disposition that says it."""

_DOCUMENT = "urn:chiptrail:doc:"
# The kinds of our document URIs that the CBV has a type for.
_DOCUMENT_TYPES = {"bol": "bol", "inv": "inv", "po": "po"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What any event may say besides; None and empty say nothing.

    *event_at* is aware; its offset is the event's. *place* and *site* are URIs (readPoint,
    bizLocation); *destinations* are further (type, URI) pairs. The mappings are the objects of
    ``schemas.extension``; *product* is the ILMD of a new item.
    """

    event_at: datetime | None = None
    disposition: str | None = None
    place: str | None = None
    site: str | None = None
    location: Mapping[str, JSON] | None = None
    documents: Sequence[str] = ()
    destinations: Sequence[tuple[str, str]] = ()
    via: Sequence[str] = ()
    due_at: datetime | None = None
    final: bool = False
    on_behalf_of: str | None = None
    product: Mapping[str, JSON] | None = None
    identities: Sequence[Mapping[str, JSON]] = ()
    customs: Mapping[str, JSON] | None = None
    authorisations: Sequence[Mapping[str, JSON]] = ()
    evidence: Sequence[Mapping[str, JSON]] = ()
    transcripts: Sequence[Mapping[str, JSON]] = ()


NONE = Details()


# Items begin and end -----------------------------------------------------------------------------


def commission(items: Sequence[str], details: Details = NONE) -> Draft:
    """A maker says that *items* exist."""
    return _object("ADD", "commissioning", items, details, disposition="active")


def register(items: Sequence[str], details: Details = NONE) -> Draft:
    """A holder enters *items* that exist already."""
    return _object("ADD", BIZ_STEP + "registering", items, details, disposition="active")


def transform(inputs: Sequence[str], outputs: Sequence[str], details: Details = NONE) -> Draft:
    """The holder has made *outputs* of *inputs*."""
    draft: Draft = {"type": "TransformationEvent"}
    if details.disposition:
        draft["disposition"] = details.disposition
    lists = {"inputEPCList": list(inputs), "outputEPCList": list(outputs)}
    return {**draft, **{name: ids for name, ids in lists.items() if ids}, **_said(details)}


def destroy(items: Sequence[str], details: Details = NONE) -> Draft:
    """The holder has destroyed *items*."""
    return _object("DELETE", "destroying", items, details, disposition="destroyed")


def decommission(items: Sequence[str], details: Details = NONE) -> Draft:
    """The holder takes *items* out of use for good."""
    return _object("DELETE", "decommissioning", items, details, disposition="inactive")


# Custody -----------------------------------------------------------------------------------------


def ship(items: Sequence[str], sender: str, consignee: str, details: Details = NONE) -> Draft:
    """*sender* has sent *items* on their way to *consignee*."""
    draft = _object("OBSERVE", "shipping", items, details, disposition="in_transit")
    return _from_to(draft, sender, consignee)


def receive(
    items: Sequence[str], consignee: str, sender: str | None = None, details: Details = NONE
) -> Draft:
    """*consignee* has *items*, and what is not listed did not arrive (yet, unless *final*)."""
    return _from_to(_object("OBSERVE", "receiving", items, details), sender, consignee)


def refuse(
    items: Sequence[str], consignee: str, sender: str | None = None, details: Details = NONE
) -> Draft:
    """*consignee* does not take *items*: they go back to *sender*."""
    draft = _object("OBSERVE", BIZ_STEP + "refusing", items, details, disposition="returned")
    return _from_to(draft, consignee, sender)


def deliver(items: Sequence[str], sender: str, consignee: str, details: Details = NONE) -> Draft:
    """*items* were handed to *consignee*, who signs nothing; *details* hold the evidence."""
    draft = _object("OBSERVE", BIZ_STEP + "delivering", items, details)
    return _from_to(draft, sender, consignee)


def void(items: Sequence[str], details: Details = NONE) -> Draft:
    """The shipment of *items* did not leave."""
    return _object("OBSERVE", "void_shipping", items, details)


# Owning and using --------------------------------------------------------------------------------


def transfer(
    items: Sequence[str],
    *,
    owner: str | None = None,
    user: str | None = None,
    details: Details = NONE,
) -> Draft:
    """The owner offers *items*, which stay where they are, to another *owner* or *user*."""
    draft = _object("OBSERVE", BIZ_STEP + "transferring", items, details)
    rights = ends(owner=owner, user=user)
    ours = [{"type": kind, "destination": party} for kind, party in rights]
    return {**draft, "destinationList": [*ours, *draft.get("destinationList", [])]}


def accept(items: Sequence[str], details: Details = NONE) -> Draft:
    """Whoever was offered *items* as their owner or user takes them."""
    return _object("OBSERVE", "accepting", items, details)


def ends(*, owner: str | None = None, user: str | None = None) -> list[tuple[str, str]]:
    """Who is to own and to use what is sent, as ``Details.destinations``."""
    named = (("owning_party", owner), ("urn:chiptrail:sdt:end_user", user))
    return [(kind, party) for kind, party in named if party is not None]


# Places, inspections, reports --------------------------------------------------------------------


def declare(items: Sequence[str], details: Details) -> Draft:
    """*items* are where *details* say."""
    return _object("OBSERVE", "storing", items, details)


def inspect(items: Sequence[str], disposition: str, details: Details = NONE) -> Draft:
    """An inspector has looked at *items*: ``conformant``, ``non_conformant`` ..."""
    return _object("OBSERVE", "inspecting", items, details, disposition=disposition)


def detain(items: Sequence[str], details: Details = NONE) -> Draft:
    """An inspector wants *items* kept where they are."""
    return _hold(items, "set", ["detained"], details)


def seize(items: Sequence[str], details: Details = NONE) -> Draft:
    """An inspector takes *items*."""
    return _hold(items, "set", ["seized"], details)


def release(
    items: Sequence[str],
    words: Sequence[str] = ("detained", "seized"),
    details: Details = NONE,
) -> Draft:
    """An inspector lets *items* go, which it had ``detained`` or ``seized``."""
    return _hold(items, "unset", words, details)


def _hold(items: Sequence[str], verb: str, words: Sequence[str], details: Details) -> Draft:
    draft = _object("OBSERVE", "holding", items, details)
    said = ["urn:chiptrail:disp:" + word for word in words]
    return {**draft, "persistentDisposition": {verb: said}}


def replace(
    items: Sequence[str], numbers: Sequence[Mapping[str, JSON]], details: Details = NONE
) -> Draft:
    """*items* have other *numbers* now: entries of ``chiptrail:identities``."""
    draft = _object("OBSERVE", "replacing", items, details)
    return {**draft, "chiptrail:identities": [dict(entry) for entry in numbers]}


def report(items: Sequence[str], words: Sequence[str], details: Details = NONE) -> Draft:
    """*items* are what *words*, keys of REPORTS, say.

    Raises: MalformedEvent (another word).
    """
    draft = _object("OBSERVE", BIZ_STEP + "reporting", items, details)
    return {**draft, "persistentDisposition": {"set": _reports(words)}}


def clear(items: Sequence[str], words: Sequence[str], details: Details = NONE) -> Draft:
    """*items* are no longer what *words*, keys of REPORTS, say.

    Raises: MalformedEvent (another word).
    """
    draft = _object("OBSERVE", BIZ_STEP + "reporting", items, details)
    return {**draft, "persistentDisposition": {"unset": _reports(words)}}


def _reports(words: Sequence[str]) -> list[str]:
    unknown = [word for word in words if word not in REPORTS]
    if unknown or not words:
        raise MalformedEvent(f"want one of {', '.join(REPORTS)}", "/persistentDisposition")
    return [REPORTS[word] for word in words]


# Containers --------------------------------------------------------------------------------------


def pack(parent: str, items: Sequence[str], details: Details = NONE) -> Draft:
    """*items* were put into the container *parent*."""
    return _aggregation("AggregationEvent", "packing", parent, items, details)


def unpack(parent: str, items: Sequence[str] = (), details: Details = NONE) -> Draft:
    """*items*, or without any all contents, were taken out of the container *parent*."""
    return _aggregation("AggregationEvent", "unpacking", parent, items, details)


def install(parent: str, items: Sequence[str], details: Details = NONE) -> Draft:
    """*items* were built into the board, server or rack *parent*."""
    return _aggregation("AssociationEvent", "installing", parent, items, details)


def remove(parent: str, items: Sequence[str] = (), details: Details = NONE) -> Draft:
    """*items*, or without any all parts, were taken out of *parent*."""
    return _aggregation("AssociationEvent", "removing", parent, items, details)


# EPCIS shapes ------------------------------------------------------------------------------------


def _object(
    action: str,
    step: str,
    items: Sequence[str],
    details: Details,
    *,
    disposition: str | None = None,
) -> Draft:
    draft: Draft = {"type": "ObjectEvent", "action": action, "bizStep": step}
    if details.disposition or disposition:
        draft["disposition"] = details.disposition or disposition
    return {**draft, "epcList": list(items), **_said(details)}


def _aggregation(
    kind: str, step: str, parent: str, items: Sequence[str], details: Details
) -> Draft:
    action = "ADD" if step in {"packing", "installing"} else "DELETE"
    draft: Draft = {"type": kind, "action": action, "bizStep": step, "parentID": parent}
    if details.disposition:
        draft["disposition"] = details.disposition
    if items:
        draft["childEPCs"] = list(items)
    return {**draft, **_said(details)}


def _from_to(draft: Draft, source: str | None, destination: str | None) -> Draft:
    """*draft* with the possessing parties of both ends; one that is None is not said."""
    ends: dict[str, Any] = {}
    if source is not None:
        ends["sourceList"] = [{"type": "possessing_party", "source": source}]
    if destination is not None:
        others = draft.get("destinationList", [])
        first = {"type": "possessing_party", "destination": destination}
        ends["destinationList"] = [first, *others]
    return {**draft, **ends}


def _said(details: Details) -> Draft:
    """The members that *details* speak of."""
    said: Draft = {
        "readPoint": details.place and {"id": details.place},
        "bizLocation": details.site and {"id": details.site},
        "bizTransactionList": [document(uri) for uri in details.documents],
        "destinationList": [{"type": t, "destination": uri} for t, uri in details.destinations],
        "ilmd": details.product and dict(details.product),
        "chiptrail:location": details.location and dict(details.location),
        "chiptrail:via": list(details.via),
        "chiptrail:dueBy": details.due_at and format_time(details.due_at),
        "chiptrail:final": details.final,
        "chiptrail:onBehalfOf": details.on_behalf_of,
        "chiptrail:identities": [dict(entry) for entry in details.identities],
        "chiptrail:customs": details.customs and dict(details.customs),
        "chiptrail:authorisations": [dict(entry) for entry in details.authorisations],
        "chiptrail:evidence": [dict(entry) for entry in details.evidence],
        "chiptrail:transcripts": [dict(entry) for entry in details.transcripts],
    }
    when: Draft = {} if details.event_at is None else dict(timed(details.event_at))
    return when | {name: value for name, value in said.items() if value}


def document(uri: str) -> dict[str, str]:
    """The document *uri* as a business transaction, with its type where its kind is known."""
    kind = uri.removeprefix(_DOCUMENT).partition(":")[0] if uri.startswith(_DOCUMENT) else ""
    if kind in _DOCUMENT_TYPES:
        return {"type": _DOCUMENT_TYPES[kind], "bizTransaction": uri}
    return {"bizTransaction": uri}
