"""Every story begins with the same cast, and its proof is looked at when it has been told.

Each is told once on each kind of database.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.cast import CAST, MONDAY
from tests.stories.proof import check_proof
from tests.world import World


@pytest.fixture
def world(tmp_path: Path, url: str | None) -> Iterator[World]:
    """The cast, and nothing made yet."""
    told = World(tmp_path, checking=False, url=url)
    told.enroll_all(CAST)
    told.now = MONDAY
    yield told
    check_proof(told)
