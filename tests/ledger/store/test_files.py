"""Files are replaced whole, never overwritten by accident, and the lock keeps others out."""

import fcntl
import os

import pytest

from ledger.store import files
from ledger.store.files import DataDirectory
from schemas.errors import CannotOpen, NotFound


def test_a_file_is_replaced_whole_and_leaves_no_temporary(tmp_path):
    path = tmp_path / "checkpoint"
    files.save_durably(path, b"one")
    files.save_durably(path, b"two")

    assert b"two" == files.load(path)
    assert [path] == list(tmp_path.iterdir())


def test_a_private_file_is_for_its_owner_only(tmp_path):
    files.save_durably(tmp_path / "log.key", b"seed")

    assert 0o600 == (tmp_path / "log.key").stat().st_mode & 0o777


def test_a_new_file_is_not_written_over_another(tmp_path):
    files.save_new(tmp_path / "key", b"mine")

    with pytest.raises(CannotOpen, match="exists already"):
        files.save_new(tmp_path / "key", b"other")
    assert b"mine" == files.load(tmp_path / "key")


def test_a_missing_file_is_told_from_one_that_cannot_be_read(tmp_path):
    with pytest.raises(NotFound):
        files.load(tmp_path / "nothing")
    with pytest.raises(CannotOpen):
        files.load(tmp_path)


def test_the_rename_is_made_durable_after_the_bytes(tmp_path, monkeypatch):
    """The order that a power cut needs: bytes, rename, directory."""
    order = []
    fsync, rename = os.fsync, type(tmp_path).rename
    monkeypatch.setattr(os, "fsync", lambda fd: (order.append("fsync"), fsync(fd))[1])
    monkeypatch.setattr(
        type(tmp_path), "rename", lambda path, to: (order.append("rename"), rename(path, to))[1]
    )

    files.save_durably(tmp_path / "checkpoint", b"note")
    assert ["fsync", "rename", "fsync"] == order


def test_the_lock_keeps_a_second_writer_out(tmp_path):
    directory = DataDirectory(tmp_path)

    with (
        directory.locked(),
        (tmp_path / "lock").open("rb") as other,
        pytest.raises(BlockingIOError),
    ):
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_the_lock_is_free_again_afterwards(tmp_path):
    directory = DataDirectory(tmp_path)
    with directory.locked():
        pass

    with (tmp_path / "lock").open("rb") as other:
        assert fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB) is None


def test_evidence_is_kept_in_order(tmp_path):
    directory = DataDirectory(tmp_path)
    directory.keep_evidence("000000.json", b"{}")
    directory.keep_evidence("000001.json", b"{}")

    assert ["000000.json", "000001.json"] == [path.name for path in directory.evidence_files()]
