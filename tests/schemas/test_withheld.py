"""Withheld fields: nothing is withheld and told in the open at the same time."""

import pytest

from schemas.errors import MalformedDisclosure, MalformedEvent
from schemas.event import parse_event
from schemas.strict_json import dump
from schemas.withheld import WITHHOLDABLE, check_withheld_value
from tests.schemas.payloads import GEO, LOCATION, PAYLOAD, ROOT

PLACE = {"id": "urn:epc:id:sgln:0614141.00777.0"}
SENSORS = [{"sensorReport": [{"type": "Time", "value": 4, "component": "latitude"}]}]
OPEN = {
    "chiptrail:location": LOCATION,
    "chiptrail:customs": {"itn": "X20260102000001"},
    "chiptrail:identities": [{"item": PAYLOAD["epcList"][0], "pdi": "1"}],
    "bizLocation": PLACE,
    "readPoint": PLACE,
    "bizTransactionList": [{"bizTransaction": "urn:chiptrail:doc:awb:1"}],
    "destinationList": [{"type": "owning_party", "destination": "urn:chiptrail:party:b"}],
}


def parse(withheld=(), **members):
    named = {name.replace("chiptrail_", "chiptrail:"): member for name, member in members.items()}
    commitments = {"chiptrail:commitments": dict.fromkeys(withheld, ROOT)}
    return parse_event(dump({**PAYLOAD, **named, **commitments}))


def refused_at(withheld, **members):
    with pytest.raises(MalformedEvent) as caught:
        parse(withheld, **members)
    return caught.value.pointer


def test_every_name_can_be_withheld():
    assert parse(OPEN).commitments == dict.fromkeys(WITHHOLDABLE, ROOT)


@pytest.mark.parametrize("name", sorted(set(OPEN) - {"destinationList"}))
def test_a_name_is_not_withheld_and_open(name):
    assert refused_at([name], **{name: OPEN[name]}) == f"/{name}"


@pytest.mark.parametrize("name", ["epcList", "chiptrail:party", "chiptrail:final", "type", "x/y"])
def test_other_names_cannot_be_withheld(name):
    assert refused_at([name]) == "/chiptrail:commitments/" + name.replace("/", "~1")


@pytest.mark.parametrize(
    "digest", ["", ROOT[:-1], ROOT[:-1] + "B", ROOT + "A", ROOT + "=", 7, None]
)
def test_a_digest_is_32_bytes_in_its_one_spelling(digest):
    with pytest.raises(MalformedEvent) as caught:
        parse_event(dump({**PAYLOAD, "chiptrail:commitments": {"bizLocation": digest}}))

    assert caught.value.pointer == "/chiptrail:commitments/bizLocation"


def test_a_transaction_event_is_about_its_documents():
    pointer = refused_at(["bizTransactionList"], type="TransactionEvent", bizTransactionList=[{}])

    assert pointer == "/bizTransactionList/0/bizTransaction"


def test_documents_of_a_transaction_event_cannot_be_withheld():
    documents = OPEN["bizTransactionList"]
    pointer = refused_at(
        ["bizTransactionList"], type="TransactionEvent", bizTransactionList=documents
    )

    assert pointer == "/chiptrail:commitments/bizTransactionList"


@pytest.mark.parametrize(
    "kind", ["possessing_party", "https://ref.gs1.org/cbv/SDT-possessing_party"]
)
def test_possessing_parties_stay_open_beside_withheld_destinations(kind):
    entry = {"type": kind, "destination": "urn:chiptrail:party:b"}

    assert parse(["destinationList"], destinationList=[entry]).destinations == (
        ("possessing_party", "urn:chiptrail:party:b"),
    )


def test_other_destinations_are_withheld_or_open_not_both():
    entries = [
        {"type": "possessing_party", "destination": "urn:chiptrail:party:b"},
        {"type": "urn:chiptrail:sdt:end_user", "destination": "urn:chiptrail:party:c"},
    ]

    assert refused_at(["destinationList"], destinationList=entries) == "/destinationList/1"


