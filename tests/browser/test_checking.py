"""An officer checks goods in a browser."""

import pytest

from tests.browser.conftest import faults_of
from tests.world import CHIPS

PAPERS = [{"type": "bol", "bizTransaction": "urn:chiptrail:doc:awb:618-1"}]
HOSTILE = f"{CHIPS}%3Cimg%20src%3Dx%20onerror%3Dalert%281%29%3E"


@pytest.fixture
def chips(site):
    """Seventy-two chips on their way to the shop, one of them with a hostile serial."""
    made = [HOSTILE, *site.world.chips(71)]
    site.world.commission("fab", made)
    site.world.ship("fab", made, to="shop", bizTransactionList=PAPERS)
    return made


def check(page, serials, *, offline=False):
    page.goto("/check")
    page.context.set_offline(offline)
    page.click("main details summary")
    page.fill("#document", "AWB 618-1")
    page.fill("#serials", "\n".join(serials))
    page.click("text=Check them")


def test_customs_finds_two_missing(site, chips):
    with site.page(
        "ida", "inspector", of="customs", viewport={"width": 390, "height": 844}
    ) as page:
        check(page, chips[:70], offline=True)
        assert "There is no connection" in page.inner_text("[role=alert]")

        page.context.set_offline(False)
        page.click("text=Check them")
        page.wait_for_selector(".answer")
        assert page.locator(".answer").bounding_box()["height"] < 400
        assert "70 match; 2 expected, not presented" in page.inner_text(".answer")
        assert ["A0070", "A0071"] == page.locator("h2 + .serials code").all_inner_texts()
        assert 390 >= page.evaluate("document.documentElement.scrollWidth")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_check_shuts_nobody_out_and_a_hostile_serial_is_text(site, chips, theme):
    with site.page("ida", "inspector", of="customs", color_scheme=theme) as page:
        page.goto("/check")
        assert [] == faults_of(page)

        check(page, [*chips, "NONE"])
        page.wait_for_selector(".answer")
        page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        assert [] == faults_of(page)
        assert "<img src=x onerror=alert(1)>" in page.inner_text("main")


def test_a_swapped_sticker_does_not_pass(site):
    """The label of one chip is on another: what answers inside of it is bound to that one."""
    one, other = site.world.chips(2)
    read = [{"item": item, "uuid": f"GPU-{item[-5:]}"} for item in (one, other)]
    site.world.commission("fab", [one, other], **{"chiptrail:identities": read})
    swapped = {"item": one, "uuid": f"GPU-{other[-5:]}"}
    site.world.inspect("customs", [one], "conformant", **{"chiptrail:identities": [swapped]})
    with site.page("ida", "inspector", of="customs") as page:
        page.goto(f"/check?serials={one}%0A{other}")

        assert "Read the number inside the chip" in page.inner_text(".answer.check")
        assert "identity/mismatch" in page.inner_text("main")
