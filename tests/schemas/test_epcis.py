"""Plain EPCIS events: every refusal names the field, and odd corners are as in the standard."""

import json
from pathlib import Path

import pytest

from schemas.epcis import check_epcis
from schemas.errors import MalformedEvent
from tests.schemas.payloads import DROP, changed

VECTORS = Path(__file__).parents[1] / "vectors" / "epcis_events.json"
EVENTS = {row["desc"]: row["event"] for row in json.loads(VECTORS.read_text())["events"]}
COMMISSION = EVENTS["commissioning with ILMD, certification and a record time"]
SHIP = EVENTS["shipping with parties, documents and quantities"]
SENSOR = EVENTS["sensor data at a geo: read point, no items"]
WRONG = EVENTS["an event declared wrong"]
PACK = EVENTS["packing chips into a pallet"]
INVOICE = EVENTS["invoiced items"]
MAKE = EVENTS["dies become packages"]
HALF = EVENTS["one half of a transformation in two events"]
INSTALL = EVENTS["a board installed in a server"]
FOREIGN = EVENTS["a foreign event type with members of its own"]
REPORT = "/sensorElementList/0/sensorReport"

REFUSED = [
    ("no type", SHIP, {"/type": DROP}, "/type"),
    ("a type that is no text", SHIP, {"/type": ["ObjectEvent"]}, "/type"),
    ("a type that is neither of the five nor a URI", SHIP, {"/type": "objectEvent"}, "/type"),
    ("a document for an event", SHIP, {"/type": "EPCISDocument"}, "/type"),
    ("no context", SHIP, {"/@context": DROP}, "/@context"),
    ("a context with a relative URI", SHIP, {"/@context": ["context"]}, "/@context/0"),
    ("a context in a context", SHIP, {"/@context": [["urn:x:1"]]}, "/@context/0"),
    ("a context twice", SHIP, {"/@context": ["urn:x:1", {}, "urn:x:1"]}, "/@context"),
    ("equal numbers twice", SHIP, {"/@context": [{"a": [1]}, {"a": [1.0]}]}, "/@context"),
    ("no time", SHIP, {"/eventTime": DROP}, "/eventTime"),
    ("no offset", SHIP, {"/eventTimeZoneOffset": DROP}, "/eventTimeZoneOffset"),
    ("an offset of Z", SHIP, {"/eventTimeZoneOffset": "Z"}, "/eventTimeZoneOffset"),
    ("an offset over 14", SHIP, {"/eventTimeZoneOffset": "+14:01"}, "/eventTimeZoneOffset"),
    (
        "an offset and a line end",
        SHIP,
        {"/eventTimeZoneOffset": "+08:00\n"},
        "/eventTimeZoneOffset",
    ),
    ("an id that is no URI", SHIP, {"/eventID": "42"}, "/eventID"),
    ("an id and a line end", SHIP, {"/eventID": "urn:x:1\n"}, "/eventID"),
    ("certificates that are no URIs", SHIP, {"/certificationInfo": ["c"]}, "/certificationInfo/0"),
    ("a certificate as an object", SHIP, {"/certificationInfo": {}}, "/certificationInfo"),
    ("no action", SHIP, {"/action": DROP}, "/action"),
    ("another action", SHIP, {"/action": "observe"}, "/action"),
    ("an unknown word", SHIP, {"/bizStep": "smuggling"}, "/bizStep"),
    ("an old CBV URN", SHIP, {"/bizStep": "urn:epcglobal:cbv:bizstep:shipping"}, "/bizStep"),
    ("a name that is no URI", SHIP, {"/unknown": 1}, "/unknown"),
    ("a name with a slash and a tilde", SHIP, {"/a~1b~0": 1}, "/a~1b~0"),
    ("a field of another event type", SHIP, {"/childEPCs": []}, "/childEPCs"),
    ("an item twice", SHIP, {"/epcList": ["urn:x:1", "urn:x:2", "urn:x:1"]}, "/epcList/2"),
    ("an item that is no text", SHIP, {"/epcList": ["urn:x:1", None]}, "/epcList/1"),
    ("items as an object", SHIP, {"/epcList": {}}, "/epcList"),
    ("no items at all", SHIP, {"/epcList": DROP, "/quantityList": DROP}, "/epcList"),
    ("no quantities", SHIP, {"/epcList": DROP, "/quantityList": []}, "/epcList"),
    ("a quantity of nothing", SHIP, {"/quantityList/0/epcClass": DROP}, "/quantityList/0/epcClass"),
    ("a true quantity", SHIP, {"/quantityList/0/quantity": True}, "/quantityList/0/quantity"),
    ("a long unit", SHIP, {"/quantityList/0/uom": "KILO"}, "/quantityList/0/uom"),
    ("more on a quantity", SHIP, {"/quantityList/1/x:y": 1}, "/quantityList/1/x:y"),
    ("nothing set or unset", SHIP, {"/persistentDisposition": {}}, "/persistentDisposition/set"),
    ("an empty set", SHIP, {"/persistentDisposition/set": []}, "/persistentDisposition/set"),
    ("a party without type", SHIP, {"/sourceList/0/type": DROP}, "/sourceList/0/type"),
    (
        "a party in the wrong list",
        SHIP,
        {"/sourceList/0/destination": "urn:x:1"},
        "/sourceList/0/destination",
    ),
    (
        "a document without id",
        SHIP,
        {"/bizTransactionList/0": {}},
        "/bizTransactionList/0/bizTransaction",
    ),
    ("ILMD on what exists", COMMISSION, {"/action": "OBSERVE"}, "/ilmd"),
    ("ILMD names that are no URIs", COMMISSION, {"/ilmd/wafer": 1}, "/ilmd/wafer"),
    ("a place without id", COMMISSION, {"/bizLocation/id": DROP}, "/bizLocation/id"),
    ("sensor data nowhere", SENSOR, {"/readPoint": DROP}, "/epcList"),
    ("no sensor data", SENSOR, {"/sensorElementList": []}, "/epcList"),
    ("no report", SENSOR, {REPORT: []}, REPORT),
    ("a report without type", SENSOR, {f"{REPORT}/0/type": DROP}, f"{REPORT}/0/type"),
    (
        "a measurement of the GS1 vocabulary",
        SENSOR,
        {f"{REPORT}/0/type": "https://www.gs1.org/voc/Time"},
        f"{REPORT}/0/type",
    ),
    ("a value as text", SENSOR, {f"{REPORT}/0/value": "26"}, f"{REPORT}/0/value"),
    (
        "hex with a blank",
        SENSOR,
        {f"{REPORT}/1/hexBinaryValue": "f0 f0"},
        f"{REPORT}/1/hexBinaryValue",
    ),
    ("an alert that is none", SENSOR, {f"{REPORT}/1/exception": "ALARM"}, f"{REPORT}/1/exception"),
    (
        "a declaration without time",
        WRONG,
        {"/errorDeclaration/declarationTime": DROP},
        "/errorDeclaration/declarationTime",
    ),
    (
        "a reason of ours",
        WRONG,
        {"/errorDeclaration/reason": "typing error"},
        "/errorDeclaration/reason",
    ),
    ("children missing", PACK, {"/childEPCs": DROP, "/childQuantityList": []}, "/childEPCs"),
    (
        "a disposition that persists",
        PACK,
        {"/persistentDisposition": {"set": ["stolen"]}},
        "/persistentDisposition",
    ),
    ("no documents", INVOICE, {"/bizTransactionList": []}, "/bizTransactionList"),
    ("no items in a transaction", INVOICE, {"/epcList": DROP, "/quantityList": DROP}, "/epcList"),
    ("an action on a transformation", MAKE, {"/action": "ADD"}, "/action"),
    ("nothing made", HALF, {"/transformationID": DROP}, "/outputEPCList"),
    (
        "nothing used",
        MAKE,
        {"/inputEPCList": [], "/inputQuantityList": [], "/transformationID": DROP},
        "/inputEPCList",
    ),
    ("a part of nothing", INSTALL, {"/parentID": DROP}, "/parentID"),
    ("a foreign type without time", FOREIGN, {"/eventTime": DROP}, "/eventTime"),
]


