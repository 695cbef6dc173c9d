"""Work for every core: one job on many inputs, in processes of their own, results in order.

Python runs one thread at a time, so what must use the whole machine (signatures, parsing) runs in
as many processes as there are cores. Jobs are given out a few ahead of whoever reads the results,
so that memory stays bounded however many inputs there are. What a job takes and gives is pickled:
plain tuples cost a third of what classes do. Workers end with their parent, however it ends, and
keep nothing of its terminal or pipe open.

    for window, audited in in_order(audit_window, windows):
        ...

A server, which has threads, forks no more: its helpers are started before them, and kept.
"""

import gc
import logging
import multiprocessing
import os
import signal
import socket
import struct
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from itertools import islice
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from queue import Empty, SimpleQueue
from typing import Any, TypeAlias, TypeVar

from schemas.errors import CannotOpen

# New containers between two collections of cycles. A batch makes tens of thousands of values and no
# cycles: looking for some after every 700, as Python does, costs a tenth of the time.
SELDOM = 500_000
# Inputs beside those being worked on: the next result is there when the last one is dealt with.
_AHEAD = 2
# Of a helper, for what takes seconds where it takes long.
_PATIENCE_S = 60
_FORKING = multiprocessing.get_context("fork")
_LOG = logging.getLogger(__name__)

_Pipe: TypeAlias = "Connection[Any, Any]"
_In = TypeVar("_In")
_Out = TypeVar("_Out")


def in_order(
    job: Callable[[_In], _Out],
    inputs: Iterable[_In],
    start: Callable[..., None] | None = None,
    *start_with: Any,  # noqa: ANN401 - whatever *start* takes
) -> Iterator[tuple[_In, _Out]]:
    """Each of *inputs* with what *job* makes of it, in their order.

    *start*, called with *start_with*, comes first in every process.
    Raises: CannotOpen when one of them was killed; what *job* raises.
    """
    workers = os.cpu_count() or 1
    with _explained(), _pool(workers, start, start_with) as pool, collecting_seldom():
        given = ((one, pool.submit(job, one)) for one in inputs)
        queue = deque(islice(given, workers + _AHEAD))
        while queue:
            one, future = queue.popleft()
            done = future.result()
            queue.extend(islice(given, 1))
            yield one, done


class Helpers:
    """Processes that are kept for work in parts, each behind a pipe; *start* comes first in each.

    To be made before there are threads: what is forked beside them may wait for ever for a lock
    that one of them held. One that is killed or hangs is given up, the others go on.
    Raises: OSError where no process can be had.
    """

    def __init__(self, count: int, start: Callable[..., None], *start_with: Any) -> None:  # noqa: ANN401 - as above
        self.start_with = start_with
        self._idle: SimpleQueue[_Pipe] = SimpleQueue()
        self._processes: dict[_Pipe, BaseProcess] = {}
        try:
            for _ in range(count):
                self._begin(start)
        except OSError:
            self.close()
            raise

    def _begin(self, start: Callable[..., None]) -> None:
        ours, theirs = _FORKING.Pipe()
        given = theirs, ours, start, self.start_with
        process = _FORKING.Process(target=_help, args=given, daemon=True)
        process.start()
        theirs.close()  # or the end of the process would not be the end of what it writes
        _limit(ours)
        self._processes[ours] = process
        self._idle.put(ours)

    @property
    def count(self) -> int:
        """How many there are by now."""
        return len(self._processes)

    def begin(self, job: Callable[[_In], _Out], given: _In) -> Callable[[], _Out | None] | None:
        """Have one do *job*; what then waits for its result, which is None if it could not.

        None if all are at work. Whoever begins waits for the result: it frees the helper.
        """
        try:
            pipe = self._idle.get_nowait()
        except Empty:
            return None
        try:
            pipe.send((job, given))
        except OSError as exc:
            self._give_up(pipe, exc)
            return None

        def finish() -> _Out | None:
            try:
                done: _Out | None = pipe.recv()
            except (EOFError, OSError) as exc:
                self._give_up(pipe, exc)
                return None
            self._idle.put(pipe)
            return done

        return finish

    def _give_up(self, pipe: _Pipe, why: Exception) -> None:
        if (process := self._processes.pop(pipe, None)) is not None:
            _LOG.warning("helpers=%s pid=%s why=%r", self.count, process.pid, why)
            process.kill()
            process.join()

    def close(self) -> None:
        """End them, whatever they do: it is done again by whoever waits for it."""
        while self._processes:
            _, process = self._processes.popitem()
            process.kill()
            process.join()


def _limit(pipe: _Pipe) -> None:
    """Let nothing that is written to *pipe* or read from it wait for longer than patience has."""
    limit = struct.pack("ll", int(_PATIENCE_S), int(_PATIENCE_S % 1 * 1_000_000))
    with socket.fromfd(pipe.fileno(), socket.AF_UNIX, socket.SOCK_STREAM) as end:
        for option in (socket.SO_SNDTIMEO, socket.SO_RCVTIMEO):
            end.setsockopt(socket.SOL_SOCKET, option, limit)


def _help(pipe: _Pipe, parents: _Pipe, start: Callable[..., None], start_with: Any) -> None:  # noqa: ANN401 - as above
    parents.close()
    _begin(start, start_with)
    with suppress(EOFError):
        while True:
            job, given = pipe.recv()
            try:
                done = job(given)
            except Exception:  # noqa: BLE001 - whoever asked does it itself, and meets it there
                done = None
            pipe.send(done)


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except BrokenProcessPool as exc:
        raise CannotOpen("a worker process was killed, perhaps for want of memory") from exc


@contextmanager
def _pool(
    workers: int, start: Callable[..., None] | None, start_with: tuple[Any, ...]
) -> Iterator[ProcessPoolExecutor]:
    pool = ProcessPoolExecutor(workers, initializer=_begin, initargs=(start, start_with))
    try:
        yield pool
    finally:
        # Whoever stops reading does not wait for what nobody will read.
        pool.shutdown(cancel_futures=True)


def _begin(start: Callable[..., None] | None, start_with: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the parent says what it does
    _let_go_of_output()
    end_with_parent()
    gc.freeze()  # what was inherited is never looked through, so its pages stay shared
    gc.set_threshold(SELDOM)
    if start is not None:
        start(*start_with)


def _let_go_of_output() -> None:
    """Whoever reads the parent's standard output sees its end when the parent's is closed."""
    if sys.__stdout__ is None:
        return  # was closed from the start: the number may be another file's by now
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.__stdout__.fileno())
    os.close(nowhere)


def end_with_parent() -> None:
    """End this process when the one that began it has ended, killed or not.

    A worker waits for its next job at a pipe that its siblings hold open too, so that without this
    none would ever see that nobody writes there any more. Nothing where Python began no process.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_await_end, args=(parent,), daemon=True).start()


def _await_end(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """Look for cycles of objects seldom while the block runs, in whatever threads others do."""
    with _changing:
        _usual.append(_usual[0] if _usual else gc.get_threshold())
        gc.set_threshold(SELDOM, *_usual[0][1:])
    try:
        yield
    finally:
        with _changing:
            usual = _usual.pop()
            if not _usual:
                gc.set_threshold(*usual)


def keep_for_good() -> None:
    """Look for no cycles among what is there by now: a server keeps its code until it ends.

    To go through all of it takes a tenth of a second, of whoever asks just then.
    """
    gc.collect()
    gc.freeze()


_changing = threading.Lock()
_usual: list[tuple[int, int, int]] = []  # what it was before, once for every block that runs
