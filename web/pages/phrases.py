"""What the ledger tells in English, in the language of the page.

A phrase that was made just now knows what it is made of (``ledger.wording.Phrase``). A sentence out
of the database or a bundle is read: of all ways in which phrases make it, the one that leaves the
least that is neither phrase nor name. web/static/phrases.js does the same. Example::

    translated("urn:...:skua signed that it shipped this item, which ...", "zh-Hant", named)

What is no phrase stays as it is: names, numbers, times, and what others wrote. But countries, told
by their codes, have a name in every language: so English is read too where it may tell of one.
"""

import functools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from ledger.wording import Phrase
from web.pages.languages import country_name, words_of_all, words_of_ledger

_SOURCE = "en"
# What others wrote is told as they wrote it, though it may read like a phrase; of sources those
# that the product's own rules cite are known, word for word.
QUOTED = frozenset({"party", "item", "name", "source"})
_CITED = "source"
# What is a name, or several: no phrase.
_PLAIN = frozenset({"who", "agent", "entry", "date", "later", "eccns"})
# What is a country's code, and what several.
_COUNTRY = "country"
_LANDS = frozenset({_COUNTRY, "countries"})
_LAND = re.compile(r"\b[A-Z]{2}\b|\?")
# Phrases that only list two things: they fit nearly everything, and so count for nothing.
_JOINTS = frozenset({", ", "; ", ": ", " and ", " or "})
_PLACE = re.compile(r"%\((\w+)\)s")
# A word, a time, a spot, a distance, or what somebody typed.
NAME = re.compile(r"\S+|'[^']*'|\d{4}-\d\d-\d\d \d\d:\d\d UTC|[\d.]+ [NS], [\d.]+ [EW]|[\d,.]+ k?m")
# Whoever makes a sentence that is longer, or can be read in more ways, does mischief.
_LONGEST, _DEEPEST, _MOST_SPLITS, _MOST_READ = 2000, 24, 12, 600


class Pattern(NamedTuple):
    """A phrase, as its *fixed* texts and the *names* of what stands between them.

    *longest* is the longest of its fixed texts, *size* the length of all.
    """

    fixed: tuple[str, ...]
    names: tuple[str, ...]
    words: str
    longest: str
    size: int

    @property
    def is_joint(self) -> bool:
        """Whether it lists two things, and nothing else."""
        return self.fixed[0] == self.fixed[-1] == "" and self.fixed[1:-1] in [(j,) for j in _JOINTS]

    def values_in(self, text: str) -> Mapping[str, str] | None:
        """What *text* gives for each name if it is this phrase, else None.

        Each value ends where the next fixed text begins first, and none is empty: so this takes
        one way through *text* and never goes back, whatever is in it.
        """
        first, *others = self.fixed
        if not text.startswith(first) or (not others and text != first):
            return None
        values: dict[str, str] = {}
        at, last = len(first), len(others) - 1
        for number, (name, fixed) in enumerate(zip(self.names, others, strict=True)):
            end = len(text) - len(fixed) if number == last else text.find(fixed, at + 1)
            if end <= at or not text.startswith(fixed, end):
                return None
            value = text[at:end]
            if values.setdefault(name, value) != value:
                return None
            if name == _COUNTRY and not _LAND.fullmatch(value):
                return None
            at = end + len(fixed)
        return values


class Told(NamedTuple):
    """The *words* of another language, and what goes in: more of these, or text as it is.

    *left* is how many letters nobody read; *score* how many are fixed in it, less those of *left*
    that are not quoted.
    """

    words: str
    values: Mapping[str, "Told | str"]
    score: int = 0
    left: int = 0


