"""A database of the store, on each kind, empty and with a row in every truth table."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.store.database import Database
from tests.ledger.store import truth


@pytest.fixture
def database(tmp_path: Path, url: str | None) -> Iterator[Database]:
    opened = Database.open(url or f"sqlite:///{tmp_path / 'test.sqlite3'}")
    yield opened
    opened.dispose()


@pytest.fixture
def filled(database: Database) -> Database:
    """One row in every truth table."""
    truth.fill(database)
    return database
