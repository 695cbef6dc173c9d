"""The page of an item in a browser."""

import pytest

from tests.browser.conftest import faults_of
from tests.world import CHIPS

HOSTILE = f"{CHIPS}%3Cimg%20src%3Dx%20onerror%3Dalert%281%29%3E"
OSLO = {"readPoint": {"id": "geo:59.91,10.75;u=500"}}


@pytest.fixture
def address(site):
    """The page of a stolen chip with a hostile serial, that was seen somewhere."""
    site.world.commission("fab", [HOSTILE], **OSLO)
    site.world.ship("fab", [HOSTILE], to="shop")
    site.world.report("shop", [HOSTILE], "stolen")
    return "/items/" + HOSTILE.replace("%", "%25")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_shuts_nobody_out_and_a_hostile_serial_is_text(site, address, theme):
    with site.page("ida", "inspector", of="customs", color_scheme=theme) as page:
        page.goto(address)
        assert "<img src=x onerror=alert(1)>" in page.inner_text("h1")
        assert [] == faults_of(page)

        page.goto("/items")
        assert [] == faults_of(page)


def test_a_small_screen_has_the_verdict_and_who_has_it_before_what_happened(site, address):
    with site.page(
        "ida", "inspector", of="customs", viewport={"width": 360, "height": 740}
    ) as page:
        page.goto(address)
        order = [".answer", "aside", ".timeline"]
        tops = [page.locator(one).bounding_box()["y"] for one in order]

        assert tops == sorted(tops)
        assert 360 >= page.evaluate("document.documentElement.scrollWidth")
