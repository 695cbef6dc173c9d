"""Tile paths with one spelling each, the tiles of a tree, and bundles of entries."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.tiles import (
    TileAddress,
    bundles_of,
    encode_entry_bundle,
    entries_path,
    parse_entry_bundle,
    parse_tile_path,
    partial_width,
    tile_path,
    tile_width,
    tiles_of,
)
from schemas.errors import MalformedNote

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "tiles.json").read_text())
ADDRESSES = st.builds(
    TileAddress,
    st.none() | st.integers(0, 63),
    st.integers(0, 2**63 - 1) | st.integers(0, 2000),
    st.integers(1, 256),
)


def by_desc(rows):
    return pytest.mark.parametrize("row", rows, ids=[row["desc"] for row in rows])


@by_desc(VECTORS["paths"])
def test_an_address_has_the_path_of_the_specification(row):
    address = TileAddress(row["level"], row["index"], row["width"])

    assert address.path == row["path"]
    assert parse_tile_path(row["path"]) == address


@by_desc(VECTORS["refused"])
def test_any_other_spelling_is_refused(row):
    with pytest.raises(MalformedNote):
        parse_tile_path(row["path"])


@given(ADDRESSES)
def test_every_address_survives_its_path(address):
    assert parse_tile_path(address.path) == address


@given(st.from_regex(r"tile/(entries|[0-9]{1,2})/(x?[0-9]{3}/?){1,3}(\.p/[0-9]{1,3})?\n?"))
def test_a_path_that_parses_is_the_one_spelling(path):
    try:
        address = parse_tile_path(path)
    except MalformedNote:
        return

    assert address.path == path


@pytest.mark.parametrize(
    "ask",
    [
        lambda: tile_path(-1, 0),
        lambda: tile_path(64, 0),
        lambda: tile_path(0, -1),
        lambda: tile_path(0, 0, 0),
        lambda: entries_path(0, 257),
        lambda: entries_path(-1),
    ],
)
def test_an_impossible_tile_has_no_path(ask):
    with pytest.raises(ValueError, match="want"):
        ask()


@by_desc(VECTORS["trees"])
def test_a_tree_has_the_tiles_of_the_specification(row):
    widths = {}
    for address in tiles_of(row["size"]):
        widths.setdefault(address.level, []).append(address.width)

    assert list(widths.values()) == row["widths"]


def test_seventy_thousand_entries_have_277_tiles():
    assert len(list(tiles_of(70_000))) == 277
    assert len(list(bundles_of(70_000))) == 274


@given(st.integers(0, 200_000))
def test_widths_agree_with_the_list_of_tiles(size):
    tiles = list(tiles_of(size))
    partial = {one.level: one.width for one in tiles if one.width < 256}

    assert all(tile_width(one.level, one.index, size) == one.width for one in tiles)
    assert partial == {n: partial_width(n, size) for n in range(9) if partial_width(n, size)}


@given(st.integers(0, 2000))
def test_bundles_pair_with_the_tiles_of_leaf_hashes(size):
    leaves = [(one.index, one.width) for one in tiles_of(size) if one.level == 0]

    assert [(one.index, one.width) for one in bundles_of(size)] == leaves


def test_a_tile_beyond_the_tree_has_no_width():
    assert (tile_width(0, 1, 256), tile_width(1, 0, 255), tile_width(5, 9, 3)) == (0, 0, 0)


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=256))
def test_a_bundle_gives_its_entries_back(records):
    assert parse_entry_bundle(encode_entry_bundle(records)) == tuple(records)


def test_a_bundle_is_lengths_and_entries():
    assert encode_entry_bundle([b"ab", b"", b"c"]) == b"\x00\x02ab\x00\x00\x00\x01c"
    assert parse_entry_bundle(b"\xff\xff" + bytes(65535)) == (bytes(65535),)


BAD_BUNDLES = {
    "nothing": b"",
    "half a length": b"\x00\x01a\x00",
    "a cut entry": b"\x00\x02a",
    "257 entries": b"\x00\x01a" * 257,
    "very many entries": b"\x00\x00" * 100_000,
}


@pytest.mark.parametrize("data", BAD_BUNDLES.values(), ids=BAD_BUNDLES)
def test_a_bad_bundle_is_refused(data):
    with pytest.raises(MalformedNote):
        parse_entry_bundle(data)


@pytest.mark.parametrize("records", [[], [b""] * 257, [bytes(65536)]])
def test_a_bundle_holds_1_to_256_short_entries(records):
    with pytest.raises(ValueError, match=r"entr"):
        encode_entry_bundle(records)
