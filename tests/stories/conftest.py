"""Every story begins with the same cast, and its proof is looked at when it has been told.

Each is told once on each kind of database.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ledger.store.database import Database
from tests.openings import opened
from tests.stories.cast import CAST, MONDAY
from tests.stories.proof import check_proof
from tests.world import World


def assembled(world: World) -> None:
    """The cast, on Monday."""
    world.enroll_all(CAST)
    world.now = MONDAY


_MADE: dict[str, dict[str, tuple[str, str]]] = {}


def _made_once(
    database: Database, make: Callable[..., dict[str, tuple[str, str]]] = Database.make_triggers
) -> dict[str, tuple[str, str]]:
    kind = database.url.partition(":")[0]
    if kind not in _MADE:
        _MADE[kind] = make(database)
    return _MADE[kind]


@pytest.fixture(autouse=True)
def triggers_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an audit compares triggers with takes half its time to make; its own tests make it."""
    monkeypatch.setattr(Database, "make_triggers", _made_once)


@pytest.fixture
def world(tmp_path: Path, url: str | None) -> Iterator[World]:
    """The cast, and nothing made yet."""
    told = opened(tmp_path, assembled, checking=False, url=url)
    yield told
    check_proof(told)
