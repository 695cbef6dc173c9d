"""API tokens: what a program shows to be let in over HTTP, and for which party it asks then.

A token is ``chiptrail_<id>_<secret>``, of 256 random bits; the database has their SHA-256 only, so
that whoever reads it cannot use it. What a token reads is what its party may see. Writing takes one
with that scope, and the party's own signature all the same. Example::

    token, text = issue(ledger, party, "warehouse", {Scope.READ}, timedelta(days=365))
    authenticate(ledger, text).party
"""

import hmac
import re
import secrets
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from hashlib import sha256

from ledger.service.accounts import CONSOLE, note_change
from ledger.service.founding import OPERATOR
from ledger.service.ledger import Ledger
from ledger.store import items
from ledger.store.tokens import (
    TokenRow,
    find_tokens,
    insert_token,
    load_tokens,
    revoke_token,
    touch_token,
)
from ledger.view import Reader
from ledger.wording import later, listed, phrase
from schemas.errors import CannotOpen, NotFound, ReadOnly, Unauthenticated, UnknownParty

_TEXT = re.compile(r"chiptrail_([0-9a-f]{16})_([A-Za-z0-9_-]{43})", re.ASCII)
# When it was used last is kept to this, so that reading does not write every time.
_TOUCH_EVERY = timedelta(minutes=10)


class Scope(StrEnum):
    """What a caller may do: ask, record entries, look after users and tokens."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


_CALLED = {
    Scope.READ: phrase("read"),
    Scope.WRITE: phrase("write"),
    Scope.ADMIN: phrase("look after users"),
}
# A program looks after nobody.
OF_TOKENS = frozenset({Scope.READ, Scope.WRITE})


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is listed; its secret is not in it."""

    id: str
    party: str
    label: str
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks for *party*: a program, *name* being the id of its token, or a user by its name.

    *session*: the SHA-256 of a user's cookie; None of a program.
    """

    party: str
    scopes: frozenset[Scope]
    name: str
    session: bytes | None = None

    @property
    def is_operator(self) -> bool:
        """Whether it is of those who run the ledger."""
        return self.party == OPERATOR

    def is_over(self, party: str) -> bool:
        """Whether it may look after the users and tokens of *party*."""
        return Scope.ADMIN in self.scopes and (self.is_operator or self.party == party)

    def reader(self, ledger: Ledger) -> Reader:
        """Through whose eyes its questions are answered."""
        party = ledger.registry.parties.get(self.party)
        roles = frozenset[str]() if party is None else party.roles
        return Reader(self.party, roles, is_noted=True)


def done_by(caller: Caller | None, what: str) -> tuple[str, str]:
    """The actor and the words of a line of activity; *caller* is None for who runs the server."""
    return (CONSOLE, what) if caller is None else (caller.party, f"{what} by {caller.name}")


def issue(  # noqa: PLR0913 - each says one thing of the token
    ledger: Ledger,
    party: str,
    label: str,
    scopes: AbstractSet[Scope],
    lifetime: timedelta,
    *,
    caller: Caller | None = None,
) -> tuple[Token, str]:
    """A new token and its text, which is shown once and kept nowhere.

    *caller* is None for who runs the server.
    Raises: UnknownParty.
    """
    now = ledger.clock.now()
    token_id, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
    row = TokenRow(
        id=token_id,
        secret=_digest(secret),
        party=party,
        label=label,
        scopes=" ".join(sorted(scopes)),
        created_at=items.milliseconds(now),
        expires_at=items.milliseconds(now + lifetime),
    )
    with ledger.database.writing() as connection:
        if party not in ledger.renew(connection).registry.parties:
            raise UnknownParty(f"no party {party} is enrolled")
        insert_token(connection, row)
        what = phrase(
            "issue token %(token)s (%(name)s) for %(scopes)s to %(party)s",
            token=token_id,
            name=label,
            scopes=listed([_CALLED[one] for one in sorted(scopes)]),
            party=party,
        )
        note_change(ledger, connection, *done_by(caller, what))
    return _token(row), f"chiptrail_{token_id}_{secret}"


def authenticate(ledger: Ledger, text: str) -> Caller:
    """Who shows the token *text*.

    Raises: Unauthenticated, the same whatever is wrong with it; Overloaded, CannotOpen.
    """
    found = _TEXT.fullmatch(text)
    if found is None:
        raise Unauthenticated(_NO_TOKEN)
    token_id, secret = found.groups()
    now = items.milliseconds(ledger.clock.now())
    row = ledger.look_ups.submit(token_id, 1, partial(_find, ledger))
    is_same = hmac.compare_digest(_digest(secret), bytes(32) if row is None else row.secret)
    if row is None or not is_same or row.revoked_at is not None or row.expires_at <= now:
        raise Unauthenticated(_NO_TOKEN)
    if row.used_at is None or now - row.used_at > _TOUCH_EVERY / timedelta(milliseconds=1):
        with suppress(ReadOnly, CannotOpen), ledger.database.writing() as connection:
            touch_token(connection, token_id, now)
    return Caller(row.party, _scopes(row), token_id)


def _find(ledger: Ledger, token_ids: Sequence[str]) -> list[TokenRow | None]:
    """The tokens that so many requests show, which wait together; each is read after it came."""
    with ledger.database.glancing() as connection:
        found = find_tokens(connection, {*token_ids})
    return [found.get(one) for one in token_ids]


_NO_TOKEN = later("this is no token that holds: it is unknown, expired or revoked")


def revoke(ledger: Ledger, token_id: str, caller: Caller | None = None) -> None:
    """Take the token of that id back, for good; *caller* is None for who runs the server.

    Raises: NotFound, the same where it is not the caller's.
    """
    with ledger.database.writing() as connection:
        row = find_tokens(connection, [token_id]).get(token_id)
        mine = row is not None and (caller is None or caller.is_over(row.party))
        now = items.milliseconds(ledger.clock.now())
        if not (mine and revoke_token(connection, token_id, now)):
            raise NotFound(f"there is no token {token_id} that holds")
        what = phrase("revoke token %(token)s", token=token_id)
        note_change(ledger, connection, *done_by(caller, what))


def tokens(ledger: Ledger, caller: Caller | None = None) -> list[Token]:
    """All tokens ever issued that *caller* looks after, the oldest first."""
    with ledger.database.reading() as connection:
        found = load_tokens(connection)
    return [_token(row) for row in found if caller is None or caller.is_over(row.party)]


def _digest(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


def _scopes(row: TokenRow) -> frozenset[Scope]:
    return frozenset(map(Scope, row.scopes.split()))


def _token(row: TokenRow) -> Token:
    return Token(
        id=row.id,
        party=row.party,
        label=row.label,
        scopes=_scopes(row),
        created_at=items.moment(row.created_at),
        expires_at=items.moment(row.expires_at),
        revoked_at=None if row.revoked_at is None else items.moment(row.revoked_at),
        used_at=None if row.used_at is None else items.moment(row.used_at),
    )
