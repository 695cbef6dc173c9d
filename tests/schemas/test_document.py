"""Documents: their events come out bare, in order, each with the context it stood under."""

import json
from pathlib import Path

import pytest

from schemas.context import GS1_CONTEXT
from schemas.document import events_of
from schemas.epcis import check_epcis
from schemas.errors import MalformedEvent, MalformedJson, TooLarge
from schemas.strict_json import dump
from tests.schemas.payloads import DROP, PAYLOAD, changed

VECTORS = Path(__file__).parents[1] / "vectors" / "epcis_documents.json"
FULL, EMPTY, ANSWER = (row["document"] for row in json.loads(VECTORS.read_text())["documents"])
EXAMPLE = {"example": "https://ns.example.com/epcis/"}
EVENTS = "/epcisBody/eventList"
ANSWERS = "/epcisBody/queryResults/resultsBody/eventList"


def test_events_come_out_in_order():
    ids = [event["epcList"][0][-4:] for event in events_of(dump(FULL))]

    assert ids == ["0001", "0002"]


def test_every_event_is_valid_on_its_own():
    for event in [*events_of(dump(FULL)), *events_of(dump(ANSWER))]:
        assert check_epcis(event) is None


def test_the_context_of_the_document_is_carried_into_each_event():
    assert events_of(dump(FULL))[1]["@context"] == [GS1_CONTEXT, EXAMPLE]


def test_what_an_event_adds_to_the_context_comes_last_and_once():
    own = {"own": "https://own.example.com/"}

    assert events_of(dump(FULL))[0]["@context"] == [GS1_CONTEXT, own, EXAMPLE]


def test_no_two_events_share_their_context():
    first, second = events_of(dump(ANSWER))
    first["@context"].append(EXAMPLE)

    assert second["@context"] == [GS1_CONTEXT]


def test_a_document_may_have_no_events():
    assert events_of(dump(EMPTY)) == []


def test_a_bare_event_is_one_event():
    assert events_of(dump(PAYLOAD)) == [PAYLOAD]


def test_a_list_of_bare_events_is_those_events():
    assert events_of(dump([PAYLOAD, PAYLOAD])) == [PAYLOAD, PAYLOAD]


REFUSED = [
    (FULL, {"/@context": DROP}, "/@context"),
    (FULL, {"/schemaVersion": DROP}, "/schemaVersion"),
    (FULL, {"/schemaVersion": "2.x"}, "/schemaVersion"),
    (FULL, {"/schemaVersion": "\u0662"}, "/schemaVersion"),
    (FULL, {"/creationDate": "today"}, "/creationDate"),
    (FULL, {"/sender": {}}, "/sender"),
    (FULL, {"/epcisBody": DROP}, "/epcisBody"),
    (FULL, {"/epcisBody": {}}, EVENTS),
    (FULL, {"/unknown": 1}, "/unknown"),
    (FULL, {"/epcisHeader/unknown": 1}, "/epcisHeader/unknown"),
    (
        FULL,
        {"/epcisHeader/epcisMasterData/vocabularyList/0/type": "Place"},
        "/epcisHeader/epcisMasterData/vocabularyList/0/type",
    ),
    (FULL, {f"{EVENTS}/1": []}, f"{EVENTS}/1"),
    (FULL, {f"{EVENTS}/1/action": DROP}, f"{EVENTS}/1/action"),
    (FULL, {f"{EVENTS}/0/@context": [EXAMPLE, 7]}, f"{EVENTS}/0/@context/1"),
    (FULL, {f"{EVENTS}/0/epcList/0": "x"}, f"{EVENTS}/0/epcList/0"),
    (FULL, {f"{EVENTS}/0/type": "EPCISDocument"}, f"{EVENTS}/0/type"),
    (ANSWER, {"/schemaVersion": 2}, "/schemaVersion"),
    (ANSWER, {"/sender": "x"}, "/sender"),
    (ANSWER, {"/epcisBody/queryResults/queryName": DROP}, "/epcisBody/queryResults/queryName"),
    (ANSWER, {ANSWERS: DROP}, ANSWERS),
    (ANSWER, {f"{ANSWERS}/1/eventTime": "x"}, f"{ANSWERS}/1/eventTime"),
    ([PAYLOAD, PAYLOAD], {"/1/@context": DROP}, "/1/@context"),
    ([PAYLOAD], {"/0": "x"}, "/0"),
    (PAYLOAD, {"/type": DROP}, "/type"),
    ([EMPTY], {}, "/0/type"),
]


@pytest.mark.parametrize(("document", "changes", "pointer"), REFUSED)
def test_what_is_wrong_is_named_from_the_top_of_the_document(document, changes, pointer):
    with pytest.raises(MalformedEvent) as caught:
        events_of(dump(changed(document, changes)))

    assert caught.value.pointer == pointer


@pytest.mark.parametrize("data", [b"7", b'"EPCISDocument"', b"null"])
def test_a_document_is_an_object_or_an_array(data):
    with pytest.raises(MalformedEvent):
        events_of(data)


def test_documents_are_strict_json_of_a_limited_size():
    with pytest.raises(MalformedJson):
        events_of(b'{"type": 1, "type": 2}')
    with pytest.raises(TooLarge):
        events_of(dump(EMPTY), limit=10)
