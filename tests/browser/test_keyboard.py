"""Whoever has a keyboard alone does all of it: nothing but Tab, Space, Enter and what is typed."""

from tests.browser.test_shipping import SERIALS, hold
from tests.browser.test_signing import dying, give_key
from tests.world import CHIPS

IS_THERE = "selector => document.activeElement.matches(selector)"
MOST = 80


def tab_to(page, selector):
    """Go on until what is *selected* has the focus."""
    for _ in range(MOST):
        page.keyboard.press("Tab")
        if page.evaluate(IS_THERE, selector):
            return
    raise AssertionError(f"no Tab leads to {selector}")


def press(page, selector, key="Enter"):
    tab_to(page, selector)
    page.keyboard.press(key)


def fill(page, selector, text):
    tab_to(page, selector)
    page.keyboard.type(text)


def test_a_shipment_is_made_checked_signed_and_looked_at(site, tmp_path):
    hold(site, SERIALS[:3])
    with site.page("lin") as page:
        give_key(page, site.world, tmp_path)
        page.goto("/")
        press(page, "nav a[href='/ship']")
        page.wait_for_url("**/ship")
        fill(page, "#units", "\n".join(SERIALS[:3]))
        press(page, "main button[value=check]")
        page.wait_for_selector("[role=alert]:focus")
        press(page, "[role=alert] a[href='#to']")
        page.wait_for_selector("#to:focus")
        page.keyboard.type("Shop")
        page.keyboard.press("Enter")
        page.wait_for_selector(".payloads")
        with dying(site, page, after=0):
            press(page, ".act button")
            page.wait_for_selector(".after .fault:focus")
        press(page, ".after button")
        page.wait_for_selector(".after h3:focus")
        press(page, ".after a[href^='/shipments/']")
        page.wait_for_url("**/shipments/*")

        assert "on its way" in page.inner_text("main")


def test_what_came_is_ticked_off(site, tmp_path):
    hold(site, SERIALS[:3])
    site.world.ship("fab", [f"{CHIPS}{serial}" for serial in SERIALS[:3]], to="shop")
    with site.page("ann", of="shop") as page:
        give_key(page, site.world, tmp_path, "shop")
        page.goto("/receive")
        press(page, "main table a")
        page.wait_for_url("**/receive/*")
        tab_to(page, f"tr[data-unit='{CHIPS}{SERIALS[0]}'] select")
        page.keyboard.type("d")
        tab_to(page, f"tr[data-unit='{CHIPS}{SERIALS[1]}'] select")
        page.keyboard.type("r")
        press(page, "main button[value=check]")
        page.wait_for_selector(".payloads")
        press(page, ".act button")
        page.wait_for_selector(".after h3:focus")
        press(page, ".after a[href^='/shipments/']")
        page.wait_for_url("**/shipments/*")

        assert "partly refused" in page.inner_text("main")
