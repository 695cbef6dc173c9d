"""Recover a ledger that may not sign: find what was signed last, and refill what is missing.

Of a restored or old database the end is missing: entries that were acknowledged, and whose indexes
must never be used again. They are put together from what others hold (``ledger.service.salvage``)
and taken in only whole, when the tree over them has the very root that was signed: same indexes,
same times, same bytes. Nothing is signed here. Then the checkpoint file says what was signed last
and the ledger goes on.

The newest head that is known counts: that of the checkpoint file, of every source, of the database.
Where the checkpoint file is missing or old, nobody here can know that nothing was signed after it:
``is_certain`` is false, and whoever goes on gives their word for it.

    for step in recover(ledger, [Path("public"), Path("acme.ndjson")], keep=False):
        if isinstance(step, Recovery): print(step.missing)
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ledger.admission import Admitted, Gate, admit
from ledger.checkpoint import Checkpoint, open_checkpoint
from ledger.note import Note, encode_note, first_signature, parse_note
from ledger.service.erasing import erase
from ledger.service.ledger import Ledger, Tip
from ledger.service.progress import Progress
from ledger.service.reading import open_tree, root_at
from ledger.service.rebuild import rebuild
from ledger.service.salvage import Found, Place, gather, survey
from ledger.service.sequencer import Batch
from ledger.store import files, log
from ledger.store.activity import insert_activity
from ledger.store.database import Connection
from ledger.store.log import Head
from schemas.envelope import PayloadType
from schemas.errors import CannotOpen, IntegrityError, NotFound, ReadOnly, Refusal
from schemas.statement import Erasure, parse_statement

_AT_ONCE = 1000


class KnownHead(NamedTuple):
    """A head that the log signed: *source* says who has it, None for the database.

    *note* has the log's signature and no other.
    """

    checkpoint: Checkpoint
    note: bytes
    source: str | None


@dataclass(frozen=True, slots=True)
class Recovery:
    """What was found: the database has *size* entries, and *head* is the newest that was signed.

    *is_certain*: the checkpoint file says so. *missing* says of each entry in [size, head.size)
    that cannot be put back what is wanted; when it is empty, all of them can, or are.
    """

    size: int
    head: KnownHead
    is_certain: bool
    missing: tuple[str, ...]


class _Incomplete(Exception):
    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__()
        self.missing = tuple(missing)


def recover(
    ledger: Ledger, sources: Sequence[Path], *, keep: bool
) -> Iterator[Progress | Recovery]:
    """Refill *ledger* from *sources* up to the newest head that is known; at the end a Recovery.

    Without *keep* all of it is tried and nothing is changed.
    Raises: ReadOnly when the ledger was retired; CannotOpen for a source that is none;
    IntegrityError when there are two histories, or what was found does not give the signed root.
    """
    if ledger.directory.retired.exists():
        raise ReadOnly(f"this origin was retired, for good: {ledger.directory.retired}")
    missing: tuple[str, ...] = ()
    with ledger.thread_lock, ledger.directory.locked():
        ledger.directory.demand_room()
        try:
            with ledger.database.writing(keep=keep) as connection:
                tip = ledger.renew(connection)
                found = survey(sources, tip.head.size)
                heads = signed_heads(ledger, tip.head, found)
                _demand_one_history(connection, tip, heads)
                head = max(heads, key=lambda one: one.checkpoint.size)
                if head.checkpoint.size > tip.head.size:
                    _refill(ledger, connection, tip, heads, _Pieces(sources, found))
                if keep and head.checkpoint.size > tip.head.size:
                    ledger.database.clear_projections(connection)
                    size = head.checkpoint.size
                    yield from rebuild(connection, connection, size, ledger.pack, ledger.atlas)
        except _Incomplete as exc:
            missing = exc.missing
        certain = is_certain(ledger, tip, head)
        if keep and not missing:
            if not certain:  # else the file says so, with the lines of witnesses
                ledger.keep_note(head.note)
            with ledger.database.reading() as connection:
                ledger.stopped = ledger.why_stopped(connection)
    yield Recovery(tip.head.size, head, certain, missing)


# What was signed last ----------------------------------------------------------------------------


def signed_heads(ledger: Ledger, head: Head, found: Found) -> list[KnownHead]:
    """The heads of checkpoint file, sources and database, each signed by the log.

    Raises: CannotOpen for one of another log.
    """
    heads = []
    for source, note in [*_noted(ledger), *found.heads]:
        try:
            signed = open_checkpoint(note, ledger.verifier)
        except Refusal as exc:
            raise CannotOpen(f"{source}: not a checkpoint of {ledger.origin}: {exc}") from exc
        heads.append(KnownHead(signed, _bare(ledger, note), source))
    if head.size:  # the last: whoever else says the same is named
        own = Checkpoint(ledger.origin, head.size, head.root)
        heads.append(KnownHead(own, ledger.note_of(head), None))
    return heads


def _bare(ledger: Ledger, data: bytes) -> bytes:
    """The note *data*, verified already, with the log's signature alone."""
    made, key_id = parse_note(data), ledger.verifier.key_id
    own = [one for one in made.signatures if (one.name, one.key_id) == (ledger.origin, key_id)]
    return encode_note(Note(made.text, tuple(own[:1])))


