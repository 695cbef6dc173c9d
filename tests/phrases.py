"""Whether what is told is made of phrases in full, so that other languages can tell it too.

Example::

    untold(phrase("%(who)s shipped it", who="Skua, by air"), ["Skua"])     # ["Skua, by air"]
"""

import re
from collections.abc import Iterable, Iterator

from ledger.wording import Phrase

_WORD = re.compile(r"(?<![\w:/.-])[a-z]{3,}(?![\w:/-])")


def parts(words: object) -> Iterator[str]:
    """What in *words* is no phrase."""
    if not isinstance(words, Phrase):
        yield str(words)
        return
    for value in words.values.values():
        yield from parts(value)


def untold(words: object, written: Iterable[str]) -> list[str]:
    """The parts of *words* in which there is English that others have not *written*."""
    whole = "\n".join(written)
    return [part for part in parts(words) if _WORD.search(part) and part not in whole]
