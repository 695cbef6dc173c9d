"""SQLite: settings read back, and what another tool with the file in hand cannot do."""

import sqlite3
from pathlib import Path

import pytest

from ledger.store import tables
from ledger.store.database import Database
from schemas.errors import CannotOpen, ChiptrailError, IntegrityError
from tests.ledger.store import truth
from tests.ledger.store.truth import HASH, ROWS, SIGNATURE, changed, everything


@pytest.fixture
def filled(tmp_path):
    opened = Database.open(f"sqlite:///{tmp_path / 'test.sqlite3'}")
    truth.fill(opened)
    yield opened
    opened.dispose()


@pytest.mark.parametrize("name", ["journal_mode", "synchronous", "recursive_triggers"])
def test_a_connection_has_the_settings_that_durability_rests_on(filled, name):
    with filled.reading() as connection:
        got = connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()

    assert {"journal_mode": "wal", "synchronous": 2, "recursive_triggers": 1}[name] == got


def test_a_file_that_is_no_database_cannot_be_opened(tmp_path):
    (tmp_path / "text").write_bytes(b"no database" * 1000)

    with pytest.raises(CannotOpen, match="text: file is not a database"):
        Database.open(f"sqlite:///{tmp_path / 'text'}")


def test_half_a_file_is_refused_with_the_way_out(filled):
    filled.dispose()
    path = Path(filled.url.removeprefix("sqlite:///"))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    with pytest.raises(CannotOpen, match=r"malformed; it is damaged.*restore a backup.*recover"):
        Database.open(filled.url)


def test_an_error_quotes_no_text_that_cannot_be_read(filled):
    with (
        pytest.raises(IntegrityError, match=r"Could not decode to UTF-8 column 'x'$"),
        filled.reading() as connection,
    ):
        connection.exec_driver_sql("SELECT CAST('secret' || x'ff' AS TEXT) AS x").one()


@pytest.mark.parametrize("code", [sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL])
def test_a_commit_that_fails_leaves_no_transaction_open(filled, monkeypatch, code):
    def fail(_):
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = code
        raise error

    monkeypatch.setattr(filled._engine.dialect, "do_commit", fail)
    with pytest.raises(ChiptrailError):
        truth.run(filled, "UPDATE disclosure SET body = NULL")
    monkeypatch.undo()
    truth.run(filled, "INSERT INTO disclosure VALUES (0, 'other', 'body')")

    assert [ROWS["disclosure"], (0, "other", "body")] == everything(filled)["disclosure"]


# With another tool -----------------------------------------------------------------------------


@pytest.fixture
def other_tool(filled):
    """A connection that sets nothing: REPLACE fires no DELETE trigger on it."""
    raw = sqlite3.connect(filled.url.removeprefix("sqlite:///"))
    yield raw
    raw.close()


# (a row that is in the way of one there, its columns): by key, by identity, by rowid.
IN_THE_WAY = {
    **{table: (row, "") for table, row in ROWS.items()},
    "entry by identity": ((1, HASH, 2, 0, SIGNATURE, 0, b"{'other'}"), ""),
    "item_list by rowid": ((1, 0, "other", bytes(32), "c"), "rowid, idx, field, seed, ids"),
    "tile by rowid": ((1, 0, 1, HASH, bytes(8192)), "rowid, level, n, root, hashes"),
    "disclosure by rowid": ((1, 0, "other", "body"), "rowid, idx, digest, body"),
}
CLAUSES = {
    "REPLACE INTO": "",
    "INSERT OR REPLACE INTO": "",
    "INSERT OR IGNORE INTO": "",
    "INSERT INTO": "",
    "INSERT INTO ": " ON CONFLICT DO UPDATE SET {column} = excluded.{column}",
    "INSERT INTO  ": " ON CONFLICT DO NOTHING",
}


@pytest.mark.parametrize("clause", CLAUSES)
@pytest.mark.parametrize("way", IN_THE_WAY)
def test_no_other_tool_puts_a_row_in_the_place_of_another(filled, other_tool, way, clause):
    before, table = everything(filled), way.split()[0]
    row, columns = IN_THE_WAY[way]
    row = changed(row)
    into = f"{clause} {table} ({columns})" if columns else f"{clause} {table}"
    last = list(tables.truth.tables[table].columns.keys())[-1]
    marks = ", ".join("?" * len(row))

    with pytest.raises(sqlite3.IntegrityError, match=r"already|not the next|being written"):
        other_tool.execute(f"{into} VALUES ({marks}){CLAUSES[clause].format(column=last)}", row)
    assert before == everything(filled)


def test_a_list_is_never_added_to_an_entry_that_was_signed(other_tool):
    with pytest.raises(sqlite3.IntegrityError, match="not of an entry being written"):
        other_tool.execute("INSERT INTO item_list VALUES (0, 'childEPCs', x'00', 'c')")


@pytest.mark.parametrize("index", ["1", "'x'", "x'30'", "0.5", "-1"])
@pytest.mark.parametrize(
    "row", ["item_list VALUES ({}, 'f', x'', 'c')", "disclosure VALUES ({}, 'f', 'c')"]
)
def test_nothing_is_put_beside_an_entry_that_is_not_there(other_tool, row, index):
    with pytest.raises(sqlite3.IntegrityError, match="not of an entry"):
        other_tool.execute("INSERT INTO " + row.format(index))


def test_a_tile_is_the_next_one_of_its_level(other_tool):
    other_tool.execute("INSERT INTO tile VALUES (1, 0, x'00', zeroblob(8192))")

    for level, number in [(0, 2), (0, -1), (1, 0), (1, 2), (2, 1)]:
        with pytest.raises(sqlite3.IntegrityError, match="not the next"):
            other_tool.execute(
                "INSERT INTO tile VALUES (?, ?, x'00', zeroblob(8192))", (level, number)
            )


def test_erasing_a_disclosure_puts_it_in_the_place_of_no_other(filled, other_tool):
    other_tool.execute("INSERT INTO disclosure VALUES (0, 'other', 'body')")
    other_tool.commit()

    with pytest.raises(sqlite3.IntegrityError, match="only the body"):
        other_tool.execute(
            "UPDATE OR REPLACE disclosure SET rowid = 1, body = NULL WHERE rowid = 2"
        )
    assert 2 == len(everything(filled)["disclosure"])
