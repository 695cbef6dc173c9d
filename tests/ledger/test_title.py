"""What gifts come to."""

from ledger.title import Gift, Title, title_of


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
