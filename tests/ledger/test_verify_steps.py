"""Bundles, steps 1 to 9: what does not read, was not signed, or does not stand in the log."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ledger.note import COSIGNATURE_V1, encode_vkey, parse_vkey, sign_note
from schemas.envelope import PayloadType
from schemas.formats import encode_base64
from tests.forger import (
    BEGINNING,
    CHIP,
    CHIPS,
    LOG,
    ORIGIN,
    Forger,
    party,
    private_key,
)
from tests.ledger.bent_bundles import (
    FAB_KEY,
    GENESIS,
    MADE,
    WITNESS,
    WITNESS_VERIFIER,
    cosigned,
    made,
    refused,
    shipped,
    with_entry,
    without,
    witness_line,
)

# (1) form, (2) checkpoint, (3) heads -------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"{}",
        b"not JSON",
        made().bundle()[:-1],
        made().bundle(contents=lambda c: replace(c, rule_pack=b"no TOML")),
        made().bundle(after=lambda b: replace(b, statement=b.contents.entries[0].envelope)),
    ],
    ids=["no bundle", "no JSON", "cut off", "no rule pack", "no statement"],
)
def test_step_1_refuses_what_does_not_read(data):
    assert refused(data)[0] == 1


def foreign_origin(forger: Forger) -> bytes:
    text = forger.note().partition("\n\n")[0].replace(ORIGIN, "ledger.example/other") + "\n"
    return sign_note(text, ORIGIN, LOG)


@pytest.mark.parametrize(
    "note",
    [
        lambda f: f.note(key=private_key("thief")).encode(),
        lambda f: f.note().replace("— ledger", "— lodger").encode(),
        foreign_origin,
        lambda f: b"no note",
    ],
    ids=["signed by another key", "signed under another name", "of another log", "no note"],
)
def test_step_2_refuses_a_checkpoint_that_the_log_did_not_sign(note):
    forger = made()

    assert refused(forger.bundle(contents=lambda c: replace(c, checkpoint=note(forger))))[0] == 2


def test_step_2_refuses_the_log_of_somebody_else():
    thief = parse_vkey(encode_vkey(ORIGIN, private_key("thief").public))

    assert refused(made().bundle(), log=thief)[0] == 2


@pytest.mark.parametrize(
    ("note", "witnesses", "quorum"),
    [
        (lambda f: f.note().encode(), [WITNESS_VERIFIER], 1),
        (lambda f: cosigned(f, witness_line(f, size=1)), [WITNESS_VERIFIER], 0),
        (cosigned, [WITNESS_VERIFIER], 2),
        (cosigned, [], 1),
        (
            lambda f: cosigned(f, witness_line(f), witness_line(f, "w2")),
            [WITNESS_VERIFIER, parse_vkey(encode_vkey("w2", WITNESS.public, COSIGNATURE_V1))],
            2,
        ),
    ],
    ids=["none", "one of another head", "too few", "unknown", "one key under two names"],
)
def test_step_2_refuses_a_checkpoint_without_enough_witnesses(note, witnesses, quorum):
    forger = made()
    data = forger.bundle(contents=lambda c: replace(c, checkpoint=note(forger)))

    assert refused(data, witnesses=witnesses, quorum=quorum)[0] == 2


def other_history() -> str:
    """A head that the log signed for another history."""
    other = Forger()
    other.genesis(**{"chiptrail:nonce": "A" * 22})
    return other.note()


@pytest.mark.parametrize(
    "head",
    [
        lambda f, h: replace(h, note=f.note(1, key=private_key("thief")).encode()),
        lambda f, h: replace(h, note=other_history().encode()),
        lambda f, h: replace(h, consistency=h.consistency[1:]),
        lambda f, h: replace(h, consistency=(h.consistency[0], *h.consistency)),
    ],
    ids=["signed by another key", "of another history", "proof cut off", "proof too long"],
)
def test_step_3_refuses_a_head_that_the_checkpoint_does_not_extend(head):
    forger = made()
    data = forger.bundle(
        contents=lambda c: replace(c, heads=(head(forger, c.heads[0]), *c.heads[1:]))
    )

    assert refused(data)[0] == 3


# (4) keys, (5) signatures, (6) places in the log -------------------------------------------------


def signed_too_early() -> Forger:
    forger = Forger.begun()
    forger.event("shop", [CHIP], "storing")
    forger.enroll("shop")
    return forger


def signed_when_revoked() -> Forger:
    forger = made()
    forger.statement("key-revocation", keyid=private_key("fab").public.keyid, reason="stolen")
    forger.event("fab", [CHIP], "storing")
    return forger


def begun_without_genesis() -> Forger:
    forger = Forger()
    forger.party("operator", roles=["operator"])
    forger.rows[0] = replace(
        forger.rows[0], envelope=replace(forger.rows[0].envelope, payload=NO_GENESIS)
    )
    return forger


NO_GENESIS = Forger.begun().rows[1].envelope.payload


@pytest.mark.parametrize(
    "data",
    [
        signed_too_early().bundle(),
        signed_when_revoked().bundle(),
        made().bundle(contents=without(made(), FAB_KEY)),
        made().bundle(contents=without(made(), GENESIS)),
        begun_without_genesis().bundle(),
    ],
    ids=["enrolled later", "revoked", "enrolled out of sight", "no genesis", "another first entry"],
)
def test_step_4_refuses_a_key_that_is_not_good_at_its_index(data):
    assert refused(data)[0] == 4


def test_step_4_refuses_a_key_that_the_reader_did_not_pin():
    pins = {party("fab"): [private_key("fab, as the reader knows it").public]}

    assert refused(made().bundle(), party_keys=pins)[0] == 4


def test_step_5_refuses_a_signature_of_another_key():
    forger = made()
    thief = private_key("thief")
    forger.event("fab", [CHIP], "storing", key=thief, hint=private_key("fab").public.keyid)

    assert refused(forger.bundle())[0] == 5


def test_step_5_refuses_a_genesis_that_its_registrar_did_not_sign():
    forger = Forger()
    forger.genesis(key=private_key("thief"), hint=private_key("registrar").public.keyid)

    assert refused(forger.bundle())[0] == 5


ANOTHER_LEAF = replace(made().withheld(1), index=MADE)


def back_in_time() -> Forger:
    forger = made()
    forger.now -= timedelta(days=1)
    forger.event("fab", [CHIP], "storing")
    return forger


@pytest.mark.parametrize(
    "data",
    [
        made().bundle(contents=with_entry(MADE, recorded_at=BEGINNING + timedelta(days=9))),
        made().bundle(contents=with_entry(MADE, inclusion=made().entry(1).inclusion)),
        made().bundle(contents=with_entry(MADE, inclusion=())),
        made().bundle(contents=with_entry(MADE, envelope=shipped().rows[-1].envelope)),
        made().bundle(contents=lambda c: replace(c, entries=(*c.entries[:MADE], ANOTHER_LEAF))),
        back_in_time().bundle(),
    ],
    ids=["another time", "another path", "no path", "another entry", "another leaf", "time back"],
)
def test_step_6_refuses_what_does_not_stand_in_the_log(data):
    assert refused(data)[0] == 6


# (7) payloads, (8) statements, (9) what is beside ------------------------------------------------


def with_event(**body) -> bytes:
    forger = made()
    forger.event("fab", [CHIP], "storing", **body)
    return forger.bundle()


def with_bundle_in_log() -> bytes:
    forger = made()
    forger.append({"bundle": "chiptrail/1"}, PayloadType.BUNDLE, private_key("fab"))
    return forger.bundle()


@pytest.mark.parametrize(
    "data",
    [
        with_event(type="NoEvent"),
        with_event(**{"chiptrail:ledger": "ledger.example/other"}),
        with_event(**{"chiptrail:party": party("operator")}),
        with_event(**{"chiptrail:after": other_history()}),
        made().bundle(contents=lambda c: replace(c, heads=c.heads[:-1])),
        with_bundle_in_log(),
    ],
    ids=[
        "no event",
        "for another ledger",
        "for another party",
        "after another history",
        "head not shown",
        "a bundle in the log",
    ],
)
def test_step_7_refuses_a_payload_that_does_not_belong(data):
    assert refused(data)[0] == 7


def with_statement(kind: str, **fields) -> bytes:
    forger = made()
    forger.statement(kind, **fields)
    return forger.bundle()


def with_genesis(**changes) -> bytes:
    forger = Forger()
    forger.genesis(**changes)
    return forger.bundle()


def with_key(key, **changes) -> bytes:
    forger = made()
    forger.key("fab", key, **changes)
    return forger.bundle()


@pytest.mark.parametrize(
    "data",
    [
        with_genesis(logKey=encode_vkey(ORIGIN, private_key("thief").public)),
        with_statement(
            "party", signer="fab", subject={"id": party("x"), "names": ["X"], "roles": []}
        ),
        with_key(private_key("new"), proof=encode_base64(bytes(64))),
        with_key(private_key("fab")),
        with_statement(
            "key-revocation",
            signer="fab",
            keyid=private_key("operator").public.keyid,
            reason="because",
        ),
    ],
    ids=[
        "another log key",
        "a party by a stranger",
        "a key without proof",
        "a key twice",
        "a revocation by a stranger",
    ],
)
def test_step_8_refuses_a_statement_that_its_signer_may_not_make(data):
    assert refused(data)[0] == 8


def test_step_8_refuses_a_second_genesis():
    forger = made()
    forger.genesis()

    assert refused(forger.bundle())[0] == 8


def items_of(forger: Forger, *shown: str):
    return forger.entry(MADE, shown).items


@pytest.mark.parametrize(
    "changes",
    [
        {"items": {"epcList": (replace(items_of(made(), CHIP)["epcList"][0], id=CHIPS + "A9"),)}},
        {"items": {"epcList": (replace(items_of(made(), CHIP)["epcList"][0], salt=bytes(16)),)}},
        {"items": {"epcList": (replace(items_of(made(), CHIP)["epcList"][0], position=7),)}},
        {"items": {"epcList": items_of(made(), CHIP)["epcList"] * 2}},
        {"items": {"childEPCs": items_of(made(), CHIP)["epcList"]}},
        {
            "disclosures": (
                "WyJBQUFBQUFBQUFBQUFBQUFBQUFBQUFBIiwiYml6TG9jYXRpb24iLHsiaWQiOiJ1cm46YTpiIn1d",
            )
        },
        {"disclosures": ("bm90IGEgZGlzY2xvc3VyZQ",)},
    ],
    ids=[
        "an item not in the list",
        "another salt",
        "another position",
        "an item twice",
        "a list not there",
        "a field not signed",
        "no disclosure",
    ],
)
def test_step_9_refuses_what_was_not_signed(changes):
    assert refused(made().bundle(contents=with_entry(MADE, **changes)))[0] == 9


def test_step_9_refuses_anything_beside_a_statement():
    data = made().bundle(contents=with_entry(FAB_KEY, disclosures=made().entry(MADE).disclosures))

    assert refused(data)[0] == 9
