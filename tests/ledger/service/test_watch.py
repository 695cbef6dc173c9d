"""A watcher keeps one head, believes nothing else, and loses it to nobody."""

import os
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import keys
from ledger.checkpoint import Checkpoint, sign_checkpoint
from ledger.service.progress import Progress
from ledger.service.watch import MAX_PAUSE_S, Answer, Look, Watch, follow, look
from ledger.store import files
from schemas.errors import CannotOpen, ChiptrailError, IntegrityError, SplitView, Unreachable
from tests.ledger.malicious import (
    KEY,
    ORIGIN,
    VERIFIER,
    WITNESS_VERIFIER,
    Shelf,
    cosigned,
    forks,
    records,
    signed,
)

LONG = records(0, 600)
STRANGER = keys.private_key(b"s" * 32)


@pytest.fixture
def state(tmp_path):
    return tmp_path / "head.checkpoint"


@pytest.fixture
def see(state):
    """Look at a shelf once; the Look."""

    def see(shelf, **more):
        *_, seen = look(shelf.published(), Watch(VERIFIER, state, **more))
        return seen

    return see


# What is kept ------------------------------------------------------------------------------------


def test_the_head_of_the_first_look_is_kept_as_it_was_signed(see, state):
    seen = see(Shelf(LONG))

    assert (Answer.FIRST, None, 600) == (seen.answer, seen.kept, seen.seen.size)
    assert signed(LONG) == state.read_bytes()


def test_a_log_that_grew_is_kept_anew(see, state):
    see(Shelf(LONG[:300]))

    assert [Answer.GROWN, Answer.UNCHANGED] == [see(Shelf(LONG)).answer for _ in range(2)]
    assert signed(LONG) == state.read_bytes()


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 512])
def test_a_log_may_grow_from_any_size(see, size):
    see(Shelf(LONG[:size]))

    assert see(Shelf(LONG)).answer is Answer.GROWN


def test_a_look_at_a_grown_log_reads_few_files(see):
    see(Shelf(records(0, 5_000)))
    shelf = Shelf(records(0, 5_100))
    see(shelf)

    assert shelf.reads <= 6


def test_a_new_cosignature_is_kept(see, state):
    see(Shelf(LONG))
    shelf = Shelf(LONG)
    shelf.files["checkpoint"] = cosigned(LONG)

    assert Answer.UNCHANGED is see(shelf).answer
    assert cosigned(LONG) == state.read_bytes()


def test_of_two_watchers_of_one_head_none_sets_the_other_back(see, state):
    shelf = Shelf(LONG[:300], entries=True)
    slow = look(shelf.published(), Watch(VERIFIER, state, entries=True))
    next(slow)
    see(Shelf(LONG))

    assert Answer.ROLLED_BACK is list(slow)[-1].answer
    assert signed(LONG) == state.read_bytes()


def head(origin, size, key=KEY):
    return sign_checkpoint(Checkpoint(origin, size, bytes(32)), key)


KEPT = {
    "nothing": b"",
    "half of it": signed(LONG)[:-9],
    "of another key": sign_checkpoint(
        Checkpoint(ORIGIN, 3, bytes(32)), keys.private_key(bytes(32))
    ),
    "of another log": sign_checkpoint(Checkpoint("other.example", 3, bytes(32)), KEY),
}


@pytest.mark.parametrize("data", KEPT.values(), ids=KEPT)
def test_a_head_kept_that_is_none_is_neither_believed_nor_written_over(see, state, data):
    state.write_bytes(data)

    with pytest.raises(CannotOpen, match=f"{state}: is no checkpoint of"):
        see(Shelf(LONG))
    assert data == state.read_bytes()


def test_a_head_that_cannot_be_kept_is_said(see, state):
    with pytest.raises(CannotOpen, match="nowhere"):
        list(look(Shelf(LONG).published(), Watch(VERIFIER, state.parent / "nowhere" / "head")))


@pytest.mark.parametrize("moment", ["before", "while"])
def test_a_watcher_that_dies_before_it_has_kept_looks_again(see, state, moment, monkeypatch):
    see(Shelf(LONG[:300]))
    with monkeypatch.context() as dying:
        dying.setattr(*(files, "save_durably") if moment == "before" else (os, "fsync"), die)
        with pytest.raises(KeyboardInterrupt):
            see(Shelf(LONG))

    assert [state] == list(state.parent.iterdir())
    assert (signed(LONG[:300]), Answer.GROWN) == (state.read_bytes(), see(Shelf(LONG)).answer)


def die(*_):
    raise KeyboardInterrupt


# Bad news ----------------------------------------------------------------------------------------


