"""Pages of trade: lists whose address says what is in them, and whole lists as files."""

import csv
import io
from datetime import timedelta
from html import unescape
from urllib.parse import urlencode

import pytest

from schemas.bundle import parse_bundle
from schemas.bundle_statement import parse_bundle_statement
from tests.world import CHIPS, party

HOSTILE = f"{CHIPS}%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E"


@pytest.fixture
def url():
    """What is tried here is above the database; one kind will do."""


@pytest.fixture
def lin(web):
    return web.browser("lin", "logger", of="fab")


@pytest.fixture
def shipped(web):
    """Three chips to the shop, of which one has arrived; the index of their shipment."""
    made = web.world.chips(3)
    web.world.commission("fab", made)
    papers = [{"bizTransaction": "urn:chiptrail:doc:awb:618-1"}]
    due = timedelta(days=2)
    index = web.world.ship("fab", made, to="shop", due_in=due, bizTransactionList=papers).index
    web.world.receive("shop", made[:1])
    return index


def sent_again(web):
    web.world.commission("fab", web.world.chips(1, 9))
    return web.world.ship("fab", web.world.chips(1, 9), to="shop").index


# Shipments ---------------------------------------------------------------------------------------


def test_a_shipment_is_listed_with_its_clock(web, lin, shipped):
    assert "due in 2 days" in lin.get("/shipments").text

    web.world.advance(days=5)
    late = web.signed_in("lin").get("/shipments").text
    assert f"#{shipped}<" in late
    assert "overdue by 3 days" in late


FILTERS = {
    "its state": ("state=open", True),
    "another": ("state=void", False),
    "the partner by name": ("partner=Shop", True),
    "another partner": ("partner=Customs", False),
    "a waybill": ("document=618-1", True),
    "a waybill as people write it": ("document=AWB+618-1", True),
    "another kind of paper": ("document=PO+618-1", False),
    "what is left blank": ("state=&partner=&document=", True),
}


@pytest.mark.parametrize(("asked", "is_there"), FILTERS.values(), ids=FILTERS)
def test_the_address_says_which_shipments(lin, shipped, asked, is_there):
    assert is_there == (f"#{shipped}<" in lin.get(f"/shipments?{asked}").text)


def test_a_filter_that_is_none_is_refused_by_its_name(lin):
    answer = lin.get("/shipments?state=lost")

    assert 400 == answer.status_code
    assert "state: " in answer.text


def test_a_shipment_says_what_it_goes_under(web, lin):
    web.world.commission("fab", web.world.chips(1))
    named = [{"kind": "licence", "regime": "EAR", "number": "D1"}]
    sent = web.world.ship(
        "fab", web.world.chips(1), to="shop", **{"chiptrail:authorisations": named}
    )

    assert 'href="/licences?regime=EAR&amp;number=D1"' in lin.get(f"/shipments/{sent.index}").text


def test_whoever_sent_a_shipment_is_led_to_calling_it_off(web, lin, shipped):
    one, other = web.world.chips(3)[1:]
    sender = unescape(lin.get(f"/shipments/{shipped}").text)
    taker = web.browser("ann", "logger", of="shop").get(f"/shipments/{shipped}").text

    assert (
        f'href="/record/void?{urlencode({"unit": [one, other]}, doseq=True, safe=":/")}"' in sender
    )
    assert f'href="/record/correct/{shipped}"' in sender
    assert "/record/void" not in taker


def test_where_nothing_is_it_is_said_what_to_do(lin, web):
    assert "Nothing was sent yet" in lin.get("/shipments").text
    assert "No shipment is like that" in lin.get("/shipments?state=void").text


def test_pages_follow_each_other_and_keep_the_filter(web, lin, shipped):
    second = sent_again(web)
    first = lin.get("/shipments?partner=Shop&limit=1").text
    (more,) = [line for line in first.splitlines() if 'rel="next"' in line]
    href = more.partition('href="')[2].partition('"')[0].replace("&amp;", "&")
    rest = lin.get(href).text

    assert "partner=Shop" in href
    assert f"#{second}<" in first
    assert f"#{second}<" not in rest
    assert f"#{shipped}<" in rest


def test_a_file_has_the_whole_list(web, lin, shipped, monkeypatch):
    monkeypatch.setattr("web.pages.lists._PER_CHUNK", 1)
    second = sent_again(web)
    text = lin.get("/shipments.csv").data.decode("utf-8-sig")
    rows = [*csv.DictReader(io.StringIO(text))]

    assert [str(second), str(shipped)] == [row["index"] for row in rows]
    assert "Download all 2 rows" in lin.get("/shipments").text
    assert "Download this list" in lin.get("/shipments?limit=1").text


def test_a_file_may_be_a_workbook(lin, shipped):
    answer = lin.get("/shipments.xlsx?state=open")

    assert b"PK" == answer.data[:2]
    assert 'filename="shipments.xlsx"' in answer.headers["Content-Disposition"]


