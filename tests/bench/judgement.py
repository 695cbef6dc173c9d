"""Judgement: what it costs to say not only what happened, but what to make of it.

Every event of the goods says where, every shipment under what it is sent (profile ``placed``).
``appraisals`` are of items of which each has claims of its own; ``country_sets`` of circles at
borders, none asked for twice. The check of 10,000 serials, judged, is held against the bare query
of the same histories: which items the serials mean, their states, the entries that bear on them and
what was found on record. Capture in hundreds with receipts that are judged is held against the same
entries in bulk, which are not::

    times = check_times(filled, seed=1)
    times.judged_s / times.bare_s
"""

import itertools
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ledger.judge import Match
from ledger.location import appraise, terms_of
from ledger.service.capture import JUDGED_ENTRIES, capture, capture_stream
from ledger.service.lookup import find
from ledger.service.query import check
from ledger.service.sight import Sight
from ledger.service.views import load_views
from ledger.store import events, items
from ledger.view import OPERATOR
from ledger.whereabouts import check_location
from tests.bench.ingest import Filled, count_created
from tests.bench.witness import MeasuredALie
from tests.bench.workload import BEGINNING, STEPS, build_stage, chip, workload
from tests.geography import ATLAS

CHECKED = 10_000
_ROUNDS = 3
# Lo Wu, Woodlands, Basel, Macau, the Oresund: near all of them runs a border.
_BORDERS = ((22.53, 114.11), (1.45, 103.77), (47.56, 7.59), (22.21, 113.54), (55.57, 12.85))


def appraisals(filled: Filled, count: int = 2_000) -> tuple[int, float]:
    """(items appraised, seconds): the level of evidence of each, and all that does not fit.

    Raises: MeasuredALie.
    """
    ledger = filled.stage.ledger
    with ledger.snapshot() as (connection, tip):
        sight = Sight(connection, tip.registry, ledger.pack, OPERATOR, ledger.clock.now())
        seen = load_views(sight, [chip(number) for number in range(count)])
    views = [one.view for one in seen.values()]
    if len({id(view.claims) for view in views}) != count:
        raise MeasuredALie("items share their claims, so that they are appraised at once")
    start = time.perf_counter()
    terms = terms_of(ledger.pack, BEGINNING)
    found = [
        (
            appraise(view.claims, terms),
            check_location(view.state, view.claims, ledger.pack, ATLAS, BEGINNING),
        )
        for view in views
        if view.state is not None
    ]
    seconds = time.perf_counter() - start
    if len(found) != count or any(not one.latest or wrong for one, wrong in found):
        raise MeasuredALie("goods that are where they should be are appraised otherwise")
    return count, seconds


def country_sets(seed: int, count: int = 1_500) -> tuple[int, float]:
    """(circles, seconds) of the countries of each, of 1 km around a point near a border.

    Raises: MeasuredALie.
    """
    chance = random.Random(seed)
    around = itertools.islice(itertools.cycle(_BORDERS), count)
    points = [
        (lat + chance.uniform(-0.02, 0.02), lon + chance.uniform(-0.02, 0.02))
        for lat, lon in around
    ]
    start = time.perf_counter()
    found = [ATLAS.countries(*point, 1000) for point in points]
    seconds = time.perf_counter() - start
    if max(map(len, found)) < 2:
        raise MeasuredALie("no circle touches a border")
    return count, seconds


# Check --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CheckTimes:
    """Seconds, the medians of three in turn."""

    bare_s: float
    judged_s: float


def check_times(filled: Filled, seed: int) -> CheckTimes:
    """How long the histories of 10,000 serials take to read, and to check.

    Raises: MeasuredALie.
    """
    chosen = random.Random(seed).sample(range(filled.serial_events // STEPS), CHECKED)
    texts = [chip(number).rpartition("/")[2] for number in chosen]
    bare, judged = [], []
    for _ in range(_ROUNDS):
        bare.append(_time_of(lambda: _read(filled, texts)))
        judged.append(_time_of(lambda: _check(filled, texts)))
    return CheckTimes(statistics.median(bare), statistics.median(judged))


def _read(filled: Filled, texts: Sequence[str]) -> None:
    ledger = filled.stage.ledger
    with ledger.snapshot() as (connection, tip):
        named = [item for found in find(connection, texts).values() for item in found]
        sight = Sight(connection, tip.registry, ledger.pack, OPERATOR, ledger.clock.now())
        states = sight.outlooks(named)
        bearings = events.load_bearings(connection, items.load_ids(connection, named).values())
        indexes = {bearing.idx for bearing in bearings}
        told = events.load_events(connection, indexes)
        events.load_findings(connection, indexes)
    if (
        len(states) != len(texts)
        or len(bearings) != STEPS * len(texts)
        or len(told) != len(indexes)
    ):
        raise MeasuredALie(f"of {len(texts)} serials {len(bearings)} events are read")


def _check(filled: Filled, texts: Sequence[str]) -> None:
    checked = check(filled.stage.ledger, texts)
    if len(checked.lines) != len(texts) or checked.answers[Match.UNKNOWN]:
        raise MeasuredALie(f"of {len(texts)} serials the check answers {dict(checked.answers)}")


def _time_of(do: Callable[[], None]) -> float:
    start = time.perf_counter()
    do()
    return time.perf_counter() - start


# Receipts -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class IngestTimes:
    """Seconds of the same entries."""

    bulk_s: float
    judged_s: float


def ingest_times(folder: Path, seed: int, chips: int = 1_000) -> IngestTimes:
    """How long *chips* chips take in bulk, and with receipts that are judged.

    Raises: MeasuredALie.
    """
    taken = []
    for name in ("bulk", "judged"):
        stage = build_stage(folder / name, seed)
        lines = [line.data for line in workload(stage, "placed", range(chips))]
        start = time.perf_counter()
        if name == "bulk":
            batches = capture_stream(stage.ledger, lines, actor="bench")
        else:
            hundreds = (lines[n : n + JUDGED_ENTRIES] for n in range(0, len(lines), JUDGED_ENTRIES))
            batches = (capture(stage.ledger, some, actor="bench") for some in hundreds)
        acked = sum(count_created(outcomes) for outcomes in batches)
        taken.append(time.perf_counter() - start)
        if acked != len(lines):
            raise MeasuredALie(f"{len(lines)} submitted, {acked} acknowledged")
        stage.ledger.database.dispose()
    return IngestTimes(*taken)
