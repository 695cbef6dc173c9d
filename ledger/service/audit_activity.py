"""Audit the activity: ids without a gap, requests that continue each other, their checkpoints.

A request is recorded at the time of its checkpoint, which it may share with those that came after
it. One that added nothing is no earlier than the entry before it; the next one may be earlier,
where the clock went back.

That somebody looked, or changed an account, added nothing and says what instead.

    for text in activity_problems(heads, requests): ...
"""

from collections.abc import Iterator

from ledger.store.activity import ACCOUNT, LOOK, SHARED, ActivityRow
from ledger.store.log import CheckpointRow


def activity_problems(
    heads: Iterator[CheckpointRow], requests: Iterator[ActivityRow]
) -> Iterator[str]:
    """A line for what does not fit: *heads* by size, *requests* by id, both from the first."""
    head, size, last_at = next(heads, None), 0, 0
    for number, row in enumerate(requests):
        stop = size if row.act in (LOOK, ACCOUNT) else _stop_of(row.ref, size)
        if row.id != number or stop is None:
            yield f"activity {number}: missing, or not what came after {size} entries"
            return
        while stop > size and head is not None and head.size < stop:
            yield f"checkpoint {head.size}: no activity led to it"
            head = next(heads, None)
        is_shared = row.act.endswith(SHARED)
        if stop > size and head is not None and (head.size == stop or is_shared):
            last_at = head.signed_at
            if row.at != last_at:
                yield f"activity {row.id}: time is not that of checkpoint {head.size}"
            head = next(heads, None) if head.size == stop else head
        elif stop > size:
            yield f"checkpoint {stop}: missing, activity {row.id} led to it"
        elif row.at < last_at:
            yield f"activity {row.id}: earlier than the entry before it"
        size = stop
    if head is not None:
        yield f"checkpoint {head.size}: no activity led to it"


def _stop_of(ref: str, start: int) -> int | None:
    """The end of *ref*, ``[start, stop)``; None when it is no such thing."""
    stop = ref.removeprefix(f"[{start}, ").removesuffix(")")
    if not (stop.isdecimal() and ref == f"[{start}, {stop})" and stop == str(int(stop))):
        return None
    return int(stop) if int(stop) >= start else None
