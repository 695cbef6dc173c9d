"""Claims that cannot all be true."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.finding import Code, Tier
from ledger.location import terms_of
from ledger.rule_files import parse_pack
from ledger.service.ledger import load_pack
from ledger.travel import check_travel
from tests.ledger.sightings import (
    BEGIN,
    HONG_KONG,
    LO_WU,
    OSLO,
    SHENZHEN,
    SINGAPORE,
    part,
    seen,
    told,
)

PACK = parse_pack(load_pack())
TERMS = terms_of(PACK, BEGIN)
HELD = part("maker", "carrier", "buyer")
FAR, NEAR = Code.IMPOSSIBLE_TRAVEL, Code.CONTRADICTED


def found(*entries):
    return list(check_travel(told(HELD, *entries), TERMS, PACK, BEGIN))


@pytest.mark.parametrize(
    ("entries", "wanted"),
    [
        ((), []),
        ((seen("maker", SINGAPORE),), []),
        ((seen("maker", SINGAPORE), seen("maker", SINGAPORE)), []),
        # 2,558 km: two hours of handling and 2 h 34 min of flight, less 5 min for the clocks.
        ((seen("maker", SINGAPORE), seen("carrier", HONG_KONG, 4.6)), []),
        ((seen("maker", SINGAPORE), seen("carrier", HONG_KONG, 4.2)), [FAR]),
        ((seen("carrier", HONG_KONG, 4.2), seen("maker", SINGAPORE)), [FAR]),
        # Up to 500 km nothing is handed over twice.
        ((seen("maker", HONG_KONG), seen("maker", SHENZHEN, 0.1)), []),
        ((seen("maker", HONG_KONG), seen("carrier", SHENZHEN, 0.1)), [NEAR]),
        ((seen("maker", HONG_KONG), seen("carrier", SHENZHEN, 0.5)), []),
        ((seen("maker", SINGAPORE), seen("carrier", OSLO, 12)), []),
        ((seen("maker", SINGAPORE, within_m=3e6), seen("carrier", HONG_KONG, 1)), []),
        ((seen("maker", SINGAPORE), seen("stranger", HONG_KONG, 1)), [NEAR]),
        ((seen("maker", SINGAPORE), seen("customs", HONG_KONG, 1)), [FAR]),
        ((seen("maker", None), seen("carrier", HONG_KONG, 1)), []),
    ],
)
def test_nothing_is_in_two_places_at_once(entries, wanted):
    assert wanted == [one.code for one in found(*entries)]


def test_a_vague_claim_between_hides_nothing():
    between = seen("maker", LO_WU, 1, within_m=5e6)

    assert [FAR] == [
        f.code for f in found(seen("maker", SINGAPORE), between, seen("carrier", HONG_KONG, 2))
    ]


def test_the_message_says_what_would_have_to_be_true():
    (one,) = found(seen("maker", SINGAPORE), seen("carrier", HONG_KONG, 1 + 1 / 6))

    assert one.message == (
        "maker signed that it was at 1.350 N, 103.800 E, within 50 m on 2026-03-02 09:00 UTC,"
        " carrier that it was at 22.300 N, 114.170 E, within 50 m on 2026-03-02 10:10 UTC: for both"
        " to be true it would have covered at least 2,575 km in 1 h 10 min, and by rule nothing"
        " gets farther than 500 km"
    )
    assert (one.index, one.cites, one.tier) == (2, (1,), Tier.CONTRAINDICATED)


def test_who_contradicts_is_told_how_far_apart_they_are():
    (one,) = found(seen("maker", HONG_KONG), seen("carrier", SHENZHEN, 0.1))

    assert one.message.endswith(": at least 35.0 km apart, 6 min later")


SPOTS = st.sampled_from([HONG_KONG, LO_WU, OSLO, SINGAPORE, (80.0, -179.9), (80.0, 179.9)])
SAID = st.builds(
    seen, st.sampled_from(["maker", "carrier", "stranger"]), SPOTS, st.floats(0, 20, width=16)
)


@given(st.lists(SAID, max_size=6))
def test_every_pair_is_held_against_each_other(entries):
    pairs = [one.message for pair in combinations(entries, 2) for one in found(*pair)]

    assert sorted(pairs) == sorted(one.message for one in found(*entries))
