"""The page of the log in a browser, which holds it to the head of its last visit."""

import pytest

from ledger.checkpoint import Checkpoint, sign_checkpoint
from ledger.evidence import verify_evidence
from tests.browser.conftest import faults_of
from tests.world import CHIPS

REMEMBER = """
async ([note]) => {
  const address = document.querySelector("script[src$='log/page.js']").src;
  (await import(address.replace("page.js", "heads.js"))).remember(note);
}
"""


def answer(page):
    page.goto("/log")
    return page.wait_for_selector("[data-answer]").inner_text()


def test_a_log_that_grew_is_worked_out_to_go_on_from_the_last_visit(site):
    with site.page() as page:
        assert "Remembered" in answer(page)
        assert "Nothing was added" in answer(page)

        before = site.world.ledger.head.size
        site.world.commission("fab", [f"{CHIPS}A1"])
        assert f"It grew from {before} to {before + 1} entries" in answer(page)


@pytest.mark.parametrize("size", [-1, 0])
def test_a_log_that_forked_is_shown_loudly_with_evidence_that_verifies(site, size, tmp_path):
    ledger = site.world.ledger
    other = Checkpoint(ledger.origin, ledger.head.size + size, bytes(32))
    with site.page() as page:
        answer(page)
        page.evaluate("localStorage.clear()")
        page.evaluate(REMEMBER, [sign_checkpoint(other, ledger.log_key).decode()])

        assert "two histories" in answer(page)
        with page.expect_download() as saving:
            page.get_by_role("link", name="Save the evidence").click()
        saving.value.save_as(path := tmp_path / "log.evidence.json")
        assert verify_evidence(path.read_bytes(), ledger.verifier).is_proven
        assert [] == faults_of(page)

        page.goto("/verify")
        page.set_input_files("#file", path)
        page.wait_for_selector("[data-result=fork]")


def test_a_server_that_has_fewer_entries_than_before_cannot_hide_it(site):
    ledger = site.world.ledger
    larger = Checkpoint(ledger.origin, ledger.head.size + 9, bytes(32))
    with site.page() as page:
        answer(page)
        page.evaluate(REMEMBER, [sign_checkpoint(larger, ledger.log_key).decode()])

        assert "does not show that it goes on" in answer(page)
        page.click("text=What this browser keeps")
        page.get_by_role("button", name="Forget").click()
        page.wait_for_selector("[data-answer=clear]")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nobody_is_shut_out_of_the_log(site, theme):
    with site.page(color_scheme=theme, viewport={"width": 360, "height": 740}) as page:
        answer(page)

        assert [] == faults_of(page)
        assert 360 >= page.evaluate("document.documentElement.scrollWidth")
