"""Every word of every page is there in every language."""

import re
from html.parser import HTMLParser

import pytest

from tests.words import catalog, said, words_of
from tests.world import CHIPS
from web.pages.languages import LANGUAGES

PLACES = re.compile(r"%\(\w+\)[a-z]")
ITEM = f"{CHIPS}N-1"


class Shown(HTMLParser):
    """The texts of a page that somebody reads, each by itself."""

    def __init__(self, page):
        super().__init__()
        self.texts, self._inside = set(), None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self._inside = tag
        self.texts |= {text for name, text in attrs if name in ("aria-label", "placeholder")}

    def handle_data(self, data):
        if self._inside not in ("script", "style", "code"):
            self.texts.add(" ".join(data.split()).strip(" :,;·()"))


@pytest.fixture(scope="module")
def wanted():
    return said()


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_no_word_is_missing_and_none_is_left_over(wanted, language):
    known = {message.id: words_of(message) for message in catalog(language) if message.id}

    assert set(wanted) == set(known), "make words"
    assert [] == [text for text, words in known.items() if not words]


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_what_is_filled_in_is_filled_in_everywhere(language):
    for message in catalog(language):
        if message.id:
            text = message.id if isinstance(message.id, str) else message.id[1]
            assert sorted(PLACES.findall(text)) == sorted(PLACES.findall(words_of(message)))


def test_a_page_speaks_the_language_of_the_browser(web):
    for asked, lang in {"zh-TW": "zh-Hant", "zh-CN, en": "zh-Hans", "de, en": "en"}.items():
        shown = web.client.get("/sign-in", headers={"Accept-Language": asked})

        assert f'<html lang="{lang}"' in shown.text


def test_a_language_that_was_chosen_goes_before(web):
    answer = web.client.post("/preferences", data={"language": "zh-Hans", "next": "/sign-in"})
    shown = web.client.get("/sign-in", headers={"Accept-Language": "en"})

    assert (303, "/sign-in") == (answer.status_code, answer.headers["Location"])
    assert '<html lang="zh-Hans"' in shown.text
    assert "登录" in shown.text


def test_a_page_of_another_language_says_nothing_in_english(web):
    web.world.commission("fab", [ITEM])
    web.world.ship("fab", [ITEM], to="shop")
    client = web.browser("lin", "administrator", of="fab")
    words = {message.id: words_of(message) for message in catalog("zh-Hant")}
    english = {text for text in words if text and isinstance(text, str) and text != words[text]}

    left = {path: english & shown.texts for path, shown in pages(web.app, client)}

    assert {} == {path: texts for path, texts in left.items() if texts}


def pages(app, client):
    """Every page that has an address of its own, and those of an item and a shipment."""
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in rule.methods]
    paths = [rule.rule for rule in rules if not rule.arguments]
    for path in [*paths, f"/items/{ITEM}", "/shipments/13", "/entries/13"]:
        answer = client.get(path, headers={"Accept-Language": "zh-TW"})
        if '<html lang="zh-Hant"' in answer.text:
            yield path, Shown(answer.text)
