"""Maps and pickers of places in a browser."""

import pytest

from tests.browser.conftest import faults_of


@pytest.fixture
def shown(site):
    """Opens a page of a chip, with its map."""
    world = site.world
    (chip,) = world.chips(1)
    world.commission("fab", [chip], readPoint={"id": "geo:24.78,121;u=500"})
    world.advance(hours=30)
    world.ship("fab", [chip], to="shop", readPoint={"id": "geo:1.36,103.99;u=5000"})
    world.advance(hours=1)
    world.inspect("customs", [chip], "conformant", readPoint={"id": "geo:1.3,103.85;u=50"})
    world.receive("shop", [chip], readPoint={"id": "geo:22.54,114.06;u=60000"})

    def show(page):
        page.goto("/items/A0001")
        page.locator(".journey").scroll_into_view_if_needed()
        page.wait_for_selector(".journey svg.map")

    return show


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_map_comes_when_it_is_seen_and_shuts_nobody_out(site, shown, theme):
    with site.page("lin", color_scheme=theme) as page:
        shown(page)

        assert 4 == page.locator("svg.map .stop").count()
        assert [] == faults_of(page)


def test_a_map_out_of_sight_is_printed_too(site, shown):
    with site.page("lin", viewport={"width": 390, "height": 80}) as page:
        page.goto("/items/A0001")
        count = "document.querySelectorAll('svg.map').length"
        asked = f"new Promise((done) => {{ print = () => done({count}); }})"
        page.evaluate(f"() => {{ window.printed = {asked}; }}")
        page.click("[data-print]")

        assert 1 == page.evaluate("window.printed")


def test_a_map_stands_alone_with_its_colours(site, shown):
    with site.page("lin") as page:
        shown(page)
        page.goto("/items/A0001/map.svg")

        fill = "getComputedStyle(document.querySelector('.way.suspect')).strokeDasharray"
        assert "none" != page.evaluate(fill)


def test_a_picker_says_what_is_meant_while_one_types(site):
    with site.page("lin") as page:
        page.goto("/record/declare")
        page.fill("#place", "changi")
        page.wait_for_selector("#place-list option[value=SIN]", state="attached")
        assert "Singapore Changi International Airport (SIN)" in page.inner_text(".meant")

        page.select_option("#place_country", "NO")
        page.wait_for_selector(".meant.wrong")
        assert "not in NO" in page.inner_text(".meant")


def test_a_place_is_chosen_on_a_map_as_exactly_as_one_could_click(site):
    with site.page("lin") as page:
        page.goto("/record/declare")
        page.click("text=On the map")
        page.wait_for_selector(".place svg.map")
        page.fill("#place", "SIN")
        page.wait_for_selector(".place svg.map .dot", state="attached")
        page.click(".place svg.map", position={"x": 5, "y": 5})
        page.wait_for_selector(".meant:has-text('within 16 km')")

        latitude, longitude = map(float, page.input_value("#place").split(","))
        assert (True, True) == (1.35 < latitude < 9, 90 < longitude < 103.99)
        assert [] == faults_of(page)
        page.fill("#place", "OSL")
        page.wait_for_selector(".meant:has-text('within 5 km')")


def test_nothing_sticks_out_of_a_small_screen(site, shown):
    with site.page("lin", viewport={"width": 360, "height": 740}) as page:
        shown(page)

        assert 360 >= page.evaluate("document.documentElement.scrollWidth")
