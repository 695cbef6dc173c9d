"""Bundles, steps 10 to 12: what the operator says of them, and what does not follow."""

from dataclasses import replace

import pytest

from ledger.judge import Verdict
from ledger.testimony import asserted
from ledger.verify import verify_bundle
from schemas.bundle import BundledHead
from schemas.bundle_statement import Basis, BundleFinding
from schemas.envelope import PayloadType
from tests.forger import (
    CHIP,
    CHIPS,
    OTHER,
    VERIFIER,
    Forger,
    party,
    private_key,
)
from tests.geography import ATLAS
from tests.ledger.bent_bundles import (
    BOX,
    GENESIS,
    MADE,
    cosigned,
    found,
    made,
    refused,
    shipped,
    with_entry,
)

# (10), (11) the operator's statement -------------------------------------------------------------


def without_operator() -> bytes:
    forger = made()
    keyid = private_key("operator").public.keyid
    forger.statement("key-revocation", keyid=keyid, reason="stolen")
    return forger.bundle()


def tampered(bundle):
    payload = bundle.statement.payload.replace(
        b'"unproven":[]', b'"unproven":["%s"]' % CHIP.encode()
    )
    return replace(bundle, statement=replace(bundle.statement, payload=payload))


@pytest.mark.parametrize(
    "data",
    [
        made().bundle(signer=private_key("fab")),
        made().bundle(signer=private_key("thief")),
        made().bundle(kind=PayloadType.EVENT),
        made().bundle(after=tampered),
        without_operator(),
    ],
    ids=["a party", "a stranger", "another type", "changed when signed", "a revoked operator"],
)
def test_step_10_refuses_a_statement_that_the_operator_did_not_sign(data):
    assert refused(data)[0] == 10


def test_step_10_refuses_an_operator_that_the_reader_did_not_pin():
    pins = {party("operator"): [private_key("thief").public]}

    assert refused(made().bundle(), party_keys=pins)[0] == 10


@pytest.mark.parametrize(
    "statement",
    [
        {"origin": "ledger.example/other"},
        {"size": 99},
        {"root": bytes(32)},
        {"indexes": (0, 1, 2, 3, 4)},
        {"rule_pack_sha256": bytes(32)},
        {"contents_sha256": bytes(32)},
    ],
    ids=lambda statement: next(iter(statement)),
)
def test_step_11_refuses_a_statement_about_something_else(statement):
    assert refused(made().bundle(statement=statement))[0] == 11


@pytest.mark.parametrize(
    "change",
    [
        with_entry(MADE, items={}),
        with_entry(MADE, disclosures=()),
        lambda c: replace(c, entries=c.entries[:-1]),
        lambda c: replace(
            c, heads=(*c.heads, BundledHead(c.heads[0].note, c.heads[0].consistency))
        ),
        lambda c: replace(c, rule_pack=c.rule_pack + b"# more\n"),
        lambda c: replace(c, checkpoint=cosigned(made())),
    ],
    ids=["item proof", "disclosure", "entry", "head", "rule pack", "cosignature"],
)
def test_step_11_refuses_what_was_taken_out_or_put_in(change):
    data = made().bundle(after=lambda b: replace(b, contents=change(b.contents)))

    assert refused(data)[0] == 11


# (12) custody ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        {"findings": (found("custody/not-holder", MADE),)},
        {"findings": (found("custody/no-such-thing", MADE, basis=Basis.LEDGER),)},
        {"findings": (found("status/stolen", MADE, basis=Basis.LEDGER, items=(OTHER,)),)},
        {"findings": (found("status/stolen", MADE, basis=Basis.LEDGER, items=()),)},
        {"findings": (found("status/stolen", MADE),), "unproven": (CHIP,)},
    ],
    ids=["invented", "unknown", "about another item", "about none", "basis of the unproven"],
)
def test_step_12_refuses_a_claim_that_does_not_follow(statement):
    assert refused(made().bundle(statement=statement))[0] == 12


def stolen() -> tuple[Forger, BundleFinding]:
    forger = made()
    index = forger.event(
        "fab", [CHIP], "urn:chiptrail:bizstep:reporting", persistentDisposition={"set": ["stolen"]}
    )
    return forger, found("status/stolen", index)


