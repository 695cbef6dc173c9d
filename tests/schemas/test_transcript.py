"""Transcripts of landmarks: what is written reads back, and what does not fit is pointed at."""

import json
import re
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ledger.dsse import sign
from ledger.keys import private_key
from schemas.envelope import PayloadType, envelope_to_json
from schemas.errors import MalformedEvent
from schemas.transcript import (
    Transcript,
    check_transcripts,
    encode_transcript,
    parse_transcript,
    transcripts_in,
)

AT = datetime(2026, 3, 9, 9, tzinfo=UTC)
SAID = Transcript(
    ledger="l.example.com",
    answered_by="ab" * 32,
    starts_at=AT,
    ends_at=AT + timedelta(minutes=1),
    round_trips=20,
    min_round_trip_ms=0.84,
)
WIRE = json.loads(encode_transcript(SAID))
NAME = "chiptrail:transcripts"


def signed(**changed):
    payload = json.dumps(WIRE | changed).encode()
    return envelope_to_json(sign(payload, PayloadType.TRANSCRIPT, private_key(b"\x05" * 32)))


def event(*transcripts, **more):
    body = {"chiptrail:ledger": "l.example.com", "readPoint": {"id": "geo:1,2"}}
    return {**body, NAME: list(transcripts), **more}


def test_what_is_written_reads_back():
    assert SAID == parse_transcript(encode_transcript(SAID))


def test_an_event_without_any_carries_none():
    check_transcripts({})

    assert () == transcripts_in({})


def test_what_fits_is_carried():
    check_transcripts(event(signed(), signed(roundTrips=1)))

    assert 2 == len(transcripts_in(event(signed(), signed())))


@pytest.mark.parametrize(
    ("body", "at"),
    [
        (event(signed(minRoundTripMs=0)), "/0/payload/minRoundTripMs"),
        (event(signed(minRoundTripMs=-4)), "/0/payload/minRoundTripMs"),
        (event(signed(minRoundTripMs=60_001)), "/0/payload/minRoundTripMs"),
        (event(signed(roundTrips=0)), "/0/payload/roundTrips"),
        (event(signed(until="2026-03-09T08:59:59Z")), "/0/payload/until"),
        (event(signed(answeredBy="me")), "/0/payload/answeredBy"),
        (event(signed(near="HK")), "/0/payload/near"),
        (event(signed(), signed(**{"chiptrail:ledger": "m"})), "/1/payload/chiptrail:ledger"),
        (event({**signed(), "payload": b64encode(b"{").decode()}), "/0/payload"),
        (event({**signed(), "payloadType": str(PayloadType.EVENT)}), "/0/payloadType"),
        (event({**signed(), "signatures": []}), "/0/signatures"),
        ({"chiptrail:ledger": "l.example.com", NAME: [signed()]}, ""),
        (event(signed(), **{"chiptrail:commitments": {"bizLocation": "x"}}), ""),
    ],
)
def test_what_does_not_fit_is_pointed_at(body, at):
    with pytest.raises(MalformedEvent) as caught:
        check_transcripts(body)

    assert f"/{NAME}{at}" == caught.value.pointer


def test_the_example_in_the_documents_reads():
    text = (Path(__file__).parents[2] / "docs" / "formats.md").read_text()
    (example,) = re.findall('^.*"minRoundTripMs":.*$', text, re.MULTILINE)

    assert 0.84 == parse_transcript(example.encode()).min_round_trip_ms
