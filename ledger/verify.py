"""Verify one bundle: what it proves of its subjects, to a reader who trusts a log's key.

Source: docs/formats.md, "Bundle". No database, no network, no clock. The steps, each refused by
its number:

 (1) the form: strict JSON, known members, one spelling of every value, a rule pack that reads
 (2) the log signed the checkpoint, and enough of the witnesses cosigned it
 (3) the log signed every earlier head, and the checkpoint extends it
     then for each entry, in order of index:
 (4) its key was enrolled by an entry shown before it and is live at its index, and is a pinned one
     if keys of its party are pinned; entry 0 is signed by the key that it names
 (5) the signature is that key's
 (6) the leaf made of it, or the leaf alone where it is withheld, stands at its index under the
     checkpoint, and log time does not go back
 (7) the payload reads, is meant for this ledger and names the key's party; the head that its
     signer held is one of (3)
 (8) a statement is one its signer may make; the first is the genesis, and names this log's key
 (9) every item shown is in the list that was signed, every disclosure matches a signed digest
     then of the operator's statement about all of them:
(10) its key is the operator's by these entries, live at the checkpoint, and so is the signature
(11) it speaks of this log, size and root, of exactly these entries, and of all that is beside it
(12) a correction that it says took effect is by whoever signed what is taken back and what is put
     in its place, and who had built on that agreed; all others wait. Custody refolded in that order
     gives the findings that it says follow from the entries, and no subject that it calls proven
     goes into something of which nothing is told, unless it says that this one entry failed

That nothing is left out of the entries, of lists shown in part and of the containers, no step can
see: it is the operator's word. All that is, is told by ``ledger.testimony.asserted``. Example::

    verified = verify_bundle(data, parse_vkey(log_vkey), atlas, witnesses=[...], quorum=1)
    verified.subjects[0].state.custody.holder
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from ledger import dsse, keys, leaf, merkle
from ledger.account import Evidence, accounts, beyond
from ledger.atlas import Atlas
from ledger.checkpoint import Checkpoint, open_checkpoint
from ledger.dealing import read_dealing
from ledger.dsse import VerifiedPayload
from ledger.facts import FactsOf
from ledger.identity import given_in
from ledger.keys import PublicKey
from ledger.note import Verifier, cosigned_at, encode_vkey, parse_note, verify_note
from ledger.opened import open_entry
from ledger.record import Record
from ledger.registry import EnrolledKey, Registry
from ledger.remembered import open_head, read_pack, read_statement, verify_envelope
from ledger.replay import Placed
from ledger.rules import RulePack
from ledger.sighting import read_saying
from ledger.testimony import Cosigned, Shown, Verified
from ledger.view import EVERYTHING
from schemas.bundle import (
    Bundle,
    BundledHead,
    Contents,
    Entry,
    OpenEntry,
    WithheldEntry,
    encode_contents,
    encode_head,
    parse_bundle,
)
from schemas.bundle_statement import BundleStatement, parse_bundle_statement
from schemas.envelope import Envelope, PayloadType
from schemas.errors import ChiptrailError, VerificationFailed
from schemas.event import Event, parse_event
from schemas.statement import Genesis, Role, Statement

PartyKeys = Mapping[str, Collection[PublicKey]]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_NO_PINS: PartyKeys = {}


def verify_bundle(  # noqa: PLR0913 - all that a reader brings along
    data: bytes,
    log: Verifier,
    atlas: Atlas,
    *,
    witnesses: Sequence[Verifier] = (),
    quorum: int = 0,
    party_keys: PartyKeys = _NO_PINS,
) -> Verified:
    """What the bundle *data* proves to a reader who trusts *log*; *atlas* is the reader's own.

    At least *quorum* of *witnesses* must have cosigned its checkpoint. *party_keys* pins parties,
    by id: nothing but these keys signs for them, whatever the registrar enrolled.

    Raises: VerificationFailed with the number of the step.
    """
    at = _Place()
    try:
        return _verify(data, _Trust(log, atlas, witnesses, quorum, party_keys), at)
    except ChiptrailError as exc:
        raise VerificationFailed(f"{at.what}: {exc}", at.step) from exc


class _Trust(NamedTuple):
    """What the reader brings along."""

    log: Verifier
    atlas: Atlas
    witnesses: Sequence[Verifier]
    quorum: int
    party_keys: PartyKeys


class _Place:
    """The step that is being made, and on what: whatever is refused is refused by it."""

    __slots__ = ("step", "what")

    def __init__(self) -> None:
        self.step, self.what = 1, "form"


def _verify(data: bytes, trust: _Trust, at: _Place) -> Verified:
    bundle = parse_bundle(data)
    contents = bundle.contents
    statement = parse_bundle_statement(bundle.statement.payload)
    pack = read_pack(contents.rule_pack)
    at.step, at.what = 2, "checkpoint"
    checkpoint = open_checkpoint(contents.checkpoint, trust.log)
    cosigned = _cosigned(contents.checkpoint, trust)
    history = _History(trust, checkpoint, pack, at, statement.horizon)
    for number, head in enumerate(contents.heads):
        at.step, at.what = 3, f"head {number}"
        history.heads[head.note.decode()] = _extended(head, checkpoint, trust.log)
    for entry in contents.entries:
        at.what = f"entry {entry.index}"
        history.take(entry)
    at.step, at.what = 10, "statement"
    operator = history.operator_of(bundle.statement)
    at.step = 11
    _check_scope(statement, checkpoint, contents)
    _check_contents(statement, bundle, data)
    at.step, at.what = 12, "custody"
    subjects = accounts(statement, history.evidence, pack, trust.atlas)
    return Verified(
        origin=trust.log.name,
        size=checkpoint.size,
        root=checkpoint.root,
        as_of=statement.as_of,
        operator=operator,
        cosigned=cosigned,
        witnessed_at=cosigned[max(trust.quorum, 1) - 1].at if cosigned else None,
        pinned=tuple(sorted(trust.party_keys.keys() & history.signers)),
        names=history.registry.names,
        subjects=subjects,
        entries=tuple(history.entries),
        withheld=tuple(history.withheld),
        corrections=statement.corrections,
        reader=statement.reader,
        horizon=statement.horizon,
        geography=pack.geography if beyond(pack, trust.atlas) else None,
    )


def _demand(holds: bool, message: str) -> None:
    if not holds:
        raise VerificationFailed(message)


# (2), (3) ----------------------------------------------------------------------------------------


def _cosigned(data: bytes, trust: _Trust) -> tuple[Cosigned, ...]:
    """The witnesses that cosigned, the one that saw it last first; a key counts once."""
    found: dict[PublicKey, Cosigned] = {}
    if trust.witnesses:
        note = parse_note(data)
        for signer in verify_note(note, [trust.log, *trust.witnesses]):
            if signer.key != trust.log.key:
                at = _time_of(cosigned_at(note, signer))
                found[signer.key] = Cosigned(signer.name, at)
    wanted = trust.quorum
    _demand(len(found) >= wanted, f"cosigned by {len(found)} of the witnesses, want {wanted}")
    return tuple(sorted(found.values(), key=lambda cosigned: cosigned.at, reverse=True))


def _time_of(seconds: int) -> datetime:
    try:
        return _EPOCH + timedelta(seconds=seconds)
    except OverflowError as exc:
        raise VerificationFailed("cosigned at a time that is in no calendar") from exc


def _extended(head: BundledHead, checkpoint: Checkpoint, log: Verifier) -> Checkpoint:
    old, new = open_head(head.note, log), checkpoint
    merkle.verify_consistency(old.size, new.size, old.root, new.root, head.consistency)
    return old


# (4) to (10) -------------------------------------------------------------------------------------


class _History:
    """The entries so far, in order, and what they make of parties and keys."""

    def __init__(
        self, trust: _Trust, checkpoint: Checkpoint, pack: RulePack, at: _Place, horizon: int | None
    ) -> None:
        self._trust, self._checkpoint, self._at = trust, checkpoint, at
        self.heads: dict[str, Checkpoint] = {}
        self.registry, self.record = Registry(), Record(EVERYTHING if horizon is None else horizon)
        self._facts = FactsOf(self.registry, pack)
        self.entries: list[Shown] = []
        self.evidence = Evidence(self.entries, self.record, self.registry)
        self.withheld: list[int] = []
        self.signers: set[str] = set()
        self._last_at_ms = 0

    def take(self, entry: Entry) -> None:
        """Take the next entry."""
        if isinstance(entry, WithheldEntry):
            self._at.step = 6
            self._include(entry, leaf.parse_leaf(entry.leaf).recorded_at_ms, entry.leaf)
            self.withheld.append(entry.index)
            return
        index, recorded_at = entry.index, entry.recorded_at
        self._at.step = 4
        signer = self._signer_of(entry)
        self._at.step = 5
        verified = verify_envelope(entry.envelope, signer.key)
        self._at.step = 6
        at_ms = (recorded_at - _EPOCH) // _MILLISECOND
        raw, kind, payload = signer.key.raw, verified.payload_type, verified.payload
        record = leaf.leaf_record(at_ms, raw, kind, payload, verified.signature)
        self._include(entry, at_ms, record)
        self._at.step = 7
        said = _read(verified)
        after = self._check_preamble(said, signer)
        self._at.step = 8
        if not isinstance(said, Event):
            self._enter(said, signer, index)
            self.record.hear(said, index, self.registry)
        self._at.step = 9
        said, act, disclosed = open_entry(said, entry)
        self._at.step = 12
        if act is not None:
            assert isinstance(said, Event)
            hidden = said.commitments.keys() - disclosed.keys()
            said_of = given_in(said), read_saying(said), read_dealing(said, act, hidden)
            placed = Placed(index, recorded_at, act, self._facts.on(recorded_at), *said_of)
            self.record.take(placed, verified.identity)
        self.entries.append(Shown(index, recorded_at, signer, said, act, disclosed, after))
        self.signers.add(signer.party)

    def _signer_of(self, entry: OpenEntry) -> EnrolledKey:
        if entry.index:
            return self._pinned(self.registry.signer(entry.envelope.keyid, entry.index))
        genesis = read_statement(entry.envelope.payload)
        if not isinstance(genesis, Genesis):
            raise VerificationFailed("it is not the genesis")
        key = keys.parse_public_key(genesis.registrar_key)
        return self._pinned(EnrolledKey(0, key, genesis.party, endorsed=True))

    def _pinned(self, signer: EnrolledKey) -> EnrolledKey:
        pinned = self._trust.party_keys.get(signer.party)
        if pinned is not None and signer.key not in pinned:
            raise VerificationFailed(f"signed with another key of {signer.party} than is pinned")
        return signer

    def _include(self, entry: Entry, at_ms: int, record: bytes) -> None:
        size, root = self._checkpoint.size, self._checkpoint.root
        merkle.verify_inclusion(entry.index, size, merkle.leaf_hash(record), entry.inclusion, root)
        _demand(at_ms >= self._last_at_ms, "recorded before the entry before it")
        self._last_at_ms = at_ms

    def _check_preamble(self, said: Event | Statement, signer: EnrolledKey) -> int | None:
        """The size of the head that the signer held."""
        _demand(said.ledger == self._trust.log.name, f"meant for another ledger, {said.ledger}")
        _demand(said.party == signer.party, f"it names {said.party}, not the party of the key")
        if said.after is None:
            return None  # a genesis, which (8) lets entry 0 be and no other
        head = self.heads.get(said.after)
        if head is None:
            raise VerificationFailed("the head that its signer held is not among the heads")
        # That it is no later than the entry needs no check: it would contain its own hash.
        return head.size

    def _enter(self, statement: Statement, signer: EnrolledKey, index: int) -> None:
        self.registry.enter(statement, index=index, signer=signer.key)
        if isinstance(statement, Genesis):
            log = self._trust.log
            is_ours = statement.log_key == encode_vkey(log.name, log.key)
            _demand(is_ours, "it names another key of the log")

    def operator_of(self, envelope: Envelope) -> str:
        """The operator that signed the statement *envelope*."""
        signer = self._pinned(self.registry.signer(envelope.keyid, self._checkpoint.size))
        party = self.registry.parties.get(signer.party)
        is_operator = party is not None and Role.OPERATOR in party.roles
        _demand(is_operator, f"{signer.party} is not the operator")
        _demand(envelope.payload_type is PayloadType.BUNDLE, "not a statement about a bundle")
        dsse.verify(envelope, signer.key)
        return signer.party


def _read(verified: VerifiedPayload) -> Event | Statement:
    match verified.payload_type:
        case PayloadType.EVENT:
            return parse_event(verified.payload)
        case PayloadType.STATEMENT:
            return read_statement(verified.payload)
        case _:
            raise VerificationFailed("a statement about a bundle is never in the log")


# (11) --------------------------------------------------------------------------------------------


def _check_scope(statement: BundleStatement, checkpoint: Checkpoint, contents: Contents) -> None:
    said = (statement.origin, statement.size, statement.root)
    _demand(
        said == (checkpoint.origin, checkpoint.size, checkpoint.root), "made for another checkpoint"
    )
    indexes = tuple([entry.index for entry in contents.entries])
    _demand(statement.indexes == indexes, "names other entries than are here")
    rule_pack = sha256(contents.rule_pack).digest()
    _demand(statement.rule_pack_sha256 == rule_pack, "names another rule pack")


def _check_contents(statement: BundleStatement, bundle: Bundle, data: bytes) -> None:
    """What is hashed is the compact form; a bundle that is in it already is not encoded again."""
    head = encode_head(bundle.statement)
    compact = b"{" + data[len(head) :] if data.startswith(head) else b""
    if sha256(compact).digest() != statement.contents_sha256:
        compact = encode_contents(bundle.contents)
    hashed = sha256(compact).digest()
    _demand(statement.contents_sha256 == hashed, "something beside it was changed")
