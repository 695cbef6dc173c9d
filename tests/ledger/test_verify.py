"""Bundles: what one proves, and that nothing of it can be changed without being refused."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.finding import Code
from ledger.judge import Verdict
from ledger.testimony import unknown
from ledger.verify import verify_bundle
from schemas.bundle import encode_bundle, parse_bundle
from schemas.bundle_statement import Basis
from schemas.errors import VerificationFailed
from tests.forger import (
    CHIP,
    CHIPS,
    OTHER,
    VERIFIER,
    party,
    private_key,
)
from tests.geography import ATLAS
from tests.ledger.bent_bundles import (
    BOX,
    MADE,
    PLACE,
    SEEN_AT,
    WITNESS_VERIFIER,
    cosigned,
    found,
    made,
    refused,
    shipped,
    without,
)


def test_the_holder_follows_from_the_entries():
    subject = verify_bundle(made().bundle(), VERIFIER, ATLAS).subjects[0]

    assert subject.is_proven
    assert subject.state.custody.holder == party("fab")
    assert subject.verdict is Verdict.CLEAR
    assert [step.entry.index for step in subject.steps] == [MADE]


def test_a_disclosed_field_is_shown():
    assert verify_bundle(made().bundle(), VERIFIER, ATLAS).entries[MADE].disclosed == PLACE


def test_the_story_runs_through_the_container():
    verified = verify_bundle(shipped().bundle(statement={"containers": (BOX,)}), VERIFIER, ATLAS)
    subject = verified.subjects[0]

    assert [step.through for step in subject.steps] == [None, None, BOX]
    assert subject.state.custody.consignee == party("shop")
    assert subject.state.parent == BOX


def test_what_the_entries_show_has_to_be_claimed():
    forger, box = shipped(), (BOX,)
    late = {"containers": box, "as_of": forger.now + timedelta(days=9)}
    overdue = found("custody/overdue", len(forger.rows) - 1)
    verified = verify_bundle(
        forger.bundle(statement={**late, "findings": (overdue,)}), VERIFIER, ATLAS
    )

    assert refused(forger.bundle(statement=late))[0] == 12
    assert [f.code for f in verified.subjects[0].findings] == [Code.OVERDUE]
    assert "said by the operator" not in verified.subjects[0].findings[0].message


def test_what_others_received_is_the_operators_word():
    forger = shipped()
    claim = found("custody/short", len(forger.rows) - 1, basis=Basis.LEDGER)
    late = {"containers": (BOX,), "as_of": forger.now + timedelta(days=9)}
    subject = verify_bundle(
        forger.bundle(statement={**late, "findings": (claim,)}), VERIFIER, ATLAS
    ).subjects[0]

    assert (subject.findings, [f.code for f in subject.asserted]) == ((), [Code.SHORT])
    assert subject.verdict is Verdict.CHECK


def test_an_unproven_subject_has_no_state():
    statement = {
        "unproven": (CHIP,),
        "findings": (found("status/stolen", MADE, basis=Basis.LEDGER),),
    }
    subject = verify_bundle(made().bundle(statement=statement), VERIFIER, ATLAS).subjects[0]

    assert (subject.state, subject.is_proven) == (None, False)
    assert subject.verdict is Verdict.STOP


def test_an_unproven_subject_is_never_clear_on_the_operators_word():
    subject = verify_bundle(
        made().bundle(statement={"unproven": (CHIP,)}), VERIFIER, ATLAS
    ).subjects[0]

    assert (subject.asserted, subject.verdict) == ((), Verdict.UNKNOWN)


def test_a_withheld_entry_is_proved_to_be_there():
    forger = made()
    index = forger.event("fab", [OTHER], "storing")
    verified = verify_bundle(forger.bundle(contents=without(forger, index)), VERIFIER, ATLAS)

    assert verified.withheld == (index,)
    assert "What 1 withheld entry says." in unknown(verified)


def test_items_of_others_are_never_taken_out_with_the_subject():
    forger, box = shipped(), (BOX,)
    forger.event("shop", [BOX], "receiving")
    forger.event("shop", [OTHER, CHIPS + "A3"], "unpacking", action="DELETE", parentID=box[0])
    verified = verify_bundle(forger.bundle(statement={"containers": box}), VERIFIER, ATLAS)

    assert verified.subjects[0].state.parent == box[0]


def test_a_witness_says_how_old_the_head_is():
    forger = made()
    note = cosigned(forger)
    data = forger.bundle(contents=lambda c: replace(c, checkpoint=note))
    verified = verify_bundle(data, VERIFIER, ATLAS, witnesses=[WITNESS_VERIFIER], quorum=1)

    assert verified.witnessed_at == SEEN_AT
    assert verified.witnessed_age(SEEN_AT + timedelta(days=2)) == timedelta(days=2)


def test_a_subject_put_into_an_untold_container_is_unproven():
    subject = verify_bundle(
        shipped().bundle(statement={"unproven": (CHIP,)}), VERIFIER, ATLAS
    ).subjects[0]

    assert (subject.is_proven, subject.state) == (False, None)


def test_a_strangers_packing_into_an_untold_container_proves_nothing_against():
    forger = made()
    forger.enroll("thief")
    forger.event("thief", [CHIP, OTHER], "packing", action="ADD", parentID=BOX)
    subject = verify_bundle(forger.bundle(), VERIFIER, ATLAS).subjects[0]

    assert (subject.is_proven, subject.state.parent) == (True, None)


def test_a_pinned_key_is_named():
    pins = {party("fab"): [private_key("fab").public], party("nobody"): []}

    assert verify_bundle(made().bundle(), VERIFIER, ATLAS, party_keys=pins).pinned == (
        party("fab"),
    )


def test_the_spelling_of_the_file_does_not_matter():
    data = made().bundle()
    pretty = json.dumps(json.loads(data), indent=2, ensure_ascii=True).encode()

    assert verify_bundle(pretty, VERIFIER, ATLAS) == verify_bundle(data, VERIFIER, ATLAS)


# Changes of any kind -----------------------------------------------------------------------------

SMALL = made().bundle()
WHAT_IT_SAYS = verify_bundle(SMALL, VERIFIER, ATLAS)
STRIDE = 13


def says_the_same_or_nothing(data: bytes) -> bool:
    try:
        return verify_bundle(data, VERIFIER, ATLAS) == WHAT_IT_SAYS
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
