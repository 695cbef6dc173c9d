"""API tokens: who may ask over HTTP, for which party.

Why a table apart from truth: a token is a secret between one caller and this server, it proves
nothing to anybody else, and it is taken back by changing its row.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "token",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.Column("party", TEXT, nullable=False),
        sa.Column("label", TEXT, nullable=False),
        sa.Column("scopes", TEXT, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("expires_at", BIG, nullable=False),
        sa.Column("revoked_at", BIG),
        sa.Column("used_at", BIG),
        sa.CheckConstraint("length(secret) = 32", name="token_secret_size"),
    )


def downgrade() -> None:
    """Who has a token keeps it."""
    raise NotImplementedError
