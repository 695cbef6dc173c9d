"""Who may sign is decided by log index: the fold of statements, and what it refuses."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ledger import keys
from ledger.act import ActKind
from ledger.registry import Mandate, Registry
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
    Concurrence,
    Endorsement,
    Erasure,
    Genesis,
    Grant,
    KeyRevocation,
    KeyStatement,
    Landmark,
    Licence,
    LicenceKind,
    MandateStatement,
    PartyStatement,
    Role,
    RulePackStatement,
    Site,
    Subject,
)

ORIGIN, REGISTRAR, FAB = "log.example", "urn:chiptrail:party:reg", "urn:chiptrail:party:fab"
REG, ONE, TWO = (keys.private_key(bytes([n]) * 32) for n in (1, 2, 3))
OPENING = {
    "ledger": ORIGIN,
    "party": REGISTRAR,
    "nonce": "A" * 22,
    "id": "urn:uuid:00000000-0000-4000-8000-000000000000",
    "issued_at": datetime(2026, 1, 1, tzinfo=UTC),
}
COMMON = {**OPENING, "after": None}
GENESIS = Genesis(**OPENING, origin=ORIGIN, log_key="vkey", registrar_key=REG.public.raw)
PARTY = PartyStatement(**COMMON, subject=Subject(FAB, ("Fab",), (Role.MAKER,)))


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


# What parties allow, grant and settle ------------------------------------------------------------

SHOP, CUSTOMS = "urn:chiptrail:party:shop", "urn:chiptrail:party:customs"
MAY, JUNE, JULY = (datetime(2026, month, 1, tzinfo=UTC) for month in (5, 6, 7))
MARK = Landmark(
    **COMMON, name="Hall", latitude=1, longitude=2, country="SG", public_key=TWO.public.raw
)
PACK = RulePackStatement(**COMMON, pack="base", sha256=b"\x01" * 32)


def by(party, statement):
    return replace(statement, party=party)


def mandate(*acts, agent=SHOP):
    return MandateStatement(**BY_FAB, agent=agent, acts=acts, starts_at=MAY, ends_at=JULY)


BY_FAB = {**COMMON, "party": FAB}
LICENCE = Licence(
    **BY_FAB, holder=FAB, regime="EAR", kind=LicenceKind.NLR, number="1", eccns=(),
    starts_at=MAY, ends_at=JULY,
)  # fmt: skip
SITE = Site(**BY_FAB, name="Hall", latitude=1, longitude=2, radius_m=9, country="SG")
GRANT = Grant(**BY_FAB, grantee=SHOP, items=("urn:a:b",))


def said(*statements):
    """A registry after genesis, the party, its key, and *statements* by the party's key."""
    registry = folded(key_statement(ONE))
    for index, statement in enumerate(statements, 3):
        registry.enter(statement, index=index, signer=ONE.public)
    return registry


def test_the_newest_mandate_of_two_parties_counts():
    registry = said(mandate("ship"), mandate("receive", "pack"), mandate("void", agent=CUSTOMS))
    known = registry.mandates()

    assert known[FAB, SHOP] == Mandate(4, frozenset({ActKind.RECEIVE, ActKind.PACK}), MAY, JULY)
    assert known[FAB, CUSTOMS].said_in == 5
    assert registry.mandated == {(FAB, SHOP): (3, 4), (FAB, CUSTOMS): (5,)}


def test_a_mandate_covers_its_acts_in_its_time():
    known = said(mandate("ship")).mandates()[FAB, SHOP]
    moment = timedelta(milliseconds=1)
    times = (MAY - moment, MAY, JUNE, JULY - moment, JULY)

    assert [False, True, True, True, False] == [known.covers(ActKind.SHIP, at) for at in times]
    assert not known.covers(ActKind.RECEIVE, JUNE)


def test_a_mandate_without_acts_takes_the_last_one_back():
    known = said(mandate("ship"), mandate()).mandates()[FAB, SHOP]

    assert not known.covers(ActKind.SHIP, JUNE)


