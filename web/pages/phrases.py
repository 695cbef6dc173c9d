"""What the ledger tells in English, in the language of the page.

A sentence is taken apart into the phrases that it was made of (``ledger.wording.phrase``) and put
together again of their translations. web/static/phrases.js does the same. Example::

    translated("urn:...:skua signed that it shipped this item, which ...", "zh-Hant", named)

What fits no phrase stays as it is: names, numbers, times, and what others wrote.
"""

import functools
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from web.pages.languages import words_of_ledger

# What others wrote is told as they wrote it, though it may read like a phrase.
QUOTED = frozenset({"party", "item", "name", "source"})
# So deep may phrases stand in phrases; a list that is longer than that is somebody's mischief.
_DEEPEST = 12
_PLACE = re.compile(r"%\((\w+)\)s")


class Pattern(NamedTuple):
    """A phrase, as its fixed texts and the *names* of what stands between them."""

    fixed: tuple[str, ...]
    names: tuple[str, ...]
    words: str

    def values_in(self, text: str) -> Mapping[str, str] | None:
        """What *text* gives for each name if it is this phrase, else None.

        Each value ends where the next fixed text begins first, and none is empty: so this takes
        one way through *text* and never goes back, whatever is in it.
        """
        first, *others = self.fixed
        if not text.startswith(first):
            return None
        if not others:
            return {} if text == first else None
        values: dict[str, str] = {}
        at, last = len(first), len(others) - 1
        for number, (name, fixed) in enumerate(zip(self.names, others, strict=True)):
            end = len(text) - len(fixed) if number == last else text.find(fixed, at + 1)
            if end <= at or not text.endswith(fixed, at, end + len(fixed)):
                return None
            value = text[at:end]
            if values.setdefault(name, value) != value:
                return None
            at = end + len(fixed)
        return values


class Told(NamedTuple):
    """The *words* of another language, and what goes in: more of these, or text as it is."""

    words: str
    values: Mapping[str, "Told | str"]


def translated(text: str, language: str, called: Callable[[str], str]) -> str:
    """*text* in *language*; what is no phrase is *called* something on the page."""
    return _say(_read(text, language), called)


def _say(told: Told | str, called: Callable[[str], str]) -> str:
    if isinstance(told, str):
        return called(told)
    return told.words % {name: _say(value, called) for name, value in told.values.items()}


@functools.lru_cache(maxsize=4096)
def _read(text: str, language: str, depth: int = 0) -> Told | str:
    for pattern in () if depth > _DEEPEST else patterns(language):
        values = pattern.values_in(text)
        if values is not None:
            inside = {
                name: value if name in QUOTED else _read(value, language, depth + 1)
                for name, value in values.items()
            }
            return Told(pattern.words, inside)
    return text


@functools.cache
def patterns(language: str) -> tuple[Pattern, ...]:
    """The phrases of the ledger with their words in *language*, those with most fixed text first.

    Else a general phrase would take what belongs to a special one.
    """
    found = [_pattern(text, words) for text, words in words_of_ledger(language).items()]
    return tuple(sorted(found, key=lambda one: -sum(map(len, one.fixed))))


def _pattern(text: str, words: str) -> Pattern:
    fixed = [part.replace("%%", "%") for part in _PLACE.split(text)[::2]]
    return Pattern(tuple(fixed), tuple(_PLACE.findall(text)), words)
