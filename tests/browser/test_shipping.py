"""The exporter's stories: a spreadsheet of 500 becomes a signed shipment, of which 498 arrive."""

import pytest

from tests.browser.conftest import faults_of, longest_task
from tests.browser.test_signing import give_key, recorded
from tests.world import CHIPS
from web.tables import CSV, XLSX, write_table

SERIALS = [f"A-{n:04}" for n in range(1, 501)]
HOSTILE = "<img src=x onerror=alert(1)>"
PAGES = ["/ship", "/record", "/record/commission", "/record/sheet", "/receive"]


def hold(site, serials=SERIALS):
    site.world.commission("fab", [f"{CHIPS}{serial}" for serial in serials])


def spreadsheet(folder, columns, rows, kind=XLSX):
    file = folder / ("load.xlsx" if kind == XLSX else "load.csv")
    file.write_bytes(write_table(kind, columns, rows))
    return file


def check(page):
    page.click(".actions button[value=check]")


def sign(page):
    page.click("text=Sign and record")
    page.wait_for_selector(".after table")


def test_a_spreadsheet_of_500_is_shipped_and_498_arrive(site, tmp_path):
    hold(site)
    with site.page("lin") as page:
        give_key(page, site.world, tmp_path)
        page.goto("/ship")
        page.click("text=From a spreadsheet")
        page.set_input_files("#file", spreadsheet(tmp_path, ["Serial"], [[s] for s in SERIALS]))
        page.fill("#to", "Shop")
        check(page)
        sign(page)
        assert [
            "The shipment",
            "Print labels",
            "Bundle for others",
            "Record another",
        ] == page.locator(".after .actions a").all_inner_texts()
        _, sent = recorded(page, site.world)
    assert "urn:chiptrail:items:500:" == sent["epcList"][0][:24]

    with site.page("ann", of="shop") as page:
        give_key(page, site.world, tmp_path, "shop")
        page.goto("/receive")
        page.click("main table a")
        page.fill("#arrived", "\n".join(SERIALS[2:]))
        page.check("#final")
        page.wait_for_selector("[data-count=left]:text-is('2')")
        check(page)
        sign(page)
        _, came = recorded(page, site.world)
    assert ("urn:chiptrail:items:498:", True) == (came["epcList"][0][:24], came["chiptrail:final"])


def test_what_holds_before_signing_goes_with_it(site, tmp_path):
    hold(site, SERIALS[:1])
    with site.page("lin") as page:
        give_key(page, site.world, tmp_path)
        page.goto("/record/declare")
        page.fill("#units", SERIALS[0])
        page.fill("#place", "SIN")
        check(page)
        page.wait_for_selector("text=Nothing is signed or recorded yet.")
        sign(page)
        assert not page.is_visible("text=Nothing is signed or recorded yet.")


def test_of_a_box_no_balance_is_guessed(site):
    site.world.licence("fab", "D1", quantity=600)
    with site.page("lin") as page:
        page.goto("/ship")
        page.fill("#units", "A-0001")
        page.check("#licence")
        page.wait_for_selector("text=599 after this")
        page.fill("#units", "106141412345678908")
        page.wait_for_selector("text=599 after this", state="detached")


def test_more_than_a_licence_has_left_is_said_before_it_is_checked(site):
    site.world.licence("fab", "D1", quantity=2)
    with site.page("lin") as page:
        page.goto("/ship")
        page.fill("#units", "A-0001\nA-0002\nA-0003")
        page.check("#licence")
        page.wait_for_selector(".stop:text('1 too many')")


def test_all_that_was_signed_is_on_paper(site, tmp_path):
    hold(site)
    with site.page("lin") as page:
        page.goto("/record/decommission")
        page.fill("#units", "\n".join(SERIALS))
        check(page)
        page.emulate_media(media="print")

        hidden = "list => list.scrollHeight - list.clientHeight"
        assert 0 == page.eval_on_selector(".things", hidden)