def test_a_shipment_tells_what_became_of_each_unit(web, lin, shipped):
    whole = lin.get(f"/shipments/{shipped}").text
    rest = lin.get(f"/shipments/{shipped}?fate=outstanding").text

    assert ["A0001" in whole, "A0001" in rest, "A0002" in rest] == [True, False, True]
    assert "AWB 618-1" in whole
    assert 4 == lin.get(f"/shipments/{shipped}/units.csv").text.count("\n")


def test_a_unit_whose_number_is_none_is_shown_as_it_was_signed(web, lin):
    box = "https://id.gs1.org/00/095060001343520014"  # its check digit is wrong
    web.world.commission("fab", web.world.chips(1))
    web.world.pack("fab", box, web.world.chips(1))
    index = web.world.ship("fab", [box], to="shop").index
    shop = web.browser("sue", "logger", of="shop")

    assert "095060001343520014" in lin.get(f"/shipments/{index}").text
    assert "095060001343520014" in shop.get(f"/receive/{index}").text


def test_units_come_a_page_at_a_time(lin, shipped, monkeypatch):
    monkeypatch.setattr("web.pages.trade._UNITS_SHOWN", 2)

    assert "1 to 2 of 3" in lin.get(f"/shipments/{shipped}").text
    assert "3 to 3 of 3" in lin.get(f"/shipments/{shipped}?from=2").text
    assert 200 == lin.get(f"/shipments/{shipped}?from=-5").status_code


def test_an_inspector_is_asked_which(web, shipped):
    ins = web.browser("ins", "inspector", of="customs")

    assert "Which shipment?" in ins.get("/shipments").text
    assert f"#{shipped}<" in ins.get("/shipments?document=618-1").text
    assert "Findings on which item?" in ins.get("/findings?state=open").text


def test_a_shipment_leads_to_its_receipt_and_its_check(web, lin, shipped):
    lee = web.browser("lee", "logger", of="shop")
    own, others = (client.get(f"/shipments/{shipped}").text for client in (lin, lee))
    check = lin.get(f"/check?document=%23{shipped}").text

    assert [False, True] == [f'href="/receive/{shipped}"' in text for text in (own, others)]
    assert f'href="/check?document=%23{shipped}"' in own
    assert f'value="#{shipped}"' in check


def test_a_hostile_serial_is_text(web, lin):
    web.world.commission("fab", [HOSTILE])
    index = web.world.ship("fab", [HOSTILE], to="shop").index
    for path in (f"/shipments/{index}", f"/entries/{index}"):
        text = lin.get(path).text
        assert "<img src=x" not in text
        assert "&lt;img src=x" in text


# Licences, parties -------------------------------------------------------------------------------


@pytest.fixture
def drawn(web):
    """A licence of the fab for ten that the shop may draw on too, two of it drawn by the fab."""
    world = web.world
    index = world.licence(
        "customs", "D1", holder=party("fab"), quantity=10, drawers=(party("shop"),)
    ).index
    under = [{"regime": "EAR", "kind": "licence", "number": "D1"}]
    world.commission("fab", world.chips(2))
    world.ship("fab", world.chips(2), to="shop", **{"chiptrail:authorisations": under})
    return index


def test_a_licence_is_drawn_down_for_its_holder(web, lin, drawn):
    text = lin.get(f"/licences/{drawn}").text

    assert f'href="/licences/{drawn}"' in lin.get("/licences?near=").text
    assert "2 of 10 drawn" in text
    assert "From 10 to 8 in 1 steps" in text
    assert 404 == lin.get("/licences/1").status_code


def test_who_may_draw_on_a_licence_sees_what_it_drew_itself(web, drawn):
    text = web.browser("eve", "viewer", of="shop").get(f"/licences/{drawn}").text

    assert "2 of 10 drawn" in text
    assert "You see what you drew yourself" in text
    assert "Nothing was drawn yet" in text


def test_to_everybody_else_there_is_no_licence(web, drawn):
    web.world.enroll("lab")
    eve = web.browser("eve", "viewer", of="lab")

    assert "There is no licence that you may read" in eve.get("/licences").text
    assert 404 == eve.get(f"/licences/{drawn}").status_code


def test_who_owns_a_party_and_what_it_numbers_is_for_itself(web, lin):
    index = web.world.ledger.registry.parties[party("fab")].indexes[0]
    own = lin.get(f"/parties/{index}").text
    others = web.browser("eve", "viewer", of="shop").get(f"/parties/{index}").text

    assert f'href="/parties/{index}"' in lin.get("/parties?name=FAB").text
    assert [True, False] == [CHIPS in text for text in (own, others)]
    assert web.world.keys[party("fab")].public.keyid[:24] in others
    assert "Nobody is called that" in lin.get("/parties?name=nobody").text
    assert 404 == lin.get("/parties/0").status_code


# Findings ----------------------------------------------------------------------------------------


@pytest.fixture
def stolen(web, shipped):
    return web.world.report("shop", web.world.chips(1, 2), "stolen").index


