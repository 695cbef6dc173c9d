"""The files of a rule pack: TOML in, rows out.

Source: docs/rules.md. A pack is one file or several, one after the other, each but the first behind
a line ``# chiptrail:file <name>``. Two rows of one id in a file follow each other in time and never
overlap; a rule of a later file takes the place of one of an earlier, and so do its borders.
``until`` is the first day on which a row is no longer in force::

    pack = "base"
    geography = "tzfpy 2026e, zones 810fb86d"    # the borders to judge by; may be missing

    [[rule]]
    id = "custody/overdue"
    title = "Time that a late receipt is given"
    from = 2026-01-01
    until = 2027-01-01                   # may be missing: in force until further notice
    citation = "Product default, not law."
    checked = 2026-11-23
    unverified = true                    # only a secondary source was seen; may be missing
    parameters = { grace_hours = 24 }    # text, number or boolean; units in the name

    parse_pack(data).rules[0].title

``[[countries]]``, ``[[control]]``, ``[[exception]]`` and ``[[listed]]`` make the values of
``ledger.controls``; ``_TABLES`` has their members.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import pairwise
from typing import Any, TypeAlias, TypeVar

from ledger.controls import Control, Countries, Dated, Listed, Terms
from ledger.rules import Parameter, Rule, RulePack
from schemas.country import is_country
from schemas.errors import MalformedRules, TooLarge
from schemas.shape import pointer
from schemas.statement import LicenceKind, Role

MAX_PACK_SIZE = 1 << 20
_FILE = re.compile(rb"^# chiptrail:file (\S+)\n", re.MULTILINE)


def join_files(base: bytes, files: Iterable[tuple[str, bytes]]) -> bytes:
    """*base* with further *files*, each a name without blanks and what is in it, as one pack."""
    joined = base
    for name, data in files:
        joined = b"%b\n# chiptrail:file %b\n%b" % (joined.rstrip(b"\n"), name.encode(), data)
    return joined


def parse_pack(data: bytes) -> RulePack:
    """The pack in *data*.

    Raises: MalformedRules, with file, line and a pointer as if the file were JSON; TooLarge.
    """
    if len(data) > MAX_PACK_SIZE:
        raise TooLarge(f"got a rule pack of {len(data)} bytes, want at most {MAX_PACK_SIZE}")
    first, *rest = _FILE.split(data)
    groups: set[str] = set()
    parts = [_File(None, first, groups, {}).read()]
    base: Sequence[Any] = parts[0].rows["rule"]
    known = {rule.id: rule.parameters for rule in base}
    for name, part in zip(rest[::2], rest[1::2], strict=True):
        parts.append(_File(name.decode(errors="replace"), part, groups, known).read())

    def rows(kind: str) -> tuple[Any, ...]:
        return tuple([row for part in parts for row in part.rows.get(kind, ())])

    return RulePack(
        id="+".join(part.id for part in parts),
        sha256=sha256(data).digest(),
        rules=rows("rule"),
        countries=rows("countries"),
        controls=rows("control"),
        exceptions=rows("exception"),
        listed=rows("listed"),
        geography=next((part.geography for part in reversed(parts) if part.geography), None),
    )


@dataclass(frozen=True, slots=True)
class _Part:
    id: str
    geography: str | None
    rows: Mapping[str, Sequence[Dated]]


# From TOML ---------------------------------------------------------------------------------------

_At: TypeAlias = tuple[str | int, ...]
_Known: TypeAlias = Mapping[str, Mapping[str, Parameter]]
_D = TypeVar("_D", bound=Dated)


class _File:
    """A file, the first without *name*: *groups* gets its own, *known* are rules to say anew."""

    def __init__(self, name: str | None, data: bytes, groups: set[str], known: _Known) -> None:
        self._name, self._data, self._groups, self._known = name, data, groups, known

    def read(self) -> _Part:
        try:
            document: Mapping[str, object] = tomllib.loads(self._data.decode())
        except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as exc:
            found = re.search(r"\(at (.*)\)", str(exc))
            where = f" ({found[1]})" if found else ""
            named = "" if self._name is None else f"{self._name}: "
            raise MalformedRules(
                f"{named}got something else than TOML in UTF-8{where}", ""
            ) from exc
        try:
            return self._part(document)
        except MalformedRules as exc:
            raise self._at_line(exc) from None

    def _part(self, document: Mapping[str, object]) -> _Part:
        required = ("pack", "rule") if self._name is None else ("pack",)
        _check_names(document, required=required, optional=("geography", *_TABLES), at=())
        rows: dict[str, Sequence[Dated]] = {}
        for kind, (make, columns) in _TABLES.items():
            listed = document.get(kind, [])
            if not isinstance(listed, list):
                raise MalformedRules("want a list of tables", f"/{kind}")
            rows[kind] = [_row(make, columns, row, (kind, i)) for i, row in enumerate(listed)]
        for kind in ("rule", "control", "exception"):
            _check_succession(rows[kind], kind)
        self._check_groups(rows)
        if self._name is not None:
            _check_addition(rows["rule"], self._known)
        named = document.get("geography")
        geography = None if named is None else _line(named, ("geography",))
        return _Part(_text(document["pack"], ("pack",)), geography, rows)

    def _check_groups(self, rows: Mapping[str, Sequence[Any]]) -> None:
        """A group that no country is in is a slip of the pen."""
        self._groups.update([row.group for row in rows["countries"]])
        for index, row in enumerate(rows["control"]):
            for name in _PLACES:
                for place in getattr(row, name):
                    if not is_country(place) and place not in self._groups:
                        message = f"no country is in group {place!r}"
                        raise MalformedRules(message, pointer("control", index, name))

    def _at_line(self, exc: MalformedRules) -> MalformedRules:
        """*exc* with the line that its pointer leads to, as near as that can be told."""
        _, kind, *rest = (exc.pointer or "").split("/")
        lines = self._data.decode().splitlines()
        heads = [n for n, line in enumerate(lines) if line.strip() == f"[[{kind}]]"]
        number = int(rest[0]) if rest else 0
        start = heads[number] if number < len(heads) else 0
        name = rest[1] if len(rest) > 1 else kind
        stop = next((n for n in heads if n > start), len(lines))
        field = re.compile(rf"\s*\"?{re.escape(name)}\"?\s*=")
        found = next((n for n in range(start, stop) if field.match(lines[n])), start)
        file = "" if self._name is None else f"{self._name}, "
        return MalformedRules(f"{exc.message} ({file}line {found + 1})", exc.pointer)


def _row(make: type[_D], columns: "Mapping[str, _Column]", row: object, at: _At) -> _D:
    table = _table(row, at)
    every = {**_OF_ALL, **columns}
    required = [name for name, column in every.items() if column.is_required]
    _check_names(table, required=required, optional=every, at=at)
    said = {
        column.name or name: column.read(table[name], (*at, name))
        for name, column in every.items()
        if name in table
    }
    made = make(**{"effective_to": None, **said})
    if made.effective_to is not None and made.effective_to <= made.effective_from:
        raise MalformedRules("want a day after the first", pointer(*at, "until"))
    return made


def _table(value: object, at: _At) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise MalformedRules("want a table", pointer(*at))
    return value


def _check_names(
    table: Mapping[str, object], *, required: Iterable[str], optional: Iterable[str], at: _At
) -> None:
    for name in required:
        if name not in table:
            raise MalformedRules("missing", pointer(*at, name))
    for name in table.keys() - {*required, *optional}:
        raise MalformedRules("unknown", pointer(*at, name))


def _text(value: object, at: _At) -> str:
    if not isinstance(value, str) or not value.strip():
        raise MalformedRules("want text", pointer(*at))
    return value


def _line(value: object, at: _At) -> str:
    """A text that is shown in messages as it is."""
    if not re.fullmatch(r"[ -~]{1,100}", line := _text(value, at)):
        raise MalformedRules("want at most 100 printable ASCII characters", pointer(*at))
    return line


def _texts(value: object, at: _At) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise MalformedRules("want a list of texts, not empty", pointer(*at))
    return tuple([_text(one, at) for one in value])


def _day(value: object, at: _At) -> date:
    if type(value) is not date:  # a datetime is a date too
        raise MalformedRules("want a date without time", pointer(*at))
    return value


def _flag(value: object, at: _At) -> bool:
    if not isinstance(value, bool):
        raise MalformedRules("want true or false", pointer(*at))
    return value


def _count(value: object, at: _At) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise MalformedRules("want a whole number from 1 on", pointer(*at))
    return value


def _eccns(value: object, at: _At) -> tuple[str, ...]:
    for one in (eccns := _texts(value, at)):
        if not re.fullmatch(r"[0-9][A-Z][0-9]{3}(?:\.[A-Za-z0-9.]{1,12})?", one):
            raise MalformedRules(f"got {one!r}, want a number such as 3A090.a", pointer(*at))
    return eccns


def _roles(value: object, at: _At) -> tuple[str, ...]:
    for one in (roles := _texts(value, at)):
        if one not in set(Role):
            raise MalformedRules(f"got {one!r}, want the role of a party", pointer(*at))
    return roles


def _countries(value: object, at: _At) -> tuple[str, ...]:
    members = _texts(value, at)
    for one in members:
        if not is_country(one):
            raise MalformedRules(f"got {one!r}, want ISO 3166-1 alpha-2 codes", pointer(*at))
    return members


def _kinds(value: object, at: _At) -> tuple[str, ...]:
    for one in (kinds := _texts(value, at)):
        if one not in set(LicenceKind):
            raise MalformedRules(f"got {one!r}, want a kind of authorisation", pointer(*at))
    return kinds


def _parameters(value: object, at: _At) -> Mapping[str, Parameter]:
    parameters: dict[str, Parameter] = {}
    for name, parameter in _table(value, at).items():
        if not isinstance(parameter, str | int | float | bool):
            raise MalformedRules("want text, a number or a boolean", pointer(*at, name))
        parameters[name] = parameter
    return parameters


@dataclass(frozen=True, slots=True)
class _Column:
    """How a member of a row is read; *name* is that of the field, None if it is the same."""

    read: Callable[[object, _At], Any]
    is_required: bool = False
    name: str | None = None


_PLACES = ("into", "exempt", "headquarters", "leaving")
_REQUIRED_TEXT = _Column(_text, is_required=True)
_NAMED = {"id": _REQUIRED_TEXT, "title": _REQUIRED_TEXT}
_OF_REGIME = {**_NAMED, "regime": _REQUIRED_TEXT}
_OF_ALL: Mapping[str, _Column] = {
    "from": _Column(_day, is_required=True, name="effective_from"),
    "until": _Column(_day, name="effective_to"),
    "citation": _REQUIRED_TEXT,
    "checked": _Column(_day, is_required=True),
    "unverified": _Column(_flag, name="is_unverified"),
}
_TABLES: Mapping[str, tuple[type[Dated], Mapping[str, _Column]]] = {
    "rule": (Rule, {**_NAMED, "parameters": _Column(_parameters)}),
    "countries": (
        Countries,
        {"group": _REQUIRED_TEXT, "members": _Column(_countries, is_required=True)},
    ),
    "control": (
        Control,
        {
            **_OF_REGIME,
            "eccns": _Column(_eccns, is_required=True),
            **dict.fromkeys(_PLACES, _Column(_texts)),
            "kinds": _Column(_kinds),
        },
    ),
    "exception": (
        Terms,
        {
            **_OF_REGIME,
            "code": _REQUIRED_TEXT,
            **dict.fromkeys(("most_items", "most_consignees", "most_end_users"), _Column(_count)),
            "barred_roles": _Column(_roles),
            "needs_number": _Column(_flag),
        },
    ),
    "listed": (
        Listed,
        {"list": _REQUIRED_TEXT, "names": _Column(_texts), "identifiers": _Column(_texts)},
    ),
}


def _check_addition(rules: Sequence[Any], known: _Known) -> None:
    """What nothing asks for is a slip of the pen.

    What was found when entries were recorded rests on the rules of time: they stay.
    """
    for index, rule in enumerate(rules):
        if rule.id.startswith("time/"):
            message = f"{rule.id} decided what was found on record: it is not changed afterwards"
            raise MalformedRules(message, pointer("rule", index, "id"))
        if rule.id not in known:
            message = f"got {rule.id!r}, want a rule of the first file: {', '.join(known)}"
            raise MalformedRules(message, pointer("rule", index, "id"))
        wanted = known[rule.id]
        if _kinds_of(rule.parameters) != _kinds_of(wanted):
            message = f"want the like of {dict(wanted)}"
            raise MalformedRules(message, pointer("rule", index, "parameters"))


def _kinds_of(parameters: Mapping[str, Parameter]) -> Mapping[str, bool]:
    return {name: isinstance(value, int | float) for name, value in parameters.items()}


def _check_succession(rows: Sequence[Any], kind: str) -> None:
    order = sorted(range(len(rows)), key=lambda i: (rows[i].id, rows[i].effective_from))
    for earlier, later in pairwise(order):
        begin = rows[later].effective_from
        if rows[earlier].id == rows[later].id and rows[earlier].is_in_force(begin):
            message = f"a second {kind} {rows[later].id} is in force on {begin}"
            raise MalformedRules(message, pointer(kind, later, "from"))
