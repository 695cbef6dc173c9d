"""Every story begins with the same cast, and its proof is looked at when it has been told.

Each is told once on each kind of database.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.openings import opened
from tests.stories.cast import CAST, MONDAY
from tests.stories.proof import check_proof
from tests.world import World


def assembled(world: World) -> None:
    """The cast, on Monday."""
    world.enroll_all(CAST)
    world.now = MONDAY


@pytest.fixture
def world(tmp_path: Path, url: str | None) -> Iterator[World]:
    """The cast, and nothing made yet."""
    told = opened(tmp_path, assembled, checking=False, url=url)
    yield told
    check_proof(told)
