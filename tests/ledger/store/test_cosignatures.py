"""The table of cosignatures: beside a checkpoint, each once, the last of a witness last."""

import pytest

from ledger.store.cosignatures import (
    CosignatureRow,
    insert_cosignatures,
    load_cosignatures,
    load_witnessed_sizes,
)
from schemas.errors import IntegrityError
from tests.ledger.store.truth import HASH, SIGNATURE, run

ROW = CosignatureRow(1, "vkey", 1, SIGNATURE)


def put(database, *rows):
    with database.writing() as connection:
        insert_cosignatures(connection, rows)


def test_one_that_is_there_already_stays(filled):
    put(filled, ROW._replace(signature=b"x" * 64), ROW._replace(at=2))

    with filled.reading() as connection:
        rows = connection.exec_driver_sql("SELECT at, signature FROM cosignature ORDER BY at").all()
    assert [(1, SIGNATURE), (2, SIGNATURE)] == list(map(tuple, rows))


def test_only_the_last_of_each_witness_is_loaded(filled):
    put(filled, ROW._replace(at=3), ROW._replace(at=2), ROW._replace(witness="other"))

    with filled.reading() as connection:
        loaded = load_cosignatures(connection, 1)
    assert [("other", 1), ("vkey", 3)] == [(row.witness, row.at) for row in loaded]


def test_the_largest_size_of_each_witness_is_remembered(filled):
    run(filled, "INSERT INTO checkpoint VALUES (7, ?, 1, ?)", (HASH, SIGNATURE))
    put(filled, ROW._replace(size=7), ROW._replace(witness="other"))

    with filled.reading() as connection:
        assert {"vkey": 7, "other": 1} == load_witnessed_sizes(connection)


def test_a_cosignature_lies_beside_a_checkpoint(filled):
    with pytest.raises(IntegrityError, match="not of a checkpoint"):
        put(filled, ROW._replace(size=2))
