"""Reading the log in stretches that fit into memory."""

import itertools

import pytest

from ledger.store import log


@pytest.fixture
def connection(database):
    with database.writing() as connection:
        yield connection


def stretches(connection, sizes, **limits):
    for idx in range(limits["size"]):
        identity = idx.to_bytes(32, "big")
        log.insert_entries(connection, [log.EntryRow(idx, identity, 0, 0, bytes(64), 0, b"")])
    rows = [(idx, "epcList", bytes(32), "x" * size) for idx, size in sizes.items()]
    log.insert_lists(connection, rows)
    return list(log.iterate_stretches(connection, **limits))


def test_entries_without_lists_are_cut_by_their_number(connection):
    found = stretches(connection, {}, size=10, most=4, most_characters=100)

    assert [(0, 4), (4, 8), (8, 10)] == found


def test_long_lists_are_cut_by_their_characters(connection):
    sizes = {1: 60, 2: 60, 3: 30, 7: 300, 8: 1}
    found = stretches(connection, sizes, size=10, most=100, most_characters=100)

    assert [(0, 2), (2, 7), (7, 8), (8, 10)] == found


def test_no_stretch_is_without_an_entry_or_leaves_one_out(connection):
    sizes = {idx: 10 + idx * 37 % 90 for idx in range(3, 50, 2)}
    found = stretches(connection, sizes, size=50, most=7, most_characters=150)

    covered = list(itertools.chain.from_iterable(range(*stretch) for stretch in found))
    assert list(range(50)) == covered
    assert all(0 < stop - start <= 7 for start, stop in found)
