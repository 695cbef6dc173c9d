"""Pages of goods: what they tell of one thing, to whom, and the list of all."""

from datetime import timedelta
from urllib.parse import quote

import pytest

from tests.world import party
from web.pages import naming

BOX = "urn:chiptrail:chip:acme:box:B1"
CUSTOMS = {"eccn": ["3A090.a"], "value": 123456.78, "currency": "USD", "incoterm": "FCA"}
CUSTOMS |= {"itn": "X20260302123456"}


@pytest.fixture
def url():
    """What is tried here is above the database; one kind will do."""


@pytest.fixture
def chips(web):
    """Three chips in a box on its way to the shop; the first is stolen. A fourth is at the fab."""
    made = web.world.chips(4)
    web.world.commission("fab", made)
    web.world.pack("fab", BOX, made[:3])
    web.world.ship("fab", [BOX], to="shop", due_in=timedelta(days=2))
    web.world.report("shop", made[:1], "stolen")
    return made


@pytest.fixture
def officer(web, chips):
    return web.browser("ida", "inspector", of="customs")


@pytest.fixture
def clerk(web, chips):
    return web.browser("sam", "logger", of="shop")


def path(item):
    return f"/items/{quote(item, safe='')}"


def test_the_verdict_comes_first_with_what_to_look_at(officer, chips):
    told = officer.get(path(chips[0])).text

    order = [
        "hold it, and see what was found",
        "Hold the item and call",
        "Shop reported",
        "Shipped",
    ]
    assert sorted(order, key=told.index) == order


def test_the_country_of_a_place_is_named_in_the_language_of_the_reader(web, officer, chips):
    here = {"latitude": 1.36, "longitude": 103.99, "accuracyM": 150, "countryCode": "SG"}
    web.world.declare("fab", chips[3:], **{"chiptrail:location": here})
    told = [
        officer.get(path(chips[3]), headers={"Accept-Language": spoken}).text
        for spoken in ("en", "zh-TW")
    ]

    assert "1.36 N, 103.99 E, Singapore, within 150 m" in told[0]
    assert "1.36 N, 103.99 E, 新加坡" in told[1]


def test_what_is_found_is_told_with_names_and_times_as_pages_have_them(web):
    shop = party("shop")
    with web.client.application.test_request_context():
        told = naming.told(f"{shop} held it in TW until 2026-11-02 09:25 UTC")

    assert "Shop held it in TW until 2 Nov 2026 09:25 UTC" == told


def test_what_is_open_is_told_once_and_nothing_to_press_is_printed(officer, chips):
    told = officer.get(path(chips[0])).text

    assert 1 == told.count("Shop reported")
    assert '<a class="screen" href="/findings/' in told


def test_it_says_who_has_it_where_it_lies_and_how_to_mend_what_was_found(officer, chips):
    told = officer.get(path(chips[0])).text

    assert "from Fab to Shop" in told
    assert f'href="{path(BOX)}"' in told
    assert "clears the report" in told


def test_of_a_container_it_says_what_is_inside(officer, chips):
    told = officer.get(path(BOX)).text

    assert "Inside (3)</h2>" in told
    assert all(f'href="{path(chip)}"' in told for chip in chips[:3])
    assert f'href="/items?parent={BOX}"' in told.replace("%3A", ":")


def test_it_is_found_in_any_spelling_and_several_are_a_choice(web, officer, chips):
    web.world.register("shop", ["https://parts.example/x1/A0004"])
    one, several, sought = map(officer.get, ("/items/A0003", "/items/A0004", "/search?q=A0004"))

    assert [200, 300, 200] == [one.status_code, several.status_code, sought.status_code]
    assert all("https://parts.example/x1/A0004" in told.text for told in (several, sought))


def test_an_item_of_others_and_one_that_is_not_there_answer_alike(clerk, chips):
    of_others, of_nobody = clerk.get(path(chips[3])), clerk.get(path("NONE"))

    assert (404, 404) == (of_others.status_code, of_nobody.status_code)
    assert of_others.text.replace(chips[3], "NONE") == of_nobody.text


def test_it_is_told_what_was_known_at_a_size_or_on_a_day(web, officer, chips):
    size, day = web.world.ledger.head.size, web.world.now.date()
    web.world.advance(days=3)
    web.world.receive("shop", [BOX])
    officer = web.signed_in("ida")

    for asked in (f"size={size}", f"day={day}"):
        then = officer.get(f"{path(chips[1])}?{asked}").text
        assert "This is what was known then" in then
        assert "Received by Shop" not in then
    assert "Received by Shop" in officer.get(path(chips[1])).text


BAD = [
    "size=none",
    "size=0",
    "size=99999",
    "day=tomorrowish",
    "day=1999-01-01",
    "size=1&day=2026-03-02",
]


@pytest.mark.parametrize("asked", BAD)
def test_a_time_that_cannot_be_asked_about_is_refused_in_words(officer, chips, asked):
    answer = officer.get(f"{path(chips[0])}?{asked}")

    assert 400 <= answer.status_code < 500
    assert "This did not work" in answer.text


def test_no_price_is_on_the_page_that_an_inspector_prints(web, officer, chips):
    web.world.ship(
        "fab",
        chips[3:],
        to="shop",
        **{"chiptrail:customs": CUSTOMS, "withheld": ["chiptrail:customs"]},
    )
    told = officer.get(path(chips[3])).text

    assert "X20260302123456" in told
    assert not [word for word in ("123456.78", "USD", "FCA") if word in told]


def test_the_list_is_filtered_by_its_address(web, clerk, chips):
    assert BOX in clerk.get("/items").text
    assert BOX in clerk.get("/items?state=in-transit&kind=container&holder=Fab").text
    assert "Nothing is like that" in clerk.get("/items?state=held").text


def test_the_list_is_a_file(clerk, chips):
    answer = clerk.get(f"/items.csv?parent={BOX}")

    assert chips[:3] == sorted(line.split(",")[0] for line in answer.text.splitlines()[1:])


def test_what_is_inside_is_listed_with_the_way_back(clerk, chips):
    told = clerk.get(f"/items?parent={BOX}&verdict=stop").text

    assert [True, False] == [f'href="{path(chip)}"' in told for chip in chips[:2]]
    assert f'href="{path(BOX)}"' in told


ODD = [
    "https://parts.example/x1",
    *[f"https://parts.example/x1/{end}" for end in ("label", "labels", "map.svg", "qr.svg")],
]


def test_an_item_whose_id_ends_as_an_address_of_ours_has_a_page(web, clerk):
    web.world.register("shop", ODD)

    for item in ODD:
        shown = clerk.get(path(item))
        assert (200, True) == (shown.status_code, f"{path(item)}/label" in shown.text)
        assert "text/html" == shown.mimetype
        assert "labels" in clerk.get(f"{path(item)}/label").text
