"""The program that faults happen to: Chiptrail's own services, in a process of their own.

A workload opens a ledger and works as a server or a command does; what its user would read goes
down a pipe, a line of JSON each, at the moment when it is read. The process is forked from one
that has loaded everything, and waits to be let go, so that strace can be attached to it first.

    lines = run(singles, place)
    lines = run(singles, place, attach=["inject=fsync:signal=SIGKILL:when=3"])
"""

import ctypes
import json
import os
import resource
import select
import signal
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger.service import capture as capturing
from ledger.service import publish as publishing
from ledger.service.audit import AuditReport, audit
from ledger.service.capture import Outcome, Receipt
from ledger.service.clock import Clock
from ledger.service.enrolment import Registrar
from ledger.service.founding import Foundation, found
from ledger.service.ledger import Ledger
from ledger.store import sqlite
from ledger.store.files import DataDirectory
from schemas.errors import CannotOpen, ChiptrailError
from schemas.statement import Role, Subject
from tests.bench.workload import ORIGIN, party, ticking
from tests.faults import mutants
from tests.faults.stage import SINGLES, Place, respelled
from tests.faults.strace import Tracer

_ANY_TRACER = 0x59616D61, ctypes.c_ulong(-1)


@dataclass(frozen=True, slots=True)
class User:
    """Who works with the ledger at *place*, and writes down at *pipe* what it is told."""

    place: Place
    pipe: int

    def tell(self, said: str, **more: Any) -> None:
        """Write down one thing in one go: it is told whole or not at all."""
        os.write(self.pipe, json.dumps({"said": said, **more}).encode() + b"\n")

    def open(self, clock: Clock | None = None, *, is_aloud: bool = True) -> Ledger:
        """The ledger; why it is read-only is told if *is_aloud*."""
        ledger = Ledger.open(DataDirectory(self.place.data), self.place.url, clock or ticking())
        if ledger.stopped is not None and is_aloud:
            self.tell("refused", why=ledger.stopped)
        return ledger

    def hear(self, ledger: Ledger, outcomes: list[Outcome]) -> None:
        """Write down each ack, then the checkpoint that is served with it."""
        for outcome in outcomes:
            if isinstance(outcome, Receipt):
                self.tell(
                    "ack",
                    identity=outcome.identity.hex(),
                    index=outcome.index,
                    at=round(outcome.recorded_at.timestamp() * 1000),
                    size=outcome.size,
                )
            else:
                self.tell("refused", why=str(outcome))
        self.tell("note", note=ledger.note().decode())


def singles(user: User) -> None:
    """A few submissions, each captured by itself."""
    ledger = user.open()
    for data in user.place.stage.submissions[:SINGLES]:
        user.hear(ledger, capturing.capture(ledger, [data], actor="user"))
    ledger.database.dispose()


def shared(user: User) -> None:
    """The same by threads of one process at once, whose requests share transactions."""
    ledger = user.open()

    def submit(data: bytes) -> None:
        user.hear(ledger, capturing.capture(ledger, [data], actor="user"))

    with ThreadPoolExecutor(SINGLES) as threads:
        list(threads.map(submit, user.place.stage.submissions[:SINGLES]))
    ledger.database.dispose()


def wrapping(user: User) -> None:
    """The same with a log that is folded in and begun anew every few pages, not every thousand."""
    sqlite._PRAGMAS["wal_autocheckpoint"] = ("24", 24)
    singles(user)


def bulk(user: User) -> None:
    """More than a thousand submissions, admitted in processes of their own."""
    ledger = user.open()
    for outcomes in capturing.capture_stream(ledger, user.place.stage.submissions, actor="user"):
        user.hear(ledger, outcomes)
    ledger.database.dispose()


def published(user: User) -> None:
    """Some are captured and published, some more, and published again."""
    ledger = user.open()
    for data in user.place.stage.submissions[:2]:
        user.hear(ledger, capturing.capture(ledger, [data], actor="user"))
        for _ in publishing.publish(ledger, user.place.data / "public", entries=True):
            pass
    ledger.database.dispose()


def founding(user: User) -> None:
    """A ledger is founded: keys, an empty database migrated, genesis, operator."""
    key = user.place.stage.registrar
    foundation = Foundation(ORIGIN, party("registrar"), key)
    ledger = found(DataDirectory(user.place.data), foundation, url=user.place.url, clock=ticking())
    user.tell("note", note=ledger.note().decode())
    ledger.database.dispose()


