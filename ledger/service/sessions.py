"""Sessions: who has signed in with a password, until it signs out, is idle or half a day is over.

A session is 256 random bits in a cookie; the database has their SHA-256, so that it can be listed
and ended, and nobody who reads it can use it. A new one is made at each sign-in. Example::

    session, secret = sign_in(ledger, "lin@fab.example", "a long sentence", agent="Firefox")
    authenticate_session(ledger, secret).party
"""

import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from ledger.service import passwords
from ledger.service.ledger import Ledger
from ledger.service.tokens import Caller
from ledger.service.users import SCOPES, UserRole
from ledger.store import items, users
from ledger.store.users import SessionRow
from schemas.errors import CannotOpen, MalformedParameter, NotFound, ReadOnly, Unauthenticated

LONGEST = timedelta(hours=12)
IDLE = timedelta(minutes=30)
# When it was seen last is kept to this, so that reading does not write every time.
_TOUCH_EVERY = timedelta(minutes=1)
_AGENT_LIMIT = 120
_ID_SIZE = 8


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in of *user*; *id* names it to end it, and is not its secret.

    *is_current*: it is the one that asks.
    """

    id: str
    is_current: bool
    user: str
    agent: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


def sign_in(ledger: Ledger, name: str, password: str, *, agent: str) -> tuple[Session, str]:
    """A new session and the secret that goes into the cookie.

    Raises: Unauthenticated, the same and as late whatever is wrong.
    """
    name, now = name.strip().lower(), items.milliseconds(ledger.clock.now())
    with ledger.database.reading() as connection:
        found = users.find_user(connection, name)
    fits = passwords.fits(password, None if found is None else found.password)
    if not fits or found is None or found.disabled_at is not None:
        raise Unauthenticated("that name and password do not fit; see that Caps Lock is off")
    secret = secrets.token_urlsafe(32)
    row = SessionRow(_digest(secret), name, agent[:_AGENT_LIMIT], now, now)
    with ledger.database.writing() as connection:
        users.delete_old_sessions(connection, now - _ms(LONGEST), now - _ms(IDLE))
        users.insert_session(connection, row)
    return _session(row, is_current=True), secret


def authenticate_session(ledger: Ledger, secret: str) -> Caller:
    """Who has the session with that secret.

    Raises: Unauthenticated.
    """
    now = items.milliseconds(ledger.clock.now())
    with ledger.database.glancing() as connection:
        found = users.find_session(connection, _digest(secret))
    if found is None or _is_over(found[0], now) or found[1].disabled_at is not None:
        raise Unauthenticated("you are not signed in any more; sign in again")
    row, user = found
    if now - row.seen_at > _ms(_TOUCH_EVERY):
        with suppress(ReadOnly, CannotOpen), ledger.database.writing() as connection:
            users.touch_session(connection, row.secret, now)
    return Caller(user.party, SCOPES[UserRole(user.role)], user.name, row.secret)


def sign_out(ledger: Ledger, secret: str) -> None:
    """End the session with that secret, if there is one."""
    with ledger.database.writing() as connection:
        users.delete_session(connection, _digest(secret))


def sessions(ledger: Ledger, caller: Caller) -> list[Session]:
    """Where a user is signed in, the newest first."""
    now = items.milliseconds(ledger.clock.now())
    with ledger.database.reading() as connection:
        found = users.load_sessions(connection, caller.name)
    return [
        _session(row, is_current=row.secret == caller.session)
        for row in found
        if not _is_over(row, now)
    ]


def end_session(ledger: Ledger, name: str, session_id: str) -> None:
    """End a session of that user.

    Raises: NotFound.
    """
    with ledger.database.writing() as connection:
        for row in users.load_sessions(connection, name):
            if _id(row) == session_id:
                return users.delete_session(connection, row.secret)
    raise NotFound("you have no session of that id")


def change_password(ledger: Ledger, caller: Caller, old: str, new: str) -> None:
    """Give the user another password; its other sessions end.

    Raises: Unauthenticated, MalformedParameter.
    """
    with ledger.database.reading() as connection:
        found = users.find_user(connection, caller.name)
    if found is None:
        raise MalformedParameter("a token has no password")
    if not passwords.fits(old, found.password):
        raise Unauthenticated("that is not your password")
    encoded = passwords.encode(passwords.checked(new, found.name))
    with ledger.database.writing() as connection:
        users.update_user(connection, found.name, password=encoded)
        users.delete_sessions(connection, found.name, but=caller.session or b"")


def _is_over(row: SessionRow, now: int) -> bool:
    return now - row.created_at >= _ms(LONGEST) or now - row.seen_at >= _ms(IDLE)


def _ms(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)


def _digest(secret: str) -> bytes:
    return sha256(secret.encode(errors="replace")).digest()


def _id(row: SessionRow) -> str:
    return row.secret[:_ID_SIZE].hex()


def _session(row: SessionRow, *, is_current: bool) -> Session:
    return Session(
        id=_id(row),
        is_current=is_current,
        user=row.user,
        agent=row.agent,
        created_at=items.moment(row.created_at),
        seen_at=items.moment(row.seen_at),
        expires_at=items.moment(row.created_at) + LONGEST,
    )
