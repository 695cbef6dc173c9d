"""Keys and signatures in the browser: made, lost, restored; what is shown is what is signed."""

import json
from contextlib import contextmanager

import pytest

from ledger import dsse
from ledger.keys import encode_key_file, parse_key_file, parse_public_key
from schemas.context import GS1_CONTEXT
from schemas.envelope import encode_submission, envelope_from_json
from schemas.key_request import parse_key_request
from tests.browser.conftest import faults_in_themes, faults_of, longest_task
from tests.world import CHIPS, ORIGIN, party

PASSPHRASE = "a sentence nobody guesses"
HOSTILE = "<img src=x onerror=alert(1)>"


def document(*lists, **members):
    """One commissioning for each of *lists*, as a partner's system would write it."""
    when = {"eventTime": "2026-03-02T09:00:00Z", "eventTimeZoneOffset": "+00:00"}
    kind = {"type": "ObjectEvent", "action": "ADD", "bizStep": "commissioning"}
    event = {"@context": [GS1_CONTEXT], **kind, **when, **members}
    return json.dumps([{**event, "epcList": ids} for ids in lists])


def ask_to_sign(page, *lists, **members):
    page.goto("/sign")
    page.fill("#text", document(*lists, **members))
    page.click("main form button")


def sign(page, *lists, **members):
    ask_to_sign(page, *lists, **members)
    page.click("text=Sign and record")
    page.wait_for_selector(".after table")


def recorded(page, world):
    """The newest entry as its signer reads it, verified by what the server verifies with."""
    index = world.ledger.head.size - 1
    said = page.evaluate(f"fetch('/api/v1/entries/{index}').then((answer) => answer.json())")
    envelope = envelope_from_json(said["envelope"])
    key = world.ledger.registry.keys[envelope.keyid].key
    return envelope.keyid, json.loads(dsse.verify(envelope, key).payload)


def give_key(page, world, folder, name="fab"):
    """The key that *name* has in the world, out of a key file."""
    key = world.key(name)
    file = folder / f"{name}.key"
    file.write_bytes(
        encode_key_file(key.seed, name=party(name), passphrase=None, salt=b"", nonce=b"")
    )
    restore(page, file)


def restore(page, file, passphrase=""):
    page.goto("/keys")
    page.set_input_files("#restore-file", file)
    page.fill("#restore-secret", passphrase)
    page.click("form[data-restore] button")
    page.wait_for_selector("[data-place=restore] section")


def make_key(page, folder):
    """A new key, by hand: its backup and its request, as the browser saved them."""
    page.goto("/keys")
    page.fill("#passphrase", PASSPHRASE)
    page.fill("#again", PASSPHRASE)
    with page.expect_download() as backup:
        page.click("form[data-make] button")
    backup.value.save_as(folder / "backup.key")
    page.set_input_files("#saved", folder / "backup.key")
    with page.expect_download() as request:
        page.click("text=Open the backup and keep the key")
    request.value.save_as(folder / "new.request")
    return folder / "backup.key", folder / "new.request"


def enrol(world, request):
    found = parse_key_request(request.read_bytes())
    world.clerk.enroll_key(found.party, found.public_key, found.proof, found.endorsement)
    return parse_public_key(found.public_key).keyid


HEAD = f"chiptrail.head.{ORIGIN}"
LOSE_IT = "new Promise((done) => { indexedDB.deleteDatabase('chiptrail').onsuccess = done })"


def test_a_key_is_made_backed_up_lost_and_restored(site, tmp_path):
    with site.page("lin") as page:
        backup, request = make_key(page, tmp_path)
        keyid = enrol(site.world, request)
        opened = parse_key_file(backup.read_bytes(), PASSPHRASE.encode())
        assert keyid == opened.key.public.keyid
        sign(page, [f"{CHIPS}1"])
        assert keyid == recorded(page, site.world)[0]

        page.goto("/sign")
        page.evaluate(LOSE_IT)
        ask_to_sign(page, [f"{CHIPS}2"])
        page.wait_for_selector("text=This browser has no key of Fab")
        restore(page, backup, PASSPHRASE)
        sign(page, [f"{CHIPS}2"])
        assert keyid == recorded(page, site.world)[0]


def test_codes_are_told_in_words(site, tmp_path):
    chip = f"{CHIPS}1"
    place = {"latitude": 1.36, "longitude": 103.99, "accuracyM": 50}
    with site.page("lin") as page:
        give_key(page, site.world, tmp_path)
        papers = [{"bizTransaction": "urn:chiptrail:doc:awb:618-1"}]
        said = {"chiptrail:location": place, "bizTransactionList": papers}
        ask_to_sign(page, [chip], disposition="active", **said)
        told = page.wait_for_selector(".payloads").inner_text()

    assert ["Latitude", "Within metres", "new"] == [
        word for word in ("Latitude", "accuracyM", "Within metres", "active", "new") if word in told
    ]
    assert told.startswith("Commission 1, to exist")
    assert "AWB 618-1" in told


