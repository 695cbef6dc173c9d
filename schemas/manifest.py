"""The manifest of a backup: what it holds, of which ledger, and how to tell that it is whole.

``manifest.json`` beside the files that it names; docs/formats.md, "Backup"::

    {"backup": "chiptrail-backup/1", "origin": text, "vkey": verifier key, "size": 674,
     "root": hex, "checkpoint": note, "createdAt": time, "software": "chiptrail 0.1.0",
     "disclosures": true, "accounts": true,
     "files": [{"name": "ledger.sqlite3", "size": 901120, "sha256": hex}]}

*checkpoint* is the log's signed word on *size* and *root*, so that a log that gives that root is
the one that was backed up, whoever kept the files. Example::

    manifest = parse_manifest(data)
"""

import re
from dataclasses import dataclass
from typing import Annotated

from schemas import strict_json
from schemas.errors import MalformedBackup, MalformedEvent
from schemas.form import Called, Form, record_of, several
from schemas.shape import boolean, count, text
from schemas.statement_fields import COUNT, HASH, NOTE, ORIGIN, VERIFIER_KEY, Moment, Text

VERSION = "chiptrail-backup/1"

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True)
class BackupFile:
    """One file of a backup: its *name* in the folder, its *size* in bytes, its hash."""

    name: Annotated[str, Form(text(_NAME.fullmatch, "a file name"))]
    size: Annotated[int, Form(count)]
    sha256: Annotated[bytes, HASH]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup says of itself.

    *has_disclosures*: whether disclosed values are in it; *has_accounts*: whether users and tokens.
    """

    origin: Annotated[str, ORIGIN]
    vkey: Annotated[str, VERIFIER_KEY]
    size: Annotated[int, COUNT]
    root: Annotated[bytes, HASH]
    checkpoint: Annotated[str, NOTE]
    created_at: Moment
    software: Text
    has_disclosures: Annotated[bool, Form(boolean), Called("disclosures")]
    has_accounts: Annotated[bool, Form(boolean), Called("accounts")] = False
    files: Annotated[tuple[BackupFile, ...], several(record_of(BackupFile), least=1, most=16)]


_MANIFEST = record_of(Manifest)


def parse_manifest(data: bytes) -> Manifest:
    """The manifest in *data*.

    Raises: MalformedJson, TooLarge, MalformedBackup.
    """
    value = strict_json.load_object(data)
    if value.pop("backup", None) != VERSION:
        raise MalformedBackup(f"want a backup of version {VERSION}", "/backup")
    try:
        _MANIFEST.check(value)
    except MalformedEvent as exc:
        raise MalformedBackup(exc.message, exc.pointer) from exc
    manifest: Manifest = _MANIFEST.read(value)
    return manifest


def encode_manifest(manifest: Manifest) -> bytes:
    """*manifest* as it stands in its file."""
    said = _MANIFEST.write(manifest)
    assert isinstance(said, dict)
    return strict_json.dump({"backup": VERSION, **said}) + b"\n"
