"""The truth tables, append-only by trigger.

Why triggers and not only care: whoever opens the database with another tool, or writes a wrong
query here in ten years, must be stopped by the database itself. Entries go in at the next index
only, item lists beside an entry that no checkpoint covers yet. Disclosures may lose their body
(erasure leaves a logged tombstone) and nothing else. No row is put in the place of another, be it
by key, by another unique column or by SQLite's rowid.
"""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import (
    demand,
    demand_of_all,
    forbid,
    is_postgresql,
    let_only_erase,
)

revision = "0001"
down_revision = None

# SQLite keeps a rowid table only for the exact type INTEGER.
BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

# Entries that were added follow the last one before them without a gap, and there is at least one:
# what ON CONFLICT leaves out is refused too. That each identity is there once is the constraint's.
_FOLLOW = """(
SELECT max(idx) - min(idx) + 1 = count(*) AND max(idx) = (SELECT max(idx) FROM entry)
   AND min(idx) = 1 + coalesce(
       (SELECT max(idx) FROM entry WHERE idx < (SELECT min(idx) FROM added)), -1)
FROM added)"""

_TRUTH = ("entry", "item_list", "tile", "checkpoint", "disclosure", "activity")


def upgrade() -> None:
    """Create the six tables and their triggers."""
    _create_tables()
    for table in _TRUTH:
        forbid(table, "DELETE")
        if table != "disclosure":
            forbid(table, "UPDATE")
        if is_postgresql():
            forbid(table, "TRUNCATE")
    let_only_erase("disclosure", "body", ("idx", "digest"))
    _guard_inserts()


def _guard_inserts() -> None:
    """What must hold of a new row. Each condition looks into an index, no more."""
    if is_postgresql():
        demand_of_all("entry", "next_only", _FOLLOW, "idx is not the next")
    else:
        next_index = "coalesce((SELECT max(idx) FROM entry), -1) + 1 = NEW.idx"
        demand("entry", "next_only", next_index, "idx is not the next")
        identity = "NOT EXISTS (SELECT 1 FROM entry WHERE identity = NEW.identity)"
        demand("entry", "once", identity, "identity is there already")

    next_id = "coalesce((SELECT max(id) FROM activity), -1) + 1 = NEW.id"
    demand("activity", "next_only", next_id, "id is not the next")
    next_size = "NEW.size > coalesce((SELECT max(size) FROM checkpoint), -1)"
    demand("checkpoint", "next_only", next_size, "size is not the next")
    next_tile = "coalesce((SELECT max(n) FROM tile WHERE level = NEW.level), -1) + 1 = NEW.n"
    demand("tile", "next_only", next_tile, "n is not the next")

    entry = "EXISTS (SELECT 1 FROM entry WHERE idx = NEW.idx)"
    unsigned = "NEW.idx >= coalesce((SELECT max(size) FROM checkpoint), 0)"
    being_written = f"{unsigned} AND {entry}"
    demand("item_list", "with_entry", being_written, "idx is not of an entry being written")
    demand("disclosure", "of_entry", entry, "idx is not of an entry")
    one_list = "NOT EXISTS (SELECT 1 FROM item_list WHERE idx = NEW.idx AND field = NEW.field)"
    demand("item_list", "once", one_list, "row is there already")
    one_body = "NOT EXISTS (SELECT 1 FROM disclosure WHERE idx = NEW.idx AND digest = NEW.digest)"
    demand("disclosure", "once", one_body, "row is there already")
    if is_postgresql():
        return
    for table in ("item_list", "tile", "disclosure"):  # the others' key is their rowid
        rowid = "NOT EXISTS (SELECT 1 FROM {} WHERE rowid = NEW.rowid)"
        demand(table, "new_row", rowid.format(table), "rowid is there already")


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
    statement = sa.text("kind = 1")
    op.create_index(
        "entry_statement", "entry", ["idx"], sqlite_where=statement, postgresql_where=statement
    )
    op.create_table(
        "item_list",
        sa.Column("idx", BIG, primary_key=True, autoincrement=False),
        sa.Column("field", TEXT, primary_key=True),
        sa.Column("seed", sa.LargeBinary, nullable=False),
        sa.Column("ids", TEXT, nullable=False),
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
        sa.Column("digest", TEXT, primary_key=True),
        sa.Column("body", TEXT),
    )
    op.create_table(
        "activity",
        sa.Column("id", BIG, primary_key=True, autoincrement=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("act", TEXT, nullable=False),
        sa.Column("ref", TEXT, nullable=False),
    )


def downgrade() -> None:
    """Truth is never taken away: there is no way down from the first revision."""
    raise NotImplementedError
