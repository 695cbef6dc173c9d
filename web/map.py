"""A map of a journey as SVG, drawn on the server: it prints, and needs no script to be seen.

Outlines under it, then circles of uncertainty, the shortest ways, and numbered stops; a suspect way
is dashed and says how fast it would have been. Colours and sizes are the style sheet's. Plate
carrée, its width shortened as at the middle latitude; half a pixel is a unit::

    draw_map(journey, outline_of, Words(title, desc, name_of, told))

Windows reach over the antimeridian: longitudes are taken around the middle of what is shown.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from math import cos, hypot, radians, sin, tau
from typing import Any

from ledger.geodesy import Circle, Point, rim, way
from ledger.journey import Journey, Stop, Way
from web.outline import DETAILS, Outline, Piece

WIDTH, LEAST_HEIGHT, MOST_HEIGHT = 1600, 520, 900
_MOST_STOPS = 150
_LEAST_DEGREES = 0.8
_MARGIN = 1.3
_POLE = 84.0
_MARK = 60
"""How far the middles of two marks are apart at least."""
_NAMES = 12
_WORLD = ((-50, 75), range(-170, 180, 10))
_WIDEST_RIM_M = 3_000_000
"""Wider circles would go around a pole or the world; they say nothing that a map could show."""

Spot = tuple[float, float]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Words:
    """What a map says: its *title* and *desc*; names of countries, and what is told of a stop."""

    title: str
    desc: str
    name_of: Callable[[str], str]
    told: Callable[[Stop], str]
    speed: Callable[[Way], str]


@dataclass(frozen=True, slots=True)
class View:
    """What is shown: degrees around *middle* (latitude, longitude), units for a degree of each."""

    middle: Point
    across: float
    down: float
    height: int

    def at(self, point: Point) -> Spot:
        """Where *point* is on the map, in units from the upper left."""
        latitude, longitude = point
        east = (longitude - self.middle[1] + 180) % 360 - 180
        return (
            WIDTH / 2 + east * self.across,
            self.height / 2 - (latitude - self.middle[0]) * self.down,
        )

    def window(self, margin: float) -> Box:
        """West, south, east and north, *margin* units beyond the edge."""
        wide, high = (
            (WIDTH / 2 + margin) / self.across,
            (self.height / 2 + margin) / self.down,
        )
        latitude, longitude = self.middle
        wide = min(wide, 180.0)
        return longitude - wide, latitude - high, longitude + wide, latitude + high

    @property
    def detail(self) -> float:
        """How coarse the outlines may be."""
        return next((one for one in DETAILS if one <= 2 / self.down), DETAILS[-1])


def draw_map(journey: Journey, outline_of: Callable[[float], Outline], words: Words) -> str:
    """The map of *journey*; *outline_of* gives the outlines with one of ``DETAILS``."""
    stops = [stop for stop in journey.stops if stop.circle is not None][-_MOST_STOPS:]
    numbers = {stop.number for stop in stops}
    ways = [one for one in journey.ways if {one.start.number, one.end.number} <= numbers]
    view = view_of(_shown(stops, ways))
    pieces = _pieces(view, outline_of)
    marks = _marks(stops, view)
    spots = [at for _, _, at in marks]
    parts = [
        _head(view, words),
        f'<path class="land" d="{_land(pieces, view)}"/>',
        *_names(pieces, view, words.name_of, spots),
        *(_rim(stop.circle, view) for stop in stops if stop.circle is not None),
        *(_line(one, view) for one in ways),
        *(_leader(there, at) for _, there, at in marks if there != at),
        *(_mark(stop, at, words.told(stop)) for stop, _, at in marks),
        *_speeds([one for one in ways if one.is_suspect], view, words.speed, spots),
        "</svg>",
    ]
    return "\n".join(part for part in parts if part)


def draw_spot(
    point: Point | None, wide: float, outline_of: Callable[[float], Outline], words: Words
) -> str:
    """The map of *wide* degrees around *point*, which is marked on it; without one the world."""
    points = (
        () if point is None else [(point[0], point[1] + half) for half in (-wide / 2, wide / 2)]
    )
    view = view_of(points)
    pieces, spots = _pieces(view, outline_of), [view.at(point)] if point else []
    parts = [
        _head(view, words),
        f'<path class="land" d="{_land(pieces, view)}"/>',
        *_names(pieces, view, words.name_of, spots),
        *(f'<circle class="dot" cx="{x:.0f}" cy="{y:.0f}" r="9"/>' for x, y in spots),
        "</svg>",
    ]
    return "\n".join(part for part in parts if part)


def _pieces(view: View, outline_of: Callable[[float], Outline]) -> tuple[Piece, ...]:
    return tuple(outline_of(view.detail).within(*view.window(4)))


def _head(view: View, words: Words) -> str:
    degrees = f"{view.middle[0]:.5f} {view.middle[1]:.5f} {view.across:.3f} {view.down:.3f}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="map" viewBox="0 0 {WIDTH} {view.height}"'
        f' data-view="{degrees}" role="img" aria-labelledby="map-title map-desc">'
        f'<title id="map-title">{escape(words.title)}</title>'
        f'<desc id="map-desc">{escape(words.desc)}</desc>'
        f'<rect class="sea" width="{WIDTH}" height="{view.height}"/>'
    )


# What is shown ------------------------------------------------------------------------------------


def _shown(stops: Iterable[Stop], ways: Iterable[Way]) -> Iterator[Point]:
    for stop in stops:
        if stop.circle is not None:
            yield stop.circle[:2]
            yield from rim(stop.circle) if stop.circle.radius_m < _WIDEST_RIM_M else ()
    for one in ways:
        yield from _path(one)


def _path(one: Way) -> tuple[Point, ...]:
    assert one.start.circle is not None  # only what has coordinates is on a way
    assert one.end.circle is not None
    return way(one.start.circle, one.end.circle)


def view_of(points: Iterable[Point]) -> View:
    """The view that shows *points*, with some room around them; without any the world."""
    latitudes, longitudes = zip(*points, strict=True) if (points := [*points]) else _WORLD
    south, north = max(-_POLE, min(latitudes)), min(_POLE, max(latitudes))
    west, wide = _narrowest(longitudes)
    middle = (south + north) / 2
    ratio = max(0.4, cos(radians(middle)))
    high = max(_LEAST_DEGREES, (north - south) * _MARGIN)
    wide = min(360.0, max(_LEAST_DEGREES * 1.6 / ratio, wide * _MARGIN))
    down = max(min(WIDTH / (wide * ratio), MOST_HEIGHT / high), WIDTH / (360 * ratio))
    height = int(max(LEAST_HEIGHT, min(MOST_HEIGHT, high * down)))
    # The poles are the ends of the map: it is moved from them, and never shows what is beyond.
    room = max(0.0, 90 - height / 2 / down)
    return View((max(-room, min(room, middle)), west), down * ratio, down, height)


def _narrowest(longitudes: Sequence[float]) -> tuple[float, float]:
    """The middle of the least stretch that has all *longitudes*, and how wide that is."""
    around = sorted({longitude % 360 for longitude in longitudes})
    gaps = [(after - before, after) for before, after in pairwise((*around, around[0] + 360))]
    gap, first = max(gaps)
    wide = 360 - gap
    return (first + wide / 2 + 180) % 360 - 180, wide


# Countries ----------------------------------------------------------------------------------------


def _land(pieces: Iterable[Piece], view: View) -> str:
    least = 3 / view.down
    return "".join(_ring(ring, view) for piece in pieces for ring in piece.rings(least))


def _ring(ring: Any, view: View) -> str:  # noqa: ANN401 - an array, which comes without types
    """A closed line as relative steps in whole units; "" if it is smaller than it would be seen."""
    latitude, longitude = view.middle
    ring[:, 0] = WIDTH / 2 + (ring[:, 0] - longitude) * view.across
    ring[:, 1] = view.height / 2 - (ring[:, 1] - latitude) * view.down
    whole = ring.round().astype(int)
    steps = whole[1:] - whole[:-1]
    steps = steps[steps.any(axis=1)]
    if len(steps) < 3:
        return ""
    told = " ".join(map(str, steps[:-1].ravel().tolist())).replace(" -", "-")
    return f"M{whole[0][0]} {whole[0][1]}l{told}z"


def _names(
    pieces: Iterable[Piece], view: View, name_of: Callable[[str], str], taken: Iterable[Spot]
) -> Iterator[str]:
    """The names of countries where there is room for them, the largest first."""
    boxes = _boxes(taken)
    count = 0
    for piece in sorted(pieces, key=lambda piece: -piece.area):
        if count == _NAMES or not piece.code:
            continue
        x, y = view.at(piece.inside)
        name = name_of(piece.code)
        box = _box(name, x, y)
        is_wide = piece.wide * view.across > box[2] - box[0] and piece.high * view.down > 30
        if is_wide and _is_free(box, boxes, view):
            boxes.append(box)
            count += 1
            yield f'<text class="country" x="{x:.0f}" y="{y:.0f}">{escape(name)}</text>'


def _is_free(box: Box, others: Iterable[Box], view: View) -> bool:
    left, top, right, bottom = box
    if left < 0 or top < 0 or right > WIDTH or bottom > view.height:
        return False
    return all(right < a or left > c or bottom < b or top > d for a, b, c, d in others)


# Ways and stops -----------------------------------------------------------------------------------


def _rim(circle: Circle, view: View) -> str:
    """The circle around a stop; nothing where its mark hides it, or it is wider than the map."""
    size = circle.radius_m / 111_000 * view.down
    if size < _MARK / 2 or circle.radius_m >= _WIDEST_RIM_M:
        return ""
    points = rim(circle)
    return f'<path class="rim" d="{_steps((*points, points[0]), view)}"/>'


def _line(one: Way, view: View) -> str:
    kind = "way suspect" if one.is_suspect else "way"
    return f'<path class="{kind}" d="{_steps(_path(one), view)}"/>'


def _steps(points: Iterable[Point], view: View) -> str:
    """A line through *points*, broken where it goes on at the other edge, or beyond a pole."""
    told, before = "", float("inf")
    for x, y in map(view.at, points):
        told += f"{'L' if abs(x - before) < 90 * view.across else 'M'}{x:.0f} {y:.0f}"
        before = x
    return told


def _marks(stops: Iterable[Stop], view: View) -> list[tuple[Stop, Spot, Spot]]:
    """Each stop, where it is, and where its mark goes so that no mark hides another."""
    placed: list[tuple[Stop, Spot, Spot]] = []
    for stop in stops:
        assert stop.circle is not None  # the others are not on the map
        there = view.at(stop.circle[:2])
        tried = [spot for spot in _around(there) if _is_inside(spot, view)]
        marks = [mark for _, _, mark in placed]
        free = (one for one in tried if _is_apart(one, marks))
        placed.append((stop, there, next(free, there)))
    return placed


def _is_apart(spot: Spot, others: Iterable[Spot]) -> bool:
    return all(hypot(spot[0] - x, spot[1] - y) >= _MARK for x, y in others)


def _around(spot: Spot) -> Iterator[Spot]:
    yield spot
    for distance in range(_MARK + 4, 6 * _MARK, _MARK):
        for turn in range(12):
            angle = tau * turn / 12
            yield spot[0] + distance * cos(angle), spot[1] - distance * sin(angle)


def _is_inside(spot: Spot, view: View) -> bool:
    return 20 <= spot[0] <= WIDTH - 20 and 20 <= spot[1] <= view.height - 20


def _leader(there: Spot, at: Spot) -> str:
    (x, y), (right, down) = there, at
    return (
        f'<path class="leader" d="M{x:.0f} {y:.0f}L{right:.0f} {down:.0f}"/>'
        f'<circle class="dot" cx="{x:.0f}" cy="{y:.0f}" r="5"/>'
    )


def _mark(stop: Stop, at: Spot, told: str) -> str:
    kind, (x, y) = stop.level.value if stop.is_held else "stranger", at
    return (
        f'<g class="stop {kind}"><title>{escape(told)}</title>'
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="18"/>'
        f'<text x="{x:.0f}" y="{y:.0f}">{stop.number}</text></g>'
    )


def _speeds(
    ways: Iterable[Way], view: View, speed: Callable[[Way], str], taken: Iterable[Spot]
) -> Iterator[str]:
    """How fast each suspect way would have been, where there is room along it."""
    boxes = _boxes(taken)
    for one in ways:
        points, told = _path(one), speed(one)
        for part in (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8):
            x, y = view.at(points[int(part * (len(points) - 1))])
            box = _box(told, x, y)
            if _is_free(box, boxes, view):
                boxes.append(box)
                yield f'<text class="speed" x="{x:.0f}" y="{y:.0f}">{escape(told)}</text>'
                break


def _boxes(marks: Iterable[Spot]) -> list[Box]:
    return [(x - 20, y - 20, x + 20, y + 20) for x, y in marks]


def _box(text: str, x: float, y: float) -> Box:
    """What *text* covers around its middle; letters of Chinese are twice as wide."""
    half = 7.5 * sum(2 if ord(letter) > 0x2E80 else 1 for letter in text)
    return x - half, y - 24, x + half, y + 10
