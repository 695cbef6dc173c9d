"""Durability settings are read back, the schema is the models', truth cannot be changed."""

import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from ledger.store import bulk, log, statements, tables
from ledger.store.database import Database
from ledger.store.projections import projections
from schemas.errors import CannotOpen, IntegrityError
from tests.ledger.store.truth import ROWS, changed, everything, insertion, run


def test_the_migrated_schema_is_that_of_the_models(database):
    with database.reading() as connection:
        context = MigrationContext.configure(connection)
        differences = compare_metadata(context, [tables.truth, tables.accounts])

    projected = set(projections.tables)
    assert [] == [
        d
        for d in differences
        if getattr(d[1], "name", None) not in projected
        and getattr(getattr(d[1], "table", None), "name", None) not in projected
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


COUNT = "SELECT count(*) FROM document"


def test_a_glance_begins_nothing(filled):
    with filled.glancing() as connection:
        before = statements.fetch_number(connection, COUNT)
        with filled.writing() as writer:
            bulk.insert(writer, "document", ("uri", "idx"), [("urn:x:a", 7)])

        assert (0, 1) == (before, statements.fetch_number(connection, COUNT))


def test_after_a_glance_a_transaction_is_taken_back_as_before(filled):
    with filled.glancing() as connection:
        statements.fetch_number(connection, COUNT)
    with filled.writing(keep=False) as writer:
        bulk.insert(writer, "document", ("uri", "idx"), [("urn:x:a", 7)])
    with filled.glancing() as connection:
        assert 0 == statements.fetch_number(connection, COUNT)


URLS = {
    "no URL": ("ledger.sqlite3", "want sqlite"),
    "another kind": ("mysql://db/x", "got a mysql URL"),
    "nothing": ("", "want sqlite"),
}


@pytest.mark.parametrize(("url", "words"), URLS.values(), ids=URLS)
def test_a_url_of_no_database_that_we_know_is_refused(url, words):
    with pytest.raises(CannotOpen, match=words):
        Database.open(url)


# Truth -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ROWS)
def test_a_truth_row_is_never_deleted(filled, table):
    before = everything(filled)

    with pytest.raises(IntegrityError, match="append-only"):
        run(filled, f"DELETE FROM {table}")
    assert before == everything(filled)


@pytest.mark.parametrize("table", [t for t in ROWS if t != "disclosure"])
def test_a_truth_row_is_never_updated(filled, table):
    before = everything(filled)
    column = list(tables.truth.tables[table].columns.keys())[-1]

    with pytest.raises(IntegrityError, match="append-only"):
        run(filled, f"UPDATE {table} SET {column} = {column}")
    assert before == everything(filled)


# Clauses that put a row in the place of another, or do not say that they could not.
CLAUSES = {
    "inserted": "",
    "ignored": " ON CONFLICT DO NOTHING",
    "updated": " ON CONFLICT ({key}) DO UPDATE SET {last} = excluded.{last}",
}
REFUSED = "already|not the next|being written|append-only"


@pytest.mark.parametrize("clause", CLAUSES)
@pytest.mark.parametrize("table", ROWS)
def test_a_truth_row_is_never_replaced(filled, table, clause):
    before, row = everything(filled), changed(ROWS[table])
    made = tables.truth.tables[table]
    key, last = ", ".join(made.primary_key.columns.keys()), made.columns.keys()[-1]
    tail = CLAUSES[clause].format(key=key, last=last)

    with pytest.raises(IntegrityError, match=REFUSED):
        run(filled, f"INSERT INTO {insertion(table, row)}{tail}", row)
    assert before == everything(filled)


def test_an_entry_goes_in_at_the_next_index_only(filled):
    row = (2, bytes([1]) * 32, *ROWS["entry"][2:])

    with pytest.raises(IntegrityError, match="not the next"):
        run(filled, "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)", row)


def test_an_identity_is_in_the_log_once(filled):
    row = (1, *ROWS["entry"][1:])

    with pytest.raises(IntegrityError, match="identity is there already"):
        run(filled, "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)", row)


def test_a_disclosure_that_is_sent_again_stays_as_it_is(filled):
    rows = [(0, "digest", "other"), (0, "new", "body"), (0, "new", "body")]
    with filled.writing() as connection:
        log.insert_disclosures(connection, rows)

    assert [(0, "digest", "body"), (0, "new", "body")] == everything(filled)["disclosure"]


def test_a_disclosure_may_lose_its_body_and_nothing_else(filled):
    run(filled, "UPDATE disclosure SET body = NULL")

    with pytest.raises(IntegrityError, match="erased"):
        run(filled, "UPDATE disclosure SET body = 'again'")
    with pytest.raises(IntegrityError, match="erased"):
        run(filled, "UPDATE disclosure SET digest = 'other', body = NULL")
    assert [(0, "digest", None)] == everything(filled)["disclosure"]


def test_a_writing_block_that_fails_leaves_nothing(database):
    row = ROWS["activity"]
    twice = "INSERT INTO activity VALUES (?, ?, ?, ?, ?), (?, ?, ?, ?, ?)"

    with pytest.raises(IntegrityError):  # the second is not the next
        run(database, twice, (*row, *row))

    assert [] == everything(database)["activity"]


def test_what_was_written_is_seen_through_a_connection_of_its_own(filled):
    """A savepoint mistaken for a commit would show only on the writer's own connection."""
    other = Database.open(filled.url)

    assert everything(filled) == everything(other)
    other.dispose()


# Several at once -------------------------------------------------------------------------------


def append(database):
    """Append an entry at the next index, as found in the same transaction."""
    with database.writing() as connection:
        idx = log.count_entries(connection)
        row = log.EntryRow(idx, idx.to_bytes(32, "big"), 0, 0, bytes(64), 0, b"")
        log.insert_entries(connection, [row])


def test_writers_wait_for_each_other_without_any_other_lock(database):
    """As from hosts of their own, that share no lock file."""
    others = [Database.open(database.url) for _ in range(4)]
    threads = [threading.Thread(target=lambda o: [append(o) for _ in range(10)], args=(other,))
               for other in others]  # fmt: skip
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert list(range(40)) == [row[0] for row in everything(database)["entry"]]
    for other in others:
        other.dispose()


def test_a_snapshot_does_not_see_what_is_written_meanwhile(database):
    append(database)
    with database.reading() as connection:
        before = log.count_entries(connection)
        append(database)

        assert (1, 1) == (before, log.count_entries(connection))
