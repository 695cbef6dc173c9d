"""The start-up rules: what was signed last decides, and a ledger in doubt signs nothing."""

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, wait

import pytest

from ledger import keys
from ledger.service.audit import audit
from ledger.service.capture import capture
from ledger.service.clock import Clock
from ledger.service.founding import Foundation, found
from ledger.service.ledger import Ledger
from ledger.store import log
from ledger.store.files import DataDirectory
from ledger.store.items import milliseconds
from schemas.envelope import encode_submission
from schemas.errors import CannotOpen, IntegrityError, MalformedStatement, ReadOnly
from schemas.statement import Role
from tests.databases import lift_triggers
from tests.geography import ATLAS
from tests.openings import opened
from tests.world import CHIPS, World


def begin(made):
    made.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    made.commission("fab", made.chips(2))


@pytest.fixture
def world(tmp_path, url):
    return opened(tmp_path, begin, url=url)


def reopened(world, url=None):
    world.ledger.database.dispose()
    return Ledger.open(world.directory, url or world.url, clock=world.ledger.clock)


def write(world, ledger):
    submission = world.submission(
        "fab", "ObjectEvent", {"epcList": world.chips(1)}, action="OBSERVE", bizStep="storing"
    )
    return capture(ledger, [encode_submission(submission)], actor="test")[0]


def size_of(ledger):
    with ledger.snapshot() as (_, tip):
        return tip.head.size


def test_what_is_handed_out_waits_for_nobody_who_writes(world):
    with ThreadPoolExecutor(1) as pool, world.directory.locked():
        assert world.ledger.head.size == pool.submit(size_of, world.ledger).result(10)


def test_nor_does_it_in_another_process_than_wrote_last(world):
    other = reopened(world)
    size = write(world, world.ledger).size
    with ThreadPoolExecutor(1) as pool, world.directory.locked():
        assert size == pool.submit(size_of, other).result(10)


def test_a_checkpoint_file_with_more_than_was_signed_is_refused(world):
    with world.directory.checkpoint.open("ab") as file:
        file.write(b"more")

    with pytest.raises(ReadOnly):
        size_of(world.ledger)


def test_an_older_snapshot_takes_nothing_back_of_what_is_known(world):
    ledger = world.ledger
    with ledger.database.reading() as connection:
        old = ledger.renew(connection)
        world.enroll("late")
        new = ledger.tip

        assert old.head == ledger.renew(connection).head
        assert "late" not in str(ledger.renew(connection).registry.parties)
    assert new is ledger.tip


def test_database_and_file_set_back_under_a_process_stop_it(tmp_path):
    """Both are a whole old ledger: the process alone knows better."""
    world = opened(tmp_path, begin)
    kept = shutil.copytree(world.directory.path, tmp_path / "kept")
    size = write(world, world.ledger).size
    world.ledger.database.dispose()
    shutil.rmtree(world.directory.path)
    shutil.copytree(kept, world.directory.path)

    with pytest.raises(ReadOnly, match=f"{size} entries were signed, {size - 1} are there"):
        write(world, world.ledger)


def test_what_is_committed_is_handed_out_once_its_checkpoint_is_there(world, monkeypatch):
    other, keep_note, asked = reopened(world), Ledger.keep_note, []

    def slow(ledger, signed):
        asked.extend([pool.submit(size_of, one) for one in (world.ledger, other)])
        assert not wait(asked, timeout=0.3).done
        keep_note(ledger, signed)

    monkeypatch.setattr(Ledger, "keep_note", slow)
    with ThreadPoolExecutor(2) as pool:
        size = write(world, world.ledger).size
        assert [size, size] == [one.result(10) for one in asked]


def test_a_ledger_opens_where_it_was_left(world):
    again = reopened(world)

    assert (None, world.ledger.head) == (again.stopped, again.head)
    assert world.ledger.head.size == write(world, again).index


def test_no_ledger_is_told_from_a_broken_one(tmp_path):
    with pytest.raises(CannotOpen, match="chiptrail init"):
        Ledger.open(DataDirectory(tmp_path / "nothing"))


def rules_of(world, geography):
    world.directory.rules.mkdir()
    text = f'pack = "house"\ngeography = "{geography}"\n'
    (world.directory.rules / "house.toml").write_text(text)


