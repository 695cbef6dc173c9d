"""`chiptrail verifier -o verify.html`: the file, opened from a disk without a connection."""

from ledger.service.bundling import make_bundle
from tests.browser.conftest import faults_of
from tests.world import CHIPS
from web.pages.languages import told_scripts
from web.verifier import verifier_page


def test_a_bundle_is_verified_from_a_disk(site, tmp_path):
    site.world.commission("fab", [f"{CHIPS}A1"])
    data = make_bundle(site.world.ledger, [f"{CHIPS}A1"])
    bundle = {"name": "a.chiptrail.json", "mimeType": "application/json", "buffer": data}
    path = tmp_path / "verify.html"
    path.write_bytes(verifier_page("en", told_scripts("en")))
    context = site.chromium.new_context(offline=True)
    page, asked = context.new_page(), []
    page.on("request", lambda request: asked.append(request.url.partition(":")[0]))
    page.on("pageerror", lambda error: site.complaints.append(str(error)))
    page.on("console", lambda said: site.complaints.append(said.text))
    page.goto(path.as_uri())
    page.fill("#vkey", site.world.ledger.vkey)
    page.set_input_files("#file", bundle)
    page.wait_for_selector("[data-result=verified]")

    assert ["file", "blob"] == asked
    assert "Made by Fab" in page.inner_text("ol.story")
    assert [] == faults_of(page)

    page.reload()
    page.set_input_files("#file", bundle)
    page.wait_for_selector("[data-result=verified]")  # with the key that it kept
    context.close()
