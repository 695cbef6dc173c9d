"""A ledger that goes back on its word: its history is cut, edited, reordered, shown in two forms.

The forks are those of ``tests/ledger/service/test_malicious_ledger.py``, where each is shown to a
watcher, a verifier or the next signer; here they are counted, and in a deep run are thousands.
"""

import os
import re
import subprocess
import sys
from collections import Counter

from tests.architecture import ROOT
from tests.faults.plan import Outcome, Run

WHAT = "another history is shown to somebody else"
WHERE = "tests/ledger/service/test_malicious_ledger.py"
TESTS = {
    "watch": "test_no_bent_history_passes_a_watcher",
    "verify": "test_no_bundle_of_a_bent_history_verifies_with_an_event_signed_in_the_other",
    "after": "test_the_next_signer_who_was_shown_a_bent_history_stops_the_ledger",
}
_TOLD = re.compile(r"^(\d+) forks ", re.MULTILINE)


def missing() -> str | None:
    """Nothing is needed for this."""
    return None


def cases(_of: Run) -> list[str]:
    """Whoever must find out."""
    return [f"bent/{name}" for name in TESTS]


def play(of: Run, name: str) -> Outcome:
    """Show forks, until one is believed."""
    who = name.split("/")[1]
    command = [sys.executable, "-m", "pytest", "-q", "-s", "-n0", "-m", "not postgresql"]
    chosen = {"SEED": str(of.seed), "DEEP": str(int(of.is_deep))}
    done = subprocess.run(
        [*command, f"{WHERE}::{TESTS[who]}"],
        cwd=ROOT, env=os.environ | chosen, capture_output=True, text=True, check=False,
    )  # fmt: skip
    told = _TOLD.search(done.stdout)
    if done.returncode or told is None:
        return Outcome(name, Counter(), (f"believed: {done.stdout[-2000:]}{done.stderr[-500:]}",))
    return Outcome(name, Counter({"forks": int(told[1]), f"shown to {who}": int(told[1])}))
