"""Maps and pickers of places in a browser."""

import pytest
from flask import g, render_template_string

from ledger.service import query
from ledger.service.tokens import Caller, Scope
from schemas.statement import Site
from tests.browser.conftest import faults_of
from tests.browser.test_scanning import POLICY
from tests.web.test_places import HALL
from tests.world import party
from web.pages.places import journey_in

TRIAL = """
{% extends "base.html" %}{% from "places/macros.html" import journey_map, place_picker %}
{% block title %}Trial{% endblock %}
{% block main %}<h1>Trial</h1>{{ journey_map(item, journey) }}
<form>{{ place_picker("from", "From where") }}</form>{% endblock %}
"""


@pytest.fixture
def shown(site):
    """Opens a page with the map of a chip, and a picker."""
    world = site.world
    (chip,) = world.chips(1)
    world.commission("fab", [chip], readPoint={"id": "geo:24.78,121;u=500"})
    world.advance(hours=30)
    world.ship("fab", [chip], to="shop", readPoint={"id": "geo:1.36,103.99;u=5000"})
    world.advance(hours=1)
    world.inspect("customs", [chip], "conformant", readPoint={"id": "geo:1.3,103.85;u=50"})
    world.receive("shop", [chip], readPoint={"id": "geo:22.54,114.06;u=60000"})
    world.say("fab", Site, **HALL)

    def show(page):
        with site.web.app.test_request_context():
            g.caller = Caller(party("fab"), frozenset({Scope.READ}), "lin")
            journey = journey_in(query.dossier(world.ledger, chip))
            body = render_template_string(TRIAL, item=chip, journey=journey)
        page.route("**/trial", lambda route: route.fulfill(body=body, headers=POLICY))
        page.goto("/trial")
        page.wait_for_selector(".journey svg.map")

    return show


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_map_comes_when_it_is_seen_and_shuts_nobody_out(site, shown, theme):
    with site.page("lin", color_scheme=theme) as page:
        shown(page)

        assert 4 == page.locator("svg.map .stop").count()
        assert [] == faults_of(page)


def test_a_map_stands_alone_with_its_colours(site, shown):
    with site.page("lin") as page:
        shown(page)
        page.goto("/items/A0001/map.svg")

        fill = "getComputedStyle(document.querySelector('.way.suspect')).strokeDasharray"
        assert "none" != page.evaluate(fill)


def test_a_picker_says_what_is_meant_while_one_types(site, shown):
    with site.page("lin") as page:
        shown(page)
        page.fill("#from", "changi")
        page.wait_for_selector("#from-list option[value=SIN]", state="attached")
        assert "Singapore Changi International Airport (SIN)" in page.inner_text(".meant")

        page.select_option("#from_country", "NO")
        page.wait_for_selector(".meant.wrong")
        assert "not in NO" in page.inner_text(".meant")


def test_nothing_sticks_out_of_a_small_screen(site, shown):
    with site.page("lin", viewport={"width": 360, "height": 740}) as page:
        shown(page)

        assert 360 >= page.evaluate("document.documentElement.scrollWidth")
