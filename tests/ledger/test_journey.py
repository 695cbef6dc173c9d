"""The stops of a journey, and the ways between them."""

import pytest

from ledger.finding import Code, Finding
from ledger.journey import journey_of
from ledger.location import Level, terms_of
from ledger.rule_files import parse_pack
from ledger.service.ledger import load_pack
from ledger.travel import check_travel
from tests.ledger.sightings import BEGIN, HONG_KONG, OSLO, SINGAPORE, part, seen, told

PACK = parse_pack(load_pack())
TERMS = terms_of(PACK, BEGIN)
HELD = part("maker", "buyer", "carrier")


def journey(*entries):
    claims = told(HELD, *entries)
    return journey_of(claims, TERMS, check_travel(claims, TERMS, PACK, BEGIN))


def test_claims_of_one_place_are_one_stop_at_the_best_level():
    found = journey(
        seen("maker", SINGAPORE), seen("carrier", SINGAPORE, 2), seen("buyer", HONG_KONG, 30)
    )

    assert [(1, (1, 2), Level.COUNTERSIGNED), (2, (3,), Level.DECLARED)] == [
        (stop.number, stop.indexes, stop.level) for stop in found.stops
    ]


def test_what_is_seen_again_later_is_a_stop_of_its_own():
    found = journey(
        seen("maker", SINGAPORE), seen("buyer", HONG_KONG, 30), seen("maker", SINGAPORE, 60)
    )

    assert [(1, 2), (2, 3)] == [(way.start.number, way.end.number) for way in found.ways]


def test_stops_are_in_the_order_of_time_not_of_record():
    found = journey(seen("buyer", HONG_KONG, 30), seen("maker", SINGAPORE))

    assert [(2,), (1,)] == [stop.indexes for stop in found.stops]


def test_a_way_that_nothing_covers_is_suspect_and_says_its_speed():
    (way,) = journey(seen("maker", SINGAPORE), seen("buyer", HONG_KONG, 1)).ways

    assert way.is_suspect
    assert way.speed_km_h == pytest.approx(2560, rel=0.01)


def test_at_one_time_in_two_places_there_is_no_speed():
    (way,) = journey(seen("maker", SINGAPORE), seen("buyer", HONG_KONG)).ways

    assert (True, None) == (way.is_suspect, way.speed_km_h)


def test_a_finding_that_is_closed_makes_no_way_suspect():
    claims = told(HELD, seen("maker", SINGAPORE), seen("buyer", HONG_KONG, 1))
    closed = Finding(Code.IMPOSSIBLE_TRAVEL, "was", 2, cites=(1,), closed_by=9)

    assert not journey_of(claims, TERMS, [closed]).ways[0].is_suspect


def test_stops_that_are_not_neighbours_get_a_way_where_it_is_suspect():
    found = journey(
        seen("maker", SINGAPORE), seen("buyer", OSLO, 1, within_m=9_000_000), seen("maker", OSLO, 2)
    )

    assert [(1, 2, True)] == [
        (way.start.number, way.end.number, way.is_suspect) for way in found.ways
    ]


def test_a_stranger_is_a_stop_without_ways():
    found = journey(seen("maker", SINGAPORE), seen("stranger", HONG_KONG, 40))

    assert ([True, False], ()) == ([stop.is_held for stop in found.stops], found.ways)


def test_what_is_withheld_is_told_by_its_entry():
    assert (2,) == journey(seen("maker", SINGAPORE), seen("buyer", None, 5)).withheld