def test_what_is_open_is_shown_first_with_what_to_do(web, lin, stolen):
    assert "state=open" in lin.get("/findings").headers["Location"]
    text = lin.get("/findings?state=open").text

    assert "status/stolen" in text
    assert "To mend it" in text
    assert "Settle</a>" not in text
    assert "No finding is like that" in lin.get("/findings?code=status/lost").text


def test_an_inspector_settles_a_finding_that_is_not_its_own(web, stolen):
    ins, lin = (
        web.browser("ins", "inspector", of="customs"),
        web.browser("lee", "logger", of="shop"),
    )
    (chip,) = web.world.chips(1, 2)
    path = f"/findings/{stolen}/settle?{urlencode({'code': 'status/stolen', 'item': chip})}"
    web.world.detain("customs", [chip])
    told = [ins.get(f"/findings?{urlencode({'item': chip})}"), ins.get(f"/items/{chip}")]

    assert [(1, True)] * 2 == [
        (one.text.count("Settle</a>"), "status/detained" in one.text) for one in told
    ]
    assert "stolen" in ins.get(path).text
    assert 400 == ins.post(path, data={"reason": " "}).status_code
    assert "data-sign" in ins.post(path, data={"reason": "It was found."}).text
    assert 404 == lin.get(path).status_code


# Entries -----------------------------------------------------------------------------------------


def test_an_entry_is_shown_as_it_was_signed(web, lin, shipped):
    text = lin.get(f"/entries/{shipped}").text
    keyid = web.world.keys[party("fab")].public.keyid

    assert keyid in text
    assert "&#34;bizStep&#34;: &#34;shipping&#34;" in text
    assert "A0003" in text  # of a list that was committed to
    assert f'href="/entries/{shipped}.json"' in text


def test_a_statement_is_told(web):
    customs = web.browser("ins", "inspector", of="customs")
    index = web.world.ledger.registry.parties[party("fab")].index

    assert "says who Fab is: maker" in customs.get(f"/entries/{index}").text


def test_a_statement_is_for_whom_it_speaks_of(web, drawn):
    registry = web.world.ledger.registry
    of_fab = [registry.parties[party("fab")].index, drawn]
    of_fab += [key.index for key in registry.by_index.values() if key.party == party("fab")]
    web.world.enroll("lab")
    fab, lab = (web.browser(name, "viewer", of=name) for name in ("fab", "lab"))

    assert {200} == {fab.get(f"/entries/{index}").status_code for index in (0, *of_fab)}
    assert {404} == {lab.get(f"/entries/{index}").status_code for index in of_fab}


def test_what_is_withheld_is_said(web, lin):
    world = web.world
    world.commission("fab", world.chips(1))
    customs = {"itn": "X20260101000000"}
    index = world.ship("fab", world.chips(1), to="shop", **{"chiptrail:customs": customs}).index
    text = lin.get(f"/entries/{index}").text

    assert "chiptrail:customs" in text
    assert "X20260101000000" in text


def test_who_sees_a_part_of_an_entry_sees_that_it_is_there(web, shipped):
    web.world.enroll("lab")
    web.world.ship("shop", web.world.chips(1), to="lab")
    eve = web.browser("eve", "viewer", of="lab")
    text = eve.get(f"/entries/{shipped}").text

    assert "You have a part in some" in text
    assert "A0002" not in text
    assert 404 == eve.get(f"/entries/{shipped}.json").status_code


def test_an_entry_has_a_bundle_of_all_that_it_is_about(web, lin):
    world = web.world
    world.commission("fab", world.chips(2))
    index = world.ship("fab", world.chips(2), to="shop").index
    answer = lin.get(f"/entries/{index}/bundle")

    assert f"entry-{index}.chiptrail.json" in answer.headers["Content-Disposition"]
    stated = parse_bundle_statement(parse_bundle(answer.data).statement.payload)
    assert tuple(world.chips(2)) == stated.subjects
    assert 404 == lin.get("/entries/0/bundle").status_code


def test_an_entry_of_more_items_than_a_bundle_has_gives_none(web, lin, monkeypatch):
    monkeypatch.setattr("web.pages.trade.MOST_IN_BUNDLE", 1)
    index = web.world.commission("fab", web.world.chips(2)).index
    one = web.world.commission("fab", web.world.chips(1, 3)).index

    assert 413 == lin.get(f"/entries/{index}/bundle").status_code
    shown = [f"/entries/{i}/bundle" in lin.get(f"/entries/{i}").text for i in (index, one)]
    assert [False, True] == shown


def test_the_files_of_an_entry_verify(web, lin, shipped):
    proof = lin.get(f"/entries/{shipped}.tlog-proof")
    envelope = lin.get(f"/entries/{shipped}.json").json

    assert (
        proof.data
        == web.ask(f"/api/v1/entries/{shipped}/proof", by="fab", Accept="text/x.tlog-proof").data
    )
    assert {"payload", "payloadType", "signatures"} == envelope.keys()
