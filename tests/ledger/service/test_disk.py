"""A disk that runs full stops the writing and nothing else, and the writing goes on by itself."""

import os
import subprocess
from collections import Counter
from contextlib import contextmanager

import pytest

from ledger.service.audit import audit
from ledger.service.capture import capture
from ledger.service.ledger import Ledger
from ledger.service.query import dossier
from ledger.store import files
from schemas.envelope import encode_submission
from schemas.errors import DiskFull
from schemas.statement import Role
from tests.world import CHIPS, World

ALL = os.environ.get("CHIPTRAIL_REQUIRE_ALL") == "1"


@pytest.fixture
def world(tmp_path, url):
    made = World(tmp_path, url=url, checking=False)
    made.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    made.commission("fab", made.chips(2))
    return made


def submission(world, items=("urn:a:b",)):
    said = {"epcList": list(items)}
    return world.submission("fab", "ObjectEvent", said, action="OBSERVE", bizStep="storing")


def test_below_the_reserve_writing_is_refused_reading_goes_on_and_writing_comes_back(world):
    said = [encode_submission(submission(world))]
    world.directory.reserve = 1 << 60
    before = world.directory.checkpoint.read_bytes()
    with pytest.raises(DiskFull, match="MiB of the disk are free"):
        capture(world.ledger, said, actor="test")

    assert world.chips(1)[0] == dossier(world.ledger, world.chips(1)[0]).item
    assert (None, before) == (world.ledger.stopped, world.directory.checkpoint.read_bytes())
    world.directory.reserve = 0
    assert capture(world.ledger, said, actor="test")[0].created


def test_the_reserve_is_the_smaller_of_256_mib_and_a_twentieth(world, monkeypatch):
    class Disk:
        f_frsize, f_blocks, f_bavail = 1 << 20, 1000, 49

    monkeypatch.setattr(os, "statvfs", lambda _: Disk)
    with pytest.raises(DiskFull, match="49 MiB of the disk are free, want 50 MiB"):
        world.directory.demand_room()
    Disk.f_blocks, Disk.f_bavail = 1_000_000, 256
    world.directory.demand_room()
    Disk.f_bavail = 255
    with pytest.raises(DiskFull, match="want 256 MiB"):
        world.directory.demand_room()


def test_a_checkpoint_file_without_room_is_written_when_there_is_some(world, monkeypatch):
    """The entry is in the database and not acknowledged; sent again it keeps its index."""
    said, size = [encode_submission(submission(world))], world.ledger.head.size

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "save_durably", full)
    for _ in range(2):
        with pytest.raises(DiskFull, match="checkpoint file"):
            capture(world.ledger, said, actor="test")
    assert None is Ledger.open(world.directory, world.url, world.ledger.clock).stopped
    monkeypatch.undo()

    receipt = capture(world.ledger, said, actor="test")[0]
    assert (size, False) == (receipt.index, receipt.created)
    assert size + 1 == world.ledger.load_checkpoint().size


# A real disk -------------------------------------------------------------------------------------


@contextmanager
def small_disk(path, size):
    """A file system of *size* at *path*; who may not mount any is told by a skip."""
    path.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(path)]
    made = subprocess.run(mount, capture_output=True, text=True, check=False)
    if made.returncode:
        reason = f"a full disk needs the right to mount one: {made.stderr.strip()}"
        # Skipped where the machine lacks it, and says so; continuous integration fails instead.
        pytest.fail(reason) if ALL else pytest.skip(reason)
    try:
        yield path
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)


def fill(disk, leave):
    """Leave *leave* bytes of *disk* free."""
    free = os.statvfs(disk)
    (disk / "filler").write_bytes(bytes(max(free.f_bavail * free.f_frsize - leave, 0)))


def test_a_disk_that_fills_up_at_any_write_leaves_nothing_half_done(tmp_path):
    """With a page more room each time, the first write that fails is a later one."""
    with small_disk(tmp_path / "disk", "16m") as disk:
        world = World(disk, checking=False)
        world.directory.reserve = 0
        world.enroll("fab", Role.MAKER, prefixes=[CHIPS])
        seen = Counter()
        for pages in range(0, 56, 4):
            said = [encode_submission(submission(world, [f"urn:a:{pages}:{n}" for n in range(60)]))]
            fill(disk, pages * 4096)
            try:
                capture(world.ledger, said, actor="test")
                seen["recorded"] += 1
            except DiskFull:
                seen["full"] += 1
            (disk / "filler").unlink()
            capture(world.ledger, said, actor="test")

        assert (None, 14 + 6) == (world.ledger.stopped, world.ledger.head.size)
        assert () == list(audit(world.ledger))[-1].problems
        assert min(seen["full"], seen["recorded"]) > 0
        world.ledger.database.dispose()
