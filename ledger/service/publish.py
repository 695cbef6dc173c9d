"""Publish the log as static files that any web server can serve (C2SP tlog-tiles).

Hash tiles and the checkpoint tell an outsider nothing about a payload; entry bundles (leaves) are
written only when asked for, as docs/architecture.md has them for members. Tiles come first and the
checkpoint last, so a reader of the checkpoint finds all that it promises. Running again writes
only what is new.

    for progress in publish(ledger, Path("public"), entries=True): ...
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from ledger.registry import Registry
from ledger.service.ledger import Ledger
from ledger.service.progress import Progress
from ledger.service.reading import tile_reader
from ledger.service.rows import leaf_of_row
from ledger.store import files, log
from ledger.store.database import Connection
from ledger.tiles import TILE_WIDTH, TileAddress, bundles_of, encode_entry_bundle, tiles_of
from schemas.errors import CannotOpen


def publish(ledger: Ledger, target: Path, *, entries: bool = False) -> Iterator[Progress]:
    """Write the newest checkpoint and its tiles below *target*.

    Raises: CannotOpen when *target* cannot be written.
    """
    with ledger.database.reading() as connection:
        tip = ledger.renew(connection)
        addresses = list(tiles_of(tip.head.size))
        addresses += list(bundles_of(tip.head.size)) if entries else []
        read = _reader(connection, tip.registry)
        try:
            for done, address in enumerate(addresses, 1):
                _write_once(target / address.path, address, read)
                yield Progress(done, len(addresses))
            target.mkdir(parents=True, exist_ok=True)
            files.save_durably(target / "checkpoint", ledger.note_of(tip.head), 0o644)
        except OSError as exc:
            raise CannotOpen(f"{exc.filename}: {exc.strerror}") from exc


def _reader(connection: Connection, registry: Registry) -> Callable[[TileAddress], bytes]:
    read_tile = tile_reader(connection, registry)

    def read(address: TileAddress) -> bytes:
        if address.level is not None:
            return read_tile(address.level, address.index, address.width)
        start = address.index * TILE_WIDTH
        rows = log.load_entries(connection, start, start + address.width)
        return encode_entry_bundle([leaf_of_row(row, registry) for row in rows])

    return read


def _write_once(path: Path, address: TileAddress, read: Callable[[TileAddress], bytes]) -> None:
    """Write one immutable file; a whole one of that name is the same for ever."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    files.save_durably(path, read(address), 0o644)
