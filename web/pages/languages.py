"""The languages of the pages: which one a browser wants, and what the words are in it.

The words are in web/translations/<language>.po, as translators keep them, and read at the first
use; JavaScript gets those that occur in it as /static/.../words/<language>.json, those that the
ledger tells as /static/.../phrases/<language>.json, and the names of countries, as the CLDR has
them, as /static/.../countries/<language>.json. English is the source.
"""

import functools
import re
from collections.abc import Callable
from importlib.resources import files
from io import BytesIO

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, request
from flask_babel import Babel, Domain, get_locale

LANGUAGES = {"en": "English", "zh-Hant": "繁體中文", "zh-Hans": "简体中文"}
# Any of those that has a catalog.
_TRANSLATED = "zh-Hant"
# What browsers ask for, also by the country.
_ASKED = {
    "en": "en",
    "zh": "zh-Hans",
    "zh-hans": "zh-Hans",
    "zh-hant": "zh-Hant",
    "zh-hk": "zh-Hant",
    "zh-mo": "zh-Hant",
    "zh-tw": "zh-Hant",
}


class _Words(Domain):  # type: ignore[misc]  # it has no types
    """The catalogs, read from what translators keep: nothing is compiled when it is built."""

    def get_translations(self) -> NullTranslations:
        return _translations(str(get_locale() or "en"))


class _Babel(Babel):  # type: ignore[misc]  # it has no types
    domain_instance = _Words()


def speak(app: Flask) -> None:
    """Have *app* speak the languages."""
    _Babel(app, default_locale="en", locale_selector=_chosen)


def language() -> str:
    """That of the page."""
    return str(get_locale() or "en").replace("_", "-")


def words_of_scripts(language: str) -> dict[str, str]:
    """What JavaScript says, English to *language*."""
    return _words(language, lambda path: path.endswith(".js"))


@functools.cache  # read for every sentence
def words_of_ledger(language: str) -> dict[str, str]:
    """The phrases of which the ledger makes what it keeps, English to *language*.

    And what it refuses with; not the phrases of stories, which nobody has to read back
    (``ledger.wording.Phrase``). English is read back for what it names by a code.
    """
    read = re.compile(r"(ledger|schemas)/.*(?<!story)\.")
    if language == "en":
        return {text: text for text in words_of_ledger(_TRANSLATED)}
    return _words(language, lambda path: read.match(path) is not None)


@functools.cache
def words_of_all(language: str) -> dict[str, str]:
    """All words, English to *language*."""
    return _words(language, bool)


def _words(language: str, is_meant: Callable[[str], bool]) -> dict[str, str]:
    return {
        str(message.id): str(message.string)
        for message in _catalog(language)
        if message.id and message.string and any(is_meant(path) for path, _ in message.locations)
    }


def _chosen() -> str:
    """The language that the reader chose, else the browser's first that there is."""
    said = request.cookies.get("language", "")
    if said in LANGUAGES:
        return said.replace("-", "_")
    for tag in request.accept_languages.values():
        for size in range(tag.count("-") + 1, 0, -1):
            found = _ASKED.get("-".join(tag.lower().split("-")[:size]))
            if found:
                return found.replace("-", "_")
    return "en"


def country_name(code: str, to: str | None = None) -> str:
    """The name of a country in the language *to*, else that of the page; *code* without a name."""
    return countries(to or language()).get(code, code)


@functools.cache
def countries(language: str) -> dict[str, str]:
    """Their names, by their codes."""
    territories = Locale.parse(language, sep="-").territories
    return {code: str(name) for code, name in territories.items() if code.isalpha()}


def told_scripts(language: str) -> dict[str, dict[str, str]]:
    """What JavaScript gets in *language*, by the name that it asks for."""
    return {
        "words": words_of_scripts(language),
        "phrases": words_of_ledger(language),
        "countries": countries(language),
    }


@functools.cache
def _translations(locale: str) -> NullTranslations:
    if locale == "en":
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, _catalog(locale.replace("_", "-")))
    compiled.seek(0)
    return Translations(compiled)


@functools.cache
def _catalog(language: str) -> Catalog:
    if language == "en":
        return Catalog()
    text = (files("web") / "translations" / f"{language}.po").read_bytes()
    return read_po(BytesIO(text), locale=language.replace("-", "_"))
