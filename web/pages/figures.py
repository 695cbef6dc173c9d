"""Figures and lists as people type them in a field, as values.

count_in("007")                    # 7; None of what is no whole number
CUSTOMS["hts"]("8542.31, 8473.30") # ["8542.31", "8473.30"]

What a field is called, and what is said of one that is wrong, is ``web.pages.filling``'s.
"""

from collections.abc import Callable, Mapping

from flask_babel import gettext as _

from schemas.errors import MalformedParameter
from schemas.formats import parse_decimal
from schemas.strict_json import JSON

_FURTHEST_M = 20_100_000  # to the other side of the Earth


def count_in(text: str) -> int | None:
    """The whole number that *text* is, leading zeros or not; None if it is none."""
    try:
        return parse_decimal(text.lstrip("0") or text[:1])
    except ValueError:
        return None


def metres_in(text: str) -> float:
    """How far off a place may be.

    Raises: MalformedParameter.
    """
    metres = count_in(text)
    if metres is None or not 0 < metres < _FURTHEST_M:
        raise MalformedParameter(_("got %(text)s, want metres, a whole number", text=repr(text)))
    return float(metres)


def _number(text: str) -> float | int:
    plain = text.replace(" ", "").replace("'", "")
    return int(plain) if plain.isdecimal() else float(plain)


def _words(text: str) -> list[JSON]:
    return [part for part in text.replace(",", " ").replace(";", " ").split() if part]


CUSTOMS: Mapping[str, Callable[[str], JSON]] = {
    "itn": str.strip,
    "hts": _words,
    "eccn": _words,
    "value": _number,
    "currency": str.upper,
    "incoterm": str.upper,
    "packages": _number,
    "weightKg": _number,
    "seals": _words,
    "origin": str.upper,
    "mode": str.lower,
    "regime": str.lower,
}
"""By its name what reads a fact for customs; each raises ValueError for what is no number."""
