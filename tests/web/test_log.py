"""The public log over HTTP: what is served verifies, and nothing else is there."""

import pytest

from ledger.checkpoint import open_checkpoint
from ledger.merkle import HASH_SIZE, verify_consistency
from schemas.formats import decode_base64, encode_base64
from tests.world import CHIPS


def test_the_checkpoint_is_the_newest_for_everybody(web):
    answer = web.ask("/log/checkpoint")
    checkpoint = open_checkpoint(answer.data, web.world.ledger.verifier)

    assert web.world.ledger.head.size == checkpoint.size
    assert "public, max-age=2" == answer.headers["Cache-Control"]


def test_a_checkpoint_that_is_known_is_not_sent_again(web):
    known = web.ask("/log/checkpoint").headers["ETag"]

    assert 304 == web.ask("/log/checkpoint", If_None_Match=known).status_code


def test_the_verifier_key_is_there_to_compare(web):
    assert f"{web.world.ledger.vkey}\n" == web.ask("/log/vkey").text


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


# Consistency -------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", ["from=0", "from=1&to=1", "from=2&to=5", "from=3"])
def test_any_two_sizes_are_proved_consistent(web, asked):
    told = web.ask(f"/log/consistency?{asked}").json
    roots = [decode_base64(told[name]) for name in ("fromRoot", "toRoot")]

    verify_consistency(
        told["from"], told["to"], *roots, [decode_base64(one) for one in told["consistency"]]
    )


def test_what_was_signed_at_both_sizes_comes_along(web):
    size = web.world.ledger.head.size
    web.world.commission("fab", web.world.chips(1))
    told = web.ask(f"/log/consistency?from={size}").json

    for name in ("from", "to"):
        signed = open_checkpoint(told[f"{name}Checkpoint"].encode(), web.world.ledger.verifier)
        assert (told[name], told[f"{name}Root"]) == (signed.size, encode_base64(signed.root))


def test_a_proof_that_is_known_is_not_sent_again(web):
    first = web.ask("/log/consistency?from=1&to=3")
    again = web.ask("/log/consistency?from=1&to=3", If_None_Match=first.headers["ETag"])

    assert (304, b"") == (again.status_code, again.data)


@pytest.mark.parametrize("asked", ["", "from=x", "from=-1", "from=3&to=2", "from=1&to=999"])
def test_sizes_that_are_none_are_refused(web, asked):
    answer = web.ask(f"/log/consistency?{asked}")

    assert (400, "malformed-parameter") == (answer.status_code, answer.json["title"])
