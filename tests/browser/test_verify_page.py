"""The page /verify: anybody drops a bundle, and the own browser says what it proves."""

from dataclasses import replace

import pytest

from ledger.note import COSIGNATURE_V1, encode_vkey
from ledger.service.bundling import make_bundle
from tests.browser.conftest import faults_of
from tests.forger import VKEY
from tests.ledger.bent_bundles import WITNESS, cosigned, made
from tests.world import CHIPS

CHIP, HOSTILE = f"{CHIPS}A1", f"{CHIPS}%3Cimg%20src%3Dx%20onerror%3Dalert%281%29%3E"


@pytest.fixture
def bundle(site):
    """The bytes of a bundle of two chips, and what a browser calls the file."""
    site.world.commission("fab", [CHIP, HOSTILE])
    site.world.ship("fab", [CHIP, HOSTILE], to="shop")
    data = make_bundle(site.world.ledger, [CHIP, HOSTILE])
    return {"name": "two.chiptrail.json", "mimeType": "application/json", "buffer": data}


def verified(page, bundle, wanted="verified"):
    page.goto("/verify")
    page.set_input_files("#file", bundle)
    page.wait_for_selector(f"[data-result={wanted}]")


def test_a_bundle_is_verified_without_a_connection(site, bundle):
    with site.page() as page:
        page.goto("/verify")
        page.wait_for_selector("#vkey")
        page.wait_for_load_state("networkidle")
        page.context.set_offline(True)
        page.set_input_files("#file", bundle)
        page.wait_for_selector("[data-result=verified]")

        assert 11 == page.locator("ol.checked [data-state=holds]").count()
        assert 1 == page.locator("ol.checked [data-state=unchecked]").count()


def test_its_first_load_is_at_most_150_kb(site):
    with site.page() as page:
        page.goto("/verify")
        page.wait_for_load_state("networkidle")
        sent = page.evaluate(
            "performance.getEntries().reduce((sum, one) => sum + (one.encodedBodySize ?? 0), 0)"
        )

        assert sent < 150_000


def test_a_bundle_that_was_changed_names_the_step(site, bundle):
    at = bundle["buffer"].index(b'"inclusion":["') + 20
    other = b"A" if bundle["buffer"][at : at + 1] != b"A" else b"B"
    bent = bundle["buffer"][:at] + other + bundle["buffer"][at + 1 :]
    with site.page() as page:
        verified(page, {**bundle, "buffer": bent}, wanted="failed")

        assert 1 == page.locator("ol.checked [data-state=failed]").count()
        assert "entry 0" in page.inner_text("#result .fault")


def test_why_it_fails_is_said_in_the_language_of_the_page(site, bundle):
    unknown = b'{"x":1,' + bundle["buffer"][1:]
    with site.page() as page:
        page.context.add_cookies([{"name": "language", "value": "zh-Hant", "url": site.url}])
        verified(page, {**bundle, "buffer": unknown}, wanted="failed")

        assert "/x：未知的名稱" in page.inner_text("#result .fault")  # noqa: RUF001 - as translated


STRANGERS = {
    b"\x89PNG\r\n\x1a\n": "a picture",
    b"PK\x03\x04": "a spreadsheet",
    b"%PDF-1.7": "a PDF",
    b"serial,status\nA-1,ok\n": "a list or a table",
    b'{"chiptrailKey":1}': "Give it to nobody",
    b'[\n {\n  "index": 3': "receipts",
    b'{"payload":"e30="}': "as somebody signed it",
    b"c2sp.org/tlog-proof@v1\n": "the proof that one entry",
    b"log.example\n3\n" + b"A" * 43 + b"=\n\n": "a signed head",
    b"": "empty",
    b"\x00\x01": "no text",
}


def test_a_file_that_is_no_bundle_is_told_what_it_seems_to_be(site):
    with site.page() as page:
        page.goto("/verify")
        for data, said in STRANGERS.items():
            page.set_input_files("#file", {"name": "x", "mimeType": "", "buffer": data})
            page.wait_for_selector(f"#verifier .fault:has-text('{said}')")


def test_names_are_text_whatever_they_say(site, bundle):
    with site.page() as page:
        verified(page, bundle)
        page.get_by_role("button", name="<img src=x onerror=alert(1)>", exact=True).click()

        assert "<img src=x onerror=alert(1)>" in page.inner_text("[data-story] h2")
        assert 0 == page.locator("main img").count()


def test_serials_are_compared_with_the_bundle(site, bundle):
    site.world.report("shop", [CHIP], "stolen")
    data = make_bundle(site.world.ledger, [CHIP, HOSTILE])
    with site.page() as page:
        verified(page, bundle | {"buffer": data})
        page.fill("#serials", "A1\nNONE-1 A1")
        page.get_by_role("button", name="Compare").click()

        counts = page.inner_text("[data-counts]")
        assert "1 match" in counts
        assert "1 not in this bundle" in counts
        assert "1 in the bundle, not presented" in counts
        lines = page.locator(".matching tbody tr").all_inner_texts()
        assert ["Shop reported" in line and "Presented 2 times" in line for line in lines].index(
            True
        ) == 0
        looks = page.inner_text(".matching ol")
        assert looks.index("Hold the item and call") < looks.index("Count the parcel")


def test_a_key_that_is_none_is_named_with_its_field(site, bundle):
    with site.page() as page:
        page.goto("/verify")
        page.fill("#vkey", "nonsense")
        page.set_input_files("#file", bundle)
        page.wait_for_selector("[role=alert]")

        assert "true" == page.get_attribute("#vkey", "aria-invalid")
        assert "Verifier key of the log" in page.inner_text("[role=alert]")


def test_a_server_that_says_another_key_than_before_is_told_of(site):
    with site.page() as page:
        page.goto("/verify")
        page.evaluate(
            "([name, vkey]) => localStorage.setItem(`chiptrail.vkey.${name}`, vkey)",
            [site.world.ledger.origin, "earlier"],
        )
        page.reload()

        page.wait_for_selector("#vkey-hint .wrong")
        assert "earlier" == page.input_value("#vkey")


def test_witnesses_that_the_reader_names_are_counted(site):
    forger = made()
    note = cosigned(forger)
    data = forger.bundle(contents=lambda contents: replace(contents, checkpoint=note))
    with site.page() as page:
        page.goto("/verify")
        page.fill("#vkey", VKEY)
        page.click("summary:has-text('Witnesses')")
        page.fill("#witnesses", encode_vkey("witness.example/w", WITNESS.public, COSIGNATURE_V1))
        file = {"name": "a.json", "mimeType": "application/json", "buffer": data}
        page.set_input_files("#file", file)
        page.wait_for_selector("[data-result=verified]")

        assert "1 of your witnesses cosigned it" in page.inner_text("ol.checked")
        assert "The same tree was seen by witness.example/w" in page.inner_text("#result")


def test_a_browser_that_cannot_verify_says_so_at_once(site):
    with site.page() as page:
        page.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")
        page.goto("/verify")

        assert "no WebCrypto here" in page.wait_for_selector("[role=alert]").inner_text()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nobody_is_shut_out_of_what_it_says(site, bundle, theme):
    with site.page(color_scheme=theme, viewport={"width": 360, "height": 740}) as page:
        verified(page, bundle)

        assert [] == faults_of(page)
        assert 360 >= page.evaluate("document.documentElement.scrollWidth")
