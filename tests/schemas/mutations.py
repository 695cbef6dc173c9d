"""Single-point mutations of a JSON value: every position, every way to be wrong there.

    list(mutations({"a": "x"}))[0]     # ("/a", "dropped", {})

Used to compare two judges of the same format: neither knows the other's idea of what is wrong.
"""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

OTHER_KINDS = {
    "null": None,
    "a boolean": True,
    "a number": 7,
    "no text": "",
    "an empty array": [],
    "an empty object": {},
}
OTHER_TEXT = {
    "a word": "nonsense",
    "a URI": "https://ns.example.com/other",
    "a broken URI": "https://ns.example.com/a b",
    "a relative URI": "/01/00614141123452",
    "a CBV code as an old URN": "urn:epcglobal:cbv:bizstep:shipping",
    "a CBV code in no namespace of GS1": "https://ns.gs1.org/cbv/BizStep-shipping",
    "a code of the GS1 vocabulary": "https://gs1.org/voc/Temperature",
    "a time": "2026-01-02T03:04:05Z",
    "a time without offset": "2026-01-02T03:04:05",
    "a day that is none": "2026-02-30T03:04:05Z",
    "an offset": "+14:00",
    "an offset too far": "+14:30",
    "an action": "DELETE",
    "hex": "0aF",
    "an event type": "AggregationEvent",
}
OTHER_NAMES = ("unknown", "example:new", "https://ns.example.com/new", "a b:c", "epcList", "ilmd")


def positions(value: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every position in *value*, itself excluded, outermost first."""
    members = value.items() if isinstance(value, dict) else enumerate(value)
    for token, member in members:
        yield (*at, token)
        if isinstance(member, dict | list):
            yield from positions(member, (*at, token))


def mutations(value: Any) -> Iterator[tuple[tuple[str | int, ...], str, Any]]:
    """(position, what was done, mutated copy) of *value*, an object or array."""
    for name in OTHER_NAMES:
        if name not in value:
            yield (), f"{name} added", {**value, name: ["a:b"]}
    for at in positions(value):
        for done, copy in mutations_at(value, at):
            yield at, done, copy


def mutations_at(value: Any, at: tuple[str | int, ...]) -> Iterator[tuple[str, Any]]:
    """(what was done, mutated copy) of *value*, with one thing wrong at the position *at*."""
    member = _container(value, at)[at[-1]]
    dropped = deepcopy(value)
    del _container(dropped, at)[at[-1]]
    yield "dropped", dropped
    for done, other in {**OTHER_KINDS, **(OTHER_TEXT if isinstance(member, str) else {})}.items():
        yield f"replaced by {done}", _replaced(value, at, other)
    if isinstance(member, list) and member:
        yield "first repeated", _replaced(value, at, [member[0], *member])
    if isinstance(member, dict):
        for name in OTHER_NAMES:
            yield f"{name} added", _replaced(value, at, {**member, name: "a:b"})
    if isinstance(at[-1], str):
        yield "renamed", _replaced(dropped, (*at[:-1], "re named"), member)


def _container(value: Any, at: tuple[str | int, ...]) -> Any:
    for token in at[:-1]:
        value = value[token]
    return value


def _replaced(value: Any, at: tuple[str | int, ...], other: Any) -> Any:
    copy = deepcopy(value)
    _container(copy, at)[at[-1]] = deepcopy(other)
    return copy
