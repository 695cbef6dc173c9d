"""Item ids: every spelling of one thing folds to one URI.

Canonical forms (docs/formats.md, "Items")::

    https://id.gs1.org/01/09506000134352/21/A-0042     GS1: Digital Link on id.gs1.org
    https://id.gs1.org/00/106141412345678908           a pallet (SSCC); 8003, 8004 ... alike
    urn:chiptrail:chip:acme:X100:A-0042                a maker without GS1 numbers
    https://example.com/items/42                       any other URI, normalised (RFC 3986, 6.2.2)

Case and leading zeros of a serial are part of it. Ids are ASCII: other characters of the plain
serial are not representable, so no two ids look alike by Unicode normal forms. The GS1 keys
themselves are in ``schemas.gs1``; what people type, paste and scan is read here.
"""

import re
import unicodedata
from dataclasses import dataclass

from schemas.errors import MalformedItems
from schemas.formats import is_uri
from schemas.gs1 import (
    CANONICAL,
    decode_percent,
    encode_percent,
    fold_digital_link,
    fold_elements,
    fold_epc_urn,
    is_checked,
    key_uri,
)

ID_LIMIT = 1024
ITEMS_PREFIX = "urn:chiptrail:items:"
CHIP_PREFIX = "urn:chiptrail:chip:"

_SEGMENT = "[A-Za-z0-9._~-]{1,300}"  # three of them stay under the limit
# Character set 82 with the escapes that a canonical serial has, and no others.
_ESCAPED = "(?:[A-Za-z0-9._-]|%(?:2[1256789ABCF]|3[A-F])){1,20}"
# Canonical already, as almost every id of a lot is; anything else is folded slowly.
_FAST = re.compile(
    rf"https://id\.gs1\.org/01/([0-9]{{14}})/21/(?!\.{{1,2}}\Z)(?:[A-Za-z0-9._-]{{1,20}}|{_ESCAPED})"
    rf"|https://id\.gs1\.org/00/([0-9]{{18}})"
    rf"|{CHIP_PREFIX}{_SEGMENT}:{_SEGMENT}:{_SEGMENT}"
).fullmatch


def fold_item(text: str) -> str:
    """The canonical id of the item that the URI *text* names; canonical ids fold to themselves.

    A URI that only looks like a GS1 key (wrong check digit, a key part missing) is a valid EPCIS
    id all the same: it is nobody's spelling of anything else and stays as it is, normalised.

    Raises: MalformedItems (no absolute URI, over 1024 characters, a malformed chip URN, or a
    commitment to a list where one item is wanted).
    """
    found = _FAST(text)
    if found is not None and (found.lastindex is None or is_checked(found[found.lastindex])):
        return text
    try:
        return read_item(text)
    except MalformedItems:
        if len(text) > ID_LIMIT or not is_uri(text):
            raise
        folded = _normalise(text)
        if len(folded) > ID_LIMIT or folded[: len("urn:chiptrail:")].lower() == "urn:chiptrail:":
            raise
        return folded


def read_item(text: str) -> str:
    """As ``fold_item``, for what people type and scan: what looks like a GS1 key must be one.

    Raises: MalformedItems (also for a wrong check digit).
    """
    if len(text) > ID_LIMIT or not is_uri(text):
        raise MalformedItems(f"want an absolute URI of at most {ID_LIMIT} ASCII characters")
    text = _normalise(text)
    if text.startswith("urn:"):
        folded = fold_epc_urn(text) or _fold_chip(text) or text
    else:
        folded = fold_digital_link(text) or text
    if len(folded) > ID_LIMIT:
        raise MalformedItems(f"want at most {ID_LIMIT} characters in the canonical form")
    return folded


def _fold_chip(text: str) -> str | None:
    lowered = text[: len(ITEMS_PREFIX)].lower()
    if lowered == ITEMS_PREFIX:
        raise MalformedItems("a committed list stands where an item is wanted")
    if not lowered.startswith(CHIP_PREFIX):
        return None
    segments = text[len(CHIP_PREFIX) :].split(":")
    if len(segments) != 3 or not all(segments) or "?" in text or "#" in text:
        raise MalformedItems("want urn:chiptrail:chip:<maker>:<part>:<serial>, percent-encoded")
    plain = [decode_percent(segment) for segment in segments]
    if any(segment.strip(" ") != segment for segment in plain):
        raise MalformedItems("blanks at the end of a maker, part or serial")
    return CHIP_PREFIX + ":".join(map(encode_percent, plain))


