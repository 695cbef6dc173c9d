"""Distances on the Earth."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.geodesy import Circle, gap_km, haversine_km, is_gap_over, rim, way

AIRPORTS = [
    # As the table of flights in docs/location.md has them.
    ("Singapore to Hong Kong", (1.36, 103.99), (22.31, 113.92), 2558),
    ("San Jose to Singapore", (37.36, -121.93), (1.36, 103.99), 13630),
    ("across the antimeridian", (0, 179.5), (0, -179.5), 111.3),
    ("pole to pole", (90, 0), (-90, 77), 20004),
]


@pytest.mark.parametrize(("one", "other", "km"), [row[1:] for row in AIRPORTS])
def test_the_distance_is_that_on_the_ellipsoid(one, other, km):
    assert gap_km(Circle(*one, 0), Circle(*other, 0)) == pytest.approx(km, rel=0.004)


def test_circles_that_meet_are_not_apart():
    assert gap_km(Circle(0, 0, 60_000), Circle(0, 1, 60_000)) == 0


POINTS = st.builds(Circle, st.floats(-90, 90), st.floats(-180, 180), st.floats(0, 1e6))


@given(POINTS, POINTS, st.floats(0, 20_000))
def test_the_short_way_gives_the_same_answer(one, other, limit_km):
    assert is_gap_over(one, other, limit_km) == (gap_km(one, other) > limit_km)


@given(POINTS, POINTS)
def test_the_sphere_is_never_off_by_more_than_it_says(one, other):
    exact = gap_km(one._replace(radius_m=0), other._replace(radius_m=0))

    assert abs(haversine_km(one, other) - exact) <= 0.006 * exact + 1e-6


def test_the_shortest_way_over_the_pacific_crosses_the_antimeridian():
    points = way(Circle(25.08, 121.23, 0), Circle(37.36, -121.93, 0))

    assert points[0] == pytest.approx((25.08, 121.23))
    assert points[-1] == pytest.approx((37.36, -121.93))
    assert max(latitude for latitude, _ in points) > 45
    assert all(-180 <= longitude <= 180 for _, longitude in points)


def test_the_rim_of_a_circle_is_as_far_from_its_centre_everywhere():
    circle = Circle(64.1, -21.9, 400_000)
    distances = [gap_km(Circle(*point, 0), circle._replace(radius_m=0)) for point in rim(circle)]

    assert distances == pytest.approx([400] * len(distances))
