"""Audit names every tampered row, tile and file, and finds nothing wrong where nothing is.

Entries that should never have been recorded are put there by a log that signs them without asking.
"""

import sqlite3

import pytest

from ledger import dsse
from ledger.service import audit as audit_module
from ledger.service.audit import AuditReport, audit
from ledger.service.sequencer import sequencing
from ledger.store import log
from ledger.store.projections import projections
from schemas.statement import Role
from tests.faults.pages import used_bytes
from tests.ledger.service.tampering import copy_of, opened, tamper
from tests.world import CHIPS, World, party


@pytest.fixture(scope="module")
def pristine(tmp_path_factory):
    """A ledger with full tiles, lots, containers and findings."""
    world = World(tmp_path_factory.mktemp("pristine"), checking=False)
    world.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    world.enroll("shop")
    chips = world.chips(20)
    world.commission("fab", chips)
    world.commission("fab", chips[:1])
    world.pack("fab", "urn:pallet:1", chips[:5])
    world.ship("fab", ["urn:pallet:1"], to="shop")
    world.receive("shop", ["urn:pallet:1"])
    for number in range(270):
        world.declare("fab", [f"urn:other:{number}"])
    withheld = {"withheld": ["bizLocation"], "bizLocation": {"id": "urn:epc:id:sgln:4.2.1"}}
    world.declare("fab", ["urn:secret:1"], **withheld)
    world.check()
    return world


@pytest.fixture
def copy(pristine, tmp_path):
    """The ledger of a copy of the pristine world, to tamper with."""
    ledger = opened(copy_of(pristine, tmp_path / "data"), pristine)
    yield ledger
    ledger.database.dispose()


def problems(ledger):
    report = list(audit(ledger))[-1]
    assert isinstance(report, AuditReport)
    return report.problems


def test_an_untouched_ledger_has_no_problems(copy):
    report = list(audit(copy))[-1]

    assert (copy.head.size, ()) == (report.entries, report.problems)
    assert 1 == report.tiles


