"""The search box: whatever names one thing leads to it, and several names to a check."""

from urllib.parse import quote

import pytest

from schemas.statement import Role

GTIN = "https://id.gs1.org/01/09506000134352/21/A-7"
CODE = "010950600013435210LOT1\x1d21A-7"
PAPERS = [{"type": "bol", "bizTransaction": "urn:chiptrail:doc:awb:618-1"}]
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def url():
    """What is tried here is above the database; one kind will do."""


@pytest.fixture
def found(web):
    """Where the search box leads for a text, and what the page says."""
    web.world.enroll("mill", Role.MAKER, prefixes=["https://id.gs1.org/01/09506000134352/21/"])
    web.world.commission("mill", [GTIN])
    web.shipped = web.world.ship("mill", [GTIN], to="shop", bizTransactionList=PAPERS).index
    client = web.browser("ida", "inspector", of="customs")

    def ask(text):
        return client.get("/search", query_string={"q": text})

    ask.shipment, ask.entry = f"/shipments/{web.shipped}", f"/entries/{web.shipped}"
    return ask


@pytest.mark.parametrize(
    "text",
    ["A-7", f" {GTIN}\n", CODE, f"\x1d{CODE}", f"{CODE}\x1d", "(01) 09506000134352 (21) A-7"],
)
def test_a_chip_is_found_in_every_spelling(found, text):
    assert f"/items/{quote(GTIN, safe='')}" == found(text).headers.get("Location")


@pytest.mark.parametrize("text", ["618-1", "AWB 618-1", "awb:618-1", "urn:chiptrail:doc:awb:618-1"])
def test_a_paper_leads_to_its_shipment(found, text):
    assert found.shipment == found(text).headers.get("Location")


def test_an_entry_is_found_by_its_index(found):
    index = found.entry.rpartition("/")[2]

    for text in (index, f"#{index}", f"entry {index}"):
        assert found.entry == found(text).headers.get("Location")


def test_the_address_of_a_page_of_ours_leads_there(found):
    for path in (found.shipment, found.entry, "/items/A-7", f"/items/{quote(GTIN, safe='')}"):
        assert (
            found(f"http://localhost{path}").headers["Location"].endswith(path.rpartition("/")[2])
        )

    for path in ("//[", "//evil.example", "/\t/evil.example"):
        assert "/" == found(f"http://localhost{path}").headers["Location"]
    assert 404 == found("http://localhost/none").status_code


def test_a_pasted_list_leads_to_a_check(found):
    assert "/check?serials=A-7,+A-8" == found("A-7, A-8").headers["Location"]


def test_what_is_nobodys_name_is_text_and_said_to_be_unknown(found):
    for text in ("x" * 10_240, "AWB 618-2", "%", f'"{HOSTILE.replace(" ", "")}'):
        answer = found(text)
        assert 404 == answer.status_code
        assert "<imgsrc" not in answer.text


def test_who_types_small_letters_is_told_that_capitals_count(found):
    assert "A-7 is recorded; capitals count." in found("a-7").text
