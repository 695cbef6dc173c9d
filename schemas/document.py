"""EPCIS documents: the events in an EPCISDocument or EPCISQueryDocument, or events bare.

GS1 EPCIS 2.0, JSON binding: a document has one ``@context`` for all its events, a bare event its
own. ``events_of`` gives bare events: the document's context is carried into each, before what the
event adds itself. Header, master data and query results are checked and then left behind.

    {"type": "EPCISDocument", "@context": [...], "schemaVersion": "2.0",
     "creationDate": "2026-01-02T03:04:05Z", "epcisBody": {"eventList": [{...}, ...]}}
    {"type": "EPCISQueryDocument", "@context": [...], "epcisBody": {"queryResults":
     {"queryName": "q", "resultsBody": {"eventList": [{...}, ...]}}}}
"""

import re
from typing import Any

from schemas.context import check_context, join_contexts
from schemas.epcis import check_epcis
from schemas.errors import MalformedEvent
from schemas.formats import is_familiar_uri
from schemas.shape import (
    REPEATED_URI,
    TEXT,
    TIME,
    URI,
    Check,
    Fields,
    any_name,
    anything,
    list_of,
    mapping,
    misfit,
    record,
    text,
    under,
    uris,
)
from schemas.strict_json import JSON, load

MAX_DOCUMENT_BYTES = 16 << 20


# Master data -------------------------------------------------------------------------------------


def _attribute_value(value: JSON) -> None:
    if value is None or isinstance(value, bool | list):
        raise misfit(value, "a number, text or an object")


def _free(fields: Fields, *required: str) -> Check:
    return record(fields, required=required, names=any_name)


def _named(fields: Fields, *required: str) -> Check:
    return record(fields, required=required, names=is_familiar_uri)


_ATTRIBUTE = _free({"id": REPEATED_URI, "attribute": _attribute_value}, "id")
_ELEMENT = _free({"id": URI, "attributes": list_of(_ATTRIBUTE), "children": uris()}, "id")
_VOCABULARY = _free({"type": REPEATED_URI, "vocabularyElementList": list_of(_ELEMENT)}, "type")
_MASTER_DATA = _free({"vocabularyList": list_of(_VOCABULARY)})


# Documents ---------------------------------------------------------------------------------------

_VERSION = re.compile(r"[0-9]+(?:\.[0-9]+)*")
_EVENT_LIST = list_of(mapping)  # the events are checked once they have their context
_COMMON: Fields = {
    "@context": check_context,
    "type": anything,  # read before a table is chosen
    "id": URI,
    "schemaVersion": text(_VERSION.fullmatch, "a version such as 2.0"),
    "creationDate": TIME,
}
_DOCUMENT = _named(
    {
        **_COMMON,
        "instanceIdentifier": TEXT,
        "sender": TEXT,
        "receiver": TEXT,
        "epcisHeader": _named({"epcisMasterData": _MASTER_DATA}),
        "epcisBody": _free({"eventList": _EVENT_LIST}, "eventList"),
    },
    *("@context", "schemaVersion", "creationDate", "epcisBody"),
)
_RESULTS_BODY = _named(
    {"eventList": _EVENT_LIST, "vocabularyList": list_of(_VOCABULARY)}, "eventList"
)
_QUERY_RESULTS = _named(
    {"queryName": TEXT, "subscriptionID": TEXT, "resultsBody": _RESULTS_BODY},
    *("queryName", "resultsBody"),
)
_QUERY_DOCUMENT = _named(
    {**_COMMON, "epcisBody": _named({"queryResults": _QUERY_RESULTS}, "queryResults")},
    *("@context", "epcisBody"),
)
_KINDS: dict[str, tuple[Check, tuple[str, ...]]] = {
    "EPCISDocument": (_DOCUMENT, ("epcisBody", "eventList")),
    "EPCISQueryDocument": (
        _QUERY_DOCUMENT,
        ("epcisBody", "queryResults", "resultsBody", "eventList"),
    ),
}
"""Check of a document, and where its events are."""


def events_of(data: bytes, *, limit: int = MAX_DOCUMENT_BYTES) -> list[dict[str, JSON]]:
    """The events in *data*, in order, each bare and valid EPCIS 2.0, with its ``@context``.

    *data* is an EPCISDocument, an EPCISQueryDocument, a bare event or an array of bare events.

    Raises: MalformedJson, TooLarge (over *limit* bytes), MalformedEvent with a pointer into *data*.
    """
    value = load(data, limit=limit)
    if isinstance(value, list):
        return [_bare(event, index) for index, event in enumerate(value)]
    if not isinstance(value, dict):
        raise misfit(value, "an EPCIS document, an event or an array of events")
    kind = value.get("type")
    if isinstance(kind, str) and kind in _KINDS:
        return _events_in(value, *_KINDS[kind])
    return [_bare(value)]


def _bare(event: JSON, *where: int) -> dict[str, JSON]:
    try:
        check_epcis(event)
    except MalformedEvent as error:
        raise under(error, *where) from None
    assert isinstance(event, dict)
    return event


def _events_in(
    document: dict[str, Any], check: Check, path: tuple[str, ...]
) -> list[dict[str, JSON]]:
    check(document)
    events: Any = document
    for name in path:
        events = events[name]
    carried = []
    for index, event in enumerate(events):
        try:
            carried.append(_with_context(document["@context"], event))
        except MalformedEvent as error:
            raise under(error, *path, index) from None
    return carried


def _with_context(outer: JSON, event: dict[str, JSON]) -> dict[str, JSON]:
    own: JSON = event.get("@context", [])
    try:
        check_context(own)
    except MalformedEvent as error:
        raise under(error, "@context") from None
    bare = {**event, "@context": join_contexts(outer, own)}
    check_epcis(bare)
    return bare