def test_a_claim_that_follows_is_no_longer_the_operators():
    forger, claim = stolen()
    subject = verify_bundle(
        forger.bundle(statement={"findings": (claim,)}), VERIFIER, ATLAS
    ).subjects[0]

    assert subject.verdict is Verdict.STOP
    assert subject.findings[0].message.endswith("reported this item stolen")


@pytest.mark.parametrize(
    "change",
    [
        {"index": MADE},
        {"cites": (0,)},
        {"closed_by": MADE},
        {"on_items": False},
        {"basis": Basis.LEDGER},
    ],
    ids=lambda change: next(iter(change)),
)
def test_step_12_refuses_a_claim_that_was_bent(change):
    forger, claim = stolen()

    assert refused(forger.bundle(statement={"findings": (replace(claim, **change),)}))[0] == 12


def test_step_12_refuses_a_finding_that_was_left_out():
    forger, _ = stolen()

    assert refused(forger.bundle())[0] == 12


def test_step_12_refuses_to_take_an_open_finding_for_one_that_the_genesis_closed():
    forger, claim = stolen()
    bent = replace(claim, closed_by=GENESIS)

    assert refused(forger.bundle(statement={"findings": (bent,)}))[0] == 12


def test_step_12_refuses_to_pass_over_a_packing_into_a_container_that_is_left_out():
    step, why = refused(shipped().bundle())

    assert step == 12
    assert "into something that is not among the containers" in why


def test_step_12_refuses_to_pass_over_a_packing_of_the_container_around():
    forger = made()
    forger.event("fab", [CHIP, OTHER], "packing", action="ADD", parentID=BOX)
    index = forger.event("fab", [BOX], "packing", action="ADD", parentID=CHIPS + "PALLET")
    step, why = refused(forger.bundle(statement={"containers": (BOX,)}))

    assert (step, f"entry {index} puts {CHIP}" in why) == (12, True)


def test_step_12_refuses_to_pass_over_an_installation():
    forger = made()
    body = {"type": "AssociationEvent", "action": "ADD", "parentID": CHIPS + "BOARD"}
    forger.event("fab", [CHIP], "installing", **body)

    assert refused(forger.bundle())[0] == 12


def test_step_12_refuses_an_entry_that_no_rule_covers():
    forger = made()
    pack = b'pack = "none"\nrule = []\n'

    assert refused(forger.bundle(contents=lambda c: replace(c, rule_pack=pack)))[0] == 12


# Borders of another version than the reader's ----------------------------------------------------


def by_borders(geography: str, *findings: BundleFinding) -> bytes:
    """The chip is in Hong Kong by its coordinates, and in Singapore by its maker's word."""
    forger = made()
    place = {"latitude": 22.319, "longitude": 114.169, "accuracyM": 50, "countryCode": "SG"}
    forger.event("fab", [CHIP], "storing", **{"chiptrail:location": place})
    named = ATLAS.version.encode(), geography.encode()
    return forger.bundle(
        contents=lambda c: replace(c, rule_pack=c.rule_pack.replace(*named)),
        statement={"findings": findings},
    )


MISMATCH = "location/country-mismatch"


def test_what_rests_on_borders_follows_from_the_entries_where_they_are_the_readers():
    said = found(MISMATCH, MADE + 1)
    verified = verify_bundle(by_borders(ATLAS.version, said), VERIFIER, ATLAS)

    assert MISMATCH in {one.code for one in verified.subjects[0].findings}
    assert 12 == refused(by_borders(ATLAS.version))[0]


@pytest.mark.parametrize("basis", Basis)
def test_what_rests_on_other_borders_is_the_operators_word(basis):
    said = found(MISMATCH, MADE + 1, basis=basis)
    verified = verify_bundle(by_borders("theirs", said), VERIFIER, ATLAS)
    (subject,) = verified.subjects

    assert [MISMATCH] == [one.code for one in subject.asserted]
    assert Verdict.CHECK is subject.verdict
    assert any("by the borders theirs, which" in line for line in asserted(verified))


def test_what_does_not_rest_on_borders_follows_from_the_entries_still():
    assert 12 == refused(by_borders("theirs", found("location/stale", MADE + 1)))[0]
