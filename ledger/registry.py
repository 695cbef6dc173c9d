"""Who may sign, and what else was stated: the fold of the log's statements.

Validity is decided by log index, never by a clock (docs/formats.md): a key signs from the index
after its ``key`` statement until the index of its ``key-revocation``. The same fold runs inside
the sequencing transaction, at start-up and in ``ledger.verify`` over a bundle's statements.

    registry = Registry()
    registry.enter(genesis, index=0, signer=registrar_key)
    registry.signer(keyid, index=7)          # EnrolledKey, or raises UnknownKey, RevokedKey
    registry.mandates()[principal, agent]    # Mandate

What the registrar does not sign is kept whoever says it; whether it is heard is asked for where it
would count: ``may_resolve``, ``erased``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import NamedTuple, TypeAlias, assert_never

from ledger import keys
from ledger.act import ActKind
from ledger.keys import PublicKey
from schemas.errors import (
    BadSignature,
    ForeignParty,
    KeyTaken,
    MalformedStatement,
    NotRegistrar,
    RevokedKey,
    UnknownKey,
    UnknownParty,
)
from schemas.statement import (
    Concurrence,
    Erasure,
    Genesis,
    Grant,
    KeyRevocation,
    KeyStatement,
    Landmark,
    Licence,
    MandateStatement,
    PartyStatement,
    Resolution,
    Role,
    RulePackStatement,
    Site,
    Statement,
    Subject,
)

_OF_REGISTRAR = (PartyStatement, KeyStatement, RulePackStatement, Landmark)
_Kept: TypeAlias = (
    Licence | Site | Grant | RulePackStatement | Landmark | Concurrence | Resolution | Erasure
)


@dataclass(frozen=True, slots=True)
class EnrolledKey:
    """A key of *party*, enrolled at *index*.

    *endorsed* is false when the party had a key before, live or not, and none of its live keys
    vouched for this one: then it rests on the registrar's word alone. *revoked* is the index of its
    revocation, None while it is live; *suspected_since* is when, by that, others may have had it.
    """

    index: int
    key: PublicKey
    party: str
    endorsed: bool
    revoked: int | None = None
    suspected_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """The newest statement about a party, and the indexes of all of them.

    *country* is where it is; *ultimate_parent* a party id or a name, None if not stated.
    """

    index: int
    id: str
    names: tuple[str, ...]
    roles: frozenset[str]
    prefixes: tuple[str, ...]
    indexes: tuple[int, ...]
    country: str | None = None
    ultimate_parent: str | None = None


class Mandate(NamedTuple):
    """A principal lets an agent sign *acts* for it, from *starts_at* up to, not at, *ends_at*.

    Entry *said_in* says so. The times are compared with the log's own, not the signer's.
    """

    said_in: int
    acts: frozenset[ActKind]
    starts_at: datetime
    ends_at: datetime

    def covers(self, kind: ActKind, recorded_at: datetime) -> bool:
        """Whether it lets the agent sign an act of *kind* that is recorded at *recorded_at*."""
        return kind in self.acts and self.starts_at <= recorded_at < self.ends_at


@dataclass(slots=True)
class Registry:
    """Parties by id, keys by keyid and by log index, the rest by log index or as said here.

    *mandated* are the indexes of all mandates of a principal for an agent; *concurrences* the
    parties that agreed with a correction, by its identity, each with the index of its first
    statement; *erasures* all that were asked for of an entry, by its identity. *subjects* is what
    each party statement says, *licensed* are the indexes of all statements of a licence, by its
    regime and number, *marks* those of revocations of landmarks, by keyid; ``enter`` is the way in.
    """

    origin: str = ""
    log_vkey: str = ""
    registrar: str = ""
    parties: dict[str, Party] = field(default_factory=dict)
    keys: dict[str, EnrolledKey] = field(default_factory=dict)
    by_index: dict[int, EnrolledKey] = field(default_factory=dict)
    licences: dict[int, Licence] = field(default_factory=dict)
    sites: dict[int, Site] = field(default_factory=dict)
    grants: dict[int, Grant] = field(default_factory=dict)
    rule_packs: dict[int, RulePackStatement] = field(default_factory=dict)
    landmarks: dict[int, Landmark] = field(default_factory=dict)
    concurrences: dict[bytes, Mapping[str, int]] = field(default_factory=dict)
    erasures: dict[bytes, Mapping[int, Erasure]] = field(default_factory=dict)
    mandated: dict[tuple[str, str], tuple[int, ...]] = field(default_factory=dict)
    subjects: dict[int, Subject] = field(default_factory=dict)
    licensed: dict[tuple[str, str], tuple[int, ...]] = field(default_factory=dict)
    marks: dict[str, int | None] = field(default_factory=dict)
    size: int = 0
    _mandates: dict[tuple[str, str], Mandate] = field(default_factory=dict)
    _is_shared: bool = field(default=False, compare=False)

    @property
    def called(self) -> dict[str, tuple[str, ...]]:
        """What people call each party, by its id; the first name is the one to show."""
        return {party.id: party.names for party in self.parties.values()}

    @property
    def names(self) -> dict[str, str]:
        """The name to show of each party, by its id."""
        return {party.id: party.names[0] for party in self.parties.values()}

    def copy(self) -> "Registry":
        """An independent registry with the same contents, for a batch that may be rolled back.

        The tables are copied when either first takes a statement: most batches have none.
        """
        self._is_shared = True
        return replace(self)

    def _own(self) -> None:
        """Make the tables its own before one is changed."""
        if self._is_shared:
            for name in _TABLES:
                setattr(self, name, dict(getattr(self, name)))
            self._is_shared = False

    def signer(self, keyid: str, index: int) -> EnrolledKey:
        """The key *keyid* as a signer of entry *index*.

        Raises: UnknownKey, RevokedKey.
        """
        found, where = self.keys.get(keyid), "/signatures/0/keyid"
        if found is None or found.index >= index:
            raise UnknownKey(f"no key {keyid[:16]} is enrolled at index {index}", where)
        if found.revoked is not None and found.revoked < index:
            raise RevokedKey(f"key {keyid[:16]} was revoked at index {found.revoked}")
        return found

    def enter(self, statement: Statement, *, index: int, signer: PublicKey) -> None:
        """Take *statement*, signed by *signer* and sequenced at *index*, into the registry.

        Raises: a refusal when the signer may not say this, or it contradicts the registry; the
        registry is then unchanged.
        """
        self._own()
        if isinstance(statement, _OF_REGISTRAR):
            self._demand_registrar(signer, index)
        match statement:
            case Genesis():
                self._enter_genesis(statement, index, signer)
            case PartyStatement():
                self._enter_party(statement, index)
            case KeyStatement():
                self._enter_key(statement, index)
            case KeyRevocation():
                self._enter_revocation(statement, index, signer)
            case MandateStatement():
                self._enter_mandate(statement, index)
            case _:
                self._keep(statement, index)
        self.size = index + 1

    def _demand_registrar(self, signer: PublicKey, index: int) -> None:
        if self.signer(signer.keyid, index).party != self.registrar:
            raise NotRegistrar("only the registrar signs this statement", "/statement")

    def _enter_genesis(self, statement: Genesis, index: int, signer: PublicKey) -> None:
        if index != 0 or self.keys:
            raise MalformedStatement("genesis is entry 0 and no other", "/statement")
        if statement.registrar_key != signer.raw:
            raise BadSignature("genesis is signed by the key that it names", "/registrarKey")
        self.origin, self.log_vkey = statement.origin, statement.log_key
        self.registrar = statement.party
        self._add_key(EnrolledKey(0, signer, statement.party, endorsed=True))

    def _enter_party(self, statement: PartyStatement, index: int) -> None:
        subject = statement.subject
        known = self.parties.get(subject.id)
        indexes = (*known.indexes, index) if known else (index,)
        self.subjects[index] = subject
        roles = frozenset(role.value for role in subject.roles)
        self.parties[subject.id] = Party(
            index,
            subject.id,
            subject.names,
            roles,
            subject.item_prefixes,
            indexes,
            None if subject.country is None else subject.country.code,
            subject.ultimate_parent,
        )

    def _enter_key(self, statement: KeyStatement, index: int) -> None:
        key = keys.parse_public_key(statement.public_key)
        if statement.subject not in self.parties and statement.subject != self.registrar:
            raise UnknownParty("no such party is enrolled; enrol it first", "/subject")
        if key.keyid in self.keys:
            raise KeyTaken(f"key {key.keyid[:16]} is enrolled already", "/publicKey")
        message = keys.key_proof_message(self.origin, statement.subject, key.keyid)
        keys.verify_signature(key, message, statement.proof)
        earlier = any(known.party == statement.subject for known in self.keys.values())
        # An endorsement is looked at even where none is needed: what is recorded must be true.
        endorsed = self._is_endorsed(statement, message, index) or not earlier
        self._add_key(EnrolledKey(index, key, statement.subject, endorsed))

    def _is_endorsed(self, statement: KeyStatement, message: bytes, index: int) -> bool:
        """Whether a live key of the same party also signed the new key's proof message."""
        if statement.endorsement is None:
            return False
        endorser = self.signer(statement.endorsement.keyid, index)
        if endorser.party != statement.subject:
            raise ForeignParty("endorsed by a key of another party", "/endorsement/keyid")
        keys.verify_signature(endorser.key, message, statement.endorsement.signature)
        return True

    def _enter_revocation(self, statement: KeyRevocation, index: int, signer: PublicKey) -> None:
        """The registrar revokes any key, a landmark's too; a party's may revoke itself."""
        keyid = statement.keyid
        if keyid != signer.keyid:
            self._demand_registrar(signer, index)
        found = self.keys.get(keyid)
        if found is None and keyid not in self.marks:
            raise UnknownKey(f"no key {keyid[:16]} is enrolled", "/keyid")
        revoked = self.marks[keyid] if found is None else found.revoked
        if revoked is not None:
            raise RevokedKey(f"revoked already at index {revoked}", "/keyid")
        if found is None:
            self.marks[keyid] = index
        else:
            self._add_key(replace(found, revoked=index, suspected_since=statement.suspected_since))

    def _add_key(self, enrolled: EnrolledKey) -> None:
        self.keys[enrolled.key.keyid] = enrolled
        self.by_index[enrolled.index] = enrolled

    def _enter_mandate(self, statement: MandateStatement, index: int) -> None:
        pair = statement.party, statement.agent
        acts = frozenset(map(ActKind, statement.acts))
        self._mandates[pair] = Mandate(index, acts, statement.starts_at, statement.ends_at)
        self.mandated[pair] = (*self.mandated.get(pair, ()), index)

    def _keep(self, statement: _Kept, index: int) -> None:
        """What is only looked up later."""
        match statement:
            case Licence():
                self.licences[index] = statement
                number = statement.regime, statement.number
                self.licensed[number] = (*self.licensed.get(number, ()), index)
            case Site():
                self.sites[index] = statement
            case Grant():
                self.grants[index] = statement
            case RulePackStatement():
                self.rule_packs[index] = statement
            case Landmark():
                key = keys.parse_public_key(statement.public_key)
                if self.marks.setdefault(key.keyid) is not None:
                    raise RevokedKey("the key of this landmark was revoked", "/publicKey")
                self.landmarks[index] = statement
            case Concurrence():
                agreed = self.concurrences.get(statement.correction, {})
                self.concurrences[statement.correction] = {statement.party: index, **agreed}
            case Erasure():
                asked = self.erasures.get(statement.entry, {})
                self.erasures[statement.entry] = {**asked, index: statement}
            case Resolution():
                pass  # closes a finding, which is no matter of the registry's
            case _:
                assert_never(statement)

    def roles(self) -> Mapping[str, frozenset[str]]:
        """The roles of each party."""
        return {party.id: party.roles for party in self.parties.values()}

    def mandates(self) -> Mapping[tuple[str, str], Mandate]:
        """The newest mandate of each principal for each agent, by the two."""
        return dict(self._mandates)

    def places(self, before: int | None = None) -> Mapping[str, Site]:
        """The sites by their ids, as of entry *before*; only who named one may name it anew."""
        found: dict[str, Site] = {}
        for index, site in self.sites.items():
            is_its_own = site.id not in found or found[site.id].party == site.party
            if is_its_own and (before is None or index < before):
                found[site.id] = site
        return found

    def may_resolve(self, party: str, *accused: str | None) -> bool:
        """Whether *party* closes findings on entries of *accused*: a signer and its principal."""
        known = self.parties.get(party)
        inspects = known is not None and Role.INSPECTOR in known.roles
        return party not in accused and (party == self.registrar or inspects)

    def may_erase(self, party: str, author: str) -> bool:
        """Whether an erasure by *party* clears what was disclosed of entries of *author*."""
        return party in (author, self.registrar)

    def erased(self, identity: bytes, author: str) -> Mapping[str, int]:
        """The digests that are erased of the entry with *identity*, by *author*.

        Each with the index of the first erasure that says so with standing, also for what is
        disclosed after it: what is erased does not come back.
        """
        found: dict[str, int] = {}
        for index, erasure in self.erasures.get(identity, {}).items():
            if self.may_erase(erasure.party, author):
                found = dict.fromkeys(erasure.digests, index) | found
        return found


_TABLES = tuple([found.name for found in fields(Registry) if found.default_factory is dict])
