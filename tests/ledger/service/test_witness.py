"""A witness: one history of each log, whatever races, dies or comes back."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import pairwise
from random import Random
from threading import Thread

import pytest

from ledger import note
from ledger.checkpoint import parse_checkpoint
from ledger.service.clock import Clock
from ledger.service.witness import Witness
from ledger.store import files
from ledger.store.witness_directory import hash_of
from schemas.errors import (
    CannotOpen,
    Conflict,
    IntegrityError,
    MalformedNote,
    NotFound,
    ReadOnly,
    VerificationFailed,
)
from tests.logs import Log

LOG = Log()
NAME = hash_of(LOG.origin)


class Time:
    """A clock that goes where it is put."""

    def __init__(self):
        self.now = 1_800_000_000.0

    def clock(self):
        return Clock(wall=lambda: self.now, monotonic=lambda: self.now)


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def witness(tmp_path, time):
    Witness.found(tmp_path / "w", "witness.example/w", bytes)
    made = Witness.open(tmp_path / "w", time.clock())
    made.add_log(LOG.vkey)
    return made


def size_of(witness):
    (known,) = witness.logs()
    return known.size


def test_the_answer_is_a_cosignature_of_the_checkpoint(witness, time):
    line = witness.add_checkpoint(LOG.request(0, 20))

    cosigned = note.parse_note(note.add_signature(LOG.note(20), line))
    assert int(time.now) == note.cosigned_at(cosigned, witness.verifier)


def test_what_was_cosigned_last_is_served_with_both_signatures(witness):
    line = witness.add_checkpoint(LOG.request(0, 20))

    assert note.add_signature(LOG.note(20), line) == witness.latest(NAME)


def test_a_log_grows_under_its_eyes(witness):
    sizes = [0, 1, 2, 7, 8, 8, 300]
    for old, new in pairwise(sizes):
        witness.add_checkpoint(LOG.request(old, new))

    assert size_of(witness) == 300


def test_another_history_is_refused_and_kept_as_evidence(witness, tmp_path):
    witness.add_checkpoint(LOG.request(0, 20))
    fork = Log(fork=10)
    with pytest.raises(VerificationFailed):
        witness.add_checkpoint(fork.request(20, 20))

    (kept,) = (tmp_path / "w" / "evidence").iterdir()
    assert fork.note(20) == kept.read_bytes()
    assert note.verify_note(note.parse_note(witness.latest(NAME)), [LOG.verifier])


def test_a_longer_history_of_another_branch_is_refused(witness):
    witness.add_checkpoint(LOG.request(0, 20))
    with pytest.raises(VerificationFailed):
        witness.add_checkpoint(Log(fork=10).request(20, 30))

    assert size_of(witness) == 20


def test_several_logs_do_not_know_of_each_other(witness):
    other = Log("other.example")
    witness.add_log(other.vkey)
    witness.add_checkpoint(LOG.request(0, 20))
    witness.add_checkpoint(other.request(0, 5))

    assert {(LOG.origin, 20), ("other.example", 5)} == {(k.origin, k.size) for k in witness.logs()}


def test_an_origin_may_have_another_name_than_its_key(tmp_path):
    """As sum.golang.org has, whose checkpoint is in tests/vectors; the tree is the real one."""
    vkey = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
    signed = (
        "go.sum database tree\n35225469\nvt5T6GaLCXvyHFl9VUvvItR43XZxfLgftEcTyO3eJCQ=\n\n"
        "— sum.golang.org Az3grpukl5AXaVfYkLiDGORx/DN2nlcS5kZHR5uYOBV2KA2HgXpD+gu9HHONebHLAya"
        "KbbTM75QTtPydhKCExixSfwQ=\n"
    )
    witness = Witness.found(tmp_path / "w", "witness.example/w")
    witness.add_log(vkey, "go.sum database tree")
    witness.add_checkpoint(b"old 0\n\n" + signed.encode())

    assert size_of(witness) == 35225469


def test_a_log_that_is_known_stays_as_it_was(witness):
    witness.add_checkpoint(LOG.request(0, 20))
    witness.add_log(LOG.vkey)
    with pytest.raises(CannotOpen, match="another key"):
        witness.add_log(Log("other.example").vkey, LOG.origin)

    assert size_of(witness) == 20


@pytest.mark.parametrize("origin", ["a\nb", "a\x00b"])
def test_an_origin_that_is_none_is_refused(witness, origin):
    with pytest.raises(MalformedNote):
        witness.add_log(LOG.vkey, origin)


def test_a_witnesss_key_is_no_log(witness):
    with pytest.raises(MalformedNote, match="0x01"):
        witness.add_log(witness.vkey)


# Time --------------------------------------------------------------------------------------------


def test_time_never_goes_back(witness, time):
    witness.add_checkpoint(LOG.request(0, 20))
    time.now -= 2
    with pytest.raises(ReadOnly, match="2 s behind"):
        witness.add_checkpoint(LOG.request(20, 30))

    assert size_of(witness) == 20
    time.now += 2
    assert witness.add_checkpoint(LOG.request(20, 30))


# Durability --------------------------------------------------------------------------------------


def test_it_remembers_when_it_is_opened_again(witness, tmp_path, time):
    witness.add_checkpoint(LOG.request(0, 20))
    again = Witness.open(tmp_path / "w", time.clock())
    with pytest.raises(Conflict) as refused:
        again.add_checkpoint(LOG.request(0, 30))

    assert refused.value.size == 20


def test_what_cannot_be_kept_is_not_cosigned(witness, monkeypatch):
    witness.add_checkpoint(LOG.request(0, 20))

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "save_durably", fail)
    with pytest.raises(CannotOpen, match="No space left"):
        witness.add_checkpoint(LOG.request(20, 30))
    assert size_of(witness) == 20


DYING = """
import os, sys
from pathlib import Path
from ledger.service.witness import Witness
from ledger.store import files
from tests.logs import Log

