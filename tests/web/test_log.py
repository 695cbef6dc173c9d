"""The public log over HTTP: what is served verifies, and nothing else is there."""

import pytest

from ledger.checkpoint import open_checkpoint
from ledger.merkle import HASH_SIZE
from tests.world import CHIPS


def test_the_checkpoint_is_the_newest_for_everybody(web):
    answer = web.ask("/log/checkpoint")
    checkpoint = open_checkpoint(answer.data, web.world.ledger.verifier)

    assert web.world.ledger.head.size == checkpoint.size
    assert "public, max-age=2" == answer.headers["Cache-Control"]


def test_a_checkpoint_that_is_known_is_not_sent_again(web):
    known = web.ask("/log/checkpoint").headers["ETag"]

    assert 304 == web.ask("/log/checkpoint", If_None_Match=known).status_code


def test_a_tile_is_for_everybody_and_for_ever(web):
    size = web.world.ledger.head.size
    answer = web.ask(f"/log/tile/0/000.p/{size}")

    assert (200, size * HASH_SIZE) == (answer.status_code, len(answer.data))
    assert "immutable" in answer.headers["Cache-Control"]


def test_leaves_are_for_members(web):
    path = f"/log/tile/entries/000.p/{web.world.ledger.head.size}"

    assert (401, 200) == (web.ask(path).status_code, web.ask(path, by="shop").status_code)


ABSENT = [
    "0/000",  # not full yet
    "0/001",
    "0/000.p/0",
    "0/000.p/256",
    "9/000",
    "64/000",
    "0/0",
    "0/..%2f..%2fcheckpoint",
    "entries/..",
    "0/%00",
]


@pytest.mark.parametrize("name", ABSENT)
def test_there_is_no_other_tile(web, name):
    assert 404 == web.ask(f"/log/tile/{name}", by="shop").status_code


def test_no_name_of_an_item_is_in_a_leaf(web):
    web.world.commission("fab", web.world.chips(1))
    size = web.world.ledger.head.size

    served = web.ask(f"/log/tile/entries/000.p/{size}", by="shop").data
    assert CHIPS.encode() not in served
