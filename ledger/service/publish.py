"""Publish the log as static files that any web server can serve (C2SP tlog-tiles).

Hash tiles and the checkpoint tell an outsider nothing about a payload; entry bundles (leaves) are
written only when asked for, as docs/architecture.md has them for members. Running again writes only
what is new. What is published cannot be taken back, so nothing is written that is not verified:

(1) a checkpoint that is there is an earlier one of this log: signed by its key, of its history;
(2) the stored tree gives the root that was signed;
(3) tiles are written from the top down, each only when it gives its hash in the tile above, and
    entries only when they give the hashes of their tile;
(4) the files give the root of the checkpoint, which is written last: a reader of it finds all that
    it promises.

    for progress in publish(ledger, Path("public"), entries=True): ...
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from ledger import merkle
from ledger.checkpoint import open_checkpoint
from ledger.service.ledger import Ledger, Tip
from ledger.service.progress import Progress
from ledger.service.reading import cosigned, root_at, tile_reader
from ledger.service.rows import leaf_of_row
from ledger.store import files, log
from ledger.store.database import Connection
from ledger.tiles import (
    TILE_HEIGHT,
    TILE_WIDTH,
    TileAddress,
    bundles_of,
    encode_entry_bundle,
    tiles_of,
)
from ledger.tree import Tree
from schemas.errors import CannotOpen, IntegrityError, NotFound, Refusal


def publish(ledger: Ledger, target: Path, *, entries: bool = False) -> Iterator[Progress]:
    """Write the newest checkpoint and its tiles below *target*.

    Raises: CannotOpen when *target* cannot be written, has the checkpoint of another log, or the
    ledger's keys in it; IntegrityError when what is stored, or what is there, is not what was
    signed.
    """
    folder, public = ledger.directory.path.resolve(), target.resolve()
    if public in (folder, *folder.parents):
        raise CannotOpen(
            f"{target}: the ledger's own folder with its keys is in there, and whoever serves it"
            " would serve them; publish to a folder apart"
        )
    with ledger.snapshot() as (connection, tip):
        size, root = tip.head.size, tip.head.root
        _check_place(ledger, connection, tip, target / "checkpoint")  # (1)
        stored = _Stored(connection, tip)  # (2)
        addresses = list(tiles_of(size))[::-1]
        addresses += list(bundles_of(size)) if entries else []
        try:
            for done, address in enumerate(addresses, 1):
                _write_once(target / address.path, address, stored.read)  # (3)
                yield Progress(done, len(addresses))
            if Tree(size, _file_reader(target)).root() != root:  # (4)
                raise IntegrityError(
                    f"{target}: the tiles there are not this log's, and its checkpoint is not"
                    " written; publish to an empty folder"
                )
            files.make_directory(target)
            signed = cosigned(connection, ledger.note_of(tip.head), tip.head.size)
            files.save_durably(target / "checkpoint", signed, 0o644)
        except OSError as exc:
            raise CannotOpen(f"{exc.filename}: {exc.strerror}") from exc


def served_tile(ledger: Ledger, address: TileAddress) -> bytes:
    """The bytes at *address* of the log as it is now.

    Raises: NotFound when it has no such tile; IntegrityError when it is not what was signed.
    """
    with ledger.snapshot() as (connection, tip):
        hashes = tip.head.size >> TILE_HEIGHT * (address.level or 0)
        if address.index * TILE_WIDTH + address.width > hashes:
            raise NotFound("there is no such tile")
        return _Stored(connection, tip).read(address)


def _check_place(ledger: Ledger, connection: Connection, tip: Tip, path: Path) -> None:
    """What is published at *path* already must be an earlier checkpoint of this history."""
    try:
        there = open_checkpoint(files.load(path), ledger.verifier)
    except NotFound:
        return
    except Refusal as exc:
        raise CannotOpen(
            f"{path}: is no checkpoint of {ledger.origin} ({exc}); publish to another folder"
        ) from exc
    size = tip.head.size
    if there.size > size:
        raise IntegrityError(
            f"{path}: {there.size} entries were published, but the ledger has {size}"
        )
    if root_at(connection, tip.registry, size, there.size) != there.root:
        raise IntegrityError(
            f"{path}: another root was published for {there.size} entries than the ledger has"
        )


class _Stored:
    """Tiles and entry bundles as they are stored, each held against the signed root."""

    def __init__(self, connection: Connection, tip: Tip) -> None:
        """Raises: IntegrityError when the edge of the tree does not give the root."""
        self._connection, self._registry = connection, tip.registry
        self._read_tile = tile_reader(connection, tip.registry)
        self._tree = Tree(tip.head.size, self._read_tile)
        if self._tree.root() != tip.head.root:
            raise IntegrityError(f"the stored tiles do not give the root of size {tip.head.size}")

    def read(self, address: TileAddress) -> bytes:
        """The bytes to publish at *address*; right, if the tiles above it are.

        Raises: IntegrityError that names the tile.
        """
        if address.level is None:
            return self._read_bundle(address)
        data = self._read_tile(address.level, address.index, address.width)
        if address.width == TILE_WIDTH:
            self._tree.verify_tile(address.level, address.index, data)
        return data

    def _read_bundle(self, address: TileAddress) -> bytes:
        start = address.index * TILE_WIDTH
        rows = log.load_entries(self._connection, start, start + address.width)
        records = [leaf_of_row(row, self._registry) for row in rows]
        hashes = b"".join(map(merkle.leaf_hash, records))
        if hashes != self._read_tile(0, address.index, address.width):
            raise IntegrityError(f"{address.path} does not give the hashes of its tile")
        return encode_entry_bundle(records)


def _file_reader(target: Path) -> Callable[[int, int, int], bytes]:
    def read(level: int, index: int, width: int) -> bytes:
        return (target / TileAddress(level, index, width).path).read_bytes()

    return read


def _write_once(path: Path, address: TileAddress, read: Callable[[TileAddress], bytes]) -> None:
    """Write one immutable file; a whole one of that name is the same for ever."""
    if path.exists():
        return
    files.make_directory(path.parent)
    files.save_durably(path, read(address), 0o644)
