"""Forms: how a value stands on the wire; one description checks it, reads it and writes it.

A record is a frozen dataclass whose annotations carry the form of each member. Its name on the wire
is the attribute's in camel case, or what ``Called`` says. A member with a default may be missing,
and is not written where it has that value. An attribute without a form is not on the wire.

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Loan:
        item: Annotated[str, ITEM]
        ends_at: Annotated[datetime, MOMENT, Called("until")] | None = None

    form = record_of(Loan)
    form.check({"item": chip, "until": "2026-01-02T00:00:00Z"})    # MalformedEvent, or nothing
    form.read(...)                                                 # Loan(item=chip, ends_at=...)

Shapes alone, without values, are ``schemas.shape``'s.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields
from functools import partial
from typing import Any, get_args, get_type_hints

from schemas.shape import Check, list_of, record
from schemas.strict_json import JSON


def _as_it_is(value: Any) -> Any:  # noqa: ANN401 - JSON that fits its check is the value
    return value


@dataclass(frozen=True, slots=True)
class Form:
    """*check* raises MalformedEvent; what it lets pass *read* reads, and *write* is the reverse."""

    check: Check
    read: Callable[[Any], Any] = _as_it_is
    write: Callable[[Any], JSON] = _as_it_is


@dataclass(frozen=True, slots=True)
class Called:
    """The *name* that a member has on the wire."""

    name: str


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a record: *default* is what it is when it is missing, ... if it must not be."""

    attribute: str
    name: str
    form: Form
    default: Any


def several(form: Form, *, least: int = 0, most: int = 0, distinct: bool = False) -> Form:
    """A tuple of values of *form*; the bounds are those of ``shape.list_of``."""
    return Form(
        list_of(form.check, least=least, most=most, distinct=distinct),
        lambda values: tuple(map(form.read, values)),
        lambda values: list(map(form.write, values)),
    )


def record_of(kind: type[Any], together: Check | None = None) -> Form:
    """The closed object that *kind* describes; *together* checks what its members say jointly."""
    members = members_of(kind)
    apart = record(
        {member.name: member.form.check for member in members},
        required=tuple(member.name for member in members if member.default is ...),
    )

    def check(value: JSON) -> None:
        apart(value)
        if together is not None:
            together(value)

    return Form(check, partial(_read, kind, members), partial(_write, members))


def members_of(kind: type[Any]) -> tuple[Member, ...]:
    """The members of the record *kind*, inherited ones first."""
    hints = get_type_hints(kind, include_extras=True)
    return tuple([found for field in fields(kind) for found in _member(field, hints[field.name])])


def write_members(members: Sequence[Member], said: Mapping[str, Any]) -> dict[str, JSON]:
    """What is *said*, by attribute, as it stands on the wire; None is not there."""
    return {
        member.name: member.form.write(value)
        for member in members
        if (value := said.get(member.attribute)) is not None and value != member.default
    }


def _read(kind: type[Any], members: Sequence[Member], value: Mapping[str, Any]) -> object:
    given = [member for member in members if member.name in value]
    return kind(**{member.attribute: member.form.read(value[member.name]) for member in given})


def _write(members: Sequence[Member], said: object) -> JSON:
    return write_members(members, {m.attribute: getattr(said, m.attribute) for m in members})


def _member(field: "Field[Any]", hint: object) -> Iterator[Member]:
    said = list(_annotations(hint))
    for form in said:
        if isinstance(form, Form):
            names = [one.name for one in said if isinstance(one, Called)]
            yield Member(field.name, (*names, _camel(field.name))[0], form, _default(field))


def _annotations(hint: object) -> Iterator[object]:
    """What is annotated to *hint*, or to the part of it that is not None."""
    yield from getattr(hint, "__metadata__", ())
    for part in get_args(hint):
        yield from getattr(part, "__metadata__", ())


def _default(field: "Field[Any]") -> Any:  # noqa: ANN401 - of any member
    if field.default_factory is not MISSING:
        return field.default_factory()
    return ... if field.default is MISSING else field.default


def _camel(attribute: str) -> str:
    first, *rest = attribute.split("_")
    return first + "".join(map(str.capitalize, rest))
