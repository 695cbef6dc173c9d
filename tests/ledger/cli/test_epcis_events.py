"""Everything that EPCIS 2.0 can say goes through `sign` and `capture`, and stands in the log."""

import json
from pathlib import Path

import pytest

EVENTS = json.loads((Path(__file__).parents[2] / "vectors" / "epcis_events.json").read_text())[
    "events"
]
# A moment before the year 1 in UTC is no time that a ledger can order.
EVENTS = [one for one in EVENTS if not one["event"]["eventTime"].startswith(("0000", "0001"))]
NAMES = [one["desc"] for one in EVENTS]


def document(*events):
    """An EPCISDocument with each event's own context left in place."""
    return {
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-06-01T10:00:00Z",
        "epcisBody": {"eventList": list(events)},
    }


@pytest.fixture
def record(run, world):
    """Sign and capture *value* as the Japanese data centre; gives the answers, one an entry."""

    def record(value):
        where = "--data", world
        signed = run("sign", "--key", world / "keys" / "japan.key", *where, stdin=json.dumps(value))
        assert signed.exit_code == 0, signed.output
        result = run("capture", "-", *where, "--json", stdin=signed.stdout)
        return [json.loads(line) for line in result.stdout.splitlines()]

    return record


def test_the_corpus_has_all_five_types_and_what_real_documents_use():
    kinds = {one["event"]["type"] for one in EVENTS}
    text = json.dumps(EVENTS)

    assert kinds > {
        "ObjectEvent", "AggregationEvent", "TransactionEvent", "TransformationEvent",
        "AssociationEvent",
    }  # fmt: skip
    wanted = ["sensorElementList", "errorDeclaration", "ilmd", "certificationInfo", "geo:"]
    assert [] == [word for word in wanted if word not in text]


@pytest.mark.parametrize("one", EVENTS, ids=NAMES)
def test_an_event_of_every_kind_is_signed_and_recorded(record, one):
    assert ["recorded"] == [answer["status"] for answer in record(one["event"])]


def test_all_of_them_in_one_document_are_recorded_and_the_ledger_audits_clean(record, run, world):
    answers = record(document(*[one["event"] for one in EVENTS]))

    assert ["recorded"] * len(EVENTS) == [answer["status"] for answer in answers]
    assert 0 == run("audit", "--data", world).exit_code


def test_what_was_recorded_is_the_event_that_was_given(record, world):
    """The payload in the log has every member of the event, and only ours besides."""
    given = EVENTS[0]["event"]
    index = record(given)[0]["index"]

    from ledger.service.opening import open_ledger
    from ledger.store import log

    with open_ledger(world).database.reading() as connection:
        kept = json.loads(log.load_entries(connection, index, index + 1)[0].payload)
    own = {name for name in kept if name.startswith("chiptrail:")} | {"@context", "eventID"}
    lists = {"epcList"} if len(given.get("epcList", [])) > 1 else set()
    expected = {k: v for k, v in given.items() if k not in own | lists}
    assert expected == {k: v for k, v in kept.items() if k not in own | lists}