_ESCAPE = re.compile("%[0-9A-Fa-f]{2}")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_HEAD = re.compile(
    r"(?i:(urn:[^:]*)|([a-z][a-z0-9+.-]*://)((?:[^/?#@]*@)?)([^/?#]*)|([^:]*))(.*)", re.DOTALL
)


def _normalise(text: str) -> str:
    """RFC 3986, 6.2.2.1 and 6.2.2.2: case of scheme, host and escapes; needless escapes."""
    text = _ESCAPE.sub(_normal_escape, text) if "%" in text else text
    found = _HEAD.fullmatch(text)
    assert found is not None  # every part of the pattern may be empty
    urn, scheme, user, host, other, rest = (part or "" for part in found.groups())
    # Lower-casing a host takes the escapes in it along.
    host = _ESCAPE.sub(_normal_escape, host.lower())
    return (urn + scheme).lower() + user + host + other.lower() + rest


def _normal_escape(found: re.Match[str]) -> str:
    character = chr(int(found[0][1:], 16))
    return character if character in _UNRESERVED else found[0].upper()


def split_item(item: str) -> tuple[str, str]:
    """Class prefix and serial of the canonical id *item*; the two together are the id again.

    The prefix ends in its separator; the serial is spelled as in the id (percent-encoded).
    ``https://id.gs1.org/01/09506000134352/21/`` and ``A-0042``.
    """
    end = max(map(item.rfind, "/:?#=&")) + 1
    return item[:end], item[end:]


def check_item_prefix(text: str) -> str:
    """*text* itself, when it is a prefix of canonical ids that a maker's numbers can begin with.

    A whole class with its separator, leading digits of a GS1 key (a company prefix), a maker or
    maker and part of chip URNs, or the start of other URIs up to a separator::

        https://id.gs1.org/01/09506000134352/21/    https://id.gs1.org/01/09506000
        urn:chiptrail:chip:acme:                    https://example.com/items/

    Raises: MalformedItems.
    """
    if _KEY_PREFIX.fullmatch(text) or (
        _CLASS_PREFIX.fullmatch(text) and any(map(_is_canonical, (text + "0", text + "0:0")))
    ):
        return text
    raise MalformedItems(
        "want a prefix of canonical ids up to the end of a class or maker: urn:chiptrail:chip:acme:"
    )


# What is shorter would take in other makers' numbers: "urn:chiptrail:chip:ac" has acme's.
_KEY_PREFIX = re.compile(r"https://id\.gs1\.org/(?:00|01|8003|8004|8006|8010)/[0-9]{5,13}")
_CLASS_PREFIX = re.compile(
    rf"https://id\.gs1\.org/01/[0-9]{{14}}/21/|{CHIP_PREFIX}.+:"
    r"|(?!https://id\.gs1\.org/)https?://[^/]+/(?:.*[/=#])?"
    r"|urn:(?!chiptrail:)[^:]+:(?:.*[:/])?"
)


def _is_canonical(text: str) -> bool:
    try:
        return read_item(text) == text
    except MalformedItems:
        return False


def plain_serial(item: str) -> str:
    """The serial of a canonical id as it stands on the part, for showing; never for comparing."""
    serial = split_item(item)[1]
    try:
        return decode_percent(serial)
    except MalformedItems:
        return serial


# What people type, paste and scan ----------------------------------------------------------------

_BLANK = " \t\r\n\f\v\N{NO-BREAK SPACE}\N{ZERO WIDTH NO-BREAK SPACE}"
_FNC1 = "\x1d"
_SYMBOLOGY = re.compile(r"\]([A-Za-z][0-9A-Za-z])(.*)", re.DOTALL)
# ISO/IEC 15424 identifiers that say "GS1 element strings follow"; other codes hold anything.
_GS1_SYMBOLOGIES = frozenset({"C1", "d2", "Q3", "J1", "e0", "e1", "e2"})
_BRACKET = re.compile(r"\(([0-9]{2,4})\)")
_ELEMENTS = re.compile(r"(?:00|01|253|255|414|417|401|402|8003|8004|8006|8010|8017|8018)[0-9]")


