"""Power is cut: every state of the disk that recorded writes allow, drawn at every crash point."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from functools import lru_cache
from pathlib import Path
from random import Random

from tests.faults import strace
from tests.faults.aftermath import resume
from tests.faults.checker import Seen, check
from tests.faults.disk import Disk, Op
from tests.faults.kill import scene
from tests.faults.plan import Outcome, Run
from tests.faults.stage import Place
from tests.faults.subject import run
from tests.faults.workloads import WORKLOADS

WHAT = "power cut, SQLite"
RECORDED = (
    "capture",
    "wrap",
    "tile",
    "publish",
    "found",
    "migrate",
    "upgrade",
    "cosign",
    "witness",
)
# How many states are drawn at a crash point; with one in so many the work is taken up again.
QUICK, DEEP, RESUMED = 12, 220, 150
# Where so many draws in a row gave nothing new, there is little more to see.
STALE = 25


def missing() -> str | None:
    """Why this cannot be done here."""
    return strace.missing()


def cases(of: Run) -> list[str]:
    """Every crash point of every recorded run, or an even choice."""
    names = []
    for workload in RECORDED:
        _, ops = recorded(of, workload)
        names += of.some([f"power/{workload}/{k}" for k in range(1, len(ops) + 1)], 30)
    return names


def play(of: Run, name: str) -> Outcome:
    """Draw states of the disk after as many calls as *name* says, and judge each."""
    _, workload, point = name.split("/")
    start, ops = recorded(of, workload)
    dice, counts = of.chance(name), Counter[str]()
    found: list[str] = []
    states: set[int] = set()
    with scene(of, WORKLOADS[workload]) as place:
        seen, disk = place.seen(), Disk(start)
        for op in ops[: int(point)]:
            disk.do(op)
            _hear(seen, disk, op)
        for left in _draws(disk, dice, DEEP if of.is_deep else QUICK, states, counts):
            is_resumed = dice.random() < 1 / RESUMED
            counts["taken up again"] += is_resumed
            found += _judge(of, place, seen, workload, left, is_resumed=is_resumed)
    return Outcome(name, counts, tuple(dict.fromkeys(found)), frozenset(states))


def _draws(
    disk: Disk, dice: Random, most: int, states: set[int], counts: Counter[str]
) -> Iterator[dict[str, bytes]]:
    """States of *disk* not yet among *states*, out of at most *most* draws."""
    stale = 0
    for _ in range(most):
        left = disk.lose(dice)
        # Alike in every process that was forked from one.
        digest = hash(tuple(sorted(left.items())))
        counts["drawn"] += 1
        stale += 1
        if digest not in states:
            states.add(digest)
            stale = 0
            yield left
        elif stale == STALE:
            return


def _hear(seen: Seen, disk: Disk, op: Op) -> None:
    """What anybody has read by now: acks, and the checkpoint file as soon as it has its name."""
    if op.kind == "said":
        seen.hear(op.data.rstrip(b"\n"))
    elif op.kind == "rename" and op.to.endswith("checkpoint"):
        seen.notes.add(disk.read(op.to).decode())


def _judge(
    of: Run, place: Place, seen: Seen, workload: str, left: dict[str, bytes], *, is_resumed: bool
) -> list[str]:
    with tempfile.TemporaryDirectory(dir=place.folder) as folder:
        drawn = Place(Path(folder), place.stage)
        write(drawn.data, left)
        if not is_resumed:
            return check(drawn.data, seen)
        # Of its own: what is said from now on was not said before the cut.
        own = deepcopy(seen)
        stuck = resume(drawn, own, WORKLOADS[workload], of.mutant)
        return [*stuck, *check(drawn.data, own)]


def write(folder: Path, files: dict[str, bytes]) -> None:
    """Write *files* below *folder*, with their folders."""
    folder.mkdir()
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)


@lru_cache(maxsize=16)
def recorded(of: Run, workload: str) -> tuple[dict[str, bytes], list[Op]]:
    """The files before *workload* and the calls it made."""
    what = WORKLOADS[workload]
    with scene(of, what) as place, tempfile.TemporaryDirectory() as folder:
        there = {str(path.relative_to(place.data)): path for path in place.data.rglob("*")}
        start = {name: path.read_bytes() for name, path in there.items() if path.is_file()}
        folders = [name for name, path in there.items() if path.is_dir()]
        trace = Path(folder) / "trace"
        run(what.act, place, attach=[strace.RECORDED], trace=trace, mutant=of.mutant)
        return start, strace.read_ops(trace, place.data, folders)
