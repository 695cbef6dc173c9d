"""What a run found: a line for each kind of fault, kept as JSON, and as docs/reliability.md.

A deep run of some kinds takes the place of what was kept of these; each line says of which commit
and seed it is.
"""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.architecture import ROOT
from tests.faults import mutants, restores

KEPT = ROOT / "build" / "faults.json"
PAGE = ROOT / "docs" / "reliability.md"
TEMPLATE = Path(__file__).with_name("reliability.md")


@dataclass(frozen=True, slots=True)
class Line:
    """What came of one kind of fault; *violations*: how many cases had any; *skipped*: why."""

    name: str
    what: str
    counts: dict[str, int]
    violations: int
    seed: int
    commit: str
    seconds: float
    skipped: str | None

    @property
    def summary(self) -> str:
        """The line in short."""
        if self.skipped is not None:
            return f"not run: {self.skipped}"
        verdict = "nothing violated" if not self.violations else f"{self.violations} VIOLATED"
        return f"{self.told}; {verdict}; {self.seconds:.0f} s"

    @property
    def told(self) -> str:
        """The counts in words."""
        return ", ".join(f"{count:,} {name}" for name, count in self.counts.items() if count)


def commit() -> str:
    """The commit that is measured, marked where files differ from it."""
    asked = ["git", "describe", "--always", "--dirty=+", "--exclude=*"]
    found = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    return found.stdout.strip() or "unknown"


def save(lines: Sequence[Line]) -> Path:
    """Keep *lines* beside those of other kinds, and write the page of all; gives its path."""
    kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    kept |= {line.name: asdict(line) for line in lines}
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text(json.dumps(kept, indent=1), encoding="utf-8")
    PAGE.write_text(page([Line(**one) for one in kept.values()]), encoding="utf-8")
    return PAGE


def page(lines: Sequence[Line]) -> str:
    """The whole of docs/reliability.md."""
    rows = "\n".join(
        f"| {line.what} | {line.skipped or line.told} | {line.violations} | {line.seed} |"
        f" `{line.commit}` | {line.seconds:.0f} s |"
        for line in lines
    )
    scenarios = "\n".join(f"| {one.what} | {one.wanted} |" for one in restores.SCENARIOS.values())
    planted = "\n".join(
        f"| `{name}` | {one.what} | `{one.caught_by}` |" for name, one in mutants.MUTANTS.items()
    )
    return TEMPLATE.read_text(encoding="utf-8").format(
        rows=rows, scenarios=scenarios, planted=planted
    )
