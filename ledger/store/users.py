"""The tables of users, of invitations to become one, and of sessions, each row by its key.

What they mean is for ``ledger.service.users`` and ``ledger.service.sessions``.
"""

from typing import NamedTuple

import sqlalchemy

from ledger.store import statements, tables
from ledger.store.database import Connection

_USER, _INVITATION, _SESSION = tables.user, tables.invitation, tables.session


class UserRow(NamedTuple):
    """A user: *password* as argon2 encodes it; times are POSIX milliseconds.

    *disabled_at* is None while it may sign in.
    """

    name: str
    party: str
    role: str
    password: str
    created_at: int
    disabled_at: int | None = None


class InvitationRow(NamedTuple):
    """An invitation: *secret* is a SHA-256; *name* is None where it is free to choose."""

    secret: bytes
    name: str | None
    party: str
    role: str
    created_at: int
    expires_at: int


class SessionRow(NamedTuple):
    """Somebody who is signed in: *secret* is a SHA-256, *agent* what its browser says it is."""

    secret: bytes
    user: str
    agent: str
    created_at: int
    seen_at: int


# Users -------------------------------------------------------------------------------------------


def find_user(connection: Connection, name: str) -> UserRow | None:
    """The user of that name."""
    row = connection.execute(sqlalchemy.select(_USER).where(_USER.c.name == name)).one_or_none()
    return None if row is None else UserRow._make(row)


def load_users(connection: Connection, party: str | None = None) -> list[UserRow]:
    """The users of *party*, of all if None, by name."""
    found = sqlalchemy.select(_USER).order_by(_USER.c.name)
    if party is not None:
        found = found.where(_USER.c.party == party)
    return [UserRow._make(row) for row in connection.execute(found)]


def has_user(connection: Connection, role: str, party: str) -> bool:
    """Whether anybody of *party* may sign in with *role*."""
    may = (_USER.c.role == role) & (_USER.c.party == party) & _USER.c.disabled_at.is_(None)
    found = connection.execute(sqlalchemy.select(_USER.c.name).where(may).limit(1))
    return found.one_or_none() is not None


def insert_user(connection: Connection, row: UserRow) -> None:
    """Keep a new user."""
    connection.execute(_USER.insert().values(**row._asdict()))


def update_user(connection: Connection, name: str, **values: object) -> None:
    """Change columns of the user of that name."""
    connection.execute(_USER.update().where(_USER.c.name == name).values(**values))


# Invitations -------------------------------------------------------------------------------------


def insert_invitation(connection: Connection, row: InvitationRow) -> None:
    """Keep an invitation."""
    connection.execute(_INVITATION.insert().values(**row._asdict()))


def find_invitation(connection: Connection, secret: bytes) -> InvitationRow | None:
    """The invitation with that secret."""
    query = sqlalchemy.select(_INVITATION).where(_INVITATION.c.secret == secret)
    row = connection.execute(query).one_or_none()
    return None if row is None else InvitationRow._make(row)


def delete_invitations(connection: Connection, *, secret: bytes, name: str, now: int) -> None:
    """Forget the invitation with that secret, others to *name*, and those that ran out."""
    table = _INVITATION.c
    gone = (table.secret == secret) | (table.name == name) | (table.expires_at <= now)
    connection.execute(_INVITATION.delete().where(gone))


def withdraw_invitations(connection: Connection, party: str, *, unnamed: bool) -> None:
    """Forget the invitations of *party*; only those that name nobody if *unnamed*."""
    gone = _INVITATION.c.party == party
    if unnamed:
        gone &= _INVITATION.c.name.is_(None)
    connection.execute(_INVITATION.delete().where(gone))


# Sessions ----------------------------------------------------------------------------------------


def insert_session(connection: Connection, row: SessionRow) -> None:
    """Keep a new session."""
    connection.execute(_SESSION.insert().values(**row._asdict()))


def find_session(connection: Connection, secret: bytes) -> tuple[SessionRow, UserRow] | None:
    """The session with that secret, and whose it is."""
    columns = [f's."{name}"' for name in SessionRow._fields]
    columns += [f'u."{name}"' for name in UserRow._fields]
    query = (
        f'SELECT {", ".join(columns)} FROM session AS s JOIN "user" AS u ON u.name = s."user"'
        " WHERE s.secret = ?"
    )
    row = statements.fetch_one(connection, query, (secret,))
    if row is None:
        return None
    width = len(SessionRow._fields)
    return SessionRow._make(row[:width]), UserRow._make(row[width:])


def load_sessions(connection: Connection, name: str) -> list[SessionRow]:
    """The sessions of a user, the newest first."""
    mine = sqlalchemy.select(_SESSION).where(_SESSION.c.user == name)
    rows = connection.execute(mine.order_by(_SESSION.c.created_at.desc()))
    return [SessionRow._make(row) for row in rows]


def touch_session(connection: Connection, secret: bytes, at: int) -> None:
    """Note when a session was seen last."""
    connection.execute(_SESSION.update().where(_SESSION.c.secret == secret).values(seen_at=at))


def delete_session(connection: Connection, secret: bytes) -> None:
    """End a session."""
    connection.execute(_SESSION.delete().where(_SESSION.c.secret == secret))


def delete_sessions(connection: Connection, name: str, *, but: bytes = b"") -> None:
    """End all sessions of a user, but one."""
    gone = (_SESSION.c.user == name) & (_SESSION.c.secret != but)
    connection.execute(_SESSION.delete().where(gone))


def delete_old_sessions(connection: Connection, began_by: int, seen_by: int) -> None:
    """Forget sessions that began, or were seen last, at those times or before."""
    gone = (_SESSION.c.created_at <= began_by) | (_SESSION.c.seen_at <= seen_by)
    connection.execute(_SESSION.delete().where(gone))