def _demand_one_history(connection: Connection, tip: Tip, heads: Sequence[KnownHead]) -> None:
    """Raises: IntegrityError when one of *heads* is of another history than the others."""
    size, roots = tip.head.size, dict[int, bytes]()
    for one in heads:
        root = roots.setdefault(one.checkpoint.size, one.checkpoint.root)
        _demand_same(str(one.source), one.checkpoint, root)
        if one.checkpoint.size <= size:
            root = root_at(connection, tip.registry, size, one.checkpoint.size)
            _demand_same(str(one.source), one.checkpoint, root)


def _noted(ledger: Ledger) -> list[tuple[str, bytes]]:
    path = ledger.directory.checkpoint
    try:
        return [(str(path), files.load(path))]
    except NotFound:
        return []


def _demand_same(source: str, signed: Checkpoint, root: bytes) -> None:
    if signed.root != root:
        raise IntegrityError(
            f"{source}: the log signed another root for {signed.size} entries than these have"
            " (log/split-view); keep it, and retire this origin: chiptrail recover --retire"
        )


def is_certain(ledger: Ledger, tip: Tip, head: KnownHead) -> bool:
    """Whether the checkpoint file vouches for *head* as the last that was signed."""
    for _, note in _noted(ledger):
        noted = open_checkpoint(note, ledger.verifier)
        if noted.size == head.checkpoint.size:
            return True
        with ledger.database.reading() as connection:
            since = log.load_heads(connection, noted.size, tip.head.size)
        # A crash between commit and file, and nothing else is known.
        return len(since) == 1 and head.checkpoint.size == tip.head.size
    return False


# What is missing ---------------------------------------------------------------------------------


class _Pieces:
    """What the entries of the gap are put together from."""

    def __init__(self, sources: Sequence[Path], found: Found) -> None:
        self._places = found.places
        self._sent = gather(sources, {place.identity for place in found.places.values()})

    def find(self, start: int, stop: int) -> list[tuple[int, Place, bytes]]:
        """Place and submission of each entry in [*start*, *stop*).

        Raises: _Incomplete.
        """
        whole: list[tuple[int, Place, bytes]] = []
        missing = []
        for index in range(start, stop):
            place = self._places.get(index)
            if place is None:
                missing.append(
                    f"entry {index}: nothing says what it is; want a receipt of it, or a log"
                    " published with its entries"
                )
            elif place.identity not in self._sent:
                missing.append(
                    f"entry {index}: its envelope is missing, that with the identity"
                    f" {place.identity.hex()}"
                )
            else:
                whole.append((index, place, self._sent[place.identity]))
        if missing:
            raise _Incomplete(missing)
        return whole


def _refill(
    ledger: Ledger, connection: Connection, tip: Tip, heads: Sequence[KnownHead], pieces: _Pieces
) -> None:
    """Append the entries of the gap; truth alone.

    Raises: _Incomplete; IntegrityError when they do not give the roots that were signed.
    """
    head = max(heads, key=lambda one: one.checkpoint.size)
    size, batch = head.checkpoint.size, Batch(connection, tip, 0)
    gate = _gate(ledger, batch)
    for index, place, data in pieces.find(tip.head.size, size):
        try:
            if _take(batch, place, admit(data, gate)):
                gate = _gate(ledger, batch)  # it may have enrolled a key
        except Refusal as exc:
            raise _Incomplete([f"entry {index}: what was found of it is not all: {exc}"]) from exc
        if index % _AT_ONCE == 0:
            batch.flush()
    batch.flush()
    root = batch.integrate()
    if root != head.checkpoint.root:
        raise IntegrityError(
            f"what was found does not give the root that was signed for {size} entries; a source"
            " says what was never recorded"
        )
    for one in heads:
        signed = one.checkpoint
        if tip.head.size < signed.size < size:
            tree = open_tree(connection, batch.registry, size)
            _demand_same(str(one.source), signed, tree.root(signed.size))
    at = batch.recorded_at
    activity = {"actor": "cli", "act": "recover", "ref": f"[{batch.start}, {batch.size})"}
    insert_activity(connection, at, activity)
    log.insert_checkpoint(connection, size, root, at, first_signature(head.note))


def _take(batch: Batch, place: Place, admitted: Admitted) -> bool:
    """Append one entry, as it was recorded; whether it is a statement.

    Raises: a refusal, when it cannot have been as it was found.
    """
    if place.signature is not None:
        # A payload may have been signed twice; the one that was recorded is in the leaf.
        admitted = admitted._replace(signature=place.signature)
    index = batch.size
    signer = batch.registry.signer(admitted.keyid, index)
    batch.recorded_at = place.recorded_at
    batch.append(admitted, signer.index)
    if admitted.payload_type is not PayloadType.STATEMENT:
        return False
    statement = parse_statement(admitted.payload)
    batch.registry.enter(statement, index=index, signer=signer.key)
    if isinstance(statement, Erasure):
        batch.flush()
        erase(batch, statement)
    return True


def _gate(ledger: Ledger, batch: Batch) -> Gate:
    known = batch.registry.keys
    return Gate(ledger.origin, ledger.verifier, {keyid: known[keyid].key for keyid in known})