def test_rules_for_other_borders_than_those_installed_open_no_ledger(world):
    rules_of(world, "tzfpy 2025a, zones 0")

    with pytest.raises(CannotOpen, match=r"requirements\.lock") as refused:
        reopened(world)
    assert "'tzfpy 2025a, zones 0'" in str(refused.value)
    assert repr(ATLAS.version) in str(refused.value)


def test_an_operator_may_say_to_judge_by_the_borders_installed(world):
    rules_of(world, ATLAS.version)

    assert reopened(world).stopped is None


def test_a_crash_between_commit_and_checkpoint_file_is_written_forward(world):
    before = world.directory.checkpoint.read_bytes()
    world.commission("fab", ["urn:a:b"])
    world.directory.checkpoint.write_bytes(before)

    again = reopened(world)
    assert (None, world.ledger.head.size) == (again.stopped, again.load_checkpoint().size)


def test_an_old_database_under_a_newer_checkpoint_file_signs_nothing(world, kind):
    old = kind.copy(world.ledger.database)
    world.commission("fab", ["urn:a:b"])

    again = reopened(world, old)
    assert "old copy" in (again.stopped or "")
    with pytest.raises(ReadOnly):
        write(world, again)


def test_another_history_under_the_checkpoint_file_signs_nothing(world):
    note = world.ledger.sign(world.ledger.head.size, bytes(32))
    world.directory.checkpoint.write_bytes(note)

    assert "another root" in (reopened(world).stopped or "")


def test_a_missing_checkpoint_file_signs_nothing(world):
    world.directory.checkpoint.unlink()

    assert "missing" in (reopened(world).stopped or "")


def test_a_checkpoint_file_of_another_key_signs_nothing(world):
    text = world.directory.checkpoint.read_bytes()
    world.directory.checkpoint.write_bytes(text.replace(b"ledger.example", b"mirror.example"))

    assert "checkpoint" in (reopened(world).stopped or "")


def test_entries_that_do_not_give_the_signed_root_stop_the_ledger(world):
    with world.ledger.database.writing() as connection:
        lift_triggers(connection)
        connection.exec_driver_sql("UPDATE entry SET payload = ? WHERE idx = 2", (b"{}",))

    assert "entry 2" in (reopened(world).stopped or "")


def test_a_ledger_that_was_swapped_while_open_stops_before_the_next_batch(world):
    note = world.ledger.sign(world.ledger.head.size + 5, bytes(32))
    world.directory.checkpoint.write_bytes(note)

    with pytest.raises(ReadOnly, match="old copy"):
        write(world, world.ledger)


def test_projections_of_another_version_are_rebuilt_at_the_start(world):
    with world.ledger.database.writing() as connection:
        connection.exec_driver_sql("UPDATE projection SET value = '0'")
        connection.exec_driver_sql("DELETE FROM item_event")

    with reopened(world).database.reading() as connection:
        assert 2 == connection.exec_driver_sql("SELECT count(*) FROM item_event").scalar_one()


def test_a_head_whose_stored_signature_is_not_the_logs_stops_the_ledger(world):
    with world.ledger.database.writing() as connection:
        lift_triggers(connection)
        connection.exec_driver_sql("UPDATE checkpoint SET signature = ?", (bytes(64),))

    assert "signature" in (reopened(world).stopped or "")


def test_a_log_key_of_another_ledger_stops_the_ledger(world, tmp_path):
    found(DataDirectory(tmp_path / "other"), foundation(origin=world.ledger.origin))
    shutil.copy(tmp_path / "other" / "log.key", world.directory.log_key)

    assert reopened(world).stopped is not None


def test_a_missing_database_is_said_and_not_made(tmp_path):
    world = World(tmp_path)
    world.ledger.database.dispose()
    world.directory.database.unlink()

    with pytest.raises(CannotOpen, match="missing"):
        Ledger.open(world.directory)
    assert not world.directory.database.exists()


def test_a_checkpoint_file_that_cannot_be_written_stops_the_ledger_before_the_ack(
    world, monkeypatch
):
    """A disk that failed once may have lost what it said it kept: look again from the start."""

    def fail(*_):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("ledger.store.files.save_durably", fail)
    with pytest.raises(ReadOnly, match="checkpoint file"):
        write(world, world.ledger)
    monkeypatch.undo()
    with pytest.raises(ReadOnly, match="checkpoint file"):
        write(world, world.ledger)
    assert reopened(world).stopped is None


