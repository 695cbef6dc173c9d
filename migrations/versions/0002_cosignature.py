"""What witnesses cosigned, kept for good.

Why a table of truth: a cosignature is somebody else's signed word that this was the log's largest
tree at that time. It can be asked for again only until the witness has seen a larger one. It lies
beside the checkpoint that it covers, and no row takes the place of another.
"""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import demand, forbid, is_postgresql

revision = "0002"
down_revision = "0001"

BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Create the table and its triggers."""
    op.create_table(
        "cosignature",
        sa.Column("size", BIG, primary_key=True, autoincrement=False),
        sa.Column("witness", TEXT, primary_key=True),
        sa.Column("at", BIG, primary_key=True, autoincrement=False),
        sa.Column("signature", sa.LargeBinary, nullable=False),
        sa.CheckConstraint("length(signature) = 64", name="cosignature_signature_size"),
    )
    forbid("cosignature", "DELETE")
    forbid("cosignature", "UPDATE")
    checkpoint = "EXISTS (SELECT 1 FROM checkpoint WHERE size = NEW.size)"
    demand("cosignature", "of_checkpoint", checkpoint, "size is not of a checkpoint")
    once = (
        "NOT EXISTS (SELECT 1 FROM cosignature"
        " WHERE size = NEW.size AND witness = NEW.witness AND at = NEW.at)"
    )
    demand("cosignature", "once", once, "row is there already")
    if is_postgresql():
        forbid("cosignature", "TRUNCATE")
    else:
        rowid = "NOT EXISTS (SELECT 1 FROM cosignature WHERE rowid = NEW.rowid)"
        demand("cosignature", "new_row", rowid, "rowid is there already")


def downgrade() -> None:
    """Truth is never taken away."""
    raise NotImplementedError
