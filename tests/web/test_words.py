"""Every word of every page is there in every language."""

import re

import pytest

from tests.words import catalog, said, words_of
from web.pages.languages import LANGUAGES

PLACES = re.compile(r"%\(\w+\)[a-z]")


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
