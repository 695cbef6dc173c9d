"""The tables of truth and of accounts, as SQLAlchemy Core sees them.

*Truth* is append-only by trigger and changes only by migration. *Accounts* are who may ask over
HTTP; they prove nothing, and change as people come and go. What is computed from truth is in
``ledger.store.projections``.

A key's surrogate id is the log index of the statement that enrolled it. Parties and keys have no
table: they are the fold of the statements (``ledger.registry``).
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    types,
)

# The newest migration: a database that has it is opened without loading Alembic.
SCHEMA_REVISION = "0004"

# SQLite autoincrements only the exact type INTEGER; BIGINT elsewhere.
Big = BigInteger().with_variant(Integer, "sqlite")
# Ordered by code point everywhere: the order of a language changes with the system's libraries.
Text = types.Text().with_variant(types.Text(collation="C"), "postgresql")

truth = MetaData()
accounts = MetaData()

entry = Table(
    "entry",
    truth,
    Column("idx", Big, primary_key=True, autoincrement=False),
    Column("identity", LargeBinary, nullable=False, unique=True),
    Column("recorded_at", Big, nullable=False),
    Column("key_idx", Big, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("kind", SmallInteger, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    CheckConstraint("length(identity) = 32", name="entry_identity_size"),
    CheckConstraint("length(signature) = 64", name="entry_signature_size"),
)
# Parties and keys are the fold of all statements, which are few: they are read by this index.
_STATEMENTS = entry.c.kind == 1
Index("entry_statement", entry.c.idx, sqlite_where=_STATEMENTS, postgresql_where=_STATEMENTS)

item_list = Table(
    "item_list",
    truth,
    Column("idx", Big, primary_key=True, autoincrement=False),
    Column("field", Text, primary_key=True),
    Column("seed", LargeBinary, nullable=False),
    Column("ids", Text, nullable=False),
)

tile = Table(
    "tile",
    truth,
    Column("level", SmallInteger, primary_key=True, autoincrement=False),
    Column("n", Big, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),
    Column("hashes", LargeBinary, nullable=False),
    CheckConstraint("length(hashes) = 8192", name="tile_hashes_size"),
)

checkpoint = Table(
    "checkpoint",
    truth,
    Column("size", Big, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),
    Column("signed_at", Big, nullable=False),
    Column("signature", LargeBinary, nullable=False),
)

# Who cosigned the checkpoint of that size, and when: a verifier key, and POSIX seconds.
cosignature = Table(
    "cosignature",
    truth,
    Column("size", Big, primary_key=True, autoincrement=False),
    Column("witness", Text, primary_key=True),
    Column("at", Big, primary_key=True, autoincrement=False),
    Column("signature", LargeBinary, nullable=False),
    CheckConstraint("length(signature) = 64", name="cosignature_signature_size"),
)

disclosure = Table(
    "disclosure",
    truth,
    Column("idx", Big, primary_key=True, autoincrement=False),
    Column("digest", Text, primary_key=True),
    Column("body", Text),
)

activity = Table(
    "activity",
    truth,
    Column("id", Big, primary_key=True, autoincrement=False),
    Column("at", Big, nullable=False),
    Column("actor", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("ref", Text, nullable=False),
)

# *secret*: SHA-256 of what only the caller has. *scopes* are separated by spaces.
token = Table(
    "token",
    accounts,
    Column("id", Text, primary_key=True),
    Column("secret", LargeBinary, nullable=False),
    Column("party", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created_at", Big, nullable=False),
    Column("expires_at", Big, nullable=False),
    Column("revoked_at", Big),
    Column("used_at", Big),
    CheckConstraint("length(secret) = 32", name="token_secret_size"),
)

# *name* is what one signs in with; *password* is argon2's own encoding, salt and costs in it.
user = Table(
    "user",
    accounts,
    Column("name", Text, primary_key=True),
    Column("party", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("password", Text, nullable=False),
    Column("created_at", Big, nullable=False),
    Column("disabled_at", Big),
)

# *name* is null where who accepts it chooses one.
invitation = Table(
    "invitation",
    accounts,
    Column("secret", LargeBinary, primary_key=True),
    Column("name", Text),
    Column("party", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("created_at", Big, nullable=False),
    Column("expires_at", Big, nullable=False),
    CheckConstraint("length(secret) = 32", name="invitation_secret_size"),
)

session = Table(
    "session",
    accounts,
    Column("secret", LargeBinary, primary_key=True),
    Column("user", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("created_at", Big, nullable=False),
    Column("seen_at", Big, nullable=False),
    CheckConstraint("length(secret) = 32", name="session_secret_size"),
    Index("session_user", "user"),
)
