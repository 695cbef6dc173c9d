"""EPCIS 2.0 events in JSON, as tables: which member takes what, and what an event must name.

GS1 EPCIS 2.0, section 7.4 and its JSON binding (10.2): five event types and extension types, whose
``type`` is a URI and whose own members are free. A bare event carries its ``@context``. Members
outside the tables need a URI for a name (``example:x`` and ``https://example.com/x`` are URIs).
The formats ``uri`` and ``date-time`` are asserted. Nothing here knows Chiptrail's own fields:
``schemas.extension`` adds them to the tables through ``event_check``.

    >>> check_epcis({"type": "ObjectEvent", "@context": "https://example.com/context.jsonld"})
    Traceback (most recent call last):
    schemas.errors.MalformedEvent: /eventTime: missing
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from schemas.context import check_context
from schemas.errors import MalformedEvent
from schemas.formats import is_familiar_uri
from schemas.sensor import sensor_elements
from schemas.shape import (
    REPEATED_URI,
    TIME,
    URI,
    Check,
    Fields,
    NameRule,
    anything,
    code,
    list_of,
    misfit,
    number,
    record,
    text,
    uris,
)
from schemas.strict_json import JSON
from schemas.vocabulary import (
    ACTIONS,
    BIZ_STEPS,
    BIZ_TRANSACTION_TYPES,
    DISPOSITIONS,
    ERROR_REASONS,
    SOURCE_DEST_TYPES,
    is_foreign_code,
)

_OFFSET = re.compile(r"[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00)")
_UNIT = re.compile(r"[A-Z0-9]{2,3}")


# What events are made of -------------------------------------------------------------------------


def _uri_or_uris(value: JSON) -> None:
    (_URIS if isinstance(value, list) else URI)(value)


def _persistent_disposition(value: JSON) -> None:
    _SET_UNSET(value)
    if not value:
        raise MalformedEvent("missing, and so is unset", "/set")


_URIS = uris()
_DISTINCT_URIS = uris(distinct=True)
_DISPOSITION = code(DISPOSITIONS, is_foreign_code)
_DISPOSITIONS = list_of(_DISPOSITION, least=1, distinct=True)
_SET_UNSET = record({"set": _DISPOSITIONS, "unset": _DISPOSITIONS})
_QUANTITIES = list_of(
    record(
        {
            "epcClass": REPEATED_URI,
            "quantity": number,
            "uom": text(_UNIT.fullmatch, "a unit of 2 or 3 capitals or digits"),
        },
        required=("epcClass",),
    )
)
_TRANSACTION: Fields = {
    "type": code(BIZ_TRANSACTION_TYPES, is_foreign_code),
    "bizTransaction": URI,
}
TRANSACTIONS = list_of(record(_TRANSACTION, required=("bizTransaction",)))
_SOME_TRANSACTIONS = list_of(record(_TRANSACTION, required=("bizTransaction",)), least=1)


def _ends(name: str) -> Check:
    """``sourceList`` or ``destinationList``, after the *name* of the member that is the URI."""
    end: Fields = {"type": code(SOURCE_DEST_TYPES, is_foreign_code), name: REPEATED_URI}
    return list_of(record(end, required=("type", name)))


def place(names: NameRule) -> Check:
    """``readPoint`` or ``bizLocation``: an id, and further members that pass *names*."""
    return record({"id": REPEATED_URI}, required=("id",), names=names)


DESTINATIONS = _ends("destination")

_ERROR: Fields = {
    "declarationTime": TIME,
    "reason": code(ERROR_REASONS, is_foreign_code),
    "correctiveEventIDs": _URIS,
}


def _common(error_fields: Fields, names: NameRule) -> Fields:
    error = record({**_ERROR, **error_fields}, required=("declarationTime",), names=names)
    return {
        "@context": check_context,
        "type": anything,  # read before a table is chosen
        "eventTime": TIME,
        "recordTime": TIME,
        "eventTimeZoneOffset": text(_OFFSET.fullmatch, "an offset as +01:00, at most 14:00"),
        "eventID": URI,
        "certificationInfo": _uri_or_uris,
        "errorDeclaration": error,
    }


def _described(names: NameRule, free_names: NameRule) -> Fields:
    """What all five types say of why and where."""
    return {
        "bizStep": code(BIZ_STEPS, is_foreign_code),
        "disposition": _DISPOSITION,
        "readPoint": place(free_names),
        "bizLocation": place(free_names),
        "bizTransactionList": TRANSACTIONS,
        "sourceList": _ends("source"),
        "destinationList": DESTINATIONS,
        "sensorElementList": sensor_elements(names),
    }


_ACTION = code(ACTIONS)
_OBJECT: Fields = {
    "action": _ACTION,
    "epcList": _DISTINCT_URIS,
    "quantityList": _QUANTITIES,
    "persistentDisposition": _persistent_disposition,
    "ilmd": record({}, names=is_familiar_uri),
}
_AGGREGATION: Fields = {
    "action": _ACTION,
    "parentID": URI,
    "childEPCs": _URIS,
    "childQuantityList": _QUANTITIES,
}
_TRANSACTION_EVENT: Fields = {
    "action": _ACTION,
    "bizTransactionList": _SOME_TRANSACTIONS,
    "parentID": URI,
    "epcList": _URIS,
    "quantityList": _QUANTITIES,
}
_TRANSFORMATION: Fields = {
    "inputEPCList": _DISTINCT_URIS,
    "inputQuantityList": _QUANTITIES,
    "outputEPCList": _DISTINCT_URIS,
    "outputQuantityList": _QUANTITIES,
    "transformationID": URI,
    "persistentDisposition": _persistent_disposition,
    "ilmd": record({}, names=is_familiar_uri),
}
_TYPES: Mapping[str, tuple[Fields, tuple[str, ...]]] = {
    "ObjectEvent": (_OBJECT, ("action",)),
    "AggregationEvent": (_AGGREGATION, ("action",)),
    "TransactionEvent": (_TRANSACTION_EVENT, ("action", "bizTransactionList")),
    "TransformationEvent": (_TRANSFORMATION, ()),
    "AssociationEvent": (_AGGREGATION, ("action", "parentID")),
}


# What an event must name -------------------------------------------------------------------------

# The tables have been applied when these run, so the members have their types.
Event = Mapping[str, Any]


def _has(event: Event, name: str, least: int) -> bool:
    return name in event and len(event[name]) >= least


def _object_names(event: Event) -> None:
    if "ilmd" in event and event["action"] != "ADD":
        raise MalformedEvent("stands only with action ADD", "/ilmd")
    if _has(event, "epcList", 0) or _has(event, "quantityList", 1):
        return
    if not (_has(event, "sensorElementList", 1) and "readPoint" in event):
        want = "epcList, quantityList, or sensorElementList with readPoint"
        raise MalformedEvent(f"missing, want {want}", "/epcList")


def _parent_names(event: Event) -> None:
    if event["action"] == "DELETE":
        return
    if not (_has(event, "childEPCs", 1) or _has(event, "childQuantityList", 1)):
        raise MalformedEvent("missing or empty, want childEPCs or childQuantityList", "/childEPCs")


def _transaction_names(event: Event) -> None:
    if event["action"] == "DELETE":
        return
    if not (_has(event, "epcList", 0) or _has(event, "quantityList", 1)):
        raise MalformedEvent("missing, want epcList or quantityList", "/epcList")


def _transformation_names(event: Event) -> None:
    inputs = _has(event, "inputEPCList", 1) or _has(event, "inputQuantityList", 1)
    outputs = _has(event, "outputEPCList", 1) or _has(event, "outputQuantityList", 1)
    if (inputs and outputs) or ("transformationID" in event and (inputs or outputs)):
        return
    missing = "/outputEPCList" if inputs else "/inputEPCList"
    raise MalformedEvent("missing, want inputs and outputs, or transformationID and one", missing)


_NAMES: Mapping[str, Callable[[Event], None]] = {
    "ObjectEvent": _object_names,
    "AggregationEvent": _parent_names,
    "TransactionEvent": _transaction_names,
    "TransformationEvent": _transformation_names,
    "AssociationEvent": _parent_names,
}

EVENT_TYPES = frozenset(_NAMES)


# The check ---------------------------------------------------------------------------------------

_REQUIRED = ("@context", "eventTime", "eventTimeZoneOffset")


def event_check(
    *,
    fields: Fields,
    required: tuple[str, ...] = (),
    replaced: Fields,
    error_fields: Fields,
    reserved: tuple[str, ...],
) -> Check:
    """A check of bare events with further *fields*, *required* ones among them.

    *replaced* are other checks for members that a type already has; *error_fields* may stand in
    ``errorDeclaration``. Other names that start with one of *reserved* are refused on the event,
    in its places, its sensor elements and its error declaration.
    """

    def free_names(name: str) -> bool:
        return not name.startswith(reserved)

    def names(name: str) -> bool:
        return not name.startswith(reserved) and is_familiar_uri(name)

    common = {**_common(error_fields, names), **fields}
    described = _described(names, free_names)
    needed = _REQUIRED + required
    tables = {}
    for kind, (own, musts) in _TYPES.items():
        kept = {name: replaced.get(name, check) for name, check in own.items()}
        members = {**described, **kept, **common}
        tables[kind] = record(members, required=needed + musts, names=names)
    extension = record(common, required=needed, names=free_names)

    def check(value: JSON) -> None:
        kind = _kind_of(value)
        table = tables.get(kind)
        if table is None:
            if not is_familiar_uri(kind):
                raise MalformedEvent("want an EPCIS event type or the URI of another", "/type")
            extension(value)
        else:
            table(value)
            _NAMES[kind](value)  # type: ignore[arg-type]  # the table has made sure

    return check


def _kind_of(value: JSON) -> str:
    if not isinstance(value, dict):
        raise misfit(value, "an event")
    kind = value.get("type")
    if not isinstance(kind, str):
        raise MalformedEvent("missing or no text, want an event type", "/type")
    return kind


_PLAIN = event_check(fields={}, replaced={}, error_fields={}, reserved=())


def check_epcis(value: JSON) -> None:
    """One bare EPCIS 2.0 event, ``@context`` included, with formats asserted.

    Raises: MalformedEvent at the first member that does not fit.
    """
    _PLAIN(value)
