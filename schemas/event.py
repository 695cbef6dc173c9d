"""The event that a party signs: one EPCIS 2.0 event with Chiptrail's fields, as a value.

``parse_event`` is the one way to an ``Event``: strict JSON, the tables of ``schemas.epcis`` with
the fields of ``schemas.extension``, what they say together (``schemas.withheld``), then item ids
in canonical form. It knows no custody and opens nothing: that is ``ledger.act`` and
``ledger.disclosure``. Event types that are URIs are recorded without effect: of their own members
only the common and Chiptrail's are read, the rest stays in ``body``.

An item list stands open (``["https://id.gs1.org/01/...", ...]``) or committed, as one URI::

    {"epcList": ["urn:chiptrail:items:1000:q1x...43 characters of base64url, the Merkle root"]}
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from schemas.epcis import EVENT_TYPES
from schemas.errors import MalformedEvent, MalformedItems
from schemas.extension import LIST_FIELDS, check_correction, check_extended
from schemas.formats import decode_base64url, parse_decimal, parse_time
from schemas.item import ITEMS_PREFIX, fold_item
from schemas.shape import pointer, under
from schemas.strict_json import JSON, load_object
from schemas.transcript import check_transcripts
from schemas.vocabulary import BIZ_STEPS, DISPOSITIONS, SOURCE_DEST_TYPES, bare_word
from schemas.withheld import COMMITMENTS, check_commitments

_QUANTITY_FIELDS = (
    "quantityList",
    "childQuantityList",
    "inputQuantityList",
    "outputQuantityList",
)


@dataclass(frozen=True, slots=True)
class OpenItems:
    """Item ids that stand in the event, canonical, in its order, each once."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CommittedItems:
    """*count* >= 1 items behind the *root* of 32 bytes; the ids travel beside the envelope."""

    count: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Identity:
    """What is printed on, or read from, one *item*; None is not said."""

    item: str
    printed_serial: str | None
    nvml_serial: str | None
    uuid: str | None
    pdi: str | None
    part_number: str | None
    attestation_cert_sha256: bytes | None


@dataclass(frozen=True, slots=True)
class ErrorDeclaration:
    """The event again, declared wrong at *declared_at*.

    *corrects* is the identity (SHA-256 of the PAE) of the entry; None declares an event in error
    that is no entry here, and corrects nothing. With it, *nonce* and *after* are the correction's
    own and not None.
    """

    declared_at: datetime
    reason: str | None
    corrective_ids: tuple[str, ...]
    corrects: bytes | None
    nonce: str | None
    after: str | None


class Event(NamedTuple):
    """A well-formed payload. None and empty mean that the field is not there in the open.

    *type* is one of the five EPCIS types or the URI of another. *action* is ``ADD``, ``OBSERVE``
    or ``DELETE``; a TransformationEvent has none. Codes of the CBV are bare words, others URIs.
    *after* is the text of the signed checkpoint, unread. *lists* has the fields of LIST_FIELDS
    that are present; an empty open list is there as such. *parent* and the items of *identities*
    are canonical; parties and places are as written. *sources* and *destinations* are (type, id).
    *commitments* maps the names withheld to their digests in base64url. *quantities*: some
    quantity list is present; it is recorded and moves nothing. *body* is the whole event. A tuple,
    since the 28 fields of a frozen dataclass take as long to set as the JSON to check.
    """

    type: str
    action: str | None
    event_id: str
    event_at: datetime
    ledger: str
    party: str
    nonce: str
    after: str
    on_behalf_of: str | None
    biz_step: str | None
    disposition: str | None
    persistent_set: tuple[str, ...]
    persistent_unset: tuple[str, ...]
    lists: Mapping[str, OpenItems | CommittedItems]
    parent: str | None
    sources: tuple[tuple[str, str], ...]
    destinations: tuple[tuple[str, str], ...]
    read_point: str | None
    biz_location: str | None
    documents: tuple[str, ...]
    via: tuple[str, ...]
    due_at: datetime | None
    final: bool
    error: ErrorDeclaration | None
    commitments: Mapping[str, str]
    identities: tuple[Identity, ...]
    quantities: bool
    body: Mapping[str, JSON]


def parse_event(payload: bytes) -> Event:
    """The event that the signed *payload* spells.

    Raises: MalformedJson, TooLarge (strict_json), MalformedEvent.
    """
    body: dict[str, Any] = load_object(payload)
    check_extended(body)
    check_correction(body)
    check_commitments(body)
    check_transcripts(body)
    return _read(body)


def with_fields(event: Event, fields: Mapping[str, JSON]) -> Event:
    """*event* with *fields* that it had withheld, each in its shape, in the open too.

    To a list that is partly open they are added.
    """
    body: dict[str, Any] = dict(event.body)
    for name, value in fields.items():
        body[name] = [*body[name], *value] if name in body and isinstance(value, list) else value
    return _read(body)


# From here on every member has the shape that the tables promise --------------------------------


