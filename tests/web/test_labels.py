"""Labels over HTTP: of what one may see, for paper of several sizes."""

from dataclasses import replace
from urllib.parse import quote

import pytest

from schemas.item import parse_query
from tests.world import CHIPS
from web.pages import labels
from web.symbols import datamatrix, qr

HOSTILE = f"{CHIPS}%3Cimg%20src%3Dx%20onerror%3Dalert%281%29%3E"


@pytest.fixture
def url():
    """What is tried here is above the database; one kind will do."""


@pytest.fixture
def chips(web):
    """Three chips of the fab's, in a box of which the shop knows nothing, and a shipment of one."""
    made = [*web.world.chips(2), HOSTILE]
    web.world.commission("fab", made)
    web.world.pack("fab", f"{CHIPS}BOX", made[:2])
    web.world.ship("fab", [HOSTILE], to="shop")
    return made


def path(item, *more):
    return f"/items/{'/'.join((quote(item, safe=''), *more))}"


def test_a_label_has_the_codes_of_its_item_and_its_serial(web, chips):
    told = web.ask(path(chips[0], "label"), by="fab").text
    page = f"http://localhost{path(chips[0])}"

    assert datamatrix(chips[0]) in told
    assert qr(page) in told
    assert chips[0] == parse_query(page).item


def test_a_serial_that_is_markup_is_text_on_its_label(web, chips):
    told = web.ask(path(HOSTILE, "label"), by="fab").text

    assert "<img src=x" not in told
    assert "&lt;img src=x onerror=alert(1)&gt;" in told


@pytest.mark.parametrize("size", labels.SIZES)
def test_labels_come_in_several_sizes(web, chips, size):
    told = web.ask(path(chips[0], f"label?size={size}"), by="fab").text

    assert f'class="labels {size}"' in told


@pytest.mark.parametrize("asked", ["size=a5", "first=0", "first=x", "first=-1"])
def test_a_size_or_place_that_is_none_is_refused(web, chips, asked):
    assert 400 == web.ask(path(chips[0], f"label?{asked}"), by="fab").status_code


def test_all_inside_a_box_is_labelled_at_once(web, chips):
    told = web.ask(path(f"{CHIPS}BOX", "labels"), by="fab").text

    assert [True, True, False] == [datamatrix(chip) in told for chip in chips]


def test_all_of_a_shipment_is_labelled_at_once(web, chips):
    index = web.world.ledger.head.size - 1
    told = web.ask(f"/shipments/{index}/labels", by="shop").text

    assert [False, False, True] == [datamatrix(chip) in told for chip in chips]


def test_many_labels_come_some_at_a_time(web, chips, monkeypatch):
    few = replace(labels.SIZES["single"], at_once=1)
    monkeypatch.setitem(labels.SIZES, "single", few)
    asked = ("labels?size=single", "labels?size=single&first=2")
    first, second = (web.ask(path(f"{CHIPS}BOX", one), by="fab").text for one in asked)

    assert [1, 1] == [page.count('class="label"') for page in (first, second)]
    assert [True, False] == ["first=2" in first, "first=3" in second]


def test_symbols_come_alone(web, chips):
    assert datamatrix(chips[0]) == web.ask(path(chips[0], "datamatrix.svg"), by="fab").text
    assert qr("http://localhost/entries/3") == web.ask("/entries/3/qr.svg", by="fab").text
    assert "image/svg+xml" == web.ask(path(chips[0], "qr.svg"), by="fab").mimetype


@pytest.mark.parametrize("what", ["label", "labels", "qr.svg", "datamatrix.svg"])
def test_nobody_labels_what_is_not_in_view(web, chips, what):
    asked = [chips[0], f"{CHIPS}NONE"]

    assert [404, 404] == [web.ask(path(one, what), by="shop").status_code for one in asked]


def test_an_entry_that_is_not_there_has_no_code(web):
    assert 404 == web.ask("/entries/99/qr.svg", by="fab").status_code
