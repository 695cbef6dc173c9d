"""Which numbers an item bears, what differs, and whose word counts, as tables."""

from itertools import count

import pytest

from ledger.act import ActKind
from ledger.finding import Code, Finding, Tier
from ledger.identity import Bound, Identities, Reading, appraise, numbers_of
from schemas.event import Identity

CHIP = "urn:chiptrail:chip:x:y:c1"


def said(text):
    """``uuid=U1 pdi=P1`` as numbers."""
    return dict(pair.split("=") for pair in text.split())


def appraised(*told, found=(), shared=()):
    """*told* as ``commission uuid=U1``, entry by entry from 1 on."""
    readings = []
    for entry, (kind, *numbers) in zip(count(1), map(str.split, told), strict=False):
        readings.append(Reading(entry, ActKind(kind), f"by-{entry}", said(" ".join(numbers))))
    return appraise(Identities(tuple(readings), frozenset(shared)), CHIP, found)


def mismatches(*told, found=()):
    """(entry, entries cited) of each."""
    return [(one.index, one.cites) for one in appraised(*told, found=found).findings]


MADE = "commission printed_serial=S1 uuid=U1"
NOTHING_WRONG = {
    "the same numbers": [MADE, "inspect printed_serial=S1 uuid=U1"],
    "in other letters": [MADE, "receive uuid=u1"],
    "some of them": [MADE, "inspect uuid=U1"],
    "a kind that nobody gave before": [MADE, "receive pdi=P1", "inspect pdi=P1 uuid=U1"],
    "nothing was bound": ["declare uuid=U7", "inspect uuid=U7"],
    "its maker replaced it": [MADE, "replace uuid=U2", "inspect uuid=U2 printed_serial=S1"],
}
WRONG = {
    "another": ([MADE, "inspect uuid=U2"], [(2, (1,))]),
    "moved sticker": ([MADE, "receive printed_serial=S1 uuid=U9"], [(2, (1,))]),
    "each time anew": ([MADE, "receive uuid=U2", "inspect uuid=U2"], [(2, (1,)), (3, (1,))]),
    "the old one is back": ([MADE, "replace uuid=U2", "inspect uuid=U1"], [(3, (2,))]),
    "than the first that gave it": ([MADE, "receive pdi=P1", "inspect pdi=P2"], [(3, (2,))]),
    "than several entries": (
        [MADE, "receive pdi=P1", "inspect pdi=P2 uuid=U2"],
        [(3, (1, 2))],
    ),
    "its maker attests another": (["register uuid=U2", MADE, "inspect uuid=U1"], [(2, (1,))]),
    "what differs binds nothing else": (
        [MADE, "receive uuid=U2 pdi=P2", "inspect uuid=U1 pdi=P1"],
        [(2, (1,))],
    ),
}


@pytest.mark.parametrize("told", NOTHING_WRONG.values(), ids=NOTHING_WRONG)
def test_what_fits_is_not_found(told):
    assert () == appraised(*told).findings


@pytest.mark.parametrize(("told", "expected"), WRONG.values(), ids=WRONG)
def test_what_differs_is_found_of_the_entry_that_gave_it(told, expected):
    assert expected == mismatches(*told)


UNHEARD = {
    "a stranger": Finding(Code.IDENTITY_UNHEARD, "", 2, on_items=False),
    "no holder": Finding(Code.NOT_HOLDER, "", 2, on_items=False),
    "a receipt that waits": Finding(Code.PENDING_SHIPMENT, "", 2),
    "the mark of a clone": Finding(Code.ALREADY_EXISTS, "", 2),
}


@pytest.mark.parametrize("found", UNHEARD.values(), ids=UNHEARD)
def test_whoever_has_no_part_binds_nothing_and_is_held_against_nothing(found):
    told = [MADE, "receive uuid=U2 pdi=P2", "inspect uuid=U1 pdi=P1"]

    assert [] == mismatches(*told, found=[found])


def test_a_receipt_counts_once_its_shipment_is_there():
    found = Finding(Code.PENDING_SHIPMENT, "", 2, closed_by=3)

    assert [(2, (1,))] == mismatches(MADE, "receive uuid=U2", found=[found])


OPEN, SETTLED = (Finding(Code.IDENTITY_MISMATCH, "", 2, closed_by=by) for by in (None, 3))
REWORK = [MADE, "replace uuid=U2"]


@pytest.mark.parametrize(
    ("found", "read", "expected"),
    [
        (OPEN, "uuid=U1", []),
        (OPEN, "uuid=U2", []),
        (OPEN, "uuid=U3", [(3, (1,))]),
        (SETTLED, "uuid=U2", []),
        (SETTLED, "uuid=U1", [(3, (2,))]),
    ],
)
def test_a_holders_rework_counts_once_it_is_settled(found, read, expected):
    assert expected == mismatches(*REWORK, f"receive {read}", found=[found])


def test_what_an_inspector_found_is_not_found_twice():
    found = Finding(Code.IDENTITY_MISMATCH, "", 2)

    assert [] == mismatches(MADE, "inspect uuid=U2", found=[found])


def test_the_message_says_who_gave_which_kinds_and_no_number():
    (found,) = appraised(MADE, "receive pdi=P1", "inspect uuid=U2 pdi=P2").findings

    assert "by-3 gave another UUID than entry 1 and another PDI than entry 2" in found.message
    assert not any(number in found.message for number in ("U1", "U2", "P1", "P2"))


def test_what_is_bound_names_the_entry_that_bound_it():
    bound = appraised(MADE, "receive pdi=P1", "replace uuid=U2").bound

    assert bound == {
        "printed_serial": Bound("S1", 1),
        "uuid": Bound("U2", 3),
        "pdi": Bound("P1", 2),
    }


def test_a_number_that_another_item_has_too_is_found_of_the_entry_that_bound_it():
    told = [MADE, "receive pdi=P1"]
    found = appraised(*told, shared={"uuid", "pdi"}).findings

    assert [(Code.IDENTITY_DUPLICATE, 1), (Code.IDENTITY_DUPLICATE, 2)] == [
        (one.code, one.index) for one in found
    ]
    assert {Tier.WARNING} == {one.tier for one in found}


def test_numbers_are_those_that_are_given():
    said = Identity(CHIP, "S1", None, None, "0xA", None, b"\x01\xff")
    expected = {"printed_serial": "S1", "pdi": "0xa", "attestation_cert_sha256": "01ff"}

    assert expected == numbers_of(said)
