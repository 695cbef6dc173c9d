"""What is found of where things are said to be."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.act import ActKind
from ledger.dealing import Authorisation
from ledger.finding import Code
from ledger.geodesy import Circle
from ledger.holding import ItemState, held_by
from ledger.papers import Bound, Duty, Papers
from ledger.rule_files import parse_pack
from ledger.service.ledger import load_pack
from ledger.whereabouts import check_location
from tests.geography import ATLAS
from tests.ledger.sightings import (
    BEGIN,
    HANOI,
    HONG_KONG,
    KIRUNA,
    LO_WU,
    MURMANSK,
    OSLO,
    SHENZHEN,
    SINGAPORE,
    measured,
    part,
    seen,
    shipped,
    told,
)

PACK = parse_pack(load_pack())
STATE = ItemState(held_by("maker"), 0, BEGIN, origin="maker")
HELD = part("maker", "carrier", "buyer")
DAY = timedelta(days=1)
TO_HONG_KONG = shipped("maker", "buyer", bound="HK", via=("carrier",))
SET_OUT = shipped("maker", "buyer", bound="HK", via=("carrier",), at=SHENZHEN)
TO_SWEDEN = shipped("maker", "buyer", bound="SE", through="NO", via=("carrier",), at=OSLO)
MIXED, OUTSIDE, WRONG = Code.CANNOT_TELL, Code.OUTSIDE_DESTINATION, Code.COUNTRY_MISMATCH


def found(*entries, at=BEGIN + DAY, state=STATE, **more):
    return check_location(state, told(HELD, *entries), PACK, ATLAS, at, **more)


def codes(*entries, **more):
    return [one.code for one in found(*entries, **more)]


@pytest.mark.parametrize(
    ("entries", "wanted"),
    [
        # A country that the coordinates are not in.
        ((seen("maker", SINGAPORE, country="SG"),), []),
        ((seen("maker", SINGAPORE, country="MY"),), [WRONG]),
        ((seen("maker", SINGAPORE, country="MY", within_m=50_000),), []),
        ((seen("maker", (0, -30), country="SG"),), [WRONG]),
        ((seen("maker", HANOI, country="VN"),), []),
        ((seen("maker", HANOI, country="TH"),), [WRONG]),
        # Where a shipment goes.
        ((TO_HONG_KONG, seen("carrier", HONG_KONG, 9)), []),
        ((TO_HONG_KONG, seen("carrier", LO_WU, 9, within_m=1000)), [MIXED]),
        ((TO_HONG_KONG, seen("carrier", SHENZHEN, 9)), [OUTSIDE]),
        ((TO_HONG_KONG, seen("carrier", (0, -30), 99)), []),
        ((TO_HONG_KONG, seen("stranger", SHENZHEN, 9)), []),
        ((TO_SWEDEN, seen("carrier", KIRUNA, 30)), []),
        ((TO_SWEDEN, seen("carrier", MURMANSK, 30)), [OUTSIDE]),
        # Where it sets out from is no contradiction, wherever the seat of its sender is, if known.
        ((SET_OUT,), []),
        ((SET_OUT, seen("carrier", SHENZHEN, 1)), []),
        ((SET_OUT, part("buyer", kind=ActKind.RECEIVE, at=SHENZHEN, hours=9)), [OUTSIDE]),
        ((SET_OUT, seen("carrier", SINGAPORE, 9)), [OUTSIDE]),
        ((seen("maker", SHENZHEN), TO_HONG_KONG, seen("carrier", SHENZHEN, 1)), []),
        ((seen("stranger", SHENZHEN), TO_HONG_KONG, seen("carrier", SHENZHEN, 9)), [OUTSIDE]),
        # At the end only the destination will do.
        ((TO_SWEDEN, part("buyer", kind=ActKind.RECEIVE, at=KIRUNA, hours=30)), []),
        ((TO_SWEDEN, part("buyer", kind=ActKind.RECEIVE, at=OSLO, hours=30)), [OUTSIDE]),
        # A more exact claim takes the place of one that nobody could tell.
        (
            (
                TO_HONG_KONG,
                seen("carrier", LO_WU, 9, within_m=1000),
                seen("carrier", HONG_KONG, 12),
            ),
            [],
        ),
        # Once it is sent back, or called off, it goes nowhere.
        ((TO_HONG_KONG, part("buyer", kind=ActKind.REFUSE), seen("buyer", SHENZHEN, 9)), []),
        # What is withheld.
        ((seen("maker", None),), [Code.WITHHELD]),
        ((seen("maker", None), seen("maker", SINGAPORE, 1)), []),
    ],
)
def test_what_is_found_of_a_place(entries, wanted):
    assert wanted == codes(*entries)


def test_lo_wu_cannot_be_told_from_hong_kong():
    (one,) = found(TO_HONG_KONG, seen("carrier", LO_WU, 9, within_m=1000))

    assert one.message == (
        "carrier signed that it was at 22.532 N, 114.117 E, within 1,000 m, which may lie in CN or"
        " HK, and nobody can tell which; shipment 1 goes to HK"
    )
    assert (one.index, one.cites) == (2, (1,))


def test_the_truck_that_took_a_wrong_turn_is_named():
    (one,) = found(TO_SWEDEN, seen("carrier", MURMANSK, 30))

    assert one.message == (
        "carrier signed that it was at 68.970 N, 33.080 E, within 50 m, which lies in RU; shipment"
        " 1 goes to SE, by way of NO"
    )


def test_swapped_coordinates_are_hinted_at():
    (one,) = found(seen("maker", (10.75, 59.91), country="NO"))

    assert one.message.endswith("; with latitude and longitude swapped it would be in NO")


def test_a_country_that_is_barred_makes_a_place_doubtful():
    came = part("buyer", kind=ActKind.RECEIVE)
    lo_wu, papers = seen("buyer", LO_WU, within_m=1000), Papers(barred=frozenset({"CN"}))

    assert [MIXED] == codes(came, lo_wu, papers=papers)
    assert [] == codes(came, seen("buyer", HONG_KONG), papers=papers)
    assert [OUTSIDE] == codes(came, seen("buyer", SHENZHEN), papers=papers)
    assert [] == codes(came, lo_wu)


def test_where_it_was_made_it_may_be():
    papers = Papers(barred=frozenset({"CN"}))

    assert [] == codes(seen("maker", SHENZHEN), papers=papers)


CAME = part("buyer", kind=ActKind.RECEIVE)
D1 = Authorisation("EAR", "licence", "D1").name
P7 = Authorisation("STA", "permit", "P7").name
HALL = Circle(*OSLO, 400)


@pytest.mark.parametrize(
    ("countries", "sites", "entries", "wanted"),
    [
        ("HK", (), (CAME, seen("buyer", HONG_KONG)), []),
        ("HK SG", (), (CAME, seen("buyer", SINGAPORE)), []),
        ("HK", (), (CAME, seen("buyer", SHENZHEN)), [OUTSIDE]),
        ("HK", (), (CAME, seen("buyer", SHENZHEN), seen("buyer", HONG_KONG, 9)), [OUTSIDE]),
        ("HK", (), (part("buyer", kind=ActKind.RECEIVE, at=SHENZHEN),), [OUTSIDE]),
        ("HK", (), (CAME, seen("buyer", LO_WU, within_m=1000)), [MIXED]),
        ("CN HK", (), (CAME, seen("buyer", LO_WU, within_m=1000)), []),
        # A more exact claim takes the place of one that nobody could tell.
        ("HK", (), (CAME, seen("buyer", LO_WU, within_m=1000), seen("buyer", HONG_KONG, 9)), []),
        ("HK", (), (CAME, seen("stranger", SHENZHEN)), []),
        ("HK", (), (CAME, seen("buyer", (0, -30))), []),
        # Before it has arrived it may be anywhere, and once it is sent back.
        ("HK", (), (seen("maker", SHENZHEN),), []),
        ("HK", (), (CAME, part("buyer", kind=ActKind.SHIP), seen("buyer", SHENZHEN)), []),
        ("HK", (), (part("buyer", kind=ActKind.REFUSE), seen("maker", SHENZHEN)), []),
        # Sites are where goods have to be within the country.
        ("NO", (HALL,), (CAME, seen("buyer", OSLO)), []),
        ("NO", (HALL,), (CAME, seen("buyer", (59.92, 10.75), within_m=1000)), []),
        ("NO", (HALL,), (CAME, seen("buyer", (60.39, 5.32))), [OUTSIDE]),
        ("", (HALL, Circle(60.39, 5.32, 400)), (CAME, seen("buyer", (60.39, 5.32))), []),
        ("", (HALL,), (CAME, seen("buyer", KIRUNA)), [OUTSIDE]),
        # What a shipment says of its end is said once.
        ("HK", (), (TO_HONG_KONG, CAME, seen("buyer", SHENZHEN, 9)), [OUTSIDE]),
    ],
)
def test_what_was_sent_under_a_licence_stays_where_that_is_for(countries, sites, entries, wanted):
    bound = Bound(frozenset(countries.split()), sites, D1, 0)

    assert wanted == codes(*entries, papers=Papers(bounds=(bound,)))


def test_every_licence_has_to_allow_the_place_and_the_one_that_does_not_is_cited():
    wide = Bound(frozenset({"CN", "HK"}), (), P7, 7)
    narrow = Bound(frozenset({"HK", "SG"}), (), D1, 8)
    (one,) = found(CAME, seen("buyer", SHENZHEN), papers=Papers(bounds=(wide, narrow)))

    assert one.message.endswith(
        "within 50 m, which lies in CN; it was sent under EAR licence D1, which is for HK and SG"
        " (entry 8)"
    )
    assert (OUTSIDE, 2, (8,)) == (one.code, one.index, one.cites)


def test_that_it_is_at_no_site_of_a_licence_is_told_and_not_where_they_are():
    papers = Papers(bounds=(Bound(frozenset(), (HALL,), D1, 8),))
    (one,) = found(CAME, seen("buyer", KIRUNA), papers=papers)

    assert ", at none of the sites that EAR licence D1 is for (entry 8)" in one.message
    assert " km" not in one.message


def test_a_licence_may_ask_for_reports_more_often_than_the_rules():
    papers = Papers(duty=Duty(timedelta(days=90), D1, 7))
    at = BEGIN + timedelta(days=91)
    (one,) = found(seen("maker", HONG_KONG), at=at, papers=papers)

    assert (Code.STALE, (7,)) == (one.code, one.cites)
    assert one.message.endswith("since; EAR licence D1 asks for it every 90 days (entry 7)")
    assert [] == codes(seen("maker", HONG_KONG), at=at)
    assert [Code.NO_LOCATION] == codes(at=at, papers=papers)


@pytest.mark.parametrize(
    ("entries", "days", "wanted"),
    [
        ((), 90, []),
        ((), 91, [Code.NO_LOCATION]),
        ((seen("stranger", SINGAPORE),), 91, [Code.NO_LOCATION]),
        ((seen("maker", SINGAPORE),), 365, []),
        ((seen("maker", SINGAPORE),), 366, [Code.STALE]),
        ((seen("maker", SINGAPORE), seen("maker", SINGAPORE, 24)), 366, []),
        ((seen("maker", SINGAPORE, regime="free"),), 91, []),
        ((seen("maker", SINGAPORE, regime="ftz"),), 90, []),
        ((seen("maker", SINGAPORE, regime="ftz"),), 91, [Code.DWELL]),
        ((seen("maker", SINGAPORE, regime="ftz"), seen("maker", SINGAPORE, 9)), 91, []),
    ],
)
def test_what_nobody_has_said_for_long_is_found(entries, days, wanted):
    assert wanted == codes(*entries, at=BEGIN + days * DAY)


def test_nobody_asks_where_an_empty_box_is():
    assert [] == codes(at=BEGIN + 99 * DAY, state=replace(STATE, origin=None))


# Properties -------------------------------------------------------------------------------------

CERTAIN = {OUTSIDE, WRONG}
SPOTS = st.sampled_from([LO_WU, HONG_KONG, SHENZHEN, HANOI, SINGAPORE, (0.0, -30.0)])
METRES = st.sampled_from([0, 50, 999, 10_000, 75_000, 1_000_000, 5_000_000])


@given(SPOTS, METRES, METRES)
def test_widening_accuracy_never_turns_cannot_tell_into_a_certainty(spot, one, other):
    narrow, wide = sorted((one, other))
    before = codes(TO_HONG_KONG, seen("carrier", spot, 9, within_m=narrow))
    after = codes(TO_HONG_KONG, seen("carrier", spot, 9, within_m=wide))

    assert MIXED not in before or after == [MIXED]


@given(SPOTS, METRES, METRES)
def test_widening_the_radius_never_takes_a_country_away(spot, one, other):
    narrow, wide = sorted((one, other))

    assert ATLAS.countries(*spot, narrow) <= ATLAS.countries(*spot, wide)


# Landmarks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ms", "hours", "wanted"),
    [
        (0.2, 0, [Code.CONTRADICTED]),  # 30 km at the speed of light, and 38 km to Shenzhen
        (0.3, 0, []),  # 30 km in fibre, 45 km in a vacuum: neither borne out nor refuted
        (40, 0, []),
        (0.2, 25, []),
    ],
)
def test_an_answer_that_light_cannot_have_made_from_there_contradicts(ms, hours, wanted):
    claim = seen("maker", SHENZHEN, hours, measured=measured(ms, HONG_KONG))

    assert wanted == codes(claim, at=BEGIN + 2 * DAY)


def test_the_distance_is_told_and_the_landmark_cited():
    (one,) = found(seen("maker", OSLO, measured=measured(1, SINGAPORE)))

    assert "within 151 km of it, at least 9,897 km from there" in one.message
    assert ((0,), True) == (one.cites, one.on_items)


def test_a_stranger_s_machine_counts_against_the_entry_only():
    (one,) = found(seen("stranger", OSLO, measured=measured(1, SINGAPORE)))

    assert not one.on_items
