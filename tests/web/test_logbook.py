"""The page of the log: for everybody, and as much as the checkpoints tell."""

from datetime import UTC, datetime, timedelta

from ledger.service.public_log import Point
from tests.world import CHIPS
from web.pages.logbook import HEIGHT, WIDTH, draw_growth

BEGAN = datetime(2026, 3, 2, tzinfo=UTC)


def test_anybody_sees_how_the_log_stands(web):
    web.world.commission("fab", [f"{CHIPS}CANARY"])
    said = web.ask("/log").get_data(as_text=True)

    assert web.world.ledger.note().decode().splitlines()[2] in said
    assert "No witness cosigns this log" in said
    assert "CANARY" not in said


def test_growth_is_a_step_line_from_the_first_entry_to_the_last():
    days = [(0, 1), (5, 50), (10, 100)]
    chart = draw_growth([Point(BEGAN + timedelta(days=day), size) for day, size in days])

    assert f"M0 {HEIGHT}H0.0V198.0H360.0V100.0H{WIDTH}.0V0.0" == chart.path
    assert [(200.0, 0), (100.0, 50), (0.0, 100)] == list(chart.sizes)
    assert (BEGAN, BEGAN + timedelta(days=10)) == (chart.days[0][1], chart.days[-1][1])


def test_what_was_recorded_in_one_moment_makes_no_line():
    assert draw_growth([]) is None
    assert draw_growth([Point(BEGAN, 1), Point(BEGAN, 2)]) is None