def _read(body: dict[str, Any]) -> Event:
    said = body if body["type"] in EVENT_TYPES else _without_own_members(body)
    get = said.get
    persistent = get("persistentDisposition")
    # By position, in the order of the fields: their names would take as long as all the rest.
    return Event(
        body["type"],
        get("action"),
        body["eventID"],
        _time(body, "eventTime"),
        body["chiptrail:ledger"],
        body["chiptrail:party"],
        body["chiptrail:nonce"],
        body["chiptrail:after"],
        get("chiptrail:onBehalfOf"),
        _code(get("bizStep"), "BizStep", BIZ_STEPS),
        _code(get("disposition"), "Disp", DISPOSITIONS),
        _dispositions(persistent, "set") if persistent else (),
        _dispositions(persistent, "unset") if persistent else (),
        {name: _items(name, said[name]) for name in LIST_FIELDS if name in said},
        _parent(get("parentID")),
        _ends(get("sourceList"), "source"),
        _ends(get("destinationList"), "destination"),
        get("readPoint", _NOTHING).get("id"),
        get("bizLocation", _NOTHING).get("id"),
        _documents(get("bizTransactionList")),
        tuple(get("chiptrail:via", ())),
        _time(body, "chiptrail:dueBy") if "chiptrail:dueBy" in body else None,
        get("chiptrail:final", False),
        _error(body["errorDeclaration"]) if "errorDeclaration" in body else None,
        get(COMMITMENTS, _NOTHING),
        _identities(get("chiptrail:identities")),
        not said.keys().isdisjoint(_QUANTITY_FIELDS),
        body,
    )


_NOTHING: Mapping[str, Any] = {}


def _without_own_members(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """What an event of a foreign type says in fields whose meaning we know for certain."""
    return {name: member for name, member in body.items() if name.startswith("chiptrail:")}


def _code(text: str | None, kind: str, codes: frozenset[str]) -> str | None:
    return text if text is None or text in codes else bare_word(text, kind, codes)


def _dispositions(persistent: Mapping[str, list[str]], name: str) -> tuple[str, ...]:
    return tuple([bare_word(value, "Disp", DISPOSITIONS) for value in persistent.get(name, ())])


def _ends(entries: list[dict[str, str]] | None, name: str) -> tuple[tuple[str, str], ...]:
    if entries is None:
        return ()
    return tuple(
        [(bare_word(entry["type"], "SDT", SOURCE_DEST_TYPES), entry[name]) for entry in entries]
    )


def _documents(entries: list[dict[str, str]] | None) -> tuple[str, ...]:
    return () if entries is None else tuple([entry["bizTransaction"] for entry in entries])


def _time(members: Mapping[str, Any], name: str) -> datetime:
    try:
        return parse_time(members[name])
    except ValueError as exc:
        raise MalformedEvent(str(exc), pointer(name)) from exc


def _parent(text: str | None) -> str | None:
    try:
        return text if text is None else fold_item(text)
    except MalformedItems as exc:
        raise MalformedEvent(exc.message, "/parentID") from exc


# Item lists --------------------------------------------------------------------------------------

_COMMITTED_ANYHOW = re.compile(ITEMS_PREFIX, re.IGNORECASE)
_COMMITTED = re.compile(rf"{ITEMS_PREFIX}([1-9][0-9]*):([A-Za-z0-9_-]{{43}})")


def _items(name: str, values: list[str]) -> OpenItems | CommittedItems:
    if len(values) == 1 and _COMMITTED_ANYHOW.match(values[0]):
        return _committed(name, values[0])
    # The schema lets an item stand twice among children, or in two spellings: it is one item.
    return OpenItems(tuple(dict.fromkeys(_fold_all(values, name))))


def _fold_all(values: list[str], *where: str) -> tuple[str, ...]:
    """Canonical ids of what stands at the pointer *where*."""
    try:
        return tuple(map(fold_item, values))
    except MalformedItems:
        raise _first_unfoldable(values, *where) from None


def _first_unfoldable(values: list[str], *where: str) -> MalformedEvent:
    for index, value in enumerate(values):
        try:
            fold_item(value)
        except MalformedItems as exc:
            return MalformedEvent(exc.message, pointer(*where, index))
    raise AssertionError("folding is a function")


def _committed(name: str, uri: str) -> CommittedItems:
    found = _COMMITTED.fullmatch(uri)
    try:
        if found is not None:
            return CommittedItems(parse_decimal(found[1]), decode_base64url(found[2]))
    except ValueError:
        pass
    want = f"{ITEMS_PREFIX}<number of items>:<base64url of 32 bytes>"
    raise MalformedEvent(f"want {want}", pointer(name, 0))


# Objects -----------------------------------------------------------------------------------------


def _error(entry: Mapping[str, Any]) -> ErrorDeclaration:
    corrects = entry.get("chiptrail:corrects")
    try:
        declared_at = _time(entry, "declarationTime")
    except MalformedEvent as error:
        raise under(error, "errorDeclaration") from None
    return ErrorDeclaration(
        declared_at=declared_at,
        reason=entry.get("reason"),
        corrective_ids=tuple(entry.get("correctiveEventIDs", ())),
        corrects=None if corrects is None else bytes.fromhex(corrects),
        nonce=entry.get("chiptrail:nonce"),
        after=entry.get("chiptrail:after"),
    )


def _identities(entries: list[dict[str, str]] | None) -> tuple[Identity, ...]:
    if entries is None:
        return ()
    items = _fold_all([entry["item"] for entry in entries], "chiptrail:identities")
    return tuple(map(_identity, items, entries))


def _identity(item: str, entry: Mapping[str, str]) -> Identity:
    sha256 = entry.get("attestationCertSha256")
    return Identity(
        item=item,
        printed_serial=entry.get("printedSerial"),
        nvml_serial=entry.get("nvmlSerial"),
        uuid=entry.get("uuid"),
        pdi=entry.get("pdi"),
        part_number=entry.get("partNumber"),
        attestation_cert_sha256=None if sha256 is None else bytes.fromhex(sha256),
    )
