"""What keeps a table append-only, as triggers of SQLite and of PostgreSQL.

A migration that is out is never changed, and neither is what these functions make: a rule that
differs gets a function of its own. Conditions are SQL that both databases read.

SQLite's REPLACE deletes the row in its way and fires no DELETE trigger unless the connection asks
for ``recursive_triggers``: so an INSERT is refused before it can find a row in its way. PostgreSQL
has TRUNCATE, and temporary tables that hide those of the same name: so its functions look in the
schema of the ledger first.

    forbid("entry", "DELETE")
    demand("entry", "once", "NOT EXISTS (...)", "identity is there already")
"""

from alembic import op


def is_postgresql() -> bool:
    """Whether the migration runs on PostgreSQL; else it is SQLite."""
    return op.get_context().dialect.name == "postgresql"


def forbid(table: str, act: str) -> None:
    """Refuse *act* (DELETE, UPDATE, TRUNCATE) on *table*, whatever the rows."""
    name, message = f"{table}_no_{act.lower()}", f"{table} is append-only"
    if is_postgresql():
        _function(name, f"RAISE EXCEPTION '{message}'{_CODE};")
        _trigger(name, f"BEFORE {act}", table, "STATEMENT")
    else:
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {act} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )


def demand(table: str, name: str, condition: str, message: str) -> None:
    """Refuse a new row of *table* for which *condition* does not hold."""
    name, message = f"{table}_{name}", f"{table}: {message}"
    if is_postgresql():
        _function(name, _unless(condition, message))
        _trigger(name, "BEFORE INSERT", table, "ROW")
    else:
        op.execute(
            f"CREATE TRIGGER {name} BEFORE INSERT ON {table} WHEN NOT ({condition}) "
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )


def demand_of_all(table: str, name: str, condition: str, message: str) -> None:
    """Refuse new rows of *table*, together ``added``, for which *condition* does not hold.

    PostgreSQL alone: once a statement, where a row's trigger costs twice the row.
    """
    name, message = f"{table}_{name}", f"{table}: {message}"
    _function(name, _unless(condition, message))
    _trigger(name, "AFTER INSERT", table, "STATEMENT", "REFERENCING NEW TABLE AS added ")


def let_only_erase(table: str, column: str, key: tuple[str, ...]) -> None:
    """Refuse every change of a row but that its *column* becomes NULL."""
    name, message = f"{table}_erase_only", f"{table}: only the {column} can be erased"
    if is_postgresql():
        kept = " AND ".join(f"NEW.{one} IS NOT DISTINCT FROM OLD.{one}" for one in key)
        _function(name, _unless(f"NEW.{column} IS NULL AND {kept}", message))
        _trigger(name, "BEFORE UPDATE", table, "ROW")
    else:
        changed = " OR ".join(f"NEW.{one} IS NOT OLD.{one}" for one in key)
        op.execute(
            f"""CREATE TRIGGER {name} BEFORE UPDATE ON {table}
        WHEN NEW.{column} IS NOT NULL OR {changed}
        OR NEW.rowid IS NOT OLD.rowid
        BEGIN SELECT RAISE(ABORT, '{message}'); END"""
        )


_CODE = " USING ERRCODE = 'integrity_constraint_violation'"


def _unless(condition: str, message: str) -> str:
    return (
        f"IF NOT coalesce({condition}, false) THEN RAISE EXCEPTION '{message}'{_CODE}; END IF;"
        " RETURN NEW;"
    )


def _function(name: str, body: str) -> None:
    schema = op.get_bind().exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql"
        f" SET search_path = {schema}, pg_temp AS $$BEGIN {body} END$$"
    )


def _trigger(name: str, when: str, table: str, each: str, rows: str = "") -> None:
    op.execute(
        f"CREATE TRIGGER {name} {when} ON {table} {rows}FOR EACH {each} EXECUTE FUNCTION {name}()"
    )
