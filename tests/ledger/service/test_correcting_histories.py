"""Corrections, replayed where they touch, are a full fold of all that counts.

``DEEP=1`` tells 5,000 histories with some 20,000 corrections, in half an hour; ``SEED`` is theirs::

    DEEP=1 SEED=1 pytest tests/ledger/service/test_correcting_histories.py -s -m "not postgresql"
"""

import os
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from ledger.service import rebuild as rebuild_module
from ledger.service.rebuild import rebuild
from ledger.store import comparison
from ledger.store.database import Database
from tests.ledger.service.corrected_ledger import Desk

IS_DEEP = os.environ.get("DEEP") == "1"
SEED = int(os.environ.get("SEED", "1"))
HISTORIES = settings(
    max_examples=5_000 if IS_DEEP else 20,
    phases=[Phase.generate] if IS_DEEP else settings.default.phases,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory, kind):
    """A ledger that took histories with corrections, each compared with the model."""
    url = kind.create()
    desk = Desk(tmp_path_factory.mktemp("corrected"), url)

    @seed(SEED)
    @HISTORIES
    @given(st.randoms(use_true_random=False))
    def tell(rng):
        desk.compare(desk.tell(rng))

    tell()
    print(f"{desk.count} histories, {desk.corrections} corrections, seed {SEED}")
    yield desk
    desk.world.ledger.database.dispose()
    kind.drop(url)


def test_what_is_stored_is_the_fold_of_all_that_counts(desk):
    assert desk.corrections > desk.count


@pytest.mark.parametrize("held", [1, 7, 20_000])
def test_a_rebuild_gives_the_same_rows_however_it_is_cut(desk, tmp_path, monkeypatch, held):
    monkeypatch.setattr(rebuild_module, "HELD", held)
    ledger = desk.world.ledger
    other = Database.open(f"sqlite:///{tmp_path / 'other'}")
    with ledger.database.reading() as source, other.writing() as target:
        list(rebuild(source, target, ledger.head.size, ledger.pack, ledger.atlas))

        assert [] == list(comparison.differences(source, target))
    other.dispose()


def test_another_process_comes_to_the_same_rows(desk):
    """Whatever the order of its sets: nothing that is kept follows from that."""
    words = ["audit", "--data", str(desk.world.directory.path)]
    words += ["--database", desk.world.url] if desk.world.url else []
    run = [sys.executable, "-c", "from ledger.cli.main import cli; cli()", *words]
    seeded = {**os.environ, "PYTHONHASHSEED": "7"}
    done = subprocess.run(run, env=seeded, capture_output=True, text=True, check=False)

    assert (0, "") == (done.returncode, done.stderr)
