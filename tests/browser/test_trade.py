"""Lists, papers and administration in a browser: for everybody, at any width, by the keyboard."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest

from ledger.finding import Code
from schemas.item import fold_item
from tests.browser.conftest import faults_of
from tests.browser.test_signing import give_key
from tests.world import CHIPS, party

HOSTILE = fold_item(f"{CHIPS}%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E")
READING = ["/shipments", "/shipments?state=void", "/findings?state=open", "/licences", "/parties"]
RUNNING = [
    "/administration",
    "/administration/users",
    "/administration/users/op",
    "/administration/tokens",
    "/administration/rules",
    "/administration/activity",
    "/administration/parties",
    "/account",
]


@pytest.fixture
def goods(site):
    """Three chips, one of them hostile, late on their way to the shop, under a licence."""
    world = site.world
    world.licence("fab", "D1", quantity=2)
    items = [HOSTILE, *world.chips(2)]
    world.commission("fab", items)
    under = [{"regime": "EAR", "kind": "licence", "number": "D1"}]
    more = {"chiptrail:authorisations": under}
    index = world.ship("fab", items, to="shop", due_in=timedelta(days=1), **more).index
    world.advance(days=9)
    (licence,) = world.ledger.registry.licences
    fab = world.ledger.registry.parties[party("fab")].indexes[0]
    return [f"/shipments/{index}", f"/entries/{index}", f"/licences/{licence}", f"/parties/{fab}"]


def wrong_on(page, paths, width):
    """What is wrong with the pages at *paths*: for whom, or where something sticks out."""
    found = []
    for path in paths:
        page.goto(path)
        out = page.evaluate("document.documentElement.scrollWidth")
        found += [(path, fault) for fault in faults_of(page)]
        found += [(path, out)] if out > width else []
    return found


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 360)])
def test_lists_shut_nobody_out_and_a_hostile_serial_is_text(site, goods, theme, width):
    look = {"color_scheme": theme, "viewport": {"width": width, "height": 800}}
    with site.page("lin", **look) as page:
        assert [] == wrong_on(page, [*READING, *goods], width)

        page.goto(goods[0])
        assert "<img src=x onerror=alert(1)>" in page.inner_text("main")


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 360)])
def test_administration_shuts_nobody_out(site, theme, width):
    look = {"color_scheme": theme, "viewport": {"width": width, "height": 800}}
    with site.page("op", "administrator", of="registrar", **look) as page:
        assert [] == wrong_on(page, RUNNING, width)


def test_rows_are_gone_through_by_the_keyboard(site, goods):
    with site.page("lin") as page:
        page.goto("/shipments")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{goods[0]}")


def test_an_inspector_settles_a_finding(site, goods, tmp_path):
    world = site.world
    (chip,) = world.chips(1)
    entry = world.report("shop", [chip], "stolen").index
    with site.page("ins", "inspector", of="customs") as page:
        give_key(page, world, tmp_path, "customs")
        page.goto(f"/findings?{urlencode({'item': chip, 'state': 'open'})}")
        page.click(f"section:has-text('{Code.STOLEN}') a:text-is('Settle')")
        page.fill("#reason", "Found in the second parcel.")
        page.click("main form button")
        page.click("text=Sign and record")
        page.wait_for_selector(".after table")
        page.goto(f"/findings?{urlencode({'item': chip, 'state': 'closed'})}")
        assert f"#{entry}" in page.inner_text("main")


def test_the_registrar_enrols_a_party(site, tmp_path):
    with site.page("reg", "administrator", of="registrar") as page:
        give_key(page, site.world, tmp_path, "registrar")
        page.goto("/administration/parties")
        page.fill("#id", "acme")
        page.fill("#names", "Acme")
        page.check("[value=exporter]")
        page.fill("#hq_country", "CN")
        page.fill("#hq_country_source", "annual report")
        page.fill("#hq_country_date", "2026-01-31")
        page.click("main form button")
        page.click("text=Sign and record")
        page.wait_for_selector(".after table")

    known = site.world.ledger.registry
    assert "CN" == known.subjects[known.parties[party("acme")].index].hq_country.code
