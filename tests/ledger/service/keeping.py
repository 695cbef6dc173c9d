"""What the tests of backup, restore and recover share: a ledger that loses its end."""

import shutil
from pathlib import Path

from ledger.service.backup import back_up
from ledger.service.recover import Recovery, recover
from ledger.service.restore import restore
from schemas.manifest import Manifest
from tests.world import World


def backed_up(world: World, target: Path, **more) -> Manifest:
    manifest = list(back_up(world.ledger, target, **more))[-1]
    assert isinstance(manifest, Manifest)
    return manifest


def folder_with_keys(world: World, path: Path, *names: str) -> Path:
    """A folder with the keys of *world*'s ledger, and its files *names*."""
    path.mkdir()
    for name in ("log.key", "operator.key", *names):
        shutil.copy(world.directory.path / name, path / name)
    return path


def restored(world: World, backup: Path, folder: Path, url: str | None = None, **more) -> Manifest:
    manifest = list(restore(backup, folder, url, clock=world.ledger.clock, **more))[-1]
    assert isinstance(manifest, Manifest)
    return manifest


def recovered(ledger, *sources: Path, keep: bool = True) -> Recovery:
    found = list(recover(ledger, sources, keep=keep))[-1]
    assert isinstance(found, Recovery)
    return found
