"""What must hold after a fault, whatever it was: nothing acked is lost, and the work goes on.

(1) the checker finds nothing, unless it was mending that the fault came amid; (2) the ledger opens,
gives all that is sent again what it had, records something new, and its own audit is clean; (3) the
checker finds nothing once more.
"""

import json

from tests.faults.checker import Seen
from tests.faults.plan import hear_all, judge
from tests.faults.stage import Place
from tests.faults.subject import Workload, run


def violations_after(
    place: Place, seen: Seen, workload: Workload, mutant: str | None
) -> tuple[str, ...]:
    """Every violation, in the order in which they were found."""
    found = [] if workload.is_mending else judge(place, seen)
    found += resume(place, seen, workload, mutant)
    found += judge(place, seen)
    return tuple(dict.fromkeys(found))


def resume(place: Place, seen: Seen, workload: Workload, mutant: str | None) -> list[str]:
    """What is wrong with how the work goes on when nothing is in the way any more."""
    lines = run(workload.after, place, mutant=mutant)
    hear_all(seen, lines)
    said = [json.loads(line) for line in lines]
    stuck = [f"stuck: {one['why']}" for one in said if one["said"] in {"refused", "crash"}]
    if not stuck and not any(one["said"] == "ack" for one in said):
        stuck = ["stuck: nothing was recorded"]
    problems, seen.problems = seen.problems, []
    return stuck + problems