def test_the_private_key_cannot_be_read_out(site, tmp_path):
    read = """(async () => {
        const { keysOf } = await import(document.querySelector("script[src*='keys/page']").src
            .replace("page.js", "store.js"));
        const [key] = await keysOf("ledger.example/world", "urn:chiptrail:party:fab");
        return crypto.subtle.exportKey("pkcs8", key.privateKey).then(() => "read", (e) => e.name);
    })()"""
    with site.page("lin") as page:
        give_key(page, site.world, tmp_path)

        assert "InvalidAccessError" == page.evaluate(read)


def test_a_second_key_is_vouched_for_by_the_first(site, tmp_path):
    with site.page("lin") as page:
        give_key(page, site.world, tmp_path)
        keyid = enrol(site.world, make_key(page, tmp_path)[1])

    assert site.world.ledger.registry.keys[keyid].endorsed


def test_a_wrong_passphrase_or_another_file_is_said_to_be_that(site, tmp_path):
    with site.page("lin") as page:
        backup, _ = make_key(page, tmp_path)
        restore(page, backup, "another")
        assert "does not open this file" in page.inner_text("[data-place=restore]")

        (tmp_path / "x.key").write_text("{}")
        restore(page, tmp_path / "x.key")
        assert "not a key file" in page.inner_text("[data-place=restore]")


def test_what_is_signed_is_what_was_shown(site, tmp_path):
    with site.page("lin") as page:
        give_key(page, site.world, tmp_path)
        seals = {"chiptrail:customs": {"seals": [HOSTILE]}}
        sign(page, [f"{CHIPS}1", f"{CHIPS}3"], [f"{CHIPS}2"], **seals)
        shown = page.locator(".payloads").inner_text()
        page.wait_for_selector("text=has checked that the signed log of")

        assert "Commission 2 items" in shown
        assert HOSTILE in shown
        assert [f"{CHIPS}2"] == recorded(page, site.world)[1]["epcList"]
        assert 0 == page.locator("main img").count()


def test_a_payload_that_changed_since_it_was_shown_is_not_signed(site, tmp_path):
    """Whoever swaps what is on the page between reading and signing gets no signature."""
    with site.page("lin") as page:
        give_key(page, site.world, tmp_path)
        ask_to_sign(page, [f"{CHIPS}2"])
        page.wait_for_selector("text=Sign and record")
        other = page.evaluate("document.querySelector('[data-prepared]').value")
        ask_to_sign(page, [f"{CHIPS}1"])
        page.wait_for_selector("text=Sign and record")
        page.evaluate("(text) => { document.querySelector('[data-prepared]').value = text }", other)
        size = site.world.ledger.head.size
        page.click("text=Sign and record")

        assert "not what was shown" in page.inner_text(".after .fault")
        assert size == site.world.ledger.head.size


SWAP = """document.addEventListener("readystatechange", () => {
    const block = document.querySelector("[data-prepared]");
    if (block) block.value = block.value.replace("x1:1", "x1:9");
})"""


def test_a_list_that_is_not_the_one_committed_to_is_not_signed(site, tmp_path):
    with site.page("lin") as page:
        give_key(page, site.world, tmp_path)
        page.add_init_script(SWAP)
        ask_to_sign(page, [f"{CHIPS}1", f"{CHIPS}2"])

        assert "not the one that is to be signed" in page.inner_text(".after .fault")
        assert 0 == page.locator("text=Sign and record").count()


def test_a_ledger_that_has_forked_gets_no_signature(site, tmp_path):
    """The log signed another history of the size that this browser saw."""
    world = site.world
    fork = world.ledger.sign(world.ledger.head.size, bytes(32)).decode()
    kept = json.dumps({"note": fork, "seenAt": "2026-03-02T09:00:00Z"})
    with site.page("lin") as page:
        give_key(page, world, tmp_path)
        page.evaluate("([name, head]) => localStorage.setItem(name, head)", [HEAD, kept])

        ask_to_sign(page, [f"{CHIPS}1"])
        page.wait_for_selector(".after .fault")

        assert "signed two histories" in page.inner_text(".after .fault")
        with page.expect_download() as evidence:
            page.click("text=Save the evidence")
        assert fork in json.loads(evidence.value.path().read_text())["checkpoints"]
        assert 0 == page.locator("text=Sign and record").count()


def test_a_receipt_that_the_log_does_not_bear_out_is_not_believed(site, tmp_path):
    def of_another(route):
        said = route.fetch().json()
        route.fulfill(json={**said, "leaf": "A" * 182 + "=="})

    with site.page("lin") as page:
        give_key(page, site.world, tmp_path)
        page.route("**/proof", of_another)
        sign(page, [f"{CHIPS}1"])

        page.wait_for_selector(".after .fault >> text=is not what was signed")


