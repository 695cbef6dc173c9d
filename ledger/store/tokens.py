"""The table of API tokens: rows by their id. What a token means is ``ledger.service.tokens``'s."""

from collections.abc import Collection
from typing import Any, NamedTuple

import sqlalchemy

from ledger.store import bulk, tables
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


def find_tokens(connection: Connection, token_ids: Collection[str]) -> dict[str, TokenRow]:
    """The tokens of those ids, as far as there are any, by id; of many in several statements."""
    names = ", ".join([f"token.{name}" for name in TokenRow._fields])
    query = f"SELECT {names} FROM need CROSS JOIN token ON token.id = need.id"
    rows = bulk.select(connection, query, ("id",), bulk.singles(token_ids))
    return {row[0]: TokenRow._make(row) for row in rows}


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
