"""Results: a line per figure with its goal, as JSON and as one Markdown table.

Line("single capture", 0.31, "V entries/s", Goal(0.45)).status
-> "missed"
"""

import json
import os
import platform
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nacl

RESULTS = Path(__file__).parent / "results"
# A quick run is short and its machine shared: it fails only far below what was reached before.
QUICK_SHARE = 0.7


@dataclass(frozen=True, slots=True)
class Goal:
    """At least, or *at_most*, this much.

    *reached* is what this version reaches where that is short of the goal: the goal stays and is
    shown as missed, and a quick run guards what was reached.
    """

    bound: float
    at_most: bool = False
    reached: float | None = None

    def is_met(self, value: float, share: float = 1.0) -> bool:
        """Whether *value* is within *share* of the goal."""
        if self.at_most:
            return value <= self.bound / share
        return value >= self.bound * share


@dataclass(frozen=True, slots=True)
class Line:
    """One figure: the median of *rounds*, in *unit*; *is_void* where V did not hold still."""

    name: str
    value: float
    unit: str
    goal: Goal | None = None
    rounds: tuple[float, ...] = ()
    is_void: bool = False
    details: dict[str, float] = field(default_factory=dict)

    @property
    def status(self) -> str:
        """``met``, ``missed``, ``void``, or a dash where there is no goal."""
        if self.goal is None:
            return "-"
        if self.is_void:
            return "void"
        return "met" if self.goal.is_met(self.value) else "missed"

    @property
    def is_far_off(self) -> bool:
        """Whether even a quick run must fail."""
        if self.goal is None or self.is_void:
            return False
        guarded = Goal(self.goal.reached or self.goal.bound, self.goal.at_most)
        return not guarded.is_met(self.value, QUICK_SHARE)


def table(lines: Sequence[Line]) -> str:
    """The Markdown table of *lines*."""
    rows = [("figure", "ratio", "goal", ""), ("---", "---:", "---:", "---")]
    rows += [(line.name, _shown(line.value, line.unit), _goal(line), line.status) for line in lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _shown(value: float, unit: str) -> str:
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.2f} {unit}"


def _goal(line: Line) -> str:
    if line.goal is None:
        return "-"
    return f"{'<=' if line.goal.at_most else '>='} {line.goal.bound:g}"


def save(lines: Sequence[Line], settings: dict[str, Any]) -> Path:
    """Write *lines* with host, versions and *settings* as JSON; where."""
    now = datetime.now(UTC)
    host = {
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "pynacl": nacl.__version__,
    }
    found = [{**asdict(line), "status": line.status} for line in lines]
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{now:%Y%m%dT%H%M%S}.json"
    data = {"at": now.isoformat(), "host": host, "settings": settings, "lines": found}
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    return path
