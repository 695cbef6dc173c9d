"""PostgreSQL: settings read back, errors without values, and what another tool cannot do."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from ledger.store import bulk, postgresql, statements
from ledger.store.database import Database
from schemas.errors import CannotOpen, IntegrityError
from tests import databases
from tests.ledger.store import truth
from tests.ledger.store.truth import ROWS, SIGNATURE, everything, run

pytestmark = pytest.mark.postgresql


@pytest.fixture
def filled(postgresql):
    opened = Database.open(postgresql.create())
    truth.fill(opened)
    yield opened
    opened.dispose()


@pytest.fixture
def other_tool(filled):
    with databases.connect(filled.url) as connection:
        yield connection


# Settings --------------------------------------------------------------------------------------

SOUND = {
    "fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "server_encoding": "UTF8",
}  # fmt: skip


@pytest.mark.parametrize("name", SOUND)
def test_a_server_that_would_lose_what_it_acknowledged_is_refused(name):
    with pytest.raises(CannotOpen, match=f"PostgreSQL {name}: got off, want "):
        postgresql._check(SOUND | {name: "off"})


def test_a_commit_waits_for_the_disk_whatever_the_database_says(filled, other_tool):
    name = make_url(filled.url).database
    other_tool.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
    again = Database.open(filled.url)

    with again.reading() as connection:
        assert "on" == connection.exec_driver_sql("SHOW synchronous_commit").scalar_one()
    again.dispose()


def test_another_name_of_the_scheme_opens_the_same_database(filled):
    again = Database.open(filled.url.replace("postgresql://", "postgres://"))

    assert everything(filled) == everything(again)
    again.dispose()


def test_a_server_that_is_not_there_is_named_without_the_password(tmp_path):
    with pytest.raises(CannotOpen, match="database chips: ") as refused:
        Database.open(f"postgresql://fab:secret@/chips?host={tmp_path}")
    assert "secret" not in str(refused.value)


def test_a_database_that_is_not_there_is_named(filled):
    with pytest.raises(CannotOpen, match="nowhere"):
        Database.open(str(make_url(filled.url).set(database="nowhere")))


def test_many_that_open_an_empty_database_at_once_find_it_migrated(postgresql):
    url = postgresql.create_empty()
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(Database.open, [url] * 4))

    assert [[]] * 4 == [everything(one)["entry"] for one in opened]
    for one in opened:
        one.dispose()


# Transactions ----------------------------------------------------------------------------------


def write(database, deed):
    with database.writing() as connection:
        deed(connection)


def test_what_only_reads_cannot_write(filled):
    with filled.reading() as connection, pytest.raises(DBAPIError, match="read-only"):
        connection.exec_driver_sql("UPDATE disclosure SET body = NULL")


def test_a_transaction_with_a_failed_statement_is_not_taken_for_committed(filled):
    """PostgreSQL answers its COMMIT by rolling back, without an error."""

    def fail(connection):
        connection.exec_driver_sql("UPDATE disclosure SET body = NULL")
        with pytest.raises(DBAPIError, match="append-only"):
            connection.exec_driver_sql("DELETE FROM entry")

    with pytest.raises(IntegrityError, match="failed"):
        write(filled, fail)
    assert ROWS["disclosure"] == everything(filled)["disclosure"][0]


def test_what_gives_no_rows_goes_with_the_next_that_does(filled):
    with filled.writing() as connection:
        statements.run(connection, "CREATE TEMPORARY TABLE late (n integer)")
        statements.run(connection, "INSERT INTO late VALUES (?)", (7,))
        before = connection.connection.driver_connection.info.transaction_status.name
        found = statements.fetch(connection, "SELECT n FROM late")

    assert ("IDLE", [(7,)]) == (before, found)


def test_what_waits_goes_before_what_sqlalchemy_runs(filled):
    with filled.writing() as connection:
        statements.run(connection, "CREATE TEMPORARY TABLE late (n integer)")

        assert [] == connection.exec_driver_sql("SELECT n FROM late").all()


def test_the_error_of_what_waits_comes_before_the_commit(filled):
    def forget(connection):
        statements.run(connection, "DELETE FROM entry")
        statements.run(connection, "UPDATE disclosure SET body = NULL")

    before = everything(filled)
    with pytest.raises(IntegrityError, match="append-only"):
        write(filled, forget)
    assert before == everything(filled)


def test_a_connection_that_is_lost_while_committing_leaves_the_outcome_unknown(filled, other_tool):
    def disconnect(connection):
        pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        other_tool.execute("SELECT pg_terminate_backend(%s)", (pid,))

    with pytest.raises(IntegrityError, match="unknown"):
        write(filled, disconnect)


def test_a_connection_that_is_lost_between_two_statements_is_given_up(filled, other_tool):
    def disconnect(connection):
        pid = statements.fetch_number(connection, "SELECT pg_backend_pid()")
        other_tool.execute("SELECT pg_terminate_backend(%s)", (pid,))
        statements.run(connection, "SELECT 1")

    before = everything(filled)
    with pytest.raises(CannotOpen, match="terminating connection"):
        write(filled, disconnect)
    assert before == everything(filled)


def test_after_the_server_closed_its_connections_the_next_transaction_is_answered(
    filled, other_tool
):
    before = everything(filled)
    other_tool.execute(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )

    assert before == everything(filled)


@pytest.mark.parametrize(("idle_s", "asked"), [(0, 1), (3600, 0)])
def test_a_connection_is_asked_whether_it_is_there_only_when_it_was_idle(
    filled, monkeypatch, idle_s, asked
):
    monkeypatch.setattr(postgresql, "IDLE_S", idle_s)
    pings = []
    monkeypatch.setattr(filled._engine.dialect, "do_ping", pings.append)
    with filled.glancing():
        pass

    assert asked == len(pings)


def test_an_error_quotes_no_value(filled):
    with pytest.raises(IntegrityError) as refused:
        run(filled, "CREATE TABLE t (a text UNIQUE); INSERT INTO t VALUES ('hidden'), ('hidden')")
    assert "hidden" not in str(refused.value)
    with pytest.raises(IntegrityError, match="InvalidTextRepresentation") as refused:
        run(filled, "SELECT ?::bigint", ("hidden",))
    assert "hidden" not in str(refused.value)


# Bulk ------------------------------------------------------------------------------------------


def test_values_come_back_as_they_were_sent(filled):
    rows = [(1, "%s ? {} \\ \" ' é", b"\x00\\x'\xff", True, 0.5), (1 << 62, "", b"", False, -1e300),
            (None, None, None, None, None)]  # fmt: skip
    with filled.reading() as connection:
        got = list(bulk.select(connection, "SELECT * FROM need", tuple("abcde"), rows))

    assert rows == list(map(tuple, got))


def test_a_column_of_nothing_is_inserted_and_updated(filled):
    with filled.writing() as connection:
        bulk.insert(connection, "event", ("idx", "due_at"), [])
        rows = [(7, 1, None, 5), (8, 1, None, 5)]
        bulk.upsert(connection, "containment", "item, start",
                    ("item", "start", "stop", "parent"), rows)  # fmt: skip
        got = connection.exec_driver_sql("SELECT * FROM containment ORDER BY item").all()

    assert rows == list(map(tuple, got))


def test_text_is_ordered_by_code_point_on_any_server(filled):
    words = ["é", "a", "B", "_", "aa", "A"]
    with filled.writing() as connection:
        bulk.insert(connection, "item_class", ("id", "prefix"), list(enumerate(words)))
        rows = connection.exec_driver_sql("SELECT prefix FROM item_class ORDER BY prefix").all()

    assert sorted(words) == [row[0] for row in rows]


def test_a_large_result_is_fetched_as_it_is_read(filled):
    with filled.reading() as connection:
        rows = bulk.stream(connection, "SELECT idx FROM entry")
        assert 0 == next(rows)[0]

        held = "SELECT count(*) FROM pg_cursors WHERE statement LIKE '%FROM entry'"
        assert 1 == connection.exec_driver_sql(held).scalar_one()
        rows.close()
        assert 0 == connection.exec_driver_sql(held).scalar_one()


# With another tool -----------------------------------------------------------------------------

APPEND_ONLY = {
    "truncation": "TRUNCATE {table}",
    "truncation of all": "TRUNCATE entry, item_list, tile, checkpoint, disclosure, activity",
    "deletion": "DELETE FROM {table}",
    "deletion of nothing": "DELETE FROM {table} WHERE false",
    "deletion by the way": "WITH gone AS (DELETE FROM {table} RETURNING *) SELECT * FROM gone",
    "merging": "MERGE INTO {table} USING (SELECT 1) AS one ON true WHEN MATCHED THEN DELETE",
}


@pytest.mark.parametrize("attack", APPEND_ONLY)
@pytest.mark.parametrize("table", ROWS)
def test_nothing_takes_a_row_away(filled, other_tool, table, attack):
    before = everything(filled)

    with pytest.raises(psycopg.IntegrityError, match="append-only"):
        other_tool.execute(APPEND_ONLY[attack].format(table=table))
    assert before == everything(filled)


def test_a_copy_goes_through_the_same_gate(other_tool):
    with (
        pytest.raises(psycopg.IntegrityError, match="not the next"),
        other_tool.cursor() as cursor,
        cursor.copy("COPY entry FROM STDIN") as copy,
    ):
        copy.write_row((5, bytes([1]) * 32, *ROWS["entry"][2:]))


GAPS = {
    "one left out": [1, 3],
    "one before the first": [1, -1],
    "one that is there, ignored": [0],
}


@pytest.mark.parametrize("indexes", GAPS.values(), ids=GAPS)
def test_the_entries_of_one_statement_follow_each_other(filled, other_tool, indexes):
    before = everything(filled)

    with pytest.raises(psycopg.IntegrityError, match="not the next"):
        other_tool.execute(
            "INSERT INTO entry SELECT idx, decode(lpad(to_hex(idx + 7), 64, '0'), 'hex'), 1, 0,"
            " %s, 0, '' FROM unnest(%s::bigint[]) AS idx ON CONFLICT DO NOTHING",
            (SIGNATURE, indexes),
        )
    assert before == everything(filled)


def test_rows_that_are_copied_are_quoted_by_no_error(filled):
    rows = [(number, "an id\0", 1) for number in range(100)]

    with pytest.raises(IntegrityError) as refused, filled.writing() as connection:
        bulk.insert(connection, "item", ("id", "serial", "class_id"), rows)
    assert "an id" not in str(refused.value)


def test_a_temporary_table_of_the_same_name_deceives_no_trigger(filled, other_tool):
    """Unless told otherwise, PostgreSQL looks for a table among the temporary ones first."""
    other_tool.execute("CREATE TEMP TABLE entry (idx bigint, identity bytea)")
    other_tool.execute("INSERT INTO pg_temp.entry VALUES (41, '')")

    with pytest.raises(psycopg.IntegrityError, match="not the next"):
        other_tool.execute(
            "INSERT INTO public.entry VALUES (42, %s, 1, 0, %s, 0, '')",
            (bytes([1]) * 32, SIGNATURE),
        )


# The database's own check ----------------------------------------------------------------------


def test_a_sound_database_has_no_problems(filled):
    assert [] == filled.integrity_problems()


def test_an_index_that_is_not_valid_is_named(filled, other_tool):
    other_tool.execute(
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'entry_pkey'::regclass"
    )

    assert ["index entry_pkey is not valid"] == filled.integrity_problems()


def test_the_triggers_made_anew_are_those_of_the_migration_and_leave_nothing(filled):
    with filled.reading() as connection:
        there = filled.load_triggers(connection)

    assert there == filled.make_triggers()
    with filled.reading() as connection:
        assert there == filled.load_triggers(connection)
        query = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'chiptrail%'"
        assert 0 == connection.exec_driver_sql(query).scalar_one()