def test_a_checkpoint_file_two_heads_behind_is_an_old_copy_and_signs_nothing(world):
    """A crash leaves it one head behind; whoever put an older one there may have newer entries."""
    before = world.directory.checkpoint.read_bytes()
    world.commission("fab", ["urn:a:b"])
    world.commission("fab", ["urn:a:c"])
    world.directory.checkpoint.write_bytes(before)

    assert "is an old copy" in (reopened(world).stopped or "")
    assert before == world.directory.checkpoint.read_bytes()


def test_nothing_is_signed_with_a_clock_that_jumped(world):
    """Wall time goes on by a day, monotonic time does not."""
    wall = [world.now.timestamp()]
    world.ledger.clock = Clock(wall=lambda: wall[0], monotonic=lambda: 0.0)
    before = world.directory.checkpoint.read_bytes()
    wall[0] += 86_400

    with pytest.raises(ReadOnly, match="clock jumped"):
        write(world, world.ledger)
    assert before == world.directory.checkpoint.read_bytes()


def test_log_time_does_not_go_back_when_the_clock_does(world):
    before = world.ledger.head.recorded_at
    world.advance(days=-2)
    again = reopened(world)

    assert before <= milliseconds(write(world, again).recorded_at)


def test_a_commit_of_unknown_outcome_stops_the_ledger(world, monkeypatch):
    dialect = world.ledger.database._engine.dialect

    def fail(*_):
        raise dialect.dbapi.OperationalError("disk I/O error")

    monkeypatch.setattr(dialect, "do_commit", fail)
    with pytest.raises(IntegrityError, match="unknown"):
        write(world, world.ledger)
    monkeypatch.undo()
    with pytest.raises(ReadOnly, match="unknown"):
        write(world, world.ledger)


def test_a_row_that_does_not_read_back_as_it_was_written_is_never_signed(world, monkeypatch):
    """Bytes that change between the writing and the tree: the root is of what is stored."""
    insert = log.insert_entries

    def flip(connection, rows):
        insert(connection, [row._replace(payload=row.payload + b" ") for row in rows])

    monkeypatch.setattr(log, "insert_entries", flip)
    before = world.directory.checkpoint.read_bytes()
    with pytest.raises(IntegrityError, match="identity"):
        write(world, world.ledger)
    assert before == world.directory.checkpoint.read_bytes()


@pytest.mark.parametrize("change", [{"recorded_at": 1}, {"signature": bytes(64)}])
def test_a_signature_or_time_that_changes_on_the_way_is_never_signed(world, monkeypatch, change):
    insert = log.insert_entries

    def flip(connection, rows):
        insert(connection, [row._replace(**change) for row in rows])

    monkeypatch.setattr(log, "insert_entries", flip)
    before = world.directory.checkpoint.read_bytes()
    with pytest.raises(IntegrityError, match="not what was given"):
        write(world, world.ledger)
    assert before == world.directory.checkpoint.read_bytes()


def test_a_row_that_is_lost_on_the_way_is_never_signed(world, monkeypatch):
    monkeypatch.setattr(log, "insert_entries", lambda *_: None)

    with pytest.raises(IntegrityError, match="back"):
        write(world, world.ledger)


def test_two_processes_that_start_after_a_new_version_rebuild_once(world):
    with world.ledger.database.writing() as connection:
        connection.exec_driver_sql("UPDATE projection SET value = '0'")
    first, second = reopened(world), reopened(world)
    write(world, first)

    assert () == list(audit(second))[-1].problems


# Processes -------------------------------------------------------------------------------------