def die_before(path, data, mode=0o600):
    os._exit(9)

def die_after(path, data, mode=0o600, save=files.save_durably):
    save(path, data, mode)
    os._exit(9)

files.save_durably = globals()[sys.argv[2]]
print(Witness.open(Path(sys.argv[1])).add_checkpoint(Log().request(0, 20)), flush=True)
"""


@pytest.mark.parametrize(("where", "size"), [("die_before", 0), ("die_after", 20)])
def test_killed_between_the_check_and_the_answer_nothing_was_said(witness, tmp_path, where, size):
    """And where it was kept already, the next request is told so, and goes on from there."""
    words = [sys.executable, "-c", DYING, tmp_path / "w", where]
    ran = subprocess.run(words, capture_output=True, check=False)

    assert (9, b"") == (ran.returncode, ran.stdout), ran.stderr
    assert size == size_of(witness)


def test_a_lost_file_makes_the_log_unknown_not_new(witness, tmp_path):
    witness.add_checkpoint(LOG.request(0, 20))
    (tmp_path / "w" / "logs" / NAME).unlink()

    with pytest.raises(NotFound):
        witness.add_checkpoint(Log(fork=10).request(0, 20))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"20\n", b"19\n"),
        (LOG.verifier.key_id.hex().encode(), b"00000000"),
        (b"witness.example", b"witness.exampl2"),
    ],
)
def test_a_changed_file_is_no_ground_to_cosign_on(witness, tmp_path, old, new):
    witness.add_checkpoint(LOG.request(0, 20))
    path = tmp_path / "w" / "logs" / NAME
    path.write_bytes(path.read_bytes().replace(old, new, 1))

    with pytest.raises(IntegrityError):
        witness.add_checkpoint(LOG.request(20, 30))


def test_a_folder_has_one_witness(witness, tmp_path):
    with pytest.raises(CannotOpen, match="already"):
        Witness.found(tmp_path / "w", "witness.example/w")


def test_a_folder_without_a_witness_says_how_to_make_one(tmp_path):
    with pytest.raises(CannotOpen, match="chiptrail witness init"):
        Witness.open(tmp_path / "nothing")


def test_a_name_that_is_none_makes_nothing(tmp_path):
    with pytest.raises(MalformedNote):
        Witness.found(tmp_path / "w", "a name")

    assert not (tmp_path / "w").exists()


# Races -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(1000 if os.environ.get("DEEP") else 8))
def test_requests_that_race_never_roll_it_back(witness, tmp_path, time, seed):
    """The race of the standard: all begin from 10; whoever comes second is told what came first."""
    witness.add_checkpoint(LOG.request(0, 10))
    bodies = [LOG.request(10, size) for size in Random(seed).sample(range(11, MOST), 16)]
    others = [witness, Witness.open(tmp_path / "w", time.clock())]

    def ask(number):
        with suppress(Conflict):
            return others[number % 2].add_checkpoint(bodies[number])

    with ThreadPoolExecutor(8) as pool:
        (answer,) = filter(None, pool.map(ask, range(16)))
    assert answer.encode() in witness.latest(NAME)


MOST = 100


def test_whoever_comes_between_check_and_write_waits(witness, monkeypatch):
    """The race of the standard, held open: B asks while A has checked and not yet written."""
    witness.add_checkpoint(LOG.request(0, 10))
    save, told = files.save_durably, []

    def late():
        with pytest.raises(Conflict) as refused:
            witness.add_checkpoint(LOG.request(10, 30))
        told.append(refused.value.size)

    other = Thread(target=late)

    def save_late(path, data):
        monkeypatch.setattr(files, "save_durably", save)
        other.start()
        other.join(0.1)  # as long as it likes, if nothing holds it
        save(path, data)

    monkeypatch.setattr(files, "save_durably", save_late)
    witness.add_checkpoint(LOG.request(10, 20))
    other.join()
    assert [20] == told


def test_many_clients_at_once_each_get_to_the_end(witness):
    """Each goes on from the size it is told; the sizes that are cosigned only grow."""
    seen = []

    def climb(start):
        old = 0
        for new in range(start, 60, 4):
            while old <= new:
                try:
                    witness.add_checkpoint(LOG.request(old, new))
                except Conflict as conflict:
                    old = conflict.size
                else:
                    old = new
                    seen.append(parse_checkpoint(note.parse_note(LOG.note(new)).text).size)
                    break

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(climb, range(4)))
    assert (59, True) == (size_of(witness), len(seen) > 10)
