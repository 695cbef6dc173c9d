"""The disk is full: a small one, really. Nothing acked is lost; with space again, work goes on.

First in the program that met with it, unaided; then in one that is started anew.
"""

import os
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ledger.service import capture as capturing
from schemas.errors import ChiptrailError
from tests.faults.aftermath import violations_after
from tests.faults.plan import Outcome, Run, hear_all
from tests.faults.stage import Place
from tests.faults.subject import User, Workload, recovery, run

WHAT = "disk full (a small tmpfs)"
MOST_KIB, LEAST_KIB, STEP_KIB = 1_760, 640, 8


def missing() -> str | None:
    """Why this cannot be done here."""
    if os.geteuid() != 0:
        return "only root may mount a disk"
    with tempfile.TemporaryDirectory() as folder:
        made = _mount(folder, "size=64k")
        if made.returncode == 0:
            subprocess.run(["umount", folder], check=True)
            return None
    return f"a disk cannot be mounted: {made.stderr.decode().strip()}"


def cases(of: Run) -> list[str]:
    """Disks of so many KiB."""
    return of.some([f"full/{kib}" for kib in range(LEAST_KIB, MOST_KIB, STEP_KIB)], 8)


def play(of: Run, name: str) -> Outcome:
    """Capture until the disk is full, then give it more."""
    with of.stages.copy("few") as place, _disk(place, int(name.split("/")[1])) as small:
        seen = small.seen()
        hear_all(seen, run(_through_full, small, mutant=of.mutant))
        acked, refused = len(seen.acks), len(seen.refused)
        problems, seen.problems = tuple(seen.problems), []
        found = problems + violations_after(small, seen, Workload(recovery), of.mutant)
        if not refused:
            found = (*found, "full: it never was")
    return Outcome(name, Counter(disks=1, acked=acked, refused=refused), found)


def _through_full(user: User) -> None:
    """Submit until three in a row are refused, make the disk larger, and submit these again."""
    ledger = user.open()
    refused: list[bytes] = []
    for data in user.place.stage.submissions:
        try:
            user.hear(ledger, capturing.capture(ledger, [data], actor="user"))
            refused.clear()
        except ChiptrailError as exc:
            user.tell("refused", why=str(exc))
            refused.append(data)
        if len(refused) == 3:
            break
    command = ["mount", "-o", "remount,size=32m", str(user.place.folder)]
    subprocess.run(command, check=True)
    for data in refused:
        try:
            user.hear(ledger, capturing.capture(ledger, [data], actor="user"))
        except ChiptrailError as exc:
            user.tell("problem", why=f"stuck: with room again: {exc}")
    ledger.database.dispose()


def _mount(folder: str, options: str) -> "subprocess.CompletedProcess[bytes]":
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder]
    return subprocess.run(command, check=False, capture_output=True)


@contextmanager
def _disk(place: Place, kib: int) -> Iterator[Place]:
    """*place* on a disk of its own of *kib* KiB."""
    with tempfile.TemporaryDirectory() as folder:
        made = _mount(folder, f"size={kib}k,mode=700")
        if made.returncode:
            raise OSError(made.stderr.decode())
        try:
            subprocess.run(["cp", "-r", str(place.data), folder], check=True)
            yield Place(Path(folder), place.stage)
        finally:
            subprocess.run(["umount", folder], check=True)
