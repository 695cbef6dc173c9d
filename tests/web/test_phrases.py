"""What the ledger tells is told in the language of the page, whatever stands in it."""

import re

import pytest

from web.pages.languages import LANGUAGES, words_of_ledger
from web.pages.phrases import translated

OTHERS = [one for one in LANGUAGES if one != "en"]
SENT = "urn:chiptrail:party:skua signed that it shipped this item, but did not hold it: %s"
HOSTILE = "<img> signed that it made this item, which %(x)s"


def told(text, called=str):
    return translated(text, "zh-Hant", called)


@pytest.mark.parametrize("language", OTHERS)
def test_every_phrase_comes_back_as_its_translation(language):
    for text, words in words_of_ledger(language).items():
        names = re.findall(r"%\((\w+)\)s", text)
        values = {name: f"urn:x:{number}" for number, name in enumerate(names)}

        assert words % values == translated(text % values, language, str), text


def test_phrases_in_phrases_are_told_too():
    where = "by entry 7 it is in the hands of urn:chiptrail:party:fab"

    assert told(SENT % where) == (
        "urn:chiptrail:party:skua 就本件簽署「已出貨」，但並非持有人："  # noqa: RUF001
        "依第 7 筆記錄，本件在 urn:chiptrail:party:fab 手中"  # noqa: RUF001
    )


def test_what_is_no_phrase_is_called_what_the_page_calls_it():
    told_so = told("urn:x:a detained this item", {"urn:x:a": "Port customs"}.get)

    assert told_so == "Port customs 留置了本件"


@pytest.mark.parametrize("text", ["", "no phrase at all", "%", "%(who)s", " or ", "a or "])
def test_what_fits_no_phrase_stays_as_it_is(text):
    assert text == told(text, str)


@pytest.mark.parametrize("name", [HOSTILE, "a or b", "%s %(who)s", "x" * 2000])
def test_a_hostile_name_stays_text(name):
    assert f"{name} 留置了本件" == told("urn:x:a detained this item", lambda _: name)


@pytest.mark.parametrize(
    "part", [HOSTILE, " or ", "a, but did not hold it: ", "%(who)s signed that"]
)
def test_mischief_is_told_at_once_and_breaks_nothing(part):
    assert part.split(" ")[0] in told(part * 200)
