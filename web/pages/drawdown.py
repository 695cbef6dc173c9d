"""The draw-down of a licence as lines of a picture: what was left of it, from day to day.

    chart = draw_down(account.draws, 100, start, stop, now)
    <polyline points="{{ chart.line }}">

x grows with time from *start* to *stop*, y downwards; all in units of the picture.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ledger.service.directory import Draw

WIDTH, HEIGHT = 720, 260
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 16, 36


@dataclass(frozen=True, slots=True)
class Chart:
    """*line* are the points of what was left; *levels* and *days* what the axes are marked with.

    *today* is None where it is outside; *zero* is where nothing is left.
    """

    line: str
    levels: tuple[tuple[float, int], ...]
    days: tuple[tuple[float, datetime], ...]
    zero: float
    today: float | None
    marks: tuple[tuple[float, float, Draw], ...]


def draw_down(
    draws: Sequence[Draw], quantity: int, start: datetime, stop: datetime, now: datetime
) -> Chart:
    """What was left of *quantity* after each of *draws*, while the licence runs and until *now*."""
    start = min([start, *[draw.at for draw in draws]])
    end = max([stop, *[draw.at for draw in draws]])
    lefts = [quantity - draw.drawn for draw in draws]
    lowest, highest = min([0, *lefts]), max([quantity, *lefts])

    def x(at: datetime) -> float:
        return _between(LEFT, WIDTH - RIGHT, (at - start) / (end - start))

    def y(left: int) -> float:
        return _between(HEIGHT - BOTTOM, TOP, (left - lowest) / max(highest - lowest, 1))

    marks = tuple([(x(one.at), y(quantity - one.drawn), one) for one in draws])
    until = min(max(now, start), end)
    return Chart(
        line=_points(_steps(marks, x(start), y(quantity), x(until))),
        levels=tuple([(y(level), level) for level in _levels(lowest, highest)]),
        days=tuple([(x(day), day) for day in (start, start + (end - start) / 2, end)]),
        zero=y(0),
        today=x(now) if start <= now <= end else None,
        marks=marks,
    )


def _steps(
    marks: Iterable[tuple[float, float, Draw]], x: float, y: float, until: float
) -> Iterable[tuple[float, float]]:
    """Corners: it stays as it was until the next draw."""
    yield x, y
    for at, level, _ in marks:
        yield at, y
        yield at, level
        x, y = at, level
    yield max(x, until), y


def _levels(lowest: int, highest: int) -> list[int]:
    return sorted({lowest, 0, highest // 2, highest})


def _between(low: int, high: int, share: float) -> float:
    return round(low + (high - low) * share, 1)


def _points(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in points)
