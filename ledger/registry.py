"""Who may sign: parties and their keys, as the fold of the log's statements.

Validity is decided by log index, never by a clock (docs/formats.md): a key signs from the index
after its ``key`` statement until the index of its ``key-revocation``. The same fold runs inside
the sequencing transaction, at start-up and in ``ledger.verify`` over a bundle's statements.

    registry = Registry()
    registry.enter(genesis, index=0, signer=registrar_key)
    registry.signer(keyid, index=7)          # EnrolledKey, or raises UnknownKey, RevokedKey
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never

from ledger import keys
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
from schemas.statement import Genesis, KeyRevocation, KeyStatement, PartyStatement, Statement


@dataclass(frozen=True, slots=True)
class EnrolledKey:
    """A key of *party*, enrolled at *index*.

    *endorsed* is false when the party had a key before, live or not, and none of its live keys
    vouched for this one: then it rests on the registrar's word alone. *revoked* is the index of its
    revocation, None while it is live.
    """

    index: int
    key: PublicKey
    party: str
    endorsed: bool
    revoked: int | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """The newest statement about a party, and the indexes of all of them."""

    index: int
    id: str
    names: tuple[str, ...]
    roles: frozenset[str]
    prefixes: tuple[str, ...]
    indexes: tuple[int, ...]


@dataclass(slots=True)
class Registry:
    """Parties by id, keys by keyid and by log index. ``enter`` is the only way in."""

    origin: str = ""
    log_vkey: str = ""
    registrar: str = ""
    parties: dict[str, Party] = field(default_factory=dict)
    keys: dict[str, EnrolledKey] = field(default_factory=dict)
    by_index: dict[int, EnrolledKey] = field(default_factory=dict)
    size: int = 0

    def copy(self) -> "Registry":
        """An independent registry with the same contents, for a batch that may be rolled back."""
        return replace(
            self,
            parties=dict(self.parties),
            keys=dict(self.keys),
            by_index=dict(self.by_index),
        )

    def signer(self, keyid: str, index: int) -> EnrolledKey:
        """The key *keyid* as a signer of entry *index*.

        Raises: UnknownKey, RevokedKey.
        """
        found = self.keys.get(keyid)
        if found is None or found.index >= index:
            raise UnknownKey(
                f"no key {keyid[:16]} is enrolled at index {index}", "/signatures/0/keyid"
            )
        if found.revoked is not None and found.revoked < index:
            raise RevokedKey(f"key {keyid[:16]} was revoked at index {found.revoked}")
        return found

    def enter(self, statement: Statement, *, index: int, signer: PublicKey) -> None:
        """Take *statement*, signed by *signer* and sequenced at *index*, into the registry.

        Raises: a refusal when the signer may not say this, or it contradicts the registry; the
        registry is then unchanged.
        """
        match statement:
            case Genesis():
                self._enter_genesis(statement, index, signer)
            case PartyStatement():
                self._demand_registrar(signer, index)
                self._enter_party(statement, index)
            case KeyStatement():
                self._demand_registrar(signer, index)
                self._enter_key(statement, index)
            case KeyRevocation():
                self._enter_revocation(statement, index, signer)
            case _:
                assert_never(statement)
        self.size = index + 1

    def _demand_registrar(self, signer: PublicKey, index: int) -> None:
        if self.signer(signer.keyid, index).party != self.registrar:
            raise NotRegistrar("only the registrar signs this statement", "/statement")

    def _enter_genesis(self, statement: Genesis, index: int, signer: PublicKey) -> None:
        if index != 0 or self.keys:
            raise MalformedStatement("genesis is entry 0 and no other", "/statement")
        if statement.registrar_key != signer.raw:
            raise BadSignature(
                "genesis is signed by the registrar key that it names", "/registrarKey"
            )
        self.origin, self.log_vkey = statement.origin, statement.log_key
        self.registrar = statement.party
        self._add_key(EnrolledKey(0, signer, statement.party, endorsed=True))

    def _enter_party(self, statement: PartyStatement, index: int) -> None:
        known = self.parties.get(statement.subject)
        indexes = (*known.indexes, index) if known else (index,)
        self.parties[statement.subject] = Party(
            index,
            statement.subject,
            statement.names,
            frozenset(role.value for role in statement.roles),
            statement.item_prefixes,
            indexes,
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
        """The registrar revokes any key; a key may revoke itself."""
        if statement.keyid != signer.keyid:
            self._demand_registrar(signer, index)
        found = self.keys.get(statement.keyid)
        if found is None:
            raise UnknownKey(f"no key {statement.keyid[:16]} is enrolled", "/keyid")
        if found.revoked is not None:
            raise RevokedKey(f"revoked already at index {found.revoked}", "/keyid")
        self._add_key(replace(found, revoked=index))

    def _add_key(self, enrolled: EnrolledKey) -> None:
        self.keys[enrolled.key.keyid] = enrolled
        self.by_index[enrolled.index] = enrolled

    def prefixes(self) -> Mapping[str, tuple[str, ...]]:
        """The item prefixes that each party may commission."""
        return {party.id: party.prefixes for party in self.parties.values()}

    def roles(self) -> Mapping[str, frozenset[str]]:
        """The roles of each party."""
        return {party.id: party.roles for party in self.parties.values()}