@pytest.mark.parametrize(
    ("withheld", "members", "pointer"),
    [
        ("chiptrail:location", {"readPoint": PLACE}, "/readPoint"),
        ("chiptrail:location", {"bizLocation": PLACE}, "/bizLocation"),
        ("readPoint", {"chiptrail_location": LOCATION}, "/chiptrail:location"),
        ("readPoint", {"bizLocation": {"id": "geo:1,2"}}, "/bizLocation/id"),
    ],
)
def test_a_withheld_place_is_not_told_by_another_field(withheld, members, pointer):
    assert refused_at([withheld], **members) == pointer


@pytest.mark.parametrize("withheld", ["chiptrail:location", "readPoint"])
@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({"sensorElementList": SENSORS}, "/sensorElementList/0/sensorReport/0/component"),
        ({"example:at": ["x", "GEO:22.3,113.9"]}, "/example:at/1"),
        ({"example:latitude": 22.3}, "/example:latitude"),
        ({"example:gps": {"urn:x:gps#longitude": 1}}, "/example:gps/urn:x:gps#longitude"),
        ({"example:gps": {"Latitude": "22.3"}}, "/example:gps/Latitude"),
        ({"sourceList": [{"type": "location", "source": GEO}]}, "/sourceList/0/source"),
    ],
)
def test_a_withheld_place_leaves_no_coordinates_in_the_open(withheld, members, pointer):
    assert refused_at([withheld], **members) == pointer


def test_a_withheld_place_leaves_everything_else_in_the_open():
    sensors = [{"sensorReport": [{"type": "Temperature", "value": 4, "component": "x"}]}]
    context = [*PAYLOAD["@context"], {"latitude": "https://example.com/latitude"}]
    members = {"@context": context, "example:geometry": "round", "sensorElementList": sensors}

    assert parse(["chiptrail:location", "readPoint", "bizLocation"], **members).read_point is None


def test_a_withheld_business_location_leaves_the_read_point():
    members = {"readPoint": {"id": GEO}, "chiptrail_location": LOCATION}

    assert parse(["bizLocation"], **members).read_point == GEO


@pytest.mark.parametrize(
    "uri",
    [
        GEO,
        "geo:22.308,113.918",
        "GEO:22.30800,113.918,12;U=50.0",
        "geo:22.308,113.918;crs=wgs84;u=5e1;x",
        "geo:22.308009,113.917991",
        "https://id.gs1.org/414/9506000134376",
    ],
)
def test_a_read_point_may_say_the_same_place_again(uri):
    assert parse(readPoint={"id": uri}, chiptrail_location=LOCATION).read_point == uri


@pytest.mark.parametrize(
    "uri",
    [
        "geo:22.309,113.918",
        "geo:22.308,113.919",
        "geo:113.918,22.308",
        "geo:22.308,113.918;u=51",
        "geo:22.308,113.918;u=",
        "geo:22.308,113.918;crs=nad27",
        "geo:22.308",
        "geo:x,y",
        "geo:",
    ],
)
def test_a_read_point_may_not_say_another_place(uri):
    assert refused_at([], readPoint={"id": uri}, chiptrail_location=LOCATION) == "/readPoint/id"


def test_a_foreign_event_type_may_have_any_read_point():
    members = {"type": "example:X", "readPoint": ["free"], "chiptrail_location": LOCATION}

    assert parse(**members).type == "example:X"


@pytest.mark.parametrize("entries", [7, {"type": "possessing_party"}, "possessing_party"])
def test_a_foreign_event_type_may_not_tell_withheld_destinations_in_another_shape(entries):
    members = {"type": "example:X", "destinationList": entries}

    assert refused_at(["destinationList"], **members) == "/destinationList"


@pytest.mark.parametrize("name", sorted(OPEN))
def test_a_disclosed_value_has_the_shape_of_an_open_one(name):
    check_withheld_value(name, OPEN[name])

    with pytest.raises(MalformedDisclosure):
        check_withheld_value(name, "elsewhere")


def test_a_disclosed_value_is_pointed_into():
    with pytest.raises(MalformedDisclosure) as caught:
        check_withheld_value("chiptrail:location", {**LOCATION, "latitude": 91})

    assert caught.value.pointer == "/latitude"


def test_a_disclosure_names_what_can_be_withheld():
    with pytest.raises(MalformedDisclosure):
        check_withheld_value("epcList", [])
