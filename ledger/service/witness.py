"""A witness: cosigns the checkpoints of logs that it knows, each only if it extends the last.

Source: C2SP tlog-witness; the checks and their order are ``ledger.witness``'s. Of each log it keeps
what it cosigned last. The check and the write are one step, under a lock that holds against threads
and processes, and the answer comes after the write is durable. Without that two requests that race
could roll the witness back: A checks 10 to 20, B checks 10 to 30 and writes 30, A writes 20.

It never signs a time that its clock does not show, nor one before its last for the log.

    witness = Witness.open(Path("chiptrail-witness"))
    witness.add_log(vkey)
    line = witness.add_checkpoint(body)      # — <name> <base64>, the answer to add-checkpoint
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from os import urandom
from pathlib import Path

from ledger import keys, merkle, note
from ledger.checkpoint import Checkpoint, parse_checkpoint
from ledger.keys import KeyFile
from ledger.note import COSIGNATURE_V1, Note, Verifier
from ledger.service import keyring
from ledger.service.clock import Clock
from ledger.store.witness_directory import (
    WitnessDirectory,
    WitnessedLog,
    check_name,
    hash_of,
)
from ledger.witness import Request, parse_request, verify_request
from schemas.errors import (
    CannotOpen,
    IntegrityError,
    MalformedNote,
    NotFound,
    ReadOnly,
    Refusal,
    VerificationFailed,
)


@dataclass(frozen=True, slots=True)
class Known:
    """A log that the witness knows: *size* is that of what it cosigned last, *at* when."""

    origin: str
    vkey: str
    size: int
    at: int | None


class Witness:
    """An open witness."""

    def __init__(self, directory: WitnessDirectory, key: KeyFile, clock: Clock) -> None:
        self._directory, self._key, self._clock = directory, key, clock
        self.verifier: Verifier = note.verifier_of(key.name, key.key.public, COSIGNATURE_V1)
        self.vkey = note.encode_vkey(key.name, key.key.public, COSIGNATURE_V1)

    @classmethod
    def open(cls, path: Path, clock: Clock | None = None) -> "Witness":
        """The witness in the folder *path*.

        Raises: CannotOpen when there is none; MalformedKey.
        """
        directory = WitnessDirectory(path)
        if not directory.key.exists():
            raise CannotOpen(f"{path}: no witness here; run chiptrail witness init")
        return cls(directory, keyring.open_key_file(directory.key, None), clock or Clock())

    @classmethod
    def found(cls, path: Path, name: str, fresh: Callable[[int], bytes] = urandom) -> "Witness":
        """A new witness called *name*, with a key of its own, in the folder *path*.

        Raises: CannotOpen where one is there already; MalformedNote (*name*).
        """
        note.verifier_of(name, keys.private_key(bytes(32)).public, COSIGNATURE_V1)
        directory = WitnessDirectory(path)
        directory.create()
        keyring.make_key_file(directory.key, name=name, passphrase=None, fresh=fresh)
        return cls.open(path)

    # Logs ----------------------------------------------------------------------------------------

    def add_log(self, vkey: str, origin: str | None = None) -> str:
        """Know the log of *vkey* from now on; returns its *origin*, the key's name if not given.

        Raises: MalformedNote, WeakKey; CannotOpen when the origin is known with another key.
        """
        verifier = note.parse_vkey(vkey)
        origin = origin or verifier.name
        if verifier.algorithm != note.ED25519:
            raise MalformedNote("want a log's key, of type 0x01")
        if not origin.isprintable():
            raise MalformedNote(f"got the origin {origin!r}, which is none")
        with self._directory.locked():
            try:
                known = self._directory.load_log(hash_of(origin))
            except NotFound:
                self._directory.save_log(WitnessedLog(origin, vkey))
                return origin
        if known.vkey != vkey:
            raise CannotOpen(f"{origin}: is known with another key, {known.vkey}")
        return origin

    def logs(self) -> Sequence[Known]:
        """The logs that are known, and what was cosigned last of each."""
        found = []
        for name in self._directory.names():
            log = self._directory.load_log(name)
            last, at = self._last(log)
            found.append(Known(log.origin, log.vkey, last.size, at))
        return found

    def latest(self, name: str) -> bytes:
        """The checkpoint last cosigned of the log whose origin has the hex SHA-256 *name*.

        Raises: NotFound when the log is not known, or nothing of it was cosigned.
        """
        data = self._directory.load_log(check_name(name)).note
        if not data:
            raise NotFound("nothing was cosigned of this log")
        return data

    # Cosigning -----------------------------------------------------------------------------------

    def add_checkpoint(self, body: bytes) -> str:
        """The line that cosigns the checkpoint in *body*, kept durably before this returns.

        Raises: as ``ledger.witness`` says, by check; ReadOnly when the clock is behind the last
        cosignature; CannotOpen when it cannot be kept. Then nothing was cosigned.
        """
        request = parse_request(body)
        with self._directory.locked():
            log, verifier = self._known(request.checkpoint.origin)
            last, last_at = self._last(log)
            try:
                verify_request(request, verifier, last)
            except VerificationFailed:
                self._keep_contradiction(request, last)
                raise
            at = int(self._clock.now().timestamp())
            if last_at is not None and at < last_at:
                raise ReadOnly(f"the clock is {last_at - at} s behind the last cosignature")
            text = request.note.text
            line = note.cosign(text, self._key.name, self._key.key, at)
            signed = self._cosigned(request, verifier, line)
            self._directory.save_log(replace(log, note=signed))
        return line

    def _known(self, origin: str) -> tuple[WitnessedLog, Verifier]:
        try:
            log = self._directory.load_log(hash_of(origin))
        except NotFound as exc:
            raise NotFound("this witness does not know the log of that origin") from exc
        try:
            return log, note.parse_vkey(log.vkey)
        except Refusal as exc:
            raise IntegrityError(f"the key of {origin} was changed: {exc}") from exc

    def _last(self, log: WitnessedLog) -> tuple[Checkpoint, int | None]:
        """What was cosigned last of *log* and when, read from what this witness signed itself.

        Raises: IntegrityError when its file is not as it was written.
        """
        if not log.note:
            return Checkpoint(log.origin, 0, merkle.EMPTY_ROOT), None
        try:
            held = note.parse_note(log.note)
            return parse_checkpoint(held.text), note.cosigned_at(held, self.verifier)
        except Refusal as exc:
            raise IntegrityError(f"what was cosigned of {log.origin} was changed: {exc}") from exc

    def _cosigned(self, request: Request, log: Verifier, line: str) -> bytes:
        """The checkpoint with the lines that are verified: the log's, and *line*."""
        lines = [one for one in request.note.signatures if _is_of(one, log)]
        return note.encode_note(Note(request.note.text, (lines[0], *note.parse_signatures(line))))

    def _keep_contradiction(self, request: Request, last: Checkpoint) -> None:
        """Keep what proves two histories by itself: the log signed two roots of one size."""
        new = request.checkpoint
        if new.size == last.size and new.root != last.root:
            self._directory.keep_evidence(note.encode_note(request.note))


def _is_of(signature: note.NoteSignature, verifier: Verifier) -> bool:
    return (signature.name, signature.key_id) == (verifier.name, verifier.key_id)
