"""Users: people of enrolled parties, what each may do here, and how one becomes a user.

Nobody gives a user a password. Who is invited gets a link that works once and chooses one; the same
link mends a forgotten password. The first administrator gets such a link on the console of the
server, ``first_invitation``. Example::

    secret = invite(ledger, boss, "lin@fab.example", "urn:chiptrail:party:fab", UserRole.LOGGER)
    accept(ledger, secret, password="...")

An administrator of the operator looks after the users of every party, any other after those of its
own. What a user sees of chips is what its party may see, whatever the role.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from ledger.service import passwords
from ledger.service.accounts import note_change
from ledger.service.founding import OPERATOR
from ledger.service.ledger import Ledger
from ledger.service.tokens import Caller, Scope, done_by
from ledger.store import items, users
from ledger.store.database import Connection
from ledger.store.users import InvitationRow, UserRow
from ledger.wording import later, phrase
from schemas.errors import Forbidden, MalformedParameter, NotFound, UnknownParty
from schemas.statement import Role

INVITATION_HOURS = 72
_NAME = re.compile(r"[a-z0-9][a-z0-9._+-]*(@[a-z0-9-]+(\.[a-z0-9-]+)*)?", re.ASCII)
_NAME_LIMIT = 100


class UserRole(StrEnum):
    """What a user may do for its party."""

    ADMINISTRATOR = "administrator"
    LOGGER = "logger"
    VIEWER = "viewer"
    INSPECTOR = "inspector"


_CALLED = {
    UserRole.ADMINISTRATOR: phrase("administrator"),
    UserRole.LOGGER: phrase("logger"),
    UserRole.VIEWER: phrase("viewer"),
    UserRole.INSPECTOR: phrase("inspector"),
}
SCOPES = {
    UserRole.ADMINISTRATOR: frozenset({Scope.READ, Scope.WRITE, Scope.ADMIN}),
    UserRole.LOGGER: frozenset({Scope.READ, Scope.WRITE}),
    UserRole.VIEWER: frozenset({Scope.READ}),
    UserRole.INSPECTOR: frozenset({Scope.READ, Scope.WRITE}),
}


@dataclass(frozen=True, slots=True)
class User:
    """A user; *disabled_at* is None while it may sign in."""

    name: str
    party: str
    role: UserRole
    created_at: datetime
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Invitation:
    """Whom an invitation is for; *name* is None where it is free to choose."""

    name: str | None
    party: str
    role: UserRole
    expires_at: datetime


# Becoming one ------------------------------------------------------------------------------------


def first_invitation(ledger: Ledger) -> tuple[Invitation, str] | None:
    """The invitation of the first administrator and its secret; None once there is one.

    Each call takes the one before it back.
    """
    with ledger.database.writing() as connection:
        if users.has_user(connection, UserRole.ADMINISTRATOR, OPERATOR):
            return None
        users.withdraw_invitations(connection, OPERATOR, unnamed=True)
        return _invite(ledger, connection, None, OPERATOR, UserRole.ADMINISTRATOR)


def invite(
    ledger: Ledger, caller: Caller | None, name: str, party: str, role: UserRole
) -> tuple[Invitation, str]:
    """Invite *name* to be a user of *party*, or to choose another password; and the secret.

    *caller* is None for who runs the server.
    Raises: Forbidden, MalformedParameter, UnknownParty.
    """
    name = _checked_name(name)
    with ledger.database.writing() as connection:
        if caller is not None and not caller.is_over(party):
            raise Forbidden("you look after the users of your own party only")
        _check_party(ledger, connection, party, role)
        known = users.find_user(connection, name)
        if known is not None and known.party != party:
            raise MalformedParameter(f"name: {name} is taken; choose another")
        what = phrase(
            "invite %(name)s as %(role)s of %(party)s", name=name, role=_CALLED[role], party=party
        )
        note_change(ledger, connection, *done_by(caller, what))
        return _invite(ledger, connection, name, party, role)


def _invite(
    ledger: Ledger, connection: Connection, name: str | None, party: str, role: UserRole
) -> tuple[Invitation, str]:
    now, secret = ledger.clock.now(), secrets.token_urlsafe(32)
    row = InvitationRow(
        secret=_digest(secret),
        name=name,
        party=party,
        role=role,
        created_at=items.milliseconds(now),
        expires_at=items.milliseconds(now + timedelta(hours=INVITATION_HOURS)),
    )
    users.insert_invitation(connection, row)
    return _invitation(row), secret


def invitation(ledger: Ledger, secret: str) -> Invitation:
    """Whom the invitation with that secret is for.

    Raises: NotFound when there is none that holds.
    """
    with ledger.database.reading() as connection:
        return _invitation(_demand_invitation(ledger, connection, secret))


def accept(ledger: Ledger, secret: str, *, password: str, name: str | None = None) -> User:
    """Become a user, or get another password; sessions of that user end.

    *name* is heard where the invitation names nobody.
    Raises: NotFound, MalformedParameter.
    """
    asked = invitation(ledger, secret)  # before the slow part
    chosen = asked.name or _checked_name(name or "")
    encoded = passwords.encode(passwords.checked(password, chosen))
    now = items.milliseconds(ledger.clock.now())
    with ledger.database.writing() as connection:
        row = _demand_invitation(ledger, connection, secret)
        known = users.find_user(connection, chosen)
        if known is None:
            made = UserRow(chosen, row.party, row.role, encoded, now)
            users.insert_user(connection, made)
        elif row.name is None or known.party != row.party:
            raise MalformedParameter(f"name: {chosen} is taken; choose another")
        else:
            made = known._replace(role=row.role, password=encoded, disabled_at=None)
            changed = {"role": row.role, "password": encoded, "disabled_at": None}
            users.update_user(connection, chosen, **changed)
            users.delete_sessions(connection, chosen)
        users.delete_invitations(connection, secret=row.secret, name=chosen, now=now)
        if known is None:
            what = later("accept %(name)s as %(role)s by the link")
        else:
            what = later("set the password of %(name)s as %(role)s by the link")
        done = phrase(what, name=chosen, role=_CALLED[UserRole(made.role)])
        note_change(ledger, connection, made.party, done)
    return _user(made)


def _demand_invitation(ledger: Ledger, connection: Connection, secret: str) -> InvitationRow:
    row = users.find_invitation(connection, _digest(secret))
    if row is None or row.expires_at <= items.milliseconds(ledger.clock.now()):
        raise NotFound("this link was used, has run out or was taken back; ask for another")
    return row


# Looking after them ------------------------------------------------------------------------------


def list_users(ledger: Ledger, caller: Caller | None) -> list[User]:
    """The users that *caller* looks after, by name."""
    party = None if caller is None or caller.is_operator else caller.party
    with ledger.database.reading() as connection:
        return [_user(row) for row in users.load_users(connection, party)]


def change_user(
    ledger: Ledger,
    caller: Caller | None,
    name: str,
    *,
    role: UserRole | None = None,
    disabled: bool | None = None,
) -> User:
    """Give a user another role, or shut it out, at once, or let it in again.

    Raises: NotFound, the same where it is not the caller's; Forbidden for the last administrator.
    """
    with ledger.database.writing() as connection:
        row = users.find_user(connection, name)
        if row is None or not (caller is None or caller.is_over(row.party)):
            raise NotFound(f"there is no user {name}, or not for you")
        changed = row._replace(role=role or row.role)
        if role is not None:
            _check_party(ledger, connection, row.party, role)
        if disabled is not None:
            now = items.milliseconds(ledger.clock.now())
            changed = changed._replace(disabled_at=(row.disabled_at or now) if disabled else None)
        users.update_user(connection, name, role=changed.role, disabled_at=changed.disabled_at)
        had = row.party == OPERATOR and row.role == UserRole.ADMINISTRATOR
        if had and not users.has_user(connection, UserRole.ADMINISTRATOR, OPERATOR):
            raise Forbidden("that would leave the ledger without an administrator")
        if changed.disabled_at is not None:
            users.delete_sessions(connection, name)
        if changed.disabled_at is not None:
            what = later("shut out %(name)s of %(party)s")
        else:
            what = later("let in as %(role)s %(name)s of %(party)s")
        called = _CALLED[UserRole(changed.role)]
        done = phrase(what, name=name, party=row.party, role=called)
        note_change(ledger, connection, *done_by(caller, done))
    return _user(changed)


def end_sessions(ledger: Ledger, caller: Caller | None, name: str) -> None:
    """Sign a user out everywhere.

    Raises: NotFound, the same where it is not the caller's.
    """
    with ledger.database.writing() as connection:
        row = users.find_user(connection, name)
        if row is None or not (caller is None or caller.is_over(row.party)):
            raise NotFound(f"there is no user {name}, or not for you")
        users.delete_sessions(connection, name)
        done = phrase("sign out %(name)s of %(party)s", name=name, party=row.party)
        note_change(ledger, connection, *done_by(caller, done))


def _check_party(ledger: Ledger, connection: Connection, party: str, role: UserRole) -> None:
    found = ledger.renew(connection).registry.parties.get(party)
    if found is None:
        raise UnknownParty(f"no party {party} is enrolled")
    if role is UserRole.INSPECTOR and Role.INSPECTOR not in found.roles:
        raise MalformedParameter(f"role: {party} is no inspector; its users cannot be either")


def _checked_name(name: str) -> str:
    name = name.strip().lower()
    if len(name) > _NAME_LIMIT or not _NAME.fullmatch(name):
        raise MalformedParameter("name: want an e-mail address, or letters, digits, . _ + -")
    return name


def _digest(secret: str) -> bytes:
    return sha256(secret.encode(errors="replace")).digest()


def _user(row: UserRow) -> User:
    return User(
        name=row.name,
        party=row.party,
        role=UserRole(row.role),
        created_at=items.moment(row.created_at),
        disabled_at=None if row.disabled_at is None else items.moment(row.disabled_at),
    )


def _invitation(row: InvitationRow) -> Invitation:
    return Invitation(row.name, row.party, UserRole(row.role), items.moment(row.expires_at))
