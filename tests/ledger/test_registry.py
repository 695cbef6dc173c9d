"""Who may sign is decided by log index: the fold of statements, and what it refuses."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ledger import keys
from ledger.registry import Registry
from schemas.errors import (
    BadSignature,
    ForeignParty,
    KeyTaken,
    MalformedStatement,
    NotRegistrar,
    RevokedKey,
    UnknownKey,
    UnknownParty,
    WeakKey,
)
from schemas.statement import (
    Endorsement,
    Genesis,
    KeyRevocation,
    KeyStatement,
    PartyStatement,
    Role,
)

ORIGIN, REGISTRAR, FAB = "log.example", "urn:chiptrail:party:reg", "urn:chiptrail:party:fab"
REG, ONE, TWO = (keys.private_key(bytes([n]) * 32) for n in (1, 2, 3))
COMMON = {
    "ledger": ORIGIN,
    "party": REGISTRAR,
    "nonce": "A" * 22,
    "after": None,
    "id": "urn:uuid:00000000-0000-4000-8000-000000000000",
    "issued_at": datetime(2026, 1, 1, tzinfo=UTC),
}
GENESIS = Genesis(**COMMON, origin=ORIGIN, log_key="vkey", registrar_key=REG.public.raw)
PARTY = PartyStatement(**COMMON, subject=FAB, names=("Fab",), roles=(Role.MAKER,), identifiers={})


def key_statement(key, party=FAB, endorser=None, signs=None):
    message = keys.key_proof_message(ORIGIN, party, key.public.keyid)
    endorsement = endorser and Endorsement(endorser.public.keyid, (signs or endorser).sign(message))
    return KeyStatement(
        **COMMON, subject=party, public_key=key.public.raw, proof=key.sign(message),
        endorsement=endorsement,
    )  # fmt: skip


def revocation(key):
    return KeyRevocation(**COMMON, keyid=key.public.keyid, reason="lost")


def folded(*statements, signer=REG):
    """A registry after genesis, the party, and *statements* by *signer*."""
    registry = Registry()
    for index, statement in enumerate([GENESIS, PARTY, *statements]):
        who = signer if index > 1 else REG
        registry.enter(statement, index=index, signer=who.public)
    return registry


def test_a_key_signs_from_the_index_after_its_own():
    registry = folded(key_statement(ONE))

    assert FAB == registry.signer(ONE.public.keyid, 3).party
    with pytest.raises(UnknownKey):
        registry.signer(ONE.public.keyid, 2)


def test_a_key_signs_up_to_the_index_of_its_revocation():
    registry = folded(key_statement(ONE), revocation(ONE))

    assert ONE.public == registry.signer(ONE.public.keyid, 3).key
    with pytest.raises(RevokedKey):
        registry.signer(ONE.public.keyid, 4)


def test_a_key_may_revoke_itself_and_no_other():
    registry = folded(key_statement(ONE), key_statement(TWO, endorser=ONE))
    registry.enter(revocation(ONE), index=4, signer=ONE.public)

    with pytest.raises(NotRegistrar):
        registry.enter(revocation(ONE), index=5, signer=TWO.public)


@pytest.mark.parametrize("statement", [PARTY, key_statement(TWO)])
def test_only_the_registrar_speaks_of_parties_and_keys(statement):
    registry = folded(key_statement(ONE))

    with pytest.raises(NotRegistrar):
        registry.enter(statement, index=3, signer=ONE.public)


def test_a_second_key_is_marked_unless_a_live_key_endorses_it():
    plain = folded(key_statement(ONE), key_statement(TWO))
    endorsed = folded(key_statement(ONE), key_statement(TWO, endorser=ONE))

    assert [False, True] == [r.keys[TWO.public.keyid].endorsed for r in (plain, endorsed)]


def refused(error, *statements):
    *first, last = statements
    registry = folded(*first)
    before = registry.copy()
    with pytest.raises(error):
        registry.enter(last, index=2 + len(first), signer=REG.public)
    assert before == registry


def test_a_key_is_enrolled_once_ever():
    refused(KeyTaken, key_statement(ONE), key_statement(ONE))


def test_a_revoked_key_does_not_come_back():
    refused(KeyTaken, key_statement(ONE), revocation(ONE), key_statement(ONE))


def test_a_key_is_not_revoked_twice():
    refused(RevokedKey, key_statement(ONE), revocation(ONE), revocation(ONE))


def test_a_key_that_nobody_enrolled_is_not_revoked():
    refused(UnknownKey, revocation(ONE))


def test_a_key_of_a_party_that_nobody_enrolled_is_refused():
    refused(UnknownParty, key_statement(ONE, party="urn:chiptrail:party:nobody"))


def test_a_key_without_proof_of_possession_is_refused():
    refused(BadSignature, replace(key_statement(ONE), proof=TWO.sign(b"")))


def test_a_proof_for_another_party_is_refused():
    refused(BadSignature, replace(key_statement(ONE, party=REGISTRAR), subject=FAB))


def test_a_weak_key_is_refused():
    refused(WeakKey, replace(key_statement(ONE), public_key=b"\x01" + bytes(31)))


def test_an_endorsement_that_the_endorser_did_not_sign_is_refused():
    refused(BadSignature, key_statement(ONE), key_statement(TWO, endorser=ONE, signs=TWO))


def test_an_endorsement_by_a_revoked_key_is_refused():
    refused(RevokedKey, key_statement(ONE), revocation(ONE), key_statement(TWO, endorser=ONE))


def test_an_endorsement_by_another_party_is_refused():
    refused(ForeignParty, key_statement(ONE), key_statement(TWO, endorser=REG))


@pytest.mark.parametrize(
    ("endorser", "error"), [(REG, ForeignParty), (TWO, UnknownKey), (ONE, UnknownKey)]
)
def test_a_first_key_needs_no_endorsement_and_a_false_one_is_refused(endorser, error):
    refused(error, key_statement(ONE, endorser=endorser))

    assert folded(key_statement(ONE)).keys[ONE.public.keyid].endorsed


def test_a_key_after_a_revoked_one_is_no_first_key():
    registry = folded(key_statement(ONE), revocation(ONE), key_statement(TWO))

    assert not registry.keys[TWO.public.keyid].endorsed


def test_a_second_genesis_is_refused():
    refused(MalformedStatement, GENESIS)


def test_a_genesis_signed_by_another_key_is_refused():
    with pytest.raises(BadSignature):
        Registry().enter(GENESIS, index=0, signer=ONE.public)
