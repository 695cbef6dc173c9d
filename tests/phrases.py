"""What is told and no phrase: other languages tell it as it stands.

Example::

    said = phrase("%(who)s shipped it", who="Skua, by air")
    [*parts(said)]              # [("who", "Skua, by air")]
    untold(said, ["Skua"])      # ["Skua, by air"]: a part in English that nobody wrote
"""

import re
from collections.abc import Iterable, Iterator

from ledger.wording import Phrase

_WORD = re.compile(r"(?<![\w:/.-])[a-z]{3,}(?![\w:/-])")


def parts(words: str) -> Iterator[tuple[str, str]]:
    """What goes into *words* and is no phrase, by the name that it stands for; "" for no phrase."""
    if not isinstance(words, Phrase):
        yield "", words
        return
    for name, value in words.values.items():
        if isinstance(value, Phrase):
            yield from parts(value)
        else:
            yield name, str(value)


def untold(words: str, written: Iterable[str]) -> list[str]:
    """The parts of *words* in which there is English that others have not *written*."""
    whole = "\n".join(written)
    return [part for _, part in parts(words) if _WORD.search(part) and part not in whole]
