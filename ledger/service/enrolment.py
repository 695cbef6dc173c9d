"""Enrolment: what the registrar says of parties and keys, signed and captured like any entry.

clerk = Registrar(ledger, registrar_key)
clerk.enroll_party(Subject("urn:chiptrail:party:fab", ("Fab One",), (Role.MAKER,)))
clerk.enroll_key("urn:chiptrail:party:fab", public_raw, proof)
clerk.say(draft_of(RulePackStatement, pack="base", sha256=digest))
"""

import os
from collections.abc import Callable
from datetime import datetime

from ledger.compose import Signer
from ledger.keys import PrivateKey
from ledger.service.capture import Receipt, capture
from ledger.service.ledger import Ledger
from ledger.service.signing import sign
from schemas.draft import Draft
from schemas.envelope import Submission, encode_submission
from schemas.errors import ChiptrailError
from schemas.statement import (
    Endorsement,
    KeyRevocation,
    KeyStatement,
    PartyStatement,
    Subject,
    draft_of,
)


class Registrar:
    """Signs statements with *key*: the registrar's, or a party's own for what it may say itself."""

    def __init__(
        self, ledger: Ledger, key: PrivateKey, fresh: Callable[[int], bytes] = os.urandom
    ) -> None:
        self._ledger, self._key, self._fresh = ledger, key, fresh

    def enroll_party(self, subject: Subject) -> Receipt:
        """Say what is known of a party; a later statement takes the place of an earlier one.

        Raises: the refusal of the capture.
        """
        return self.say(draft_of(PartyStatement, subject=subject))

    def enroll_key(
        self, party: str, public: bytes, proof: bytes, endorsement: Endorsement | None = None
    ) -> Receipt:
        """Enrol *public* for *party*; *proof* is its signature over the key-proof message.

        Raises: the refusal of the capture (KeyTaken, UnknownParty, BadSignature, WeakKey ...).
        """
        return self.say(
            draft_of(
                KeyStatement,
                subject=party,
                public_key=public,
                proof=proof,
                endorsement=endorsement,
            )
        )

    def revoke_key(
        self, keyid: str, reason: str, suspected_since: datetime | None = None
    ) -> Receipt:
        """Take *keyid* out of use from the next index on; what it signed stays.

        What it signed from *suspected_since* on is marked.
        Raises: the refusal of the capture.
        """
        return self.say(
            draft_of(KeyRevocation, keyid=keyid, reason=reason, suspected_since=suspected_since)
        )

    def say(self, draft: Draft) -> Receipt:
        """Sign the statement *draft* and capture it.

        Raises: MalformedStatement; the refusal of the capture.
        """
        submission = self.signed(draft)
        actor = self._ledger.registry.keys[self._key.public.keyid].party
        outcome = capture(self._ledger, [encode_submission(submission)], actor=actor)[0]
        if isinstance(outcome, ChiptrailError):
            raise outcome
        return outcome

    def signed(self, draft: Draft) -> Submission:
        """The statement *draft*, signed.

        Raises: UnknownKey, RevokedKey, MalformedStatement.
        """
        ledger = self._ledger
        party = ledger.registry.signer(self._key.public.keyid, ledger.head.size).party
        after = ledger.note().decode()
        signer = Signer(party, ledger.origin, after, self._fresh, self._key)
        return sign(draft, signer, ledger.clock.now())
