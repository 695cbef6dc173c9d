"""What is still to be done with a ledger, as it comes to be done."""

import pytest

from ledger.service.backup import back_up
from ledger.service.cosigning import cosign
from ledger.service.readiness import readiness
from tests.witnesses import Street
from tests.world import World


@pytest.fixture
def world(tmp_path, url):
    return World(tmp_path, checking=False, url=url)


def test_of_a_new_ledger_all_is_still_to_be_done(world):
    found = readiness(world.ledger)

    assert (0, 0, 0, 0) == (found.parties, found.signing, found.people, found.registrar_users)
    assert ((), 0, None) == (found.witnesses, found.quorum, found.backup)


def test_parties_count_and_those_of_them_that_sign(world):
    world.enroll("fab")
    world.enroll("shop")
    world.revoke("shop")
    found = readiness(world.ledger)

    assert (2, 1) == (found.parties, found.signing)


def test_of_each_witness_is_said_what_it_signed_last(world, tmp_path, monkeypatch):
    Street(tmp_path, monkeypatch, world.ledger.clock).watch(world.ledger)
    before = readiness(world.ledger).witnesses
    cosign(world.ledger)
    after = readiness(world.ledger)

    assert {None} == {one.at for one in before}
    assert {world.ledger.head.size} == {one.size for one in after.witnesses}
    assert after.quorum


def test_a_backup_is_known_of_as_far_as_its_note_can_be_read(world, tmp_path):
    [*back_up(world.ledger, tmp_path / "copy")]
    found = readiness(world.ledger).backup
    world.directory.last_backup.write_bytes(b"{}")

    assert world.ledger.head.size == found.size
    assert None is readiness(world.ledger).backup
