"""Users: who signs in, who was invited to, and who is signed in.

Why apart from tokens: a person proves himself with a password and may be shut out in the middle of
a session; a program has a secret of its own. Secrets of sessions and invitations are kept as their
SHA-256, so that who reads the database cannot use them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "user",
        sa.Column("name", TEXT, primary_key=True),
        sa.Column("party", TEXT, nullable=False),
        sa.Column("role", TEXT, nullable=False),
        sa.Column("password", TEXT, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("disabled_at", BIG),
    )
    op.create_table(
        "invitation",
        sa.Column("secret", sa.LargeBinary, primary_key=True),
        sa.Column("name", TEXT),
        sa.Column("party", TEXT, nullable=False),
        sa.Column("role", TEXT, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("expires_at", BIG, nullable=False),
        sa.CheckConstraint("length(secret) = 32", name="invitation_secret_size"),
    )
    op.create_table(
        "session",
        sa.Column("secret", sa.LargeBinary, primary_key=True),
        sa.Column("user", TEXT, nullable=False),
        sa.Column("agent", TEXT, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("seen_at", BIG, nullable=False),
        sa.CheckConstraint("length(secret) = 32", name="session_secret_size"),
    )
    op.create_index("session_user", "session", ["user"])


def downgrade() -> None:
    """Who may sign in still may."""
    raise NotImplementedError