def test_what_is_ticked_in_the_table_is_in_the_lists(site):
    hold(site, SERIALS[:3])
    site.world.ship("fab", [f"{CHIPS}{serial}" for serial in SERIALS[:3]], to="shop")
    with site.page("ann", of="shop") as page:
        page.goto("/receive")
        page.click("main table a")
        page.select_option("tr[data-unit] >> nth=0 >> select", "damaged")
        page.select_option("tr[data-unit] >> nth=1 >> select", "")

        assert "1" == page.inner_text("[data-count=left]")
        assert f"{CHIPS}A-0001" == page.input_value("#damaged")
        assert f"{CHIPS}A-0003" == page.input_value("#arrived")


def test_what_came_and_what_goes_back_leads_on_to_the_shipment(site, tmp_path):
    hold(site, SERIALS[:3])
    index = site.world.ship("fab", [f"{CHIPS}{s}" for s in SERIALS[:3]], to="shop").index
    with site.page("ann", of="shop") as page:
        give_key(page, site.world, tmp_path, "shop")
        page.goto(f"/receive/{index}")
        page.select_option("tr[data-unit] >> nth=0 >> select", "refused")
        check(page)
        sign(page)
        page.click(".after .actions a:text-is('The shipment')")

        assert "partly refused" in page.inner_text("main")


BOX = "https://id.gs1.org/00/106141412345678908"


@pytest.fixture
def sent(site):
    """A box with a chip, on its way from the fab to the shop."""
    hold(site, SERIALS[:1])
    site.world.pack("fab", BOX, [f"{CHIPS}{SERIALS[0]}"])
    site.world.ship("fab", [BOX], to="shop")


def unpack(page):
    page.goto(f"/record/unpack?container={BOX}")
    check(page)


def test_what_would_be_found_names_parties_that_the_act_does_not(site, sent, tmp_path):
    with site.page("lin") as page:
        page.context.add_cookies([{"name": "language", "value": "zh-Hant", "url": site.url}])
        give_key(page, site.world, tmp_path)
        unpack(page)
        page.wait_for_selector("#sign-key")
        told = page.inner_text("main")

    assert "Shop" in told
    assert "urn:chiptrail:party:shop" not in told
    assert "\N{FULLWIDTH COLON} " not in told


def test_without_javascript_the_server_says_what_would_be_found(site, sent):
    with site.page("lin", java_script_enabled=False) as page:
        unpack(page)
        told = page.inner_text(".sign .found >> nth=0")

        assert "Fab signed that it unpacked this item, but does not have it in hand" in told
        assert "What mends it: The party that holds it by the record ships it" in told


def test_the_column_that_was_chosen_is_remembered(site, tmp_path):
    hold(site, SERIALS[:2])
    file = spreadsheet(tmp_path, ["Label", "Kg"], [["A-0001", 2], ["A-0002", 3]])
    with site.page("lin") as page:
        for _ in range(2):
            page.goto("/ship")
            page.click("text=From a spreadsheet")
            page.set_input_files("#file", file)
            page.click("text=Add to the list")
            page.wait_for_selector("#column")
            before = page.input_value("#column")
            page.select_option("#column", "Label")
            page.click("text=Add to the list")
            page.wait_for_selector("[data-shows=units]:text-is('2')")

        assert "Label" == before


def test_a_file_is_hashed_here_and_stays_here(site, tmp_path):
    file = tmp_path / f"{HOSTILE.replace('/', '')}.txt"
    file.write_bytes(b"abc")
    with site.page("lin") as page:
        page.goto("/record/destroy")
        page.set_input_files("#evidence", file)
        page.wait_for_selector("[data-evidence] li code")

        said = page.input_value("[name=evidence]")
        assert "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" in said
        assert 0 == page.locator("[data-evidence] img").count()


def test_several_acts_of_a_spreadsheet_are_signed_together(site, tmp_path):
    rows = [["commission", f"N-{n}", CHIPS] for n in (1, 2)] + [["declare", "N-1", "", "SIN"]]
    with site.page("lin") as page:
        give_key(page, site.world, tmp_path)
        size = site.world.ledger.head.size
        page.goto("/record/sheet")
        columns = ["act", "serial", "under", "place"]
        page.set_input_files("#file", spreadsheet(tmp_path, columns, rows, CSV))
        page.click("button[value=map]")
        check(page)
        sign(page)

    assert size + 2 == site.world.ledger.head.size


