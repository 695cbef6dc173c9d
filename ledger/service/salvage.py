"""What others still hold of a log that lost its end: heads, places, envelopes.

A *head* is a checkpoint that the log signed. A *place* says what stood at an index, and when it was
recorded. A *submission* is what a signer sent. Each is found in

    a published log    its checkpoint, and with ``--entries`` the leaf at every index
    a bundle           its checkpoint, and the envelopes and leaves of the entries that it shows
    a checkpoint       a head
    receipts           ``chiptrail --json`` printed them, one on each line: places
    submissions        ``chiptrail sign`` wrote them, one on each line
    a backup           its checkpoint
    a SQLite database  all three, as far as it can be read (``ledger.service.wreck``)

Nothing here is believed: whether what is put together is what was signed, the root decides
(``ledger.service.recover``).

    found = survey(sources, start=660)
    sent = gather(sources, {place.identity for place in found.places.values()})
"""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NamedTuple

from ledger import dsse
from ledger.checkpoint import parse_checkpoint
from ledger.leaf import parse_leaf
from ledger.note import parse_note
from ledger.service.backup import MANIFEST
from ledger.service.restore import load_manifest
from ledger.service.wreck import MAGIC, entries_in, newest_head, submissions_in
from ledger.store import files
from ledger.store.items import milliseconds
from ledger.tiles import TILE_WIDTH, bundles_of, parse_entry_bundle
from schemas import strict_json
from schemas.bundle import BUNDLE_LIMIT, Bundle, OpenEntry, parse_bundle
from schemas.envelope import (
    SUBMISSION_LIMIT,
    Submission,
    encode_submission,
    parse_submission,
)
from schemas.errors import CannotOpen, IntegrityError, Refusal
from schemas.formats import decode_hex, parse_time


class Place(NamedTuple):
    """What stood at an index: *recorded_at* in ms; *signature* is None where it is not known."""

    recorded_at: int
    identity: bytes
    signature: bytes | None
    source: str


@dataclass(frozen=True, slots=True)
class Found:
    """*heads* are (source, note); *places* are by index."""

    heads: list[tuple[str, bytes]] = field(default_factory=list)
    places: dict[int, Place] = field(default_factory=dict)

    def put(self, index: int, place: Place) -> None:
        """Note *place*.

        Raises: IntegrityError when another source said otherwise.
        """
        known = self.places.get(index)
        if known is not None and known[:2] != place[:2]:
            raise IntegrityError(
                f"entry {index}: {known.source} and {place.source} disagree on what it is; leave"
                " one of them out"
            )
        if known is None or known.signature is None:
            self.places[index] = place


def survey(sources: Sequence[Path], start: int) -> Found:
    """The heads in *sources*, and the places from index *start* on.

    Raises: CannotOpen when one cannot be read or is none of these; IntegrityError when two
    disagree.
    """
    found = Found()
    for source in sources:
        if source.is_dir():
            _survey_folder(source, start, found)
        elif _is_database(source):
            _survey_database(source, start, found)
        elif bundle := _bundle_in(source):
            _survey_bundle(str(source), bundle, start, found)
        elif note := _note_in(source):
            found.heads.append((str(source), note))
        else:
            _survey_receipts(source, start, found)
    return found


def gather(sources: Sequence[Path], wanted: AbstractSet[bytes]) -> dict[bytes, bytes]:
    """The submissions in *sources* whose identities are *wanted*, the fullest of each."""
    sent: dict[bytes, bytes] = {}
    for source in sources:
        if source.is_dir():
            continue
        for identity, data in _submissions(source, wanted):
            if identity in wanted and len(data) > len(sent.get(identity, b"")):
                sent[identity] = data
    return sent


def _submissions(source: Path, wanted: AbstractSet[bytes]) -> Iterator[tuple[bytes, bytes]]:
    if _is_database(source):
        return submissions_in(source, wanted)
    bundle = _bundle_in(source)
    return _bundled(bundle) if bundle else _sent(source)


# Folders -----------------------------------------------------------------------------------------


