"""What landmarks measured: how far from a known place a machine was at most when it answered.

Source: docs/location.md, "What is measured". A landmark's transcript vouches for a round trip to
whoever holds a key of the party that signs the event; no signal is faster than light, so that
machine was within a disc around the landmark. Delay can be added and never taken away. Example::

    (one,) = measured_in(saying.transcripts, act.actor, facts.landmarks, facts.keys)
    one.disc(FIBRE_KM_S, own_m=1000).radius_m      # 482,000 after 4.8 ms
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from ledger import dsse
from ledger.geodesy import Circle, is_gap_over
from ledger.keys import PublicKey, parse_public_key
from ledger.registry import EnrolledKey, Registry
from schemas.envelope import Envelope
from schemas.errors import BadSignature, ForeignParty, Refusal, RevokedKey, UnknownKey
from schemas.extension import TRANSCRIPTS
from schemas.shape import pointer
from schemas.statement import Landmark
from schemas.transcript import Transcript, parse_transcript

LIGHT_KM_S = 299_792.458  # in a vacuum: what no signal outruns


class Mark(NamedTuple):
    """A live *landmark*, as entry *said_in* names it, with its *key*."""

    said_in: int
    landmark: Landmark
    key: PublicKey


class Measured(NamedTuple):
    """A *round_trip_ms* between a machine and the landmark *name* of entry *said_in*, at its best.

    All of it was measured between *starts_at* and *ends_at*.
    """

    said_in: int
    name: str
    latitude: float
    longitude: float
    round_trip_ms: float
    starts_at: datetime
    ends_at: datetime

    def disc(self, speed_km_s: float, own_m: float) -> Circle:
        """Where the machine was if its signals made *speed_km_s*, and the landmark is *own_m* off.

        A signal goes both ways: 1 ms and 1 km/s are 0.5 m.
        """
        radius_m = self.round_trip_ms * speed_km_s / 2 + own_m
        return Circle(self.latitude, self.longitude, radius_m)

    def is_near(self, at: datetime, window: timedelta) -> bool:
        """Whether all of it was measured within *window* of *at*."""
        return at - self.starts_at <= window and self.ends_at - at <= window


def live_landmarks(registry: Registry) -> dict[str, Mark]:
    """Those that count by *registry*, by keyid: the newest statement of each key.

    A key that is a party's too is no landmark's: nobody measures its own machine.
    """
    found = {}
    for index, landmark in registry.landmarks.items():
        key = parse_public_key(landmark.public_key)
        if registry.marks[key.keyid] is None and key.keyid not in registry.keys:
            found[key.keyid] = Mark(index, landmark, key)
    return found


# Transcripts --------------------------------------------------------------------------------------


def check_transcripts(transcripts: Iterable[Envelope], party: str, registry: Registry) -> None:
    """That each of *transcripts* in an event of *party* holds, as *registry* is now.

    Raises: UnknownKey, RevokedKey, ForeignParty, BadSignature.
    """
    given = [*transcripts]
    landmarks = live_landmarks(registry) if given else {}
    for number, envelope in enumerate(given):
        try:
            _measured(envelope, party, landmarks, registry.keys)
        except Refusal as exc:
            at = pointer(TRANSCRIPTS, number)
            raise type(exc)(exc.message, f"{at}{exc.pointer or ''}") from exc


def measured_in(
    transcripts: Iterable[Envelope],
    party: str,
    landmarks: Mapping[str, Mark],
    keys: Mapping[str, EnrolledKey],
) -> tuple[Measured, ...]:
    """What those of *transcripts* say that hold; nothing else counts, whoever recorded it."""
    found = []
    for envelope in transcripts:
        try:
            found.append(_measured(envelope, party, landmarks, keys))
        except Refusal:
            continue
    return tuple(found)


def _measured(
    envelope: Envelope,
    party: str,
    landmarks: Mapping[str, Mark],
    keys: Mapping[str, EnrolledKey],
) -> Measured:
    mark = landmarks.get(envelope.keyid)
    if mark is None:
        short = envelope.keyid[:16]
        raise UnknownKey(f"no landmark measures with key {short} now", "/signatures/0/keyid")
    said = _verified(envelope, mark.key)
    answered = keys.get(said.answered_by)
    if answered is None or answered.party != party:
        message = f"key {said.answered_by[:16]} answered, which is none of {party}"
        raise ForeignParty(message, _ANSWERED)
    if answered.revoked is not None:
        raise RevokedKey(f"key {said.answered_by[:16]} was revoked", _ANSWERED)
    landmark = mark.landmark
    return Measured(
        mark.said_in,
        landmark.name,
        landmark.latitude,
        landmark.longitude,
        said.min_round_trip_ms,
        _kept(said.starts_at),
        _kept(said.ends_at),
    )


def _kept(at: datetime) -> datetime:
    """*at* as projections keep times, to the millisecond."""
    return at - timedelta(microseconds=at.microsecond % 1000)


_ANSWERED = "/payload/answeredBy"


@lru_cache(maxsize=1024)  # admission, projection and receipt each ask
def _verified(envelope: Envelope, key: PublicKey) -> Transcript:
    try:
        return parse_transcript(dsse.verify(envelope, key).payload)
    except BadSignature as exc:
        raise BadSignature(exc.message, "/signatures/0/sig") from exc


# Discs --------------------------------------------------------------------------------------------


class Ranging(NamedTuple):
    """What the rules say of it: see ``location/measured``.

    Signals make *speed_km_s*; what is *own_m* off is the landmark; a disc wider than *within_m*,
    or a claim, says too little. Measured and claimed have to be within *window* of each other.
    """

    speed_km_s: float
    within_m: float
    own_m: float
    window: timedelta


class Reach(NamedTuple):
    """A machine was in *circle* around a landmark when it was *measured*."""

    measured: Measured
    circle: Circle


def reach_of(
    measured: Iterable[Measured], at: datetime, circle: Circle, ranging: Ranging
) -> Reach | None:
    """The narrowest that bears out that something was in *circle* at *at*.

    None if there is none, or one of them does not meet *circle*, or that says too little itself.
    """
    if circle.radius_m > ranging.within_m:
        return None
    near = [one for one in measured if one.is_near(at, ranging.window)]
    found = [Reach(one, one.disc(ranging.speed_km_s, ranging.own_m)) for one in near]
    if not found or any(is_gap_over(circle, one.circle, 0.0) for one in found):
        return None
    narrowest = min(found, key=lambda one: one.circle.radius_m)
    return narrowest if narrowest.circle.radius_m <= ranging.within_m else None