@contextmanager
def dying(site, page, after):
    """The connection is gone once *after* requests have come through."""
    came = []

    def serve(route):
        came.append(route)
        route.continue_() if len(came) <= after else route.abort()

    page.route("**/api/v1/entries", serve)
    yield
    page.unroute("**/api/v1/entries")
    site.complaints[:] = [one for one in site.complaints if "net::ERR_FAILED" not in one]


def test_what_was_signed_is_sent_on_after_the_connection_died(site, tmp_path):
    chips = [f"{CHIPS}{number:03d}" for number in range(450)]
    with site.page("lin") as page:
        give_key(page, site.world, tmp_path)
        size = site.world.ledger.head.size
        with dying(site, page, after=1):
            ask_to_sign(page, *[[chip] for chip in chips])
            page.click("text=Sign and record")
            page.wait_for_selector("text=Recorded 200 of 450", timeout=60_000)
        page.goto("/keys")
        page.wait_for_selector("[data-outbox]:has-text('not recorded yet: 250')")
        page.click("text=Send it now")
        page.wait_for_selector("text=Recorded: 250")
        page.goto("/keys")

        assert page.locator("[data-outbox]").is_hidden()
        assert size + 450 == site.world.ledger.head.size


def test_a_revoked_key_is_not_offered(site, tmp_path):
    with site.page("lin") as page:
        give_key(page, site.world, tmp_path)
        site.world.revoke("fab")
        ask_to_sign(page, [f"{CHIPS}1"])

        page.wait_for_selector("text=This browser has no key of Fab")


def test_a_browser_without_ed25519_is_offered_a_draft(site):
    with site.page("lin") as page:
        page.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")
        ask_to_sign(page, [f"{CHIPS}1"])
        page.wait_for_selector(".said .notice")

        assert "WebCrypto" in page.inner_text(".said .notice")
        with page.expect_download() as draft:
            page.click("button:text-is('Download the draft')")
        assert [f"{CHIPS}1"] == json.loads(draft.value.path().read_text())[0]["epcList"]


def test_without_javascript_a_draft_is_offered_and_what_was_signed_is_taken(site, tmp_path):
    signed = tmp_path / "signed.ndjson"
    made = site.world.submission(
        "fab", "ObjectEvent", {"epcList": [f"{CHIPS}1"]}, action="OBSERVE", bizStep="storing"
    )
    signed.write_bytes(encode_submission(made))
    with site.page("lin", java_script_enabled=False) as page:
        ask_to_sign(page, [f"{CHIPS}1"])
        assert "chiptrail sign" in page.inner_text("details.elsewhere")
        page.set_input_files("#signed-file", signed)
        page.click("button:text-is('Record it')")

        assert "Receipts" in page.inner_text("main table")


def test_ten_thousand_serials_never_hold_up_the_page(site, tmp_path):
    serials = [f"{CHIPS}{number:05}" for number in range(10_000)]
    with site.page("lin") as page:
        give_key(page, site.world, tmp_path)

        assert 1 >= longest_task(page, lambda: sign(page, serials))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nobody_is_shut_out(site, tmp_path, theme):
    with site.page("lin", color_scheme=theme) as page:
        give_key(page, site.world, tmp_path)
        assert [] == faults_of(page)

        ask_to_sign(page, [f"{CHIPS}1", f"{CHIPS}2"], [f"{CHIPS}3"])
        page.wait_for_selector("text=Sign and record")
        assert [] == faults_of(page)

        page.click("text=Sign and record")
        page.wait_for_selector(".after table")
        assert [] == faults_of(page)


def test_the_registrar_enrols_a_key_with_one_of_its_own(site, tmp_path):
    with site.page("lin") as page:
        _, request = make_key(page, tmp_path)
    with site.page("reg", of="registrar") as page:
        give_key(page, site.world, tmp_path, "registrar")
        page.goto("/keys/requests")
        assert [] == faults_in_themes(page)

        page.set_input_files("#file", request)
        page.click("main form button")
        assert "Enrol a key of Fab" in page.locator(".payloads").inner_text()
        page.click("text=Sign and record")
        page.wait_for_selector(".after table")
        assert [] == faults_in_themes(page)

    keyid = parse_public_key(parse_key_request(request.read_bytes()).public_key).keyid
    assert party("fab") == site.world.ledger.registry.keys[keyid].party


def test_a_key_revokes_itself(site, tmp_path):
    with site.page("lin") as page:
        give_key(page, site.world, tmp_path)
        page.click("a:text-is('Revoke')")
        page.fill("#reason", "laptop stolen")
        page.click("main form button")
        page.click("text=Sign and record")
        page.wait_for_selector(".after table")
        page.goto("/keys")

        assert "Revoked" in page.inner_text("[data-place=local] .card")
