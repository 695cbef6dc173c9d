"""Cases, and what came of them: a name and a seed say all that is needed to do one again.

A name is a path: ``kill/capture/pwrite64/17`` kills the program that captures as it is about to
make its 17th ``pwrite64``. What follows from chance follows from the seed and the name.
"""

import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.faults.checker import Seen, check
from tests.faults.stage import Place, Stages


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of the case *name*: counts by what was counted, and all that was violated.

    *states*: digests of the states that were judged, where cases have some in common.
    """

    name: str
    counts: Counter[str] = field(default_factory=Counter)
    violations: tuple[str, ...] = ()
    states: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the harness: where it writes, its seed, how much it does, and what is planted."""

    folder: Path
    seed: int
    stages: Stages
    is_deep: bool = False
    mutant: str | None = None

    def chance(self, name: str) -> Random:
        """The dice of the case *name*."""
        return Random(f"{self.seed}/{name}")

    def some(self, names: list[str], count: int) -> list[str]:
        """At most *count* of *names*, spread evenly over all; all of them in a deep run."""
        if self.is_deep or len(names) <= count:
            return names
        return [names[i * len(names) // count] for i in range(count)]


def judge(place: Place, seen: Seen) -> list[str]:
    """What the checker finds; of files it reads a copy: the next reader finds them as they are."""
    if place.url is not None:
        return check(place.data, seen, url=place.url)
    if not place.data.exists():
        return check(place.data, seen)
    with tempfile.TemporaryDirectory(dir=place.folder) as folder:
        shutil.copytree(place.data, Path(folder) / "data")
        return check(Path(folder) / "data", seen)


def hear_all(seen: Seen, lines: list[bytes]) -> None:
    """Take in all *lines*."""
    for line in lines:
        seen.hear(line)
