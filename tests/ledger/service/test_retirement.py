"""A ledger whose end is lost signs no more, and the one that goes on from it says so."""

import pytest

from ledger import keys
from ledger.service.audit import audit
from ledger.service.capture import capture
from ledger.service.founding import Foundation, found
from ledger.service.ledger import Ledger
from ledger.service.retirement import last_signed, load_retirement, retire
from ledger.statement_story import tell_statement
from ledger.store import log
from ledger.store.files import DataDirectory
from schemas.enrolment import Gap
from schemas.errors import CannotOpen, ReadOnly
from schemas.statement import parse_statement
from tests.ledger.service.keeping import backed_up, folder_with_keys, restored
from tests.world import ORIGIN, World, party


@pytest.fixture
def world(tmp_path):
    return World(tmp_path, checking=False)


@pytest.fixture
def behind(world, tmp_path, kind):
    """What was restored beside a checkpoint file of two more entries."""
    backed_up(world, tmp_path / "backup")
    world.enroll("late")
    folder, url = folder_with_keys(world, tmp_path / "again", "checkpoint"), kind.create()
    restored(world, tmp_path / "backup", folder, url)
    ledger = Ledger.open(DataDirectory(folder), url, world.ledger.clock)
    yield ledger
    ledger.database.dispose()


def test_a_retired_ledger_says_what_is_lost_and_signs_nothing(world, behind):
    note = world.directory.checkpoint.read_text()
    retirement = retire(behind, last_signed(behind, []))

    assert (ORIGIN, note, Gap(4, 6)) == (
        retirement.origin,
        retirement.checkpoint,
        retirement.missing,
    )
    again = Ledger.open(behind.directory, behind.database.url, world.ledger.clock)
    for ledger in (behind, again):
        with pytest.raises(ReadOnly, match="retired, for good"):
            capture(ledger, [b"{}"], actor="test")


def test_the_newest_head_that_anybody_holds_is_its_last(world, behind, tmp_path):
    world.enroll("later")
    ending = last_signed(behind, [world.directory.checkpoint])

    assert (4, 8) == (ending.size, ending.head.checkpoint.size)


def test_two_histories_end_in_retirement_too(world):
    """The head of the checkpoint file stands, which others hold."""
    note = world.ledger.sign(world.ledger.head.size, bytes(32))
    world.directory.checkpoint.write_bytes(note)
    retire(world.ledger, last_signed(world.ledger, []))

    assert "retired" in (world.ledger.stopped or "")


def test_it_is_retired_once(world):
    retire(world.ledger, last_signed(world.ledger, []))

    with pytest.raises(ReadOnly, match="retired"):
        retire(world.ledger, last_signed(world.ledger, []))


def test_what_was_recorded_while_the_operator_thought_about_it_forbids_it(world):
    """Else it would say for good that the log signed less than it did."""
    ending = last_signed(world.ledger, [])
    world.enroll("late")

    with pytest.raises(CannotOpen, match="has 6 entries by now, and had 4"):
        retire(world.ledger, ending)
    assert (None, False) == (world.ledger.stopped, world.directory.retired.exists())


def test_the_successors_genesis_names_it_its_last_checkpoint_and_what_is_lost(
    world, behind, tmp_path
):
    retire(behind, last_signed(behind, []))
    before = load_retirement(behind.directory.path)
    foundation = Foundation("next.example", party("registrar"), world.registrar, before)
    after = found(DataDirectory(tmp_path / "next"), foundation, clock=world.ledger.clock)

    with after.database.reading() as connection:
        genesis = parse_statement(log.load_entries(connection, 0, 1)[0].payload)
    assert (before.checkpoint, Gap(4, 6)) == (genesis.predecessor, genesis.missing)
    assert () == list(audit(after))[-1].problems
    assert tell_statement(genesis, {}).endswith(
        f"began the ledger next.example, which goes on from {ORIGIN} and its 6 entries, of which"
        " 4 to 5 are lost."
    )


def test_that_it_was_retired_goes_into_a_backup_and_comes_out_again(world, tmp_path):
    retire(world.ledger, last_signed(world.ledger, []))
    backed_up(world, tmp_path / "backup")
    folder = folder_with_keys(world, tmp_path / "again", "checkpoint")
    restored(world, tmp_path / "backup", folder)

    assert "retired" in (Ledger.open(DataDirectory(folder)).stopped or "")


@pytest.mark.parametrize("text", [None, b"{}", b"[", b'{"origin":"a"}'])
def test_what_was_not_retired_has_no_successor(tmp_path, text):
    if text is not None:
        (tmp_path / "retired").write_bytes(text)

    with pytest.raises(CannotOpen, match="recover --retire"):
        load_retirement(tmp_path)


def test_a_founding_without_predecessor_names_none(tmp_path):
    key = keys.private_key(b"r" * 32)
    ledger = found(DataDirectory(tmp_path), Foundation("a.example", party("registrar"), key))

    with ledger.database.reading() as connection:
        payload = log.load_entries(connection, 0, 1)[0].payload
    assert b"predecessor" not in payload
    assert b"missing" not in payload
