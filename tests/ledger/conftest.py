"""A demo, built once for all tests that only read it."""

from datetime import UTC, datetime

import pytest

from ledger.service.demo import DemoWorld, Plan, build_demo

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def shown_world(tmp_path_factory: pytest.TempPathFactory) -> DemoWorld:
    """A small demo, only to be read."""
    folder = tmp_path_factory.mktemp("demo") / "world"
    *_, world = build_demo(folder, Plan(seed=1, chips=400, now=NOW))
    assert isinstance(world, DemoWorld)
    return world
