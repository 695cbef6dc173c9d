"""Places over HTTP: the map of an item, and what pickers ask and send."""

from pathlib import Path

import pytest
from flask import g, render_template_string

from ledger.service import query
from ledger.service.tokens import Caller, Scope
from schemas.statement import Site
from tests.web.test_labels import path
from tests.world import party
from web.pages.places import journey_in

HALL = {"name": "Hall <4>", "latitude": 59.9, "longitude": 10.8, "radius_m": 400, "country": "NO"}
TRIAL = "{% from 'places/macros.html' import journey_map, place_picker %}"


@pytest.fixture
def url():
    """What is tried here is above the database; one kind will do."""


@pytest.fixture
def chip(web):
    """A chip that was said to be in Singapore, and an hour later in Oslo, by another."""
    (made,) = web.world.chips(1)
    web.world.commission("fab", [made])
    web.world.declare("fab", [made], readPoint={"id": "geo:1.36,103.99;u=5000"})
    web.world.ship("fab", [made], to="shop")
    web.world.receive("shop", [made], readPoint={"id": "geo:59.9,10.8;u=400"})
    return made


@pytest.fixture
def asking(web):
    """Within a request of the fab's, which has a hall."""
    web.world.say("fab", Site, **HALL)
    with web.app.test_request_context():
        g.caller = Caller(party("fab"), frozenset({Scope.READ}), "lin")
        yield web


def test_the_map_of_an_item_shows_where_it_was_said_to_be(web, chip):
    answer = web.ask(path(chip, "map.svg"), by="shop")

    assert ("image/svg+xml", 2) == (answer.mimetype, answer.text.count('class="stop '))
    assert "1: 1.36 N, 103.99 E, within 5 km (Singapore); 2: 59.90 N, 10.80 E, " in answer.text
    assert "style-src" not in answer.headers["Content-Security-Policy"]


def test_a_suspect_way_is_told_on_the_map_and_beside_it(web, chip):
    assert 'class="way suspect"' in web.ask(path(chip, "map.svg"), by="shop").text


def test_what_a_landmark_measured_is_told_with_its_distance(web, chip):
    near = {"readPoint": {"id": "geo:59.9,10.8;u=400"}, **web.world.measured("shop", 0.84)}
    web.world.declare("shop", [chip], **near)
    shown = " ".join(web.ask(path(chip), by="shop").text.split())

    assert '<span class="level measured">' in shown
    assert "was within 85 km of the landmark Oslo 1" in shown


def test_a_map_is_drawn_of_what_its_reader_sees(web, chip):
    web.world.enroll("rival")

    assert 404 == web.ask(path(chip, "map.svg"), by="rival").status_code


def test_countries_are_called_as_the_reader_speaks(web, chip):
    answer = web.ask(path(chip, "map.svg"), by="shop", Accept_Language="zh-CN")

    assert "中国" in answer.text


def test_the_list_beside_the_map_says_the_same_without_a_script(web, chip, asking):
    journey = journey_in(query.dossier(web.world.ledger, chip))
    told = render_template_string(
        TRIAL + "{{ journey_map(item, journey) }}", item=chip, journey=journey
    )

    assert ['<li value="1">', '<li value="2">'] == [
        f'<li value="{n}">' for n in (1, 2) if f'<li value="{n}">' in told
    ]
    assert "59.90 N, 10.80 E, within 400 m (Norway)" in told
    assert "From 1 to 2: at least" in told


# Pickers -----------------------------------------------------------------------------------------


def test_a_picker_is_told_what_is_called_so_and_what_it_means(web):
    told = web.ask("/places?q=changi&country=NO", by="fab").json

    assert ["SIN"] == [place["text"] for place in told["places"]]
    assert "the coordinates are in SG, not in NO" == told["meant"]["hint"]


def test_a_picker_is_told_what_to_mend(web):
    told = web.ask("/places?q=Atlantis", by="fab").json

    assert ([], None) == (told["places"], told["meant"])
    assert "no site of yours and no port" in told["fault"]


def test_seaports_are_known_once_their_list_is_in_the_folder(web):
    assert [] == web.ask("/places?q=NLRTM", by="fab").json["places"]

    folder = Path(web.world.ledger.directory.path) / "unlocode"
    folder.mkdir()
    row = ',"NL","RTM","Rotterdam","Rotterdam","ZH","1--3----","AI","0701",,"5155N 00430E",'
    (folder / "part2.csv").write_text(row)
    meant = web.ask("/places?q=NLRTM", by="fab").json["meant"]

    assert ("seaport", "Rotterdam, seaport (NLRTM)") == (meant["kind"], meant["name"])
    assert "51.92 N, 4.50 E, within 10 km, Netherlands" == meant["where"]


def test_a_map_to_choose_on_marks_the_place_that_it_is_around(web):
    world, near = (
        web.ask(f"/places/map.svg{q}", by="fab") for q in ("", "?at=1.36,103.99&wide=60")
    )

    assert (0, 1) == (world.text.count('class="dot"'), near.text.count('class="dot"'))
    assert 'data-view="1.36000 103.99000 ' in near.text
    assert "1.36 N, 103.99 E" in near.text


@pytest.mark.parametrize("asked", ["at=Atlantis", "at=91,0", "at=1,2&wide=-1", "at=1,2&wide=nan"])
def test_a_map_of_no_place_is_refused(web, asked):
    assert 400 == web.ask(f"/places/map.svg?{asked}", by="fab").status_code


def test_how_exact_a_place_is_meant_is_told_as_it_was_said(web):
    told = web.ask("/places?q=SIN&within=300", by="fab").json

    assert 300.0 == told["meant"]["accuracyM"]


def test_sites_of_others_are_not_offered(asking):
    assert [["Hall <4>"], []] == [
        [place["text"] for place in asking.ask("/places?q=hall+4", by=who).json["places"]]
        for who in ("fab", "shop")
    ]


def test_a_picker_shows_again_what_was_sent(asking):
    given = {"from": "1.36,103.99", "from_country": "SG", "from_withheld": "1"}
    told = render_template_string(TRIAL + "{{ place_picker('from', given=given) }}", given=given)

    assert 'value="1.36,103.99"' in told
    assert '<option value="SG" selected>Singapore' in told
    assert " checked" in told
    assert '<option value="Hall &lt;4&gt;">' in told
