"""A backup is put in place whole or not at all, and what is restored signs nothing in doubt."""

import json
import shutil

import pytest

from ledger.service.audit import audit
from ledger.service.capture import capture
from ledger.service.ledger import Ledger
from ledger.store.files import DataDirectory
from schemas.envelope import encode_submission
from schemas.errors import CannotOpen, ChiptrailError, IntegrityError, MalformedBackup, ReadOnly
from schemas.statement import Role
from tests.ledger.service.keeping import backed_up, folder_with_keys, restored
from tests.world import CHIPS, World


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A ledger of which there is a backup in ``backup``, and entries since."""
    path = tmp_path_factory.mktemp("world")
    made = World(path, checking=False)
    made.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    made.commission("fab", made.chips(3))
    made.backup = path / "backup"
    made.old_note = made.directory.checkpoint.read_bytes()
    made.manifest = backed_up(made, made.backup)
    made.declare("fab", made.chips(1))
    made.declare("fab", made.chips(1))
    return made


def opened(world, folder, url=None):
    return Ledger.open(DataDirectory(folder), url, world.ledger.clock)


def submission(world):
    sent = world.submission(
        "fab", "ObjectEvent", {"epcList": world.chips(1)}, action="OBSERVE", bizStep="storing"
    )
    return encode_submission(sent)


@pytest.mark.parametrize(
    ("checkpoint", "word"), [(None, "is missing"), ("the newest", "chiptrail recover")]
)
def test_a_restored_ledger_that_may_lack_entries_signs_nothing(
    world, tmp_path, kind, checkpoint, word
):
    url = kind.create()
    folder = folder_with_keys(world, tmp_path / "data", *["checkpoint"][: checkpoint is not None])
    restored(world, world.backup, folder, url)

    ledger = opened(world, folder, url)
    assert word in (ledger.stopped or "")
    with pytest.raises(ReadOnly):
        capture(ledger, [submission(world)], actor="test")
    assert world.manifest.size == ledger.head.size
    ledger.database.dispose()


def test_beside_the_checkpoint_file_of_its_own_end_it_goes_on(world, tmp_path):
    folder = folder_with_keys(world, tmp_path / "data")
    (folder / "checkpoint").write_bytes(world.old_note)
    restored(world, world.backup, folder)

    ledger = opened(world, folder)
    assert (None, ()) == (ledger.stopped, list(audit(ledger))[-1].problems)


def test_an_older_checkpoint_file_is_not_taken_for_what_was_signed_last(world, tmp_path):
    """It would be written forward as after a crash, and the log signed on."""
    folder = folder_with_keys(world, tmp_path / "data", "checkpoint")
    backed_up(world, tmp_path / "newer")
    (folder / "checkpoint").write_bytes(world.old_note)

    with pytest.raises(CannotOpen, match="not the newest"):
        restored(world, tmp_path / "newer", folder)
    assert not (folder / "ledger.sqlite3").exists()


def test_a_dry_run_verifies_and_puts_nothing_in_place(world, tmp_path):
    folder = folder_with_keys(world, tmp_path / "data")
    before = sorted(folder.iterdir())

    assert world.manifest == restored(world, world.backup, folder, dry_run=True)
    assert before == sorted(folder.iterdir())


def test_without_the_keys_nothing_is_restored(world, tmp_path):
    with pytest.raises(CannotOpen, match=r"put log\.key and operator\.key"):
        restored(world, world.backup, tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


def test_the_keys_of_another_ledger_are_refused(world, tmp_path):
    other = World(tmp_path / "other", seed="other", checking=False)

    with pytest.raises(CannotOpen, match="is the key of"):
        restored(world, world.backup, folder_with_keys(other, tmp_path / "data"))


@pytest.mark.parametrize("name", ["ledger.sqlite3", "ledger.sqlite3-wal"])
def test_a_database_that_is_there_is_left_alone(world, tmp_path, name):
    """Also the log of one that is gone: SQLite would replay it into the restored file."""
    folder = folder_with_keys(world, tmp_path / "data")
    (folder / name).write_bytes(b"precious")

    with pytest.raises(CannotOpen, match="move"):
        restored(world, world.backup, folder)
    assert b"precious" == (folder / name).read_bytes()


@pytest.mark.postgresql
def test_a_database_with_entries_is_left_alone(world, tmp_path, postgresql):
    url = postgresql.create()
    restored(world, world.backup, folder_with_keys(world, tmp_path / "one"), url)

    with pytest.raises(CannotOpen, match="name an empty"):
        restored(world, world.backup, folder_with_keys(world, tmp_path / "two"), url)


def changed(world, path, name, change):
    """A copy of the backup with *change* made to the bytes of its file *name*."""
    shutil.copytree(world.backup, path)
    (path / name).write_bytes(change((path / name).read_bytes()))
    return path


def with_said(**said):
    return lambda data: json.dumps(json.loads(data) | said).encode()


BAD = {
    "a flipped bit": (
        "ledger.sqlite3", lambda data: data[:-1] + bytes([data[-1] ^ 1]), IntegrityError),
    "a file cut short": ("ledger.sqlite3", lambda data: data[:-512], IntegrityError),
    "a manifest that is no JSON": ("manifest.json", lambda data: data[:-5], ChiptrailError),
    "a later version": (
        "manifest.json", with_said(backup="chiptrail-backup/2"), MalformedBackup),
    "an unknown field": ("manifest.json", with_said(more=1), MalformedBackup),
    "a file outside": (
        "manifest.json",
        with_said(files=[{"name": "../x", "size": 1, "sha256": "0" * 64}]), MalformedBackup),
    "no files": ("manifest.json", with_said(files=[]), MalformedBackup),
    "a checkpoint that nobody signed": (
        "manifest.json", lambda data: data.replace(b"\\n7\\n", b"\\n8\\n"), ChiptrailError),
    "a checkpoint of another size": ("manifest.json", "newer", IntegrityError),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_a_backup_that_is_not_whole_leaves_the_place_as_it_was(world, tmp_path, what):
    name, change, error = BAD[what]
    if change == "newer":
        change = with_said(checkpoint=world.directory.checkpoint.read_text())
    backup = changed(world, tmp_path / "bad", name, change)
    folder = folder_with_keys(world, tmp_path / "data")
    before = sorted(folder.iterdir())

    with pytest.raises(error):
        restored(world, backup, folder)
    assert before == sorted(folder.iterdir())


def test_entries_that_do_not_give_the_signed_root_are_not_restored(world, tmp_path):
    """Whoever changes both the file and its hash in the manifest still lacks the log's key."""
    import hashlib
    import sqlite3

    shutil.copytree(world.backup, tmp_path / "bad")
    path = tmp_path / "bad" / "ledger.sqlite3"
    raw = sqlite3.connect(path)
    raw.execute("DROP TRIGGER entry_no_update")
    raw.execute("UPDATE entry SET recorded_at = recorded_at + 1 WHERE idx = 2")
    raw.commit()
    raw.close()
    data = path.read_bytes()
    files = [{"name": path.name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}]
    manifest = tmp_path / "bad" / "manifest.json"
    manifest.write_bytes(with_said(files=files)(manifest.read_bytes()))

    with pytest.raises(IntegrityError):
        restored(world, tmp_path / "bad", folder_with_keys(world, tmp_path / "data"))
    assert not (tmp_path / "data" / "ledger.sqlite3").exists()


def test_a_folder_that_is_no_backup_is_said(world, tmp_path):
    with pytest.raises(CannotOpen, match="no backup here"):
        restored(world, tmp_path, folder_with_keys(world, tmp_path / "data"))
