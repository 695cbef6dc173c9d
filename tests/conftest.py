"""What holds for every test: temporary files, databases, how long a property may take."""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests import databases
from tests.databases import POSTGRESQL, SQLITE, Files, Server

# Most tests commit hundreds of times and ask nothing of the disk: memory spares them the waiting.
# What durability rests on (order of writes, settings read back) is asserted, not timed.
_MEMORY = Path("/dev/shm")
if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK):
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))
    if "TMPDIR" not in os.environ:
        tempfile.tempdir = str(_MEMORY)  # of properties, which make a folder for every example

# Workers and the programs that tests start load what was compiled once, whatever is set for others.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# A busy machine is no failure.
settings.register_profile("chiptrail", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("chiptrail")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Files that are named run in this process: done before others have started. None: xdist's."""
    return 0 if any(".py" in name for name in config.args) else None


# Databases -------------------------------------------------------------------------------------


def pytest_report_header() -> str:
    return f"databases: sqlite, {databases.missing() or 'postgresql'}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs PostgreSQL where there is none; where all is asked for, say so."""
    reason = databases.missing()
    chosen, left = [], []
    for item in items:
        (left if reason and item.get_closest_marker(POSTGRESQL) else chosen).append(item)
    if left and os.environ.get("CHIPTRAIL_REQUIRE_ALL") == "1":
        raise pytest.UsageError(f"{len(left)} tests cannot run: {reason}")
    items[:] = chosen
    config.hook.pytest_deselected(items=left)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    with databases.serve() as server:
        yield server


@pytest.fixture(
    scope="session", params=[SQLITE, pytest.param(POSTGRESQL, marks=pytest.mark.postgresql)]
)
def kind(request: pytest.FixtureRequest) -> Files | Server:
    """Where databases come from; a test that uses it runs once on every kind."""
    return Files() if request.param == SQLITE else request.getfixturevalue("postgresql")


@pytest.fixture
def url(kind: Files | Server) -> Iterator[str | None]:
    """A fresh database; None stands for the SQLite file that a ledger makes in its folder."""
    made = kind.create()
    yield made
    kind.drop(made)
