"""The demo: a made-up world, really signed and really captured, to look around in.

Keys are generated, parties enrolled, and every line of the script is composed, signed with its
party's key and captured through the same services as any other. The ledger's clock walks through
the demo's dates, so everything is recorded as if it had been then. Example::

    for step in build_demo(Path("chiptrail-demo"), Plan(seed=None, chips=2000, now=now)):
        if isinstance(step, DemoWorld): print(step.sights)

The folder has ``demo.json`` beside the ledger: the mark that it may be replaced, and the sights.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import groupby
from os import urandom
from pathlib import Path
from random import Random
from typing import assert_never

from ledger import dsse
from ledger.compose import Signer
from ledger.keys import KeyFile, key_proof_message
from ledger.retraction import Error, retract
from ledger.service import keyring
from ledger.service.capture import capture
from ledger.service.clock import Clock
from ledger.service.demo.cast import CAST, LANDMARK, Player, prefixes
from ledger.service.demo.deeds import draft_of
from ledger.service.demo.script import Deed, Line, Retraction, Sight, Word, begin
from ledger.service.demo.twists import perform
from ledger.service.enrolment import Registrar
from ledger.service.founding import Foundation, found
from ledger.service.ledger import Ledger
from ledger.service.progress import Progress
from ledger.service.signing import sign, signer_at
from ledger.store.files import DataDirectory
from schemas import strict_json
from schemas.envelope import PayloadType, Submission, encode_submission, envelope_to_json
from schemas.errors import CannotOpen, ChiptrailError
from schemas.event import parse_event
from schemas.statement import CountryFact, Landmark, Subject
from schemas.statement import draft_of as statement_of
from schemas.strict_json import JSON
from schemas.transcript import Transcript, encode_transcript

MARK = "demo.json"
REGISTRAR = "urn:chiptrail:party:registrar"
# What is recorded within so long of each other is one batch.
_BATCH = timedelta(hours=8)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to build: at least 400 *chips*, over the months before *now* (aware).

    With a *seed*, all plans of one day (UTC) with so many chips give the same entries, signed with
    the same keys. Without one, keys, nonces and the ledger's name come from the system's
    randomness.
    """

    seed: int | None
    chips: int
    now: datetime

    @property
    def told_at(self) -> datetime:
        """When the story ends: now, or with a seed the beginning of the day."""
        now = self.now.astimezone(UTC)
        if self.seed is None:
            return now
        return now.replace(hour=0, minute=0, second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class DemoWorld:
    """What was built: the ledger, and what there is to see in it."""

    folder: Path
    origin: str
    vkey: str
    entries: int
    chips: int
    sights: tuple[Sight, ...]


class WalkingClock(Clock):
    """A clock that stands at *at* until it is set forward."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        super().__init__(self._read, self._read)

    def _read(self) -> float:
        return self.at.timestamp()


def build_demo(folder: Path, plan: Plan, url: str | None = None) -> Iterator[Progress | DemoWorld]:
    """Build the demo in *folder*, which must be new or empty, as must the database at *url*.

    Raises: CannotOpen.
    """
    if folder.exists() and any(folder.iterdir()):
        raise CannotOpen(f"{folder}: is not empty")
    script = begin(Random(plan.seed), plan.told_at, plan.chips)  # noqa: S311 - a story, no secret
    sights = perform(script)
    lines = script.in_order()
    stage = _Stage(folder, plan, url, lines[0].recorded_at - timedelta(days=20))
    done = 0
    for batch in _batches(lines):
        stage.play(batch)
        done += len(batch)
        yield Progress(done, len(lines))
    ledger = stage.ledger
    world = DemoWorld(
        folder, ledger.origin, ledger.vkey, ledger.head.size, plan.chips, tuple(sights)
    )
    _save(world)
    yield world


def _batches(lines: Sequence[Line]) -> Iterator[list[Line]]:
    for _, group in groupby(lines, key=lambda line: line.recorded_at.timestamp() // _BATCH.seconds):
        yield list(group)


class _Stage:
    """The ledger of the demo with everybody's keys."""

    def __init__(self, folder: Path, plan: Plan, url: str | None, opens_at: datetime) -> None:
        self._fresh = urandom if plan.seed is None else _bytes_from(plan)
        self._clock = WalkingClock(opens_at)
        origin = f"demo-{self._fresh(4).hex()}.chiptrail.example"
        try:
            (folder / "keys").mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as exc:
            raise CannotOpen(f"{folder}: {exc.strerror}") from exc
        keyring.write(folder / MARK, strict_json.dump({"chiptrailDemo": 1}))
        registrar = self._make_key(folder / "registrar.key", REGISTRAR)
        foundation = Foundation(origin, REGISTRAR, registrar.key)
        self.ledger: Ledger = found(
            DataDirectory(folder), foundation, url=url, clock=self._clock, fresh=self._fresh
        )
        self._clerk = Registrar(self.ledger, registrar.key, self._fresh)
        self._keys = {"registrar": KeyFile(REGISTRAR, registrar.key)}
        self._landmark = self._make_key(folder / "keys" / "landmark.key", "landmark").key
        public = self._landmark.public.raw
        self._clerk.say(statement_of(Landmark, **LANDMARK, public_key=public))
        self._signed: dict[str, Submission] = {}
        for name, player in CAST.items():
            self._enrol(name, player)
            if player.has_key:
                self._keys[name] = self._enrol_key(folder, name, player)

    def _make_key(self, path: Path, party: str) -> KeyFile:
        key = keyring.make_key_file(path, name=party, passphrase=None, fresh=self._fresh)
        return KeyFile(party, key)

    def _enrol(self, name: str, player: Player) -> None:
        made_up = "made up for the demo", date(2026, 1, 1)
        parent = None if player.parent is None else CountryFact(player.parent, *made_up)
        self._clerk.enroll_party(
            Subject(
                player.id,
                (player.name,),
                player.roles,
                prefixes(name),
                country=CountryFact(player.country, *made_up),
                ultimate_parent_country=parent,
            )
        )

    def _enrol_key(self, folder: Path, name: str, player: Player) -> KeyFile:
        made = self._make_key(folder / "keys" / f"{name}.key", player.id)
        public = made.key.public
        message = key_proof_message(self.ledger.origin, player.id, public.keyid)
        self._clerk.enroll_key(player.id, public.raw, made.key.sign(message))
        return made

    def play(self, batch: Sequence[Line]) -> None:
        """Sign and capture what was recorded together."""
        self._clock.at = batch[-1].recorded_at
        signers = {
            name: signer_at(self.ledger, self._keys[name], self._fresh)
            for name in dict.fromkeys(line.who for line in batch)
        }
        submissions = [encode_submission(self._sign(line, signers[line.who])) for line in batch]
        for outcome in capture(self.ledger, submissions, actor="demo"):
            if isinstance(outcome, ChiptrailError):
                raise outcome

    def _sign(self, line: Line, signer: Signer) -> Submission:
        match line:
            case Deed():
                draft, withheld = draft_of(line)
                if line.answered_ms is not None:
                    draft["chiptrail:transcripts"] = [self._measured(line, line.answered_ms)]
                signed = sign(draft, signer, line.recorded_at, withheld)
                if line.label is not None:
                    self._signed[line.label] = signed
                return signed
            case Word():
                named = {} if line.about is None else {"entry": self._identity(line.about)}
                stated = statement_of(line.kind, **line.said, **named)
                return sign(stated, signer, line.recorded_at)
            case Retraction():
                return self._retract(line, signer)
            case _:
                assert_never(line)

    def _measured(self, deed: Deed, answered_ms: float) -> JSON:
        said = Transcript(
            ledger=self.ledger.origin,
            answered_by=self._keys[deed.who].key.public.keyid,
            starts_at=deed.at - timedelta(seconds=2),
            ends_at=deed.at,
            round_trips=20,
            min_round_trip_ms=answered_ms,
        )
        kind = PayloadType.TRANSCRIPT
        return envelope_to_json(dsse.sign(encode_transcript(said), kind, self._landmark))

    def _retract(self, line: Retraction, signer: Signer) -> Submission:
        wrong, right = self._signed[line.wrong], self._signed[line.right]
        instead = parse_event(right.envelope.payload).event_id
        error = Error(line.recorded_at, "incorrect_data", (instead,))
        return retract(wrong.envelope.payload, wrong.lists, signer, error).signed(signer.key)

    def _identity(self, label: str) -> bytes:
        envelope = self._signed[label].envelope
        return dsse.identity_of(envelope.payload_type, envelope.payload)


def _bytes_from(plan: Plan) -> Callable[[int], bytes]:
    """A stream of bytes that follows from seed, number of chips and day: from what the story does.

    All three are in it so that one log key never signs two histories.
    """
    start = f"chiptrail/demo/v1 {plan.seed} {plan.chips} {plan.told_at:%Y-%m-%d}"
    count = 0

    def fresh(size: int) -> bytes:
        nonlocal count
        count += 1
        block = b""
        while len(block) < size:
            block += sha256(f"{start} {count} {len(block)}".encode()).digest()
        return block[:size]

    return fresh


# The mark --------------------------------------------------------------------------------


def _save(world: DemoWorld) -> None:
    value: dict[str, JSON] = {
        "chiptrailDemo": 1,
        "origin": world.origin,
        "vkey": world.vkey,
        "entries": world.entries,
        "chips": world.chips,
        "sights": [
            {"verdict": s.verdict, "serial": s.serial, "item": s.item, "why": s.why}
            for s in world.sights
        ],
    }
    keyring.write(world.folder / MARK, strict_json.dump(value) + b"\n")


def load_demo(folder: Path) -> DemoWorld | None:
    """The demo in *folder*; None where there is none, or it was not finished."""
    try:
        value = strict_json.load_object(keyring.read(folder / MARK), limit=1 << 20)
        sights = value["sights"]
        assert isinstance(sights, list)
        return DemoWorld(
            folder,
            str(value["origin"]),
            str(value["vkey"]),
            int(str(value["entries"])),
            int(str(value["chips"])),
            tuple(Sight(**sight) for sight in sights if isinstance(sight, dict)),  # type: ignore[arg-type]  # our own file
        )
    except (ChiptrailError, KeyError):
        return None


def is_demo(folder: Path) -> bool:
    """Whether *folder* has the mark of a demo, finished or not."""
    try:
        return b'"chiptrailDemo":1' in keyring.read(folder / MARK)
    except CannotOpen:
        return False


def remove_demo(folder: Path) -> None:
    """Remove the demo in *folder*, finished or not.

    Raises: CannotOpen when it is no demo.
    """
    if not is_demo(folder):
        raise CannotOpen(f"{folder}: is no demo, and is not replaced; choose another --data")
    shutil.rmtree(folder)
