"""An officer records what it found, under its own key, with a photo that stays in the browser."""

from hashlib import sha256

from tests.browser.conftest import faults_of
from tests.browser.test_signing import give_key, recorded

PHOTO = b"\xff\xd8 label, close up"


def test_what_an_officer_found_is_signed_with_its_photo_and_what_it_read(site, tmp_path):
    (chip,) = site.world.chips(1)
    site.world.commission("fab", [chip])
    file = {"name": "label.jpg", "mimeType": "image/jpeg", "buffer": PHOTO}
    with site.page("ida", "inspector", of="customs") as page:
        give_key(page, site.world, tmp_path, "customs")
        page.goto("/items/A0001")
        page.click("text=Record an inspection")
        page.select_option("#result", "mismatch_instance")
        page.fill("#numbers", page.input_value("#numbers").replace(",,,", ",,,GPU-7"))
        page.fill("#place", "SIN")
        page.set_input_files("#evidence", file)
        page.wait_for_selector("[data-evidence] li code")
        assert [] == faults_of(page)
        page.click(".actions button[value=check]")
        page.click("text=Sign and record")
        page.wait_for_selector(".after table")
        _, event = recorded(page, site.world)

    assert [sha256(PHOTO).hexdigest()] == [one["sha256"] for one in event["chiptrail:evidence"]]
    assert [{"item": chip, "uuid": "GPU-7"}] == event["chiptrail:identities"]
    assert event["disposition"].endswith("mismatch_instance")
