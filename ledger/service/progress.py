"""How far a long job is: what its generator yields, for whoever shows it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """*done* of *total* units, of entries, tiles or files."""

    done: int
    total: int
