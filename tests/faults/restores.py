"""Files come back from elsewhere: old copies, parts of copies, those of others, and two at once.

The ledger of a case has a past: *early* is a copy of its folder, *torn* one of a moment when the
program was stopped before it had folded its log in. Then something is put back, and the program is
asked to record something. What it must do is one of ``Wanted``; in none may it sign what does not
follow from all that was signed before. Some have a witness that has cosigned all of it, and that is
not put back with the rest.
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
from tests.faults import keeping, witnessed
from tests.faults.aftermath import violations_after
from tests.faults.checker import Seen
from tests.faults.plan import Outcome, Run, hear_all, judge
from tests.faults.stage import Place
from tests.faults.subject import Program, User, Workload, recovery, run
from tests.faults.witnessed import Answering

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
    mutant: str | None

    def do(self, act: Callable[[User], None]) -> None:
        """Have the program do something of it."""
        for line in run(act, self.place, mutant=self.mutant):
            if json.loads(line)["said"] in {"crash", "refused"}:
                raise RuntimeError(line.decode())

    def put_back(self, source: Path, *names: str) -> None:
        """Files of *source* take the place of those there are; those it lacks are taken away."""
        for name in names:
            target = self.place.data / name
            target.unlink(missing_ok=True)
            if (source / name).exists():
                shutil.copy2(source / name, target)


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is done to the files, and what the program must do then.

    *answering*: who answers for the witness then; None: none was ever named.
    """

    what: str
    harm: Callable[[Past], None]
    wanted: Wanted
    answering: Answering | None = None


def _remove_file(past: Past) -> None:
    (past.place.data / "checkpoint").unlink()


def _lose_log(past: Past) -> None:
    past.put_back(past.torn, DATABASE)
    (past.place.data / LOG).unlink(missing_ok=True)


def _put_back_all(past: Past) -> None:
    names = {path.name for folder in (past.early, past.place.data) for path in folder.iterdir()}
    past.put_back(past.early, *[name for name in names if not (past.place.data / name).is_dir()])


def _copy_all(past: Past) -> None:
    now = past.place.folder / "now"
    shutil.copytree(past.place.data, now)
    past.put_back(now, DATABASE, LOG, "checkpoint", "seal")


def _restore(past: Past) -> None:
    keeping.take_away(past.place)
    past.do(keeping.restore)


def _restore_bare(past: Past) -> None:
    _remove_file(past)
    _restore(past)


def _restore_newest(past: Past) -> None:
    shutil.rmtree(past.place.data / keeping.BACKUP)
    past.do(keeping.backing_up)
    _restore(past)


def _recover(past: Past) -> None:
    _restore(past)
    past.do(keeping.refilling)


def _give_word(past: Past) -> None:
    _restore_bare(past)
    past.do(keeping.giving_word)


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
    "command": Scenario(
        "an old backup, restored by command beside the newest checkpoint file",
        _restore,
        Wanted.SILENCE,
    ),
    "command-bare": Scenario(
        "a backup, restored by command without a checkpoint file", _restore_bare, Wanted.SILENCE
    ),
    "command-newest": Scenario(
        "the newest backup, restored by command beside the newest checkpoint file",
        _restore_newest,
        Wanted.PROGRESS,
    ),
    "command-recover": Scenario(
        "an old backup, restored, then refilled by `recover` with what others hold",
        _recover,
        Wanted.PROGRESS,
    ),
    "witness-ahead": Scenario(
        "an old database and its checkpoint file; a witness remembers more",
        lambda past: past.put_back(past.early, DATABASE, LOG, "checkpoint"),
        Wanted.SILENCE,
        Answering.ITSELF,
    ),
    "witness-snapshot": Scenario(
        "an old copy of the whole folder; a witness remembers more",
        _put_back_all,
        Wanted.SILENCE,
        Answering.ITSELF,
    ),
    "witness-word": Scenario(
        "an old backup, for which `recover` was given a false word; a witness remembers more",
        _give_word,
        Wanted.SILENCE,
        Answering.ITSELF,
    ),
    "witness-down": Scenario(
        "an old copy of the whole folder; its witness does not answer",
        _put_back_all,
        Wanted.SILENCE,
        Answering.NOBODY,
    ),
    "witness-wrong-key": Scenario(
        "an old copy of the whole folder; somebody with another key answers for its witness",
        _put_back_all,
        Wanted.SILENCE,
        Answering.IMPOSTOR,
    ),
    "witness-agrees": Scenario(
        "a copy of the newest folder; its witness agrees",
        _copy_all,
        Wanted.PROGRESS,
        Answering.ITSELF,
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
        folder = place.folder
        past = Past(place, folder / "early", folder / "torn", other.data, of.mutant)
        seen = place.seen()
        is_witnessed = scenario.answering is not None
        hear_all(seen, _live(past, is_witnessed=is_witnessed))
        scenario.harm(past)
        if kind == "two":
            found = _two(place, seen, of.mutant)
        elif kind == "clone":
            found = _clone(past, seen, of.mutant)
        else:
            found = _ask(place, seen, scenario.wanted, of.mutant, scenario.answering)
    unnoticed = scenario.wanted is Wanted.UNNOTICED
    return Outcome(name, Counter(scenarios=1, unnoticed=unnoticed), tuple(found))


def _live(past: Past, *, is_witnessed: bool) -> list[bytes]:
    """Two entries; stopped, and copied; two more, handed out; all of it told."""
    place, mutant = past.place, past.mutant
    lines = witnessed.named(place) if is_witnessed else []
    lines += run(keeping.backing_up, place, mutant=mutant)
    shutil.copytree(place.data, past.early)
    lines += run(_capturing(0, 2, stops=True), place, mutant=mutant)
    shutil.copytree(place.data, past.torn)
    lines += run(_capturing(2, 4, hands_out=True), place, mutant=mutant)
    return lines + (run(witnessed.cosigning, place, mutant=mutant) if is_witnessed else [])


def _capturing(
    start: int,
    stop: int,
    *,
    stops: bool = False,
    hands_out: bool = False,
    answering: Answering | None = Answering.ITSELF,
) -> Callable[[User], None]:
    """Capture some; *stops*: the process ends at once, its log not folded in."""

    def act(user: User) -> None:
        witnessed.neighbourly(user, answering or Answering.ITSELF)
        ledger = user.open()
        for data in user.place.stage.submissions[start:stop]:
            user.hear(ledger, capturing.capture(ledger, [data], actor="user"))
        if hands_out:
            keeping.hand_out(user, ledger)
        if stops:
            os._exit(0)
        ledger.database.dispose()

    return act


def _ask(
    place: Place,
    seen: Seen,
    wanted: Wanted,
    mutant: str | None,
    answering: Answering | None = None,
) -> list[str]:
    """Ask for one more entry, and say what is wrong with the answer."""
    lines = run(_capturing(6, 7, answering=answering), place, mutant=mutant)
    said = [json.loads(line) for line in lines]
    signed = [one for one in said if one["said"] == "ack"]
    if wanted is Wanted.UNNOTICED:
        return []
    if wanted is Wanted.PROGRESS and not signed:
        return [f"stuck: {one['why']}" for one in said if "why" in one] or ["stuck: silent"]
    if signed and wanted is not Wanted.SILENCE:
        after = recovery if answering is None else witnessed.cosigned_again
        return list(violations_after(place, seen, Workload(after), mutant))
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
