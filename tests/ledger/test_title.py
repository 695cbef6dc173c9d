"""What gifts come to."""

from hypothesis import given
from hypothesis import strategies as st

from ledger.title import Gift, Title, title_of, with_gift


def test_nothing_given_is_no_title():
    assert title_of([]) is None


def test_the_last_gift_counts_and_what_it_leaves_out_stays():
    gifts = [Gift(1, "shop", "lab", None, "maker"), Gift(2, "bank", None, "shop", "dc")]

    assert title_of(gifts) == Title("bank", "lab", 2)


def test_nobody_gives_what_is_anothers():
    gifts = [Gift(1, "shop", None, None, "maker"), Gift(2, "rival", None, "dc", "dc")]

    assert title_of(gifts) == Title("shop", None, 1)


def test_what_nobody_said_anything_of_is_whose_who_answered_for_it():
    assert title_of([Gift(2, "bank", None, "shop", "dc")]) is None
    assert title_of([Gift(2, "bank", None, "dc", "dc")]) == Title("bank", None, 2)


# Given again and again ---------------------------------------------------------------------------

SOMEBODY = st.sampled_from(["shop", "bank", "lab"])
OTHER = st.none() | SOMEBODY


@st.composite
def gifts(draw, most=12):
    """As the rules make them: what has no giver gives no owner."""
    made = []
    for entry in range(draw(st.integers(0, most))):
        giver = draw(OTHER)
        owner = draw(OTHER) if giver else None
        user = draw(OTHER if owner else SOMEBODY)
        made.append(Gift(entry, owner, user, giver, draw(SOMEBODY)))
    return made


@given(gifts(most=3), gifts(), st.integers(0, 12))
def test_what_is_said_again_comes_to_the_same_for_all_that_went_in_at_any_time(own, around, since):
    kept = ()
    for gift in around:
        kept = with_gift(kept, gift)
    all_of_them, few = [[g for g in some if g.entry >= since] for some in (around, kept)]

    assert title_of([*own, *few]) == title_of([*own, *all_of_them])


def test_who_gives_a_thing_to_itself_for_ever_says_little():
    kept = ()
    for entry in range(60):
        owner, user = ("shop", None) if entry % 2 else (None, "shop")
        kept = with_gift(kept, Gift(entry, owner, user, "shop", "shop"))

    assert [58, 59] == [gift.entry for gift in kept]


def test_sales_are_all_kept():
    sold = [Gift(1, "bank", None, "shop", "shop"), Gift(2, "shop", None, "bank", "shop")]

    assert (*sold, sold[0]) == with_gift(tuple(sold), sold[0])
