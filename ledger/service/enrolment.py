"""Enrolment: what the registrar says of parties and keys, signed and captured like any entry.

clerk = Registrar(ledger, registrar_key)
clerk.enroll_party(Subject("urn:chiptrail:party:fab", ("Fab One",), (Role.MAKER,)))
clerk.enroll_key("urn:chiptrail:party:fab", public_raw, proof)
"""

import os
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypedDict

from ledger import dsse
from ledger.keys import PrivateKey
from ledger.service.capture import Receipt, capture
from ledger.service.ledger import Ledger
from schemas.envelope import PayloadType, encode_envelope
from schemas.errors import ChiptrailError
from schemas.formats import encode_base64url
from schemas.statement import (
    CountryFact,
    Endorsement,
    KeyRevocation,
    KeyStatement,
    PartyStatement,
    Role,
    Statement,
    encode_statement,
)

NONCE_SIZE = 16


@dataclass(frozen=True, slots=True)
class Subject:
    """What the registrar says of a party."""

    id: str
    names: tuple[str, ...]
    roles: tuple[Role, ...]
    item_prefixes: tuple[str, ...] = ()
    country: CountryFact | None = None
    hq_country: CountryFact | None = None
    ultimate_parent_country: CountryFact | None = None
    identifiers: Mapping[str, str] = field(default_factory=dict)


class _Preamble(TypedDict):
    ledger: str
    party: str
    nonce: str
    after: str | None
    id: str
    issued_at: datetime


class Registrar:
    """Signs statements with *key*, the registrar's or, to revoke itself, a party's own."""

    def __init__(
        self, ledger: Ledger, key: PrivateKey, fresh: Callable[[int], bytes] = os.urandom
    ) -> None:
        self._ledger, self._key, self._fresh = ledger, key, fresh

    def enroll_party(self, subject: Subject) -> Receipt:
        """Say what is known of a party; a later statement takes the place of an earlier one.

        Raises: the refusal of the capture.
        """
        return self._capture(
            PartyStatement(
                **self._preamble(),
                subject=subject.id,
                names=subject.names,
                roles=subject.roles,
                item_prefixes=subject.item_prefixes,
                country=subject.country,
                hq_country=subject.hq_country,
                ultimate_parent_country=subject.ultimate_parent_country,
                identifiers=subject.identifiers,
            )
        )

    def enroll_key(
        self, party: str, public: bytes, proof: bytes, endorsement: Endorsement | None = None
    ) -> Receipt:
        """Enrol *public* for *party*; *proof* is its signature over the key-proof message.

        Raises: the refusal of the capture (KeyTaken, UnknownParty, BadSignature, WeakKey ...).
        """
        return self._capture(
            KeyStatement(
                **self._preamble(),
                subject=party,
                public_key=public,
                proof=proof,
                endorsement=endorsement,
            )
        )

    def revoke_key(self, keyid: str, reason: str) -> Receipt:
        """Take *keyid* out of use from the next index on; what it signed stays.

        Raises: the refusal of the capture.
        """
        return self._capture(KeyRevocation(**self._preamble(), keyid=keyid, reason=reason))

    def _preamble(self) -> _Preamble:
        ledger = self._ledger
        signer = ledger.registry.signer(self._key.public.keyid, ledger.head.size)
        return {
            "ledger": ledger.origin,
            "party": signer.party,
            "nonce": encode_base64url(self._fresh(NONCE_SIZE)),
            "after": ledger.note().decode(),
            "id": uuid.UUID(bytes=self._fresh(16), version=4).urn,
            "issued_at": ledger.clock.now(),
        }

    def _capture(self, statement: Statement) -> Receipt:
        payload = encode_statement(statement)
        envelope = dsse.sign(payload, PayloadType.STATEMENT, self._key)
        outcome = capture(self._ledger, [encode_envelope(envelope)], actor=statement.party)[0]
        if isinstance(outcome, ChiptrailError):
            raise outcome
        return outcome
