"""The table of API tokens: rows by their id. What a token means is ``ledger.service.tokens``'s."""

from typing import Any, NamedTuple

import sqlalchemy

from ledger.store import statements, tables
from ledger.store.database import Connection

_TOKEN = tables.token


class TokenRow(NamedTuple):
    """A token: *secret* is the SHA-256 of what its caller has; times are POSIX milliseconds.

    *revoked_at* and *used_at* are None where it never was.
    """

    id: str
    secret: bytes
    party: str
    label: str
    scopes: str
    created_at: int
    expires_at: int
    revoked_at: int | None = None
    used_at: int | None = None


def insert_token(connection: Connection, row: TokenRow) -> None:
    """Keep a new token."""
    connection.execute(_TOKEN.insert().values(**row._asdict()))


def find_token(connection: Connection, token_id: str) -> TokenRow | None:
    """The token of that id."""
    query = f"SELECT {', '.join(TokenRow._fields)} FROM token WHERE id = ?"
    row = statements.fetch_one(connection, query, (token_id,))
    return None if row is None else TokenRow._make(row)


def load_tokens(connection: Connection) -> list[TokenRow]:
    """All tokens, the oldest first."""
    rows = connection.execute(_select().order_by(_TOKEN.c.created_at, _TOKEN.c.id))
    return [TokenRow._make(row) for row in rows]


def revoke_token(connection: Connection, token_id: str, at: int) -> bool:
    """Take a token back for good; whether there was one that held."""
    holds = (_TOKEN.c.id == token_id) & _TOKEN.c.revoked_at.is_(None)
    return bool(connection.execute(_TOKEN.update().where(holds).values(revoked_at=at)).rowcount)


def touch_token(connection: Connection, token_id: str, at: int) -> None:
    """Note when it was used last."""
    connection.execute(_TOKEN.update().where(_TOKEN.c.id == token_id).values(used_at=at))


def _select() -> sqlalchemy.Select[Any]:
    return sqlalchemy.select(*(_TOKEN.c[name] for name in TokenRow._fields))
