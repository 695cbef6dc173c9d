"""Signed notes: a text, and the lines of those who signed it.

Source: C2SP signed-note. A note is UTF-8 without control characters but the line end; the last
blank line separates the text, of which it is no part, from the signatures::

    This is an example message.

    — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2O...

A line holds base64 of the 4-byte key id and the signature. A verifier key (vkey) is written
``<name>+<key id, hex>+<base64 of type byte and public key>``. Known here are the types 0x01
(Ed25519 over the text) and 0x04 (``ledger.cosignature``); lines of any other type are kept and
ignored. What a text says is for others, and only after ``verify_note``. Example::

    note = parse_note(data)
    signers = verify_note(note, [parse_vkey(vkey)])
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from ledger.cosignature import sign_cosignature, verify_cosignature
from ledger.keys import PrivateKey, PublicKey, parse_public_key, verify_signature
from schemas.errors import BadSignature, MalformedNote, TooLarge
from schemas.formats import decode_base64, decode_hex, encode_base64

ED25519 = 0x01
COSIGNATURE_V1 = 0x04

# 16 signatures must be accepted, and a post-quantum line takes up to 5 kB (signed-note, "Format").
MAX_SIGNATURES = 64
MAX_NOTE_SIZE = 256 << 10

_CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")
_KEY_ID_SIZE = 4
_DASH = "\u2014"


@dataclass(frozen=True, slots=True)
class Verifier:
    """Who may sign, as a vkey says it; *key_id* has 4 bytes and *algorithm* is the type byte."""

    name: str
    key_id: bytes
    algorithm: int
    key: PublicKey


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line, not verified; *data* is what follows the 4 bytes of the key id."""

    name: str
    key_id: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A note of good form, not verified; *text* ends in a line end."""

    text: str
    signatures: tuple[NoteSignature, ...]


def verifier_of(name: str, key: PublicKey, algorithm: int = ED25519) -> Verifier:
    """The verifier of *key* under *name*.

    Raises: MalformedNote (key name, or a type that is not known).
    """
    _check_name(name)
    if algorithm not in (ED25519, COSIGNATURE_V1):
        raise MalformedNote(f"got a key of type {algorithm:#04x}, want 0x01 or 0x04")
    identity = name.encode() + b"\n" + bytes([algorithm]) + key.raw
    return Verifier(name, sha256(identity).digest()[:_KEY_ID_SIZE], algorithm, key)


def encode_vkey(name: str, key: PublicKey, algorithm: int = ED25519) -> str:
    """The vkey of *key* under *name*: ``example.com/foo+530d903a+AekyeRrm...``.

    Raises: MalformedNote (key name, or a type that is not known).
    """
    verifier = verifier_of(name, key, algorithm)
    return f"{name}+{verifier.key_id.hex()}+{encode_base64(bytes([algorithm]) + key.raw)}"


def parse_vkey(text: str) -> Verifier:
    """The verifier that a vkey names.

    Raises: MalformedNote (form, type, or a key id that is not the key's), WeakKey.
    """
    # The base64 may hold "+" too, the name may not.
    parts = text.split("+", 2)
    try:
        name, key_id, data = parts[0], decode_hex(parts[1], _KEY_ID_SIZE), decode_base64(parts[2])
    except (IndexError, ValueError) as exc:
        raise MalformedNote("not a verifier key; want NAME+ID+KEY, as its log prints it") from exc
    if len(data) != 33:
        raise MalformedNote(f"got a verifier key of {len(data)} bytes, want 33")
    verifier = verifier_of(name, parse_public_key(data[1:]), data[0])
    if verifier.key_id != key_id:
        raise MalformedNote(f"got key id {key_id.hex()}, want {verifier.key_id.hex()}")
    return verifier


def parse_note(data: bytes) -> Note:
    """The text and the signature lines of a note. Nothing is verified yet.

    Raises: MalformedNote, TooLarge (over 256 KiB or 64 signatures).
    """
    if len(data) > MAX_NOTE_SIZE:
        raise TooLarge(f"the note has {len(data)} bytes, limit {MAX_NOTE_SIZE}")
    try:
        decoded = data.decode()
    except UnicodeDecodeError as exc:
        raise MalformedNote("the note is not UTF-8") from exc
    text, separator, lines = decoded.rpartition("\n\n")
    if not separator:
        raise MalformedNote("the note has no blank line before its signatures")
    text += "\n"
    _check_text(text)
    return Note(text, parse_signatures(lines))


def parse_signatures(lines: str) -> tuple[NoteSignature, ...]:
    """The signatures of one or more lines, each with its line end: what a witness answers.

    Raises: MalformedNote, TooLarge (over 64).
    """
    # Only LF ends a line: str.splitlines would end one at U+2028 too.
    *signatures, rest = lines.split("\n")
    if not signatures or rest:
        raise MalformedNote("want signature lines that end in a line end")
    if len(signatures) > MAX_SIGNATURES:
        raise TooLarge(f"the note has {len(signatures)} signatures, limit {MAX_SIGNATURES}")
    return tuple(_parse_line(line) for line in signatures)


def _parse_line(line: str) -> NoteSignature:
    try:
        dash, name, text = line.split(" ")
        data = decode_base64(text)
    except ValueError as exc:
        raise MalformedNote("not a signature line") from exc
    if dash != _DASH or len(data) <= _KEY_ID_SIZE:
        raise MalformedNote("not a signature line")
    _check_name(name)
    return NoteSignature(name, data[:_KEY_ID_SIZE], data[_KEY_ID_SIZE:])


def encode_note(note: Note) -> bytes:
    """The bytes of *note*; ``parse_note`` reads them back."""
    lines = "".join(map(encode_signature, note.signatures))
    return f"{note.text}\n{lines}".encode()


def encode_signature(signature: NoteSignature) -> str:
    """The line of one signature, with its line end."""
    data = encode_base64(signature.key_id + signature.data)
    return f"{_DASH} {signature.name} {data}\n"


def verify_note(note: Note, verifiers: Iterable[Verifier]) -> tuple[Verifier, ...]:
    """Those of *verifiers* who signed *note*, in the order of its lines, each once; at least one.

    Lines of names and key ids that are not among *verifiers* are ignored.

    Raises: BadSignature when a line of one of them does not verify, or there is none of them.
    """
    known = {(verifier.name, verifier.key_id): verifier for verifier in verifiers}
    signers: dict[Verifier, None] = {}
    for signature in note.signatures:
        verifier = known.get((signature.name, signature.key_id))
        if verifier is not None:
            # A known key under a false line casts doubt on the whole note ("Signatures").
            _verify_signature(note.text, signature, verifier)
            signers[verifier] = None
    if not signers:
        raise BadSignature("the note has no signature of a known key")
    return tuple(signers)


def _verify_signature(text: str, signature: NoteSignature, verifier: Verifier) -> None:
    if verifier.algorithm == COSIGNATURE_V1:
        verify_cosignature(text, verifier.key, signature.data)
    else:
        verify_signature(verifier.key, text.encode(), signature.data)


def cosigned_at(note: Note, verifier: Verifier) -> int:
    """The last time, in POSIX seconds, at which a verifier of type 0x04 cosigned *note*.

    Raises: BadSignature when a line of it does not verify, or there is none.
    """
    times = [
        verify_cosignature(note.text, verifier.key, signature.data)
        for signature in note.signatures
        if (signature.name, signature.key_id) == (verifier.name, verifier.key_id)
    ]
    if not times or verifier.algorithm != COSIGNATURE_V1:
        raise BadSignature("the note has no cosignature of this key")
    return max(times)


def sign_note(text: str, name: str, key: PrivateKey) -> bytes:
    """The note of *text* with one signature of type 0x01.

    Raises: MalformedNote (*text* does not end in a line end or holds control characters; *name*).
    """
    _check_text(text)
    signer = verifier_of(name, key.public)
    signature = NoteSignature(name, signer.key_id, key.sign(text.encode()))
    return encode_note(Note(text, (signature,)))


def cosign(text: str, name: str, key: PrivateKey, at_seconds: int) -> str:
    """The line of a type 0x04 signature under checkpoint *text*, with its line end.

    Raises: MalformedNote (text, name), ValueError (time).
    """
    _check_text(text)
    signer = verifier_of(name, key.public, COSIGNATURE_V1)
    return encode_signature(
        NoteSignature(name, signer.key_id, sign_cosignature(text, key, at_seconds))
    )


def add_signature(data: bytes, line: str) -> bytes:
    """The note in *data* with one more signature line; unchanged if it has that line.

    Nothing is verified: add only what was.

    Raises: MalformedNote, TooLarge.
    """
    note = parse_note(data)
    added = tuple(one for one in parse_signatures(line) if one not in note.signatures)
    result = encode_note(Note(note.text, note.signatures + added))
    parse_note(result)
    return result


def _check_name(name: str) -> None:
    if not name or "+" in name or any(map(str.isspace, name)) or _CONTROL.search(name):
        raise MalformedNote("a key name is not empty and holds no space, plus or control character")


def _check_text(text: str) -> None:
    if not text.endswith("\n"):
        raise MalformedNote("the text of a note ends in a line end")
    if _CONTROL.search(text):
        raise MalformedNote("the text of a note holds no control character but the line end")


def first_signature(signed: bytes) -> bytes:
    """The data of the first signature in the note *signed*: of a checkpoint, the log's 64 bytes."""
    return parse_note(signed).signatures[0].data
