"""A ledger elsewhere: its key is kept, its head is held against the last one, and is signed."""

from datetime import timedelta

import pytest

from ledger.client.api import open_api
from ledger.keys import KeyFile
from ledger.merkle import leaf_hash
from ledger.proof import verify_proof
from ledger.service.remote import open_remote, state_folder
from ledger.service.signing import sign
from ledger.service.tokens import Scope, issue
from ledger.verify import verify_bundle
from schemas import short_form
from schemas.envelope import encode_submission
from schemas.errors import (
    CannotOpen,
    Forbidden,
    MalformedNote,
    NotFound,
    SplitView,
    Unauthenticated,
    Unreachable,
)
from schemas.short_form import Details
from schemas.statement import Role
from tests.ledger.client.server import serving
from tests.ledger.malicious import VKEY, Shelf, records
from tests.openings import opened
from tests.web.serving import served
from tests.world import CHIPS, party


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "*")


# A real ledger -----------------------------------------------------------------------------------


def begin(made):
    made.enroll("fab", Role.MAKER, prefixes=[CHIPS])


@pytest.fixture
def world(tmp_path, url):
    return opened(tmp_path, begin, checking=False, url=url)


@pytest.fixture
def token(world):
    return issue(world.ledger, party("fab"), "test", {*Scope}, timedelta(days=1))[1]


@pytest.fixture
def remote(world, token, tmp_path):
    with served(world.ledger) as url, open_remote(url, tmp_path / "kept", token=token) as found:
        yield found


def signed(world, remote, serial):
    key = KeyFile(party("fab"), world.keys[party("fab")])
    draft = short_form.commission([f"{CHIPS}{serial}"], Details())
    return encode_submission(sign(draft, remote.signer(key), world.now))


def test_what_is_signed_for_it_carries_its_head_and_is_recorded(world, remote):
    receipt = remote.api.capture(signed(world, remote, "A"))

    assert (True, world.ledger.head.size - 1) == (receipt.created, receipt.index)
    world.check()


def test_the_same_again_has_the_same_place(world, remote):
    data = signed(world, remote, "A")
    first, again = remote.api.capture(data), remote.api.capture(data)

    assert ((True, False), first.index) == ((first.created, again.created), again.index)


def test_a_dry_run_records_nothing(world, remote):
    size = world.ledger.head.size
    remote.api.capture(signed(world, remote, "A"), dry_run=True)

    assert size == world.ledger.head.size


def test_an_entry_comes_back_as_it_was_signed_with_a_proof_that_verifies(world, remote):
    index = remote.api.capture(signed(world, remote, "A")).index
    entry, (leaf, proof) = remote.api.entry(index), remote.api.proof(index)
    verify_proof(proof, leaf_hash(leaf), world.ledger.verifier)

    assert (leaf, index, party("fab")) == (
        entry.leaf,
        entry.index,
        world.ledger.registry.keys[entry.submission.envelope.keyid].party,
    )


def test_an_item_is_told_checked_and_proved(world, remote):
    remote.api.capture(signed(world, remote, "A"))
    bundle = remote.api.bundle([f"{CHIPS}A"])
    checked = remote.api.check(["A", "B"])

    assert f"{CHIPS}A" == remote.api.dossier("A")["item"]
    assert ["match", "unknown"] == [line.answer for line in checked.lines]
    assert [f"{CHIPS}A"] == [
        one.item
        for one in verify_bundle(bundle, world.ledger.verifier, world.ledger.atlas).subjects
    ]


def test_what_is_not_there_is_refused_as_at_hand(remote):
    for ask in (lambda: remote.api.entry(10**6), lambda: remote.api.dossier("NONE")):
        with pytest.raises(NotFound):
            ask()


def test_a_head_that_grew_is_kept(world, remote, tmp_path):
    world.commission("fab", world.chips(1))
    note = remote.look()

    assert note == (tmp_path / "kept/checkpoint").read_bytes() == world.ledger.note()


def test_without_a_token_the_head_is_shown_and_nothing_else(world, remote):
    with open_api(remote.api.url) as api, pytest.raises(Unauthenticated):
        api.entry(0)


def test_a_token_that_only_reads_pushes_nothing(world, remote):
    text = issue(world.ledger, party("fab"), "test", {Scope.READ}, timedelta(days=1))[1]
    with open_api(remote.api.url, text) as api, pytest.raises(Forbidden):
        api.capture(signed(world, remote, "A"))


# One that goes back on its word ------------------------------------------------------------------

LONG = records(0, 300)


@pytest.fixture
def stage():
    """A server of a published log, changed by ``show``."""
    with serving() as server:
        yield server


def show(server, *histories):
    files = Shelf(*histories).files
    server.answers = {f"log/{path}": data for path, data in files.items()}
    server.answers["log/vkey"] = VKEY.encode()


def test_the_key_of_the_first_contact_is_kept(stage, tmp_path):
    show(stage, LONG)
    with open_remote(stage.url, tmp_path / "kept") as first:
        pass
    stage.answers["log/vkey"] = b"something else"
    with open_remote(stage.url, tmp_path / "kept") as again:
        assert (True, False, VKEY) == (first.is_new, again.is_new, again.vkey)


def test_another_history_is_evidence_and_nothing_is_asked(stage, tmp_path):
    show(stage, LONG)
    with open_remote(stage.url, tmp_path / "kept"):
        pass
    show(stage, [*LONG[:299], b"x" * 137, *LONG])
    with (
        pytest.raises(SplitView, match=r"evidence\.json"),
        open_remote(stage.url, tmp_path / "kept"),
    ):
        pass

    assert 1 == len([*(tmp_path / "kept").glob("*.evidence.json")])


def test_an_old_copy_is_not_asked(stage, tmp_path):
    show(stage, LONG)
    with open_remote(stage.url, tmp_path / "kept"):
        pass
    stage.answers["log/checkpoint"] = Shelf(LONG[:200]).files["checkpoint"]
    with pytest.raises(Unreachable, match="an old copy"), open_remote(stage.url, tmp_path / "kept"):
        pass


def test_another_key_than_the_one_kept_is_another_ledger(stage, tmp_path):
    show(stage, LONG)
    other = f"{VKEY[:-4]}AAA="
    with open_remote(stage.url, tmp_path / "kept"):
        pass
    with pytest.raises(CannotOpen, match="another --state"):
        open_remote(stage.url, tmp_path / "kept", vkey=other).__enter__()


def test_a_key_that_is_wrong_at_first_is_not_kept(stage, tmp_path):
    show(stage, LONG)
    with pytest.raises(MalformedNote):
        open_remote(stage.url, tmp_path / "kept", vkey="nothing").__enter__()

    assert not (tmp_path / "kept").exists()


def test_what_is_no_ledger_is_said_to_be_none(stage, tmp_path):
    with pytest.raises(Unreachable, match="is it a Chiptrail ledger"):
        open_remote(stage.url, tmp_path / "kept").__enter__()


def test_two_addresses_never_share_a_folder(tmp_path):
    places = ["http://a.example/x", "http://a.example_x", "https://a.example/x"]

    assert 3 == len({state_folder(tmp_path, place) for place in places})
