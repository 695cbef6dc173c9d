"""A published log as it is read from outside: a folder, or an http(s) address (C2SP tlog-tiles).

Nothing that is read here is trusted, and whoever serves it may be hostile: every file has a limit,
every answer a time, a redirect is not followed, and compressed bytes are opened up to the limit
only. Whether the bytes are the log's is for those to say who have its key.

    with open_log("https://log.example.com/chips") as published:
        note = published.checkpoint()
"""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import httpx

from ledger.client.deadline import Deadline
from ledger.leaf import LEAF_SIZE
from ledger.merkle import HASH_SIZE
from ledger.note import MAX_NOTE_SIZE
from ledger.tiles import TILE_WIDTH, TileAddress, parse_entry_bundle
from schemas.errors import Unreachable

_MAX_TILE = TILE_WIDTH * HASH_SIZE
_MAX_BUNDLE = TILE_WIDTH * (2 + LEAF_SIZE)
# For one step of the connection, and for a whole answer: a server must not hold a reader up.
_STEP_S = 10.0
_ANSWER_S = 30.0
_ABSENT = (404, 410)


class _Files(Protocol):
    """Where the files are: *read* gives at most *limit* bytes, None where there is no such file."""

    place: str

    def read(self, path: str, limit: int) -> bytes | None:
        """Raises: Unreachable."""


class PublishedLog:
    """The files of one published log, by what they are; *place* is what the reader named."""

    def __init__(self, files: _Files) -> None:
        self._files = files
        self.place = files.place

    def checkpoint(self) -> bytes:
        """The newest checkpoint, unread.

        Raises: Unreachable.
        """
        return self._demand("checkpoint", MAX_NOTE_SIZE)

    def tile(self, level: int, index: int, width: int) -> bytes:
        """The bytes of a hash tile, ``32 * width`` if they are as they must be.

        Raises: Unreachable.
        """
        address = TileAddress(level, index, width)
        return self._partial(address, _MAX_TILE)[: width * HASH_SIZE]

    def entries(self, index: int, width: int) -> tuple[bytes, ...]:
        """The records of an entry bundle, *width* of them if they are as they must be.

        Raises: Unreachable, MalformedNote.
        """
        data = self._partial(TileAddress(None, index, width), _MAX_BUNDLE)
        return parse_entry_bundle(data)[:width]

    def _partial(self, address: TileAddress, limit: int) -> bytes:
        """A partial file may be gone once the full one is there ("Partial Tiles")."""
        data = self._files.read(address.path, limit)
        if data is None and address.width < TILE_WIDTH:
            data = self._files.read(TileAddress(address.level, address.index).path, limit)
        return self._demand(address.path, limit) if data is None else data

    def _demand(self, path: str, limit: int) -> bytes:
        data = self._files.read(path, limit)
        if data is None:
            raise Unreachable(f"{self.place}: {path} is not there")
        return data


@contextmanager
def open_log(place: str) -> Iterator[PublishedLog]:
    """The log published at *place*.

    Raises: Unreachable (no such folder, no address).
    """
    if not place.lower().startswith(("http://", "https://")):
        yield PublishedLog(_Folder(place))
        return
    headers = {"User-Agent": "chiptrail", "Accept-Encoding": "identity"}
    with httpx.Client(timeout=_STEP_S, headers=headers) as client:
        yield PublishedLog(_Site(place.rstrip("/"), client))


class _Folder:
    def __init__(self, place: str) -> None:
        self.place, self._path = place, Path(place)
        if not self._path.is_dir():
            raise Unreachable(f"{place}: no such folder, and no http or https address")

    def read(self, path: str, limit: int) -> bytes | None:
        where = self._path / path
        try:
            if not where.is_file():
                return None
            with where.open("rb") as file:
                return _within(limit, file.read(limit + 1), str(where))
        except OSError as exc:
            raise Unreachable(f"{where}: {exc.strerror}") from exc


class _Site:
    def __init__(self, place: str, client: httpx.Client) -> None:
        self.place, self._client, self._deadline = place, client, Deadline()
        if "?" in place or "#" in place:
            raise Unreachable(f"{place}: the address of a log has no ? and no #")

    def read(self, path: str, limit: int) -> bytes | None:
        url = f"{self.place}/{path}"
        try:
            with (
                self._deadline.within(_ANSWER_S),
                self._client.stream("GET", url, extensions=self._deadline.hook) as answer,
            ):
                return self._body(answer, url, limit)
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            raise Unreachable(f"{url}: {str(exc) or type(exc).__name__}") from exc

    @staticmethod
    def _body(answer: httpx.Response, url: str, limit: int) -> bytes | None:
        if answer.status_code in _ABSENT:
            return None
        if answer.has_redirect_location:
            where = answer.headers["location"][:200]
            raise Unreachable(f"{url}: redirects to {where}; name that one if it is the log's")
        if answer.status_code != httpx.codes.OK:
            raise Unreachable(f"{url}: answers {answer.status_code}")
        raw = _collect(answer, url, limit)
        coding = answer.headers.get("content-encoding", "identity").lower()
        if coding == "identity":
            return raw
        if coding != "gzip":
            raise Unreachable(f"{url}: is encoded as {coding[:40]}, which was not asked for")
        return _within(limit, _gunzip(raw, url, limit + 1), url)


def _collect(answer: httpx.Response, url: str, limit: int) -> bytes:
    """The body as it is sent, before any decompression."""
    data = b""
    for chunk in answer.iter_raw():
        data = _within(limit, data + chunk, url)
    return data


def _gunzip(data: bytes, url: str, limit: int) -> bytes:
    try:
        return zlib.decompressobj(wbits=31).decompress(data, limit)
    except zlib.error as exc:
        raise Unreachable(f"{url}: is not the gzip it says it is") from exc


def _within(limit: int, data: bytes, where: str) -> bytes:
    if len(data) > limit:
        raise Unreachable(f"{where}: has over {limit:,} bytes")
    return data
