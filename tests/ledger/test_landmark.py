"""What a landmark's transcript is worth."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ledger import dsse
from ledger.geodesy import Circle
from ledger.keys import private_key
from ledger.landmark import (
    LIGHT_KM_S,
    Measured,
    Ranging,
    check_transcripts,
    live_landmarks,
    measured_in,
    reach_of,
)
from ledger.registry import EnrolledKey, Registry
from schemas.envelope import PayloadType
from schemas.errors import BadSignature, ForeignParty, RevokedKey, UnknownKey
from schemas.statement import Landmark
from schemas.transcript import Transcript, encode_transcript

AT = datetime(2026, 3, 9, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
FAB, SHOP = "urn:chiptrail:party:fab", "urn:chiptrail:party:shop"
OSLO, HOST, LATE, OTHER = (private_key(bytes([n]) * 32) for n in (1, 2, 3, 4))
COMMON = {"ledger": "l", "party": "r", "nonce": "n", "after": "a", "id": "i", "issued_at": AT}


def landmark(key, name="OSL"):
    where = {"latitude": 59.91, "longitude": 10.75, "country": "NO"}
    return Landmark(**COMMON, name=name, public_key=key.public.raw, **where)


def registry():
    """Landmark OSL; FAB has two keys, of which the second is revoked; SHOP has one."""
    found = Registry(landmarks={3: landmark(OSLO)}, marks={OSLO.public.keyid: None})
    for index, key, party in ((4, HOST, FAB), (5, LATE, FAB), (6, OTHER, SHOP)):
        found.keys[key.public.keyid] = EnrolledKey(index, key.public, party, endorsed=True)
    late = found.keys[LATE.public.keyid]
    found.keys[LATE.public.keyid] = replace(late, revoked=7)
    return found


def transcript(by=OSLO, answered=HOST, ms=4.8):
    said = Transcript(
        ledger="l", answered_by=answered.public.keyid, starts_at=AT, ends_at=AT + HOUR,
        round_trips=20, min_round_trip_ms=ms,
    )  # fmt: skip
    return dsse.sign(encode_transcript(said), PayloadType.TRANSCRIPT, by)


GOOD = transcript()
FORGED = replace(GOOD, payload=transcript(ms=0.1).payload)


@pytest.mark.parametrize(
    ("envelope", "error", "at"),
    [
        (FORGED, BadSignature, "signatures/0/sig"),
        (transcript(by=OTHER), UnknownKey, "signatures/0/keyid"),
        (transcript(answered=OTHER), ForeignParty, "payload/answeredBy"),
        (transcript(answered=OSLO), ForeignParty, "payload/answeredBy"),
        (transcript(answered=LATE), RevokedKey, "payload/answeredBy"),
    ],
)
def test_what_does_not_hold_is_refused_and_measures_nothing(envelope, error, at):
    known = registry()
    with pytest.raises(error) as caught:
        check_transcripts([GOOD, envelope], FAB, known)

    assert f"/chiptrail:transcripts/1/{at}" == caught.value.pointer
    assert () == measured_in([envelope], FAB, live_landmarks(known), known.keys)


def test_what_holds_says_how_far_from_where():
    known = registry()
    check_transcripts([GOOD], FAB, known)
    (found,) = measured_in([FORGED, GOOD], FAB, live_landmarks(known), known.keys)

    assert Measured(3, "OSL", 59.91, 10.75, 4.8, AT, AT + HOUR) == found


def test_a_revoked_landmark_measures_nothing_any_more():
    known = registry()
    known.marks[OSLO.public.keyid] = 9

    with pytest.raises(UnknownKey):
        check_transcripts([GOOD], FAB, known)


def test_nobody_is_its_own_landmark():
    known = registry()
    known.keys[OSLO.public.keyid] = EnrolledKey(9, OSLO.public, FAB, endorsed=True)

    assert {} == live_landmarks(known)


def test_the_newest_statement_of_a_landmark_counts():
    known = registry()
    known.landmarks[8] = landmark(OSLO, "OSL 2")

    assert ["OSL 2"] == [mark.landmark.name for mark in live_landmarks(known).values()]


@pytest.mark.parametrize(
    ("ms", "km"), [(1, 99.9), (2, 199.9), (5, 499.7), (10, 999.3), (50, 4_997)]
)
def test_a_signal_in_fibre_goes_that_far(ms, km):
    measured = Measured(0, "OSL", 0, 0, ms, AT, AT)

    assert pytest.approx(km, rel=1e-3) == measured.disc(LIGHT_KM_S * 2 / 3, 0).radius_m / 1000


# 1 ms at 200,000 km/s is 100 km; a degree of latitude is about 111 km.
RANGING = Ranging(200_000, 500_000, 1_000, 24 * HOUR)


def near(ms, at=AT):
    return Measured(0, "OSL", 0, 0, ms, at, at)


@pytest.mark.parametrize(
    ("measured", "radius_km"),
    [
        ([], None),
        ([near(0.5)], None),
        ([near(2)], 201),
        ([near(4), near(2)], 201),
        ([near(4), near(0.5)], None),
        ([near(10)], None),
        ([near(10), near(2)], 201),
        ([near(2, AT - 25 * HOUR)], None),
        ([near(2, AT + 25 * HOUR)], None),
        ([near(2), near(0.5, AT - 25 * HOUR)], 201),
    ],
)
def test_the_narrowest_disc_bears_a_place_out_if_none_excludes_it(measured, radius_km):
    found = reach_of(measured, AT, Circle(1, 0, 50), RANGING)

    assert radius_km == (None if found is None else found.circle.radius_m / 1000)


def test_a_claim_so_wide_that_it_says_little_is_not_borne_out():
    assert reach_of([near(2)], AT, Circle(1, 0, 500_001), RANGING) is None
