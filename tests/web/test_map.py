"""Maps: what is shown, and that it is well drawn wherever in the world it is."""

import re
import threading
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest
import shapely

from ledger.geodesy import Circle, gap_km
from ledger.journey import Journey, Stop, Way
from ledger.location import Level
from schemas.place import Place
from tests.ledger.sightings import BEGIN
from web.map import WIDTH, Words, draw_map, view_of
from web.natural_earth import version
from web.outline import DETAILS, Outline, outline, prepare_soon

SVG = "{http://www.w3.org/2000/svg}"
ISLANDS = Outline(
    ("SG", "FJ"), shapely.box([103, 177, -180], [1, -18, -18], [105, 180, -178], [3, -16, -16])[:2]
)
WORDS = Words(
    "Where <it> was", "2 places", str, lambda stop: f"stop {stop.number}", lambda way: "9 & 9"
)
PLACES = {
    "at home": [(1.3, 103.8)],
    "in a town": [(1.30, 103.80), (1.31, 103.81), (1.30, 103.80)],
    "over the antimeridian": [(25.1, 121.2), (37.4, -121.9)],
    "on both sides of it": [(-17.0, 178.0), (-13.0, -172.0)],
    "around the world": [(0, 0), (0, 120), (0, -120), (10, 0)],
    "at the poles": [(89.9, 10), (-89.9, 100)],
    "to the other end": [(0, 0), (0, 180)],
}


def stop(number, point, radius_m=500, *, is_held=True, level=Level.DECLARED):
    place, circle = Place(*point, radius_m), Circle(*point, radius_m)
    return Stop(number, place, circle, level, "urn:x", BEGIN, BEGIN, (number,), is_held)


def journey(points, radius_m=500, *, is_suspect=False):
    stops = [stop(number, point, radius_m) for number, point in enumerate(points, 1)]
    ways = [
        Way(one, other, gap_km(one.circle, other.circle), 1.0, is_suspect)
        for one, other in pairwise(stops)
    ]
    return Journey(tuple(stops), tuple(ways))


def drawn(told):
    return ET.fromstring(draw_map(told, lambda _: ISLANDS, WORDS))


def marks(svg):
    circles = [mark.find(f"{SVG}circle") for mark in svg.iter(f"{SVG}g")]
    return [(float(one.get("cx")), float(one.get("cy"))) for one in circles]


@pytest.mark.parametrize("points", PLACES.values(), ids=PLACES)
def test_every_stop_is_on_the_map_and_none_hides_another(points):
    svg = drawn(journey(points))
    height = float(svg.get("viewBox").split()[3])
    spots = marks(svg)

    assert len(points) == len(set(spots))
    assert all(0 <= x <= WIDTH and 0 <= y <= height for x, y in spots)


@pytest.mark.parametrize("points", PLACES.values(), ids=PLACES)
def test_no_line_runs_across_the_map_from_edge_to_edge(points):
    for path in drawn(journey(points, 200_000)).iter(f"{SVG}path"):
        if path.get("class") != "land":
            xs = [
                [float(x) for x in re.findall(r"(-?\d+) ", part)]
                for part in path.get("d").split("M")
            ]
            steps = [abs(a - b) for line in xs for a, b in pairwise(line)]
            assert max(steps, default=0) <= WIDTH / 2


def test_a_suspect_way_is_marked_and_says_why():
    svg = drawn(journey(PLACES["over the antimeridian"], is_suspect=True))

    assert ["9 & 9"] == [
        text.text for text in svg.iter(f"{SVG}text") if text.get("class") == "speed"
    ]
    assert ["way suspect"] == [path.get("class") for path in svg.iter(f"{SVG}path")][1:]


def test_how_far_off_a_place_may_be_is_drawn_where_it_can_be_seen():
    kinds = [
        [path.get("class") for path in drawn(journey([(1.3, 103.8)], radius_m)).iter(f"{SVG}path")]
        for radius_m in (50, 50_000)
    ]

    assert [["land"], ["land", "rim"]] == kinds


def test_a_stop_is_drawn_by_its_level_and_a_strangers_apart():
    told = Journey((stop(1, (1, 103), level=Level.INSPECTED), stop(2, (2, 104), is_held=False)))

    assert ["stop inspected", "stop stranger"] == [
        g.get("class") for g in drawn(told).iter(f"{SVG}g")
    ]


def test_what_a_map_shows_is_told_to_who_does_not_see_it():
    svg = drawn(journey([(1.3, 103.8)]))

    assert ("img", "map-title map-desc") == (svg.get("role"), svg.get("aria-labelledby"))
    assert ("Where <it> was", "2 places") == (svg[0].text, svg[1].text)


def test_countries_are_named_where_there_is_room():
    names = [text.text for text in drawn(journey([(1.3, 103.1)])).iter(f"{SVG}text")]

    assert ["SG", "1"] == names


def test_without_a_stop_it_is_the_world():
    assert view_of([]).window(0)[2] - view_of([]).window(0)[0] > 340


def test_islands_beyond_the_antimeridian_are_beside_those_before_it():
    (piece,) = ISLANDS.within(170, -20, 190, -10)
    (other,) = ISLANDS.within(-190, -20, -170, -10)

    assert (0.0, -360.0) == (piece.turn, other.turn)


# The real outlines -------------------------------------------------------------------------------


@pytest.fixture
def forgetful(monkeypatch):
    """Nothing is in memory."""
    monkeypatch.setattr("web.outline._made", {})


def test_outlines_are_made_once_and_kept(tmp_path, monkeypatch, forgetful):
    made = outline(DETAILS[0], tmp_path)
    monkeypatch.setattr("web.outline._made", {})
    monkeypatch.setattr("web.outline._make", None)
    kept = outline(DETAILS[0], tmp_path)

    assert {"SG", "HK", "MO", "TW", "FR", "NO"} <= set(kept.codes)
    assert made.codes == kept.codes
    assert shapely.equals_exact(made.shapes, kept.shapes).all()


def test_what_a_server_will_need_is_made_beside_it(tmp_path, monkeypatch):
    made = []
    monkeypatch.setattr("web.outline._SETTLED_S", 0)
    monkeypatch.setattr(
        "web.outline._make", lambda detail, path: made.append((detail, path.parent))
    )
    kept = tmp_path / f"outline-{version()}-{DETAILS[0]}"
    kept.write_bytes(b"")
    before = {*threading.enumerate()}
    prepare_soon(tmp_path)
    for timer in {*threading.enumerate()} - before:
        timer.join()

    assert [(detail, tmp_path) for detail in DETAILS[1:]] == made


@pytest.mark.parametrize("damage", [b"", b"SG TW\nnothing", b"SG\n"])
def test_an_outline_that_was_damaged_is_made_anew(tmp_path, monkeypatch, forgetful, damage):
    monkeypatch.setattr("web.outline._make", lambda *_: ISLANDS)
    (tmp_path / f"outline-{version()}-{DETAILS[0]}").write_bytes(damage)

    assert ISLANDS is outline(DETAILS[0], tmp_path)


def test_where_nothing_can_be_written_a_map_has_no_land(tmp_path, forgetful):
    (tmp_path / "maps").write_text("a file is in the way")
    told = draw_map(journey([(1.3, 103.8)]), lambda _: outline(0.2, tmp_path / "maps"), WORDS)

    assert '<path class="land" d=""/>' in told
    assert 'class="stop declared"' in told