@dataclass(frozen=True, slots=True)
class ItemQuery:
    """What an input names: an exact canonical *item*, a bare *serial* in any class, or either.

    Both are set where the text can be read both ways; look up both. *serial* is spelled as
    ``split_item`` gives it.
    """

    item: str | None
    serial: str | None


def parse_query(text: str) -> ItemQuery:
    """What one typed, pasted or scanned *text* names: URI, element string or bare serial.

    Raises: MalformedItems (empty; or a code of clear form that does not read: its check digit, say)
    """
    if not text.isascii():
        if _SURROGATE.search(text):
            raise MalformedItems("not UTF-8 text")
        text = unicodedata.normalize("NFKC", text)
    text = text.strip(_BLANK).replace("\N{SYMBOL FOR GROUP SEPARATOR}", _FNC1)
    scanned = _SYMBOLOGY.fullmatch(text)
    text = scanned[2] if scanned else text
    if not text.strip(_FNC1):
        raise MalformedItems("nothing was given")
    text = _PAGE.sub(lambda page: decode_percent(page[1]), text)
    said = _OURS.fullmatch(text)
    if said is not None:
        return ItemQuery(key_uri("00", said[1], {}), None)
    if _FNC1 in text or _BRACKET.match(text) or (scanned and scanned[1] in _GS1_SYMBOLOGIES):
        return ItemQuery(_fold_scan(text.strip(_FNC1)), None)
    lowered = text.lower()
    if lowered.startswith(CANONICAL.removeprefix("https://")):
        text, lowered = "https://" + text, "https://" + lowered
    if lowered.startswith(("https://", "http://", "urn:")):
        return ItemQuery(read_item(_ILLEGAL.sub(_escaped, text)), None)
    return ItemQuery(_maybe_item(text), encode_percent(text))


_SURROGATE = re.compile("[\ud800-\udfff]")  # what bytes of a command line become that are no text
_PAGE = re.compile(r"(?i)\Ahttps?://[^/?#]+/items/((?:https?|urn)(?:%3a|:)[^?#]+)\Z")  # of labels
_OURS = re.compile(r"(?i:SSCC)[:#]?[ \t]*([0-9]{18})")  # as stories call a package


def is_whole(text: str) -> bool:
    """Whether *text* is a URI or a whole code by its beginning, and so no bare serial."""
    text = text.strip(_BLANK)
    return _FNC1 in text or _OURS.fullmatch(text) is not None or _WHOLE.match(text) is not None


_WHOLE = re.compile(r"(?i)https?://|urn:|id\.gs1\.org/|\][a-z][0-9a-z]|\((?:00|01|80[01][0-9])\)")
_ILLEGAL = re.compile(r"[ \"<>\\^`{|}]")  # in no URI; people and programs leave them unescaped


def _escaped(found: re.Match[str]) -> str:
    return encode_percent(found[0])


def _maybe_item(text: str) -> str | None:
    """The item that *text* names if it is no bare serial."""
    try:
        if _ELEMENTS.match(text):
            return _fold_scan(text)
        return read_item(text) if ":" in text else None
    except MalformedItems:
        return None


def _fold_scan(text: str) -> str:
    """Canonical id of an element string, with brackets or as a scanner sends it."""
    if not text.isascii():
        raise MalformedItems("want an ASCII element string")
    elements = _bracketed(text) if text.startswith("(") else _concatenated(text)
    folded = fold_elements(elements)
    if folded is None:
        raise MalformedItems("the code has no GS1 key that names an item")
    return folded


def _bracketed(text: str) -> list[tuple[str, str]]:
    # A serial may hold brackets, "A(7)": only a known place, two to four digits, starts the next.
    parts = _BRACKET.split(text)
    values = [value.strip(_BLANK + _FNC1) for value in parts[2::2]]
    elements: list[tuple[str, str]] = []
    for ai, value in zip(parts[1::2], values, strict=True):
        # Nothing, or what is no date, stands behind no place: "A(13)" is a serial.
        is_text = not value or (ai in _DATES and not _DATE.fullmatch(value))
        if is_text and elements and elements[-1][0] in _FREE:
            before = elements.pop()
            elements.append((before[0], f"{before[1]}({ai}){value}"))
        else:
            elements.append((ai, value))
    return elements


