"""One bit of the truth at rest is flipped: the audit must find it, and name it.

Only bytes that hold a row of the truth are drawn, with its header and the links between its pages.
What nobody signs cannot be told and is left out: of ``activity`` who asked, for what and when. A
flip after which SQLite reads every row as before is counted apart: in a record the type of a column
that is the rowid is never read.
"""

import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from ledger.service.audit import AuditReport, audit
from ledger.service.ledger import Ledger
from ledger.store.files import DataDirectory
from schemas.errors import ChiptrailError
from tests.bench.workload import ticking
from tests.faults.pages import Cell, used_bytes
from tests.faults.plan import Outcome, Run
from tests.faults.subject import User, run

WHAT = "a bit flips at rest"
# How a row of each table is called by its key.
NAMES = {
    "entry": ("SELECT idx FROM entry WHERE rowid = ?", "entry {}"),
    "item_list": ("SELECT idx FROM item_list WHERE rowid = ?", "entry {}"),
    "tile": ("SELECT level, n FROM tile WHERE rowid = ?", "tile {}/{}"),
    "checkpoint": ("SELECT size FROM checkpoint WHERE rowid = ?", "checkpoint {}"),
    "disclosure": ("SELECT idx FROM disclosure WHERE rowid = ?", "entry {}"),
}
EACH, QUICK, DEEP = 50, 4, 200
# One in five draws is of the ledger that has a full tile, which is slower to audit.
STAGES = ("tile", "lots", "lots", "lots", "lots")


def missing() -> str | None:
    """Nothing is needed for this."""
    return None


def cases(of: Run) -> list[str]:
    """Draws of so many flips each."""
    return [f"flip/{n}" for n in range(DEEP if of.is_deep else QUICK)]


def play(of: Run, name: str) -> Outcome:
    """Flip bits in turn, each taken back before the next."""
    stage = STAGES[int(name.split("/")[1]) % len(STAGES)]
    with of.stages.copy(stage) as place:
        lines = run(_flipping(of.chance(name)), place, mutant=of.mutant)
    said = [json.loads(line) for line in lines]
    flips = [one for one in said if one["said"] == "flip"]
    found = [f"unseen: {one['where']}" for one in flips if not (one["found"] or one["idle"])]
    found += [f"stuck: {one['why']}" for one in said if one["said"] == "crash"]
    named = sum(one["named"] for one in flips)
    counts = Counter({"flips": len(flips), "named": named})
    counts["of no value that is read"] = sum(one["idle"] for one in flips)
    return Outcome(name, counts, tuple(found))


def _flipping(dice: Random) -> Callable[[User], None]:
    """Who flips bits and has them looked for."""

    def act(user: User) -> None:
        path = user.place.data / "ledger.sqlite3"
        rows = [(table, cell) for table in NAMES for cell in used_bytes(path, table)]
        weights = [sum(stop - start for start, stop in cell.ranges) for _, cell in rows]
        whole = path.read_bytes()
        for table, cell in dice.choices(rows, weights, k=EACH):
            at, bit = _draw(dice, cell), dice.randrange(8)
            name = _name(path, table, cell.rowid)
            flipped = bytearray(whole)
            flipped[at] ^= 1 << bit
            problems = _audit(user.place.data, flipped)
            is_named = any(_says(problem, name) for problem in problems)
            where = f"{name}: bit {bit} of byte {at} ({table})"
            is_idle = not problems and _rows(flipped) == _rows(whole)
            user.tell("flip", found=bool(problems), named=is_named, idle=is_idle, where=where)

    return act


def _rows(database: bytes) -> list[list[Any]]:
    """All rows of the truth, were *database* the file, as the plain driver reads them."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "copy.sqlite3"
        path.write_bytes(database)
        with closing(sqlite3.connect(path)) as db:
            return [db.execute(f"SELECT * FROM {table}").fetchall() for table in NAMES]


def _draw(dice: Random, cell: Cell) -> int:
    """The offset of one byte of *cell*, each as likely as the next."""
    nth = dice.randrange(sum(stop - start for start, stop in cell.ranges))
    for start, stop in cell.ranges:
        if nth < stop - start:
            return start + nth
        nth -= stop - start
    raise AssertionError


@lru_cache(maxsize=4096)
def _name(path: Path, table: str, rowid: int) -> str:
    query, words = NAMES[table]
    with closing(sqlite3.connect(path)) as db:
        return words.format(*db.execute(query, (rowid,)).fetchone())


def _says(problem: str, name: str) -> bool:
    """Whether *problem* names the row, or the page that it is on."""
    return f"{name}:" in problem or f"{name} " in problem or problem.startswith("database: ")


def _audit(data: Path, database: bytes) -> list[str]:
    """What `chiptrail audit` says of the ledger in *data*, were *database* its file."""
    with TemporaryDirectory(dir=data.parent) as folder:
        copy = DataDirectory(Path(folder))
        for name in (copy.log_key.name, copy.operator_key.name, copy.checkpoint.name):
            shutil.copy(data / name, folder)
        copy.database.write_bytes(database)
        try:
            ledger = Ledger.open(copy, clock=ticking())
            reports = [step for step in audit(ledger) if isinstance(step, AuditReport)]
        except ChiptrailError as exc:
            return [str(exc)]
        return list(reports[0].problems)
