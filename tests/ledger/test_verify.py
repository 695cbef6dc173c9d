"""Bundles: what one proves, and that nothing of it can be changed without being refused."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.finding import Code
from ledger.judge import Verdict
from ledger.note import COSIGNATURE_V1, add_signature, cosign, encode_vkey, parse_vkey, sign_note
from ledger.testimony import asserted, proved, unknown
from ledger.verify import verify_bundle
from schemas.bundle import BundledHead, encode_bundle, parse_bundle
from schemas.bundle_statement import Basis, BundleFinding
from schemas.envelope import PayloadType
from schemas.errors import VerificationFailed
from schemas.formats import encode_base64
from tests.forger import (
    BEGINNING,
    CHIP,
    CHIPS,
    LOG,
    ORIGIN,
    OTHER,
    VERIFIER,
    Forger,
    party,
    private_key,
)

PLACE = {"bizLocation": {"id": "https://id.gs1.org/414/9521321000017"}}
GENESIS, OPERATOR_KEY, FAB_KEY, MADE = 0, 2, 4, 5
WITNESS = private_key("witness")
WITNESS_VERIFIER = parse_vkey(encode_vkey("witness.example/w", WITNESS.public, COSIGNATURE_V1))
SEEN_AT = BEGINNING + timedelta(hours=1)


def made() -> Forger:
    """The smallest history: a lot of two chips is made, and where is withheld."""
    forger = Forger.begun()
    forger.event("fab", [CHIP, OTHER], "commissioning", action="ADD", withheld=PLACE)
    return forger


def shipped() -> Forger:
    """The lot is packed into a box, and the box sent to ``shop`` by a due time."""
    forger = made()
    forger.enroll("shop")
    forger.event("fab", [CHIP, OTHER], "packing", action="ADD", parentID=CHIPS + "BOX")
    due_at = (forger.now + timedelta(days=1)).isoformat()
    forger.event("fab", [CHIPS + "BOX"], "shipping", **{**to("shop"), "chiptrail:dueBy": due_at})
    return forger


def to(name: str) -> dict:
    return {"destinationList": [{"type": "possessing_party", "destination": party(name)}]}


def found(code: str, index: int, **more) -> BundleFinding:
    fields = {"items": (CHIP,), "cites": (), "on_items": True, "closed_by": None}
    return BundleFinding(
        code, "said by the operator", index, **{**fields, "basis": Basis.ENTRIES, **more}
    )


def refused(data: bytes, **trust) -> tuple[int, str]:
    """The step that refuses *data*, and why."""
    with pytest.raises(VerificationFailed) as caught:
        verify_bundle(data, trust.pop("log", VERIFIER), **trust)
    return caught.value.step, str(caught.value)


def with_entry(index: int, **changes):
    """A change of contents: of the entry at *index*."""

    def change(contents):
        entries = list(contents.entries)
        entries[index] = replace(entries[index], **changes)
        return replace(contents, entries=tuple(entries))

    return change


def without(forger: Forger, index: int):
    """A change of contents: the entry at *index* is withheld."""

    def change(contents):
        entries = list(contents.entries)
        entries[index] = forger.withheld(index)
        return replace(contents, entries=tuple(entries))

    return change


# What it proves ----------------------------------------------------------------------------------


def test_the_holder_follows_from_the_entries():
    subject = verify_bundle(made().bundle(), VERIFIER).subjects[0]

    assert subject.is_proven
    assert subject.state.custody.holder == party("fab")
    assert subject.verdict is Verdict.CLEAR
    assert [step.entry.index for step in subject.steps] == [MADE]


def test_a_disclosed_field_is_shown():
    assert verify_bundle(made().bundle(), VERIFIER).entries[MADE].disclosed == PLACE


def test_the_story_runs_through_the_container():
    verified = verify_bundle(shipped().bundle(statement={"containers": (CHIPS + "BOX",)}), VERIFIER)
    subject = verified.subjects[0]

    assert [step.through for step in subject.steps] == [None, None, CHIPS + "BOX"]
    assert subject.state.custody.consignee == party("shop")
    assert subject.state.parent == CHIPS + "BOX"


def test_what_the_entries_show_has_to_be_claimed():
    forger, box = shipped(), (CHIPS + "BOX",)
    late = {"containers": box, "as_of": forger.now + timedelta(days=9)}
    overdue = found("custody/overdue", len(forger.rows) - 1)
    verified = verify_bundle(forger.bundle(statement={**late, "findings": (overdue,)}), VERIFIER)

    assert refused(forger.bundle(statement=late))[0] == 12
    assert [f.code for f in verified.subjects[0].findings] == [Code.OVERDUE]
    assert "said by the operator" not in verified.subjects[0].findings[0].message


def test_what_others_received_is_the_operators_word():
    forger = shipped()
    claim = found("custody/short", len(forger.rows) - 1, basis=Basis.LEDGER)
    late = {"containers": (CHIPS + "BOX",), "as_of": forger.now + timedelta(days=9)}
    subject = verify_bundle(
        forger.bundle(statement={**late, "findings": (claim,)}), VERIFIER
    ).subjects[0]

    assert (subject.findings, [f.code for f in subject.asserted]) == ((), [Code.SHORT])
    assert subject.verdict is Verdict.CHECK


def test_an_unproven_subject_has_no_state():
    statement = {
        "unproven": (CHIP,),
        "findings": (found("status/stolen", MADE, basis=Basis.LEDGER),),
    }
    subject = verify_bundle(made().bundle(statement=statement), VERIFIER).subjects[0]

    assert (subject.state, subject.is_proven) == (None, False)
    assert subject.verdict is Verdict.STOP


def test_a_withheld_entry_is_proved_to_be_there():
    forger = made()
    index = forger.event("fab", [OTHER], "storing")
    verified = verify_bundle(forger.bundle(contents=without(forger, index)), VERIFIER)

    assert verified.withheld == (index,)
    assert "What 1 entries say about goods of others." in unknown(verified)


def test_items_of_others_are_never_taken_out_with_the_subject():
    forger, box = shipped(), (CHIPS + "BOX",)
    forger.event("shop", [CHIPS + "BOX"], "receiving")
    forger.event("shop", [OTHER, CHIPS + "A3"], "unpacking", action="DELETE", parentID=box[0])
    verified = verify_bundle(forger.bundle(statement={"containers": box}), VERIFIER)

    assert verified.subjects[0].state.parent == box[0]


def test_words_say_who_says_what():
    verified = verify_bundle(made().bundle(), VERIFIER)

    assert "By these entries A1 is held by Fab." in proved(verified)
    assert any("Operator says so" in line for line in asserted(verified))
    assert any("no witness" in line for line in unknown(verified))


def test_a_witness_says_how_old_the_head_is():
    forger = made()
    note = cosigned(forger)
    data = forger.bundle(contents=lambda c: replace(c, checkpoint=note))
    verified = verify_bundle(data, VERIFIER, witnesses=[WITNESS_VERIFIER], quorum=1)

    assert verified.witnessed_at == SEEN_AT
    assert verified.witnessed_age(SEEN_AT + timedelta(days=2)) == timedelta(days=2)


def witness_line(forger: Forger, name: str = "witness.example/w", size: int | None = None) -> str:
    text = forger.note(size).partition("\n\n")[0] + "\n"
    return cosign(text, name, WITNESS, int(SEEN_AT.timestamp()))


def cosigned(forger: Forger, *lines: str) -> bytes:
    note = forger.note().encode()
    for line in lines or (witness_line(forger),):
        note = add_signature(note, line)
    return note


def test_a_pinned_key_is_named():
    pins = {party("fab"): [private_key("fab").public], party("nobody"): []}

    assert verify_bundle(made().bundle(), VERIFIER, party_keys=pins).pinned == (party("fab"),)


def test_the_spelling_of_the_file_does_not_matter():
    data = made().bundle()
    pretty = json.dumps(json.loads(data), indent=2, ensure_ascii=True).encode()

    assert verify_bundle(pretty, VERIFIER) == verify_bundle(data, VERIFIER)


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
    subject = verify_bundle(forger.bundle(statement={"findings": (claim,)}), VERIFIER).subjects[0]

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


def test_step_12_refuses_an_entry_that_no_rule_covers():
    forger = made()
    pack = b'pack = "none"\nrule = []\n'

    assert refused(forger.bundle(contents=lambda c: replace(c, rule_pack=pack)))[0] == 12


# Changes of any kind -----------------------------------------------------------------------------

SMALL = made().bundle()
WHAT_IT_SAYS = verify_bundle(SMALL, VERIFIER)
STRIDE = 13


def says_the_same_or_nothing(data: bytes) -> bool:
    try:
        return verify_bundle(data, VERIFIER) == WHAT_IT_SAYS
    except VerificationFailed:
        return True


@pytest.mark.parametrize("start", range(2))
def test_no_change_of_a_byte_changes_what_is_said(start):
    changed = [
        SMALL[:at] + bytes([SMALL[at] ^ 1 << at % 7]) + SMALL[at + 1 :]
        for at in range(start, len(SMALL), STRIDE)
    ]

    assert all(map(says_the_same_or_nothing, changed))


@given(st.integers(0, len(SMALL) - 1), st.binary(max_size=3), st.integers(0, 40))
def test_no_cut_or_insertion_changes_what_is_said(at, put_in, taken_out):
    assert says_the_same_or_nothing(SMALL[:at] + put_in + SMALL[at + taken_out :])


@given(st.data())
def test_no_member_can_be_dropped_doubled_or_swapped(data):
    value = json.loads(SMALL)
    place = value
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
            break
        place = place[key]
    other = data.draw(st.sampled_from(keys))
    if data.draw(st.booleans()):
        place[key], place[other] = place[other], place[key]
    else:
        del place[key]

    assert says_the_same_or_nothing(json.dumps(value).encode())


def test_a_bundle_reads_back_as_it_was_written():
    assert encode_bundle(parse_bundle(SMALL)) == SMALL
