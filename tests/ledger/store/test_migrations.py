"""What was recorded under an older schema is truth under the newest: kept, not to be changed."""

import alembic.command
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from ledger.store import tables
from ledger.store.database import Database
from schemas.errors import IntegrityError
from tests.ledger.store.truth import ROWS, changed, insertion, run


def older_revisions():
    config = Config()
    config.set_main_option("script_location", "migrations:")
    revisions = [one.revision for one in ScriptDirectory.from_config(config).walk_revisions()]
    return sorted(set(revisions) - {tables.SCHEMA_REVISION})


@pytest.fixture(params=older_revisions())
def migrated(request, tmp_path, url):
    """A database that was filled at an older revision, and opened by this program since."""
    url = url or f"sqlite:///{tmp_path / 'old.sqlite3'}"
    with pytest.MonkeyPatch.context() as patch:
        upgrade = alembic.command.upgrade
        patch.setattr(tables, "SCHEMA_REVISION", request.param)
        patch.setattr(alembic.command, "upgrade", lambda config, _: upgrade(config, request.param))
        old = Database.open(url)
        for table in rows_of(old):
            run(old, f"INSERT INTO {insertion(table, ROWS[table])}", ROWS[table])
        old.dispose()
    database = Database.open(url)
    yield database
    database.dispose()


def rows_of(database):
    """The rows of every truth table that is there and has any, or could have."""
    with database.reading() as connection:
        there = database._engine.dialect.get_table_names(connection)
        return {
            t: connection.exec_driver_sql(f"SELECT * FROM {t}").all() for t in ROWS if t in there
        }


def test_nothing_is_lost_by_a_migration(migrated):
    kept = {table: list(map(tuple, rows)) for table, rows in rows_of(migrated).items() if rows}

    assert {table: [ROWS[table]] for table in kept} == kept
    assert {"entry", "item_list", "tile", "checkpoint", "disclosure", "activity"} <= kept.keys()


ATTACKS = {
    "deleted": "DELETE FROM {table}",
    "updated": "UPDATE {table} SET {first} = {first}",
    "replaced": "INSERT INTO {insertion} ON CONFLICT DO NOTHING",
}


REFUSED = r"already|not the next|being written|append|erase"


@pytest.mark.parametrize("attack", ATTACKS)
def test_nor_can_it_be_changed_after_one(migrated, attack):
    for table, rows in rows_of(migrated).items():
        first = tables.truth.tables[table].columns.keys()[0]
        row = changed(ROWS[table]) if attack == "replaced" else ()
        words = {"table": table, "first": first, "insertion": insertion(table, row)}

        if rows:
            with pytest.raises(IntegrityError, match=REFUSED):
                run(migrated, ATTACKS[attack].format(**words), row)
