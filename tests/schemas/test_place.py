"""Where an event says that things were."""

import pytest

from schemas import short_form
from schemas.draft import Imprint, complete
from schemas.errors import MalformedEvent
from schemas.event import parse_event
from schemas.formats import parse_time
from schemas.place import Place, is_place_withheld, read_places
from schemas.short_form import Details
from schemas.strict_json import dump

CHIP, PARTY = "urn:chiptrail:chip:acme:X1:A-7", "urn:chiptrail:party:acme"
AT = "2026-01-02T03:04:05Z"
HERE = {"latitude": 1.29, "longitude": 103.85, "accuracyM": 50}


def event(**members):
    draft = short_form.declare([CHIP], Details()) | members
    imprint = Imprint("example.com", PARTY, "A" * 22, "note")
    return parse_event(dump(complete(draft, imprint, "urn:uuid:1", parse_time(AT))))


def sensed(*reports, **metadata):
    return {"sensorElementList": [{"sensorMetadata": metadata, "sensorReport": list(reports)}]}


def angle(component, value, **more):
    return {"type": "Angle", "component": component, "value": value, **more}


@pytest.mark.parametrize(
    ("members", "places"),
    [
        ({}, ()),
        ({"chiptrail:location": HERE}, (Place(1.29, 103.85, 50),)),
        ({"readPoint": {"id": "geo:1.29,103.85;u=50"}}, (Place(1.29, 103.85, 50.0),)),
        ({"bizLocation": {"id": "urn:x:gate"}}, (Place(uri="urn:x:gate"),)),
        (sensed(angle("latitude", 1.5), angle("longitude", 2.5)), (Place(1.5, 2.5),)),
        (
            sensed(angle("latitude", 1.5), angle("longitude", 2.5), time=AT),
            (Place(1.5, 2.5, seen_at=parse_time(AT)),),
        ),
        (sensed(angle("latitude", 1.5)), ()),
        (sensed(angle("latitude", 91), angle("longitude", 2.5)), ()),
        (sensed(angle("latitude", 1.5, uom="C81"), angle("longitude", 2.5)), ()),
    ],
)
def test_a_place_is_read_in_every_form(members, places):
    assert places == read_places(event(**members))


def test_a_place_that_is_withheld_is_none():
    said = event(**{"chiptrail:commitments": {"chiptrail:location": "A" * 43}})

    assert (True, ()) == (is_place_withheld(said), read_places(said))


@pytest.mark.parametrize(
    ("members", "pointer", "words"),
    [
        ({"readPoint": {"id": "geo:113.9,22.3"}}, "/readPoint/id", "look swapped"),
        ({"readPoint": {"id": "geo:95,181"}}, "/readPoint/id", "latitude of 95"),
        ({"bizLocation": {"id": "geo:1,181"}}, "/bizLocation/id", "longitude of 181"),
        ({"readPoint": {"id": "geo:1,2;u=-5"}}, "/readPoint/id", "got u=-5"),
        ({"readPoint": {"id": "geo:here"}}, "/readPoint/id", "want geo:"),
        (
            {"chiptrail:location": {**HERE, "latitude": 103.85, "longitude": 1.29}},
            "/chiptrail:location/latitude",
            "look swapped",
        ),
        (
            {"chiptrail:location": {**HERE, "accuracyM": -1}},
            "/chiptrail:location/accuracyM",
            "above 0",
        ),
    ],
)
def test_what_is_no_place_is_refused_where_it_stands(members, pointer, words):
    with pytest.raises(MalformedEvent, match=words) as caught:
        event(**members)

    assert pointer == caught.value.pointer
