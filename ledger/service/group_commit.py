"""Group commit: what waits while one transaction runs shares the next.

A disk takes as long to make one entry durable as a thousand. So of the threads that have something
to commit one works at a time, for all that wait by then, and the others sleep until theirs is
done. Nobody is made to wait for company: a request that comes alone goes alone::

    group = GroupCommit(most=4 << 20)
    group.submit(request, len(request.data), work)    # work([request, others...]) -> an answer each
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from schemas.errors import Overloaded

# Who comes later than that is told to come again: it would wait longer than anybody listens.
MOST_WAITING = 1000

_Request = TypeVar("_Request")
_Answer = TypeVar("_Answer")


@dataclass(slots=True, eq=False)
class _Waiting(Generic[_Request, _Answer]):
    """A *request* of that *weight*; *woken* when it is dealt with, or is the one to work next."""

    request: _Request
    weight: int
    woken: threading.Event = field(default_factory=threading.Event)
    answers: list[_Answer] = field(default_factory=list)
    failure: BaseException | None = None


class GroupCommit:
    """Requests in the order in which they came.

    Those of one group weigh *most* together at most; one that weighs more goes alone.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._guard = threading.Lock()
        self._waiting: deque[_Waiting[Any, Any]] = deque()
        self._is_busy = False

    @property
    def waiting(self) -> int:
        """How many requests nobody works on yet."""
        return len(self._waiting)

    def submit(
        self,
        request: _Request,
        weight: int,
        work: Callable[[Sequence[_Request]], Sequence[_Answer]],
    ) -> _Answer:
        """What *work*, called here or in another thread's stead, answers to *request*.

        Raises: what *work* raised, in every thread whose request was in that group; Overloaded,
        nothing being begun, when too many wait.
        """
        mine: _Waiting[_Request, _Answer] = _Waiting(request, weight)
        with self._guard:
            if len(self._waiting) >= MOST_WAITING:
                raise Overloaded(f"{MOST_WAITING} requests wait already; send it again")
            self._waiting.append(mine)
            is_first, self._is_busy = not self._is_busy, True
        if not is_first:
            mine.woken.wait()
        if not mine.answers and mine.failure is None:
            self._work_for_all(work)
        if mine.failure is not None:
            raise mine.failure
        return mine.answers[0]

    def _work_for_all(self, work: Callable[[Sequence[Any]], Sequence[Any]]) -> None:
        """Deal with the first group that waits, then wake the first of the next."""
        with self._guard:
            group = self._take()
        try:
            for one, answer in zip(group, work([one.request for one in group]), strict=True):
                one.answers.append(answer)
        except BaseException as exc:
            for one in group:
                one.failure = exc
            raise
        finally:
            with self._guard:
                woken = [*group, *([self._waiting[0]] if self._waiting else ())]
                self._is_busy = len(woken) > len(group)
            for one in woken:
                one.woken.set()

    def _take(self) -> list[_Waiting[Any, Any]]:
        group = [self._waiting.popleft()]
        weight = group[0].weight
        while self._waiting and weight + self._waiting[0].weight <= self._most:
            group.append(self._waiting.popleft())
            weight += group[-1].weight
        return group
