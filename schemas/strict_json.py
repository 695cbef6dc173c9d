"""Strict JSON: the one loader for every byte that comes from outside, and the one writer.

RFC 8259 narrowed to what every other JSON reader agrees on (I-JSON, RFC 7493, and a little more),
so that two programs cannot read one signed payload in two ways:

- at most *limit* bytes of strict UTF-8, no byte order mark;
- nesting of at most 64, counted before parsing, so no input exhausts the stack;
- no name twice in an object, compared after escapes are resolved;
- no NaN or Infinity; integers within +-(2**53 - 1), at most 17 characters; other numbers finite
  as a double, at most 40 characters;
- no lone surrogate, no U+0000 (PostgreSQL text cannot hold it).

What the values mean is left to the parser of each format.

    >>> load(b'{"a": [1, true]}')
    {'a': [1, True]}
    >>> dump({"a": [1, True]})
    b'{"a":[1,true]}'
"""

import json
import math
import re
from itertools import accumulate
from typing import NoReturn, TypeAlias

from schemas.errors import MalformedJson, TooLarge

JSON: TypeAlias = bool | int | float | str | list["JSON"] | dict[str, "JSON"] | None

MAX_BYTES = 1 << 20
MAX_DEPTH = 64
MAX_INTEGER = (1 << 53) - 1
MAX_INTEGER_CHARS = 17
MAX_NUMBER_CHARS = 40

_BLANK = " \t\n\r"

# A string, or what is left of the text when it has no end: linear on any input.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_STEP = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}

# Every escape in order, so that an escaped backslash hides what follows it.
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(?P<null>u0000)"
    r"|(?P<surrogate>u[dD][89a-fA-F][0-9a-fA-F]{2})"
    r"|.)"
)


def load(data: bytes, *, limit: int = MAX_BYTES) -> JSON:
    """The value that *data* spells; *limit* is in bytes.

    Raises: TooLarge (bytes, depth), MalformedJson.
    """
    if len(data) > limit:
        raise TooLarge(f"got {len(data)} bytes, want at most {limit}")
    if data.startswith(b"\xef\xbb\xbf"):
        raise MalformedJson("byte order mark")
    # A cheap bound first: few brackets cannot nest deeply.
    if data.count(b"[") + data.count(b"{") > MAX_DEPTH:
        _check_depth(data)
    try:
        text = data.decode("utf-8")
        value = _read(text)
    except UnicodeDecodeError as exc:
        raise MalformedJson(f"not UTF-8 at byte {exc.start}") from None
    except json.JSONDecodeError as exc:
        # Its message is about syntax only and quotes nothing of the input.
        said = _lower(exc.msg).removesuffix(" at")
        raise MalformedJson(f"{said} at line {exc.lineno} column {exc.colno}") from None
    if b"\\u" in data:
        _check_escapes(text)
    return value


def load_object(data: bytes, *, limit: int = MAX_BYTES) -> dict[str, JSON]:
    """The object that *data* spells.

    Raises: TooLarge, MalformedJson (also when the value is not an object).
    """
    value = load(data, limit=limit)
    if not isinstance(value, dict):
        raise MalformedJson("want an object", "")
    return value


def dump(value: object) -> bytes:
    """Compact UTF-8 spelling of a JSON value, names in the order given.

    Raises: ValueError (NaN, Infinity, lone surrogate), TypeError (not a JSON value).
    """
    return _ENCODER.encode(value).encode("utf-8")


def spell(value: JSON) -> str:
    """*value* over several lines, for people to read; names in the order given."""
    return json.dumps(value, ensure_ascii=False, indent=2)


def _read(text: str) -> JSON:
    # What JSONDecoder.decode does, without its two searches for blanks.
    value: JSON
    value, end = _DECODER.raw_decode(text, len(text) - len(text.lstrip(_BLANK)))
    if end != len(text) and text[end:].strip(_BLANK):
        raise json.JSONDecodeError("Extra data", text, end)
    return value


def _check_depth(data: bytes) -> None:
    """Count nesting outside strings; exact up to the first syntax error, where parsing stops."""
    brackets = _STRING.sub(b"", data).translate(None, _NOT_BRACKETS)
    if max(accumulate(map(_STEP.__getitem__, brackets)), default=0) > MAX_DEPTH:
        raise TooLarge(f"nested deeper than {MAX_DEPTH}")


def _check_escapes(text: str) -> None:
    for match in _ESCAPE.finditer(text):
        if match.lastgroup == "null":
            raise MalformedJson("string contains U+0000")
        if match.lastgroup == "surrogate":
            raise MalformedJson("string contains a lone surrogate")


def _object(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise MalformedJson("an object has a name twice")
    return members


def _integer(text: str) -> int:
    # The length comes first: int() is quadratic, and refuses long text with another error.
    if len(text) > MAX_INTEGER_CHARS or abs(number := int(text)) > MAX_INTEGER:
        raise MalformedJson("integer outside +-(2^53 - 1)")
    return number


def _number(text: str) -> float:
    if len(text) > MAX_NUMBER_CHARS or not math.isfinite(number := float(text)):
        raise MalformedJson(f"number of over {MAX_NUMBER_CHARS} characters, or not finite")
    return number


def _constant(text: str) -> NoReturn:
    raise MalformedJson(f"got {text}, want a finite number")


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_number, parse_constant=_constant
)
_ENCODER = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":")
)
