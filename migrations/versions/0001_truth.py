"""The truth tables, append-only by trigger.

Why triggers and not only care: whoever opens the file with another tool, or writes a wrong query
here in ten years, must be stopped by the database itself. Entries go in at the next index only,
item lists beside an entry that no checkpoint covers yet. Disclosures may lose their body (erasure
leaves a logged tombstone) and nothing else.

REPLACE deletes the row in its way, and fires no DELETE trigger unless the connection asks for
``recursive_triggers``: so an INSERT is refused before it can find a row in its way, be it by key,
by another unique column or by rowid.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# SQLite keeps a rowid table only for the exact type INTEGER.
BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")

_TRUTH = ("entry", "item_list", "tile", "checkpoint", "disclosure", "activity")


def upgrade() -> None:
    """Create the six tables and their triggers."""
    _create_tables()
    for table in _TRUTH:
        _forbid(table, "DELETE")
        if table != "disclosure":
            _forbid(table, "UPDATE")
    op.execute(
        """CREATE TRIGGER disclosure_erase_only BEFORE UPDATE ON disclosure
        WHEN NEW.body IS NOT NULL OR NEW.idx IS NOT OLD.idx OR NEW.digest IS NOT OLD.digest
        OR NEW.rowid IS NOT OLD.rowid
        BEGIN SELECT RAISE(ABORT, 'disclosure: only the body can be erased'); END"""
    )
    _guard_inserts()


def _forbid(table: str, act: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )


def _guard_inserts() -> None:
    """What must hold of a new row. Each condition looks into an index, no more."""
    next_index = "coalesce((SELECT max(idx) FROM entry), -1) + 1 = NEW.idx"
    _demand("entry", "next_only", next_index, "idx is not the next")
    identity = "NOT EXISTS (SELECT 1 FROM entry WHERE identity = NEW.identity)"
    _demand("entry", "once", identity, "identity is there already")

    next_id = "coalesce((SELECT max(id) FROM activity), -1) + 1 = NEW.id"
    _demand("activity", "next_only", next_id, "id is not the next")
    next_size = "NEW.size > coalesce((SELECT max(size) FROM checkpoint), -1)"
    _demand("checkpoint", "next_only", next_size, "size is not the next")
    next_tile = "coalesce((SELECT max(n) FROM tile WHERE level = NEW.level), -1) + 1 = NEW.n"
    _demand("tile", "next_only", next_tile, "n is not the next")

    entry = "EXISTS (SELECT 1 FROM entry WHERE idx = NEW.idx)"
    unsigned = "NEW.idx >= coalesce((SELECT max(size) FROM checkpoint), 0)"
    being_written = f"{unsigned} AND {entry}"
    _demand("item_list", "with_entry", being_written, "idx is not of an entry being written")
    _demand("disclosure", "of_entry", entry, "idx is not of an entry")
    one_list = "NOT EXISTS (SELECT 1 FROM item_list WHERE idx = NEW.idx AND field = NEW.field)"
    _demand("item_list", "once", one_list, "row is there already")
    one_body = "NOT EXISTS (SELECT 1 FROM disclosure WHERE idx = NEW.idx AND digest = NEW.digest)"
    _demand("disclosure", "once", one_body, "row is there already")
    for table in ("item_list", "tile", "disclosure"):  # the others' key is their rowid
        rowid = "NOT EXISTS (SELECT 1 FROM {} WHERE rowid = NEW.rowid)"
        _demand(table, "new_row", rowid.format(table), "rowid is there already")


def _demand(table: str, name: str, condition: str, message: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_{name} BEFORE INSERT ON {table} WHEN NOT ({condition}) "
        f"BEGIN SELECT RAISE(ABORT, '{table}: {message}'); END"
    )


def _create_tables() -> None:
    op.create_table(
        "entry",
        sa.Column("idx", BIG, primary_key=True, autoincrement=False),
        sa.Column("identity", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("recorded_at", BIG, nullable=False),
        sa.Column("key_idx", BIG, nullable=False),
        sa.Column("signature", sa.LargeBinary, nullable=False),
        sa.Column("kind", sa.SmallInteger, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.CheckConstraint("length(identity) = 32", name="entry_identity_size"),
        sa.CheckConstraint("length(signature) = 64", name="entry_signature_size"),
    )
    op.create_index("entry_statement", "entry", ["idx"], sqlite_where=sa.text("kind = 1"))
    op.create_table(
        "item_list",
        sa.Column("idx", BIG, primary_key=True, autoincrement=False),
        sa.Column("field", sa.Text, primary_key=True),
        sa.Column("seed", sa.LargeBinary, nullable=False),
        sa.Column("ids", sa.Text, nullable=False),
    )
    op.create_table(
        "tile",
        sa.Column("level", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("n", BIG, primary_key=True, autoincrement=False),
        sa.Column("root", sa.LargeBinary, nullable=False),
        sa.Column("hashes", sa.LargeBinary, nullable=False),
        sa.CheckConstraint("length(hashes) = 8192", name="tile_hashes_size"),
    )
    op.create_table(
        "checkpoint",
        sa.Column("size", BIG, primary_key=True, autoincrement=False),
        sa.Column("root", sa.LargeBinary, nullable=False),
        sa.Column("signed_at", BIG, nullable=False),
        sa.Column("signature", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "disclosure",
        sa.Column("idx", BIG, primary_key=True, autoincrement=False),
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("body", sa.Text),
    )
    op.create_table(
        "activity",
        sa.Column("id", BIG, primary_key=True, autoincrement=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("ref", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """Truth is never taken away: there is no way down from the first revision."""
    raise NotImplementedError
