"""What a submission must satisfy that needs no database: the first half of a capture.

Pure and outside the lock, so that it runs in as many processes as there are cores. Steps:

(1) parse the envelope strictly; (2) verify its signature with the key its keyid names; (3) parse
the payload; (4) it is meant for this ledger; (5) ``chiptrail:after`` carries the log key's
signature; (6) lists and disclosures are the ones that were signed; (7) read the event as an act.

Of what is yet to be signed all but (2) is rehearsed, for a trial that records nothing. Whether the
key is live, the party is the key's own, the history of ``after`` is ours and transcripts are
landmarks' is decided later, at the entry's index, under the lock (``ledger.service.capture``).
"""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial
from typing import Any, NamedTuple, TypeAlias, TypeVar

from ledger import disclosure, dsse
from ledger.act import Act, read_act
from ledger.checkpoint import Checkpoint, open_checkpoint
from ledger.dealing import told_of
from ledger.dsse import VerifiedPayload
from ledger.keys import PublicKey
from ledger.note import Verifier
from ledger.sighting import Saying, read_saying
from schemas.envelope import Envelope, ItemList, PayloadType, Submission, parse_submission
from schemas.errors import (
    BadAfter,
    BadSignature,
    ForeignParty,
    MalformedEnvelope,
    MalformedNote,
    Refusal,
    TooLarge,
    UnknownKey,
    WrongLedger,
)
from schemas.event import Event, parse_event
from schemas.statement import parse_statement


class Gate(NamedTuple):
    """What admission knows of a ledger: its origin, its log's verifier, the enrolled keys.

    *party* is the only one that is let in here, None for all.
    """

    origin: str
    log: Verifier
    keys: Mapping[str, PublicKey]
    party: str | None = None


class Admitted(NamedTuple):
    """A submission that passed every check that needs no database.

    *heads* are the checkpoints that the signer saw: none in a genesis, two in a correction (when it
    first signed, and when it corrected); *act* is None in a statement; *dealing* is what
    ``ledger.dealing`` keeps of the event, if anything.
    """

    identity: bytes
    keyid: str
    signature: bytes
    payload_type: PayloadType
    payload: bytes
    party: str
    heads: tuple[Checkpoint, ...]
    act: Act | None
    lists: Mapping[str, ItemList]
    disclosures: Mapping[str, str]
    documents: tuple[str, ...] = ()
    saying: Saying | None = None
    dealing: str | None = None

    @property
    def transcripts(self) -> tuple[Envelope, ...]:
        """What landmarks measured, as it says."""
        return () if self.saying is None else self.saying.transcripts

    def flat(self) -> tuple[Any, ...]:
        """The same as plain tuples, for another process: with classes they cost thrice to send."""
        act = None if self.act is None else tuple(self.act)
        return *self[:_ACT], act, *self[_ACT + 1 :]


UNSIGNED = bytes(64)
"""In the place of a signature where there is none; it is one of nobody over nothing."""

_Verified: TypeAlias = tuple[VerifiedPayload, Submission]
_S = TypeVar("_S")
_T = TypeVar("_T")
_ACT = Admitted._fields.index("act")


def notes_of(admitted: Admitted) -> tuple[str, ...]:
    """The notes that ``heads`` were read from, in their order; for the few that are looked into."""
    if admitted.payload_type is PayloadType.STATEMENT:
        after = parse_statement(admitted.payload).after
        return () if after is None else (after,)
    return _seen_by(parse_event(admitted.payload))


def unflatten(flat: tuple[Any, ...]) -> Admitted:
    """What ``Admitted.flat`` was made from."""
    act = flat[_ACT]
    return Admitted._make((*flat[:_ACT], act and Act._make(act), *flat[_ACT + 1 :]))


def admit(data: bytes, gate: Gate) -> Admitted:
    """Check the submission *data* against *gate*.

    Raises: a refusal of any kind named in the steps; UnknownKey when the gate lacks the key, which
    may mean only that it was enrolled since.
    """
    return _read(_verify(parse_submission(data), gate), gate)


def admit_all(submissions: Iterable[bytes], gate: Gate) -> list[Admitted | Refusal]:
    """What ``admit`` gives, or raises, for each of *submissions*.

    A step for all of them, then the next: parsing right after a signature finds the caches of the
    processor full of curve points, and takes a fifth longer.
    """
    parsed = _each(parse_submission, submissions)
    verified = _each(partial(_verify, gate=gate), parsed)
    return _each(partial(_read, gate=gate), verified)


