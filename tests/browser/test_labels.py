"""Labels as a browser draws them: they can be scanned, and fit their paper."""

import re

import pytest

from schemas.item import parse_query
from tests.browser.conftest import faults_of
from web.pages.labels import SIZES
from web.scans import open_picture, read_codes

SMALL = {"width": 880, "height": 900}


@pytest.fixture
def box(site):
    """A box of twenty-five things of the fab's."""
    chips = site.world.chips(25)
    site.world.commission("fab", chips)
    site.world.pack("fab", "https://id.gs1.org/00/106141412345678908", chips)
    return chips


@pytest.mark.parametrize("size", SIZES)
def test_every_code_on_a_page_of_labels_is_read_as_its_item(site, box, size):
    with site.page("lin", device_scale_factor=2, viewport=SMALL) as page:
        page.goto(f"/items/106141412345678908/labels?size={size}")
        seen = read_codes(open_picture(page.locator(".labels").screenshot()))
        assert [] == faults_of(page)

    assert {*box} == {parse_query(code.text).item for code in seen}


@pytest.mark.parametrize(("size", "pages", "wide"), [("single", 25, 176), ("sheet24", 2, 595)])
def test_labels_are_printed_on_paper_of_their_size(site, box, size, pages, wide):
    with site.page("lin") as page:
        page.goto(f"/items/106141412345678908/labels?size={size}")
        data = page.pdf(prefer_css_page_size=True)
    boxes = re.findall(rb"/MediaBox ?\[0 0 ([0-9.]+)", data)

    assert [wide] * pages == [round(float(one)) for one in boxes]


def test_nothing_sticks_out_of_a_small_screen(site, box):
    with site.page("lin", viewport={"width": 360, "height": 740}) as page:
        page.goto("/items/A0001/label")

        assert 360 >= page.evaluate("document.documentElement.scrollWidth")
