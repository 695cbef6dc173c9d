"""What a bundle says in words, and on whose word."""

from ledger.testimony import asserted, proved, unknown
from ledger.verify import verify_bundle
from tests.forger import (
    CHIP,
    OTHER,
    VERIFIER,
    Forger,
)
from tests.geography import ATLAS
from tests.ledger.bent_bundles import (
    BOX,
    made,
    shipped,
    to,
    with_entry,
    without,
)

CONDITION, HELD = "If nothing is left out", "A1 is held by Fab."
WORD = "Operator says so."


def test_words_say_who_says_what():
    verified = verify_bundle(made().bundle(), VERIFIER, ATLAS)

    assert "If nothing is left out, by these entries A1 is held by Fab." in proved(verified)
    assert any("Operator says so" in line for line in asserted(verified))
    assert any("no witness" in line for line in unknown(verified))


def test_custody_is_claimed_only_if_nothing_is_left_out():
    lines = proved(verify_bundle(made().bundle(), VERIFIER, ATLAS))

    assert [line for line in lines if "A1" in line] == [f"{CONDITION}, by these entries {HELD}"]


def test_heads_prove_that_nothing_was_signed_before_them_and_no_order():
    lines = proved(verify_bundle(made().bundle(), VERIFIER, ATLAS))

    assert "None was signed before the tree that it carries existed." in lines
    assert [line for line in lines if "order" in line] == []


def shipped_by_itself() -> tuple[Forger, int]:
    """The lot is on its way to ``shop``, whatever the operator shows of that."""
    forger = made()
    forger.enroll("shop")
    return forger, forger.event("fab", [CHIP, OTHER], "shipping", **to("shop"))


def test_that_a_list_shown_in_part_leaves_out_no_subject_is_the_operators_word():
    forger, index = shipped_by_itself()
    verified = verify_bundle(forger.bundle(contents=with_entry(index, items={})), VERIFIER, ATLAS)

    assert f"{CONDITION}, by these entries {HELD}" in proved(verified)
    assert f"What is not shown of lists shown in part changes nothing here: {WORD}" in asserted(
        verified
    )


def test_that_a_withheld_entry_does_not_concern_a_subject_is_the_operators_word():
    forger, index = shipped_by_itself()
    verified = verify_bundle(forger.bundle(contents=without(forger, index)), VERIFIER, ATLAS)

    assert f"What is said in withheld entries changes nothing here: {WORD}" in asserted(verified)
    assert "What 1 withheld entry says." in unknown(verified)


def test_that_the_containers_are_all_is_the_operators_word():
    verified = verify_bundle(shipped().bundle(statement={"containers": (BOX,)}), VERIFIER, ATLAS)

    assert f"This was never in a container that is not told of here: {WORD}" in asserted(verified)


def test_what_is_shown_whole_needs_no_word():
    forger = Forger.begun()
    forger.event("fab", [CHIP], "commissioning", action="ADD")
    lines = asserted(verify_bundle(forger.bundle(), VERIFIER, ATLAS))

    assert [line for line in lines if "changes nothing" in line] == []
