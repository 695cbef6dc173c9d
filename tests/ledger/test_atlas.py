"""Points to countries."""

import json

import pytest
import tzfpy

from ledger import atlas
from ledger.atlas import Atlas
from tests.geography import ATLAS

PLACES = [
    ("Hong Kong", 22.30, 114.17, 100, "HK"),
    ("Shenzhen", 22.60, 114.06, 100, "CN"),
    ("Lo Wu", 22.532, 114.117, 1000, "CN HK"),
    ("Singapore", 1.35, 103.80, 100, "SG"),
    ("Woodlands", 1.445, 103.77, 1000, "MY SG"),
    ("Macau", 22.19, 113.54, 100, "MO"),
    ("Zhuhai", 22.27, 113.57, 100, "CN"),
    ("Zhuhai at a distance", 22.27, 113.57, 10_000, "CN MO"),
    ("Basel", 47.56, 7.59, 5000, "CH DE FR"),
    ("Hanoi", 21.03, 105.85, 5000, "VN"),
    ("Vinh", 18.68, 105.68, 5000, "VN"),
    ("Bangkok", 13.75, 100.50, 5000, "TH"),
    ("Kaliningrad", 54.71, 20.51, 5000, "RU"),
    ("Pristina", 42.66, 21.16, 5000, "XK"),
    ("Belgrade", 44.80, 20.45, 5000, "RS"),
    ("the north pole", 90, 0, 1000, ""),
    ("the south pole", -90, 0, 1000, "AQ"),
    ("the middle of the Atlantic", 0, -30, 100_000, ""),
    ("the antimeridian", 0, 180, 1000, ""),
    ("Taveuni, from the west", -16.8, 180.0, 1000, "FJ"),
    ("Taveuni, from the east", -16.8, -180.0, 1000, "FJ"),
]


@pytest.mark.parametrize(
    ("latitude", "longitude", "radius_m", "wanted"),
    [place[1:] for place in PLACES],
    ids=[place[0] for place in PLACES],
)
def test_a_place_has_its_countries(latitude, longitude, radius_m, wanted):
    assert frozenset(wanted.split()) == ATLAS.countries(latitude, longitude, radius_m)


def test_the_line_through_laos_cuts_no_island_of_its_zone():
    """Thailand and northern Vietnam share a zone, and lie on its two sides by 20 km at least."""
    (drawn,) = json.loads(tzfpy.get_tz_polygon_geojson("Asia/Bangkok"))["features"]
    rings = [polygon[0] for polygon in drawn["geometry"]["coordinates"]]
    line = atlas._THROUGH_LAOS

    assert all(len({atlas._is_east(line, y, x) for x, y in ring}) == 1 for ring in rings)
    assert min(atlas._distance_m(line, y, x) for ring in rings for x, y in ring) > 20_000


def test_near_the_line_of_kosovo_the_answer_is_both():
    assert {"RS", "XK"} == ATLAS.countries(42.98, 21.26, 0)  # Merdare, a crossing


def test_the_version_changes_with_the_table_of_zones():
    table = b"VN\t+1045+10640\tAsia/Bangkok\n"

    assert Atlas(table).version != ATLAS.version
