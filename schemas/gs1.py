"""GS1 identification keys: Digital Link and EPC URNs to one canonical form.

Sources: GS1 Digital Link Standard: URI Syntax (keys, qualifiers, convenience alphas, section 4.12
"Canonical GS1 Digital Link URIs"), EPC Tag Data Standard ("EPC URI": the URN forms and how company
prefix and reference join into a key), GS1 General Specifications 7.9.1 (check digit) and 7.11
(character set 82). Example::

    urn:epc:id:sgtin:0614141.012345.62852%2FA  ->  https://id.gs1.org/01/00614141123452/21/62852%2FA

A value is percent-decoded once, checked as plain characters, and written again with every
character but the unreserved ones of RFC 3986 encoded. Other URIs and ``urn:chiptrail:chip`` are
``schemas.item``'s; so is what a scanner sends.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from schemas.errors import MalformedItems

CANONICAL_HOST = "id.gs1.org"
CANONICAL = f"https://{CANONICAL_HOST}/"

_SET_82 = r"[!-\"%-?A-Z_a-z]"


@dataclass(frozen=True, slots=True)
class Key:
    """One GS1 identification key: its application identifier and the shape of its value.

    *checked* is how many leading digits, the last one being the check digit, are verified (0:
    none); *kept* are the qualifiers that belong to the identity, *dropped* those that only
    describe it. *is_item* is false for keys of places, parties and documents.
    """

    ai: str
    shape: re.Pattern[str]
    checked: int = 0
    kept: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    is_item: bool = True


def _key(ai: str, shape: str, checked: int = 0, kept: str = "", dropped: str = "") -> Key:
    is_item = ai not in {"414", "417", "401", "402"}
    return Key(ai, re.compile(shape), checked, tuple(kept.split()), tuple(dropped.split()), is_item)


_ALL_KEYS = (
    _key("01", r"[0-9]{8}|[0-9]{12,14}", 14, kept="21 235", dropped="22 10"),
    _key("00", r"[0-9]{18}", 18),
    _key("8003", rf"0[0-9]{{13}}{_SET_82}{{0,16}}", 14),
    # An asset number starts with a company prefix: on a stranger's host that tells it from a word.
    _key("8004", rf"[0-9]{{6}}{_SET_82}{{1,24}}"),
    _key("8006", r"[0-9]{18}", 14, kept="21", dropped="22 10"),
    _key("8010", r"[0-9]{6}[0-9A-Z/#-]{1,24}", kept="8011"),
    _key("8017", r"[0-9]{18}", 18, kept="8019"),
    _key("8018", r"[0-9]{18}", 18, kept="8019"),
    _key("253", rf"[0-9]{{13}}{_SET_82}{{0,17}}", 13),
    _key("255", r"[0-9]{13,25}", 13),
    _key("414", r"[0-9]{13}", 13, kept="254"),
    _key("417", r"[0-9]{13}", 13),
    _key("401", rf"[0-9]{{6}}{_SET_82}{{1,24}}"),
    _key("402", r"[0-9]{17}", 17),
)
_NAMES = {
    "gtin": "01", "sscc": "00", "grai": "8003", "giai": "8004", "itip": "8006", "cpid": "8010",
    "gsrnp": "8017", "gsrn": "8018", "gdti": "253", "gcn": "255", "gln": "414", "partyGln": "417",
    "ginc": "401", "gsin": "402",
}  # fmt: skip
_BY_AI = {key.ai: key for key in _ALL_KEYS}
_KEYS: Mapping[str, Key] = _BY_AI | {name: _BY_AI[ai] for name, ai in _NAMES.items()}

_QUALIFIER_NAMES = {
    "cpv": "22", "lot": "10", "ser": "21", "tpx": "235", "glnx": "254", "cpsn": "8011",
    "srin": "8019",
}  # fmt: skip
_QUALIFIERS: Mapping[str, re.Pattern[str]] = {
    "22": re.compile(rf"{_SET_82}{{1,20}}"),
    "10": re.compile(rf"{_SET_82}{{1,20}}"),
    # "." and ".." are dot segments: no reader of URIs would leave them standing in a path.
    "21": re.compile(rf"(?!\.{{1,2}}\Z){_SET_82}{{1,20}}"),
    "235": re.compile(rf"(?!\.{{1,2}}\Z){_SET_82}{{1,28}}"),
    "254": re.compile(rf"(?!\.{{1,2}}\Z){_SET_82}{{1,20}}"),
    "8011": re.compile(r"0|[1-9][0-9]{0,11}"),
    "8019": re.compile(r"[0-9]{1,10}"),
}


def check_digit(digits: str) -> str:
    """The GS1 check digit that follows *digits*, all ASCII decimal digits without it.

    Source: GS1 General Specifications, 7.9.1: weights 3, 1, 3, ... from the right.
    """
    odd, even = sum(map(int, digits[::-2])), sum(map(int, digits[-2::-2]))
    return str(-(3 * odd + even) % 10)


@lru_cache(maxsize=4096)
def is_checked(digits: str) -> bool:
    """Whether the last of *digits* is the check digit of those before it."""
    return check_digit(digits[:-1]) == digits[-1]


def decode_percent(text: str) -> str:
    """*text* with its percent escapes decoded once; printable ASCII only.

    Raises: MalformedItems (a stray ``%``, or a character outside U+0020..U+007E).
    """
    if "%" in text:
        if _STRAY_PERCENT.search(text):
            raise MalformedItems("'%' without two hex digits; want %25")
        text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    if not _PRINTABLE.fullmatch(text):
        raise MalformedItems("want printable ASCII characters")
    return text


_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_PRINTABLE = re.compile(r"[ -~]*")


def encode_percent(text: str) -> str:
    """*text* with all but letters, digits, ``-``, ``.``, ``_`` and ``~`` percent-encoded."""
    return quote(text, safe="")


def key_uri(ai: str, value: str, qualifiers: Mapping[str, str]) -> str:
    """Canonical Digital Link of a key; *value* and *qualifiers* (AI -> value) are plain characters.

    Lot and product variant are left out where a serial stands.

    Raises: MalformedItems (shape, character set or check digit).
    """
    key = _BY_AI[ai]
    if not key.shape.fullmatch(value):
        raise MalformedItems(f"not a value of GS1 key ({ai})")
    value = value.rjust(14, "0") if ai == "01" else value
    if key.checked and not is_checked(value[: key.checked]):
        raise MalformedItems(f"wrong check digit in GS1 key ({ai})")
    for name, text in qualifiers.items():
        if not _QUALIFIERS[name].fullmatch(text):
            raise MalformedItems(f"not a value of GS1 qualifier ({name})")
    named = [name for name in key.kept if name in qualifiers]
    named = named or [name for name in key.dropped if name in qualifiers]
    tail = "".join(f"/{name}/{encode_percent(qualifiers[name])}" for name in named)
    return f"{CANONICAL}{ai}/{encode_percent(value)}{tail}"


def split_key(uri: str) -> tuple[tuple[str, str], ...]:
    """AI and plain value of each part of the canonical Digital Link *uri*; () if it is none.

    ``fold_elements`` of them is *uri* again.
    """
    path = uri.removeprefix(CANONICAL).split("/")
    if path[0] not in _BY_AI or len(path) % 2 or not uri.startswith(CANONICAL):
        return ()
    try:
        elements = tuple(zip(path[::2], map(decode_percent, path[1::2]), strict=True))
        return elements if fold_elements(elements) == uri else ()
    except MalformedItems:
        return ()


# Digital Link ------------------------------------------------------------------------------------

_WEB = re.compile(r"(?i:https?)://([^/?#]+)(/[^?#]*)(?:\?([^#]*))?(?:#.*)?")


def fold_digital_link(text: str) -> str | None:
    """Canonical form of a Digital Link on any host, or None if *text* is another URI.

    On id.gs1.org a path that starts with a key must be a whole Digital Link; elsewhere it may be
    somebody's own URL that looks a little like one.

    Raises: MalformedItems.
    """
    found = _WEB.fullmatch(text)
    if found is None:
        return None
    host, path, query = found.groups()
    segments = path.removesuffix("/").split("/")[1:]
    must_be_one = host.lower() == CANONICAL_HOST and segments[:1] and segments[0] in _KEYS
    for start, name in enumerate(segments[:-1]):
        key = _KEYS.get(name)
        if key is not None and key.shape.fullmatch(_plain(segments[start + 1])):
            qualifiers = _link_qualifiers(key, segments[start + 2 :], query or "")
            if qualifiers is not None:
                return key_uri(key.ai, _plain(segments[start + 1]), qualifiers)
    if must_be_one:
        raise MalformedItems("not a GS1 Digital Link: want /<key>/<value>, then its qualifiers")
    return None


def _plain(segment: str) -> str:
    """*segment* decoded, or "" (which no key matches) if it cannot be."""
    try:
        return decode_percent(segment)
    except MalformedItems:
        return ""


def _link_qualifiers(key: Key, segments: list[str], query: str) -> dict[str, str] | None:
    """Qualifiers of *key* in the rest of the path and in the query; None if the path has others."""
    allowed = {*key.kept, *key.dropped}
    names = [_QUALIFIER_NAMES.get(name, name) for name in segments[::2]]
    if len(segments) % 2 or not allowed.issuperset(names) or len(set(names)) < len(names):
        return None
    given = dict(zip(names, map(decode_percent, segments[1::2]), strict=True))
    for pair in re.split("[&;]", query):
        name, _, value = pair.partition("=")
        name = _QUALIFIER_NAMES.get(name, name)
        # A serial in the query is one all the same; skipping it would make two chips one.
        if name in allowed and given.setdefault(name, decode_percent(value)) != decode_percent(
            value
        ):
            raise MalformedItems(f"two values of GS1 qualifier ({name})")
    return given


# EPC URN -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Urn:
    """How ``<company prefix>.<reference>...`` becomes a key with a check digit.

    *digits* of prefix and reference together; with *indicator* the reference's first digit moves
    in front; *tail* is where the third part goes: "" (there is none), "+" (behind the check
    digit), or the AI of a qualifier.
    """

    ai: str
    digits: int
    indicator: bool = False
    tail: str = ""
    lead: str = ""


_URNS: Mapping[str, _Urn] = {
    "sgtin": _Urn("01", 13, indicator=True, tail="21"),
    "upui": _Urn("01", 13, indicator=True, tail="235"),
    "sscc": _Urn("00", 17, indicator=True),
    "sgln": _Urn("414", 12, tail="254"),
    "pgln": _Urn("417", 12),
    "grai": _Urn("8003", 12, tail="+", lead="0"),
    "gdti": _Urn("253", 12, tail="+"),
    "sgcn": _Urn("255", 12, tail="+"),
    "gsrn": _Urn("8018", 17),
    "gsrnp": _Urn("8017", 17),
    "gsin": _Urn("402", 16),
}
_PARTS: Mapping[str, int] = {name: 3 if urn.tail else 2 for name, urn in _URNS.items()} | {
    "giai": 2, "ginc": 2, "cpi": 3, "itip": 5,
}  # fmt: skip
_COMPANY_PREFIX = re.compile("[0-9]{6,12}")
_REFERENCE = re.compile("[0-9]*")
_EPC = re.compile(r"(?i:urn:epc:id:([a-z]+):|urn:epc:tag:([a-z]+)-(?:[0-9]+|var):[0-9]\.)(.*)")


def fold_epc_urn(text: str) -> str | None:
    """Digital Link of an EPC pure identity or tag URN, or None if it is of another scheme.

    Raises: MalformedItems.
    """
    found = _EPC.fullmatch(text)
    scheme = (found[1] or found[2]).lower() if found else ""
    if found is None or scheme not in _PARTS:
        return None
    parts = found[3].split(".", _PARTS[scheme] - 1)
    if len(parts) != _PARTS[scheme] or not _COMPANY_PREFIX.fullmatch(parts[0]):
        raise MalformedItems(f"not an EPC URN of scheme {scheme}")
    prefix, reference, *rest = parts
    tail = decode_percent(rest[-1]) if rest else ""
    if scheme in {"giai", "ginc"}:
        return key_uri(
            "8004" if scheme == "giai" else "401", prefix + decode_percent(reference), {}
        )
    if scheme == "cpi":
        return key_uri("8010", prefix + decode_percent(reference), {"8011": tail})
    if scheme == "itip":
        gtin = _checked_key("sgtin", prefix, reference)
        return key_uri("8006", gtin + rest[0] + rest[1], {"21": tail})
    return _fold_checked(scheme, prefix, reference, tail)


def _fold_checked(scheme: str, prefix: str, reference: str, tail: str) -> str:
    urn, value = _URNS[scheme], _checked_key(scheme, prefix, reference)
    if urn.tail == "+":
        if not tail:
            raise MalformedItems("the EPC URN has no serial")
        return key_uri(urn.ai, value + tail, {})
    # TDS: extension "0" says that the location has none.
    if not urn.tail or (urn.ai == "414" and tail == "0"):
        return key_uri(urn.ai, value, {})
    return key_uri(urn.ai, value, {urn.tail: tail})


@lru_cache(maxsize=4096)
def _checked_key(scheme: str, prefix: str, reference: str) -> str:
    urn = _URNS[scheme]
    if not _REFERENCE.fullmatch(reference) or len(prefix + reference) != urn.digits:
        raise MalformedItems(f"want {urn.digits} digits in company prefix and reference")
    digits = reference[:1] + prefix + reference[1:] if urn.indicator else prefix + reference
    # Without a reference there is no indicator digit to move.
    if urn.indicator and not reference:
        raise MalformedItems("the EPC URN has no indicator digit")
    return urn.lead + digits + check_digit(urn.lead + digits)


# Element strings ---------------------------------------------------------------------------------


def fold_elements(elements: Iterable[tuple[str, str]]) -> str | None:
    """Canonical id of the one item that *elements*, pairs of AI and plain value, name.

    A place or party beside an item only describes it. None: no key among them.

    Raises: MalformedItems (also: two items).
    """
    given: dict[str, str] = {}
    for ai, value in elements:
        if given.setdefault(ai, value) != value:
            raise MalformedItems(f"two values of GS1 element ({ai})")
    keys = [_BY_AI[ai] for ai in given if ai in _BY_AI]
    keys = [key for key in keys if key.is_item] or keys
    if not keys:
        return None
    if len(keys) > 1:
        raise MalformedItems("the code names two items")
    qualifiers = {ai: given[ai] for ai in (*keys[0].kept, *keys[0].dropped) if ai in given}
    return key_uri(keys[0].ai, given[keys[0].ai], qualifiers)
