"""The witnesses of a ledger: who they are, and when what they say forbids to sign."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import httpx
import pytest

from ledger.client.witness import Standing
from ledger.service.bundling import make_bundle
from ledger.service.cosigning import cosign
from ledger.service.ledger import Ledger
from ledger.service.witnesses import ask_witnesses, change_policy, load_policy
from ledger.store import files
from schemas.errors import CannotOpen, MalformedNote, NotFound, ReadOnly
from schemas.statement import Role
from tests.openings import opened
from tests.witnesses import NAMES, Street
from tests.world import CHIPS, World


def begin(made):
    made.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    made.commission("fab", made.chips(2))


@pytest.fixture
def world(tmp_path):
    return opened(tmp_path, begin, checking=False)


@pytest.fixture
def street(world, tmp_path, monkeypatch):
    return Street(tmp_path, monkeypatch, world.ledger.clock)


@pytest.fixture
def grow(world):
    numbers = count()
    return lambda: world.declare("fab", [f"urn:other:{next(numbers)}"])


@pytest.fixture
def watched(world, street):
    """A ledger of three witnesses, all of which have cosigned."""
    street.watch(world.ledger)
    cosign(world.ledger)
    return world


# The policy --------------------------------------------------------------------------------------


def test_a_ledger_remembers_its_witnesses(world, street):
    made = street.watch(world.ledger, quorum=3)

    assert made == load_policy(Ledger.open(world.directory, world.url, world.ledger.clock))


def test_of_changes_at_once_none_is_lost(world, street):
    pairs = [(one.vkey, one.url) for one in (street.witness(f"w{n}") for n in range(12))]
    with ThreadPoolExecutor(len(pairs)) as pool:
        list(pool.map(lambda pair: change_policy(world.ledger, [pair]), pairs))

    assert {pair[0] for pair in pairs} == {w.vkey for w in load_policy(world.ledger).witnesses}


def test_the_quorum_is_more_than_half_until_it_is_said(world, street):
    assert 2 == street.watch(world.ledger).quorum
    assert 3 == change_policy(world.ledger, quorum=3).quorum
    assert 3 == street.watch(world.ledger, ["one"]).quorum
    assert 2 == change_policy(world.ledger, dropped=["one.example"]).quorum


def test_without_the_last_witness_there_is_no_policy(world, street):
    street.watch(world.ledger, ["one"])

    assert change_policy(world.ledger, dropped=["one.example"]) is None
    assert load_policy(world.ledger) is None


def test_a_change_that_cannot_be_changes_nothing(world, street):
    made = street.watch(world.ledger)
    with pytest.raises(NotFound):
        change_policy(world.ledger, dropped=["four.example"])
    with pytest.raises(MalformedNote):
        change_policy(world.ledger, quorum=4)

    assert made == load_policy(world.ledger)


def test_the_policy_of_another_log_is_refused(world, street, tmp_path):
    other = World(tmp_path / "other", "other", checking=False)
    street.watch(other.ledger)
    shutil.copy(other.directory.witnesses, world.directory.witnesses)

    with pytest.raises(CannotOpen, match="another log"):
        load_policy(world.ledger)


# What forbids to sign ----------------------------------------------------------------------------


def snapshot(world, path):
    """A copy of the whole folder and its database."""
    world.ledger.database.dispose()
    return shutil.copytree(world.directory.path, path)


def put_back(world, copy):
    """The folder as it was; a process that had it open opens it anew."""
    world.ledger.database.dispose()
    shutil.rmtree(world.directory.path)
    shutil.copytree(copy, world.directory.path)
    world.ledger = Ledger.open(world.directory, clock=world.ledger.clock)


def test_a_snapshot_put_back_signs_nothing_when_a_witness_knows_more(watched, street, tmp_path):
    world = watched
    copy = snapshot(world, tmp_path / "copy")
    world.commission("fab", ["urn:a:b"])
    cosign(world.ledger)
    put_back(world, copy)

    with pytest.raises(ReadOnly, match=r"old copy.*--drop one\.example"):
        world.commission("fab", ["urn:c:d"])
    assert Standing.BEHIND is ask_witnesses(world.ledger).standing


def test_a_snapshot_put_back_signs_nothing_when_no_witness_answers(watched, street, tmp_path):
    world = watched
    put_back(world, snapshot(world, tmp_path / "copy"))
    for name in NAMES:
        street.close(name)

    with pytest.raises(ReadOnly, match="no witness says that it is the newest"):
        world.commission("fab", ["urn:c:d"])
    assert Standing.UNREACHABLE is ask_witnesses(world.ledger).standing


def test_a_snapshot_put_back_goes_on_when_one_witness_says_it_is_the_newest(
    watched, street, tmp_path
):
    world = watched
    put_back(world, snapshot(world, tmp_path / "copy"))
    street.close("one")
    street.close("two")
    world.commission("fab", ["urn:c:d"])
    street.close("three")

    assert world.commission("fab", ["urn:e:f"])  # it was said once, and is asked no more


def test_files_written_over_in_place_are_no_better(watched, street, tmp_path):
    """The folder and the inodes stay, as with ``cp`` or ``rsync --inplace``."""
    world = watched
    copy = snapshot(world, tmp_path / "copy")
    world.commission("fab", ["urn:a:b"])
    cosign(world.ledger)
    world.ledger.database.dispose()
    for path in copy.iterdir():
        if path.is_file():
            (world.directory.path / path.name).write_bytes(path.read_bytes())

    world.ledger = Ledger.open(world.directory, clock=world.ledger.clock)
    with pytest.raises(ReadOnly, match="old copy"):
        world.commission("fab", ["urn:c:d"])


def test_after_a_restart_of_the_machine_a_witness_is_asked(watched, street, monkeypatch, tmp_path):
    (tmp_path / "boot_id").write_text("another\n")
    monkeypatch.setattr(files, "BOOT_ID", tmp_path / "boot_id")
    street.asked.clear()
    watched.commission("fab", ["urn:c:d"])

    assert 3 == len(street.asked)


def test_a_crash_between_checkpoint_file_and_seal_asks_a_witness(watched, street):
    watched.directory.checkpoint.write_bytes(watched.directory.checkpoint.read_bytes())
    for name in NAMES:
        street.close(name)

    with pytest.raises(ReadOnly):
        watched.commission("fab", ["urn:c:d"])


def test_a_checkpoint_file_that_is_written_forward_is_no_better_than_it_was(watched, street, grow):
    """An old checkpoint file was put back, and the database is ahead of it."""
    before = watched.directory.checkpoint.read_bytes()
    grow()
    watched.directory.checkpoint.write_bytes(before)
    for name in NAMES:
        street.close(name)
    watched.ledger = Ledger.open(watched.directory, watched.url, watched.ledger.clock)

    with pytest.raises(ReadOnly):
        grow()


def test_without_witnesses_nothing_is_sealed(world, grow):
    grow()

    assert not world.directory.seal_file.exists()


def test_a_clean_restart_asks_nobody(watched, street):
    for name in NAMES:
        street.close(name)
    again = Ledger.open(watched.directory, watched.url, watched.ledger.clock)
    watched.ledger = again

    assert watched.commission("fab", ["urn:c:d"])


def test_a_dry_run_and_reading_ask_nobody(watched, street):
    watched.directory.break_seal()
    street.asked.clear()
    watched.ledger.note()
    make_bundle(watched.ledger, watched.chips(1))

    assert [] == street.asked


def test_two_histories_stop_every_process(watched, street, grow):
    """A second instance with the same key signed something else, which a witness saw first."""
    other = Ledger.open(watched.directory, watched.url, watched.ledger.clock)
    street.says("two", lambda _: httpx.Response(422))
    grow()
    with pytest.raises(ReadOnly, match="another history"):
        cosign(watched.ledger)

    watched.ledger = other
    with pytest.raises(ReadOnly, match="another history"):
        grow()


def test_a_witness_that_is_wrong_can_be_dropped(watched, street, grow):
    street.says("two", lambda _: httpx.Response(409, text="4000\n"))
    grow()
    with pytest.raises(ReadOnly, match=r"--drop two\.example"):
        cosign(watched.ledger)
    change_policy(watched.ledger, dropped=["two.example"])

    assert grow()
    assert cosign(watched.ledger).is_quorum


def test_one_that_knew_more_is_remembered_when_it_falls_silent(watched, street, grow):
    """Others may have seen less, and agree with an old copy."""
    street.says("two", lambda _: httpx.Response(409, text="4000\n"))
    with pytest.raises(ReadOnly, match="old copy"):
        cosign(watched.ledger)
    street.close("two")

    for again in (grow, lambda: cosign(watched.ledger)):
        with pytest.raises(ReadOnly, match=r"two\.example said .* has not agreed since"):
            again()
    street.witness("two")
    assert grow()


def test_one_that_comes_back_lets_the_ledger_go_on_unaided(watched, street, grow):
    watched.directory.break_seal()
    for name in NAMES:
        street.close(name)
    with pytest.raises(ReadOnly):
        grow()
    street.witness("one")

    assert grow()
