"""Planted faults: what the harness is worth is what it catches.

Each is one mistake that a ledger like this could have, planted in the process of the program only:
nothing of the product is edited, and nothing in it knows. ``MUTANTS`` names the cases that must
catch it; they are played until one does. Another is a function of ``mistakes`` and a line here.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.faults import mistakes, strace
from tests.faults.plan import Outcome, Run

WHAT = "planted faults"
MOST = 40  # cases, an even choice; the first that catches is the last


@dataclass(frozen=True, slots=True)
class Mutant:
    """*what* is wrong, how to *plant* it, which cases must see it, by the start of their names."""

    what: str
    plant: Callable[[], None]
    caught_by: str
    seen_as: str  # the kind of the violation


def plant(name: str) -> None:
    """Make this process the mutant *name*."""
    MUTANTS[name].plant()


def missing() -> str | None:
    """Why this cannot be done here."""
    return strace.missing()


def cases(_of: Run) -> list[str]:
    """Every mutant."""
    return [f"mutant/{name}" for name in MUTANTS]


def play(of: Run, name: str) -> Outcome:
    """Play cases on the mutant until one finds something."""
    from tests.faults.kinds import KINDS  # it lists this module

    mutant = MUTANTS[name.split("/")[1]]
    kind = KINDS[mutant.caught_by.split("/")[0]]
    planted = replace(of, mutant=name.split("/")[1], is_deep=False)
    names = kind.cases(replace(planted, is_deep=True))
    names = planted.some([case for case in names if case.startswith(mutant.caught_by)], MOST)
    tried = 0
    for case in names:
        tried += 1
        found = kind.play(planted, case).violations
        if any(text.startswith(f"{mutant.seen_as}:") for text in found):
            return Outcome(name, Counter(mutants=1, caught=1, cases=tried))
    missed = f"not caught: {mutant.what}, in {tried} cases of {mutant.caught_by}"
    return Outcome(name, Counter(mutants=1, cases=tried), (missed,))


MUTANTS = {
    "ack-before-commit": Mutant(
        "acks before the commit", mistakes.ack_before_commit, "kill/capture/", "lost"
    ),
    "checkpoint-before-commit": Mutant(
        "writes the checkpoint file before the commit",
        mistakes.file_before_commit,
        "kill/capture/",
        "ahead",
    ),
    "ack-before-file": Mutant(
        "acks before the checkpoint file is written",
        mistakes.ack_before_file,
        "kill/capture/",
        "behind",
    ),
    "savepoint": Mutant(
        "releases a savepoint instead of committing", mistakes.savepoint, "kill/capture/", "lost"
    ),
    "commit-failure-swallowed": Mutant(
        "takes a failed commit for a commit",
        mistakes.commit_failure_swallowed,
        "io/capture/eio/",
        "lost",
    ),
    "projection-outside": Mutant(
        "updates projections outside the transaction",
        mistakes.projection_outside,
        "kill/capture/",
        "projection",
    ),
    "published-first": Mutant(
        "publishes the checkpoint before its tiles",
        mistakes.published_first,
        "kill/publish/",
        "published",
    ),
    "synchronous-normal": Mutant(
        "runs SQLite with synchronous=NORMAL", mistakes.synchronous_normal, "power/capture/", "lost"
    ),
    "no-directory-fsync": Mutant(
        "does not sync folders", mistakes.no_folder_sync, "power/capture/", "behind"
    ),
    "no-file-fsync": Mutant(
        "does not sync the checkpoint file", mistakes.no_file_sync, "power/capture/", "torn"
    ),
    "no-compare": Mutant(
        "does not compare the database with the checkpoint file",
        mistakes.no_compare,
        "restore/database",
        "unsafe",
    ),
    "restore-signs-at-once": Mutant(
        "sets back what was signed last as it restores a backup",
        mistakes.restored_signing,
        "restore/command",
        "unsafe",
    ),
    "seal-ignored": Mutant(
        "asks no witness when its checkpoint file came from elsewhere",
        mistakes.seal_ignored,
        "restore/witness-ahead",
        "unsafe",
    ),
    "witness-answers-first": Mutant(
        "answers as a witness before it has kept what it cosigned",
        mistakes.cosigned_first,
        "kill/witness/",
        "forgotten",
    ),
    "evidence-forgotten": Mutant(
        "forgets the evidence of two histories",
        mistakes.evidence_forgotten,
        "restore/clone",
        "unsafe",
    ),
    "dedupe-by-envelope": Mutant(
        "takes another spelling for another entry",
        mistakes.dedupe_by_bytes,
        "kill/capture/",
        "twice",
    ),
    "leaf-not-rehashed": Mutant(
        "signs what it meant to store, not what is stored",
        mistakes.leaf_from_memory,
        "memory/",
        "unsafe",
    ),
    "clock-backwards": Mutant("lets log time go back", mistakes.clock_back, "clock/", "time"),
    "clock-jump": Mutant("signs when the clock has jumped", mistakes.clock_jump, "clock/", "clock"),
}