def test_what_mandates_were_is_not_changed_by_what_comes_after():
    registry = said(mandate("ship"))
    before = registry.mandates()
    registry.enter(mandate(), index=4, signer=ONE.public)

    assert before[FAB, SHOP].acts == {ActKind.SHIP}


def test_licences_sites_and_grants_are_kept_by_index():
    registry = said(LICENCE, SITE, GRANT)

    assert ({3: LICENCE}, {4: SITE}) == (registry.licences, registry.sites)
    assert {5: GRANT} == registry.grants


def test_rule_packs_and_landmarks_are_kept_by_index():
    registry = folded(PACK, MARK)

    assert ({2: PACK}, {3: MARK}) == (registry.rule_packs, registry.landmarks)


@pytest.mark.parametrize("statement", [PACK, MARK])
def test_only_the_registrar_speaks_of_rule_packs_and_landmarks(statement):
    with pytest.raises(NotRegistrar):
        said(statement)


def test_a_landmark_has_a_key_that_can_sign():
    refused(WeakKey, replace(MARK, public_key=b"\x01" + bytes(31)))


def test_the_registrar_revokes_a_landmark_for_good():
    gone = KeyRevocation(**COMMON, keyid=TWO.public.keyid, reason="moved")
    registry = folded(MARK, gone)

    assert {TWO.public.keyid: 3} == registry.marks
    refused(RevokedKey, MARK, gone, MARK)
    refused(RevokedKey, MARK, gone, gone)
    refused(UnknownKey, gone)


def test_the_first_concurrence_of_each_party_counts():
    agreed = Concurrence(**BY_FAB, correction=b"\x07" * 32)
    registry = said(agreed, by(SHOP, agreed), agreed)

    assert registry.concurrences == {b"\x07" * 32: {FAB: 3, SHOP: 4}}


def test_a_resolution_is_for_the_registrar_and_for_inspectors_but_never_in_their_own_cause():
    inspector = PartyStatement(**COMMON, subject=Subject(CUSTOMS, ("C",), (Role.INSPECTOR,)))
    registry = folded(inspector)
    asked = [(REGISTRAR, FAB), (CUSTOMS, FAB), (FAB, SHOP), (SHOP, FAB)]

    assert [True, True, False, False] == [registry.may_resolve(*one) for one in asked]
    assert not registry.may_resolve(CUSTOMS, CUSTOMS)
    assert not registry.may_resolve(CUSTOMS, FAB, CUSTOMS)
    assert not registry.may_resolve(REGISTRAR, REGISTRAR)


def test_an_erasure_counts_that_the_signer_or_the_registrar_asks_for():
    asked = Erasure(**BY_FAB, entry=b"\x09" * 32, digests=("a", "b"), reason="r")
    digest = replace(asked, digests=("b", "c"))
    registry = said(by(SHOP, asked), digest, by(REGISTRAR, asked))

    assert {"a": 5, "b": 4, "c": 4} == registry.erased(b"\x09" * 32, FAB)
    assert {"a": 3, "b": 3} == {
        name: index for name, index in registry.erased(b"\x09" * 32, SHOP).items() if index == 3
    }
    assert {} == registry.erased(b"\x08" * 32, FAB)


def test_a_revocation_keeps_since_when_the_key_is_suspected():
    stolen = replace(revocation(ONE), suspected_since=MAY)

    assert MAY == folded(key_statement(ONE), stolen).keys[ONE.public.keyid].suspected_since


def test_a_copy_shares_its_tables_until_one_of_the_two_changes():
    registry = said(GRANT)
    other = registry.copy()
    shared = other.grants is registry.grants
    other.enter(LICENCE, index=4, signer=ONE.public)
    registry.enter(SITE, index=4, signer=ONE.public)

    assert (True, {4: LICENCE}, {}) == (shared, other.licences, registry.licences)
    assert ({}, {4: SITE}) == (other.sites, registry.sites)
