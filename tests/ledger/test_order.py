"""Where acts stand: by the log, and in the place of what they correct."""

from ledger.order import RANKS, Correction, Placing, key_of, ordinal, placements


def where(*corrections):
    """{entry: (place, rank)} of what counts, and {entry: correction} of what does not."""
    found = placements(corrections)
    stands = {i: divmod(at.counts, RANKS) for i, at in found.items() if at.counts is not None}
    return stands, {i: at.corrected_by for i, at in found.items() if at.counts is None}


def test_an_entry_stands_where_it_was_recorded_before_all_that_takes_its_place():
    assert ordinal(7) < ordinal(7, 1) < ordinal(7, RANKS - 1) < ordinal(8)


def test_what_is_corrected_counts_no_more():
    assert ({}, {7: 9}) == where(Correction(9, 7, ()))


def test_correctives_take_its_place_in_order_of_the_log():
    assert ({10: (7, 1), 12: (7, 2)}, {7: 9}) == where(Correction(9, 7, (12, 10)))


def test_a_second_correction_takes_the_place_of_the_first():
    """What the first had put there lost its place, and its effect."""
    first, second = Correction(9, 7, (10,)), Correction(11, 7, (12,))

    assert ({12: (7, 2)}, {7: 11, 10: 11}) == tidy(where(first, second))


def tidy(found):
    """Ranks leave room for what stood there: only their order matters."""
    stands, out = found
    return {i: (place, i - 10 if place == 7 else rank) for i, (place, rank) in stands.items()}, out


def test_what_the_second_names_again_stays():
    first, second = Correction(9, 7, (10,)), Correction(11, 7, (10, 12))

    assert ({10: (7, 1), 12: (7, 2)}, {7: 11}) == where(first, second)


def test_a_corrective_is_corrected_in_its_place():
    first, second = Correction(9, 7, (10,)), Correction(11, 10, (12,))

    assert ({12: (7, 2)}, {7: 9, 10: 11}) == where(first, second)


def test_what_stood_for_a_corrective_falls_with_it():
    first, second = Correction(9, 7, (10,)), Correction(11, 10, (12,))
    third = Correction(13, 7, ())

    assert ({}, {7: 13, 10: 11, 12: 13}) == where(first, second, third)


def test_of_two_corrections_that_name_one_corrective_the_first_has_it():
    assert ({10: (5, 1)}, {5: 8, 7: 9}) == where(Correction(8, 5, (10,)), Correction(9, 7, (10,)))


def test_corrections_in_a_circle_leave_nothing():
    stands, out = where(Correction(9, 7, (8, 10)), Correction(11, 8, (7,)))

    assert ({}, {7, 8, 10}) == (stands, set(out))


def test_a_place_is_full_in_the_end():
    many = tuple(range(100, 100 + RANKS))
    found = placements([Correction(9, 7, many)])

    assert Placing(ordinal(7, RANKS - 1), None) == found[many[-2]]
    assert Placing(ordinal(many[-1]), 9) == found[many[-1]]


def test_a_long_chain_of_corrections_is_followed_to_its_beginning():
    """However deep: nobody stops the ledger by correcting correctives."""
    chain = [Correction(3 * i + 1, 3 * i - 3, (3 * i,)) for i in range(1, 5_000)]
    stands, out = where(*chain)

    assert ({14_997: (0, 4_999)}, 4_999) == (stands, len(out))


def test_the_key_of_an_event_is_of_its_party_too():
    alike = {key_of("urn:a", "1"), key_of("urn:b", "1"), key_of("urn:a", "2")}

    assert 3 == len(alike)
    assert all(-(1 << 63) <= key < 1 << 63 for key in alike)
