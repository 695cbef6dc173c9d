"""The kinds of faults there are, by the first word of the names of their cases.

KINDS["kill"].play(run, "kill/capture/pwrite64/17")
"""

from typing import Protocol

from tests.faults import (
    bent,
    clocks,
    flips,
    full,
    io_errors,
    kill,
    misstored,
    mutants,
    power,
    restores,
    servers,
)
from tests.faults.plan import Outcome, Run


class Kind(Protocol):
    """A module of faults of one kind: its cases by name, and how one is played."""

    WHAT: str

    def missing(self) -> str | None: ...
    def cases(self, of: Run) -> list[str]: ...
    def play(self, of: Run, name: str) -> Outcome: ...


KINDS: dict[str, Kind] = {
    "kill": kill,
    "power": power,
    "io": io_errors,
    "full": full,
    "postgresql": servers,
    "clock": clocks,
    "restore": restores,
    "bent": bent,
    "memory": misstored,
    "flip": flips,
    "mutant": mutants,
}
