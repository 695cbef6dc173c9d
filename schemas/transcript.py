"""What a landmark measured: round trips to a machine that signs its answers with a party's key.

docs/formats.md, "Transcripts". An event carries up to 8 of them in ``chiptrail:transcripts``, each
the DSSE envelope of payload type ``application/vnd.chiptrail.transcript+json`` that the landmark
signed, over::

    {"chiptrail:ledger": origin, "answeredBy": keyid (64 hex digits) of the key that answered,
     "from": time, "until": time (of the first and the last answer), "roundTrips": count from 1,
     "minRoundTripMs": milliseconds, above 0 and at most 60,000}

Whether signature and landmark hold is ``ledger.landmark``'s.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from schemas import strict_json
from schemas.envelope import Envelope, PayloadType, envelope_from_json
from schemas.errors import MalformedEvent, Refusal
from schemas.extension import TRANSCRIPTS
from schemas.form import Called, Form, members_of, record_of, write_members
from schemas.formats import parse_time
from schemas.shape import number_where, pointer, under
from schemas.statement_fields import COUNT, KEYID, ORIGIN, Moment
from schemas.strict_json import JSON
from schemas.withheld import COMMITMENTS

PAYLOAD_BYTES = 2048
MOST_MS = 60_000
# Whoever sees what was measured knows about where the goods are.
_PLACES = ("chiptrail:location", "readPoint", "bizLocation", "sensorElementList")
_ROUND_TRIP = number_where(lambda ms: 0 < ms <= MOST_MS, f"milliseconds from 0 to {MOST_MS:,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """The key *answered_by* answered a landmark *round_trips* times, once within so many ms."""

    ledger: Annotated[str, ORIGIN, Called("chiptrail:ledger")]
    answered_by: Annotated[str, KEYID]
    starts_at: Annotated[Moment, Called("from")]
    ends_at: Annotated[Moment, Called("until")]
    round_trips: Annotated[int, COUNT]
    min_round_trip_ms: Annotated[float, Form(_ROUND_TRIP, float)]


def _check_span(value: JSON) -> None:
    assert isinstance(value, dict)
    if parse_time(str(value["until"])) < parse_time(str(value["from"])):
        raise MalformedEvent("want a time not before from", "/until")


_FORM = record_of(Transcript, _check_span)


def parse_transcript(payload: bytes) -> Transcript:
    """The transcript in *payload*.

    Raises: MalformedEvent (with the pointer of what does not fit), MalformedJson, TooLarge.
    """
    value = strict_json.load_object(payload, limit=PAYLOAD_BYTES)
    _FORM.check(value)
    read: Transcript = _FORM.read(value)
    return read


def encode_transcript(transcript: Transcript) -> bytes:
    """The payload of *transcript*; nothing is checked here."""
    members = members_of(Transcript)
    said = {member.attribute: getattr(transcript, member.attribute) for member in members}
    return strict_json.dump(write_members(members, said))


# In an event --------------------------------------------------------------------------------------


def transcripts_in(body: Mapping[str, Any]) -> tuple[Envelope, ...]:
    """The envelopes that the event *body* carries, which passed ``check_transcripts``."""
    return tuple([envelope_from_json(one) for one in body.get(TRANSCRIPTS, ())])


def keys_named(body: Mapping[str, Any]) -> set[str]:
    """The keys of landmarks and those that answered, of the same."""
    found = transcripts_in(body)
    answered = [parse_transcript(one.payload).answered_by for one in found]
    return {*answered, *[one.keyid for one in found]}


def check_transcripts(body: Mapping[str, Any]) -> None:
    """Each is of this ledger, and the event *body* says in the open which place they are about.

    Raises: MalformedEvent.
    """
    values = body.get(TRANSCRIPTS)
    if not values:
        return
    hidden = body.get(COMMITMENTS, {}).keys() & set(_PLACES)
    if hidden:
        raise MalformedEvent(f"tell of a place while {min(hidden)} is withheld", f"/{TRANSCRIPTS}")
    if body.keys().isdisjoint(_PLACES):
        raise MalformedEvent("bear out a place, and the event says none", f"/{TRANSCRIPTS}")
    for number, value in enumerate(values):
        try:
            _check(value, body["chiptrail:ledger"])
        except Refusal as exc:
            at = pointer(TRANSCRIPTS, number)
            raise MalformedEvent(exc.message, f"{at}{exc.pointer or ''}") from exc


def _check(value: JSON, ledger: str) -> None:
    envelope = envelope_from_json(value)
    if envelope.payload_type is not PayloadType.TRANSCRIPT:
        raise MalformedEvent(f"want {PayloadType.TRANSCRIPT}", "/payloadType")
    try:
        transcript = parse_transcript(envelope.payload)
        if transcript.ledger != ledger:
            raise MalformedEvent(f"measured for another ledger, want {ledger}", "/chiptrail:ledger")
    except Refusal as exc:
        raise under(MalformedEvent(exc.message, exc.pointer or ""), "payload") from exc
