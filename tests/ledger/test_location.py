"""How well a claim of place is evidenced."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.act import ActKind
from ledger.location import Level, appraise, gather, terms_of
from ledger.rule_files import parse_pack
from ledger.service.ledger import load_pack
from tests.ledger.sightings import (
    BEGIN,
    HONG_KONG,
    LO_WU,
    SHENZHEN,
    SINGAPORE,
    measured,
    part,
    seen,
    shipped,
    told,
)

PACK = parse_pack(load_pack())
TERMS = terms_of(PACK, BEGIN)
HELD = part("maker", "buyer", "carrier", at=None)


NEAR = measured(1, SINGAPORE)


def level(*entries):
    return appraise(told(*entries), TERMS).level


@pytest.mark.parametrize(
    ("entries", "wanted"),
    [
        ((), Level.NONE),
        ((HELD,), Level.NONE),
        ((HELD, seen("maker", None)), Level.NONE),
        ((HELD, seen("maker", SINGAPORE)), Level.DECLARED),
        ((HELD, seen("maker", SINGAPORE), seen("maker", SINGAPORE, 1)), Level.DECLARED),
        ((HELD, seen("maker", SINGAPORE), seen("carrier", SINGAPORE, 9)), Level.COUNTERSIGNED),
        ((HELD, seen("maker", SINGAPORE), seen("carrier", SINGAPORE, 73)), Level.DECLARED),
        ((HELD, seen("maker", SHENZHEN), seen("carrier", HONG_KONG, 9)), Level.DECLARED),
        (
            (HELD, seen("maker", SINGAPORE, company="g"), seen("buyer", SINGAPORE, 1, company="g")),
            Level.DECLARED,
        ),
        (
            (HELD, seen("maker", SINGAPORE, within_m=60_000), seen("carrier", SINGAPORE, 1)),
            Level.DECLARED,
        ),
        ((HELD, seen("customs", SINGAPORE)), Level.INSPECTED),
        ((part("maker", "customs"), seen("customs", SINGAPORE)), Level.DECLARED),
        ((HELD, seen("stranger", SINGAPORE)), Level.DECLARED),
        ((HELD, seen("maker", SINGAPORE, measured=NEAR)), Level.MEASURED),
        ((HELD, seen("maker", SINGAPORE, 25, measured=NEAR)), Level.DECLARED),
        ((HELD, seen("maker", SINGAPORE, measured=measured(6, SINGAPORE))), Level.DECLARED),
        ((HELD, seen("maker", HONG_KONG, measured=NEAR)), Level.DECLARED),
        ((HELD, seen("customs", SINGAPORE, measured=NEAR)), Level.INSPECTED),
        (
            (HELD, seen("maker", SINGAPORE, measured=NEAR), seen("carrier", SINGAPORE, 9)),
            Level.COUNTERSIGNED,
        ),
    ],
)
def test_a_level_follows_from_who_signed_what(entries, wanted):
    assert wanted == level(*entries)


def test_the_inspector_who_stands_in_the_warehouse_outranks_all_others():
    """Also where it says the same as the holder, and later."""
    held = (HELD, seen("maker", SINGAPORE), seen("carrier", SINGAPORE, 1))
    found = appraise(told(*held, seen("customs", SINGAPORE, 2)), TERMS)

    assert (Level.INSPECTED, 3) == (found.level, found.latest.claim.index)


def test_a_circle_that_touches_agrees():
    entries = (seen("maker", LO_WU, within_m=8_000), seen("carrier", SHENZHEN, within_m=2_000))

    assert Level.COUNTERSIGNED == level(HELD, *entries)


def test_what_is_measured_is_told_with_its_distance_and_who_agrees():
    entries = seen("carrier", SINGAPORE), seen("maker", SINGAPORE, 1, measured=NEAR)
    latest = appraise(told(HELD, *entries), TERMS).latest

    assert (Level.MEASURED, 1) == (latest.level, latest.by.index)
    assert (0, 100_931) == (latest.reach.measured.said_in, latest.reach.circle.radius_m)


def test_by_rules_that_know_of_no_landmarks_nothing_is_measured():
    claims = told(HELD, seen("maker", SINGAPORE, measured=NEAR))

    assert Level.DECLARED is appraise(claims, replace(TERMS, ranging=None)).level


def test_a_strangers_word_is_not_the_last_one():
    found = appraise(told(HELD, seen("maker", SINGAPORE), seen("stranger", LO_WU, 9)), TERMS)

    assert 1 == found.latest.claim.index


def test_a_leg_is_as_strong_as_its_weakest_link():
    way = shipped("maker", "buyer", bound="SG", via=("carrier",))
    found = appraise(told(HELD, seen("customs", LO_WU), way, seen("carrier", SINGAPORE, 9)), TERMS)

    assert (2, Level.DECLARED, Level.DECLARED) == (
        found.leg,
        found.weakest.level,
        found.best.level,
    )


def test_what_is_withheld_is_told_until_a_newer_place_can_be_read():
    hidden = (HELD, seen("maker", SINGAPORE), seen("maker", None, 1))

    assert 2 == appraise(told(*hidden), TERMS).withheld.index
    assert appraise(told(*hidden, seen("maker", SINGAPORE, 2)), TERMS).withheld is None


def test_an_entry_without_effect_says_nothing():
    claims = told(HELD, seen("maker", SINGAPORE))
    entry = {0: HELD, 1: None}

    assert claims.made[0].index == 1
    assert gather({}, entry, ()).made == ()


# Properties -------------------------------------------------------------------------------------

PARTIES = st.sampled_from(["maker", "carrier", "customs", "stranger"])
SPOTS = st.sampled_from([SINGAPORE, SHENZHEN, HONG_KONG, LO_WU])
SAID = st.builds(
    seen,
    PARTIES,
    SPOTS,
    st.integers(0, 200),
    within_m=st.integers(0, 100_000),
    country=st.sampled_from([None, "SG", "CN"]),
    measured=st.sampled_from([(), (), NEAR, measured(0.1, HONG_KONG)]),
)


@given(st.lists(SAID, max_size=6), SAID)
def test_adding_evidence_never_lowers_the_best_level(entries, more):
    def best(*said):
        found = appraise(told(HELD, *said), TERMS).best
        return -1 if found is None else found.level.rank

    assert best(*entries) <= best(*entries, more)


@given(st.lists(SAID, max_size=5), SPOTS, st.sampled_from(["SG", "CN", "HK"]))
def test_a_claims_own_words_never_raise_it(entries, spot, country):
    """Neither the country that it names, nor the regime, nor saying it twice."""
    plain = seen("maker", spot, 300)
    loud = seen("maker", spot, 300, country=country, regime="free", is_stop=True)

    assert level(HELD, *entries, plain) == level(HELD, *entries, loud, loud)


@given(SPOTS, st.floats(0.01, 400), st.floats(0.01, 400))
def test_a_later_answer_never_bears_more_out(spot, ms, more_ms):
    """Whoever delays an answer only widens the disc; a wide one says nothing."""
    near, far = (
        level(HELD, seen("maker", spot, measured=measured(x, spot))) for x in (ms, ms + more_ms)
    )

    assert far.rank <= near.rank


def test_the_window_is_a_rule():
    assert timedelta(hours=72) == TERMS.window
    assert ActKind.SHIP is shipped("maker", "buyer", bound="SG")[0]