def _survey_folder(folder: Path, start: int, found: Found) -> None:
    if (folder / MANIFEST).exists():
        found.heads.append((str(folder), load_manifest(folder).checkpoint.encode()))
        return
    note = _note_in(folder / "checkpoint") if (folder / "checkpoint").exists() else None
    if note is None:
        raise CannotOpen(f"{folder}: neither a published log nor a backup")
    found.heads.append((str(folder), note))
    size = parse_checkpoint(parse_note(note).text).size
    for address in bundles_of(size):
        first, path = address.index * TILE_WIDTH, folder / address.path
        if first + address.width <= start or not path.exists():
            continue
        try:
            for index, record in enumerate(parse_entry_bundle(files.load(path)), first):
                _put_leaf(found, index, record, start, str(path))
        except Refusal as exc:
            raise IntegrityError(f"{path}: {exc}") from exc


def _put_leaf(found: Found, index: int, record: bytes, start: int, source: str) -> None:
    if index >= start:
        leaf = parse_leaf(record)
        found.put(index, Place(leaf.recorded_at_ms, leaf.identity, leaf.signature, source))


# Databases ---------------------------------------------------------------------------------------


def _is_database(source: Path) -> bool:
    with _opened(source) as file:
        return file.read(len(MAGIC)) == MAGIC


def _survey_database(source: Path, start: int, found: Found) -> None:
    if note := newest_head(source):
        found.heads.append((str(source), note))
    for row in entries_in(source, start):
        found.put(row.idx, Place(row.recorded_at, row.identity, row.signature, str(source)))


# Bundles, checkpoints ----------------------------------------------------------------------------


def _bundle_in(source: Path) -> Bundle | None:
    with _opened(source) as file:
        beginning = file.read(4096)
    if not beginning.lstrip().startswith(b"{") or b'"bundle"' not in beginning:
        return None
    try:
        return parse_bundle(files.load(source), BUNDLE_LIMIT)
    except Refusal as exc:
        raise CannotOpen(f"{source}: {exc}") from exc


def _survey_bundle(source: str, bundle: Bundle, start: int, found: Found) -> None:
    found.heads.append((source, bundle.contents.checkpoint))
    for entry in bundle.contents.entries:
        if not isinstance(entry, OpenEntry):
            _put_leaf(found, entry.index, entry.leaf, start, source)
        elif entry.index >= start:
            envelope = entry.envelope
            identity = dsse.identity_of(envelope.payload_type, envelope.payload)
            at = milliseconds(entry.recorded_at)
            found.put(entry.index, Place(at, identity, envelope.signature, source))


def _bundled(bundle: Bundle) -> Iterator[tuple[bytes, bytes]]:
    for entry in bundle.contents.entries:
        if isinstance(entry, OpenEntry):
            envelope = entry.envelope
            identity = dsse.identity_of(envelope.payload_type, envelope.payload)
            yield identity, encode_submission(Submission(envelope, {}, entry.disclosures))


def _note_in(source: Path) -> bytes | None:
    with _opened(source) as file:
        data = file.read(_MOST_NOTE + 1)
    try:
        parse_checkpoint(parse_note(data).text)
    except Refusal:
        return None
    return data


_MOST_NOTE = 1 << 16


# Lines -------------------------------------------------------------------------------------------


def _survey_receipts(source: Path, start: int, found: Found) -> None:
    is_known = False
    for line in _lines(source):
        if b'"payload"' in line:  # a submission, for later
            is_known = True
            continue
        try:
            said = strict_json.load_object(line)
            index, at = said["index"], milliseconds(parse_time(str(said["recordedAt"])))
            identity = decode_hex(str(said["identity"]), 32)
        except (Refusal, KeyError, ValueError):
            continue
        is_known = True
        if isinstance(index, int) and index >= start:
            found.put(index, Place(at, identity, None, str(source)))
    if not is_known:
        raise CannotOpen(
            f"{source}: neither a checkpoint, nor a proof, nor a SQLite file, nor receipts or"
            " submissions, one on each line"
        )


def _sent(source: Path) -> Iterator[tuple[bytes, bytes]]:
    for line in _lines(source):
        if b'"payload"' not in line:
            continue
        try:
            envelope = parse_submission(line).envelope
        except Refusal:
            continue  # was never recorded as it stands
        yield dsse.identity_of(envelope.payload_type, envelope.payload), line


def _lines(source: Path) -> Iterator[bytes]:
    with _opened(source) as file:
        while line := file.readline(SUBMISSION_LIMIT + 1):
            yield line.strip()


def _opened(source: Path) -> BinaryIO:
    try:
        return source.open("rb")
    except OSError as exc:
        raise CannotOpen(f"{source}: {exc.strerror}") from exc
