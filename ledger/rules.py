"""Rule packs: what the law or the product says, as dated data.

Source: docs/rules.md. Rules are data, judged as of a date, each with citation and the date on
which somebody checked it. What identifies a pack is the SHA-256 of its exact bytes; how it is
written is ``ledger.rule_files``, what it says of export control ``ledger.controls``. Example::

    pack.rule("custody/overdue", as_of).duration("grace_hours")
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ledger.controls import Control, Countries, Dated, Listed, Terms
from schemas.errors import MalformedRules, UnknownRule

Parameter = str | int | float | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Dated):
    """One rule while it is in force."""

    id: str
    title: str
    parameters: Mapping[str, Parameter]

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
    """All rows in the order of the file or files; *sha256* is of its bytes.

    *geography* is the version of the borders to judge by (``ledger.atlas``), None if it is not
    said.
    """

    id: str
    sha256: bytes
    rules: tuple[Rule, ...]
    countries: tuple[Countries, ...] = ()
    controls: tuple[Control, ...] = ()
    exceptions: tuple[Terms, ...] = ()
    listed: tuple[Listed, ...] = ()
    geography: str | None = None

    def rule(self, rule_id: str, as_of: datetime) -> Rule:
        """The rule *rule_id* in force on the UTC day of *as_of*, which is aware.

        Raises: UnknownRule.
        """
        day = as_of.astimezone(UTC).date()
        for rule in reversed(self.rules):
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