def test_a_fork_leaves_its_evidence_and_the_old_head(see, state):
    see(Shelf(LONG))
    other = Shelf([*LONG[:599], b"other", *LONG[600:]])
    seen = [see(other) for _ in range(2)]

    assert [Answer.FORK] * 2 == [one.answer for one in seen]
    assert {state, seen[0].evidence} == set(state.parent.iterdir())
    assert signed(LONG) == state.read_bytes()


def test_an_old_copy_is_no_fork_and_leaves_no_evidence(see, state):
    see(Shelf(LONG))
    old = Shelf(LONG)
    old.files["checkpoint"] = signed(LONG[:300])
    seen = see(old)

    assert (Answer.ROLLED_BACK, True, None) == (seen.answer, seen.is_same, seen.evidence)
    assert signed(LONG) == state.read_bytes()


def test_whether_an_old_copy_is_of_this_history_is_not_known_without_its_tiles(see):
    see(Shelf(LONG))
    seen = see(Shelf(LONG[:300]))

    assert (Answer.ROLLED_BACK, None) == (seen.answer, seen.is_same)
    assert seen.evidence.exists()


def test_a_fork_is_proved_also_where_no_witness_signs_it(see):
    see(Shelf(LONG))

    assert (
        Answer.FORK is see(Shelf([b"other"] * 600), witnesses=[WITNESS_VERIFIER], quorum=1).answer
    )


def test_evidence_that_cannot_be_written_is_said(see, state, monkeypatch):
    see(Shelf(LONG))
    monkeypatch.setattr(files, "save_durably", full)

    with pytest.raises(SplitView, match=r"another history.*evidence.json: full"):
        see(Shelf([b"other"] * 600))


def full(path, *_):
    raise OSError(28, "full", str(path))


# Nothing proved ----------------------------------------------------------------------------------


def lying(changes):
    shelf = Shelf(LONG)
    shelf.files |= {path: data for path, data in changes.items() if data is not None}
    for path in [path for path, data in changes.items() if data is None]:
        del shelf.files[path]
    return shelf


LIES = {
    "no checkpoint": ({"checkpoint": None}, Unreachable),
    "no note": ({"checkpoint": b"hello"}, Unreachable),
    "a checkpoint of another key": ({"checkpoint": head(ORIGIN, 600, STRANGER)}, Unreachable),
    "a checkpoint of another origin": ({"checkpoint": head("other.example", 600)}, Unreachable),
    "a root without a tree": ({"checkpoint": head(ORIGIN, 600)}, IntegrityError),
    "a size without a tree": ({"checkpoint": head(ORIGIN, 1 << 62)}, Unreachable),
    "no tile": ({"tile/0/002.p/88": None}, Unreachable),
    "a tile of nothing": ({"tile/0/002.p/88": b""}, IntegrityError),
    "a tile of zeros": ({"tile/0/001": bytes(8192)}, IntegrityError),
    "a tile too short": ({"tile/0/001": bytes(100)}, IntegrityError),
    "a top of zeros": ({"tile/1/000.p/2": bytes(64)}, IntegrityError),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "kind"), LIES.values(), ids=LIES)
def test_files_that_contradict_what_was_signed_prove_nothing_and_change_nothing(
    see, state, changes, kind
):
    see(Shelf(LONG[:300]))

    with pytest.raises(kind):
        see(lying(changes))
    assert (signed(LONG[:300]), [state]) == (state.read_bytes(), list(state.parent.iterdir()))


# The edge of a tree of 600 entries does not pass through tile/0/001.
LIES_AT_FIRST = {name: lie for name, lie in LIES.items() if "tile/0/001" not in lie[0]}


@pytest.mark.parametrize(("changes", "kind"), LIES_AT_FIRST.values(), ids=LIES_AT_FIRST)
def test_nothing_is_kept_of_files_that_contradict_what_was_signed_at_the_first_look(
    see, state, changes, kind
):
    with pytest.raises(kind):
        see(lying(changes))
    assert not state.exists()


def test_a_flipped_bit_accuses_nobody(state):
    honest = Shelf(LONG)
    tiles = [path for path in honest.files if path != "checkpoint"]

    @forks(quick=100)
    @given(st.sampled_from(tiles), st.integers(0, 8191), st.integers(0, 7), st.integers(1, 600))
    def flip(path, position, bit, size):
        data = bytearray(honest.files[path])
        data[position % len(data)] ^= 1 << bit
        flipped = Shelf([])
        flipped.files = honest.files | {path: bytes(data)}
        state.write_bytes(signed(LONG[:size]))
        try:
            *_, seen = look(flipped.published(), Watch(VERIFIER, state))
        except IntegrityError:
            return
        assert seen.answer in (Answer.GROWN, Answer.UNCHANGED)

    flip()


