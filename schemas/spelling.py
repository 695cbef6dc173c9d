"""What people type of an event, on paper, in a form or a spreadsheet, as what is recorded.

    read_moment("+3d", now)                    # three days from then
    read_document("awb:618-12345675")          # "urn:chiptrail:doc:awb:618-12345675"
    read_authorisation("licence", "EAR:D1")    # {"kind": "licence", "regime": "EAR", ...}
    number_of("A-7", class_of("9506000134352"))

Items in any spelling are ``schemas.item``'s. Whatever cannot be read is refused with an example.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from schemas.errors import MalformedItems, MalformedParameter
from schemas.formats import is_uri
from schemas.gs1 import CANONICAL, encode_percent, is_checked
from schemas.item import check_item_prefix, is_whole, parse_query, read_item

# Times -------------------------------------------------------------------------------------------

_RELATIVE = re.compile(r"([+-])(\d{1,4})([mhdw])")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def read_moment(text: str, now: datetime) -> datetime:
    """The aware UTC time of *text*: RFC 3339, a day, ``2026-03-03 09:30``, or ``+3d`` from *now*.

    Without an offset it is UTC, as all times that Chiptrail shows.

    Raises: MalformedParameter.
    """
    text = text.strip()
    found = _RELATIVE.fullmatch(text)
    if found:
        span = timedelta(**{_UNITS[found[3]]: int(found[2])})
        return now + span if found[1] == "+" else now - span
    try:
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError) as exc:
        raise MalformedParameter(
            f"got {text!r}, want a time such as 2026-03-03, 2026-03-03T09:30:00Z or +3d"
        ) from exc


def read_end(text: str, now: datetime) -> datetime:
    """The same, but of a day alone its last millisecond.

    Raises: MalformedParameter.
    """
    at = read_moment(text, now)
    return at + timedelta(days=1, milliseconds=-1) if _DAY.fullmatch(text.strip()) else at


# Papers ------------------------------------------------------------------------------------------

DOCUMENT_KINDS = ("awb", "hawb", "bol", "itn", "entry", "po", "inv")
_DOCUMENT = re.compile(rf"(?i)({'|'.join(DOCUMENT_KINDS)})(?::|\.? +)(.*)")


def read_document(text: str) -> str:
    """The URI of a document: ``awb:618-12345675`` is ``urn:chiptrail:doc:awb:618-12345675``.

    ``AWB 618-12345675``, as stories have it, is the same.

    Raises: MalformedParameter.
    """
    found = _DOCUMENT.fullmatch(text.strip())
    if found is not None and not found[2].strip():
        raise MalformedParameter(f"got {text!r}, want a number after {found[1].lower()}:")
    if found is not None:
        text = f"urn:chiptrail:doc:{found[1].lower()}:{found[2]}"
    if not is_uri(text):
        raise MalformedParameter(
            f"got {text!r}, want awb:NUMBER (or hawb, bol, itn, entry, po, inv) or a URI"
        )
    return text


class Spelling(NamedTuple):
    """How an authorisation of one kind is typed; what stands in brackets may be left out."""

    form: str
    example: str


AUTHORISATIONS: Mapping[str, Spelling] = {
    "licence": Spelling("REGIME:NUMBER", "EAR:D1234567"),
    "permit": Spelling("REGIME:NUMBER", "STA:P-17"),
    "exception": Spelling("REGIME:CODE[:NUMBER]", "EAR:NAC:A123456"),
    "nlr": Spelling("REGIME", "EAR"),
}


def read_authorisation(kind: str, text: str) -> dict[str, str]:
    """What *text* names of the *kind*, one of AUTHORISATIONS, as an event has it.

    Raises: MalformedParameter.
    """
    form, example = AUTHORISATIONS[kind]
    names = form.replace("[", "").replace("]", "").lower().split(":")
    parts = text.split(":", len(names) - 1)
    if not all(parts) or len(parts) < len(form.partition("[")[0].split(":")):
        raise MalformedParameter(f"got {text!r}, want {form} such as {example}")
    return {"kind": kind, **dict(zip(names, parts, strict=False))}


# Items -------------------------------------------------------------------------------------------

_SSCC_DIGITS = 18


def whole_item(text: str) -> str | None:
    """The item whose whole id or code *text* is, 18 digits alone being an SSCC; None for a serial.

    Raises: MalformedItems.
    """
    item = parse_query(text).item
    if item is not None or len(text) != _SSCC_DIGITS or not (text.isascii() and text.isdigit()):
        return item
    if not is_checked(text):
        raise MalformedItems(f"{text} has the length of an SSCC and a wrong check digit")
    return f"{CANONICAL}00/{text}"


def class_of(text: str) -> str:
    """The beginning of the ids of a GTIN, or of another class: *text* itself.

    Raises: MalformedParameter.
    """
    if re.fullmatch("[0-9]+", text) is None:
        try:
            return check_item_prefix(text)
        except MalformedItems as exc:
            raise MalformedParameter(f"got {text!r}, {exc}") from exc
    if len(text) not in (8, 12, 13, 14):
        raise MalformedParameter(f"got {text!r}, want 8, 12, 13 or 14 digits")
    if not is_checked(text):
        raise MalformedParameter(f"{text} has a wrong check digit")
    return f"{CANONICAL}01/{text.zfill(14)}/21/"


def number_of(text: str, under: str | None) -> str:
    """The id of the item that *text* names, which may be new: a full id, or a serial *under* it.

    Under a class a text that is no URI and no whole code is a serial, whatever characters it has.

    Raises: MalformedItems.
    """
    if under is not None and not is_whole(text):
        if not text.strip():
            raise MalformedItems("nothing was given")
        return read_item(f"{under}{encode_percent(text.strip())}")
    item = parse_query(text).item
    if item is None:
        raise MalformedItems(f"{text} is a serial alone; want its class beside it, or the full id")
    return item


_SERIES = re.compile(r"(.*?)([0-9]+)([^0-9]*)", re.DOTALL)
_LONGEST = 18
"""Digits that are counted up; a serial of GS1 has 20 characters at most."""


def series(first: str, count: int) -> list[str]:
    """*count* texts from *first* on, counted up in its last digits: A-0099, A-0100 ...

    Raises: MalformedParameter (nothing to count, or no room for so many).
    """
    found = _SERIES.fullmatch(first.strip())
    if found is None or len(found[2]) > _LONGEST:
        raise MalformedParameter(
            f"got {first!r}, want a serial with a number in it, such as A-0001"
        )
    head, digits, tail = found.groups()
    last = int(digits) + count - 1
    if len(str(last)) > len(digits):
        raise MalformedParameter(
            f"from {first} on there are {10 ** len(digits) - int(digits)}, not {count}"
        )
    return [f"{head}{n:0{len(digits)}}{tail}" for n in range(int(digits), last + 1)]
