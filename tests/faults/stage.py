"""What faults are done to: small ledgers, and signed submissions that go into them.

They are made once a run, and every case works on a copy; the same seed gives the same bytes. A
submission that is sent again is spelled anew, as another client would write it.

    stages = Stages(folder, seed=1)
    with stages.copy("few") as place: ...
"""

import json
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from ledger.compose import Signer, compose
from ledger.keys import PrivateKey
from ledger.service.capture import capture
from schemas.envelope import encode_submission
from tests.bench.workload import BEGINNING, build_stage, chip, event, workload
from tests.bench.workload import Stage as Made
from tests.faults.checker import Seen

# How many entries each ledger has beside those that found it and enrol its parties.
FOUNDING = 16
LENGTHS = {"few": 4, "edge": 254 - FOUNDING, "tile": 240, "lots": 10, "other": 6}
SINGLES, BULK, FRESH = 6, 1_100, 400


@dataclass(frozen=True, slots=True)
class Place:
    """A copy of a ledger to do harm to: its *folder*, and its database unless that is in it.

    *told*: what its user has read since it was copied.
    """

    folder: Path
    stage: "Stage"
    url: str | None = None
    told: tuple[bytes, ...] = ()

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.folder / "data"

    def seen(self) -> Seen:
        """What is known of it before anything happens."""
        seen = Seen(self.stage.vkey)
        if self.stage.note:
            seen.notes.add(self.stage.note)
        for line in self.told:
            seen.hear(line)
        return seen


@dataclass(frozen=True, slots=True)
class Stage:
    """A ledger as it is before a fault, and what is captured then."""

    data: Path
    vkey: str
    note: str
    registrar: PrivateKey
    fab: Signer
    submissions: tuple[bytes, ...]
    fresh: tuple[bytes, ...]


class Stages:
    """The ledgers by name, below *folder*."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder = folder
        # The last is another ledger altogether, with keys of its own.
        seeds = dict.fromkeys(LENGTHS, seed) | {"other": seed + 1}
        self._made = {name: _make(folder / name, seeds[name], n) for name, n in LENGTHS.items()}

    def __getitem__(self, name: str) -> Stage:
        return self._made[name]

    @property
    def unfounded(self) -> Stage:
        """No ledger yet: nothing is known but who will found it."""
        few = self._made["few"]
        return replace(few, vkey="", note="", submissions=())

    @contextmanager
    def copy(self, name: str, *, empty: bool = False) -> Iterator[Place]:
        """A copy of the ledger *name*, gone at the end; *empty*: a place to found one in."""
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            stage = self._made[name]
            if not empty:
                shutil.copytree(stage.data, Path(folder) / "data")
            yield Place(Path(folder), self.unfounded if empty else stage)


def _make(folder: Path, seed: int, count: int) -> Stage:
    folder.mkdir()
    made = build_stage(folder / "data", seed)
    lines = [line.data for line in islice(workload(made, "single", range(1_000)), count)]
    if folder.name in {"tile", "lots"}:
        # Lists of serials and a withheld field as well: nothing of the truth is left out.
        lines += [line.data for line in workload(made, "mixed", range(2_000, 2_025))]
        lines.append(_withheld(made))
    capture(made.ledger, lines, actor="faults")
    # Of chips of their own, so that all are good at any moment.
    more = [line.data for line in workload(made, "single", range(1_000, 1_152))]
    stage = Stage(
        folder / "data",
        made.ledger.vkey,
        made.ledger.note().decode(),
        made.registrar,
        made.signers["fab"],
        tuple(more[:BULK]),
        tuple(more[BULK : BULK + FRESH]),
    )
    made.ledger.database.dispose()
    return stage


def _withheld(made: Made) -> bytes:
    draft = event("OBSERVE", "storing", "in_progress", "fab", [chip(1)])
    event_id = uuid.UUID(bytes=made.fresh(16), version=4).urn
    fields = ("bizLocation", "readPoint")
    return encode_submission(compose(draft, made.signers["fab"], event_id, BEGINNING, fields))


def respelled(data: bytes) -> bytes:
    """The same submission in other bytes."""
    said = json.loads(data)
    if "envelope" not in said:
        return json.dumps({"envelope": said}).encode()
    return json.dumps(dict(reversed(said.items())), indent=1).encode()
