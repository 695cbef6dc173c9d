"""Rule packs: what the law or the product says, as dated data.

Source: docs/findings.md. Rules are data, judged as of a date, each with citation and the date on
which somebody checked it. A pack is a TOML file; what identifies it is the SHA-256 of its exact
bytes. Two rules of one id follow each other in time and never overlap; ``until`` is the first day
on which a rule is no longer in force::

    pack = "base"

    [[rule]]
    id = "custody/overdue"
    title = "Time that a late receipt is given"
    from = 2026-01-01
    until = 2027-01-01                   # may be missing: in force until further notice
    citation = "Product default, not law."
    checked = 2026-11-23
    parameters = { grace_hours = 24 }    # text, number or boolean; units in the name

    parse_pack(data).rule("custody/overdue", as_of).duration("grace_hours")
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import pairwise

from schemas.errors import MalformedRules, TooLarge, UnknownRule
from schemas.shape import pointer

MAX_PACK_SIZE = 1 << 20

Parameter = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule while it is in force: days from *effective_from* up to, not on, *effective_to*.

    *effective_to* None is until further notice.
    """

    id: str
    title: str
    effective_from: date
    effective_to: date | None
    citation: str
    checked: date
    parameters: Mapping[str, Parameter]

    def is_in_force(self, day: date) -> bool:
        """Whether it says anything about *day*."""
        return self.effective_from <= day and (self.effective_to is None or day < self.effective_to)

    def duration(self, name: str) -> timedelta:
        """The parameter *name*, which ends in ``_minutes``, ``_hours`` or ``_days``.

        Raises: MalformedRules if it is missing, no number or negative.
        """
        value = self.parameters.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1e6:
            raise MalformedRules(f"rule {self.id}: got no {name}, want a number from 0 to 1000000")
        return timedelta(**{name.rpartition("_")[2]: value})

    def number(self, name: str) -> float:
        """The parameter *name*, with its unit in the name.

        Raises: MalformedRules if it is missing, no number or negative.
        """
        value = self.parameters.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1e9:
            raise MalformedRules(f"rule {self.id}: got no {name}, want a number from 0 on")
        return float(value)


@dataclass(frozen=True, slots=True)
class TimeRules:
    """How far the date of an event may lie from the time at which it is recorded."""

    future_tolerance: timedelta
    late_after: timedelta


# Compared by what it is, so that what was worked out with it can be found again.
@dataclass(frozen=True, slots=True, eq=False)
class RulePack:
    """*rules* in the order of the file; *sha256* of its bytes."""

    id: str
    sha256: bytes
    rules: tuple[Rule, ...]

    def rule(self, rule_id: str, as_of: datetime) -> Rule:
        """The rule *rule_id* in force on the UTC day of *as_of*, which is aware.

        Raises: UnknownRule.
        """
        day = as_of.astimezone(UTC).date()
        for rule in self.rules:
            if rule.id == rule_id and rule.is_in_force(day):
                return rule
        raise UnknownRule(f"rule pack {self.id} has no rule {rule_id} in force on {day}")

    def time_rules(self, as_of: datetime) -> TimeRules:
        """What custody needs to know of time for entries recorded at *as_of*.

        Raises: UnknownRule, MalformedRules.
        """
        return TimeRules(
            self.rule("time/future", as_of).duration("tolerance_minutes"),
            self.rule("time/late-record", as_of).duration("after_hours"),
        )


def parse_pack(data: bytes) -> RulePack:
    """The pack in the file *data*.

    Raises: MalformedRules, its pointer as if the file were JSON; TooLarge.
    """
    if len(data) > MAX_PACK_SIZE:
        raise TooLarge(f"got a rule pack of {len(data)} bytes, want at most {MAX_PACK_SIZE}")
    try:
        document: Mapping[str, object] = tomllib.loads(data.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as exc:
        raise MalformedRules("got something else than TOML in UTF-8", "") from exc
    _check_names(document, required=("pack", "rule"), optional=(), at=())
    rows = document["rule"]
    if not isinstance(rows, list):
        raise MalformedRules("want a list of tables", "/rule")
    rules = tuple([_rule(row, index) for index, row in enumerate(rows)])
    _check_succession(rules)
    return RulePack(_text(document, "pack", ()), sha256(data).digest(), rules)


# From TOML ---------------------------------------------------------------------------------------

_At = tuple[str | int, ...]
_REQUIRED = ("id", "title", "from", "citation", "checked")


def _rule(row: object, index: int) -> Rule:
    at: _At = ("rule", index)
    table = _table(row, at)
    _check_names(table, required=_REQUIRED, optional=("until", "parameters"), at=at)
    rule = Rule(
        id=_text(table, "id", at),
        title=_text(table, "title", at),
        effective_from=_day(table, "from", at),
        effective_to=_day(table, "until", at) if "until" in table else None,
        citation=_text(table, "citation", at),
        checked=_day(table, "checked", at),
        parameters=_parameters(table.get("parameters", {}), (*at, "parameters")),
    )
    if rule.effective_to is not None and rule.effective_to <= rule.effective_from:
        raise MalformedRules("want a day after the first", pointer(*at, "until"))
    return rule


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


def _text(table: Mapping[str, object], name: str, at: _At) -> str:
    value = table[name]
    if not isinstance(value, str) or not value.strip():
        raise MalformedRules("want text", pointer(*at, name))
    return value


def _day(table: Mapping[str, object], name: str, at: _At) -> date:
    value = table[name]
    if type(value) is not date:  # a datetime is a date too
        raise MalformedRules("want a date without time", pointer(*at, name))
    return value


def _parameters(value: object, at: _At) -> Mapping[str, Parameter]:
    parameters: dict[str, Parameter] = {}
    for name, parameter in _table(value, at).items():
        if not isinstance(parameter, str | int | float | bool):
            raise MalformedRules("want text, a number or a boolean", pointer(*at, name))
        parameters[name] = parameter
    return parameters


def _check_succession(rules: tuple[Rule, ...]) -> None:
    order = sorted(range(len(rules)), key=lambda i: (rules[i].id, rules[i].effective_from))
    for earlier, later in pairwise(order):
        begin = rules[later].effective_from
        if rules[earlier].id == rules[later].id and rules[earlier].is_in_force(begin):
            message = f"a second rule {rules[later].id} is in force on {begin}"
            raise MalformedRules(message, pointer("rule", later, "from"))
