"""GET /log: how the log stands, for everybody, and what this browser remembers of it.

The numbers are the server's word; that its newest head goes on from the last that this browser saw,
the browser works out itself (web/static/log).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Response

from ledger.service.public_log import Point, look_at_log
from web.access import ledger
from web.pages.frame import make_blueprint, page

blueprint = make_blueprint("logbook")

# The chart in its own units: as wide as a page of text, the rest in proportion.
WIDTH, HEIGHT = 720, 200
_TICKS = 4


@dataclass(frozen=True, slots=True)
class Chart:
    """A step line in WIDTH by HEIGHT: *path* as SVG has it, *area* closed below it.

    *days* are (x, moment) along the bottom, *sizes* (y, entries) along the side.
    """

    path: str
    area: str
    days: tuple[tuple[float, datetime], ...]
    sizes: tuple[tuple[float, int], ...]


@blueprint.get("/log")
def log() -> Response:
    """The log."""
    seen = look_at_log(ledger())
    chart = draw_growth(seen.growth)
    shown = (*seen.growth[: -1 : max(1, len(seen.growth) // 12)], *seen.growth[-1:])
    return page("log/page.html", seen=seen, chart=chart, shown=shown, vkey=ledger().vkey)


def draw_growth(growth: Sequence[Point]) -> Chart | None:
    """The chart of *growth*; None of fewer than two moments, which make no line."""
    if len(growth) < 2 or growth[0].at == growth[-1].at:
        return None
    first, most = growth[0].at, growth[-1].size
    lasted = growth[-1].at - first
    steps = [(_x((one.at - first) / lasted), _y(one.size / most)) for one in growth]
    path = f"M0 {HEIGHT}" + "".join(f"H{x}V{y}" for x, y in steps)
    parts = [n / _TICKS for n in range(_TICKS + 1)]
    return Chart(
        path,
        f"{path}V{HEIGHT}Z",
        tuple(
            (_x(part), first + timedelta(seconds=lasted.total_seconds() * part)) for part in parts
        ),
        tuple((_y(part), round(most * part)) for part in (0, 0.5, 1)),
    )


def _x(part: float) -> float:
    return round(part * WIDTH, 1)


def _y(part: float) -> float:
    return round((1 - part) * HEIGHT, 1)
