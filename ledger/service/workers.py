"""Work for every core: one job on many inputs, in processes of their own, results in order.

Python runs one thread at a time, so what must use the whole machine (signatures, parsing) runs in
as many processes as there are cores. Jobs are given out a few ahead of whoever reads the results,
so that memory stays bounded however many inputs there are. What a job takes and gives is pickled:
plain tuples cost a third of what classes do.

    for window, audited in in_order(audit_window, windows):
        ...
"""

import gc
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import Any, TypeVar

# New containers between two collections of cycles. A batch makes tens of thousands of values and no
# cycles: looking for some after every 700, as Python does, costs a tenth of the time.
SELDOM = 500_000
# Inputs beside those being worked on: the next result is there when the last one is dealt with.
_AHEAD = 2

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
    """
    workers = os.cpu_count() or 1
    with (
        ProcessPoolExecutor(workers, initializer=_begin, initargs=(start, start_with)) as pool,
        collecting_seldom(),
    ):
        given = ((one, pool.submit(job, one)) for one in inputs)
        queue = deque(islice(given, workers + _AHEAD))
        while queue:
            one, future = queue.popleft()
            done = future.result()
            queue.extend(islice(given, 1))
            yield one, done


def _begin(start: Callable[..., None] | None, start_with: tuple[Any, ...]) -> None:
    gc.freeze()  # what was inherited is never looked through, so its pages stay shared
    gc.set_threshold(SELDOM)
    if start is not None:
        start(*start_with)


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """Look for cycles of objects seldom while the block runs."""
    usual = gc.get_threshold()
    gc.set_threshold(SELDOM, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