def test_a_partial_tile_may_have_given_way_to_the_full_one(see):
    shelf = Shelf(LONG)
    shelf.files["checkpoint"] = signed(LONG[:300])
    shelf.files["tile/1/000.p/1"] = shelf.files["tile/1/000.p/2"][:32]

    assert Answer.FIRST is see(shelf).answer


# Witnesses ---------------------------------------------------------------------------------------


def test_a_head_with_too_few_cosignatures_is_not_kept(see, state):
    with pytest.raises(Unreachable, match="cosigned by 0 of the witnesses, want 1"):
        see(Shelf(LONG), witnesses=[WITNESS_VERIFIER], quorum=1)
    assert not state.exists()


def test_cosignatures_are_counted(see):
    shelf = Shelf(LONG)
    shelf.files["checkpoint"] = cosigned(LONG)

    assert 1 == see(shelf, witnesses=[WITNESS_VERIFIER], quorum=1).cosigned


def test_a_false_cosignature_is_said(see):
    shelf = Shelf(LONG)
    shelf.files["checkpoint"] = signed(LONG) + cosigned(LONG[:9]).split(b"\n")[-2] + b"\n"

    with pytest.raises(Unreachable, match="a cosignature does not verify"):
        see(shelf, witnesses=[WITNESS_VERIFIER], quorum=1)


# Entries -----------------------------------------------------------------------------------------


def test_entries_that_are_new_are_checked(see, state):
    first = see(Shelf(LONG[:300], entries=True), entries=True)
    again = Watch(VERIFIER, state, entries=True)
    steps = list(look(Shelf(LONG, entries=True).published(), again))

    assert (300, 300) == (first.entries, steps[-1].entries)
    assert [Progress(212, 300), Progress(300, 300)] == steps[:-1]


BUNDLES = {
    "another entry": (b"\x00\x05other" + b"\x00\x01x" * 87, "does not give the hashes"),
    "one too few": (b"\x00\x01x" * 87, "does not give the hashes"),
    "cut off": (b"\x00\x05oth", "cut off"),
    "none": (None, "is not there"),
}


@pytest.mark.parametrize(("data", "words"), BUNDLES.values(), ids=BUNDLES)
def test_a_bundle_of_other_entries_is_named(see, state, data, words):
    see(Shelf(LONG[:300]))
    shelf = Shelf(LONG, entries=True)
    shelf.files["tile/entries/002.p/88"] = data

    with pytest.raises(ChiptrailError, match=f"tile/entries/002.p/88.*{words}"):
        see(shelf, entries=True)
    assert signed(LONG[:300]) == state.read_bytes()


def test_entries_of_another_tree_are_not_believed_for_its_tile(see):
    """Tile and bundle agree with each other, and the root above them was signed for others."""
    shelf, other = Shelf(LONG, entries=True), Shelf([b"other", *LONG[1:]], entries=True)
    shelf.files |= {path: other.files[path] for path in ("tile/0/000", "tile/entries/000")}

    with pytest.raises(IntegrityError, match="tile/0/000 does not give the hash"):
        see(shelf, entries=True)


# Following ---------------------------------------------------------------------------------------


class Turns:
    """A log that shows one shelf after the other; None is none."""

    place = "turns"

    def __init__(self, *shelves):
        self.shelves = list(shelves)

    def published(self):
        return self

    def __getattr__(self, name):
        if self.shelves[0] is None:
            raise Unreachable("gone")
        return getattr(self.shelves[0].published(), name)

    def turn(self, pause):
        self.shelves.pop(0)
        self.pauses = [*getattr(self, "pauses", []), pause]


def test_following_goes_on_through_silence_until_the_first_bad_news(state):
    log = Turns(Shelf(LONG[:9]), None, None, Shelf(LONG), Shelf(LONG), Shelf([b"x"] * 600))
    log.pauses = []
    steps = list(follow(log, Watch(VERIFIER, state), 5, log.turn))

    said = [one.answer.value if isinstance(one, Look) else one.code for one in steps]
    assert "first unreachable unreachable grown unchanged fork".split() == said
    assert [5, 10, 20, 5, 5] == log.pauses


def test_pauses_have_an_end(state):
    pauses = []
    steps = follow(Turns(None), Watch(VERIFIER, state), 60, pauses.append)
    list(islice(steps, 12))

    assert MAX_PAUSE_S == max(pauses)


def test_following_ends_where_nothing_can_be_kept(state):
    state.write_bytes(b"damaged")

    with pytest.raises(CannotOpen):
        list(follow(Turns(Shelf(LONG)), Watch(VERIFIER, state), 1, die))