# What was done: (the statement, the line that names it, or its beginning before a keyid).
TAMPERED = {
    "a payload": (
        (
            "UPDATE entry SET payload = CAST(replace(payload, 'storing', 'loading') AS BLOB) "
            "WHERE idx = 100"
        ),
        "entry 100: not a signature of key ",
    ),
    "a payload of another type": (
        "UPDATE entry SET payload = CAST(payload AS TEXT) WHERE idx = 100",
        "entry 100: got a column of str, want bytes",
    ),
    "a statement": (
        "UPDATE entry SET payload = CAST(replace(payload, 'Fab', 'Fob') AS BLOB) WHERE idx = 4",
        "entry 4: not a signature of key ",
    ),
    "an identity": (
        "UPDATE entry SET identity = zeroblob(32) WHERE idx = 50",
        "entry 50: identity is not that of the payload",
    ),
    "a signature": (
        "UPDATE entry SET signature = zeroblob(64) WHERE idx = 50",
        "entry 50: the R of the signature is a point of small order",
    ),
    "a time": (
        "UPDATE entry SET recorded_at = recorded_at + 1 WHERE idx = 50",
        "entry 50: time is not that of its checkpoint",
    ),
    "a time back": (
        "UPDATE entry SET recorded_at = 5 WHERE idx = 50",
        "entry 50: log time goes back from entry 49 to it",
    ),
    "a time that was moved on far": (
        "UPDATE entry SET recorded_at = recorded_at + (1 << 40) WHERE idx = 50",
        "entry 51: log time goes back from entry 50 to it",
    ),
    "a time that is text": (
        "UPDATE entry SET recorded_at = 'noon' WHERE idx = 50",
        "entry 50: got a column of str, want int",
    ),
    "a time that is text, of a statement": (
        "UPDATE entry SET recorded_at = 'noon' WHERE idx = 4",
        "entry 4: got a column of str, want int",
    ),
    "a time before 1970": (
        "UPDATE entry SET recorded_at = -5 WHERE idx = 50",
        "entry 50: got -5, want a time",
    ),
    "a time that no calendar has": (
        "UPDATE entry SET recorded_at = 1 << 60 WHERE idx = 50",
        "entry 50: got 1152921504606846976, want a time",
    ),
    "a kind that there is not": (
        "UPDATE entry SET kind = 7 WHERE idx = 50",
        "entry 50: got kind 7, want 0 or 1",
    ),
    "a kind that is text": (
        "UPDATE entry SET kind = 'event' WHERE idx = 50",
        "entry 50: got a column of str, want int",
    ),
    "a statement made an event": (
        "UPDATE entry SET kind = 0 WHERE idx = 4",
        "entry 4: not a signature of key ",
    ),
    "the key of an entry": (
        "UPDATE entry SET key_idx = 7 WHERE idx = 50",
        "entry 50: not a signature of key ",
    ),
    "a key that nobody enrolled": (
        "UPDATE entry SET key_idx = 99 WHERE idx = 50",
        "entry 50: no key was enrolled at 99",
    ),
    "the last entry": (
        "DELETE FROM entry WHERE idx = (SELECT max(idx) FROM entry)",
        "checkpoint 284: signed, its entries are missing",
    ),
    "an entry in the middle": (
        "DELETE FROM entry WHERE idx = 20",
        "entry 20: it is missing",
    ),
    "an entry moved far away": (
        "UPDATE entry SET idx = 1000000000000 WHERE idx = 283",
        "entry 283: it is missing",
    ),
    "an entry moved before the first": (
        "UPDATE entry SET idx = -1 WHERE idx = 50",
        "entry -1: before the first",
    ),
    "a list": (
        "UPDATE item_list SET ids = replace(ids, 'A0002', 'A9999') WHERE idx = 8",
        "entry 8: /lists/epcList: seed and ids do not give the root that was signed",
    ),
    "a list that is no text any more": (
        "UPDATE item_list SET ids = CAST(x'ff' || ids AS TEXT) WHERE idx = 8",
        "entry 8: database ",
    ),
    "a seed": (
        "UPDATE item_list SET seed = zeroblob(32) WHERE idx = 8",
        "entry 8: /lists/epcList: seed and ids do not give the root that was signed",
    ),
    "a seed that is text": (
        "UPDATE item_list SET seed = 'seed' WHERE idx = 8",
        "item list of entry 8: got a column of str, want bytes",
    ),
    "a missing list": (
        "DELETE FROM item_list WHERE idx = 8",
        "entry 8: /lists: the list of epcList is missing",
    ),
    "a list of half an entry": (
        "UPDATE item_list SET idx = 8.5 WHERE idx = 8",
        "item list of entry 8.5: got a column of float, want int",
    ),
    "a list beside a statement": (
        "INSERT INTO item_list VALUES (4, 'epcList', zeroblob(32), 'urn:a:1')",
        "entry 4: /lists/epcList: the event commits to no such list",
    ),
    "a list beside an open event": (
        "INSERT INTO item_list VALUES (50, 'epcList', zeroblob(32), 'urn:a:1')",
        "entry 50: /lists/epcList: the event commits to no such list",
    ),
    "a list beyond the end": (
        "INSERT INTO item_list VALUES (284, 'epcList', zeroblob(32), 'urn:a:1')",
        "item lists: 1 lie beside no entry",
    ),
    "a list before the first entry": (
        "INSERT INTO item_list VALUES (-1, 'epcList', zeroblob(32), 'urn:a:1')",
        "item lists: 1 lie beside no entry",
    ),
    "a tile": (
        "UPDATE tile SET hashes = zeroblob(8192)",
        "tile 0/0: not the hashes of its entries",
    ),
    "a tile that is text": (
        "UPDATE tile SET hashes = hex(zeroblob(4096))",
        "tile 0/0: got a column of str, want bytes",
    ),
    "a tile's root": (
        "UPDATE tile SET root = zeroblob(32)",
        "tile 0/0: root is not that of its hashes",
    ),
    "a tile's root that is text": (
        "UPDATE tile SET root = 'root'",
        "tile 0/0: got a column of str, want bytes",
    ),
    "a missing tile": (
        "DELETE FROM tile",
        "tile 0/0: not the hashes of its entries",
    ),
    "a tile too many": (
        "INSERT INTO tile VALUES (1, 0, zeroblob(32), zeroblob(8192))",
        "tiles: stored tiles that belong to no full stretch of entries",
    ),
    "an old checkpoint": (
        "UPDATE checkpoint SET root = zeroblob(32) WHERE size = 20",
        "checkpoint 20: root is not that of the entries",
    ),
    "a checkpoint's root that is text": (
        "UPDATE checkpoint SET root = 'root' WHERE size = 20",
        "checkpoint 20: got a column of str, want bytes",
    ),
    "a checkpoint's signature": (
        "UPDATE checkpoint SET signature = zeroblob(64) WHERE size = 20",
        "checkpoint 20: signature is not the log key's",
    ),
    "a checkpoint's signature that is a number": (
        "UPDATE checkpoint SET signature = 5 WHERE size = 20",
        "checkpoint 20: got a column of int, want bytes",
    ),
    "a checkpoint's time": (
        "UPDATE checkpoint SET signed_at = signed_at + 1 WHERE size = 20",
        "checkpoint 20: time is not that of its last entry",
    ),
    "a checkpoint of less than nothing": (
        "UPDATE checkpoint SET size = -20 WHERE size = 20",
        "checkpoint -20: want at least one entry",
    ),
    "a missing checkpoint": (
        "DELETE FROM checkpoint WHERE size = 20",
        "checkpoint 20: missing, activity 19 led to it",
    ),
    "a checkpoint too many": (
        (
            "INSERT INTO checkpoint SELECT 1020, root, signed_at, signature FROM checkpoint "
            "WHERE size = 20"
        ),
        "checkpoint 1020: signed, its entries are missing",
    ),
    "the newest checkpoint": (
        "DELETE FROM checkpoint WHERE size = 284",
        "the newest checkpoint is not that of all entries",
    ),
    "the newest checkpoint's root that is text": (
        "UPDATE checkpoint SET root = 'root' WHERE size = 284",
        "checkpoint 284: got a column of str, want bytes",
    ),
    "what was disclosed": (
        "UPDATE disclosure SET body = substr(body, 1, 8) || 'Q' || substr(body, 10)",
        "disclosure of entry 283: /disclosures/0: another digest was signed for bizLocation",
    ),
    "a disclosure that is no text": (
        "UPDATE disclosure SET body = x'05'",
        "disclosure of entry 283: got a column of bytes, want str",
    ),
    "a disclosure's digest": (
        "UPDATE disclosure SET digest = 'other'",
        "disclosure of entry 283: a disclosure has a digest that was not signed",
    ),
    "an erased disclosure's digest": (
        "UPDATE disclosure SET digest = 'other', body = NULL",
        "disclosure of entry 283: a disclosure has a digest that was not signed",
    ),
    "a disclosure twice": (
        "INSERT INTO disclosure SELECT idx, 'other', body FROM disclosure",
        "disclosure of entry 283: /disclosures/1: bizLocation is disclosed twice",
    ),
    "a disclosure of another event": (
        "UPDATE disclosure SET idx = 50",
        "disclosure of entry 50: /disclosures/0: the event does not withhold bizLocation",
    ),
    "a disclosure of a statement": (
        "UPDATE disclosure SET idx = 4",
        "disclosure of entry 4: it is no event",
    ),
    "a disclosure beyond the end": (
        "UPDATE disclosure SET idx = 284",
        "disclosures: 1 lie beside no entry",
    ),
    "a missing request": (
        "DELETE FROM activity WHERE id = 10",
        "activity 10: missing, or not what came after 10 entries",
    ),
    "the last request": (
        "DELETE FROM activity WHERE id = 283",
        "checkpoint 284: no activity led to it",
    ),
    "what a request added": (
        "UPDATE activity SET ref = '[10, 12)' WHERE id = 10",
        "checkpoint 11: no activity led to it",
    ),
    "that a request added": (
        "UPDATE activity SET ref = '[10, 10)' WHERE id = 10",
        "activity 11: missing, or not what came after 10 entries",
    ),
    "a request's entries that are none": (
        "UPDATE activity SET ref = '[10, ²)' WHERE id = 10",
        "activity 10: missing, or not what came after 10 entries",
    ),
    "a request's time": (
        "UPDATE activity SET at = at + 1 WHERE id = 10",
        "activity 10: time is not that of checkpoint 11",
    ),
    "a request's time that is text": (
        "UPDATE activity SET at = 'noon' WHERE id = 10",
        "activity 10: got a column of str, want int",
    ),
    "a request too early": (
        "INSERT INTO activity VALUES (284, 5, 'world', 'capture', '[284, 284)')",
        "activity 284: earlier than the entry before it",
    ),
    "where a chip is": (
        "UPDATE holding SET holder = 'urn:chiptrail:party:shop'",
        "projection item: row 0 (1) is not what the entries give",
    ),
    "what a chip is in": (
        "UPDATE containment SET stop = NULL, parent = parent + 1",
        "projection containment: row 0 (1) is not what the entries give",
    ),
    "a finding": (
        "DELETE FROM finding",
        "projection finding: row 0 (9) is not what the entries give",
    ),
    "a chip's history": (
        "DELETE FROM item_event WHERE ordinal = 9 << 16",
        "projection item_event: row 1 (1) is not what the entries give",
    ),
    "an event": (
        "UPDATE event SET actor = 'urn:chiptrail:party:nobody' WHERE idx = 12",
        "projection event: row 4 (12) is not what the entries give",
    ),
    "a class of items too many": (
        "INSERT INTO item_class VALUES (1000, 'urn:made-up:')",
        "projection item_class: row 1 (urn:made-up:) is not what the entries give",
    ),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_a_tampered_row_is_named(copy, what):
    statement, where = TAMPERED[what]
    tamper(copy.directory, statement)

    found = problems(copy)
    assert [] != [line for line in found if line.startswith(where)]


def test_a_tampered_checkpoint_file_is_named(copy):
    copy.directory.checkpoint.write_bytes(copy.sign(5, bytes(32)))

    assert ("checkpoint file: another root for 5 entries",) == problems(copy)


def test_a_database_behind_the_checkpoint_file_is_named(copy):
    copy.directory.checkpoint.write_bytes(copy.sign(copy.head.size + 1, bytes(32)))

    assert f"checkpoint file: {copy.head.size + 1} entries were signed, not all are here" in (
        problems(copy)
    )


def test_a_missing_checkpoint_file_is_named(copy):
    copy.directory.checkpoint.unlink()

    assert (f"checkpoint file: {copy.directory.checkpoint}: no such file",) == problems(copy)


def test_a_row_that_cannot_be_read_is_named_though_it_is_read_to_open(pristine, tmp_path):
    folder, last = copy_of(pristine, tmp_path / "data"), pristine.ledger.head.size - 2
    (at,) = [
        cell.ranges[0][0] for cell in used_bytes(folder.database, "entry") if cell.rowid == last
    ]
    data = bytearray(folder.database.read_bytes())
    data[at + 9] ^= 1 << 6  # of the lengths of its columns
    folder.database.write_bytes(data)
    ledger = opened(folder, pristine)

    assert "malformed" in ledger.stopped
    assert any(one.startswith(f"entry {last}: ") for one in problems(ledger))
    ledger.database.dispose()


@pytest.mark.parametrize("column", ["root", "signature", "signed_at"])
@pytest.mark.parametrize("size", ["10", "(SELECT max(size) FROM checkpoint)"])
def test_a_checkpoint_with_text_that_is_none_is_named(pristine, tmp_path, size, column):
    folder = copy_of(pristine, tmp_path / "data")
    spoilt = f"UPDATE checkpoint SET {column} = CAST(x'ff41' AS TEXT) WHERE size = {size}"
    tamper(folder, spoilt)
    ledger = opened(folder, pristine)
    named = size if size.isdecimal() else pristine.ledger.head.size

    is_read_to_open = not size.isdecimal() and column != "signed_at"
    assert is_read_to_open == (ledger.stopped is not None)
    assert problems(ledger)[0].startswith(f"checkpoint {named}: got a column of UndecodableText")
    ledger.database.dispose()


def test_a_long_log_is_audited_in_other_processes_with_the_same_result(copy, monkeypatch):
    monkeypatch.setattr(audit_module, "PARALLEL_FROM", 10)
    monkeypatch.setattr(audit_module, "STRETCH", 64)
    assert () == problems(copy)

    tamper(copy.directory, "UPDATE entry SET signature = zeroblob(64) WHERE idx = 150")
    assert "entry 150: the R of the signature is a point of small order" == problems(copy)[0]


def test_what_lost_its_body_without_an_erasure_is_a_problem(copy):
    tamper(copy.directory, "UPDATE disclosure SET body = NULL")

    (found,) = problems(copy)
    assert found.endswith(": it has no body, and no statement erased it")


def test_states_that_no_item_is_in_any_more_are_no_problem(copy):
    columns = ", ".join(c.name for c in projections.tables["holding"].columns)
    tamper(
        copy.directory,
        f"INSERT INTO holding SELECT 100000 + {columns} FROM holding",
    )

    assert () == problems(copy)


TRIGGERS = {
    "DROP TRIGGER entry_no_update": "trigger entry_no_update: it is missing",
    "CREATE TRIGGER extra AFTER INSERT ON entry BEGIN DELETE FROM tile; END":
        "trigger extra: it is not the program's",
    "DROP TRIGGER tile_no_delete; CREATE TRIGGER tile_no_delete BEFORE DELETE ON tile"
    " BEGIN SELECT 1; END": "trigger tile_no_delete: it is not as the program made it",
}  # fmt: skip


@pytest.mark.parametrize("script", TRIGGERS)
def test_a_trigger_that_is_not_the_programs_is_named(copy, script):
    raw = sqlite3.connect(copy.directory.database)
    raw.executescript(script)
    raw.close()

    assert (TRIGGERS[script],) == problems(copy)


# What the log should never have signed ---------------------------------------------------------


@pytest.fixture
def forger(tmp_path):
    """A world whose ledger signs anything."""
    world = World(tmp_path, checking=False)
    world.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    world.enroll("shop")
    world.commission("fab", world.chips(1))
    return world


def forge(world, **said):
    """Record, unasked, an event that fab signs, with *said* in it; gives what the audit finds."""
    submission = world.submission("fab", "ObjectEvent", {"epcList": world.chips(1)},
                                  action="OBSERVE", bizStep="storing", **said)  # fmt: skip
    envelope = submission.envelope
    key_index = world.ledger.registry.keys[envelope.keyid].index
    identity = dsse.identity_of(envelope.payload_type, envelope.payload)
    with sequencing(world.ledger, actor="forger", act="capture") as batch:
        row = log.EntryRow(batch.size, identity, batch.recorded_at, key_index,
                           envelope.signature, log.EVENT, envelope.payload)  # fmt: skip
        batch._entries.append(row)
        batch.size += 1
    return problems(world.ledger)


def test_an_entry_for_another_ledger_is_named(forger):
    index = forger.ledger.head.size
    found = forge(forger, **{"chiptrail:ledger": "ledger.example/other"})

    assert f"entry {index}: signed for another ledger" in found


def test_an_entry_in_the_name_of_another_party_is_named(forger):
    index = forger.ledger.head.size
    found = forge(forger, **{"chiptrail:party": party("shop")})

    assert f"entry {index}: the payload names another party than the key's" in found


def test_an_entry_of_a_revoked_key_is_named(forger):
    revoked = forger.revoke("fab").index
    keyid = forger.keys[party("fab")].public.keyid
    found = forge(forger)

    assert f"entry {revoked + 1}: key {keyid[:16]} was revoked at index {revoked}" in found


def test_an_entry_that_saw_another_root_is_named(forger):
    index = forger.ledger.head.size
    found = forge(forger, **{"chiptrail:after": forger.ledger.sign(3, bytes(32)).decode()})

    assert f"entry {index}: its signer held another root for 3 entries (log/split-view)" in found


@pytest.mark.parametrize("ahead", [1, 1000])
def test_an_entry_that_saw_a_later_head_is_named(forger, ahead):
    index = forger.ledger.head.size
    after = forger.ledger.sign(index + ahead, bytes(32)).decode()
    found = forge(forger, **{"chiptrail:after": after})

    expected = f"entry {index}: its signer held a head of {index + ahead} entries"
    assert f"{expected}, later than itself" in found


def test_an_entry_that_saw_its_own_head_is_sound(forger):
    """What the forger does is wrong by nothing but what a test says: the projections lack it."""
    assert ["projection"] == [line.split()[0] for line in forge(forger)][:1]
