"""Files come back from elsewhere: old copies, parts of copies, those of others, and two at once.

The ledger of a case has a past: *early* is a copy of its folder, *torn* one of a moment when the
program was stopped before it had folded its log in. Then something is put back, and the program is
asked to record something. What it must do is one of ``Wanted``; in none may it sign what does not
follow from all that was signed before.
"""

import json
import os
import shutil
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from ledger.compose import compose
from ledger.service import capture as capturing
from schemas.envelope import encode_submission
from tests.bench.workload import BEGINNING, chip, event
from tests.faults.aftermath import violations_after
from tests.faults.checker import Seen
from tests.faults.plan import Outcome, Run, hear_all, judge
from tests.faults.stage import Place
from tests.faults.subject import Program, User, Workload, recovery, run

WHAT = "files restored, mixed up, doubled"
DATABASE, LOG = "ledger.sqlite3", "ledger.sqlite3-wal"


class Wanted(StrEnum):
    """What a ledger must do when it finds itself so."""

    SILENCE = "it is read-only, says why, and signs nothing"
    PROGRESS = "it goes on, and nothing is lost"
    EITHER = "it goes on with nothing lost, or is read-only"
    UNNOTICED = "nothing on this machine can tell: it takes a witness"


@dataclass(frozen=True, slots=True)
class Past:
    """What there is to put back, for the ledger at *place*."""

    place: Place
    early: Path
    torn: Path
    other: Path

    def put_back(self, source: Path, *names: str) -> None:
        """Files of *source* take the place of those there are; those it lacks are taken away."""
        for name in names:
            target = self.place.data / name
            target.unlink(missing_ok=True)
            if (source / name).exists():
                shutil.copy2(source / name, target)


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is done to the files, and what the program must do then."""

    what: str
    harm: Callable[[Past], None]
    wanted: Wanted


def _remove_file(past: Past) -> None:
    (past.place.data / "checkpoint").unlink()


def _lose_log(past: Past) -> None:
    past.put_back(past.torn, DATABASE)
    (past.place.data / LOG).unlink(missing_ok=True)


SCENARIOS = {
    "database": Scenario(
        "an old database under the newest checkpoint file",
        lambda past: past.put_back(past.early, DATABASE, LOG),
        Wanted.SILENCE,
    ),
    "both": Scenario(
        "an old database and its checkpoint file",
        lambda past: past.put_back(past.early, DATABASE, LOG, "checkpoint"),
        Wanted.UNNOTICED,
    ),
    "no-file": Scenario("no checkpoint file", _remove_file, Wanted.SILENCE),
    "no-log": Scenario(
        "a database that was copied without its log",
        _lose_log,
        Wanted.SILENCE,
    ),
    "old-log": Scenario(
        "an old log beside the newest database",
        lambda past: past.put_back(past.torn, LOG),
        Wanted.EITHER,
    ),
    "wrong-key": Scenario(
        "the log key of another ledger",
        lambda past: past.put_back(past.other, "log.key"),
        Wanted.SILENCE,
    ),
    "other": Scenario(
        "the database of another ledger",
        lambda past: past.put_back(past.other, DATABASE, LOG),
        Wanted.SILENCE,
    ),
    "two": Scenario("two programs on one folder at once", lambda _: None, Wanted.PROGRESS),
    "clone": Scenario(
        "two copies went on, then a client of one came to the other", lambda _: None, Wanted.SILENCE
    ),
}


def missing() -> str | None:
    """Nothing is needed for this."""
    return None


def cases(_of: Run) -> list[str]:
    """Each scenario once."""
    return [f"restore/{name}" for name in SCENARIOS]


def play(of: Run, name: str) -> Outcome:
    """Do the harm, ask for an entry, and compare with what is wanted."""
    kind = name.split("/")[1]
    scenario = SCENARIOS[kind]
    with of.stages.copy("few") as place, of.stages.copy("other") as other:
        past = Past(place, place.folder / "early", place.folder / "torn", other.data)
        seen = place.seen()
        hear_all(seen, _live(past, of.mutant))
        scenario.harm(past)
        if kind == "two":
            found = _two(place, seen, of.mutant)
        elif kind == "clone":
            found = _clone(past, seen, of.mutant)
        else:
            found = _ask(place, seen, scenario.wanted, of.mutant)
    unnoticed = scenario.wanted is Wanted.UNNOTICED
    return Outcome(name, Counter(scenarios=1, unnoticed=unnoticed), tuple(found))


def _live(past: Past, mutant: str | None) -> list[bytes]:
    """Two entries; stopped, and copied; two more; all of it told."""
    place = past.place
    shutil.copytree(place.data, past.early)
    lines = run(_capturing(0, 2, stops=True), place, mutant=mutant)
    shutil.copytree(place.data, past.torn)
    return lines + run(_capturing(2, 4), place, mutant=mutant)


def _capturing(start: int, stop: int, *, stops: bool = False) -> Callable[[User], None]:
    """Capture some; *stops*: the process ends at once, its log not folded in."""

    def act(user: User) -> None:
        ledger = user.open()
        for data in user.place.stage.submissions[start:stop]:
            user.hear(ledger, capturing.capture(ledger, [data], actor="user"))
        if stops:
            os._exit(0)
        ledger.database.dispose()

    return act


def _ask(place: Place, seen: Seen, wanted: Wanted, mutant: str | None) -> list[str]:
    """Ask for one more entry, and say what is wrong with the answer."""
    lines = run(_capturing(6, 7), place, mutant=mutant)
    said = [json.loads(line) for line in lines]
    signed = [one for one in said if one["said"] == "ack"]
    if wanted is Wanted.UNNOTICED:
        return []
    if signed and wanted is not Wanted.SILENCE:
        return list(violations_after(place, seen, Workload(recovery), mutant))
    found = [f"unsafe: signed {one['size']} entries" for one in signed]
    if not any(one["said"] == "refused" for one in said):
        found.append("unsafe: not a word of why")
    new = [one["note"] for one in said if one["said"] == "note" and one["note"] not in seen.notes]
    return found + [f"unsafe: serves another checkpoint: {note!r}" for note in new]


def _two(place: Place, seen: Seen, mutant: str | None) -> list[str]:
    """Two programs write in turn as they come; both are told the truth."""
    pair = [Program(_capturing(n, 40, stops=False), place, mutant=mutant) for n in (4, 10)]
    for one in pair:
        one.let_go()
    for one in pair:
        hear_all(seen, one.lines())
    return list(violations_after(place, seen, Workload(recovery), mutant))


def _clone(past: Past, seen: Seen, mutant: str | None) -> list[str]:
    """Each copy signs; then who trusts the second submits to the first."""
    clone = Place(past.place.folder / "clone", past.place.stage)
    shutil.copytree(past.place.data, clone.data)
    told = run(_capturing(8, 10), clone, mutant=mutant)
    hear_all(seen, run(_capturing(6, 8), past.place, mutant=mutant))
    notes = [one["note"] for one in map(json.loads, told) if one["said"] == "note"]
    crossing = _signed_after(past.place, notes[-1])
    stage = replace(past.place.stage, submissions=(crossing, *past.place.stage.submissions))
    first = Place(past.place.folder, stage)
    said = run(_capturing(0, 1), first, mutant=mutant)
    found = ["unsafe: two histories, and no word"] if b'"refused"' not in b"".join(said) else []
    return found + _ask(first, seen, Wanted.SILENCE, mutant) + judge(past.place, seen)


def _signed_after(place: Place, note: str) -> bytes:
    """What a client signs that last saw the checkpoint *note*."""
    draft = event("OBSERVE", "storing", "in_progress", "fab", [chip(1)])
    signer = replace(place.stage.fab, after=note)
    return encode_submission(compose(draft, signer, uuid.UUID(int=1, version=4).urn, BEGINNING))
