"""Shapes: tables of checks over parsed JSON, which point at what does not fit.

A check takes a value and returns, or raises MalformedEvent with the RFC 6901 pointer of the
offending value relative to the value it was given; what contains it puts its own token in front
while the error passes through. So a value that fits pays nothing for pointers. A missing member is
pointed at where it should stand.

    >>> point = record({"id": URI}, required=("id",))
    >>> point({"id": "geo:22.3,114.1"})
    >>> point({"id": 7})
    Traceback (most recent call last):
    schemas.errors.MalformedEvent: /id: got a number, want a URI
"""

from collections.abc import Callable, Collection, Mapping
from typing import TypeAlias

from schemas.errors import MalformedEvent
from schemas.formats import is_familiar_uri, is_time, is_uri, match_uri
from schemas.strict_json import JSON

Check: TypeAlias = Callable[[JSON], None]
Fields: TypeAlias = Mapping[str, Check]
NameRule: TypeAlias = Callable[[str], bool]

OTHER_TEXT = "other text"


# Errors and pointers --------------------------------------------------------------------------


def pointer(*tokens: str | int) -> str:
    """RFC 6901 pointer of *tokens*."""
    return "".join("/" + str(token).replace("~", "~0").replace("/", "~1") for token in tokens)


def under(error: MalformedEvent, *tokens: str | int) -> MalformedEvent:
    """*error* as seen from the container that holds its value at *tokens*."""
    return MalformedEvent(error.message, pointer(*tokens) + (error.pointer or ""))


def misfit(value: JSON, want: str) -> MalformedEvent:
    """``got <kind of value>, want <want>``; never quotes the value."""
    return MalformedEvent(f"got {_kind(value)}, want {want}", "")


def _unknown_name() -> MalformedEvent:
    return MalformedEvent("unknown name", "")


def _kind(value: JSON) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return OTHER_TEXT
        case list():
            return "an array"
        case _:
            return "an object"


# Scalars ----------------------------------------------------------------------------------------


def anything(value: JSON) -> None:
    """Fits every value."""


def text(test: Callable[[str], object], want: str) -> Check:
    """A string for which *test* is true."""

    def check(value: JSON) -> None:
        if not isinstance(value, str) or not test(value):
            raise misfit(value, want)

    return check


def code(codes: Collection[str], other: Callable[[str], bool] | None = None) -> Check:
    """A word of *codes*, or a string for which *other* is true."""
    want = "a code of the standard or a foreign URI" if other else "one of " + _listed(codes)

    def check(value: JSON) -> None:
        if not isinstance(value, str) or not (value in codes or (other and other(value))):
            raise misfit(value, want)

    return check


def _listed(codes: Collection[str]) -> str:
    return ", ".join(sorted(codes))


def number(value: JSON) -> None:
    """A number; true and false are none."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise misfit(value, "a number")


def number_where(test: Callable[[float], bool], want: str) -> Check:
    """A number for which *test* is true."""

    def check(value: JSON) -> None:
        if not isinstance(value, int | float) or isinstance(value, bool) or not test(value):
            raise misfit(value, want)

    return check


def count(value: JSON) -> None:
    """A whole number from 0 on; 1.0 is none."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise misfit(value, "a whole number from 0 on")


def boolean(value: JSON) -> None:
    """A JSON true or false."""
    if not isinstance(value, bool):
        raise misfit(value, "true or false")


def mapping(value: JSON) -> None:
    """An object with any members."""
    if not isinstance(value, dict):
        raise misfit(value, "an object")


URI = text(is_uri, "a URI")
REPEATED_URI = text(is_familiar_uri, "a URI")
TIME = text(is_time, "an RFC 3339 time with offset")
TEXT = text(lambda _: True, "text")


# Containers -------------------------------------------------------------------------------------


def list_of(check: Check, *, least: int = 0, distinct: bool = False, most: int = 0) -> Check:
    """An array of at least *least* and at most *most* (0: any number) values that fit *check*.

    *distinct* is for arrays of strings.
    """

    def check_list(value: JSON) -> None:
        if not isinstance(value, list) or len(value) < least or (most and len(value) > most):
            raise misfit(value, _array(least, most))
        for index, item in enumerate(value):
            try:
                check(item)
            except MalformedEvent as error:
                raise under(error, index) from None
        if distinct:
            check_distinct(value)

    return check_list


def _array(least: int, most: int) -> str:
    if most:
        return f"an array of {least} to {most}"
    return f"an array of at least {least}" if least else "an array"


def uris(*, distinct: bool = False) -> Check:
    """An array of URIs; made for thousands of serials."""
    slow = list_of(URI)

    def check_list(value: JSON) -> None:
        if not isinstance(value, list) or not _all_uris(value):
            slow(value)  # finds the first that is none
        elif distinct:
            check_distinct(value)

    return check_list


def texts(value: JSON) -> None:
    """An array of strings; made for thousands of serials that are read later."""
    if not isinstance(value, list) or not set(map(type, value)) <= {str}:
        _TEXTS(value)  # finds the first that is none


_TEXTS = list_of(TEXT)


def _all_uris(values: list[JSON]) -> bool:
    try:
        return all(map(match_uri, values))  # type: ignore[arg-type]  # TypeError is the answer
    except TypeError:
        return False


def check_distinct(values: Collection[JSON]) -> None:
    """Raises: MalformedEvent at the first string that stands there twice."""
    if len(values) < 2 or len(set(values)) == len(values):
        return
    seen: set[JSON] = set()
    for index, value in enumerate(values):
        if value in seen:
            raise MalformedEvent("stands in the array twice", pointer(index))
        seen.add(value)


def no_name(_name: str) -> bool:
    """No member but the listed ones."""
    return False


def any_name(_name: str) -> bool:
    """Any further member, unchecked."""
    return True


def record(fields: Fields, *, required: tuple[str, ...] = (), names: NameRule = no_name) -> Check:
    """An object: members of *fields* fit, *required* ones are there, others pass *names*."""
    find = fields.get

    def check_record(value: JSON) -> None:
        if not isinstance(value, dict):
            raise misfit(value, "an object")
        for name in required:
            if name not in value:
                raise MalformedEvent("missing", pointer(name))
        name = ""
        try:
            for name, member in value.items():
                check = find(name)
                if check is not None:
                    check(member)
                elif not names(name):
                    raise _unknown_name()
        except MalformedEvent as error:
            raise under(error, name) from None

    return check_record