def _unknown(keyid: str) -> UnknownKey:
    return UnknownKey(f"no key {keyid[:16]} is enrolled", "/signatures/0/keyid")


def _each(step: Callable[[_S], _T], values: Iterable[_S | Refusal]) -> list[_T | Refusal]:
    done: list[_T | Refusal] = []
    for value in values:
        try:
            done.append(value if isinstance(value, Refusal) else step(value))
        except Refusal as exc:
            done.append(exc)
    return done


def _verify(submission: Submission, gate: Gate) -> _Verified:
    envelope = submission.envelope
    key = gate.keys.get(envelope.keyid)
    if key is None:
        raise _unknown(envelope.keyid)
    return dsse.verify(envelope, key), submission  # (2)


def rehearse(data: bytes, gate: Gate) -> Admitted:
    """What ``admit`` would give of *data*, once the key that it names has signed it.

    Its signature is not looked at and is ``UNSIGNED`` in the answer, of which no leaf is made.
    Raises: as ``admit``, but for the signature.
    """
    submission = parse_submission(data)
    envelope = submission.envelope
    if envelope.keyid not in gate.keys:
        raise _unknown(envelope.keyid)
    payload, kind = envelope.payload, envelope.payload_type
    told = _told(payload, kind, submission, gate)
    identity = dsse.identity_of(kind, payload)
    return Admitted(identity, envelope.keyid, UNSIGNED, kind, payload, *told)


def _read(found: _Verified, gate: Gate) -> Admitted:
    verified, submission = found
    return Admitted(
        verified.identity,
        verified.key.keyid,
        verified.signature,
        verified.payload_type,
        verified.payload,
        *_told(verified.payload, verified.payload_type, submission, gate),
    )


def _told(payload: bytes, kind: PayloadType, beside: Submission, gate: Gate) -> "_Read":
    """What *payload* tells, with the lists and disclosures *beside* it."""
    match kind:
        case PayloadType.EVENT:
            read = _read_event(payload, beside.lists, beside.disclosures, gate)
        case PayloadType.STATEMENT:
            read = _read_statement(payload, gate)
            if beside.lists or beside.disclosures:
                raise MalformedEnvelope("a statement has no lists and no disclosures", "/lists")
        case _:
            raise MalformedEnvelope("only events and statements are recorded", "/payloadType")
    if gate.party not in (None, read[0]):
        raise ForeignParty(f"who asks here asks for {gate.party}", "/chiptrail:party")
    return read


_Read = tuple[
    str,
    tuple[Checkpoint, ...],
    Act | None,
    Mapping[str, ItemList],
    Mapping[str, str],
    tuple[str, ...],
    Saying | None,
    str | None,
]


def _read_event(
    payload: bytes, lists: Mapping[str, ItemList], disclosures: tuple[str, ...], gate: Gate
) -> _Read:
    event = parse_event(payload)  # (3)
    _check_ledger(event.ledger, gate)  # (4)
    heads = tuple([_open_after(after, gate.log) for after in _seen_by(event)])  # (5)
    items = disclosure.open_items(event.lists, lists)  # (6)
    given = {disclosure.digest_of(text): text for text in disclosures}
    disclosure.open_disclosures(event.commitments, disclosures)
    act, saying = read_act(event, items), read_saying(event)  # (7)
    return event.party, heads, act, lists, given, event.documents, saying, told_of(event, act)


def _seen_by(event: Event) -> tuple[str, ...]:
    if event.error is None or event.error.after is None:
        return (event.after,)
    return event.after, event.error.after


def _read_statement(payload: bytes, gate: Gate) -> _Read:
    statement = parse_statement(payload)
    _check_ledger(statement.ledger, gate)
    heads = () if statement.after is None else (_open_after(statement.after, gate.log),)
    return statement.party, heads, None, {}, {}, (), None, None


def _check_ledger(ledger: str, gate: Gate) -> None:
    if ledger != gate.origin:
        raise WrongLedger(f"signed for another ledger, want {gate.origin}", "/chiptrail:ledger")


@lru_cache(maxsize=4096)
def _open_after(note: str, log: Verifier) -> Checkpoint:
    """The checkpoint in *note*; a batch usually names one head, so the answer is remembered."""
    try:
        return open_checkpoint(note.encode(), log)
    except (MalformedNote, BadSignature, TooLarge, WrongLedger) as exc:
        raise BadAfter(
            f"not a checkpoint signed by this log: {exc.message}", "/chiptrail:after"
        ) from exc
