"""The frame of every page in a browser: keys, language, theme, a small screen."""

import re

import pytest

from tests.browser.conftest import faults_of
from tests.web.conftest import PASSWORD
from tests.world import CHIPS


def test_the_keys_of_the_keyboard_lead_to_the_search_box_and_are_listed(site):
    with site.page() as page:
        site.sign_in(page, "lin")
        page.keyboard.press("/")
        assert "search" == page.evaluate("document.activeElement.id")

        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("?")
        assert page.locator("dialog#keys").is_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nobody_is_shut_out(site, theme):
    with site.page(color_scheme=theme) as page:
        site.sign_in(page, "lin")
        assert [] == faults_of(page)

        page.goto("/search?q=nothing")
        assert [] == faults_of(page)


def test_each_language_is_chosen_and_kept(site):
    with site.page() as page:
        site.sign_in(page, "lin")
        for language, check in {"zh-Hant": "核對", "zh-Hans": "核对", "en": "Check"}.items():
            page.click("details.menu summary")
            page.select_option("#language", language)
            page.click("details.menu button >> nth=0")
            page.wait_for_selector(f"html[lang={language}]")

            page.goto("/check")
            assert language == page.get_attribute("html", "lang")
            assert check == page.inner_text("nav [aria-current]")


def test_nothing_sticks_out_of_a_small_screen(site):
    with site.page(viewport={"width": 360, "height": 740}) as page:
        site.sign_in(page, "lin")
        assert 360 >= page.evaluate("document.documentElement.scrollWidth")


def test_what_was_typed_outlives_the_session(site):
    with site.page("lin") as page:
        page.goto("/ship")
        page.fill("#units", "A-1\nA-2")
        page.context.clear_cookies()
        page.click(".actions button[value=check]")
        page.fill("#name", "lin")
        page.fill("#password", PASSWORD)
        page.click("main button")
        assert [] == faults_of(page)

        page.click("text=Go on with it")
        assert "A-1\nA-2" == page.input_value("#units")


def test_local_time_stands_beside_utc(site):
    site.world.commission("fab", [f"{CHIPS}A1"])
    with site.page("lin", timezone_id="Asia/Taipei") as page:
        page.goto("/entries/4")
        said = page.locator("main dl time").first
        utc, local = re.findall(r"\d\d:\d\d", said.text_content())

        assert f"{(int(utc[:2]) + 8) % 24:02}{utc[2:]}" == local
        assert said.text_content().endswith(" here)")
