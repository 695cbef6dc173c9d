"""Clocks jump: while the program runs, and between two runs of it. Log time never goes back."""

from collections import Counter
from collections.abc import Callable

from ledger.service import capture as capturing
from ledger.service.clock import Clock
from schemas.errors import ChiptrailError
from tests.bench.workload import BEGINNING
from tests.faults.aftermath import violations_after
from tests.faults.plan import Outcome, Run, hear_all
from tests.faults.subject import User, Workload, recovery, run

WHAT = "clock steps"
RUNS, STEPS = 3, 3
DAY_S = 86_400.0
# The furthest step that may go unnoticed while running.
NOTICED_S = 5.0
LARGEST_S = 3_650 * DAY_S


def missing() -> str | None:
    """Nothing is needed for this."""
    return None


def cases(of: Run) -> list[str]:
    """So many clocks, of which no two do the same."""
    return [f"clock/{n}" for n in range(200 if of.is_deep else 10)]


def play(of: Run, name: str) -> Outcome:
    """Run the program a few times, on a clock that steps before and during each run."""
    dice, counts, found = of.chance(name), Counter[str](), list[str]()
    with of.stages.copy("few") as place:
        seen = place.seen()
        for number in range(RUNS):
            base = BEGINNING.timestamp() + _step(dice.random(), dice.choice((-1, 1)))
            steps = [_step(dice.random(), dice.choice((-1, 1))) for _ in range(STEPS)]
            counts["steps"] += 1 + STEPS
            hear_all(seen, run(_stepping(number, base, steps), place, mutant=of.mutant))
        found += seen.problems
        seen.problems = []
        found += violations_after(place, seen, Workload(recovery), of.mutant)
        counts["acked"] = len(seen.acks)
    return Outcome(name, counts, tuple(dict.fromkeys(found)))


def _step(share: float, sign: int) -> float:
    """From a millisecond to ten years, each size as likely as the next."""
    return sign * 0.001 * (LARGEST_S / 0.001) ** share


def _stepping(number: int, base: float, steps: list[float]) -> Callable[[User], None]:
    """A user whose clock starts at *base* and makes *steps*, one before each submission."""

    def act(user: User) -> None:
        now = [base, 0.0]
        ledger = user.open(Clock(wall=lambda: now[0], monotonic=lambda: now[1]))
        moved = 0.0
        for n, step in enumerate(steps):
            now[0] += step + 0.5
            now[1] += 0.5
            moved += step
            data = user.place.stage.fresh[1 + number * STEPS + n]
            try:
                user.hear(ledger, capturing.capture(ledger, [data], actor="user"))
                if abs(moved) > NOTICED_S:
                    user.tell("problem", why=f"clock: off by {moved:.1f} s, and signed")
            except ChiptrailError as exc:
                user.tell("refused", why=str(exc))
                if abs(moved) < NOTICED_S:
                    user.tell("problem", why=f"stuck: off by {moved:.1f} s, and refused: {exc}")
        ledger.database.dispose()

    return act
