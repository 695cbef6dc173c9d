"""Identifiers of companies that registers outside the ledger give out.

Each is checked as far as its own digits go; whether it is registered, and to whom, is for the
registrar to have looked up::

    lei    ISO 17442: 18 letters or digits and two check digits (ISO 7064, MOD 97-10)
    gln    GS1 General Specifications: 12 digits and the check digit
    eori   Commission Delegated Regulation (EU) 2015/2446: country, then 1 to 15 letters or digits
    duns   nine digits
"""

import re
from collections.abc import Callable, Mapping

from schemas.country import is_country
from schemas.gs1 import is_checked

_LEI = re.compile("[0-9A-Z]{18}[0-9]{2}")
_GLN = re.compile("[0-9]{13}")
_EORI = re.compile("([A-Z]{2})[0-9A-Z]{1,15}")
_DUNS = re.compile("[0-9]{9}")
# Not of ISO 3166-1: Northern Ireland under the Windsor Framework.
_EORI_ONLY = frozenset({"XI"})


def is_lei(text: str) -> bool:
    """Whether *text* is a Legal Entity Identifier with right check digits."""
    if _LEI.fullmatch(text) is None:
        return False
    return int("".join(str(int(character, 36)) for character in text)) % 97 == 1


def is_gln(text: str) -> bool:
    """Whether *text* is a Global Location Number with the right check digit."""
    return _GLN.fullmatch(text) is not None and is_checked(text)


def is_eori(text: str) -> bool:
    """Whether *text* has the form of an EORI number."""
    found = _EORI.fullmatch(text)
    return found is not None and (is_country(found[1]) or found[1] in _EORI_ONLY)


def is_duns(text: str) -> bool:
    """Whether *text* is nine digits."""
    return _DUNS.fullmatch(text) is not None


IDENTIFIERS: Mapping[str, Callable[[str], bool]] = {
    "lei": is_lei,
    "gln": is_gln,
    "eori": is_eori,
    "duns": is_duns,
}
