"""The manifest of a backup: what is written reads back, and what is none is pointed at."""

import json
from datetime import UTC, datetime

import pytest

from schemas.errors import MalformedBackup
from schemas.manifest import BackupFile, Manifest, encode_manifest, parse_manifest

MANIFEST = Manifest(
    origin="ledger.example",
    vkey=f"ledger.example+1a2b3c4d+{'A' * 44}",
    size=674,
    root=bytes(32),
    checkpoint="ledger.example\n674\nAAAA\n\n— ledger.example sig\n",
    created_at=datetime(2026, 1, 2, 3, 4, 5, 678000, UTC),
    software="chiptrail 0.1.0",
    has_disclosures=True,
    has_accounts=True,
    files=(BackupFile("ledger.sqlite3", 901_120, b"\x01" * 32),),
)


def test_what_is_written_reads_back():
    assert MANIFEST == parse_manifest(encode_manifest(MANIFEST))


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"backup": "chiptrail-backup/9"}, "/backup"),
        ({"origin": ""}, "/origin"),
        ({"vkey": "nobody"}, "/vkey"),
        ({"size": 0}, "/size"),
        ({"size": True}, "/size"),
        ({"root": "00"}, "/root"),
        ({"checkpoint": 7}, "/checkpoint"),
        ({"createdAt": "yesterday"}, "/createdAt"),
        ({"disclosures": "yes"}, "/disclosures"),
        ({"accounts": 1}, "/accounts"),
        ({"files": []}, "/files"),
        ({"files": [{"name": "../key", "size": 1, "sha256": "00" * 32}]}, "/files/0/name"),
        ({"files": [{"name": "a", "size": -1, "sha256": "00" * 32}]}, "/files/0/size"),
        ({"more": 1}, "/more"),
    ],
)
def test_what_does_not_fit_is_pointed_at(change, pointer):
    value = json.loads(encode_manifest(MANIFEST)) | change

    with pytest.raises(MalformedBackup) as caught:
        parse_manifest(json.dumps(value).encode())
    assert pointer == caught.value.pointer