def migrating(user: User) -> None:
    """Projections of an older version are made anew as the ledger is opened."""
    ledger = user.open()
    user.hear(ledger, capturing.capture(ledger, [user.place.stage.submissions[0]], actor="user"))
    ledger.database.dispose()


def recovery(user: User) -> None:
    """After a fault: all is sent again in other bytes, then something new; then an audit."""
    ledger = user.open()
    before = user.place.stage.submissions[: SINGLES if user.place.url is None else 0]
    for data in [*map(respelled, before), *user.place.stage.fresh[:1]]:
        user.hear(ledger, capturing.capture(ledger, [data], actor="user"))
    _audit(user, ledger)
    if (user.place.data / "public").exists():
        for _ in publishing.publish(ledger, user.place.data / "public", entries=True):
            pass
    ledger.database.dispose()


def founded(user: User) -> None:
    """After a fault in founding: found again, which takes it up, and enrol somebody."""
    directory, key = DataDirectory(user.place.data), user.place.stage.registrar
    foundation = Foundation(ORIGIN, party("registrar"), key)
    try:
        ledger = found(directory, foundation, clock=ticking())
    except CannotOpen:  # it was done
        ledger = user.open()
    before = ledger.head.size
    receipt = Registrar(ledger, key).enroll_party(Subject(party("fab"), ("Fab",), (Role.MAKER,)))
    if receipt.index != before:
        user.tell("problem", why="stuck: nothing was recorded")
    user.hear(ledger, [receipt])
    _audit(user, ledger)
    ledger.database.dispose()


def _audit(user: User, ledger: Ledger) -> None:
    for step in audit(ledger):
        if isinstance(step, AuditReport):
            for problem in step.problems:
                user.tell("problem", why=f"audit: {problem}")


@dataclass(frozen=True, slots=True)
class Workload:
    """What is done (*act*) to the ledger *stage*, and how it goes on after a fault (*after*).

    *prepare* makes it what *act* finds, and gives what its user has read by then; *is_mending*:
    that is broken, and whole only once *after* has been done.
    """

    act: Callable[[User], None]
    stage: str = "few"
    after: Callable[[User], None] = recovery
    is_empty: bool = False
    is_mending: bool = False
    prepare: Callable[[Place], list[bytes]] | None = None


# Running ---------------------------------------------------------------------------------------


class Program:
    """A process that is *act* for a user; it waits to be let go.

    *attach*: expressions for strace, *trace*: where its lines go; *most_bytes*: no file grows
    beyond, as a full disk has it.
    """

    def __init__(
        self,
        act: Callable[[User], None],
        place: Place,
        *,
        attach: list[str] | None = None,
        trace: Path | None = None,
        mutant: str | None = None,
        most_bytes: int | None = None,
    ) -> None:
        self._out, into = os.pipe()
        gate, self._gate = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._out)
            os.close(self._gate)
            _be(act, User(place, into), gate, mutant, most_bytes)
        os.close(into)
        os.close(gate)
        self._tracer = Tracer(self.pid, attach, trace) if attach is not None else None

    def let_go(self) -> None:
        """Let it begin."""
        os.write(self._gate, b"!")

    def wait_for_a_line(self) -> None:
        """Return when it has said something, or ended."""
        select.select([self._out], [], [])

    def lines(self) -> list[bytes]:
        """All that it said, when it has ended; a line that was cut short nobody has read."""
        data = b"".join(iter(lambda: os.read(self._out, 1 << 16), b""))
        os.waitpid(self.pid, 0)
        if self._tracer is not None:
            self._tracer.end()
        os.close(self._gate)
        os.close(self._out)
        return data.split(b"\n")[:-1]


def run(act: Callable[[User], None], place: Place, **more: Any) -> list[bytes]:
    """The lines that the user of *act* wrote down until it ended, was killed, or gave up.

    *more* is as ``Program`` takes it.
    """
    program = Program(act, place, **more)
    program.let_go()
    return program.lines()


def _be(
    act: Callable[[User], None], user: User, gate: int, mutant: str | None, most_bytes: int | None
) -> None:
    """The life of the subject; never returns."""
    try:
        ctypes.CDLL(None).prctl(*_ANY_TRACER)  # its tracer is a sibling
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        if mutant is not None:
            mutants.plant(mutant)
        if most_bytes is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
        os.read(gate, 1)
        act(user)
    except ChiptrailError as exc:
        user.tell("refused", why=f"{type(exc).__name__}: {exc}")
    except BaseException as exc:  # noqa: BLE001 - whatever it was, it is told
        user.tell("crash", why=repr(exc), where=traceback.format_exc(limit=-3))
    finally:
        os._exit(0)