def test_files_that_a_spreadsheet_names_are_chosen_beside_its_rows(site, tmp_path):
    hold(site, SERIALS[:1])
    (tmp_path / "pod.txt").write_bytes(b"abc")
    rows = [["destroy", SERIALS[0], "pod.txt"]]
    file = spreadsheet(tmp_path, ["act", "serial", "evidence"], rows, CSV)
    with site.page("lin") as page:
        give_key(page, site.world, tmp_path)
        page.goto("/record/sheet")
        page.set_input_files("#file", file)
        page.click("button[value=map]")
        check(page)
        page.wait_for_selector("text=choose the file pod.txt")
        page.set_input_files("#evidence", tmp_path / "pod.txt")
        page.wait_for_selector("[data-evidence] li code")
        check(page)
        sign(page)
        (one,) = recorded(page, site.world)[1]["chiptrail:evidence"]

    assert ("pod.txt", 3) == (one["name"], one["size"])


def test_an_entry_that_withholds_is_taken_back(site, tmp_path):
    hold(site, SERIALS[:1])
    with site.page("lin") as page:
        give_key(page, site.world, tmp_path)
        page.goto("/ship?unit=A-0001&to=shop&itn=X20260302123456")
        check(page)
        sign(page)
        page.goto(f"/record/correct/{site.world.ledger.head.size - 1}")
        page.check("input[value=did_not_occur]")
        check(page)
        sign(page)
        _, taken = recorded(page, site.world)

    assert "did_not_occur" == taken["errorDeclaration"]["reason"]


def test_a_shipment_that_takes_the_place_of_another_is_where_one_goes_on(site, tmp_path):
    hold(site, SERIALS[:1])
    with site.page("lin") as page:
        give_key(page, site.world, tmp_path)
        page.goto("/ship?unit=A-0001&to=shop")
        check(page)
        sign(page)
        size = site.world.ledger.head.size
        page.goto(f"/record/correct/{size - 1}")
        page.check("input[value=incorrect_data]")
        page.fill("[name=bizTransactionList]", "awb:618-1")
        check(page)
        sign(page)

        assert f"/shipments/{size}" == page.get_by_text("The shipment").get_attribute("href")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nobody_is_shut_out(site, theme):
    hold(site, SERIALS[:2])
    site.world.licence("fab", number="D1", quantity=1)
    index = site.world.ship("fab", [f"{CHIPS}A-0001"], to="shop").index
    with site.page("lin", color_scheme=theme, viewport={"width": 390, "height": 800}) as page:
        for path in [*PAGES, f"/record/correct/{index}"]:
            page.goto(path)
            assert [] == faults_of(page), path
            assert 390 >= page.evaluate("document.documentElement.scrollWidth"), path
        page.goto("/ship")
        page.fill("#units", f"A-0002\n{HOSTILE}")
        check(page)
        page.wait_for_selector("[role=alert]")
        assert [] == faults_of(page)
        page.goto("/ship?unit=A-0002&to=shop")
        page.check("#licence")
        check(page)
        page.wait_for_selector(".payloads")
        assert [] == faults_of(page)


PASTE = """(text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const event = new ClipboardEvent("paste", { clipboardData: data, cancelable: true });
  document.getElementById("units").dispatchEvent(event);
}"""


def test_ten_thousand_serials_are_shipped_and_nothing_holds_the_browser_up(site, tmp_path):
    serials = [f"A-{n:05}" for n in range(10_000)]
    hold(site, serials)
    with site.page("lin") as page:
        give_key(page, site.world, tmp_path)

        def ship():
            page.goto("/ship")
            page.evaluate(PASTE, "\n".join(serials))
            page.wait_for_selector("[data-shows=units]:text-is('10,000')")
            page.fill("#to", "shop")
            check(page)
            sign(page)

        assert 1 >= longest_task(page, ship)