@pytest.mark.parametrize(
    ("event", "changes", "pointer"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_the_field_that_is_wrong_is_named(event, changes, pointer):
    with pytest.raises(MalformedEvent) as caught:
        check_epcis(changed(event, changes))

    assert caught.value.pointer == pointer


@pytest.mark.parametrize("value", [None, [], "ObjectEvent", 7])
def test_an_event_is_an_object(value):
    with pytest.raises(MalformedEvent):
        check_epcis(value)


ACCEPTED = {
    "an empty list of items": (SHIP, {"/epcList": [], "/quantityList": DROP}),
    "a child twice": (PACK, {"/childEPCs": ["urn:x:1", "urn:x:1"]}),
    "a parent left out": (PACK, {"/parentID": DROP}),
    "free members of a place": (SHIP, {"/readPoint": {"id": "urn:x:1", "any name": None}}),
    "ILMD on a transformation": (MAKE, {"/ilmd": {}}),
    "values of all kinds side by side": (SENSOR, {f"{REPORT}/0/stringValue": "26"}),
    "a document that is untyped": (SHIP, {"/bizTransactionList/0/type": DROP}),
    "no certificates": (SHIP, {"/certificationInfo": []}),
    "an empty array of contexts": (SHIP, {"/@context": []}),
    "an empty context": (SHIP, {"/@context": {}}),
    "a number that is whole": (SHIP, {"/quantityList/0/quantity": 1.0}),
}


@pytest.mark.parametrize(("event", "changes"), ACCEPTED.values(), ids=ACCEPTED)
def test_what_the_standard_allows_is_accepted(event, changes):
    assert check_epcis(changed(event, changes)) is None


def test_a_refusal_says_what_was_there_and_what_is_wanted():
    with pytest.raises(MalformedEvent) as caught:
        check_epcis(changed(SHIP, {"/eventTime": 7}))

    assert str(caught.value) == "/eventTime: got a number, want an RFC 3339 time with offset"


def test_no_name_that_is_no_uri_slips_through_where_the_standard_wants_one():
    for event in EVENTS.values():
        if ":" not in event["type"]:
            with pytest.raises(MalformedEvent, match="unknown name"):
                check_epcis({**event, "Unknown": None})