def translated(text: str, language: str, called: Callable[[str], str] = str) -> str:
    """*text* in *language*; what is no phrase is *called* something on the page."""
    if language == _SOURCE and not _LAND.search(text):
        return called(text)
    made: Told | str = text
    if isinstance(text, Phrase):
        made = _made(text, language)
    elif len(text) <= _LONGEST:
        made = _read(text, language)

    def say(told: Told | str, *, is_land: bool) -> str:
        if isinstance(told, str):
            return (
                country_name(told, language) if is_land and _LAND.fullmatch(told) else called(told)
            )
        said = {
            name: say(one, is_land=is_land or name in _LANDS) for name, one in told.values.items()
        }
        return told.words % said

    return say(made, is_land=False)


def _made(value: object, language: str) -> Told | str:
    if not isinstance(value, Phrase):
        return str(value)
    said = words_of_all(language)
    inside = {name: _made(one, language) for name, one in value.values.items()}
    if isinstance(cited := inside.get(_CITED), str):
        inside[_CITED] = said.get(cited, cited)
    return Told(said.get(value.text, value.text), inside)


@functools.lru_cache(maxsize=4096)
def _read(text: str, language: str) -> Told | str:
    return _Reader(words_of_ledger(language), *_book(language)).read(text)


class _Reader:
    """Reads one sentence; *known* is what was read of it already."""

    def __init__(
        self, said: Mapping[str, str], single: Sequence[Pattern], joint: Sequence[Pattern]
    ) -> None:
        self._said, self._single, self._joint = said, single, joint
        self._known: dict[str, Told | str] = {}

    def read(self, text: str, depth: int = 0) -> Told | str:
        """The best reading; of equal ones that with the longest fixed text."""
        if text not in self._known:
            if depth > _DEEPEST or len(self._known) >= _MOST_READ:
                return text
            self._known[text] = text
            readings: list[Told | str] = [*self._phrases(text, depth), text]
            if _left(max(readings, key=_score)):
                readings += self._lists(text, depth)
            self._known[text] = max(readings, key=_score)
        return self._known[text]

    def _phrases(self, text: str, depth: int) -> Iterator[Told]:
        for pattern in self._single:
            values = pattern.values_in(text) if pattern.longest in text else None
            if values is not None:
                yield self._told(pattern, values, pattern.size, depth)

    def _lists(self, text: str, depth: int) -> Iterator[Told]:
        for pattern in self._joint:
            joint = pattern.fixed[1]
            parts = text.split(joint, _MOST_SPLITS)
            for number in range(1, len(parts)):
                sides = joint.join(parts[:number]), joint.join(parts[number:])
                if all(sides):
                    yield self._told(
                        pattern, dict(zip(pattern.names, sides, strict=True)), 0, depth
                    )

    def _told(self, pattern: Pattern, values: Mapping[str, str], fixed: int, depth: int) -> Told:
        inside: dict[str, Told | str] = {}
        score, left = fixed, 0
        for name, value in values.items():
            inside[name] = value if name in QUOTED else self.read(value, depth + 1)
            if name == _CITED:
                inside[name] = self._said.get(value, value)
            if name in _PLAIN and _score(inside[name]) > 0:
                inside[name] = value
            left += _left(inside[name])
            score += 0 if name in QUOTED else _score(inside[name])
        return Told(pattern.words, inside, score, left)


def _score(told: Told | str) -> int:
    return -_left(told) if isinstance(told, str) else told.score


def _left(told: Told | str) -> int:
    if isinstance(told, Told):
        return told.left
    return 0 if NAME.fullmatch(told) else len(told)


@functools.cache
def _book(language: str) -> tuple[Sequence[Pattern], Sequence[Pattern]]:
    """The phrases of *language*, those with most fixed text first; apart those that list."""
    found = [_pattern(text, words) for text, words in words_of_ledger(language).items()]
    found.sort(key=lambda one: -one.size)
    joint = [one for one in found if one.is_joint]
    return [one for one in found if not one.is_joint], joint


def _pattern(text: str, words: str) -> Pattern:
    fixed = tuple([part.replace("%%", "%") for part in _PLACE.split(text)[::2]])
    longest, size = max(fixed, key=len), sum(map(len, fixed))
    return Pattern(fixed, tuple(_PLACE.findall(text)), words, longest, size)
