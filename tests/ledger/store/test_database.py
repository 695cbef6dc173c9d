"""Durability settings are read back, the schema is the models', truth cannot be changed."""

import sqlite3

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from ledger.store import log, tables
from ledger.store.database import Database
from schemas.errors import CannotOpen, IntegrityError

HASH, SIGNATURE = bytes(32), bytes(64)
ROWS = {
    "entry": (0, HASH, 1, 0, SIGNATURE, 0, b"{}"),
    "item_list": (0, "epcList", bytes(32), "a\nb"),
    "tile": (0, 0, HASH, bytes(8192)),
    "checkpoint": (1, HASH, 1, SIGNATURE),
    "disclosure": (0, "digest", "body"),
    "activity": (0, 1, "actor", "act", "ref"),
}


@pytest.fixture
def database(tmp_path):
    opened = Database.open(f"sqlite:///{tmp_path / 'test.sqlite3'}")
    yield opened
    opened.dispose()


@pytest.fixture
def filled(database):
    """One row in every truth table."""
    with database.writing() as connection:
        for table, row in ROWS.items():
            marks = ", ".join("?" * len(row))
            connection.exec_driver_sql(f"INSERT INTO {table} VALUES ({marks})", row)
    return database


def attack(database, statement, values=()):
    with database.writing() as connection:
        connection.exec_driver_sql(statement, values)


def everything(database):
    with database.reading() as connection:
        return {t: connection.exec_driver_sql(f"SELECT * FROM {t}").all() for t in ROWS}


def test_the_migrated_schema_is_that_of_the_models(database):
    with database.reading() as connection:
        context = MigrationContext.configure(connection)
        differences = compare_metadata(context, tables.truth)

    projections = set(tables.projections.tables)
    assert [] == [
        d
        for d in differences
        if getattr(d[1], "name", None) not in projections
        and getattr(getattr(d[1], "table", None), "name", None) not in projections
    ]


def test_the_newest_revision_is_the_one_that_opening_asks_for(database):
    config = Config()
    config.set_main_option("script_location", "migrations:")

    assert tables.SCHEMA_REVISION == ScriptDirectory.from_config(config).get_current_head()


def test_opening_again_changes_nothing(database, tmp_path):
    again = Database.open(database.url)

    with again.reading() as connection:
        assert 0 == connection.exec_driver_sql("SELECT count(*) FROM entry").scalar_one()
    again.dispose()


@pytest.mark.parametrize("name", ["journal_mode", "synchronous", "recursive_triggers"])
def test_a_connection_has_the_settings_that_durability_rests_on(database, name):
    with database.reading() as connection:
        got = connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()

    assert {"journal_mode": "wal", "synchronous": 2, "recursive_triggers": 1}[name] == got


def test_a_file_that_is_no_database_cannot_be_opened(tmp_path):
    (tmp_path / "text").write_bytes(b"no database" * 1000)

    with pytest.raises(CannotOpen):
        Database.open(f"sqlite:///{tmp_path / 'text'}")


@pytest.mark.parametrize("table", ROWS)
def test_a_truth_row_is_never_deleted(filled, table):
    before = everything(filled)

    with pytest.raises(IntegrityError, match="append-only"):
        attack(filled, f"DELETE FROM {table}")
    assert before == everything(filled)


@pytest.mark.parametrize("table", [t for t in ROWS if t != "disclosure"])
def test_a_truth_row_is_never_updated(filled, table):
    before = everything(filled)
    column = list(tables.truth.tables[table].columns.keys())[-1]

    with pytest.raises(IntegrityError, match="append-only"):
        attack(filled, f"UPDATE {table} SET {column} = {column}")
    assert before == everything(filled)


@pytest.mark.parametrize("table", ROWS)
def test_a_truth_row_is_never_replaced(filled, table):
    before = everything(filled)
    marks = ", ".join("?" * len(ROWS[table]))

    with pytest.raises(IntegrityError):
        attack(filled, f"REPLACE INTO {table} VALUES ({marks})", ROWS[table])
    assert before == everything(filled)


def test_an_entry_goes_in_at_the_next_index_only(filled):
    row = (2, bytes([1]) * 32, *ROWS["entry"][2:])

    with pytest.raises(IntegrityError, match="not the next"):
        attack(filled, "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)", row)


def test_an_identity_is_in_the_log_once(filled):
    row = (1, *ROWS["entry"][1:])

    with pytest.raises(IntegrityError, match="identity is there already"):
        attack(filled, "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)", row)


# With another tool -----------------------------------------------------------------------------

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


@pytest.fixture
def other_tool(filled):
    """A connection that sets nothing: REPLACE fires no DELETE trigger on it."""
    raw = sqlite3.connect(filled.url.removeprefix("sqlite:///"))
    yield raw
    raw.close()


def changed(table, row):
    """*row* with another last column, of the same type and size."""
    last = row[-1]
    return (*row[:-1], last[:-1] + type(last)((b"?", "?")[isinstance(last, str)]))


@pytest.mark.parametrize("clause", CLAUSES)
@pytest.mark.parametrize("way", IN_THE_WAY)
def test_no_other_tool_puts_a_row_in_the_place_of_another(filled, other_tool, way, clause):
    before, table = everything(filled), way.split()[0]
    row, columns = IN_THE_WAY[way]
    row = changed(table, row)
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


def test_a_disclosure_that_is_sent_again_stays_as_it_is(filled):
    rows = [(0, "digest", "other"), (0, "new", "body"), (0, "new", "body")]
    with filled.writing() as connection:
        log.insert_disclosures(connection, rows)

    assert [(0, "digest", "body"), (0, "new", "body")] == everything(filled)["disclosure"]


def test_a_disclosure_may_lose_its_body_and_nothing_else(filled):
    attack(filled, "UPDATE disclosure SET body = NULL")

    with pytest.raises(IntegrityError, match="erased"):
        attack(filled, "UPDATE disclosure SET body = 'again'")
    with pytest.raises(IntegrityError, match="erased"):
        attack(filled, "UPDATE disclosure SET digest = 'other', body = NULL")
    assert [(0, "digest", None)] == everything(filled)["disclosure"]


def test_a_writing_block_that_fails_leaves_nothing(database):
    row = ROWS["activity"]
    twice = "INSERT INTO activity VALUES (?, ?, ?, ?, ?), (?, ?, ?, ?, ?)"

    with pytest.raises(IntegrityError):  # the second is not the next
        attack(database, twice, (*row, *row))

    assert [] == everything(database)["activity"]


def test_what_was_written_is_seen_through_a_connection_of_its_own(filled):
    """A savepoint mistaken for a commit would show only on the writer's own connection."""
    other = sqlite3.connect(filled.url.removeprefix("sqlite:///"))

    assert 1 == other.execute("SELECT count(*) FROM entry").fetchone()[0]
    other.close()