def contend(world, *roles):
    """What processes of these roles say, all at once, a list of numbers each."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    where = [str(world.directory.path), world.ledger.database.url]
    command = [sys.executable, "-m", "tests.ledger.service.contender", *where]
    running = [
        subprocess.Popen([*command, *role], env=environment, stdout=subprocess.PIPE, text=True)
        for role in roles
    ]
    said = [process.communicate(timeout=120)[0] for process in running]
    assert [0] * len(roles) == [process.returncode for process in running]
    return [[int(line) for line in text.split()] for text in said]


def test_writers_and_openers_in_processes_of_their_own_agree(world):
    """Nobody is turned away, no index is used twice, and the checkpoint file never goes back."""
    said = contend(world, *[("write", "12")] * 4, ("open", "12"))
    start = world.ledger.head.size

    assert list(range(start, start + 48)) == sorted(index for one in said for index in one)
    world.check()
    assert () == list(audit(reopened(world)))[-1].problems


def test_what_two_processes_send_at_once_is_recorded_once(world, tmp_path):
    start, lines = world.ledger.head.size, tmp_path / "lines"
    with lines.open("wb") as file:
        for number in range(12):
            submission = world.submission("fab", "ObjectEvent", {"epcList": [f"urn:a:{number}"]},
                                          action="OBSERVE", bizStep="storing")  # fmt: skip
            file.write(encode_submission(submission) + b"\n")

    first, second = contend(world, *[("send", str(lines))] * 2)
    assert list(range(start, start + 12)) == first == second
    world.check()


# Founding --------------------------------------------------------------------------------------


def foundation(origin="ledger.example/new", party="urn:chiptrail:party:registrar"):
    return Foundation(origin, party, keys.private_key(b"r" * 32))


def test_a_founded_ledger_has_genesis_registrar_operator_and_its_key(tmp_path):
    ledger = found(DataDirectory(tmp_path), foundation())

    assert 4 == ledger.head.size
    assert {"registrar", "operator"} == {p.rpartition(":")[2] for p in ledger.registry.parties}


def test_a_ledger_is_not_founded_over_another(tmp_path):
    found(DataDirectory(tmp_path), foundation())
    before = (tmp_path / "checkpoint").read_bytes()

    with pytest.raises(CannotOpen, match="ledger already"):
        found(DataDirectory(tmp_path), foundation())
    assert before == (tmp_path / "checkpoint").read_bytes()


@pytest.mark.parametrize("bad", [{"party": "nobody"}, {"party": "urn:chiptrail:party:a b"}])
def test_a_founding_with_bad_names_leaves_nothing(tmp_path, bad):
    with pytest.raises(MalformedStatement):
        found(DataDirectory(tmp_path / "data"), foundation(**bad))
    assert not (tmp_path / "data").exists()


def test_a_founding_cut_short_after_the_genesis_is_taken_up_again(tmp_path, monkeypatch):
    monkeypatch.setattr("ledger.service.founding._enrol_operator", lambda *_: None)
    assert 1 == found(DataDirectory(tmp_path), foundation()).head.size
    monkeypatch.undo()

    assert 4 == found(DataDirectory(tmp_path), foundation()).head.size


def test_a_ledger_that_lost_its_checkpoint_file_is_not_founded_again(world):
    """Its projections stay: nothing is cleared before it is known that nothing is there."""
    note = world.directory.checkpoint.read_bytes()
    world.directory.checkpoint.unlink()

    with pytest.raises(CannotOpen, match="put it back"):
        found(world.directory, foundation(origin=world.ledger.origin), url=world.url)
    world.directory.checkpoint.write_bytes(note)
    again = reopened(world)
    assert (None, ()) == (again.stopped, list(audit(again))[-1].problems)


def test_a_founding_under_another_name_is_not_mixed_with_the_one_begun(tmp_path, monkeypatch):
    monkeypatch.setattr("ledger.service.founding._enrol_operator", lambda *_: None)
    found(DataDirectory(tmp_path), foundation())
    monkeypatch.undo()
    (tmp_path / "checkpoint").unlink()

    with pytest.raises(CannotOpen, match="begun"):
        found(DataDirectory(tmp_path), foundation(origin="ledger.example/other"))


def test_a_founding_cut_short_before_the_checkpoint_file_is_taken_up_again(tmp_path, monkeypatch):
    monkeypatch.setattr("ledger.service.founding._enrol_operator", lambda *_: None)
    found(DataDirectory(tmp_path), foundation())
    monkeypatch.undo()
    (tmp_path / "checkpoint").unlink()

    ledger = found(DataDirectory(tmp_path), foundation())
    assert (4, None) == (ledger.head.size, Ledger.open(DataDirectory(tmp_path)).stopped)
