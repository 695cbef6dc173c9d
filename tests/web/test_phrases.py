"""What the ledger tells is told in the language of the page, whatever stands in it."""

import pickle
import re

import pytest

from ledger.wording import also, any_of, chained, listed, phrase, with_commas
from web.pages.languages import LANGUAGES, words_of_ledger
from web.pages.phrases import NAME, translated

OTHERS = [one for one in LANGUAGES if one != "en"]
SENT = "urn:chiptrail:party:skua signed that it shipped this item, but did not hold it: %s"
SENTENCES = [
    " ".join(told.split())
    for told in """
urn:chiptrail:party:skua signed that it made something else of this item, but it is in the ledger
already: by entry 7 it is on its way from urn:chiptrail:party:skua to urn:chiptrail:party:fab

urn:chiptrail:party:skua signed for urn:chiptrail:party:fab that it packed this item, but it is in
https://id.gs1.org/00/106141412345678908 (entry 3)

urn:chiptrail:party:customs signed that it released this item, which nobody has detained or seized

urn:chiptrail:party:fab gave another PDI than entry 2 and another UUID and printed serial than entry
1: it may be another item

urn:chiptrail:party:a signed that it was at 1.350 N, 103.800 E, within 50 m, which may lie in CN, HK
or MO, and nobody can tell which; shipment 3 goes to HK, by way of CN and SG

urn:chiptrail:party:a signed that it was in NO, but 10.750 N, 59.910 E, within 50 m lies in no
country, but the open sea; with latitude and longitude swapped it would be in NO

what is 3A090.a, 4A090.a goes from SG to NO, and no authorisation of regime EAR is named;
ear/papers: 15 CFR 758.1; what follows, and more (checked 2026-11-29)

it is for urn:chiptrail:party:get, in CN (register, 2026-05-01), in group D:1 by 15 CFR Part 740,
Supp. No. 1 (checked 2026-11-29, unverified), and only EAR nlr is named for it; nobody has said how
the goods are classified; ear/to: 15 CFR 758.1; what follows, and more (checked 2026-11-29)

EAR licence D1 does not cover this: it is not for urn:chiptrail:party:get to receive, it is not for
HK, the goods are 3A090.a, it is for 4A090, 5A992 (entry 5); with this, more went out under EAR
licence D1 than it allows: 6 of 5

urn:chiptrail:party:a declared entry 5 wrong, but urn:chiptrail:party:b and urn:chiptrail:party:c
signed for what followed; entry 5 stands until they agree
""".strip().split("\n\n")
]
HOSTILE = "<img> signed that it made this item, which %(x)s"


QUOTES = {
    "EAR nlr",
    "EAR licence D1",
    "register, 2026-05-01",
    "15 CFR Part 740, Supp. No. 1",
    "15 CFR 758.1; what follows, and more",
}


def told(text, called=str):
    return translated(text, "zh-Hant", called)


@pytest.mark.parametrize("language", OTHERS)
def test_every_phrase_comes_back_as_its_translation(language):
    for text, words in words_of_ledger(language).items():
        names = re.findall(r"%\((\w+)\)s", text)
        values = {
            name: "?" if name == "country" else f"urn:x:{number}"
            for number, name in enumerate(names)
        }

        assert words % values == translated(text % values, language, str), text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "shipment 3 goes to Taiwan, by way of Hong Kong SAR China and Singapore"),
        ("zh-Hant", "貨運 3 的目的地為 台灣，途經 中國香港特別行政區 及 新加坡"),  # noqa: RUF001 - Chinese marks
    ],
)
def test_countries_have_their_names(language, words):
    assert words == translated("shipment 3 goes to TW, by way of HK and SG", language)


def test_only_what_is_a_country_is_told_as_one():
    for sentence in (
        "urn:chiptrail:party:CN signed that it made this item",
        "the head office of IN is in ? (register of TW, read 2026-05-01)",
        "entry 3 has no TW/HK, it has these: MO",
    ):
        assert sentence == translated(sentence, "en")


def test_what_the_rules_of_the_product_cite_is_told_word_for_word():
    sources = {"Product default, not law": "產品預設，非法律", "House rule 7": "House rule 7"}  # noqa: RUF001 - Chinese marks

    for source, words in sources.items():
        made = phrase("%(source)s (checked %(date)s)", source=source, date="2026-11-29")
        assert told(made) == told(str(made))
        assert told(made).startswith(words)


def test_phrases_in_phrases_are_told_too():
    where = "by entry 7 it is in the hands of urn:chiptrail:party:fab"

    assert told(SENT % where) == (
        "urn:chiptrail:party:skua 就本件簽署「已出貨」，但並非持有人："  # noqa: RUF001 - Chinese marks
        "依第 7 筆記錄，本件在 urn:chiptrail:party:fab 手中"  # noqa: RUF001 - Chinese marks
    )


def test_what_is_no_phrase_is_called_what_the_page_calls_it():
    told_so = told("urn:x:a detained this item", {"urn:x:a": "Port customs"}.get)

    assert told_so == "Port customs 留置了本件"


@pytest.mark.parametrize("text", SENTENCES)
def test_no_english_is_left_of_what_is_made_of_phrases(text):
    left = []
    told(text, lambda words: left.append(words) or words)

    assert [] == [words for words in left if not NAME.fullmatch(words) and words not in QUOTES]


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


@pytest.mark.parametrize("tell", [with_commas, listed, any_of, chained, lambda all_: also(*all_)])
def test_a_list_without_an_end_is_told_too(tell):
    """A shipment may name thousands of classifications, or consignees."""
    said = tell([f"3A{number}" for number in range(5000)])

    assert str(said) == pickle.loads(pickle.dumps(said))
    assert re.findall(r"3A\d+", said) == re.findall(r"3A\d+", told(said))


def test_what_is_too_long_to_be_a_sentence_is_not_read():
    """The time that reading takes grows with the text, which may be a megabyte."""
    text = "urn:x:a detained this item; " * 40_000

    assert text == told(text)