_DATES = frozenset({"11", "12", "13", "15", "16", "17"})
_DATE = re.compile("[0-9]{6}")
_FREE = frozenset({"21", "10", "22", "235", "8003", "8004", "8010"})  # any characters may be in it


def _concatenated(text: str) -> list[tuple[str, str]]:
    from biip import ParseConfig, ParseError  # noqa: PLC0415 - takes 90 ms, for scans alone
    from biip.gs1_messages import GS1Message  # noqa: PLC0415 - as above

    try:
        message = GS1Message.parse(text, config=ParseConfig(gs1_element_strings_verify_date=False))
    except ParseError as exc:
        raise MalformedItems("not a GS1 element string") from exc
    return [(element.ai.ai, element.value) for element in message.element_strings]


_SEPARATORS = re.compile(r"[ \t\r\n\f\v,;\N{NO-BREAK SPACE}\N{ZERO WIDTH NO-BREAK SPACE}]+")
# Blanks around the brackets of "(01) 0950... (21) 5" belong to one code; a first key starts one.
_INNER_BLANK = re.compile(r"[ \t]+(?=\((?!0[01]\)|8003\)|8004\))[0-9]{2,4}\))|(?<=[0-9]\))[ \t]+")


def split_pasted(text: str) -> list[str]:
    """The entries of a pasted *text*, in order, one for each serial or code.

    They are parted by line ends, blanks, tabs, commas and semicolons; a serial that itself holds
    a comma or semicolon is pasted as its Digital Link, where these are percent-encoded. Quotation
    marks around an entry, column headings, and the numbers and labels of lists ("1.", "2)",
    "S/N:", "SSCC") are taken off; dashes and blanks as word processors set them are plain ones.
    """
    text = _MARK.sub("", _without_heading(text.translate(_TYPESET)))
    text = _SSCC.sub("(00)", _LABEL.sub("", text))
    return [bare for part in _SEPARATORS.split(_INNER_BLANK.sub("", text)) if (bare := _bare(part))]


_DASHES, _BLANKS = (*range(0x2010, 0x2016), 0x2212), (*range(0x2000, 0x200C), 0x202F)
_TYPESET = dict.fromkeys(_DASHES, "-") | dict.fromkeys(_BLANKS, " ")
_MARK = re.compile(r"^[ \t]*(?:[0-9]{1,4}[.)]|[-*\N{BULLET}])[ \t]+(?=\S)", re.MULTILINE)
_LABEL = re.compile(
    r"(?<![^\s,;\"'])(?i:s/n|serial(?:[ _-]?(?:no|nr|number))?\.?|sn(?=[:#])|asset(?=[ \t]+[0-9]))"
    r"(?:[ \t]*[:#]|(?<=/[nN])[ \t]|(?<=[tT])[ \t])[ \t]*(?=\S)"
)
_SSCC = re.compile(r"\b(?i:SSCC)[:#]?[ \t]*(?=[0-9]{18}\b)")
HEADINGS = frozenset(
    {"serial", "serials", "serial no", "serial no.", "serial nr", "serial number", "s/n", "sscc"}
    | {"serial numbers", "serialnumber", "item", "items", "item id", "epc", "chip", "chips"}
)


def _without_heading(text: str) -> str:
    """*text* without a first line that is only headings of columns, if more follows."""
    first, end, rest = text.lstrip(_BLANK).partition("\n")
    cells = [_bare(cell.strip(_BLANK)) for cell in re.split("[,;\t]", first)]
    names = {cell.casefold().replace("_", " ").rstrip(":") for cell in cells}
    is_heading = names != {""} and names - {""} <= HEADINGS
    return rest if is_heading and end and rest.strip(_BLANK) else text


def _bare(part: str) -> str:
    """*part* without the quotation marks around it."""
    is_quoted = len(part) > 2 and part[0] + part[-1] in _QUOTES
    return part[1:-1] if is_quoted else part


_QUOTES = frozenset({'""', "''", "\u201c\u201d", "\u201e\u201c"})
